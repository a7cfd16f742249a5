//! A small HTTP client for the AWS SDK: with the hyper that serves, and without TLS.

use std::time::Duration;

use aws_smithy_runtime_api::client::http::{
    HttpClient, HttpConnector, HttpConnectorFuture, HttpConnectorSettings, SharedHttpConnector,
};
use aws_smithy_runtime_api::client::orchestrator::{HttpRequest, HttpResponse};
use aws_smithy_runtime_api::client::result::ConnectorError;
use aws_smithy_runtime_api::client::runtime_components::RuntimeComponents;
use aws_smithy_types::body::SdkBody;
use axum::http::Request;
use http_body_util::{BodyExt as _, Limited};
use hyper_util::client::legacy::Client;
use hyper_util::client::legacy::connect::HttpConnector as TcpConnector;
use hyper_util::rt::{TokioExecutor, TokioTimer};

/// A destination that does not take a connection in this time is away.
const CONNECT_TIME: Duration = Duration::from_secs(3);
/// Idle connections are kept this long: less than servers keep them.
const IDLE_TIME: Duration = Duration::from_secs(15);
/// Answers of more bytes are no answers of a queue.
const LONGEST_ANSWER: usize = 1 << 20;

/// Connections to the endpoints, kept for the next request.
#[derive(Debug, Clone)]
pub struct PlainHttp(Client<TcpConnector, SdkBody>);

impl PlainHttp {
    /// A client without connections.
    pub fn new() -> Self {
        let mut connector = TcpConnector::new();
        connector.set_connect_timeout(Some(CONNECT_TIME));
        connector.set_nodelay(true);
        let mut builder = Client::builder(TokioExecutor::new());
        builder.pool_timer(TokioTimer::new()).pool_idle_timeout(IDLE_TIME);
        Self(builder.build(connector))
    }
}

impl HttpClient for PlainHttp {
    fn http_connector(
        &self,
        _: &HttpConnectorSettings,
        _: &RuntimeComponents,
    ) -> SharedHttpConnector {
        SharedHttpConnector::new(self.clone())
    }
}

impl HttpConnector for PlainHttp {
    fn call(&self, request: HttpRequest) -> HttpConnectorFuture {
        let client = self.0.clone();
        HttpConnectorFuture::new(async move {
            let request = request.try_into_http1x().map_err(|e| ConnectorError::user(e.into()))?;
            answer(&client, request).await
        })
    }
}

async fn answer(
    client: &Client<TcpConnector, SdkBody>,
    request: Request<SdkBody>,
) -> Result<HttpResponse, ConnectorError> {
    let answered = client.request(request).await;
    let (parts, body) = answered.map_err(|e| ConnectorError::io(e.into()))?.into_parts();
    let body = Limited::new(body, LONGEST_ANSWER).collect().await;
    let body = SdkBody::from(body.map_err(ConnectorError::io)?.to_bytes());
    let whole = axum::http::Response::from_parts(parts, body);
    HttpResponse::try_from(whole).map_err(|e| ConnectorError::other(e.into(), None))
}

//! The HTTP client: without TLS, and no redirect is followed.

use std::error::Error;
use std::time::Duration;

use axum::body::Bytes;
use axum::http::{Request, Response};
use http_body_util::{BodyExt as _, Full, Limited};
use hyper_util::client::legacy::Client;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::{TokioExecutor, TokioTimer};

/// A server that does not take a connection in this time is away.
const CONNECT_TIME: Duration = Duration::from_secs(3);
/// Idle connections are kept this long: less than servers keep them.
const IDLE_TIME: Duration = Duration::from_secs(15);

/// Sends requests; keeps connections for the next ones.
#[derive(Debug, Clone)]
pub struct HttpClient(Client<HttpConnector, Full<Bytes>>);

impl Default for HttpClient {
    fn default() -> Self {
        let mut connector = HttpConnector::new();
        connector.set_connect_timeout(Some(CONNECT_TIME));
        connector.set_nodelay(true);
        let mut builder = Client::builder(TokioExecutor::new());
        builder.pool_timer(TokioTimer::new()).pool_idle_timeout(IDLE_TIME);
        Self(builder.build(connector))
    }
}

impl HttpClient {
    /// Sends a request and reads the whole answer, of up to `max_bytes`.
    ///
    /// # Errors
    /// Why there is no answer, in one line.
    pub async fn send(
        &self,
        request: Request<Bytes>,
        max_bytes: usize,
    ) -> Result<Response<Bytes>, String> {
        let response = self.0.request(request.map(Full::new)).await.map_err(|e| chain(&e))?;
        let (parts, body) = response.into_parts();
        let body = Limited::new(body, max_bytes).collect().await.map_err(|e| chain(&*e))?;
        Ok(Response::from_parts(parts, body.to_bytes()))
    }
}

/// The error and what caused it.
fn chain(error: &(dyn Error + 'static)) -> String {
    let causes = std::iter::successors(Some(error), |&error| error.source());
    causes.map(ToString::to_string).collect::<Vec<_>>().join(": ")
}

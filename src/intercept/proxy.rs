//! The proxy: CONNECT with a password, to Amazon's old hosts or to any other.

use std::convert::Infallible;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use axum::http::header::{
    CONNECTION, CONTENT_TYPE, HeaderValue, PROXY_AUTHENTICATE, PROXY_AUTHORIZATION,
};
use axum::http::{Method, Request, Response, StatusCode};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper::upgrade::OnUpgrade;
use hyper_util::rt::{TokioIo, TokioTimer};
use subtle::ConstantTimeEq as _;
use tokio::io::copy_bidirectional;
use tokio::net::TcpStream;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::time::timeout;
use tokio_rustls::TlsAcceptor;

use crate::host_check::is_amazon_host;
use crate::intercept::peer::is_own;
use crate::intercept::upstream::Upstream;
use crate::serve::{Arrival, Server, Stream, is_tls, tunnel_limit};

/// The user's name in the proxy's URL.
pub const USER: &str = "mturk-local";
/// A client has this long to send a head.
const HEAD_TIME: Duration = Duration::from_secs(10);
/// A host has this long to take a connection.
const CONNECT_TIME: Duration = Duration::from_secs(30);
/// Heads of more bytes are refused.
const MAX_HEAD: usize = 16 * 1024;

/// What answers at the proxy's port.
pub struct Proxy {
    tls: TlsAcceptor,
    /// What `Proxy-Authorization` must be.
    authorization: String,
    upstream: Upstream,
    tunnels: Arc<Semaphore>,
    /// The system's table of connections may be long: one task at a time reads it.
    table: Semaphore,
}

/// Where a client wants to get.
enum Target {
    /// To one of Amazon's old hosts.
    Ours,
    /// Elsewhere: the connection there.
    Other(Box<dyn Stream>, OwnedSemaphorePermit),
}

type Refused = (StatusCode, String);

impl Proxy {
    /// A proxy whose user has this password, and that reaches other hosts through `upstream`.
    pub fn new(tls: TlsAcceptor, password: &str, upstream: Upstream) -> Self {
        let authorization = format!("Basic {}", STANDARD.encode(format!("{USER}:{password}")));
        let (tunnels, table) = (Arc::new(Semaphore::new(tunnel_limit())), Semaphore::new(1));
        Self { tls, authorization, upstream, tunnels, table }
    }

    /// Answers one connection. One that begins with TLS is for Amazon's old hosts: that is how Node
    /// comes, see `preload.cjs`. It needs no password, as the server's own port needs none.
    pub async fn answer(&self, server: Server, arrival: Arrival) {
        match server.within(HEAD_TIME, &arrival.place, is_tls(&arrival.stream)).await {
            Some(Ok(true)) => return server.answer_tls(arrival, &self.tls).await,
            Some(Ok(false)) => {}
            Some(Err(_)) | None => return,
        }
        let Arrival { stream, client, place } = arrival;
        let connecting = self.connect(stream, client);
        match server.within(HEAD_TIME + CONNECT_TIME, &place, connecting).await {
            Some(Ok(Some((stream, Target::Ours)))) => {
                server.answer_within((stream, client), &place, &self.tls).await;
            }
            Some(Ok(Some((mut stream, Target::Other(mut other, _permit))))) => {
                place.keep();
                let copying = copy_bidirectional(&mut stream, &mut other);
                server.within(Duration::MAX, &place, copying).await;
            }
            Some(Err(error)) => tracing::debug!(%client, %error, "no tunnel came about"),
            Some(Ok(None)) | None => {}
        }
    }

    /// Answers requests until one of them is granted: what goes through the tunnel, and where to.
    async fn connect(
        &self,
        stream: TcpStream,
        client: SocketAddr,
    ) -> hyper::Result<Option<(Box<dyn Stream>, Target)>> {
        let server = stream.local_addr().ok();
        let granted = Mutex::<Option<(OnUpgrade, Target)>>::default();
        let answering = service_fn(async |mut request: Request<Incoming>| {
            let answer = match self.grant(&request, client, server).await {
                Ok(target) => {
                    let upgrade = (hyper::upgrade::on(&mut request), target);
                    *granted.lock().unwrap_or_else(PoisonError::into_inner) = Some(upgrade);
                    Response::new(String::new())
                }
                Err(refused) => refusal(refused),
            };
            Ok::<_, Infallible>(answer)
        });
        let mut http = http1::Builder::new();
        http.timer(TokioTimer::new()).header_read_timeout(HEAD_TIME).max_buf_size(MAX_HEAD);
        http.serve_connection(TokioIo::new(stream), answering).with_upgrades().await?;
        match granted.into_inner().unwrap_or_else(PoisonError::into_inner) {
            Some((upgrade, target)) => {
                Ok(Some((Box::new(TokioIo::new(upgrade.await?)) as Box<dyn Stream>, target)))
            }
            None => Ok(None),
        }
    }

    /// Where a request may get that has the password or comes from a program of this user: a
    /// browser sends no password, and this user's programs could find it out.
    async fn grant(
        &self,
        request: &Request<Incoming>,
        client: SocketAddr,
        server: Option<SocketAddr>,
    ) -> Result<Target, Refused> {
        let given = request.headers().get(PROXY_AUTHORIZATION).map_or(&b""[..], |v| v.as_bytes());
        let has_password = bool::from(given.ct_eq(self.authorization.as_bytes()));
        if !has_password && !self.is_own(client, server).await {
            let why = "This proxy is for the command of one mturk-local exec.";
            return Err((StatusCode::PROXY_AUTHENTICATION_REQUIRED, why.to_owned()));
        }
        if request.method() != Method::CONNECT {
            let why = "This proxy tunnels HTTPS (CONNECT), and does nothing else.";
            return Err((StatusCode::NOT_IMPLEMENTED, why.to_owned()));
        }
        let target = request.uri().authority().and_then(|to| Some((to.host(), to.port_u16()?)));
        let Some((host, port)) = target else {
            return Err((StatusCode::BAD_REQUEST, "CONNECT is to a host and a port.".to_owned()));
        };
        if port == 443 && is_amazon_host(host) {
            return Ok(Target::Ours);
        }
        let Ok(permit) = Arc::clone(&self.tunnels).try_acquire_owned() else {
            let why = format!("{} tunnels are open, and no more are allowed.", tunnel_limit());
            return Err((StatusCode::SERVICE_UNAVAILABLE, why));
        };
        let host = host.trim_matches(['[', ']']);
        let connecting = self.upstream.connect(host, port);
        match timeout(CONNECT_TIME, connecting).await {
            Ok(Ok(stream)) => Ok(Target::Other(stream, permit)),
            Ok(Err(why)) => Err((StatusCode::BAD_GATEWAY, format!("{host}:{port}: {why}."))),
            Err(_) => {
                Err((StatusCode::GATEWAY_TIMEOUT, format!("{host}:{port} takes no connection.")))
            }
        }
    }
}

impl Proxy {
    /// Whether a program of this user is at the other end.
    async fn is_own(&self, client: SocketAddr, server: Option<SocketAddr>) -> bool {
        let (Some(server), Ok(_permit)) = (server, self.table.acquire().await) else {
            return false;
        };
        tokio::task::spawn_blocking(move || is_own(client, server)).await.unwrap_or(false)
    }
}

fn refusal((status, why): Refused) -> Response<String> {
    let mut response = Response::new(format!("mturk-local: {why}\n"));
    *response.status_mut() = status;
    let headers = response.headers_mut();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static("text/plain; charset=utf-8"));
    if status == StatusCode::PROXY_AUTHENTICATION_REQUIRED {
        let basic = HeaderValue::from_static("Basic realm=\"mturk-local\"");
        headers.insert(PROXY_AUTHENTICATE, basic);
        // Each try costs a look at the table, so it costs a connection too.
        headers.insert(CONNECTION, HeaderValue::from_static("close"));
    }
    response
}

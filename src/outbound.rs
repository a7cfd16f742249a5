//! What may leave this machine: requests to hosts that the person who started the program named.
//!
//! The name of a host is resolved once. The addresses are checked, and the connection is made to
//! one of those that passed. No redirect is followed, and no proxy is used, so that nothing but the
//! named host gets the request.

use std::error::Error;
use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use axum::body::Bytes;
use axum::http::header::{HOST, USER_AGENT};
use axum::http::uri::PathAndQuery;
use axum::http::{HeaderValue, Request, Response, StatusCode, Uri};
use http_body_util::{BodyExt as _, Full, LengthLimitError, Limited};
use hyper::client::conn::http1;
use hyper_util::rt::TokioIo;
use rustls::crypto::ring;
use rustls::pki_types::ServerName;
use rustls::{ClientConfig, RootCertStore};
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpStream;
use tokio::sync::{OnceCell, Semaphore};
use tokio::time::timeout;
use tokio_rustls::TlsConnector;

use crate::rules::outbound::{
    AllowedHost, Target, is_readable_on_the_way, refused_address, target,
};

/// An address that does not take a connection in this time is away.
const CONNECT_TIME: Duration = Duration::from_secs(3);
/// Heads of answers of more bytes are refused.
const MAX_HEAD: usize = 64 * 1024;
/// So many names are looked up at once. Each takes a thread for as long as the resolver takes.
const LOOKUPS: usize = 16;

/// What the person who started the program allowed.
#[derive(Debug, Clone, Default)]
pub struct Policy {
    /// The hosts that requests may be sent to: `--allow-outbound`.
    pub hosts: Vec<AllowedHost>,
    /// The environment variables that may be read as keys: `--robot-key-env`.
    pub key_variables: Vec<String>,
}

/// How much an answer may take.
#[derive(Debug, Clone, Copy)]
pub struct Limits {
    /// The bytes of its body.
    pub bytes: usize,
    /// The time from the look-up of the name to the answer's last byte.
    pub time: Duration,
}

/// Why there is no answer. No text holds a key, a body or a query.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum OutboundError {
    /// The URL is none that requests can be sent to.
    #[error("the URL {0}")]
    Url(&'static str),
    /// Nobody allowed the host.
    #[error("the host {0} is not allowed; the option --allow-outbound {0} allows it")]
    NotAllowed(String),
    /// All addresses of the host are such that nothing is sent there.
    #[error("nothing is sent to {host}: {address} is {why}")]
    Address {
        /// The host.
        host: String,
        /// Its address.
        address: String,
        /// What kind of address that is.
        why: &'static str,
    },
    /// Nobody allowed that the variable is read, by its name.
    #[error("the variable {0} is not allowed; the option --robot-key-env {0} allows it")]
    KeyNotAllowed(String),
    /// A key would be sent in the clear, with the variable that holds it.
    #[error("the key in {0} is sent over https, or to this machine, and not over plain http")]
    KeyInClear(String),
    /// The variable has no value that a header can hold, by its name.
    #[error("the variable {0} is not set, or holds no key")]
    NoKey(String),
    /// The host is out of reach, or does not speak HTTP.
    #[error("{0}")]
    Failed(String),
    /// No whole answer in time.
    #[error("no answer within {0:?}")]
    TooSlow(Duration),
    /// The answer's body is too long, with the limit in bytes.
    #[error("the answer has more than {0} bytes")]
    TooLong(usize),
}

impl Policy {
    /// Where the URL leads, if requests may be sent there.
    ///
    /// # Errors
    /// [`OutboundError::Url`] or [`OutboundError::NotAllowed`].
    pub fn check<'u>(&self, url: &'u str) -> Result<Target<'u>, OutboundError> {
        let target = target(url).map_err(OutboundError::Url)?;
        if self.hosts.iter().any(|host| host.covers(&target)) {
            return Ok(target);
        }
        Err(OutboundError::NotAllowed(target.authority.to_owned()))
    }

    /// `Bearer` and the key in an environment variable, for the header `Authorization` of a request
    /// to this URL. The value is marked as sensitive: it is not shown by `Debug`.
    ///
    /// # Errors
    /// [`OutboundError::KeyNotAllowed`], [`OutboundError::KeyInClear`] or [`OutboundError::NoKey`].
    pub fn bearer(&self, variable: &str, url: &str) -> Result<HeaderValue, OutboundError> {
        if self.key_variables.iter().all(|allowed| allowed != variable) {
            return Err(OutboundError::KeyNotAllowed(variable.to_owned()));
        }
        if is_readable_on_the_way(url) {
            return Err(OutboundError::KeyInClear(variable.to_owned()));
        }
        let key = std::env::var(variable).ok().filter(|key| !key.trim().is_empty());
        let value = key.and_then(|key| format!("Bearer {}", key.trim()).parse().ok());
        let mut value: HeaderValue = value.ok_or_else(|| OutboundError::NoKey(variable.into()))?;
        value.set_sensitive(true);
        Ok(value)
    }
}

/// Sends requests to the hosts that a policy allows. Clones share the policy.
#[derive(Debug, Clone)]
pub struct Outbound {
    policy: Arc<Policy>,
    lookups: Lookups,
    tls: Arc<OnceCell<Arc<ClientConfig>>>,
}

impl Default for Outbound {
    fn default() -> Self {
        Self::new(Policy::default())
    }
}

impl Outbound {
    /// Sends to what the policy allows.
    #[must_use]
    pub fn new(policy: Policy) -> Self {
        Self { policy: Arc::new(policy), lookups: Lookups::default(), tls: Arc::default() }
    }

    /// What is allowed.
    #[must_use]
    pub fn policy(&self) -> &Policy {
        &self.policy
    }

    /// Sends a request to its whole URL, and reads the whole answer. `Host` and `User-Agent` are
    /// added. An answer with any status is an answer, also a redirect.
    ///
    /// # Errors
    /// Why there is no answer.
    pub async fn send(
        &self,
        request: Request<Bytes>,
        limits: Limits,
    ) -> Result<Response<Bytes>, OutboundError> {
        let answer = timeout(limits.time, self.attempt(request, Some(limits.bytes))).await;
        answer.unwrap_or(Err(OutboundError::TooSlow(limits.time)))
    }

    /// As [`Outbound::send`], but reads the answer's head alone, which has to come within `time`.
    ///
    /// # Errors
    /// Why there is no answer.
    pub async fn status(
        &self,
        request: Request<Bytes>,
        time: Duration,
    ) -> Result<StatusCode, OutboundError> {
        self.head(request, time).await.map(|answer| answer.status())
    }

    /// The same with the answer's headers; its body is empty.
    ///
    /// # Errors
    /// Why there is no answer.
    pub async fn head(
        &self,
        request: Request<Bytes>,
        time: Duration,
    ) -> Result<Response<Bytes>, OutboundError> {
        let answer = timeout(time, self.attempt(request, None)).await;
        answer.unwrap_or(Err(OutboundError::TooSlow(time)))
    }

    async fn attempt(
        &self,
        mut request: Request<Bytes>,
        max_bytes: Option<usize>,
    ) -> Result<Response<Bytes>, OutboundError> {
        let url = request.uri().to_string();
        let target = self.policy.check(&url)?;
        let stream = connect(self.addresses(&target).await?).await.map_err(failed)?;
        let path = request.uri().path_and_query().cloned();
        *request.uri_mut() = Uri::from(path.unwrap_or(PathAndQuery::from_static("/")));
        let host = target.authority.parse().map_err(failed)?;
        request.headers_mut().insert(HOST, host);
        let agent = concat!("mturk-local/", env!("CARGO_PKG_VERSION"));
        request.headers_mut().insert(USER_AGENT, HeaderValue::from_static(agent));
        if !target.is_https {
            return exchange(stream, request, max_bytes).await;
        }
        let name = ServerName::try_from(target.host.to_owned()).map_err(failed)?;
        let tls = TlsConnector::from(Arc::clone(self.tls.get_or_try_init(client_config).await?));
        exchange(tls.connect(name, stream).await.map_err(failed)?, request, max_bytes).await
    }

    /// The addresses of a host that requests may be sent to.
    async fn addresses(&self, target: &Target<'_>) -> Result<Vec<SocketAddr>, OutboundError> {
        let host = || target.host.to_owned();
        let found = self.lookups.addresses(target.host, target.port).await;
        let found = found.map_err(|error| {
            OutboundError::Failed(format!("the address of {} is unknown: {error}", target.host))
        })?;
        let refused = found.iter().find_map(|at| refused_address(at.ip()).zip(Some(at.ip())));
        let allowed: Vec<_> =
            found.into_iter().filter(|at| refused_address(at.ip()).is_none()).collect();
        match refused {
            Some((why, address)) if allowed.is_empty() => {
                Err(OutboundError::Address { host: host(), address: address.to_string(), why })
            }
            _ => Ok(allowed),
        }
    }
}

/// Looks up the addresses of hosts, a bounded number at a time.
#[derive(Debug, Clone)]
pub struct Lookups(Arc<Semaphore>);

impl Default for Lookups {
    fn default() -> Self {
        Self(Arc::new(Semaphore::new(LOOKUPS)))
    }
}

impl Lookups {
    /// The addresses of a host.
    ///
    /// # Errors
    /// Those of the resolver.
    pub async fn addresses(&self, host: &str, port: u16) -> io::Result<Vec<SocketAddr>> {
        let permit = Arc::clone(&self.0).acquire_owned().await.map_err(io::Error::other)?;
        let name = (host.to_owned(), port);
        // Who gives up does not end the lookup, which keeps its thread and its permit.
        let lookup = tokio::spawn(async move {
            let found = tokio::net::lookup_host(name).await.map(Iterator::collect);
            drop(permit);
            found
        });
        lookup.await.map_err(io::Error::other)?
    }
}

/// A connection to the first address that takes one.
async fn connect(addresses: Vec<SocketAddr>) -> io::Result<TcpStream> {
    let mut last = io::Error::from(io::ErrorKind::AddrNotAvailable);
    for address in addresses {
        match timeout(CONNECT_TIME, TcpStream::connect(address)).await {
            Ok(Ok(stream)) => return stream.set_nodelay(true).map(|()| stream),
            Ok(Err(error)) => last = error,
            Err(_) => last = io::ErrorKind::TimedOut.into(),
        }
    }
    Err(last)
}

/// Sends one request, and reads its answer; of its body nothing without `max_bytes`. Nothing goes
/// on when this is dropped.
async fn exchange(
    stream: impl AsyncRead + AsyncWrite + Unpin + Send + 'static,
    request: Request<Bytes>,
    max_bytes: Option<usize>,
) -> Result<Response<Bytes>, OutboundError> {
    let mut http = http1::Builder::new();
    let http = http.max_buf_size(MAX_HEAD).handshake(TokioIo::new(stream));
    let (mut sender, mut connection) = http.await.map_err(failed)?;
    let answer = async {
        let response = sender.send_request(request.map(Full::new)).await.map_err(failed)?;
        let (parts, body) = response.into_parts();
        let Some(max_bytes) = max_bytes else {
            return Ok(Response::from_parts(parts, Bytes::new()));
        };
        let body = Limited::new(body, max_bytes).collect().await;
        let body = body.map_err(|error| {
            let is_too_long = error.is::<LengthLimitError>();
            let failed = || OutboundError::Failed(chain(&*error));
            if is_too_long { OutboundError::TooLong(max_bytes) } else { failed() }
        })?;
        Ok(Response::from_parts(parts, body.to_bytes()))
    };
    tokio::pin!(answer);
    tokio::select! {
        answer = &mut answer => answer,
        // Whatever ended the connection, what was read of the answer says more.
        _ = &mut connection => answer.await,
    }
}

/// TLS with the authorities that this machine trusts, or those of `SSL_CERT_FILE`.
async fn client_config() -> Result<Arc<ClientConfig>, OutboundError> {
    let loaded = tokio::task::spawn_blocking(rustls_native_certs::load_native_certs).await;
    let mut roots = RootCertStore::empty();
    roots.add_parsable_certificates(loaded.map_err(failed)?.certs);
    if roots.is_empty() {
        return Err(OutboundError::Failed(
            "this machine trusts no certificate authority; SSL_CERT_FILE names a file with some"
                .to_owned(),
        ));
    }
    let config = ClientConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_safe_default_protocol_versions()
        .map_err(failed)?
        .with_root_certificates(roots)
        .with_no_client_auth();
    Ok(Arc::new(config))
}

fn failed(error: impl Error + 'static) -> OutboundError {
    OutboundError::Failed(chain(&error))
}

/// The error and what caused it.
fn chain(error: &(dyn Error + 'static)) -> String {
    let causes = std::iter::successors(Some(error), |&error| error.source());
    causes.map(ToString::to_string).collect::<Vec<_>>().join(": ")
}

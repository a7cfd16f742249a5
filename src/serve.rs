//! Serves HTTP on sockets: limits on every connection, and a graceful stop.

mod connections;
mod descriptors;
mod loopback;
mod tasks;

use std::io;
use std::net::SocketAddr;
use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use axum::body::Body;
use hyper::body::{Body as _, Incoming};
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::io::{AsyncRead, AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;
use tokio_rustls::TlsAcceptor;

use crate::control;
use crate::emulator::{Front, is_dropped};
use crate::rules::url::Scheme;
use crate::serve::connections::{Connection, During, Kind};
use crate::wire::Line;

pub use connections::{Connections, Place};
pub use descriptors::{raise_limit, tunnel_limit};
pub use loopback::{Listening, LocalNames, listen};
pub use tasks::{StopError, Tasks};

/// The time that a client has to send its headers, idle time included.
const HEADER_TIME: Duration = Duration::from_secs(75);
/// The time that a client has for the beginning of TLS, or to say what a proxy is to do.
const GREETING_TIME: Duration = Duration::from_secs(10);
/// So much is read of a request that is refused, before the connection is closed.
const MAX_REFUSED: u64 = 1024 * 1024;
/// Headers of more bytes are refused.
const MAX_HEAD: usize = 64 * 1024;
/// More headers are refused.
const MAX_HEADERS: usize = 100;
/// After the stop, requests in flight have this long to finish.
const LAST_REQUESTS: Duration = Duration::from_secs(8);
/// After the stop, a client that has not sent a whole head yet has this long to send it.
const LAST_HEADERS: Duration = Duration::from_millis(500);
/// After an error of the system, connections are accepted again when some may have ended.
const AFTER_ERROR: Duration = Duration::from_millis(50);

/// An open connection to the client at an address, with its place among all.
pub struct Arrival {
    /// What was accepted.
    pub stream: TcpStream,
    /// Where it comes from.
    pub client: SocketAddr,
    /// Its place.
    pub place: Place,
}

/// Bytes to and from a client.
pub trait Stream: AsyncRead + AsyncWrite + Send + Unpin {}

impl<S: AsyncRead + AsyncWrite + Send + Unpin> Stream for S {}

/// Answers the requests of connections, in whatever way they come in.
#[derive(Clone)]
pub struct Server {
    front: Arc<Front>,
    connections: Arc<Connections>,
    stop: watch::Receiver<bool>,
}

impl Server {
    /// Requests are answered by `front` until `stop` is true.
    #[must_use]
    pub fn new(front: Front, connections: Arc<Connections>, stop: watch::Receiver<bool>) -> Self {
        Self { front: Arc::new(front), connections, stop }
    }

    /// Serves HTTP.
    pub async fn http(self, listener: TcpListener) {
        self.serve(listener, async |server, arrival| server.answer_plain(arrival).await).await;
    }

    /// Serves HTTP through TLS.
    pub async fn https(self, listener: TcpListener, tls: TlsAcceptor) {
        let answer = move |server: Self, arrival| {
            let tls = tls.clone();
            async move { server.answer_tls(arrival, &tls).await }
        };
        self.serve(listener, answer).await;
    }

    /// Hands connections to `answer` until the stop, then finishes the requests in flight.
    pub async fn serve<F>(mut self, listener: TcpListener, answer: impl Fn(Self, Arrival) -> F)
    where
        F: Future<Output = ()> + Send + 'static,
    {
        let server = self.clone();
        tokio::select! {
            () = server.accept_all(&listener, answer) => {}
            _ = self.stop.wait_for(|stopped| *stopped) => {}
        }
        drop(listener);
        let all_done = async {
            self.connections.all_ended().await;
            self.front.finished().await;
        };
        if tokio::time::timeout(LAST_REQUESTS, all_done).await.is_err() {
            tracing::warn!("requests in flight were given up");
            self.connections.end_all();
        }
    }

    async fn accept_all<F>(&self, listener: &TcpListener, answer: impl Fn(Self, Arrival) -> F)
    where
        F: Future<Output = ()> + Send + 'static,
    {
        let mut failing = false;
        loop {
            match listener.accept().await {
                Ok((stream, client)) => {
                    failing = false;
                    if let Err(error) = stream.set_nodelay(true) {
                        tracing::debug!(%error, "no TCP_NODELAY");
                    }
                    // As soon as the limit allows it.
                    let place = self.connections.admit().await;
                    tokio::spawn(answer(self.clone(), Arrival { stream, client, place }));
                }
                Err(error) if is_of_one_connection(&error) => {}
                Err(error) => {
                    // Most likely out of file descriptors: a connection must end first.
                    if !failing {
                        tracing::warn!(%error, "connections cannot be accepted");
                    }
                    failing = true;
                    self.connections.shed();
                    tokio::time::sleep(AFTER_ERROR).await;
                }
            }
        }
    }

    /// Answers what comes in plain text.
    pub async fn answer_plain(self, Arrival { stream, client, place }: Arrival) {
        self.answer_all(stream, client, &place, Scheme::Http).await;
    }

    /// Answers what comes through TLS. The answer to a request in plain text says what is missing.
    pub async fn answer_tls(self, arrival: Arrival, tls: &TlsAcceptor) {
        let Arrival { stream, client, place } = arrival;
        match self.within(GREETING_TIME, &place, is_tls(&stream)).await {
            Some(Ok(true)) => self.answer_within((Box::new(stream), client), &place, tls).await,
            Some(Ok(false)) => drop(self.within(GREETING_TIME, &place, refuse_plain(stream)).await),
            _ => {}
        }
    }

    /// Answers what comes through TLS in a stream whose first bytes nobody has read yet.
    pub async fn answer_within(
        &self,
        (stream, client): (Box<dyn Stream>, SocketAddr),
        place: &Place,
        tls: &TlsAcceptor,
    ) {
        match self.within(GREETING_TIME, place, tls.accept(stream)).await {
            Some(Ok(stream)) => self.answer_all(stream, client, place, Scheme::Https).await,
            Some(Err(error)) => tracing::debug!(%client, %error, "no TLS came about"),
            None => {}
        }
    }

    /// What is done for a connection within a limit; none if it takes longer, or if the
    /// connection is to end.
    pub async fn within<T>(
        &self,
        limit: Duration,
        place: &Place,
        work: impl Future<Output = T>,
    ) -> Option<T> {
        let mut stop = self.stop.clone();
        tokio::select! {
            done = tokio::time::timeout(limit, work) => done.ok(),
            () = place.connection.is_to_end() => None,
            _ = stop.wait_for(|stopped| *stopped) => None,
        }
    }

    async fn answer_all(
        &self,
        stream: impl Stream + 'static,
        client: SocketAddr,
        place: &Place,
        scheme: Scheme,
    ) {
        let _open = self.front.open_connection();
        if let Err(error) = self.until_ended(stream, client, &place.connection, scheme).await {
            tracing::debug!(%error, "a connection ended early");
        }
    }

    /// Answers the requests of one connection until one side or the stop ends it.
    async fn until_ended(
        &self,
        stream: impl Stream + 'static,
        client: SocketAddr,
        connection: &Arc<Connection>,
        scheme: Scheme,
    ) -> hyper::Result<()> {
        let line = Line { connection: Arc::clone(connection) as _, stop: self.stop.clone() };
        let answering = service_fn(|mut request: hyper::Request<Incoming>| {
            let is_ending = !connection.begin_request(kind(&request));
            let (front, connection) = (Arc::clone(&self.front), Arc::clone(connection));
            request.extensions_mut().insert(line.clone());
            if scheme == Scheme::Https {
                request.extensions_mut().insert(scheme);
            }
            Box::pin(async move {
                if is_ending {
                    // The connection is about to be dropped, and nothing of this request is done.
                    std::future::pending::<()>().await;
                }
                let of = Arc::clone(&connection);
                let request = request.map(|body| Body::new(During::receiving(body, of)));
                let response = front.answer_to(Some(client), request).await;
                if is_dropped(&response) {
                    return Err(io::Error::other("a fault rule closes the connection"));
                }
                Ok(response.map(|body| During::sending(body, connection)))
            })
        });
        let mut served = pin!(http().serve_connection(TokioIo::new(stream), answering));
        let mut stop = self.stop.clone();
        tokio::select! {
            ended = served.as_mut() => return ended,
            () = connection.is_to_end() => return Ok(()),
            _ = stop.wait_for(|stopped| *stopped) => {}
        }
        served.as_mut().graceful_shutdown();
        let no_request = async {
            tokio::time::sleep(LAST_HEADERS).await;
            if !connection.is_new() {
                std::future::pending::<()>().await;
            }
        };
        tokio::select! {
            ended = served => ended,
            () = connection.is_to_end() => Ok(()),
            () = no_request => Ok(()),
        }
    }
}

/// The error of one client that has disconnected.
fn is_of_one_connection(error: &io::Error) -> bool {
    use io::ErrorKind::{ConnectionAborted, ConnectionRefused, ConnectionReset, Interrupted};
    matches!(error.kind(), ConnectionAborted | ConnectionRefused | ConnectionReset | Interrupted)
}

/// Whether a client begins with TLS. No request begins with that byte.
///
/// # Errors
/// The connection broke off.
pub async fn is_tls(stream: &TcpStream) -> io::Result<bool> {
    const HANDSHAKE: u8 = 22;
    let mut first = [0];
    let count = stream.peek(&mut first).await?;
    Ok(count == 0 || first == [HANDSHAKE])
}

/// Answers a request in plain text where TLS is spoken.
async fn refuse_plain(mut stream: TcpStream) -> io::Result<()> {
    let why = "This address speaks HTTPS alone: begin the URL with https://\n";
    let head = "HTTP/1.1 400 Bad Request\r\ncontent-type: text/plain; charset=utf-8\r\n\
                connection: close\r\ncontent-length";
    stream.write_all(format!("{head}: {}\r\n\r\n{why}", why.len()).as_bytes()).await?;
    stream.shutdown().await?;
    // A client that is still sending would lose the answer.
    let mut rest = stream.take(MAX_REFUSED);
    tokio::io::copy(&mut rest, &mut tokio::io::sink()).await.map(drop)
}

/// HTTP with the limits of every connection.
fn http() -> http1::Builder {
    let mut http = http1::Builder::new();
    http.timer(TokioTimer::new())
        .header_read_timeout(HEADER_TIME)
        .max_buf_size(MAX_HEAD)
        .max_headers(MAX_HEADERS)
        // Who has sent all of a request may close their side before the answer.
        .half_close(true);
    http
}

fn kind(request: &hyper::Request<Incoming>) -> Kind {
    match request.body().is_end_stream() {
        true if control::is_wait(request.uri().path()) => Kind::Waits,
        true => Kind::Whole,
        false => Kind::HasBody,
    }
}

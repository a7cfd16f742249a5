//! Serving on sockets: limits on every connection, and a stop that lets requests finish.

mod connections;
mod descriptors;

use std::convert::Infallible;
use std::future::Future;
use std::io;
use std::net::SocketAddr;
use std::pin::{Pin, pin};
use std::sync::Arc;
use std::time::Duration;

use axum::body::Body;
use axum::extract::Request;
use axum::response::Response;
use hyper::body::{Body as _, Incoming};
use hyper::server::conn::http1;
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;

use crate::control;
use crate::emulator::Front;
use crate::serve::connections::{Connection, During, Kind};

pub use connections::Connections;
pub use descriptors::raise_limit;

/// A client that does not finish its headers in this time, idle time before them included, is given
/// up.
const HEADER_TIME: Duration = Duration::from_secs(75);
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

/// Lets `front` answer what comes in at `listener` until `stop` says otherwise, then finishes what
/// is in flight.
pub async fn serve(
    listener: TcpListener,
    front: Front,
    connections: Arc<Connections>,
    mut stop: watch::Receiver<bool>,
) {
    let server = Server { front: Arc::new(front), connections, stop: stop.clone() };
    tokio::select! {
        () = server.accept_all(&listener) => {}
        _ = stop.wait_for(|stopped| *stopped) => {}
    }
    drop(listener);
    if tokio::time::timeout(LAST_REQUESTS, server.connections.all_ended()).await.is_err() {
        tracing::warn!("requests in flight were given up");
        server.connections.end_all();
    }
}

/// What every connection at one address needs.
struct Server {
    front: Arc<Front>,
    connections: Arc<Connections>,
    stop: watch::Receiver<bool>,
}

impl Server {
    async fn accept_all(&self, listener: &TcpListener) {
        let mut failing = false;
        loop {
            match listener.accept().await {
                Ok((stream, client)) => {
                    failing = false;
                    self.admit(stream, client).await;
                }
                Err(error) if is_of_one_connection(&error) => {}
                Err(error) => {
                    // Out of file descriptors, most likely: a connection must end first.
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

    /// Answers on a connection, as soon as there is room for it.
    async fn admit(&self, stream: TcpStream, client: SocketAddr) {
        let place = self.connections.admit().await;
        let (front, stop) = (Arc::clone(&self.front), self.stop.clone());
        tokio::spawn(async move {
            if let Err(error) = answer_all((stream, client), &place.connection, front, stop).await {
                tracing::debug!(%error, "a connection ended early");
            }
        });
    }
}

/// The client has gone away again.
fn is_of_one_connection(error: &io::Error) -> bool {
    use io::ErrorKind::{ConnectionAborted, ConnectionRefused, ConnectionReset, Interrupted};
    matches!(error.kind(), ConnectionAborted | ConnectionRefused | ConnectionReset | Interrupted)
}

/// Answers what comes in on one connection, until one side or the stop ends it.
async fn answer_all(
    (stream, client): (TcpStream, SocketAddr),
    connection: &Arc<Connection>,
    front: Arc<Front>,
    mut stop: watch::Receiver<bool>,
) -> hyper::Result<()> {
    let mut served =
        pin!(served(stream, Answering { front, client, connection: Arc::clone(connection) }));
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

fn served(
    stream: TcpStream,
    answering: Answering,
) -> http1::Connection<TokioIo<TcpStream>, Answering> {
    if let Err(error) = stream.set_nodelay(true) {
        tracing::debug!(%error, "no TCP_NODELAY");
    }
    http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(HEADER_TIME)
        .max_buf_size(MAX_HEAD)
        .max_headers(MAX_HEADERS)
        .serve_connection(TokioIo::new(stream), answering)
}

/// Answers the requests of one connection, and notes how far each is.
struct Answering {
    front: Arc<Front>,
    client: SocketAddr,
    connection: Arc<Connection>,
}

impl hyper::service::Service<hyper::Request<Incoming>> for Answering {
    type Response = hyper::Response<During<Body>>;
    type Error = Infallible;
    type Future = Pin<Box<dyn Future<Output = Result<Self::Response, Infallible>> + Send>>;

    fn call(&self, request: hyper::Request<Incoming>) -> Self::Future {
        if !self.connection.begin_request(kind(&request)) {
            // The connection is about to be dropped, and nothing of this request is done.
            return Box::pin(std::future::pending());
        }
        let connection = Arc::clone(&self.connection);
        let request: Request =
            request.map(|body| Body::new(During::receiving(body, Arc::clone(&connection))));
        let (front, client) = (Arc::clone(&self.front), self.client);
        Box::pin(async move {
            let response: Response = front.answer_to(Some(client), request).await;
            Ok(response.map(|body| During::sending(body, connection)))
        })
    }
}

fn kind(request: &hyper::Request<Incoming>) -> Kind {
    match request.body().is_end_stream() {
        true if control::is_wait(request.uri().path()) => Kind::Waits,
        true => Kind::Whole,
        false => Kind::HasBody,
    }
}

/// Binds an address.
///
/// # Errors
/// It is taken, or not this machine's.
pub async fn bind(address: SocketAddr) -> io::Result<TcpListener> {
    TcpListener::bind(address).await
}

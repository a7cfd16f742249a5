//! Serving on sockets: limits on every connection, and a stop that lets requests finish.

use std::convert::Infallible;
use std::future::Future;
use std::net::SocketAddr;
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use axum::body::Body;
use axum::extract::Request;
use axum::response::Response;
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::server::graceful::GracefulShutdown;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{Semaphore, watch};

use crate::emulator::Front;

/// So many connections are served at once; more wait.
const MAX_CONNECTIONS: usize = 4096;
/// A client that does not finish its headers in this time, idle time before them included, is given
/// up.
const HEADER_TIME: Duration = Duration::from_secs(75);
/// Headers of more bytes are refused.
const MAX_HEAD: usize = 64 * 1024;
/// More headers are refused.
const MAX_HEADERS: usize = 100;
/// After the stop, requests in flight have this long to finish.
const LAST_REQUESTS: Duration = Duration::from_secs(8);

/// Lets `front` answer what comes in at `listener` until `stop` says otherwise, then finishes what
/// is in flight.
pub async fn serve(listener: TcpListener, front: Front, mut stop: watch::Receiver<bool>) {
    let (front, places) = (Arc::new(front), Arc::new(Semaphore::new(MAX_CONNECTIONS)));
    let graceful = GracefulShutdown::new();
    while !*stop.borrow() {
        let Ok(place) = Arc::clone(&places).acquire_owned().await else { break };
        let accepted = tokio::select! {
            accepted = listener.accept() => accepted,
            _ = stop.changed() => break,
        };
        match accepted {
            Ok((stream, _)) => {
                let connection = graceful.watch(connection(stream, Arc::clone(&front)));
                tokio::spawn(async move {
                    if let Err(error) = connection.await {
                        tracing::debug!(%error, "a connection ended early");
                    }
                    drop(place);
                });
            }
            Err(error) => {
                // Out of file descriptors, most likely: connections must end before new ones come.
                tracing::warn!(%error, "a connection cannot be accepted");
                tokio::time::sleep(Duration::from_millis(50)).await;
            }
        }
    }
    drop(listener);
    if tokio::time::timeout(LAST_REQUESTS, graceful.shutdown()).await.is_err() {
        tracing::warn!("requests in flight were given up");
    }
}

/// Answers what comes in on one connection.
#[derive(Debug, Clone)]
struct Answering(Arc<Front>);

impl hyper::service::Service<hyper::Request<Incoming>> for Answering {
    type Response = Response;
    type Error = Infallible;
    type Future = Pin<Box<dyn Future<Output = Result<Response, Infallible>> + Send>>;

    fn call(&self, request: hyper::Request<Incoming>) -> Self::Future {
        let front = Arc::clone(&self.0);
        let request: Request = request.map(Body::new);
        Box::pin(async move { Ok(front.answer(request).await) })
    }
}

fn connection(
    stream: TcpStream,
    front: Arc<Front>,
) -> http1::Connection<TokioIo<TcpStream>, Answering> {
    if let Err(error) = stream.set_nodelay(true) {
        tracing::debug!(%error, "no TCP_NODELAY");
    }
    http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(HEADER_TIME)
        .max_buf_size(MAX_HEAD)
        .max_headers(MAX_HEADERS)
        .serve_connection(TokioIo::new(stream), Answering(front))
}

/// Binds an address.
///
/// # Errors
/// It is taken, or not this machine's.
pub async fn bind(address: SocketAddr) -> std::io::Result<TcpListener> {
    TcpListener::bind(address).await
}

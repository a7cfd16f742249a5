//! A small HTTP/1.1 client that asks prepared requests again and again, and what it measured.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::{Duration, Instant, SystemTime};

use anyhow::{Context as _, Result, bail, ensure};
use aws_credential_types::Credentials;
use aws_sigv4::http_request::{SignableBody, SignableRequest, SigningSettings, sign};
use aws_sigv4::sign::v4;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

/// A request as it goes over the wire.
pub type Prepared = Arc<[u8]>;

/// A signed call of the Requester API by the requester `test`.
pub fn call(port: u16, operation: &str, body: &str) -> Result<Prepared> {
    call_by("test", port, operation, body)
}

/// A signed call by the requester with that access key.
pub fn call_by(key: &str, port: u16, operation: &str, body: &str) -> Result<Prepared> {
    let target = format!("MTurkRequesterServiceV20170117.{operation}");
    let (uri, kind) = (format!("http://127.0.0.1:{port}/"), "application/x-amz-json-1.1");
    let host = format!("127.0.0.1:{port}");
    let headers = [("host", host.as_str()), ("content-type", kind), ("x-amz-target", &target)];
    let identity = Credentials::new(key, "test", None, None, "bench").into();
    let params = v4::SigningParams::builder()
        .identity(&identity)
        .region("us-east-1")
        .name("mturk-requester")
        .time(SystemTime::from(mturk_local::time::wall_clock()))
        .settings(SigningSettings::default())
        .build()?;
    let body_bytes = SignableBody::Bytes(body.as_bytes());
    let request = SignableRequest::new("POST", &uri, headers.into_iter(), body_bytes)?;
    let (signed, _) = sign(request, &params.into())?.into_parts();
    let mut text = format!("POST / HTTP/1.1\r\ncontent-length: {}\r\n", body.len());
    for (name, value) in headers.into_iter().chain(signed.headers()) {
        text.extend([name, ": ", value, "\r\n"]);
    }
    text.extend(["\r\n", body]);
    Ok(text.into_bytes().into())
}

/// Any other request.
pub fn plain(method: &str, path: &str, headers: &str, body: &str) -> Prepared {
    let length = body.len();
    let text = format!(
        "{method} {path} HTTP/1.1\r\nhost: 127.0.0.1\r\ncontent-length: {length}\r\n{headers}\r\n{body}"
    );
    text.into_bytes().into()
}

/// One connection.
pub struct Connection {
    port: u16,
    stream: TcpStream,
    buffer: Vec<u8>,
}

impl Connection {
    pub async fn open(port: u16) -> Result<Self> {
        Ok(Self { port, stream: stream(port).await?, buffer: vec![0; 1 << 18] })
    }

    /// Sends a request and reads the whole answer: its status, and its body within the buffer.
    pub async fn ask(&mut self, request: &[u8]) -> Result<(u16, &[u8])> {
        self.stream.write_all(request).await?;
        let (mut read, mut whole) = (0, None);
        loop {
            if read == self.buffer.len() {
                self.buffer.resize(read * 2, 0);
            }
            let count = self.stream.read(&mut self.buffer[read..]).await?;
            ensure!(count > 0, "the server closed the connection");
            read += count;
            if whole.is_none() {
                whole = head(&self.buffer[..read])?;
            }
            if let Some(Head { status, begin, end, closes }) = whole
                && read >= end
            {
                if closes {
                    self.stream = stream(self.port).await?;
                }
                return Ok((status, &self.buffer[begin..end]));
            }
        }
    }
}

async fn stream(port: u16) -> Result<TcpStream> {
    let stream = TcpStream::connect(("127.0.0.1", port)).await?;
    stream.set_nodelay(true)?;
    Ok(stream)
}

/// What the head of an answer says.
#[derive(Clone, Copy)]
struct Head {
    status: u16,
    /// Where the body begins and ends.
    begin: usize,
    end: usize,
    /// Whether the server closes the connection, as some do after each answer.
    closes: bool,
}

fn head(bytes: &[u8]) -> Result<Option<Head>> {
    let Some(end) = bytes.windows(4).position(|four| four == b"\r\n\r\n") else { return Ok(None) };
    let head = std::str::from_utf8(&bytes[..end])?.to_ascii_lowercase();
    let status = head.split(' ').nth(1).context("no status")?.parse()?;
    let length = head.split("\r\ncontent-length:").nth(1).context("no content-length")?;
    let length: usize = length.split("\r\n").next().unwrap_or_default().trim().parse()?;
    let closes = head.contains("\r\nconnection: close");
    Ok(Some(Head { status, begin: end + 4, end: end + 4 + length, closes }))
}

/// One request and its answer, which must be 200.
pub async fn once(port: u16, request: &[u8]) -> Result<Vec<u8>> {
    let mut connection = Connection::open(port).await?;
    let (status, body) = connection.ask(request).await?;
    if status != 200 {
        bail!("status {status}: {}", String::from_utf8_lossy(body));
    }
    Ok(body.to_vec())
}

/// What a burst of requests gave.
#[derive(Debug, Clone, Default)]
pub struct Measured {
    pub per_second: f64,
    pub count: u64,
    /// In microseconds.
    pub median_us: f64,
    pub p99_us: f64,
}

/// Asks on so many connections for so long; each request of `requests` in turn, from a random start
/// if `again`, else each once.
///
/// # Errors
/// An answer was not 200: what refuses is fast, and no measure of anything.
pub async fn load(
    port: u16,
    connections: usize,
    requests: Arc<[Prepared]>,
    time: Duration,
    again: bool,
) -> Result<Measured> {
    let stop = Arc::new(AtomicBool::new(false));
    let next = Arc::new(AtomicUsize::new(0));
    let mut opened = Vec::new();
    for _ in 0..connections {
        opened.push(Connection::open(port).await?);
    }
    let begun = Instant::now();
    let tasks: Vec<_> = opened
        .into_iter()
        .map(|mut connection| {
            let (stop, next, requests) =
                (Arc::clone(&stop), Arc::clone(&next), Arc::clone(&requests));
            tokio::spawn(async move {
                let mut times = Vec::with_capacity(1 << 16);
                while !stop.load(Ordering::Relaxed) {
                    let n = next.fetch_add(1, Ordering::Relaxed);
                    // A stride that has no common factor with the count visits all in no order.
                    let request = match (again, requests.get(n)) {
                        (true, _) => &requests[n.wrapping_mul(7919) % requests.len()],
                        (false, Some(request)) => request,
                        (false, None) => break,
                    };
                    let asked = Instant::now();
                    let (status, body) = connection.ask(request).await?;
                    times.push(asked.elapsed().as_secs_f64() * 1e6);
                    ensure!(status == 200, "status {status}: {}", String::from_utf8_lossy(body));
                }
                anyhow::Ok(times)
            })
        })
        .collect();
    let watch = {
        let stop = Arc::clone(&stop);
        tokio::spawn(async move {
            tokio::time::sleep(time).await;
            stop.store(true, Ordering::Relaxed);
        })
    };
    let mut times = Vec::new();
    for task in tasks {
        times.extend(task.await??);
    }
    let seconds = begun.elapsed().as_secs_f64();
    watch.abort();
    times.sort_by(f64::total_cmp);
    let count = times.len();
    let at = |share: usize| times.get(count * share / 100).copied().unwrap_or(f64::NAN);
    Ok(Measured {
        per_second: f(count) / seconds,
        count: u64::try_from(count)?,
        median_us: at(50),
        p99_us: at(99),
    })
}

/// A count as a number to divide by.
#[expect(clippy::cast_precision_loss, reason = "counts of a benchmark are small")]
pub fn f(count: usize) -> f64 {
    count as f64
}

/// The one in the middle.
pub fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    values.get(values.len() / 2).copied().unwrap_or(f64::NAN)
}

//! Requests are written as they travel, and signed by signers other than this one.

mod age;
mod header;
mod hostile;
mod signer;
mod tampering;
mod vectors;

use axum::http::{HeaderMap, HeaderName, HeaderValue};
use chrono::{DateTime, Utc};

use super::{Request, SigningFault, SigningKeys, check_age, parse, verify};

const KEY: &str = "AKIAMADEUPKEY0000001";
const SECRET: &str = "made-up/Secret+Key0000000000000000000001";

/// A request as it arrives.
#[derive(Clone)]
struct Message {
    method: String,
    path: String,
    query: String,
    headers: HeaderMap,
    body: Vec<u8>,
}

impl Message {
    /// Reads `POST /path?query`, header lines, an empty line and the body.
    fn read(text: &str) -> Self {
        let (head, body) = text.split_once("\n\n").unwrap_or((text, ""));
        let mut lines = head.lines();
        let (method, target) = lines.next().unwrap().split_once(' ').unwrap();
        let (path, query) = target.split_once('?').unwrap_or((target, ""));
        let [method, path, query] = [method, path, query].map(str::to_owned);
        let mut headers = HeaderMap::new();
        for (name, value) in lines.map(|line| line.split_once(':').unwrap()) {
            headers.append(header_name(name), HeaderValue::from_str(value.trim()).unwrap());
        }
        Self { method, path, query, headers, body: body.as_bytes().to_vec() }
    }

    fn set(&mut self, name: &str, value: &str) {
        self.headers.insert(header_name(name), HeaderValue::from_str(value).unwrap());
    }

    fn replace(&mut self, name: &str, from: &str, to: &str) {
        let value = self.headers[name].to_str().unwrap();
        assert!(value.contains(from), "{name}: {value} has no {from}");
        self.set(name, &value.replacen(from, to, 1));
    }

    fn request(&self) -> Request<'_> {
        let Self { method, path, query, headers, body } = self;
        Request { method, path, query, headers, body }
    }

    fn verify(&self, secret: &str, now: DateTime<Utc>) -> Result<(), SigningFault> {
        let authorization = parse(&self.headers)?.expect("the message is signed");
        check_age(&authorization, now)?;
        verify(&authorization, &SigningKeys::default(), secret, &self.request(), None)
    }
}

fn header_name(name: &str) -> HeaderName {
    HeaderName::from_bytes(name.as_bytes()).unwrap()
}

fn at(text: &str) -> DateTime<Utc> {
    text.parse().unwrap()
}

/// The instant at which the messages of these tests are signed.
fn signing_time() -> DateTime<Utc> {
    at("2026-11-21T19:21:25Z")
}

//! The gate: which requests may come in at all.
//!
//! A page on the web can make a browser send requests to this machine. A name of its own that it
//! points here (DNS rebinding) shows in `Host`; a write from its page shows in `Origin`.

use std::net::IpAddr;

use axum::http::header::{HOST, ORIGIN};
use axum::http::{HeaderMap, Method};

/// The names under which the closed service was reached; clients written for it keep them.
const AMAZON: [&str; 7] = [
    "mturk-requester.us-east-1.amazonaws.com",
    "mturk-requester-sandbox.us-east-1.amazonaws.com",
    "www.mturk.com",
    "worker.mturk.com",
    "workersandbox.mturk.com",
    "requester.mturk.com",
    "requestersandbox.mturk.com",
];

/// Who is let in.
#[derive(Debug, Clone, Default)]
pub struct Gate {
    /// Host names besides loopback and the old service's: the listen addresses, the public URL's
    /// host, `--allow-host`.
    pub hosts: Vec<String>,
    /// The origin of the public URL, which is the server's own.
    pub public_origin: Option<String>,
    /// Foreign origins whose pages may call: `--cors-origin`.
    pub cors_origins: Vec<String>,
    /// Whether any address, though no other name, may stand in `Host`: for a server that other
    /// machines reach. An address cannot be rebound.
    pub any_address: bool,
}

/// Whose pages may write.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Writers {
    /// Our own, and those that were named.
    Ours,
    /// Every page, also one without an origin: what a requester's page posts for a worker.
    Any,
}

impl Gate {
    /// Whether the request may come in; `writers` depends on where it goes.
    ///
    /// # Errors
    /// A sentence for the one who sent it.
    pub fn check(
        &self,
        method: &Method,
        headers: &HeaderMap,
        writers: Writers,
    ) -> Result<(), String> {
        let host = text(headers, &HOST).ok_or("The request has no Host header.")?;
        let name = without_port(&host);
        if !self.knows(name) {
            return Err(format!(
                "The host {name:?} is not known here. \
                 If it is meant, start with --allow-host {name}."
            ));
        }
        if method.is_safe() || writers == Writers::Any || !headers.contains_key(ORIGIN) {
            return Ok(());
        }
        let origin = text(headers, &ORIGIN).unwrap_or_default();
        let own = origin.split_once("://").is_some_and(|(_, at)| at.eq_ignore_ascii_case(&host));
        let named =
            self.public_origin.iter().chain(&self.cors_origins).any(|known| same(known, &origin));
        if own || named {
            return Ok(());
        }
        Err(format!(
            "A page of {origin:?} may not write here. If it is meant, start with --cors-origin."
        ))
    }

    fn knows(&self, name: &str) -> bool {
        let named = |known: &str| without_port(known).eq_ignore_ascii_case(name);
        let listed = self.hosts.iter().any(|known| named(known));
        if let Ok(address) = name.trim_matches(['[', ']']).parse::<IpAddr>() {
            return listed || self.any_address || address.is_loopback();
        }
        let local = name.eq_ignore_ascii_case("localhost")
            || name.to_ascii_lowercase().ends_with(".localhost");
        listed || local || AMAZON.into_iter().any(named)
    }
}

fn text(headers: &HeaderMap, name: &axum::http::HeaderName) -> Option<String> {
    headers.get(name)?.to_str().ok().map(str::to_owned)
}

/// Whether two origins are one: names in any case, the default port said or not.
fn same(one: &str, other: &str) -> bool {
    fn plain(origin: &str) -> &str {
        let port = if origin.starts_with("https:") { ":443" } else { ":80" };
        origin.strip_suffix(port).unwrap_or(origin)
    }
    plain(one).eq_ignore_ascii_case(plain(other))
}

/// `host`, `host:port`, `[v6]`, `[v6]:port`: the part before the port.
fn without_port(host: &str) -> &str {
    match host.strip_prefix('[').and_then(|rest| rest.find(']')) {
        Some(end) => &host[..end + 2],
        None => host.rsplit_once(':').map_or(host, |(name, _)| name),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(gate: &Gate, method: &Method, host: &str, origin: Option<&str>) -> bool {
        let mut headers = HeaderMap::new();
        headers.insert(HOST, host.parse().unwrap());
        if let Some(origin) = origin {
            headers.insert(ORIGIN, origin.parse().unwrap());
        }
        gate.check(method, &headers, Writers::Ours).is_ok()
    }

    #[test]
    fn hosts_that_are_let_in() {
        let hosts = ["mturk", "named.test:8080", "10.0.0.5"].map(str::to_owned).to_vec();
        let gate = Gate { hosts, ..Gate::default() };
        for (host, allowed) in [
            ("127.0.0.1:1770", true),
            ("127.9.9.9", true),
            ("localhost:1770", true),
            ("LOCALHOST", true),
            ("app.localhost:80", true),
            ("[::1]:1770", true),
            ("mturk:1770", true),
            ("named.test:1770", true),
            ("10.0.0.5:1770", true),
            ("10.0.0.6:1770", false),
            ("mturk-requester-sandbox.us-east-1.amazonaws.com", true),
            ("evil.example", false),
            ("evil.example:1770", false),
            ("localhost.evil.example", false),
            ("127.0.0.1.evil.example", false),
        ] {
            assert_eq!(check(&gate, &Method::GET, host, None), allowed, "{host}");
        }
        let remote = Gate { any_address: true, ..Gate::default() };
        assert!(check(&remote, &Method::GET, "10.0.0.6:1770", None));
        assert!(!check(&remote, &Method::GET, "evil.example", None));
        assert!(gate.check(&Method::GET, &HeaderMap::new(), Writers::Ours).is_err());
    }

    #[test]
    fn writes_from_foreign_pages_are_refused() {
        let gate = Gate { cors_origins: vec!["http://app.test".into()], ..Gate::default() };
        let host = "127.0.0.1:1770";
        for (method, origin, allowed) in [
            (Method::POST, None, true),
            (Method::POST, Some("http://127.0.0.1:1770"), true),
            (Method::POST, Some("http://127.0.0.1:3000"), false),
            (Method::POST, Some("http://evil.example"), false),
            (Method::POST, Some("null"), false),
            (Method::POST, Some("http://app.test"), true),
            (Method::POST, Some("http://APP.test:80"), true),
            (Method::POST, Some("https://app.test"), false),
            (Method::DELETE, Some("http://evil.example"), false),
            (Method::GET, Some("http://evil.example"), true),
        ] {
            assert_eq!(check(&gate, &method, host, origin), allowed, "{method} {origin:?}");
        }
    }
}

//! The gate: which requests may come in at all.
//!
//! A page on the web can make a browser send requests to this machine. A name of its own that it
//! points here (DNS rebinding) shows in `Host`; a write from its page shows in `Origin`.

use std::net::IpAddr;

use axum::http::header::{HOST, ORIGIN};
use axum::http::{HeaderMap, Method, StatusCode, Uri};

use crate::rules::url::{is_host_and_port, split_port, without_user_info};

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
    /// host, `--allow-host`. `*.example.test` stands for every name that ends so.
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

/// Why a request may not come in: the status to answer with, and a sentence for the sender.
pub type Refused = (StatusCode, String);

/// The one `Host` header, which is a host and perhaps a port, and agrees with the address that the
/// request line names, if that is a whole one.
fn host<'h>(uri: &Uri, headers: &'h HeaderMap) -> Result<&'h str, Refused> {
    let bad = |why: &str| (StatusCode::BAD_REQUEST, why.to_owned());
    let mut all = headers.get_all(HOST).iter();
    let host = all.next().ok_or_else(|| bad("The request has no Host header."))?;
    if all.next().is_some() {
        return Err(bad("The request has more than one Host header."));
    }
    let host = host.to_str().ok().filter(|host| is_host_and_port(host));
    let host = host.ok_or_else(|| bad("The Host header is no host, perhaps with a port."))?;
    match uri.authority() {
        Some(named) if !named.as_str().eq_ignore_ascii_case(host) => {
            Err(bad("The request line names another host than the Host header."))
        }
        _ => Ok(host),
    }
}

impl Gate {
    /// Whether the request may come in; `writers` depends on where it goes.
    ///
    /// # Errors
    /// The host is damaged or not known; a page that may not write wants to.
    pub fn check(
        &self,
        (method, uri, headers): (&Method, &Uri, &HeaderMap),
        writers: Writers,
    ) -> Result<(), Refused> {
        let host = host(uri, headers)?;
        let (name, _) = split_port(host);
        let forbidden = |why: String| Err((StatusCode::FORBIDDEN, why));
        if !self.knows(name) {
            return forbidden(format!(
                "The host {name:?} is not known here. \
                 If it is meant, start with --allow-host {name}."
            ));
        }
        if method.is_safe() || writers == Writers::Any || !headers.contains_key(ORIGIN) {
            return Ok(());
        }
        let origin =
            headers.get(ORIGIN).and_then(|origin| origin.to_str().ok()).unwrap_or_default();
        let own = origin.split_once("://").is_some_and(|(_, at)| at.eq_ignore_ascii_case(host));
        let named =
            self.public_origin.iter().chain(&self.cors_origins).any(|known| same(known, origin));
        if own || named {
            return Ok(());
        }
        let origin = without_user_info(origin);
        forbidden(format!(
            "A page of {origin:?} may not write here. If it is meant, start with --cors-origin."
        ))
    }

    fn knows(&self, name: &str) -> bool {
        let named = |known: &str| split_port(known).0.eq_ignore_ascii_case(name);
        let listed = self.hosts.iter().any(|known| named(known) || ends_so(known, name));
        if let Ok(address) = name.trim_matches(['[', ']']).parse::<IpAddr>() {
            return listed || self.any_address || address.is_loopback();
        }
        let local = name.eq_ignore_ascii_case("localhost")
            || name.to_ascii_lowercase().ends_with(".localhost");
        listed || local || AMAZON.into_iter().any(named)
    }
}

/// Whether `known` is `*.suffix`, and the name has that suffix and more before it.
fn ends_so(known: &str, name: &str) -> bool {
    let suffix = known.strip_prefix('*').filter(|suffix| suffix.starts_with('.'));
    suffix.is_some_and(|suffix| {
        let before = name.len().checked_sub(suffix.len()).filter(|before| *before > 0);
        before.and_then(|at| name.get(at..)).is_some_and(|end| end.eq_ignore_ascii_case(suffix))
    })
}

/// Whether two origins are one: names in any case, the default port said or not.
fn same(one: &str, other: &str) -> bool {
    fn plain(origin: &str) -> &str {
        let port = if origin.starts_with("https:") { ":443" } else { ":80" };
        origin.strip_suffix(port).unwrap_or(origin)
    }
    plain(one).eq_ignore_ascii_case(plain(other))
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
        gate.check((method, &Uri::from_static("/"), &headers), Writers::Ours).is_ok()
    }

    #[test]
    fn hosts_that_are_let_in() {
        let hosts = ["mturk", "named.test:8080", "10.0.0.5", "*.svc.cluster.local"];
        let hosts = hosts.map(str::to_owned).to_vec();
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
            ("a.svc.cluster.local:80", true),
            ("a.b.SVC.cluster.local", true),
            ("svc.cluster.local", false),
            (".svc.cluster.local", false),
            ("evilsvc.cluster.local", false),
            ("a.svc.cluster.local.evil.example", false),
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
    }

    #[test]
    fn the_host_is_one_whole_and_the_same_in_the_request_line() {
        let gate = Gate { hosts: vec!["app.test".into()], ..Gate::default() };
        for (target, hosts, status) in [
            ("/", &["localhost"][..], None),
            ("http://LOCALHOST:80/x", &["localhost:80"], None),
            ("http://localhost/", &["localhost:80"], Some(400)),
            ("http://evil.example/", &["localhost"], Some(400)),
            ("http://localhost@evil.example/", &["localhost"], Some(400)),
            ("/", &[], Some(400)),
            ("/", &["localhost", "localhost"], Some(400)),
            ("/", &["localhost", "evil.example"], Some(400)),
            ("/", &["localhost:80@evil.example"], Some(400)),
            ("/", &["localhost:"], Some(400)),
            ("/", &["localhost:65536"], Some(400)),
            ("/", &["localhost/x"], Some(400)),
            ("/", &[""], Some(400)),
            ("/", &["evil.example"], Some(403)),
        ] {
            let mut headers = HeaderMap::new();
            for host in hosts {
                headers.append(HOST, host.parse().unwrap());
            }
            // Nobody looks at what a proxy says.
            headers.insert("x-forwarded-host", "app.test".parse().unwrap());
            let uri = target.parse().unwrap();
            let checked = gate.check((&Method::GET, &uri, &headers), Writers::Ours);
            let refused = checked.err().map(|(status, _)| status.as_u16());
            assert_eq!(refused, status, "{target} {hosts:?}");
        }
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

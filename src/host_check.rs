//! The host and origin check: which requests may come in at all.
//!
//! A page on the web can make a browser send requests to this machine. A name of its own that it
//! points here (DNS rebinding) shows in `Host`; a write from its page shows in `Origin`.

use std::net::IpAddr;

use axum::http::header::{HOST, ORIGIN};
use axum::http::{HeaderMap, Method, StatusCode, Uri};

use crate::rules::frame_host::FrameHosts;
use crate::rules::url::{is_host_and_port, is_this_machine, split_port, without_user_info};

/// The names of the closed service's sites; clients written for it keep them.
const SITES: [&str; 6] = [
    "www.mturk.com",
    "worker.mturk.com",
    "workersandbox.mturk.com",
    "requester.mturk.com",
    "requestersandbox.mturk.com",
    "www.mturkcontent.com",
];

/// The names of its API, which come before a region and `amazonaws.com`.
const SERVICES: [&str; 2] = ["mturk-requester", "mturk-requester-sandbox"];

/// Amazon's regions. The service was in us-east-1 alone, but an AWS client makes the name of an
/// endpoint with whatever region it is given.
const REGIONS: [&str; 36] = [
    "af-south-1",
    "ap-east-1",
    "ap-east-2",
    "ap-northeast-1",
    "ap-northeast-2",
    "ap-northeast-3",
    "ap-south-1",
    "ap-south-2",
    "ap-southeast-1",
    "ap-southeast-2",
    "ap-southeast-3",
    "ap-southeast-4",
    "ap-southeast-5",
    "ap-southeast-6",
    "ap-southeast-7",
    "ca-central-1",
    "ca-west-1",
    "eu-central-1",
    "eu-central-2",
    "eu-north-1",
    "eu-south-1",
    "eu-south-2",
    "eu-west-1",
    "eu-west-2",
    "eu-west-3",
    "il-central-1",
    "me-central-1",
    "me-south-1",
    "mx-central-1",
    "sa-east-1",
    "us-east-1",
    "us-east-2",
    "us-gov-east-1",
    "us-gov-west-1",
    "us-west-1",
    "us-west-2",
];

/// Every name under which the closed service was reached.
pub fn amazon_hosts() -> impl Iterator<Item = String> {
    let api = |service| REGIONS.map(|region| format!("{service}.{region}.amazonaws.com"));
    SERVICES.into_iter().flat_map(api).chain(SITES.map(str::to_owned))
}

/// Whether the closed service was reached under this name; a dot at its end changes nothing in DNS.
#[must_use]
pub fn is_amazon_host(name: &str) -> bool {
    let name = name.strip_suffix('.').unwrap_or(name).to_ascii_lowercase();
    let api = name.strip_suffix(".amazonaws.com").and_then(|api| api.split_once('.'));
    let is_api = |(service, region)| SERVICES.contains(&service) && REGIONS.contains(&region);
    api.is_some_and(is_api) || SITES.contains(&name.as_str())
}

/// Which hosts and origins are accepted.
#[derive(Debug, Clone, Default)]
pub struct HostCheck {
    /// Host names besides loopback and the old service's: the listen addresses, the public URL's
    /// host, `--allow-host`. `*.example.test` is every name that ends so.
    pub hosts: Vec<String>,
    /// The origin of the public URL, which is the server's own.
    pub public_origin: Option<String>,
    /// Foreign origins whose pages may call: `--cors-origin`.
    pub cors_origins: Vec<String>,
    /// Names at which nothing but frames is served.
    pub frames: FrameHosts,
    /// Whether `Host` may hold any address, though no other name: for a server that other
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

impl HostCheck {
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
        if !self.is_known(name) {
            return forbidden(format!(
                "The host {name:?} is not known here. \
                 If it is meant, start with --allow-host {name}."
            ));
        }
        let is_worker = headers.contains_key("service-worker");
        if self.frames.is_frame_host(host) && (is_worker || !is_of_frames(uri.path())) {
            let why = format!("The name {name:?} is one of frames with the HTML of HITs. ");
            return Err((StatusCode::NOT_FOUND, why + "Nothing else is there."));
        }
        if method.is_safe() || writers == Writers::Any || !headers.contains_key(ORIGIN) {
            return Ok(());
        }
        let origin =
            headers.get(ORIGIN).and_then(|origin| origin.to_str().ok()).unwrap_or_default();
        let own = origin.split_once("://").is_some_and(|(_, at)| at.eq_ignore_ascii_case(host));
        let named = self
            .public_origin
            .iter()
            .chain(&self.cors_origins)
            .any(|known| same_origin(known, origin));
        if own || named {
            return Ok(());
        }
        let origin = without_user_info(origin);
        forbidden(format!(
            "A page of {origin:?} may not write here. If it is meant, start with --cors-origin."
        ))
    }

    fn is_known(&self, name: &str) -> bool {
        let named = |known: &str| split_port(known).0.eq_ignore_ascii_case(name);
        let listed = self.hosts.iter().any(|known| named(known) || has_suffix(known, name));
        if let Ok(address) = name.trim_matches(['[', ']']).parse::<IpAddr>() {
            return listed || self.any_address || address.is_loopback();
        }
        listed || is_this_machine(name) || self.frames.is_frame_host(name) || is_amazon_host(name)
    }
}

/// What a host of frames serves: the frames, what they load, and where they submit.
fn is_of_frames(path: &str) -> bool {
    let is_frame = path.strip_prefix("/mturk/frame/").is_some_and(|rest| {
        let address = rest.strip_prefix("draft/").unwrap_or(rest);
        !address.is_empty()
            && address.bytes().all(|b| b.is_ascii_alphanumeric() || b"-_".contains(&b))
    });
    is_frame || path.starts_with("/assets/") || path == "/mturk/externalSubmit"
}

/// Whether `known` is `*.suffix`, and the name has that suffix and more before it.
fn has_suffix(known: &str, name: &str) -> bool {
    let suffix = known.strip_prefix('*').filter(|suffix| suffix.starts_with('.'));
    suffix.is_some_and(|suffix| {
        let before = name.len().checked_sub(suffix.len()).filter(|before| *before > 0);
        before.and_then(|at| name.get(at..)).is_some_and(|end| end.eq_ignore_ascii_case(suffix))
    })
}

/// Whether two origins are the same: names in any case, with or without the default port.
fn same_origin(a: &str, b: &str) -> bool {
    fn plain(origin: &str) -> &str {
        let port = if origin.starts_with("https:") { ":443" } else { ":80" };
        origin.strip_suffix(port).unwrap_or(origin)
    }
    plain(a).eq_ignore_ascii_case(plain(b))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(access: &HostCheck, method: &Method, host: &str, origin: Option<&str>) -> bool {
        let mut headers = HeaderMap::new();
        headers.insert(HOST, host.parse().unwrap());
        if let Some(origin) = origin {
            headers.insert(ORIGIN, origin.parse().unwrap());
        }
        access.check((method, &Uri::from_static("/"), &headers), Writers::Ours).is_ok()
    }

    #[test]
    fn hosts_that_are_let_in() {
        let hosts = ["mturk", "named.test:8080", "10.0.0.5", "*.svc.cluster.local"];
        let hosts = hosts.map(str::to_owned).to_vec();
        let access = HostCheck { hosts, ..HostCheck::default() };
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
            ("mturk-requester.eu-west-1.amazonaws.com:443", true),
            ("MTurk-Requester.us-east-1.AmazonAWS.com", true),
            ("www.mturkcontent.com", true),
            ("mturk-requester.us-east-1.amazonaws.com.:443", true),
            ("mturk-requester.us-east-1.amazonaws.com..", false),
            ("mturk-requester.mars-1.amazonaws.com", false),
            ("x.mturk-requester.us-east-1.amazonaws.com", false),
            ("sqs.us-east-1.amazonaws.com", false),
            ("evil.example", false),
            ("evil.example:1770", false),
            ("localhost.evil.example", false),
            ("127.0.0.1.evil.example", false),
        ] {
            assert_eq!(check(&access, &Method::GET, host, None), allowed, "{host}");
        }
        let remote = HostCheck { any_address: true, ..HostCheck::default() };
        assert!(check(&remote, &Method::GET, "10.0.0.6:1770", None));
        assert!(!check(&remote, &Method::GET, "evil.example", None));
    }

    #[test]
    fn every_host_of_amazon_s_is_known_as_one() {
        assert_eq!(amazon_hosts().count(), 2 * 36 + 6);
        assert!(amazon_hosts().all(|host| is_amazon_host(&host)));
    }

    #[test]
    fn the_host_is_one_whole_and_the_same_in_the_request_line() {
        let access = HostCheck { hosts: vec!["app.test".into()], ..HostCheck::default() };
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
            // The headers of proxies are not read.
            headers.insert("x-forwarded-host", "app.test".parse().unwrap());
            let uri = target.parse().unwrap();
            let checked = access.check((&Method::GET, &uri, &headers), Writers::Ours);
            let refused = checked.err().map(|(status, _)| status.as_u16());
            assert_eq!(refused, status, "{target} {hosts:?}");
        }
    }

    #[test]
    fn writes_from_foreign_pages_are_refused() {
        let access =
            HostCheck { cors_origins: vec!["http://app.test".into()], ..HostCheck::default() };
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
            assert_eq!(check(&access, &method, host, origin), allowed, "{method} {origin:?}");
        }
    }
}

//! Where the browser says that this server is.

use std::convert::Infallible;

use axum::extract::FromRequestParts;
use axum::http::header::{HOST, USER_AGENT};
use axum::http::request::Parts;
use axum::response::Response;

use crate::rules::url::{Scheme, is_host_and_port, is_this_machine, own_origin, split_port};
use crate::web::cookie::{self, HOST_ONLY};

/// State that knows the server's public address.
pub trait HasPublicOrigin {
    /// What the server's addresses begin with, if not with the caller's `Host`.
    fn public_origin(&self) -> Option<&str>;
}

/// What this server's addresses begin with, as the browser knows it.
#[derive(Debug)]
pub struct Origin {
    text: String,
    host: Option<String>,
    /// Whether the request has a header that browsers alone send.
    is_browser: bool,
    is_safari: bool,
    /// Whether a proxy says that it passes on what others sent.
    is_forwarded: bool,
}

impl Origin {
    /// That of the request, where the server's addresses may begin with `public` outside.
    pub fn of(parts: &Parts, public: Option<&str>) -> Self {
        let host = parts.headers.get(HOST).and_then(|host| host.to_str().ok());
        let scheme = parts.extensions.get::<Scheme>();
        // A public URL is that of a proxy: who comes by another name comes by none of its.
        let is_of = |public: &&str| public.split_once("://").map(|(_, at)| at) == host;
        let origin = own_origin(public.filter(is_of), scheme, host);
        let is_browser = parts.headers.contains_key("sec-fetch-site");
        let agent = parts.headers.get(USER_AGENT).and_then(|agent| agent.to_str().ok());
        let is_safari = agent.is_some_and(is_safari);
        let forwards = |name: &&str| parts.headers.contains_key(*name);
        let is_forwarded =
            ["forwarded", "x-forwarded-for", "x-forwarded-host", "x-forwarded-proto"]
                .iter()
                .any(forwards);
        let host = host.map(str::to_owned);
        Self { text: origin, host, is_browser, is_safari, is_forwarded }
    }

    /// It, without a slash at its end.
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// The request's `Host`; empty if it has none.
    pub fn host(&self) -> &str {
        self.host.as_deref().unwrap_or_default()
    }

    /// Whether the browser takes all names that end in `.localhost` for this machine. One behind a
    /// proxy is most likely on another one.
    ///
    /// Assumed: Safari asks a name server for them, which knows none.
    pub fn knows_local_names(&self) -> bool {
        !self.is_safari && !self.is_forwarded
    }

    /// The name of a cookie at this server. Browsers send a cookie to every port of a host, so each
    /// server's has its own name.
    pub fn cookie_name(&self, name: &str) -> String {
        let host = self.host.as_deref().filter(|host| is_host_and_port(host));
        let port = host.and_then(|host| split_port(host).1);
        let name = port.map_or_else(|| name.to_owned(), |port| format!("{name}_{port}"));
        if self.keeps_host_only() { HOST_ONLY.to_owned() + &name } else { name }
    }

    /// Sets a cookie of this server for the paths below `path`.
    pub fn set_cookie(&self, response: &mut Response, pair: (&str, &str), path: &str, age_s: i64) {
        let (name, value) = pair;
        let is_secure = self.text.starts_with("https:") || self.keeps_host_only();
        cookie::set(response, (&self.cookie_name(name), value), path, (age_s, is_secure));
    }

    /// Whether cookies are bound to this host, and marked as secure. Browsers take such cookies
    /// from loopback without TLS, too; Safari and the cookie jars of programs do not.
    fn keeps_host_only(&self) -> bool {
        let takes_secure = self.text.starts_with("https:") || !self.is_safari;
        self.is_browser && self.is_private() && takes_secure
    }

    /// Whether nobody on the way can read what the browser sends: it comes through TLS, or from
    /// this machine.
    pub fn is_private(&self) -> bool {
        is_private(&self.text)
    }
}

/// Whether a browser that calls itself so is Safari, or another one of its engine.
fn is_safari(agent: &str) -> bool {
    agent.contains("Safari/") && !agent.contains("Chrome/") && !agent.contains("Chromium/")
}

fn is_private(origin: &str) -> bool {
    let host = origin.strip_prefix("http://").map(|host| split_port(host).0);
    host.is_none_or(is_this_machine)
}

impl<S: HasPublicOrigin + Sync> FromRequestParts<S> for Origin {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Infallible> {
        Ok(Self::of(parts, state.public_origin()))
    }
}

#[cfg(test)]
mod tests {
    use super::{is_private, is_safari};

    #[test]
    fn safari_is_known_by_what_it_lacks() {
        let of = |rest: &str| format!("Mozilla/5.0 (X) AppleWebKit/605.1.15 (KHTML) {rest}");
        assert!(is_safari(&of("Version/18.0 Safari/605.1.15")));
        assert!(!is_safari(&of("Chrome/156.0.0.0 Safari/537.36")));
        assert!(!is_safari("Mozilla/5.0 (X; rv:153.0) Gecko/20100101 Firefox/153.0"));
    }

    #[test]
    fn secrets_are_sent_in_the_clear_on_this_machine_only() {
        for (origin, good) in [
            ("http://127.0.0.1:1770", true),
            ("http://127.9.9.9", true),
            ("http://[::1]:1770", true),
            ("http://localhost", true),
            ("http://Lab.LOCALHOST:1770", true),
            ("https://lab.example", true),
            ("http://lab.example", false),
            ("http://10.0.0.5:1770", false),
            ("http://localhost.evil.example", false),
            ("http://127.0.0.1.evil.example", false),
        ] {
            assert_eq!(is_private(origin), good, "{origin}");
        }
    }
}

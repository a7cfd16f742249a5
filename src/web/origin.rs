//! Where the browser says that this server is.

use std::convert::Infallible;
use std::net::IpAddr;

use axum::extract::FromRequestParts;
use axum::http::header::HOST;
use axum::http::request::Parts;
use axum::response::Response;

use crate::rules::url::{Scheme, own_origin, split_port};
use crate::web::cookie;

/// State that knows the server's public address.
pub trait HasPublicOrigin {
    /// What the server's addresses begin with, if not with the caller's `Host`.
    fn public_origin(&self) -> Option<&str>;
}

/// What this server's addresses begin with, as the browser knows it.
#[derive(Debug)]
pub struct Origin {
    origin: String,
    host: Option<String>,
}

impl Origin {
    /// It, without a slash at its end.
    pub fn as_str(&self) -> &str {
        &self.origin
    }

    /// The name of a cookie at this server.
    pub fn cookie_name(&self, name: &str) -> String {
        cookie::name(name, self.host.as_deref())
    }

    /// Sets a cookie of this server for the paths below `path`.
    pub fn set_cookie(&self, response: &mut Response, pair: (&str, &str), path: &str, age_s: i64) {
        let (name, value) = pair;
        let is_secure = self.origin.starts_with("https:");
        cookie::set(response, (&self.cookie_name(name), value), path, (age_s, is_secure));
    }

    /// Whether nobody on the way can read what the browser sends: it comes through TLS, or from
    /// this machine.
    pub fn is_private(&self) -> bool {
        is_private(&self.origin)
    }
}

fn is_private(origin: &str) -> bool {
    let host = origin.strip_prefix("http://").map(|host| split_port(host).0);
    host.is_none_or(|host| {
        let address = host.trim_matches(['[', ']']).parse::<IpAddr>();
        address.is_ok_and(|address| address.is_loopback())
            || host.eq_ignore_ascii_case("localhost")
            || host.to_ascii_lowercase().ends_with(".localhost")
    })
}

impl<S: HasPublicOrigin + Sync> FromRequestParts<S> for Origin {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Infallible> {
        let host = parts.headers.get(HOST).and_then(|host| host.to_str().ok());
        let scheme = parts.extensions.get::<Scheme>();
        // A public URL is that of a proxy: who comes by another name comes by none of its.
        let is_of = |public: &&str| public.split_once("://").map(|(_, at)| at) == host;
        let origin = own_origin(state.public_origin().filter(is_of), scheme, host);
        Ok(Self { origin, host: host.map(str::to_owned) })
    }
}

#[cfg(test)]
mod tests {
    use super::is_private;

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

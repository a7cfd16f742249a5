//! How other hosts are reached: straight, or through the proxy that was there before.

use std::error::Error;
use std::io;

use axum::http::header::{HOST, PROXY_AUTHORIZATION};
use axum::http::{Method, Request};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use hyper::client::conn::http1;
use hyper_util::rt::TokioIo;
use percent_encoding::percent_decode_str;
use tokio::net::TcpStream;

use crate::intercept::no_proxy::NoProxy;
use crate::outbound::Lookups;
use crate::rules::url::{is_host_and_port, split_port};
use crate::serve::Stream;

/// Heads of more bytes are refused.
const MAX_HEAD: usize = 16 * 1024;

/// The way to other hosts.
#[derive(Debug)]
pub struct Upstream {
    /// The proxy that was there before.
    pub proxy: Option<ProxyUrl>,
    /// The hosts that do not go through it.
    pub no_proxy: NoProxy,
    lookups: Lookups,
}

/// A proxy that is spoken to in plain text.
#[derive(Clone, PartialEq, Eq)]
pub struct ProxyUrl {
    host: String,
    port: u16,
    /// User and password, for `Proxy-Authorization`.
    authorization: Option<String>,
}

impl std::fmt::Debug for ProxyUrl {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}:{}", self.host, self.port)
    }
}

impl ProxyUrl {
    /// The proxy of a URL or of a host with a port; none for one that is spoken to through TLS or
    /// SOCKS, and for what is no URL.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let rest = match text.split_once("://") {
            Some((scheme, rest)) if scheme.eq_ignore_ascii_case("http") => rest,
            Some(_) => return None,
            None => text,
        };
        let authority = rest.split(['/', '?', '#']).next()?;
        let (user, place) = match authority.rsplit_once('@') {
            Some((user, place)) => (Some(user), place),
            None => (None, authority),
        };
        let (host, port) = split_port(place);
        let basic = |user| {
            let user: Vec<u8> = percent_decode_str(user).collect();
            format!("Basic {}", STANDARD.encode(user))
        };
        is_host_and_port(place).then(|| Self {
            host: host.trim_matches(['[', ']']).to_owned(),
            port: port.and_then(|port| port.parse().ok()).unwrap_or(80),
            authorization: user.map(basic),
        })
    }
}

impl Upstream {
    /// Through this proxy, but for hosts that `no_proxy` names.
    pub fn new(proxy: Option<ProxyUrl>, no_proxy: NoProxy) -> Self {
        Self { proxy, no_proxy, lookups: Lookups::default() }
    }

    /// A connection to a host.
    ///
    /// # Errors
    /// Why there is none.
    pub async fn connect(&self, host: &str, port: u16) -> Result<Box<dyn Stream>, String> {
        match &self.proxy {
            Some(proxy) if !self.no_proxy.covers(host, port) => {
                let tunnel = through(proxy, host, port).await;
                tunnel.map_err(|error| format!("the proxy {proxy:?} does not lead there: {error}"))
            }
            _ => match self.straight(host, port).await {
                Ok(stream) => Ok(Box::new(stream)),
                Err(error) => Err(error.to_string()),
            },
        }
    }

    async fn straight(&self, host: &str, port: u16) -> io::Result<TcpStream> {
        TcpStream::connect(&*self.lookups.addresses(host, port).await?).await
    }
}

/// A tunnel that a proxy makes.
async fn through(
    proxy: &ProxyUrl,
    host: &str,
    port: u16,
) -> Result<Box<dyn Stream>, Box<dyn Error + Send + Sync>> {
    let stream = TcpStream::connect((proxy.host.as_str(), proxy.port)).await?;
    let mut http = http1::Builder::new();
    http.max_buf_size(MAX_HEAD);
    let (mut sender, connection) = http.handshake(TokioIo::new(stream)).await?;
    tokio::spawn(connection.with_upgrades());
    let to = if host.contains(':') { format!("[{host}]:{port}") } else { format!("{host}:{port}") };
    let mut request = Request::builder().method(Method::CONNECT).uri(&to).header(HOST, &to);
    if let Some(authorization) = &proxy.authorization {
        request = request.header(PROXY_AUTHORIZATION, authorization);
    }
    let response = sender.send_request(request.body(String::new())?).await?;
    if !response.status().is_success() {
        return Err(format!("it answers {}", response.status()).into());
    }
    Ok(Box::new(TokioIo::new(hyper::upgrade::on(response).await?)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn proxies_are_urls_or_hosts_with_ports() {
        for (text, expected) in [
            ("http://proxy.test:3128", Some(("proxy.test", 3128, None))),
            ("HTTP://proxy.test/", Some(("proxy.test", 80, None))),
            ("proxy.test:8080", Some(("proxy.test", 8080, None))),
            ("http://[::1]:3128", Some(("::1", 3128, None))),
            ("http://me:p%40ss@proxy.test:1", Some(("proxy.test", 1, Some("me:p@ss")))),
            ("https://proxy.test:3128", None),
            ("socks5://proxy.test:1080", None),
            ("http://", None),
            ("http://a b:1", None),
        ] {
            let expected = expected.map(|(host, port, user): (&str, u16, Option<&str>)| ProxyUrl {
                host: host.to_owned(),
                port,
                authorization: user.map(|user| format!("Basic {}", STANDARD.encode(user))),
            });
            assert_eq!(ProxyUrl::parse(text), expected, "{text}");
        }
    }
}

//! URLs: checks of their parts, and removal of user and password.

use core::net::IpAddr;
use std::borrow::Cow;

/// Whether a text is a host, alone or with a port: a name of letters, digits and `-._`, an IPv4
/// address, or an IPv6 address in brackets; the port is a number from 1 to 65535.
///
/// International names come in ASCII (`xn--…`), as browsers send them.
pub fn is_host_and_port(text: &str) -> bool {
    let (host, port) = split_port(text);
    let name = |b: u8| b.is_ascii_alphanumeric() || b"-._".contains(&b);
    let address = host.strip_prefix('[').and_then(|rest| rest.strip_suffix(']'));
    let is_host = match address {
        Some(address) => address.parse::<core::net::Ipv6Addr>().is_ok(),
        None => (1..=253).contains(&host.len()) && host.bytes().all(name),
    };
    let digits =
        |port: &str| (1..=5).contains(&port.len()) && port.bytes().all(|b| b.is_ascii_digit());
    let is_port = |port: &str| digits(port) && port.parse::<u16>().is_ok_and(|port| port > 0);
    is_host && port.is_none_or(is_port)
}

/// `host`, `host:port`, `[v6]`, `[v6]:port`: the host, and what follows its colon.
pub fn split_port(text: &str) -> (&str, Option<&str>) {
    let (host, rest) = match text.strip_prefix('[').and_then(|rest| rest.find(']')) {
        Some(end) => text.split_at(end + 2),
        None => text.rfind(':').map_or((text, ""), |at| text.split_at(at)),
    };
    match rest.strip_prefix(':') {
        Some(port) => (host, Some(port)),
        None if rest.is_empty() => (host, None),
        // Not a host at all.
        None => (text, None),
    }
}

/// Whether a host's name or address, without a port, always stands for the machine of whoever uses
/// it: the loopback addresses, `localhost`, and what ends in `.localhost`.
pub fn is_this_machine(name: &str) -> bool {
    let address = name.trim_matches(['[', ']']).parse::<IpAddr>();
    address.is_ok_and(|address| address.is_loopback())
        || name.eq_ignore_ascii_case("localhost")
        || name.to_ascii_lowercase().ends_with(".localhost")
}

/// How a request came.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Scheme {
    /// In plain text.
    Http,
    /// Through TLS.
    Https,
}

/// What this server's own addresses begin with, as a caller knows it, without a slash at its end:
/// the public URL, or else what the caller's `Host` says, with the scheme by which it came: plain
/// HTTP if nothing else is known.
pub fn own_origin(public: Option<&str>, scheme: Option<&Scheme>, host: Option<&str>) -> String {
    let host = host.filter(|host| is_host_and_port(host)).unwrap_or("localhost");
    let scheme = if scheme == Some(&Scheme::Https) { "https" } else { "http" };
    public.map_or_else(|| format!("{scheme}://{host}"), str::to_owned)
}

/// The text with user and password removed from every URL: `http://u:p@host/x` is
/// `http://host/x`.
pub fn without_user_info(text: &str) -> Cow<'_, str> {
    let Some(at) = text.find("://") else { return Cow::Borrowed(text) };
    let (before, rest) = text.split_at(at + 3);
    let ends = |c: char| c.is_whitespace() || "\"'<>\\`".contains(c);
    let (address, after) = rest.split_at(rest.find(ends).unwrap_or(rest.len()));
    let (shown, after) = (&address[user_info(address)..], without_user_info(after));
    if shown.len() == address.len() && matches!(after, Cow::Borrowed(_)) {
        return Cow::Borrowed(text);
    }
    Cow::Owned([before, shown, &after].concat())
}

/// How much of an address, its scheme aside, may be a user and a password. These may hold `/`, `?`
/// and `#` as they are, where somebody has not escaped them.
fn user_info(address: &str) -> usize {
    let authority = address.split(['/', '?', '#']).next().unwrap_or_default();
    if authority.is_empty() || is_host_and_port(authority) {
        return 0;
    }
    address.rfind('@').map_or(0, |at| at + 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hosts_are_whole_and_ports_are_numbers() {
        for host in [
            "localhost",
            "localhost:1",
            "LOCALHOST:65535",
            "app_1.test:080",
            "127.0.0.1:1770",
            "[::1]",
            "[2001:db8::1]:8080",
            "xn--bcher-kva.example",
        ] {
            assert!(is_host_and_port(host), "{host}");
        }
        for text in [
            "",
            ":80",
            "localhost:",
            "localhost:0",
            "localhost:65536",
            "localhost:+80",
            "localhost:80@evil.com",
            "localhost:80/x",
            "localhost:80:80",
            "u:p@localhost",
            "u@localhost:80",
            "localhost/",
            "localhost evil",
            "localhost;x",
            "localhost'",
            "localhost%00",
            "::1",
            "[::1",
            "[::1]x",
            "[::1]:",
            "[::1]:80@evil.com",
            "[localhost]",
            "[]",
            "b\u{fc}cher.example",
        ] {
            assert!(!is_host_and_port(text), "{text}");
        }
    }

    #[test]
    fn no_user_or_password_is_shown() {
        for (text, shown) in [
            ("postgres://me:s3cret@db:5432/x", "postgres://db:5432/x"),
            ("postgres://me:s3c@ret@db/x", "postgres://db/x"),
            ("see http://u:p@h/a and 'https://v@i', ok", "see http://h/a and 'https://i', ok"),
            ("http://h/a@b", "http://h/a@b"),
            ("http://u:a?b#c/d@h/x y@z", "http://h/x y@z"),
            ("file:///a@b", "file:///a@b"),
            ("a@b.test", "a@b.test"),
            ("://", "://"),
        ] {
            assert_eq!(without_user_info(text), shown);
        }
    }
}

//! Which URLs requests may be sent to, and which addresses nothing is ever sent to.

use core::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use crate::rules::url::{is_host_and_port, split_port};

/// Longer URLs are refused.
pub const MAX_URL: usize = 2048;

/// The addresses at which clouds give credentials to whoever asks, besides those that are
/// link-local: of Alibaba, Azure and Oracle, and in IPv6 of Google and Scaleway.
const METADATA: [IpAddr; 5] = [
    IpAddr::V4(Ipv4Addr::new(100, 100, 100, 200)),
    IpAddr::V4(Ipv4Addr::new(168, 63, 129, 16)),
    IpAddr::V4(Ipv4Addr::new(192, 0, 0, 192)),
    IpAddr::V6(Ipv6Addr::new(0xfd20, 0xce, 0, 0, 0, 0, 0, 0x254)),
    IpAddr::V6(Ipv6Addr::new(0xfd00, 0x42, 0, 0, 0, 0, 0, 0x42)),
];
/// The network of such addresses of AWS in IPv6, which ends after 32 bits.
const METADATA_OF_AWS: [u16; 2] = [0xfd00, 0xec2];

/// Where a URL leads.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Target<'u> {
    /// Whether through TLS.
    pub is_https: bool,
    /// Host and port as the URL has them, for the header `Host`.
    pub authority: &'u str,
    /// A name, or an address without brackets.
    pub host: &'u str,
    /// The URL's port, or that of its scheme.
    pub port: u16,
}

/// Where an `http://` or `https://` URL leads.
///
/// # Errors
/// It is no such URL, or has a user or a password.
pub fn target(url: &str) -> Result<Target<'_>, &'static str> {
    const BAD: &str = "must be an http:// or https:// URL without a user, a password or a space";
    if url.len() > MAX_URL {
        return Err("must be at most 2048 characters long");
    }
    let (scheme, rest) = url.split_once("://").ok_or(BAD)?;
    let is_https = scheme.eq_ignore_ascii_case("https");
    let is_known = is_https || scheme.eq_ignore_ascii_case("http");
    let authority = rest.split(['/', '?', '#']).next().unwrap_or_default();
    if !is_known || !url.bytes().all(|b| b.is_ascii_graphic()) || !is_host_and_port(authority) {
        return Err(BAD);
    }
    // The client refuses three of them in paths, and three in queries.
    if url.contains(['"', '<', '>', '`']) {
        return Err("must have \", <, > and ` written as %22, %3C, %3E and %60");
    }
    let (host, port) = split_port(authority);
    let usual = if is_https { 443 } else { 80 };
    let port = port.and_then(|port| port.parse().ok()).unwrap_or(usual);
    Ok(Target { is_https, authority, host: host.trim_matches(['[', ']']), port })
}

/// Whether what is sent to this URL can be read on the way: it goes over plain HTTP, and not to
/// this machine.
pub fn is_readable_on_the_way(url: &str) -> bool {
    target(url).is_ok_and(|to| !to.is_https && !is_loopback(to.host))
}

/// Whether a host is this machine, by its name or its address.
pub fn is_loopback(host: &str) -> bool {
    let host = comparable(host);
    host == "localhost" || host.parse().is_ok_and(|at: IpAddr| at.to_canonical().is_loopback())
}

/// A host that requests may be sent to: `HOST`, `HOST:PORT`, `*.SUFFIX` or `*.SUFFIX:PORT`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AllowedHost {
    /// In lower case, without brackets; with `*.` at its beginning for every name that ends so.
    name: String,
    /// All ports if absent.
    port: Option<u16>,
}

impl AllowedHost {
    /// Reads a host.
    ///
    /// # Errors
    /// What a host is, if the text is none.
    pub fn parse(text: &str) -> Result<Self, String> {
        let plain = text.strip_prefix("*.").unwrap_or(text);
        let is_suffix = plain != text;
        let (host, port) = split_port(plain);
        if !is_host_and_port(plain) || is_suffix && host.starts_with('[') || host.starts_with('.') {
            return Err(
                "a host is a name or an address, optionally with a port, without http://; \
                 or *.SUFFIX for every name that ends so"
                    .to_owned(),
            );
        }
        let prefix = if is_suffix { "*." } else { "" };
        let name = format!("{prefix}{}", comparable(host));
        Ok(Self { name, port: port.and_then(|port| port.parse().ok()) })
    }

    /// Whether requests to this host and port are allowed.
    pub fn covers(&self, target: &Target<'_>) -> bool {
        let host = comparable(target.host);
        let is_named = match self.name.strip_prefix('*') {
            Some(suffix) => host.ends_with(suffix) && host.len() > suffix.len(),
            None => host == self.name,
        };
        is_named && self.port.is_none_or(|port| port == target.port)
    }
}

/// A host in the form in which hosts are compared. A dot at the end changes nothing in DNS, and an
/// IPv6 address can be written in several ways.
fn comparable(host: &str) -> String {
    let host = host.trim_matches(['[', ']']);
    match host.parse::<Ipv6Addr>() {
        Ok(address) => address.to_string(),
        Err(_) => host.strip_suffix('.').unwrap_or(host).to_ascii_lowercase(),
    }
}

/// The IPv4 address that an IPv6 address leads to: mapped, through NAT64 (64:ff9b::/96) or 6to4
/// (2002::/16), or compatible with IPv4 (::/96, except ::1). Otherwise the address itself.
fn reached(address: IpAddr) -> IpAddr {
    let IpAddr::V6(v6) = address else { return address };
    let [high, low] = match v6.segments() {
        [0x64, 0xff9b, 0, 0, 0, 0, high, low] | [0x2002, high, low, ..] => [high, low],
        [0, 0, 0, 0, 0, 0, high, low] if (high, low) > (0, 1) => [high, low],
        _ => return address.to_canonical(),
    };
    IpAddr::V4(Ipv4Addr::from(u32::from(high) << 16 | u32::from(low)))
}

/// Why nothing is sent to this address, whatever its name is; `None` if requests may go there.
pub fn refused_address(address: IpAddr) -> Option<&'static str> {
    let address = reached(address);
    let (is_link_local, is_nowhere) = match address {
        IpAddr::V4(v4) => (v4.is_link_local(), v4.octets()[0] == 0 || v4.is_broadcast()),
        IpAddr::V6(v6) => (v6.is_unicast_link_local(), v6.is_unspecified()),
    };
    if is_link_local {
        return Some("a link-local address");
    }
    let is_of_aws = matches!(address, IpAddr::V6(v6) if v6.segments()[..2] == METADATA_OF_AWS);
    if is_of_aws || METADATA.contains(&address) {
        return Some("an address of a cloud's metadata service");
    }
    (is_nowhere || address.is_multicast()).then_some("the address of no single host")
}

/// Whether a text can be the name of an environment variable.
pub fn is_variable_name(text: &str) -> bool {
    let plain = |b: u8| b.is_ascii_alphanumeric() || b == b'_';
    text.bytes().all(plain) && text.bytes().next().is_some_and(|first| !first.is_ascii_digit())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_url_leads_to_one_host_and_port() {
        for (url, expected) in [
            ("http://a.test", Some((false, "a.test", 80))),
            ("HTTPS://a.test/x?y#z", Some((true, "a.test", 443))),
            ("http://[::1]:8080/x", Some((false, "::1", 8080))),
            ("http://a.test:1@b.test/", None),
            ("http://u:p@a.test/", None),
            ("http://a.test\\@b.test/", None),
            ("http://a.test/a b", None),
            ("http://a.test/<x>", None),
            ("http://a.test/?x=\"", None),
            ("http://a.test/`", None),
            ("http://a.test/{x}^|\\?{y}^|\\", Some((false, "a.test", 80))),
            ("http://a.test/%3Cx%3E", Some((false, "a.test", 80))),
            ("http://a.test/\u{e4}", None),
            ("http:///x", None),
            ("http://a.test:0/", None),
            ("ftp://a.test/", None),
            ("a.test", None),
            ("", None),
        ] {
            let found = target(url).ok().map(|to| (to.is_https, to.host, to.port));
            assert_eq!(found, expected, "{url}");
        }
        let longest = format!("http://a.test/{}", "x".repeat(MAX_URL - 14));
        assert!(target(&longest).is_ok() && target(&format!("{longest}x")).is_err());
    }

    #[test]
    fn a_host_is_allowed_exactly_or_by_its_ending() {
        for (allowed, url, covers) in [
            ("a.test", "http://a.test:8080/", true),
            ("A.test", "https://a.TEST./", true),
            ("a.test", "http://b.a.test/", false),
            ("a.test", "http://a.test.b/", false),
            ("a.test:443", "https://a.test/", true),
            ("a.test:443", "http://a.test/", false),
            ("*.a.test", "http://b.a.test/", true),
            ("*.a.test:80", "http://c.b.a.test/", true),
            ("*.a.test", "http://a.test/", false),
            ("*.a.test", "http://ba.test/", false),
            ("[::1]", "http://[0:0::1]:99/", true),
            ("[::1]:99", "http://[::1]/", false),
            ("127.0.0.1", "http://127.0.0.1:9/", true),
            ("127.0.0.1", "http://2130706433/", false),
        ] {
            let host = AllowedHost::parse(allowed).unwrap();
            assert_eq!(host.covers(&target(url).unwrap()), covers, "{allowed} {url}");
        }
        for bad in ["", "*", "*.", "http://a.test", "a.test/", "a.test:0", "*.[::1]", "a b", "::1"]
        {
            assert!(AllowedHost::parse(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn plain_http_can_be_read_on_the_way_to_other_machines() {
        for (url, expected) in [
            ("http://a.test/v1", true),
            ("https://a.test/v1", false),
            ("HTTP://10.0.0.1:8000", true),
            ("http://localhost:8000/v1", false),
            ("http://LOCALHOST./", false),
            ("http://localhost.a.test/", true),
            ("http://127.0.0.1:8000", false),
            ("http://127.1.2.3", false),
            ("http://128.0.0.1", true),
            ("http://[::1]:8000/", false),
            ("http://[::ffff:127.0.0.1]/", false),
            ("http://[::2]/", true),
            ("http://0.0.0.0/", true),
        ] {
            assert_eq!(is_readable_on_the_way(url), expected, "{url}");
        }
    }

    #[test]
    fn some_addresses_are_refused_under_any_name() {
        for (address, is_refused) in [
            ("127.0.0.1", false),
            ("::1", false),
            ("10.0.0.1", false),
            ("192.168.0.1", false),
            ("fd12::1", false),
            ("1.1.1.1", false),
            ("169.253.255.255", false),
            ("169.254.0.0", true),
            ("169.254.169.254", true),
            ("169.254.255.255", true),
            ("169.255.0.0", false),
            ("::ffff:169.254.169.254", true),
            ("fe7f::1", false),
            ("fe80::1", true),
            ("febf::1", true),
            ("fec0::1", false),
            ("fd00:ec2::254", true),
            ("fd00:ec2::253", true),
            ("fd00:ec2:ffff::1", true),
            ("fd00:ec1:ffff::1", false),
            ("fd00:ec3::1", false),
            ("192.0.0.192", true),
            ("192.0.0.191", false),
            ("64:ff9b::a9fe:a9fe", true),
            ("64:ff9b::7f00:1", false),
            ("64:ff9b:1::a9fe:a9fe", false),
            ("2002:a9fe:a9fe::1", true),
            ("2002:a00:1::1", false),
            ("::169.254.169.254", true),
            ("::100.100.100.200", true),
            ("::10.0.0.1", false),
            ("::2", true),
            ("100.100.100.200", true),
            ("0.0.0.0", true),
            ("0.0.0.1", true),
            ("::", true),
            ("223.255.255.255", false),
            ("224.0.0.1", true),
            ("239.255.255.255", true),
            ("255.255.255.255", true),
            ("ff02::1", true),
        ] {
            let refused = refused_address(address.parse().unwrap());
            assert_eq!(refused.is_some(), is_refused, "{address}");
        }
    }

    #[test]
    fn a_variable_has_a_plain_name() {
        assert!(is_variable_name("OPENAI_API_KEY") && is_variable_name("_k1"));
        assert!(["", "1K", "A-B", "A=B"].into_iter().all(|name| !is_variable_name(name)));
    }
}

//! The rules of `NO_PROXY`: which hosts are reached without a proxy.

use std::net::IpAddr;

/// The entries of the variable.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct NoProxy(Vec<String>);

impl NoProxy {
    /// Reads entries between commas or spaces.
    #[must_use]
    pub fn parse(text: &str) -> Self {
        let entries = text.split(|c: char| c == ',' || c.is_whitespace());
        Self(entries.filter(|entry| !entry.is_empty()).map(str::to_ascii_lowercase).collect())
    }

    /// Whether an entry covers this host, which is a name or an address.
    #[must_use]
    pub fn covers(&self, host: &str, port: u16) -> bool {
        self.0.iter().any(|entry| covers(entry, host, port))
    }

    /// The variable's text without the entries that cover one of `hosts` at port 443, and with the
    /// names of loopback.
    #[must_use]
    pub fn without(&self, hosts: &[String]) -> String {
        let is_kept = |entry: &&str| hosts.iter().all(|host| !covers(entry, host, 443));
        let kept = self.0.iter().map(String::as_str).filter(is_kept);
        let loopback = ["localhost", "127.0.0.1", "::1"];
        let missing = loopback.into_iter().filter(|name| self.0.iter().all(|entry| entry != name));
        kept.chain(missing).collect::<Vec<_>>().join(",")
    }
}

/// Whether an entry covers a host. An entry is `*`; a name, perhaps after a dot or `*.`, which
/// covers itself and all below it; an address; a network such as `10.0.0.0/8`. Programs differ in
/// whether `.a.test` covers `a.test` too: here it does.
fn covers(entry: &str, host: &str, port: u16) -> bool {
    let address = host.parse::<IpAddr>().ok();
    if let Some((network, bits)) = entry.split_once('/') {
        let network = network.parse().ok().zip(bits.parse().ok());
        return network.zip(address).is_some_and(|((network, bits), at)| is_in(network, bits, at));
    }
    if let Ok(entry) = entry.parse::<IpAddr>() {
        return address == Some(entry);
    }
    let (name, wanted) = match entry.rsplit_once(':') {
        Some((name, digits)) => (name, digits.parse().ok()),
        None => (entry, Some(port)),
    };
    let name = name.trim_matches(['[', ']']);
    let name = name.strip_prefix('*').unwrap_or(name);
    let name = name.strip_prefix('.').unwrap_or(name);
    let host = host.to_ascii_lowercase();
    let is_below = || host.strip_suffix(name).is_some_and(|before| before.ends_with('.'));
    let every = entry.starts_with('*') && name.is_empty();
    wanted == Some(port) && (every || !name.is_empty() && (host == name || is_below()))
}

/// Whether an address begins with the same bits as a network.
fn is_in(network: IpAddr, bits: u32, address: IpAddr) -> bool {
    let (network, address, length) = match (network, address) {
        (IpAddr::V4(network), IpAddr::V4(address)) => {
            (u128::from(network.to_bits()), u128::from(address.to_bits()), 32)
        }
        (IpAddr::V6(network), IpAddr::V6(address)) => (network.to_bits(), address.to_bits(), 128),
        _ => return false,
    };
    bits <= length && (network ^ address).checked_shr(length - bits).unwrap_or(0) == 0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_entry_stands_for_hosts() {
        for (entry, host, is_covered) in [
            ("*", "a.test", true),
            ("a.test", "a.test", true),
            ("a.test", "A.Test", true),
            ("a.test", "x.a.test", true),
            ("a.test", "xa.test", false),
            (".a.test", "x.a.test", true),
            (".a.test", "a.test", true),
            ("*.a.test", "x.a.test", true),
            ("a.test:443", "a.test", true),
            ("a.test:8443", "a.test", false),
            ("a.test:x", "a.test", false),
            ("10.0.0.1", "10.0.0.1", true),
            ("10.0.0.0/8", "10.1.2.3", true),
            ("10.0.0.0/8", "11.1.2.3", false),
            ("0.0.0.0/0", "11.1.2.3", true),
            ("10.0.0.0/33", "10.1.2.3", false),
            ("10.0.0.0/8", "a.test", false),
            ("fd00::/8", "fd12::1", true),
            ("fd00::/8", "10.0.0.1", false),
            ("::1", "::1", true),
            ("[::1]:443", "::1", true),
            (".", "a.test", false),
        ] {
            assert_eq!(NoProxy::parse(entry).covers(host, 443), is_covered, "{entry} {host}");
        }
        assert!(!NoProxy::default().covers("a.test", 443));
    }

    #[test]
    fn entries_for_some_hosts_are_taken_out() {
        let hosts = ["mturk.us-east-1.amazonaws.com".to_owned()];
        for (before, after) in [
            ("", "localhost,127.0.0.1,::1"),
            ("*", "localhost,127.0.0.1,::1"),
            (".amazonaws.com, corp.test", "corp.test,localhost,127.0.0.1,::1"),
            ("com 127.0.0.1", "127.0.0.1,localhost,::1"),
            ("s3.amazonaws.com", "s3.amazonaws.com,localhost,127.0.0.1,::1"),
            (".amazonaws.com:8443", ".amazonaws.com:8443,localhost,127.0.0.1,::1"),
        ] {
            assert_eq!(NoProxy::parse(before).without(&hosts), after, "{before}");
        }
    }
}

//! Listening on this machine under both of its addresses.
//!
//! Browsers take every name that ends in `.localhost` for this machine, and may ask `[::1]` first:
//! what listens on `127.0.0.1` alone would leave those names to whoever listens there.

use std::io::{self, ErrorKind};
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};

use tokio::net::TcpListener;

/// So often a free port is looked for whose number is free at both addresses.
const ATTEMPTS: usize = 16;

/// Where names that end in `.localhost` lead; of several listeners the greatest.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default)]
pub enum LocalNames {
    /// To an address of another listener, or of none.
    #[default]
    Elsewhere,
    /// Here.
    Here,
    /// To another program, perhaps: it has the port at the other loopback address.
    Taken,
}

/// What listens at an address.
#[derive(Debug)]
pub struct Listening {
    /// At the address itself.
    pub listener: TcpListener,
    /// At the machine's other loopback address, with the same port.
    pub other: Option<TcpListener>,
    /// Where names that end in `.localhost` lead.
    pub names: LocalNames,
}

/// Listens at an address, and where that is one of this machine, at the other one too.
///
/// # Errors
/// The address itself cannot be had.
pub async fn listen(address: SocketAddr) -> io::Result<Listening> {
    let mut attempt = 1;
    loop {
        let listener = TcpListener::bind(address).await?;
        let at = listener.local_addr()?;
        let Some(other) = other_of(at) else {
            let is_all = at.ip() == IpAddr::from(Ipv6Addr::UNSPECIFIED);
            let names = if is_all { LocalNames::Here } else { LocalNames::Elsewhere };
            return Ok(Listening { listener, other: None, names });
        };
        let (other, names) = match TcpListener::bind(other).await {
            Ok(other) => (Some(other), LocalNames::Here),
            Err(error) if error.kind() == ErrorKind::AddrInUse => (None, LocalNames::Taken),
            // The machine has no such address, so no browser asks there.
            Err(_) => (None, LocalNames::Here),
        };
        if names != LocalNames::Taken || address.port() != 0 || attempt == ATTEMPTS {
            return Ok(Listening { listener, other, names });
        }
        attempt += 1;
    }
}

/// The other address at which browsers look for names that end in `.localhost`.
fn other_of(at: SocketAddr) -> Option<SocketAddr> {
    let other: IpAddr = match at.ip() {
        IpAddr::V4(Ipv4Addr::LOCALHOST | Ipv4Addr::UNSPECIFIED) => Ipv6Addr::LOCALHOST.into(),
        IpAddr::V6(Ipv6Addr::LOCALHOST) => Ipv4Addr::LOCALHOST.into(),
        _ => return None,
    };
    Some((other, at.port()).into())
}

#[cfg(test)]
mod tests {
    use super::*;

    async fn at(address: &str) -> io::Result<Listening> {
        listen(address.parse().unwrap()).await
    }

    #[tokio::test]
    async fn both_addresses_of_the_machine_have_the_port() {
        let Ok(free) = TcpListener::bind("[::1]:0").await else { return };
        let taken = free.local_addr().unwrap().port();
        for address in ["127.0.0.1:0", "[::1]:0"] {
            let Listening { listener, other, names } = at(address).await.unwrap();
            let (one, other) = (listener.local_addr().unwrap(), other.unwrap().local_addr());
            assert_eq!(one.port(), other.unwrap().port());
            assert_eq!(names, LocalNames::Here);
        }
        let alone = at(&format!("127.0.0.1:{taken}")).await.unwrap();
        assert!(alone.other.is_none() && alone.names == LocalNames::Taken);
        assert_eq!(at(&format!("[::1]:{taken}")).await.unwrap_err().kind(), ErrorKind::AddrInUse);
        let elsewhere = at("127.0.0.2:0").await.unwrap();
        assert!(elsewhere.other.is_none() && elsewhere.names == LocalNames::Elsewhere);
    }
}

//! Whose program is at the other end of a loopback connection.

use std::net::{SocketAddr, SocketAddrV4};

use rustix::process::geteuid;

/// Whether this user's own program has opened the connection from `client`, as far as the system
/// tells: Linux does.
pub fn is_own(client: SocketAddr, server: SocketAddr) -> bool {
    let (SocketAddr::V4(client), SocketAddr::V4(server)) = (client, server) else { return false };
    let table = std::fs::read_to_string("/proc/net/tcp").unwrap_or_default();
    owner(&table, client, server) == Some(geteuid().as_raw())
}

/// The user id of who has the end `client` of a connection, in a table as `/proc/net/tcp` is.
fn owner(table: &str, client: SocketAddrV4, server: SocketAddrV4) -> Option<u32> {
    /// One that was closed has no owner any more, which the table shows as root.
    const ESTABLISHED: &str = "01";
    let shown = |end: SocketAddrV4| {
        format!("{:08X}:{:04X}", u32::from_ne_bytes(end.ip().octets()), end.port())
    };
    let wanted = [&shown(client), &shown(server), ESTABLISHED];
    table.lines().find_map(|line| {
        let fields: Vec<&str> = line.split_whitespace().collect();
        let is_wanted = fields.get(1..4)? == wanted;
        fields.get(7).filter(|_| is_wanted)?.parse().ok()
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_names_who_opened_a_connection() {
        let row = |from: u16, state: &str, user: u32| {
            let host = format!("{:08X}", u32::from_ne_bytes([127, 0, 0, 1]));
            format!(" 1: {host}:{from:04X} {host}:01BB {state} 0:0 00:0 0 {user} 0 77 1 0")
        };
        let table = [
            "sl local_address rem_address st tx_queue rx_queue tr tm->when retrnsmt uid".to_owned(),
            row(4000, "01", 1000),
            row(4001, "04", 0),
        ];
        let at = |port| SocketAddrV4::new([127, 0, 0, 1].into(), port);
        for (client, server, user) in [
            (at(4000), at(443), Some(1000)),
            (at(4000), at(444), None),
            (at(4001), at(443), None),
            (at(4002), at(443), None),
        ] {
            assert_eq!(owner(&table.join("\n"), client, server), user, "{client} {server}");
        }
    }

    #[test]
    #[cfg(target_os = "linux")]
    fn a_connection_of_this_process_is_its_own() {
        let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        let server = listener.local_addr().unwrap();
        let client = std::net::TcpStream::connect(server).unwrap();
        assert!(is_own(client.local_addr().unwrap(), server));
        assert!(!is_own(server, server));
    }
}

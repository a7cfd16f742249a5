//! How many files, and so connections, this process may have open at once.

use rustix::process::{Resource, getrlimit, setrlimit};

/// So many connections at once, if the limit of open files allows it.
const MAX_CONNECTIONS: usize = 4096;
/// Files of the process besides connections: what every process has, and the database's writer.
const OTHERS: usize = 48;
/// Each thread of the runtime may have a connection to the database that reads: two files.
const OF_THREAD: usize = 2;

/// Raises the limit of open files to the highest that this process may set. Programs that it starts
/// afterwards inherit it.
pub fn raise_limit() {
    let mut limit = getrlimit(Resource::Nofile);
    limit.current = limit.maximum;
    if let Err(error) = setrlimit(Resource::Nofile, limit) {
        tracing::debug!(%error, "the limit of open files stays as it is");
    }
}

/// How many connections may be open once [`raise_limit`] was called.
pub(super) fn connection_limit() -> usize {
    let limit = getrlimit(Resource::Nofile).maximum.and_then(|most| usize::try_from(most).ok());
    let threads = std::thread::available_parallelism().map_or(1, usize::from);
    connections_within(limit.unwrap_or(usize::MAX), threads)
}

/// How many tunnels may be open at once. Each has two files, and is not ended for another.
pub fn tunnel_limit() -> usize {
    (connection_limit() / 8).max(1)
}

/// The others have what they need, or half of all where that is little.
fn connections_within(limit: usize, threads: usize) -> usize {
    let reserved = (OTHERS + OF_THREAD * threads).min(limit / 2);
    (limit - reserved).clamp(1, MAX_CONNECTIONS)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_are_reserved_for_the_database() {
        let cases = [
            (usize::MAX, 2, 4096),
            (5000, 2, 4096),
            (1024, 2, 972),
            (200, 2, 148),
            (64, 2, 32),
            (1, 2, 1),
            (256, 64, 128),
        ];
        for (limit, threads, connections) in cases {
            assert_eq!(connections_within(limit, threads), connections, "{limit} {threads}");
        }
    }
}

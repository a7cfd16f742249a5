//! The only source of identifiers and of other random bytes.

use std::cell::RefCell;

use crate::digest::sha256;

const ALPHABET: &[u8; 36] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789";

/// Makes identifiers for one turn.
///
/// With a seed, the n-th identifier of a world is always the same; the count is kept in the store,
/// so that a turn which rolls back takes none.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Ids {
    /// From the operating system's random source.
    Random,
    /// A function of seed and count.
    Seeded {
        /// The `--seed` option.
        seed: i64,
        /// How many were made before.
        count: i64,
    },
}

impl Ids {
    /// A HIT, HIT type, HIT group, assignment or qualification type id: 30 characters, `3` first.
    pub fn entity(&mut self) -> String {
        spell('3', 29, &self.bytes())
    }

    /// A worker id: `A` and 13 characters.
    pub fn worker(&mut self) -> String {
        spell('A', 13, &self.bytes())
    }

    /// Jumps to another part of the seed's sequence, one that follows from the digest of worlds.
    ///
    /// A loaded world may come from a market with the same seed, and have its first ids: new ids
    /// must be different.
    pub fn jump(&mut self, digest: impl FnOnce() -> [u8; 32]) {
        if let Self::Seeded { count, .. } = self {
            let mut step = [0; 8];
            step[3..].copy_from_slice(&digest()[..5]);
            *count = count.wrapping_add(i64::from_be_bytes(step));
        }
    }

    /// 32 bytes that nobody can guess, unless a seed was asked for.
    pub fn bytes(&mut self) -> [u8; 32] {
        match self {
            Self::Random => random(),
            Self::Seeded { seed, count } => {
                *count += 1;
                sha256([&seed.to_be_bytes()[..], &count.to_be_bytes()])
            }
        }
    }
}

/// The id of the requester of an access key: `A` and 13 characters.
///
/// A function of the key alone, so that the same key is the same requester in every run.
pub fn requester_of(access_key: &str) -> String {
    spell('A', 13, &digest("requester", access_key))
}

/// The 12-digit account of an access key; a key of 12 digits is its own account.
pub fn account_of(access_key: &str) -> String {
    if access_key.len() == 12 && access_key.bytes().all(|b| b.is_ascii_digit()) {
        return access_key.to_owned();
    }
    digest("account", access_key)[..12].iter().map(|b| char::from(b'0' + b % 10)).collect()
}

/// A request id: a lower-case UUID of version 4.
pub fn request_id() -> String {
    uuid::Builder::from_random_bytes(few_random()).into_uuid().to_string()
}

/// 16 bytes from the operating system, which is asked for more at a time: each answer has an id.
fn few_random() -> [u8; 16] {
    thread_local!(static STOCK: RefCell<Vec<[u8; 16]>> = const { RefCell::new(Vec::new()) });
    STOCK.with_borrow_mut(|stock| {
        stock.pop().unwrap_or_else(|| {
            let mut more = [0; 16 * 64];
            fill(&mut more);
            let (all, _) = more.as_chunks();
            stock.extend_from_slice(&all[1..]);
            all[0]
        })
    })
}

/// 32 bytes from the operating system.
///
/// # Panics
/// The operating system has no random source; a server cannot run there.
pub fn random() -> [u8; 32] {
    let mut bytes = [0; 32];
    fill(&mut bytes);
    bytes
}

#[expect(clippy::disallowed_methods, reason = "this is the one source of random bytes")]
fn fill(bytes: &mut [u8]) {
    getrandom::fill(bytes).expect("the operating system gives random bytes");
}

fn digest(purpose: &str, text: &str) -> [u8; 32] {
    sha256([purpose.as_bytes(), &[0], text.as_bytes()])
}

/// `first`, then `count` (at most 32) characters of `A..Z0..9`.
fn spell(first: char, count: usize, bytes: &[u8; 32]) -> String {
    let rest = bytes.iter().take(count).map(|b| char::from(ALPHABET[usize::from(*b) % 36]));
    std::iter::once(first).chain(rest).collect()
}

/// What the id of a worker is, as a sentence about something else ends.
pub const WORKER_ID: &str =
    "that is A followed by capital letters and digits, 64 characters at most";

/// Whether `id` has the form of a worker id: `A` and more capital letters or digits, at most 64.
pub fn is_worker_id(id: &str) -> bool {
    id.len() > 1 && id.starts_with('A') && is_id(id)
}

/// Whether a text has the form of an id of the market: capital letters and digits, at most 64.
pub fn is_id(text: &str) -> bool {
    let capital = |b: u8| b.is_ascii_uppercase() || b.is_ascii_digit();
    (1..=64).contains(&text.len()) && text.bytes().all(capital)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_have_the_service_s_form() {
        let mut ids = Ids::Random;
        let (hit, worker) = (ids.entity(), ids.worker());
        assert_eq!((hit.len(), hit.as_bytes()[0]), (30, b'3'));
        assert_eq!((worker.len(), worker.as_bytes()[0]), (14, b'A'));
        assert!(hit.bytes().all(|b| b.is_ascii_uppercase() || b.is_ascii_digit()));
        assert_ne!(hit, ids.entity());
    }

    #[test]
    fn a_seed_gives_the_same_ids_again() {
        let ids = |seed| Ids::Seeded { seed, count: 0 }.entity();
        assert_eq!(ids(1), ids(1));
        assert_ne!(ids(1), ids(2));
    }

    #[test]
    fn a_loaded_world_leads_to_other_ids_and_always_to_the_same() {
        let ids = |text: &str| {
            let mut ids = Ids::Seeded { seed: 1, count: 0 };
            ids.jump(|| sha256([text.as_bytes()]));
            ids.entity()
        };
        assert_eq!(ids("{}"), ids("{}"));
        assert_ne!(ids("{}"), ids("{ }"));
        assert_ne!(ids("{}"), Ids::Seeded { seed: 1, count: 0 }.entity());
    }

    #[test]
    fn a_key_of_twelve_digits_is_the_account() {
        assert_eq!(account_of("123456789012"), "123456789012");
        assert_eq!(account_of("test").len(), 12);
        assert_ne!(requester_of("123456789012"), requester_of("test"));
    }
}

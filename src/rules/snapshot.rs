//! How many snapshots are kept, and of what size.

use crate::fault::{Code, Fault};
use crate::shapes::snapshot::Snapshot;

/// What all snapshots of a market may come to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// So many at most.
    pub count: usize,
    /// So many bytes together.
    pub bytes: i64,
}

impl Limits {
    /// Those of a server.
    pub const USUAL: Self = Self { count: 100, bytes: 8 << 30 };

    /// Whether `new` may be kept in place of the one with its name, beside all others of `there`.
    ///
    /// # Errors
    /// There would be too many, or they would take too much room.
    pub fn check(self, there: &[Snapshot], new: &Snapshot) -> Result<(), Fault> {
        let others = || there.iter().filter(|other| other.name != new.name);
        let Self { count, bytes } = self;
        if others().count() >= count {
            return Err(full(&format!("There are {count} snapshots, as many as there may be.")));
        }
        let taken = others().map(|other| other.bytes).fold(new.bytes, i64::saturating_add);
        if taken > bytes {
            let (taken, bytes) = (mib(taken), mib(bytes));
            return Err(full(&format!(
                "All snapshots together would take {taken} MiB of {bytes}."
            )));
        }
        Ok(())
    }
}

fn full(why: &str) -> Fault {
    Fault::refused(Code::Conflict, format!("{why} Delete one first."))
}

/// Rounded up.
const fn mib(bytes: i64) -> i64 {
    bytes.saturating_add((1 << 20) - 1) >> 20
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::shapes::scalar::{At, SnapshotName};
    use crate::time::Instant;

    fn snapshot(name: &str, bytes: i64) -> Snapshot {
        let at = At(Instant(0));
        Snapshot { name: SnapshotName::known(name.to_owned()), now: at, kept_at: at, bytes }
    }

    #[test]
    fn number_and_bytes_are_limited_and_a_replaced_snapshot_does_not_count() {
        let limits = Limits { count: 2, bytes: 100 };
        let there = [snapshot("a", 40), snapshot("b", 50)];
        assert!(limits.check(&there[..1], &snapshot("b", 60)).is_ok());
        assert!(limits.check(&there[..1], &snapshot("b", 61)).is_err());
        assert!(limits.check(&there, &snapshot("a", 50)).is_ok());
        assert!(limits.check(&there, &snapshot("a", 51)).is_err());
        let refused = limits.check(&there, &snapshot("c", 0)).unwrap_err();
        assert!(refused.to_string().contains("There are 2 snapshots"), "{refused}");
        assert!(limits.check(&[snapshot("a", i64::MAX)], &snapshot("b", i64::MAX)).is_err());
    }

    #[test]
    fn a_name_leads_nowhere_else() {
        let long = "a".repeat(64);
        for good in ["a", "0", "before-review_2.1", "...", ".a", "-", &long] {
            assert!(SnapshotName::try_from(good.to_owned()).is_ok(), "{good}");
        }
        let long = "a".repeat(65);
        for bad in ["", ".", "..", "a/b", "a b", "~a", "a\0", "ä", "a%2f", "a\n", &long] {
            assert!(SnapshotName::try_from(bad.to_owned()).is_err(), "{bad}");
        }
    }
}

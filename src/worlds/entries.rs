//! What a world file holds: one struct for each kind of entry.
//!
//! Files are read into these structs, dumps are written from them, and the description of the
//! control API shows them. Every member may be absent or null; those that an entry cannot do
//! without are marked `required`, and are looked for when all copies of the entry are known.

pub mod batches;
pub mod files;
pub mod hits;
pub mod people;
pub mod qualifications;
pub mod reviews;
pub mod world;

use serde::Serialize;
use serde::de::DeserializeOwned;
use utoipa::ToSchema;

/// What all kinds of entries have in common, and how copies of one entry are merged.
pub trait Entry: Default + Serialize + DeserializeOwned + ToSchema + Send {
    /// The members whose values make two entries one, whatever else they hold.
    const ID: &[&str] = &[];

    /// Whether the id is one of many requesters' own.
    const ID_IS_OF_OWNER: bool = false;

    /// Whether entries without an id are one where all their members are the same.
    const ONE_BY_CONTENT: bool = true;

    /// Members that are lists of entries, or reports of several pages: they are read apart.
    const NESTED: &[&str] = &[];

    /// The members of an entry that is a whole file.
    const OF_FILE: &[&str] = &[];

    /// The member that shows how far the copy's life has come, and its later values in their order.
    const LIFE: (&str, &[&str]) = ("", &[]);

    /// Which value counts where two copies differ; without a rule, they contradict each other.
    const RULES: &[(&str, Rule)] = &[];

    /// Whether entries with this id can be one.
    fn is_id(_id: &str) -> bool {
        true
    }
}

/// Which of two different values counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Rule {
    /// The one that was read last.
    Last,
    /// That of the copy whose life has come further; of two that have come as far, the last one.
    FurtherOrLast,
    /// That of the copy whose life has come further; if none has, they contradict each other.
    Further,
    /// The one that has all members of the other; if none has, they contradict each other.
    Fuller,
}

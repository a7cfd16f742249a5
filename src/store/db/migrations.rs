//! The migrations, in one database's words.

use crate::store::db::dialect::{Words, spell};

/// A change of the tables.
pub(super) struct Migration {
    /// Its place among all.
    pub version: i64,
    /// What it is about.
    pub name: &'static str,
    /// Its statements.
    pub text: String,
}

/// Files of the folder `migrations`, which are named `VERSION_NAME.sql`.
const ALL: &[(i64, &str, &str)] = &[
    (14, "market", include_str!("../../../migrations/0014_market.sql")),
    (15, "faults", include_str!("../../../migrations/0015_faults.sql")),
    (16, "snapshots", include_str!("../../../migrations/0016_snapshots.sql")),
    (17, "webhooks", include_str!("../../../migrations/0017_webhooks.sql")),
    (18, "robots", include_str!("../../../migrations/0018_robots.sql")),
    (19, "robot_places", include_str!("../../../migrations/0019_robot_places.sql")),
    (20, "review", include_str!("../../../migrations/0020_review.sql")),
    (21, "batches", include_str!("../../../migrations/0021_batches.sql")),
    (23, "more_of_batches", include_str!("../../../migrations/0023_more_of_batches.sql")),
    (24, "money", include_str!("../../../migrations/0024_money.sql")),
    (25, "events_of_hit", include_str!("../../../migrations/0025_events_of_hit.sql")),
];

/// Versions before this one were never released.
pub(super) const FIRST: i64 = 14;

/// The version that the migrations lead to.
pub(in crate::store) fn latest() -> i64 {
    ALL.iter().map(|(version, ..)| *version).max().unwrap_or(FIRST)
}

/// Every migration in the words of a database, in order.
pub(super) fn spelled(words: &Words) -> impl Iterator<Item = Migration> {
    let spelled = move |(version, name, text): &(i64, &'static str, &str)| Migration {
        version: *version,
        name,
        text: spell(words, text),
    };
    ALL.iter().map(spelled)
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;

    #[test]
    fn every_file_of_the_folder_is_listed() {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("migrations");
        let files = std::fs::read_dir(folder).unwrap().map(|file| file.unwrap().file_name());
        let mut files: Vec<String> = files.map(|name| name.into_string().unwrap()).collect();
        files.sort();
        let listed = ALL.iter().map(|(version, name, _)| format!("{version:04}_{name}.sql"));
        assert_eq!(listed.collect::<Vec<_>>(), files);
    }
}

//! The store: every SQL statement, over SQLite or PostgreSQL, and nothing but SQL.
//!
//! One file per table. Statements stand once, in the dialect that both databases share; [`sql`] is
//! the only place that names the two drivers. Ownership is part of the statement.

/// Names statements and lists them, so that a test can prepare and plan each one.
macro_rules! statements {
    ($($(#[$doc:meta])* $name:ident = $sql:expr;)*) => {
        $($(#[$doc])* const $name: &str = $sql;)*
        /// Every statement of this table, by name.
        pub(super) const STATEMENTS: &[(&str, &str)] = &[$((stringify!($name), $name)),*];
    };
}

pub mod acceptances;
pub mod assignments;
pub mod bonus_payments;
mod dialect;
pub mod events;
pub mod hit_groups;
pub mod hit_layouts;
pub mod hit_requirements;
pub mod hit_types;
pub mod hits;
mod joined;
mod many;
pub mod messages;
mod migrations;
pub mod notifications;
pub mod open;
mod postgres;
pub mod qualification_requests;
pub mod qualification_type_pages;
pub mod qualification_types;
pub mod qualification_types_named;
pub mod qualifications;
pub mod requesters;
pub mod reset;
pub mod review_reports;
pub mod reviewed_workers;
mod row;
pub mod sql;
pub mod sqlite;
pub mod timers;
pub mod unique_request_tokens;
pub mod uploaded_files;
pub mod worker_blocks;
pub mod worker_history;
pub mod workers;
pub mod world;

pub use open::{OpenError, Store};
pub use sql::Tx;

/// Every statement of the store, as (table, name, text).
pub fn statements() -> impl Iterator<Item = (&'static str, &'static str, &'static str)> {
    let tables: [(&str, &[(&str, &str)]); 27] = [
        ("acceptances", acceptances::STATEMENTS),
        ("assignments", assignments::STATEMENTS),
        ("bonus_payments", bonus_payments::STATEMENTS),
        ("events", events::STATEMENTS),
        ("hit_groups", hit_groups::STATEMENTS),
        ("hit_layouts", hit_layouts::STATEMENTS),
        ("hit_requirements", hit_requirements::STATEMENTS),
        ("hit_types", hit_types::STATEMENTS),
        ("hits", hits::STATEMENTS),
        ("messages", messages::STATEMENTS),
        ("notifications", notifications::STATEMENTS),
        ("qualification_requests", qualification_requests::STATEMENTS),
        ("qualification_type_pages", qualification_type_pages::STATEMENTS),
        ("qualification_types_named", qualification_types_named::STATEMENTS),
        ("qualification_types", qualification_types::STATEMENTS),
        ("qualifications", qualifications::STATEMENTS),
        ("requesters", requesters::STATEMENTS),
        ("reset", reset::STATEMENTS),
        ("review_reports", review_reports::STATEMENTS),
        ("reviewed_workers", reviewed_workers::STATEMENTS),
        ("timers", timers::STATEMENTS),
        ("unique_request_tokens", unique_request_tokens::STATEMENTS),
        ("uploaded_files", uploaded_files::STATEMENTS),
        ("worker_blocks", worker_blocks::STATEMENTS),
        ("worker_history", worker_history::STATEMENTS),
        ("workers", workers::STATEMENTS),
        ("world", world::STATEMENTS),
    ];
    tables
        .into_iter()
        .flat_map(|(table, list)| list.iter().map(move |(name, text)| (table, *name, *text)))
}

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
mod dialect;
pub mod hit_requirements;
pub mod hit_types;
pub mod hits;
mod many;
mod migrations;
pub mod open;
pub mod payments;
mod postgres;
pub mod qualification_requests;
pub mod qualification_type_pages;
pub mod qualification_types;
pub mod qualifications;
pub mod requesters;
pub mod reset;
mod row;
pub mod sql;
pub mod sqlite;
pub mod timers;
pub mod unique_request_tokens;
pub mod workers;
pub mod world;

pub use open::{OpenError, Store};
pub use sql::Tx;

/// Every statement of the store, as (table, name, text).
pub fn statements() -> impl Iterator<Item = (&'static str, &'static str, &'static str)> {
    let tables: [(&str, &[(&str, &str)]); 16] = [
        ("acceptances", acceptances::STATEMENTS),
        ("assignments", assignments::STATEMENTS),
        ("hit_requirements", hit_requirements::STATEMENTS),
        ("hit_types", hit_types::STATEMENTS),
        ("hits", hits::STATEMENTS),
        ("payments", payments::STATEMENTS),
        ("qualification_requests", qualification_requests::STATEMENTS),
        ("qualification_type_pages", qualification_type_pages::STATEMENTS),
        ("qualification_types", qualification_types::STATEMENTS),
        ("qualifications", qualifications::STATEMENTS),
        ("requesters", requesters::STATEMENTS),
        ("reset", reset::STATEMENTS),
        ("timers", timers::STATEMENTS),
        ("unique_request_tokens", unique_request_tokens::STATEMENTS),
        ("workers", workers::STATEMENTS),
        ("world", world::STATEMENTS),
    ];
    tables
        .into_iter()
        .flat_map(|(table, list)| list.iter().map(move |(name, text)| (table, *name, *text)))
}

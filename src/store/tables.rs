//! One file per table: its statements, and the functions that run them.

pub mod acceptances;
pub mod assignments;
pub mod batch_lists;
pub mod batch_results;
pub mod batches;
pub mod bonus_payments;
pub mod events;
pub mod faults;
pub mod hit_groups;
pub mod hit_layouts;
pub mod hit_lists;
pub mod hit_requirements;
pub mod hit_types;
pub mod hits;
pub mod messages;
pub mod notifications;
pub mod owners;
pub mod payments;
pub mod qualification_requests;
pub mod qualification_types;
pub mod qualifications;
pub mod requester_workers;
pub mod requesters;
pub mod reset;
pub mod review;
pub mod review_reports;
pub mod reward_payments;
pub mod robots;
pub mod snapshots;
pub mod timers;
pub mod unique_request_tokens;
pub mod uploaded_files;
pub mod webhooks;
pub mod worker_blocks;
pub mod worker_history;
pub mod workers;
pub mod world;

use crate::store::db::clock_check;

/// The statements of these modules, by name.
macro_rules! statements_of {
    ($($module:ident),*) => { [$((stringify!($module), $module::STATEMENTS)),*] };
}

/// Every statement of the store, as (table, name, text).
pub fn statements() -> impl Iterator<Item = (&'static str, &'static str, &'static str)> {
    let tables: [(&str, &[(&str, &str)]); 36] = statements_of! {
        acceptances, assignments, batch_lists, batch_results, batches, bonus_payments, clock_check,
        events, faults, hit_groups, hit_layouts, hit_lists, hit_requirements, hit_types, hits,
        messages, notifications, owners, qualification_requests, qualification_types,
        qualifications, requester_workers, requesters, review, review_reports, reward_payments,
        robots, snapshots,
        timers, unique_request_tokens, uploaded_files, webhooks, worker_blocks, worker_history,
        workers, world
    };
    let resets = reset::STATEMENTS.map(|statements| ("reset", statements));
    tables
        .into_iter()
        .chain(resets)
        .flat_map(|(table, list)| list.iter().map(move |(name, text)| (table, *name, *text)))
}

//! Emptying the store, or taking one requester's things out of it.

use crate::fault::Fault;
use crate::money::Cents;
use crate::store::Tx;
use crate::store::db::sql::sql;
use crate::store::requesters::{self, Balance};

/// Every statement of this module.
pub(super) const STATEMENTS: [&[(&str, &str)]; 2] =
    [everything::STATEMENTS, of_requester::STATEMENTS];

/// What takes everything out.
mod everything {
    statements! {
        NO_REQUESTERS = "DELETE FROM requesters";
        NO_WORKERS = "DELETE FROM workers";
        NO_HIT_TYPES = "DELETE FROM hit_types";
        NO_HITS = "DELETE FROM hits";
        NO_ACCEPTANCES = "DELETE FROM acceptances";
        NO_ASSIGNMENTS = "DELETE FROM assignments";
        NO_TIMERS = "DELETE FROM timers";
        NO_TOKENS = "DELETE FROM unique_request_tokens";
        NO_QUALIFICATION_TYPES = "DELETE FROM qualification_types";
        NO_QUALIFICATIONS = "DELETE FROM qualifications";
        NO_QUALIFICATION_REQUESTS = "DELETE FROM qualification_requests";
        NO_BONUS_PAYMENTS = "DELETE FROM bonus_payments";
        NO_WORKER_BLOCKS = "DELETE FROM worker_blocks";
        NO_HIT_REQUIREMENTS = "DELETE FROM hit_requirements";
        NO_REQUESTER_WORKERS = "DELETE FROM requester_workers";
        NO_REWARD_PAYMENTS = "DELETE FROM reward_payments";
        NO_MESSAGES = "DELETE FROM messages";
        NO_REVIEW_REPORTS = "DELETE FROM review_reports";
        NO_NOTIFICATIONS = "DELETE FROM notifications";
        NO_WEBHOOKS = "DELETE FROM webhooks";
        NO_DESTINATIONS = "DELETE FROM destinations";
        NO_EVENTS = "DELETE FROM events";
        NO_HIT_LAYOUTS = "DELETE FROM hit_layouts";
        NO_UPLOADED_FILES = "DELETE FROM uploaded_files";
        NO_FAULTS = "DELETE FROM faults";
        NO_THROTTLES = "DELETE FROM throttles";
        NO_ROBOTS = "DELETE FROM robots";
        NO_ROBOT_WORK = "DELETE FROM robot_work";
        NO_ROBOT_PLACES = "DELETE FROM robot_places";
        NO_BATCHES = "DELETE FROM batches";
        NO_BATCH_ROWS = "DELETE FROM batch_rows";
        NO_BATCH_REVIEWS = "DELETE FROM batch_reviews";
    }
}

/// What takes out what belongs to one requester. What is found through another table goes before
/// that table.
mod of_requester {
    statements! {
        TIMERS_OF_HITS = "DELETE FROM timers WHERE subject IN \
            (SELECT id FROM hits WHERE requester_id = $1)";
        TIMERS_OF_WORK = "DELETE FROM timers WHERE subject IN (SELECT a.id FROM assignments a \
            JOIN hits h ON h.key = a.hit_key WHERE h.requester_id = $1)";
        TIMERS_OF_ACCEPTANCES = "DELETE FROM timers WHERE subject IN (SELECT a.assignment_id \
            FROM acceptances a JOIN hits h ON h.key = a.hit_key WHERE h.requester_id = $1)";
        ROBOT_WORK_OF = "DELETE FROM robot_work WHERE assignment_id IN (SELECT a.assignment_id \
            FROM acceptances a JOIN hits h ON h.key = a.hit_key WHERE h.requester_id = $1)";
        ROBOTS_OF = "DELETE FROM robots WHERE requester_id = $1";
        ROBOT_PLACES_OF = "DELETE FROM robot_places WHERE hit_type_id IN \
            (SELECT id FROM hit_types WHERE requester_id = $1)";
        ACCEPTANCES_OF = "DELETE FROM acceptances WHERE hit_key IN \
            (SELECT key FROM hits WHERE requester_id = $1)";
        ASSIGNMENTS_OF = "DELETE FROM assignments WHERE hit_key IN \
            (SELECT key FROM hits WHERE requester_id = $1)";
        HIT_REQUIREMENTS_OF = "DELETE FROM hit_requirements WHERE hit_key IN \
            (SELECT key FROM hits WHERE requester_id = $1)";
        REVIEW_REPORTS_OF = "DELETE FROM review_reports WHERE hit_key IN \
            (SELECT key FROM hits WHERE requester_id = $1)";
        NOTIFICATIONS_OF = "DELETE FROM notifications WHERE hit_type_id IN \
            (SELECT id FROM hit_types WHERE requester_id = $1)";
        EVENTS_OF = "DELETE FROM events WHERE requester_id = $1";
        UPLOADED_FILES_OF = "DELETE FROM uploaded_files WHERE hit_key IN \
            (SELECT key FROM hits WHERE requester_id = $1)";
        HIT_LAYOUTS_OF = "DELETE FROM hit_layouts WHERE requester_id = $1";
        HITS_OF = "DELETE FROM hits WHERE requester_id = $1";
        HIT_TYPES_OF = "DELETE FROM hit_types WHERE requester_id = $1";
        TOKENS_OF = "DELETE FROM unique_request_tokens WHERE requester_id = $1";
        QUALIFICATIONS_OF = "DELETE FROM qualifications WHERE qualification_type_id IN \
            (SELECT id FROM qualification_types WHERE requester_id = $1)";
        QUALIFICATION_REQUESTS_OF = "DELETE FROM qualification_requests WHERE requester_id = $1";
        QUALIFICATION_TYPES_OF = "DELETE FROM qualification_types WHERE requester_id = $1";
        BONUS_PAYMENTS_OF = "DELETE FROM bonus_payments WHERE requester_id = $1";
        WORKER_BLOCKS_OF = "DELETE FROM worker_blocks WHERE requester_id = $1";
        REQUESTER_WORKERS_OF = "DELETE FROM requester_workers WHERE requester_id = $1";
        REWARD_PAYMENTS_OF = "DELETE FROM reward_payments WHERE requester_id = $1";
        DESTINATIONS_OF_WEBHOOKS = "DELETE FROM destinations WHERE key IN \
            (SELECT destination_key FROM webhooks WHERE requester_id = $1)";
        WEBHOOKS_OF = "DELETE FROM webhooks WHERE requester_id = $1";
        FAULTS_OF = "DELETE FROM faults WHERE requester_id = $1";
        BATCH_ROWS_OF = "DELETE FROM batch_rows WHERE batch_key IN \
            (SELECT key FROM batches WHERE requester_id = $1)";
        BATCH_REVIEWS_OF = "DELETE FROM batch_reviews WHERE batch_key IN \
            (SELECT key FROM batches WHERE requester_id = $1)";
        BATCHES_OF = "DELETE FROM batches WHERE requester_id = $1";
        MESSAGES_OF = "DELETE FROM messages WHERE requester_id = $1";
    }
}

/// The tables that a reset empties.
pub(super) fn tables() -> impl Iterator<Item = &'static str> {
    everything::STATEMENTS.iter().filter_map(|(_, text)| text.strip_prefix("DELETE FROM "))
}

/// Takes everything out; the clock and the page key stay.
pub async fn everything(tx: &mut Tx) -> Result<(), Fault> {
    for (_, text) in everything::STATEMENTS {
        sql(text).run(tx).await?;
    }
    Ok(())
}

/// Takes out what belongs to one requester; the requester stays, with `balance`, and so do all
/// workers.
pub async fn of_requester(tx: &mut Tx, requester_id: &str, balance: Cents) -> Result<(), Fault> {
    for (_, text) in of_requester::STATEMENTS {
        sql(text).bind(requester_id).run(tx).await?;
    }
    let balance = Balance { available: balance, on_hold: Cents(0), opening: balance };
    requesters::set_balance(tx, requester_id, balance).await
}

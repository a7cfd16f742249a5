//! Emptying the store, or taking one requester's things out of it.

use crate::fault::Fault;
use crate::money::Cents;
use crate::store::Tx;
use crate::store::sql::sql;

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
    HIT_REQUIREMENTS_OF = "DELETE FROM hit_requirements WHERE hit_key IN \
        (SELECT key FROM hits WHERE requester_id = $1)";
    NO_REVIEWED_WORKERS = "DELETE FROM reviewed_workers";
    NO_MESSAGES = "DELETE FROM messages";
    NO_REVIEW_REPORTS = "DELETE FROM review_reports";
    NO_NOTIFICATIONS = "DELETE FROM notifications";
    NO_DESTINATIONS = "DELETE FROM destinations";
    NO_EVENTS = "DELETE FROM events";
    NO_HIT_LAYOUTS = "DELETE FROM hit_layouts";
    HIT_LAYOUTS_OF = "DELETE FROM hit_layouts WHERE requester_id = $1";
    NO_UPLOADED_FILES = "DELETE FROM uploaded_files";
    UPLOADED_FILES_OF = "DELETE FROM uploaded_files WHERE hit_key IN \
        (SELECT key FROM hits WHERE requester_id = $1)";
    TIMERS_OF_HITS = "DELETE FROM timers WHERE subject IN \
        (SELECT id FROM hits WHERE requester_id = $1)";
    TIMERS_OF_WORK = "DELETE FROM timers WHERE subject IN (SELECT a.id FROM assignments a \
        JOIN hits h ON h.key = a.hit_key WHERE h.requester_id = $1)";
    TIMERS_OF_ACCEPTANCES = "DELETE FROM timers WHERE subject IN (SELECT a.assignment_id \
        FROM acceptances a JOIN hits h ON h.key = a.hit_key WHERE h.requester_id = $1)";
    ACCEPTANCES_OF = "DELETE FROM acceptances WHERE hit_key IN \
        (SELECT key FROM hits WHERE requester_id = $1)";
    ASSIGNMENTS_OF = "DELETE FROM assignments WHERE hit_key IN \
        (SELECT key FROM hits WHERE requester_id = $1)";
    REVIEW_REPORTS_OF = "DELETE FROM review_reports WHERE hit_key IN \
        (SELECT key FROM hits WHERE requester_id = $1)";
    NOTIFICATIONS_OF = "DELETE FROM notifications WHERE hit_type_id IN \
        (SELECT id FROM hit_types WHERE requester_id = $1)";
    EVENTS_OF = "DELETE FROM events WHERE requester_id = $1";
    HITS_OF = "DELETE FROM hits WHERE requester_id = $1";
    HIT_TYPES_OF = "DELETE FROM hit_types WHERE requester_id = $1";
    TOKENS_OF = "DELETE FROM unique_request_tokens WHERE requester_id = $1";
    QUALIFICATIONS_OF = "DELETE FROM qualifications WHERE qualification_type_id IN \
        (SELECT id FROM qualification_types WHERE requester_id = $1)";
    QUALIFICATION_REQUESTS_OF = "DELETE FROM qualification_requests WHERE requester_id = $1";
    QUALIFICATION_TYPES_OF = "DELETE FROM qualification_types WHERE requester_id = $1";
    BONUS_PAYMENTS_OF = "DELETE FROM bonus_payments WHERE requester_id = $1";
    WORKER_BLOCKS_OF = "DELETE FROM worker_blocks WHERE requester_id = $1";
    REVIEWED_WORKERS_OF = "DELETE FROM reviewed_workers WHERE requester_id = $1";
    MESSAGES_OF = "DELETE FROM messages WHERE requester_id = $1";
    BALANCE_OF = "UPDATE requesters SET balance_cents = $2, on_hold_cents = 0 WHERE id = $1";
}

/// Takes everything out; the clock and the page key stay.
///
/// # Errors
/// The database failed.
pub async fn everything(tx: &mut Tx) -> Result<(), Fault> {
    for text in [
        NO_REQUESTERS,
        NO_WORKERS,
        NO_HIT_TYPES,
        NO_HITS,
        NO_ACCEPTANCES,
        NO_ASSIGNMENTS,
        NO_TIMERS,
        NO_TOKENS,
        NO_QUALIFICATION_TYPES,
        NO_QUALIFICATIONS,
        NO_QUALIFICATION_REQUESTS,
        NO_BONUS_PAYMENTS,
        NO_WORKER_BLOCKS,
        NO_HIT_REQUIREMENTS,
        NO_REVIEWED_WORKERS,
        NO_MESSAGES,
        NO_REVIEW_REPORTS,
        NO_NOTIFICATIONS,
        NO_DESTINATIONS,
        NO_EVENTS,
        NO_HIT_LAYOUTS,
        NO_UPLOADED_FILES,
    ] {
        sql(text).run(tx).await?;
    }
    Ok(())
}

/// Takes out what belongs to one requester; the requester stays, with `balance`, and so do all
/// workers.
///
/// # Errors
/// The database failed.
pub async fn of_requester(tx: &mut Tx, requester_id: &str, balance: Cents) -> Result<(), Fault> {
    // What is found through another table goes before that table.
    for text in [
        TIMERS_OF_HITS,
        TIMERS_OF_WORK,
        TIMERS_OF_ACCEPTANCES,
        ACCEPTANCES_OF,
        ASSIGNMENTS_OF,
        HIT_REQUIREMENTS_OF,
        REVIEW_REPORTS_OF,
        NOTIFICATIONS_OF,
        EVENTS_OF,
        UPLOADED_FILES_OF,
        HIT_LAYOUTS_OF,
        HITS_OF,
        HIT_TYPES_OF,
        TOKENS_OF,
        QUALIFICATIONS_OF,
        QUALIFICATION_REQUESTS_OF,
        QUALIFICATION_TYPES_OF,
        BONUS_PAYMENTS_OF,
        WORKER_BLOCKS_OF,
        REVIEWED_WORKERS_OF,
        MESSAGES_OF,
    ] {
        sql(text).bind(requester_id).run(tx).await?;
    }
    sql(BALANCE_OF).bind(requester_id).bind(balance).run(tx).await?;
    Ok(())
}

//! A HIT as the store keeps it, and the columns from which it is read.

use serde::{Serialize, Serializer};

use crate::fault::Fault;
use crate::money::Cents;
use crate::rules::hit::{Phase, Standing};
use crate::shapes;
use crate::shapes::hit::HitStatus;
use crate::shapes::review::ReviewPolicy;
use crate::store::hit_types::{self, HitType};
use crate::store::sql::Row;
use crate::time::Instant;

/// The columns of a HIT after those of its type, in the order in which [`hit`] reads them.
macro_rules! select_hits {
    ($($rest:literal),*) => { crate::store::hits::select_hits!(and ""; $($rest),*) };
    (and $more:literal; $($rest:literal),*) => {
        concat!(
            "SELECT ", crate::store::hit_types::hit_type_columns!(), ", \
            h.key, h.id, h.requester_id, h.question, h.requester_annotation, \
            h.created_at, h.expire_at, h.max_assignments, \
            h.pending_count, h.submitted_count, h.approved_count, h.rejected_count, h.status, \
            h.last_assignment_position, h.position, h.expiry_position, h.held_cents, \
            (h.assignment_review_policy IS NOT NULL OR h.hit_review_policy IS NOT NULL), \
            h.hit_layout_id", $more, " \
            FROM hits h JOIN hit_types t ON t.id = h.hit_type_id ",
            $($rest),*
        )
    };
}
pub(in crate::store) use select_hits;

/// How many columns that are.
pub(in crate::store) const COLUMNS: usize = hit_types::COLUMNS + 19;

/// A HIT as the store keeps it.
#[derive(Debug, Clone)]
pub struct Hit {
    /// Its number in the store; 0 before it is there.
    pub key: i64,
    /// 30 characters.
    pub id: String,
    /// Whose it is.
    pub requester_id: String,
    /// What it has in common with others.
    pub hit_type: HitType,
    /// The question document as sent.
    pub question: String,
    /// The layout from which it was made.
    pub layout_id: Option<String>,
    /// The requester's own note.
    pub requester_annotation: Option<String>,
    /// When it was made.
    pub created_at: Instant,
    /// Counters, end and phase.
    pub standing: Standing,
    /// The status that was kept last.
    pub status: HitStatus,
    /// The place of its latest submission.
    pub last_assignment_position: i64,
    /// Its place among the requester's HITs by creation.
    pub position: i64,
    /// Its place among the requester's HITs by expiration.
    pub expiry_position: i64,
    /// What of the requester's money is on hold for it.
    pub held: Cents,
    /// Whether it has a review policy.
    pub has_policies: bool,
}

impl Hit {
    /// The HIT as the API shows it.
    #[must_use]
    pub fn shape(&self) -> shapes::hit::Hit<'_> {
        let (hit_type, values) = (&self.hit_type, &self.hit_type.values);
        shapes::hit::Hit {
            hit_id: &self.id,
            hit_type_id: &hit_type.id,
            hit_group_id: &hit_type.group_id,
            hit_layout_id: self.layout_id.as_deref(),
            creation_time: self.created_at,
            title: &values.title,
            description: &values.description,
            question: &self.question,
            keywords: values.keywords.as_deref(),
            hit_status: self.status,
            max_assignments: self.standing.max,
            reward: values.reward,
            auto_approval_delay_in_seconds: values.auto_approval_delay_s,
            expiration: self.standing.expire_at,
            assignment_duration_in_seconds: values.assignment_duration_s,
            requester_annotation: self.requester_annotation.as_deref(),
            qualification_requirements: &values.requirements,
            hit_review_status: "NotReviewed",
            number_of_assignments_pending: self.standing.pending,
            number_of_assignments_available: self.standing.available(),
            number_of_assignments_completed: self.standing.completed(),
        }
    }
}

impl Serialize for Hit {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.shape().serialize(serializer)
    }
}

/// Reads a HIT whose columns begin at `first`.
pub(in crate::store) fn hit(row: &Row, first: usize) -> Result<Hit, Fault> {
    let own = first + hit_types::COLUMNS;
    let word: String = row.get(own + 12)?;
    let status = HitStatus::parse(&word);
    let status = status.ok_or_else(|| Fault::Service(format!("unknown status: {word}")))?;
    let phase = match status {
        HitStatus::Reviewing => Phase::Reviewing,
        HitStatus::Disposed => Phase::Disposed,
        _ => Phase::Open,
    };
    Ok(Hit {
        hit_type: hit_types::hit_type(row, first)?,
        key: row.get(own)?,
        id: row.get(own + 1)?,
        requester_id: row.get(own + 2)?,
        question: row.get(own + 3)?,
        requester_annotation: row.get(own + 4)?,
        created_at: row.get(own + 5)?,
        standing: Standing {
            expire_at: row.get(own + 6)?,
            max: row.get(own + 7)?,
            pending: row.get(own + 8)?,
            submitted: row.get(own + 9)?,
            approved: row.get(own + 10)?,
            rejected: row.get(own + 11)?,
            phase,
        },
        status,
        last_assignment_position: row.get(own + 13)?,
        position: row.get(own + 14)?,
        expiry_position: row.get(own + 15)?,
        held: row.get(own + 16)?,
        has_policies: row.get(own + 17)?,
        layout_id: row.get(own + 18)?,
    })
}

/// The review policies of a HIT.
#[derive(Debug, Clone, Default)]
pub struct Policies {
    /// `AssignmentReviewPolicy`.
    pub assignment: Option<ReviewPolicy>,
    /// `HITReviewPolicy`.
    pub hit: Option<ReviewPolicy>,
}

impl Policies {
    /// Whether there is one.
    #[must_use]
    pub const fn any(&self) -> bool {
        self.assignment.is_some() || self.hit.is_some()
    }
}

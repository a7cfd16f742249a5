//! Parts of pages that change while a page is open.

use askama::Template;

use crate::rules::hit::Standing;
use crate::shapes::assignment::AssignmentStatus;
use crate::shapes::batch::{BatchStatus, WorkCounts, WorkKind};
use crate::shapes::event::Event;
use crate::shapes::hit::HitStatus;
use crate::time::Instant;
use crate::views::desk::batches::BatchView;
use crate::views::show;

/// The status of a HIT.
#[derive(Debug, Template)]
#[template(path = "desk_tag.html")]
pub struct StatusTag<'a> {
    pub status: &'a HitStatus,
}

/// The latest events of a HIT.
#[derive(Debug, Template)]
#[template(path = "desk_events.html")]
pub struct EventList<'a> {
    pub events: &'a [Event],
    pub now: &'a Instant,
}

/// The status of an assignment, and what can be decided with one click.
#[derive(Debug, Template)]
#[template(path = "desk_answer_status.html")]
pub struct AnswerStatus<'a> {
    pub id: &'a str,
    pub worker_id: &'a str,
    pub status: &'a AssignmentStatus,
}

/// The places of a HIT as parts of a bar.
#[derive(Template)]
#[template(path = "desk_bar.html")]
pub struct PlacesBar {
    parts: Vec<(&'static str, i64)>,
    max: i64,
}

impl PlacesBar {
    /// Those of a HIT; once it has expired, nobody can take what is left.
    #[expect(clippy::trivially_copy_pass_by_ref, reason = "templates pass references")]
    pub fn of(standing: &Standing, now: &Instant) -> Self {
        let left = if standing.expired(*now) { "not taken" } else { "free" };
        let parts = vec![
            ("submitted", standing.submitted),
            ("approved", standing.approved),
            ("rejected", standing.rejected),
            ("in work", standing.pending),
            (left, standing.available()),
        ];
        Self { parts, max: standing.max.max(1) }
    }

    /// Those of the HITs of a batch.
    pub fn of_batch(work: &WorkCounts) -> Self {
        let taken = work.submitted + work.approved + work.rejected + work.pending;
        let parts = vec![
            ("submitted", work.submitted),
            ("approved", work.approved),
            ("rejected", work.rejected),
            ("in work", work.pending),
            ("not taken", work.max.saturating_sub(taken).max(0)),
        ];
        Self { parts, max: work.max.max(1) }
    }

    /// Each part that is not empty, but for what is free: its class, where it begins, and how long
    /// it is, of 1000.
    fn drawn(&self) -> Vec<(String, i64, i64)> {
        let mut before = 0;
        let mut drawn = Vec::new();
        for (name, count) in self.parts.iter().take(4) {
            let begin = before * 1000 / self.max;
            before += count;
            if *count > 0 {
                // Few beside many are still seen.
                let length = (before * 1000 / self.max - begin).max(6);
                drawn.push((name.replace(' ', "-"), begin.min(994), length));
            }
        }
        drawn
    }
}

/// The class of the tag of a batch's status, and how the pages call it.
#[expect(clippy::trivially_copy_pass_by_ref, reason = "templates pass references")]
pub const fn batch_tag(status: &BatchStatus) -> (&'static str, &'static str) {
    match status {
        BatchStatus::Publishing => ("", "Being published"),
        BatchStatus::Published => ("good", "Published"),
        BatchStatus::Stopped => ("bad", "Stopped"),
        BatchStatus::Canceled => ("", "Canceled"),
    }
}

/// How far a batch has come.
#[derive(Template)]
#[template(path = "desk_batch_progress.html")]
pub struct BatchProgress<'a> {
    pub view: &'a BatchView,
    /// What a form carries.
    pub form_token: &'a str,
}

impl BatchProgress<'_> {
    fn counts(&self) -> WorkCounts {
        self.view.batch.assignments.unwrap_or_default()
    }

    fn is_busy(&self) -> bool {
        let batch = &self.view.batch;
        batch.status != BatchStatus::Stopped && !batch.work.is_over()
    }

    /// What the latest work is, besides publishing.
    fn work(&self) -> Option<&'static str> {
        match self.view.batch.work.kind {
            WorkKind::Publish => None,
            WorkKind::Extend => Some("HITs extended"),
            WorkKind::Republish => Some("HITs looked through for rejected work"),
            WorkKind::Cancel => Some("HITs expired"),
            WorkKind::Review => Some("decisions applied"),
        }
    }
}

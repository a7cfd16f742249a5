//! The life of a HIT: counters, status, and what may happen in which status.
//!
//! Facts: requester guide "Retrieving HIT status" (the worked table is a test below), API reference
//! of DeleteHIT and CreateAdditionalAssignmentsForHIT, and what public clients compute.

use crate::fault::{Code, Fault};
use crate::rules::limits::{self, Range};
use crate::shapes::hit::HitStatus;
use crate::time::{END_OF_TIME, Instant, Span};

/// A HIT that the requester leaves alone is deleted this long after it became reviewable.
///
/// The API reference says "after 120 days". Assumed: counted from the day when it became
/// Reviewable, since a lifetime may be longer than 120 days.
pub const DISPOSED_AFTER: Span = Span::days(120);

/// From this many assignments on, a HIT is in the higher fee class.
pub const LARGE: i64 = 10;

/// HITs that are older than 2015-07-22 get no more places (API reference).
///
/// Assumed: the day begins in UTC.
const EXTENSIBLE_FROM: Instant = Instant(1_437_523_200_000);

/// Whether a HIT that was made at `created_at` can get more places.
///
/// # Errors
/// It is too old. Assumed: the sentence; the code is documented.
pub fn young_enough(created_at: Instant) -> Result<(), Fault> {
    if created_at >= EXTENSIBLE_FROM {
        return Ok(());
    }
    let message = "A HIT that was created before July 22, 2015 cannot be extended.";
    Err(Fault::refused(Code::HitTooOldForExtension, message))
}

/// What a requester did with a HIT besides its work.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Phase {
    /// Nothing.
    Open,
    /// Marked as being reviewed.
    Reviewing,
    /// Deleted.
    Disposed,
}

/// The state of a HIT: the counts of its places, its end, its phase. The status that the API shows
/// follows from it: see [`Standing::status`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Standing {
    /// Places in all.
    pub max: i64,
    /// Accepted, and the worker is at it.
    pub pending: i64,
    /// Submitted, awaiting review.
    pub submitted: i64,
    /// Approved.
    pub approved: i64,
    /// Rejected.
    pub rejected: i64,
    /// From this instant on nobody can accept.
    pub expire_at: Instant,
    /// What the requester did with it.
    pub phase: Phase,
}

impl Standing {
    /// A new HIT with `max` places.
    pub const fn new(max: i64, expire_at: Instant) -> Self {
        let phase = Phase::Open;
        Self { max, pending: 0, submitted: 0, approved: 0, rejected: 0, expire_at, phase }
    }

    /// Places that nobody took. An expired HIT keeps its count, since clients compute with it.
    pub const fn available(&self) -> i64 {
        self.max - self.pending - self.submitted - self.completed()
    }

    /// Approved and rejected work; what awaits review is not counted.
    pub const fn completed(&self) -> i64 {
        self.approved + self.rejected
    }

    /// Whether its time is over.
    pub fn expired(&self, now: Instant) -> bool {
        self.expire_at <= now
    }

    /// The status at `now`.
    pub fn status(&self, now: Instant) -> HitStatus {
        let open = self.available() > 0 && !self.expired(now);
        match self.phase {
            Phase::Disposed => HitStatus::Disposed,
            _ if open => HitStatus::Assignable,
            _ if self.pending > 0 => HitStatus::Unassignable,
            Phase::Reviewing => HitStatus::Reviewing,
            Phase::Open => HitStatus::Reviewable,
        }
    }

    /// A worker takes a place.
    pub fn accept(self, now: Instant) -> Result<Self, Fault> {
        if self.phase != Phase::Disposed && self.expired(now) {
            return Err(hit_expired());
        }
        if self.status(now) != HitStatus::Assignable {
            return Err(no_more_hits());
        }
        Ok(Self { pending: self.pending + 1, ..self })
    }

    /// A worker submits.
    #[must_use]
    pub const fn submit(self) -> Self {
        Self { pending: self.pending - 1, submitted: self.submitted + 1, ..self }
    }

    /// A worker returns the assignment, or ran out of time.
    #[must_use]
    pub const fn return_place(self) -> Self {
        Self { pending: self.pending - 1, ..self }
    }

    /// Submitted work is approved.
    #[must_use]
    pub const fn approve(self) -> Self {
        Self { submitted: self.submitted - 1, approved: self.approved + 1, ..self }
    }

    /// Submitted work is rejected.
    #[must_use]
    pub const fn reject(self) -> Self {
        Self { submitted: self.submitted - 1, rejected: self.rejected + 1, ..self }
    }

    /// Rejected work is approved after all.
    #[must_use]
    pub const fn override_rejection(self) -> Self {
        Self { rejected: self.rejected - 1, approved: self.approved + 1, ..self }
    }

    /// More places.
    pub fn add_assignments(self, additional: i64, now: Instant) -> Result<Self, Fault> {
        let kept = self.not_disposed(now)?;
        let max = kept.max + additional;
        if kept.max < LARGE && max >= LARGE {
            // Assumed: the sentence; the code is documented.
            return Err(Fault::refused(
                Code::InvalidMaximumAssignmentsIncrease,
                "A HIT that was created with fewer than 10 assignments cannot be extended to 10 \
                 or more assignments.",
            ));
        }
        // Assumed: the range ends with what is left. A policy may add time alone.
        let left = Range { min: 1, max: limits::ASSIGNMENTS.max - kept.max };
        if additional != 0 {
            left.check("NumberOfAdditionalAssignments", additional)?;
        }
        Ok(Self { max, ..kept }.reopened(now))
    }

    /// Moves the end. A past instant, or this very second, ends the HIT now.
    pub fn expire_at(self, at: Instant, now: Instant) -> Result<Self, Fault> {
        let kept = self.not_disposed(now)?;
        if at <= now {
            let expire_at = kept.expire_at.min(now);
            return Ok(Self { expire_at, ..kept });
        }
        let step_s = (at.0 - kept.expire_at.max(now).0).div_euclid(1000);
        limits::EXPIRATION_INCREMENT_S.check("ExpirationIncrementInSeconds", step_s)?;
        if at > END_OF_TIME {
            return Err(Fault::invalid_parameter("ExpireAt", at.0.div_euclid(1000)));
        }
        Ok(kept.last_until(at, now))
    }

    /// Lasts until `at`, which is later than the present end.
    #[must_use]
    pub fn last_until(self, at: Instant, now: Instant) -> Self {
        Self { expire_at: at, ..self }.reopened(now)
    }

    /// The requester begins to review, or goes back.
    pub fn review(self, revert: bool, now: Instant) -> Result<Self, Fault> {
        let (from, phase) = if revert {
            (HitStatus::Reviewing, Phase::Open)
        } else {
            (HitStatus::Reviewable, Phase::Reviewing)
        };
        let status = self.status(now);
        if status != from {
            return Err(Fault::invalid_hit_state(status.as_str(), from.as_str()));
        }
        Ok(Self { phase, ..self })
    }

    /// Deletes the HIT.
    pub fn dispose(self, now: Instant) -> Result<Self, Fault> {
        let status = self.status(now);
        let reviewable = matches!(status, HitStatus::Reviewable | HitStatus::Reviewing);
        // Recorded: where work awaits review, the sentence names a status that it seems to allow.
        if !reviewable || self.submitted > 0 {
            return Err(Fault::invalid_hit_state(status.as_str(), "Reviewing, Reviewable"));
        }
        Ok(Self { phase: Phase::Disposed, ..self })
    }

    /// Takes on another HIT type.
    pub fn change_type(&self, now: Instant) -> Result<(), Fault> {
        self.not_disposed(now)?;
        if self.pending + self.submitted + self.completed() > 0 {
            // Assumed: code and sentence; that it fails is documented.
            return Err(Fault::refused(
                Code::InvalidHitState,
                "The HITType of a HIT cannot be changed once a worker has accepted or submitted \
                 one of its assignments.",
            ));
        }
        Ok(())
    }

    fn not_disposed(self, now: Instant) -> Result<Self, Fault> {
        if self.phase == Phase::Disposed {
            let wanted = "Assignable, Unassignable, Reviewable, Reviewing";
            return Err(Fault::invalid_hit_state(self.status(now).as_str(), wanted));
        }
        Ok(self)
    }

    /// A HIT that workers can accept again is not being reviewed any more.
    fn reopened(self, now: Instant) -> Self {
        let open = Self { phase: Phase::Open, ..self };
        if open.status(now) == HitStatus::Assignable { open } else { self }
    }
}

/// The worker site's answer when there is nothing left to accept.
pub fn no_more_hits() -> Fault {
    Fault::refused(Code::NoMoreHits, "There are no more of these HITs available.")
}

/// The worker site's answer when the time of a HIT is over. Assumed: the first sentence; programs
/// look for the second.
pub fn hit_expired() -> Fault {
    let message = "This HIT has expired. There are no more of these HITs available.";
    Fault::refused(Code::HitExpired, message)
}

#[cfg(test)]
mod tests;

//! Review policies do their work: on each submission, and when all work on a HIT is submitted.

use crate::actions::hit::extend;
use crate::actions::review::report::Report;
use crate::actions::review::{Approval, approve, reject};
use crate::fault::Fault;
use crate::rules::review_policy::{self, Extension, KnownAnswers, Plurality, Policies, Verdict};
use crate::shapes::assignment::AssignmentStatus;
use crate::shapes::hit::HitStatus;
use crate::shapes::review::ReviewPolicyLevel;
use crate::store::assignments::{self, Placed};
use crate::store::hits::{self, Hit};
use crate::store::review_reports;
use crate::time::Span;
use crate::turn::Turn;

/// Applies the assignment's policy, if the HIT has one.
pub async fn review_assignment(
    turn: &mut Turn,
    hit: &mut Hit,
    placed: &mut Placed,
) -> Result<(), Fault> {
    let Some(policy) = policies(turn, hit).await?.known_answers else { return Ok(()) };
    let scored = policy.score(&placed.assignment.answer);
    let mut report = Report::new(turn.ids.entity());
    report.known_answers(&placed.assignment.assignment_id, &scored, turn.now);
    let verdicts = policy.thresholds.verdicts(scored.score);
    apply_verdicts(turn, hit, placed, verdicts, &mut report).await?;
    extend_below(turn, hit, policy.extension, scored.score, &mut report).await?;
    save_report(turn, hit, ReviewPolicyLevel::Assignment, report).await
}

/// Applies the HIT's policy, if it has one and became reviewable; `was` is its status before.
pub async fn review_if_over(turn: &mut Turn, hit: &mut Hit, was: HitStatus) -> Result<(), Fault> {
    let was_over = matches!(was, HitStatus::Reviewable | HitStatus::Reviewing);
    if was_over || hit.status != HitStatus::Reviewable {
        return Ok(());
    }
    let policies = policies(turn, hit).await?;
    let Some(policy) = policies.plurality else { return Ok(()) };
    let mut works = counted(turn, hit, &policy, policies.known_answers.as_ref()).await?;
    let sheets: Vec<_> = works.iter().map(|work| policy.sheet(&work.assignment.answer)).collect();
    let found = policy.compare(&sheets);
    let mut report = Report::new(turn.ids.entity());
    report.plurality(&hit.id, &works, &found, turn.now);
    for (work, sheet) in works.iter_mut().zip(&found.sheets) {
        let Some(score) = sheet.score else { continue };
        let verdicts = policy.thresholds.verdicts(score);
        apply_verdicts(turn, hit, work, verdicts, &mut report).await?;
    }
    extend_below(turn, hit, policy.extension, found.score, &mut report).await?;
    save_report(turn, hit, ReviewPolicyLevel::Hit, report).await
}

async fn policies(turn: &mut Turn, hit: &Hit) -> Result<Policies, Fault> {
    if !hit.has_policies {
        return Ok(Policies::default());
    }
    let stored = hits::policies(&mut turn.tx, hit.key).await?;
    // A store may have policies that were stored before they were checked: those do nothing.
    Ok(review_policy::read(stored.assignment.as_ref(), stored.hit.as_ref()).unwrap_or_default())
}

/// The work that is compared. Assumed: what is left out is neither approved nor rejected for it.
async fn counted(
    turn: &mut Turn,
    hit: &Hit,
    policy: &Plurality,
    known_answers: Option<&KnownAnswers>,
) -> Result<Vec<Placed>, Fault> {
    let counts = |work: &Placed| {
        let rejected = work.assignment.assignment_status == AssignmentStatus::Rejected;
        let least = policy.disregard_score_less_than;
        let poor = known_answers
            .zip(least)
            .is_some_and(|(known, least)| known.score(&work.assignment.answer).score < least);
        !(poor || policy.disregard_rejected && rejected)
    };
    let (mut works, mut after) = (Vec::new(), i64::MIN);
    loop {
        let batch = assignments::batch(&mut turn.tx, hit.key, after).await?;
        let Some(last) = batch.last() else { return Ok(works) };
        after = last.position;
        works.extend(batch.into_iter().filter(counts));
    }
}

async fn apply_verdicts(
    turn: &mut Turn,
    hit: &mut Hit,
    placed: &mut Placed,
    verdicts: Vec<Verdict>,
    report: &mut Report,
) -> Result<(), Fault> {
    for verdict in verdicts {
        let name = match verdict {
            Verdict::Approve(_) => "approve",
            Verdict::Reject(_) => "reject",
        };
        let outcome = decide(turn, hit, placed, verdict).await;
        let target = (placed.assignment.assignment_id.as_str(), "Assignment");
        report.did(turn.ids.entity(), name, target, turn.now, outcome)?;
    }
    Ok(())
}

/// What is decided so already is a success too (reference of the older API).
async fn decide(
    turn: &mut Turn,
    hit: &mut Hit,
    placed: &mut Placed,
    verdict: Verdict,
) -> Result<&'static str, Fault> {
    match (verdict, placed.assignment.assignment_status) {
        (Verdict::Approve(_), AssignmentStatus::Approved) => Ok("Already approved"),
        (Verdict::Reject(_), AssignmentStatus::Rejected) => Ok("Already rejected"),
        (Verdict::Approve(feedback), _) => {
            let approval = Approval { feedback, override_rejection: false };
            approve(turn, placed, hit, approval).await.map(|()| "Approved")
        }
        (Verdict::Reject(feedback), _) => {
            reject(turn, placed, hit, feedback).await.map(|()| "Rejected")
        }
    }
}

/// The HIT gets one place more if the score is too low.
async fn extend_below(
    turn: &mut Turn,
    hit: &mut Hit,
    extension: Option<Extension>,
    score: i64,
    report: &mut Report,
) -> Result<(), Fault> {
    let Some(extension) = extension.filter(|extension| score < extension.if_less_than) else {
        return Ok(());
    };
    let outcome = extend_once(turn, hit, extension).await;
    report.did(turn.ids.entity(), "extend", (&hit.id, "HIT"), turn.now, outcome)
}

/// A HIT with all the places that it may have is a success too (reference of the older API).
async fn extend_once(
    turn: &mut Turn,
    hit: &mut Hit,
    extension: Extension,
) -> Result<&'static str, Fault> {
    if hit.standing.max >= extension.max_assignments {
        return Ok("Already extended to the maximum");
    }
    let time = Span::seconds(extension.minimum_time_s);
    let at_least = (extension.minimum_time_s > 0).then(|| turn.now + time);
    extend(turn, hit, 1, at_least).await.map(|()| "Extended")
}

async fn save_report(
    turn: &mut Turn,
    hit: &Hit,
    level: ReviewPolicyLevel,
    report: Report,
) -> Result<(), Fault> {
    review_reports::add(&mut turn.tx, hit.key, level, &report.entries).await
}

//! A HIT is created, saved, extended and deleted.

use crate::actions::events::emit;
use crate::actions::money::{adjust_hold, hold_funds};
use crate::actions::robots::waiting::wake_for;
use crate::fault::Fault;
use crate::money::Cents;
use crate::rules::hit::{DISPOSED_AFTER, Standing, young_enough};
use crate::rules::new_hit;
use crate::rules::unique_request_token::Scope;
use crate::shapes::hit::{HitStatus, NewHit};
use crate::shapes::notification::EventType;
use crate::store::hit_types::HitType;
use crate::store::hits::{self, Hit, Policies};
use crate::store::timers::Kind;
use crate::store::{
    hit_groups, hit_layouts, hit_requirements, unique_request_tokens, uploaded_files,
};
use crate::time::{Instant, Span};
use crate::turn::Turn;

/// Checked members, before the HIT type is found or made.
#[derive(Debug)]
pub struct CheckedHit {
    question: String,
    new: NewHit,
}

impl CheckedHit {
    /// A HIT of a batch, whose members and question were checked with the batch: the limits of
    /// the API's `Question` do not bind it.
    pub const fn of_batch(question: String, new: NewHit) -> Self {
        Self { question, new }
    }
}

/// Checks what a requester sent, and that the request is not a repetition.
///
/// # Errors
/// A value outside its limits; `HitAlreadyExists`, which names the first HIT.
pub async fn check_new(turn: &mut Turn, new: NewHit) -> Result<CheckedHit, Fault> {
    let layout = match (&new.question, &new.hit_layout_id) {
        (None, Some(id)) => hit_layouts::find(&mut turn.tx, &turn.requester.id, id).await?,
        _ => None,
    };
    let question = new_hit::check(&new, layout.as_ref())?;
    if let Some(token) = &new.unique_request_token {
        let Turn { tx, requester, now, .. } = turn;
        let made = unique_request_tokens::find(tx, &requester.id, Scope::Hit, token, *now).await?;
        if let Some(made) = made {
            return Err(Scope::Hit.repeated(token, &made));
        }
    }
    turn.new_question = turn.wants_question.then(|| question.clone());
    Ok(CheckedHit { question, new })
}

/// Puts a HIT on the market.
///
/// # Errors
/// `InsufficientFunds`.
pub async fn create_hit(
    turn: &mut Turn,
    hit_type: HitType,
    checked: CheckedHit,
) -> Result<Hit, Fault> {
    let CheckedHit { question, new } = checked;
    let expire_at = turn.now + Span::seconds(new.lifetime_in_seconds);
    let policies =
        Policies { assignment: new.assignment_review_policy, hit: new.hit_review_policy };
    let standing = Standing::new(new.max_assignments.unwrap_or(1), expire_at);
    let mut hit = Hit {
        key: 0,
        id: turn.ids.entity(),
        requester_id: turn.requester.id.clone(),
        hit_type,
        question,
        layout_id: new.hit_layout_id,
        requester_annotation: new.requester_annotation,
        created_at: turn.now,
        standing,
        status: standing.status(turn.now),
        last_assignment_position: 0,
        position: 0,
        expiry_position: 0,
        held: Cents(0),
        has_policies: policies.any(),
    };
    hold_funds(turn, &mut hit, standing, Cents(0)).await?;
    hits::add(&mut turn.tx, &mut hit, &policies, turn.arrived_at).await?;
    emit(turn, &hit, EventType::HitCreated, None).await?;
    hit_requirements::add(&mut turn.tx, &hit).await?;
    turn.set_timer(Kind::Expiry, &hit.id, expire_at).await?;
    if let Some(token) = new.unique_request_token {
        let Turn { tx, requester, now, .. } = turn;
        unique_request_tokens::save(tx, &requester.id, Scope::Hit, &token, &hit.id, *now).await?;
    }
    wake_for(turn, &hit).await?;
    Ok(hit)
}

/// Saves `hit` with the status that its standing has now.
///
/// A HIT that becomes reviewable will be deleted by itself some day; one that workers can take
/// again will not.
pub async fn save_hit(turn: &mut Turn, hit: &mut Hit) -> Result<(), Fault> {
    let was = hit.status;
    let was_over = over(was);
    hit.status = hit.standing.status(turn.now);
    if over(hit.status) && !was_over {
        turn.set_timer(Kind::Disposal, &hit.id, turn.now + DISPOSED_AFTER).await?;
        emit(turn, hit, EventType::HitReviewable, None).await?;
    }
    if was_over && !over(hit.status) {
        turn.drop_timer(Kind::Disposal, &hit.id).await?;
    }
    if hit.status == HitStatus::Assignable && was != HitStatus::Assignable {
        hit_groups::list(&mut turn.tx, &hit.hit_type.id, turn.arrived_at).await?;
        wake_for(turn, hit).await?;
    }
    save_counts(turn, hit).await
}

/// Saves `hit` whose work was decided; that changes its counts alone.
pub async fn save_counts(turn: &mut Turn, hit: &mut Hit) -> Result<(), Fault> {
    turn.touch(&hit.requester_id);
    turn.touch(&hit.id);
    adjust_hold(turn, hit).await?;
    match &mut turn.deferred {
        Some(deferred) => {
            deferred.save(hit);
            Ok(())
        }
        None => hits::save(&mut turn.tx, hit).await,
    }
}

const fn over(status: HitStatus) -> bool {
    matches!(status, HitStatus::Reviewable | HitStatus::Reviewing)
}

/// Adds places, and lets the HIT last until `at_least`, if that is later than its end.
///
/// # Errors
/// Deleted; too old; from fewer than ten places to ten or more; `InsufficientFunds`. The HIT is as
/// it was.
pub async fn extend(
    turn: &mut Turn,
    hit: &mut Hit,
    additional: i64,
    at_least: Option<Instant>,
) -> Result<(), Fault> {
    let mut standing = hit.standing;
    let later = at_least.filter(|at| *at > standing.expire_at);
    if let Some(at) = later {
        standing = standing.last_until(at, turn.now);
    }
    let standing = standing.add_assignments(additional, turn.now)?;
    young_enough(hit.created_at)?;
    hold_funds(turn, hit, standing, Cents(0)).await?;
    if later.is_some() {
        turn.set_timer(Kind::Expiry, &hit.id, standing.expire_at).await?;
    }
    emit(turn, hit, EventType::HitExtended, None).await?;
    save_hit(turn, hit).await
}

/// Deletes; the HIT stays in the store, since the service went on to know its status. Files that
/// workers sent for it go (source: the API reference on their links).
///
/// # Errors
/// The HIT is not reviewable, or work awaits review.
pub async fn dispose(turn: &mut Turn, hit: &mut Hit) -> Result<(), Fault> {
    hit.standing = hit.standing.dispose(turn.now)?;
    hit_requirements::remove(&mut turn.tx, hit).await?;
    uploaded_files::remove(&mut turn.tx, hit.key).await?;
    turn.drop_timer(Kind::Expiry, &hit.id).await?;
    emit(turn, hit, EventType::HitDisposed, None).await?;
    save_hit(turn, hit).await
}

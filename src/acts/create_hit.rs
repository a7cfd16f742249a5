//! Creating a HIT.

use crate::acts::emit::emit;
use crate::acts::hold::hold;
use crate::fault::Fault;
use crate::money::Cents;
use crate::rules::hit::Standing;
use crate::rules::new_hit;
use crate::rules::unique_request_token::Scope;
use crate::shapes::hit::NewHit;
use crate::shapes::notification::EventType;
use crate::store::hit_layouts;
use crate::store::hit_requirements;
use crate::store::hit_types::HitType;
use crate::store::hits::{self, Hit, Policies};
use crate::store::timers::Kind;
use crate::store::unique_request_tokens;
use crate::time::Span;
use crate::turn::Turn;

/// What was found good before the HIT type is looked for or made.
#[derive(Debug)]
pub struct Checked {
    question: String,
    new: NewHit,
}

/// Checks what a requester sent, and that the request is not a repetition.
///
/// # Errors
/// A value outside its limits; `HitAlreadyExists`, which names the first HIT.
pub async fn check(turn: &mut Turn, new: NewHit) -> Result<Checked, Fault> {
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
    Ok(Checked { question, new })
}

/// Puts a HIT on the market.
///
/// # Errors
/// `InsufficientFunds`; the database failed.
pub async fn create_hit(
    turn: &mut Turn,
    hit_type: HitType,
    checked: Checked,
) -> Result<Hit, Fault> {
    let Checked { question, new } = checked;
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
    hold(turn, &mut hit, standing, Cents(0)).await?;
    hits::add(&mut turn.tx, &mut hit, &policies, turn.arrived_at).await?;
    emit(turn, &hit, EventType::HitCreated, None).await?;
    hit_requirements::add(&mut turn.tx, &hit).await?;
    turn.set_timer(Kind::Expiry, &hit.id, expire_at).await?;
    if let Some(token) = new.unique_request_token {
        let Turn { tx, requester, now, .. } = turn;
        unique_request_tokens::keep(tx, &requester.id, Scope::Hit, &token, &hit.id, *now).await?;
    }
    Ok(hit)
}

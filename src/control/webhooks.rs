//! `/_mturk/webhooks`: URLs that the event log is pushed to.

use axum::Json;
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;
use utoipa::openapi::schema::{ArrayBuilder, OneOfBuilder};
use utoipa::openapi::{Ref, RefOr, Schema};
use utoipa::{IntoParams, PartialSchema, ToSchema};

use crate::control::Control;
use crate::control::json::{Answer, Body, Failure, Params};
use crate::control::requests::Removed;
use crate::engine::LoadMode;
use crate::fault::Fault;
use crate::outbound::Policy;
use crate::shapes::webhook::Webhook;
use crate::store::requesters::Requester;
use crate::store::webhooks::{self, Registered};
use crate::time::{Time, real_now};
use crate::turn::Turn;
use crate::worlds::{Refusal, Worlds};

/// Webhooks, in the order in which they were registered.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub struct Webhooks {
    webhooks: Vec<Webhook>,
}

/// The webhooks to register.
struct NewWebhooks;

impl PartialSchema for NewWebhooks {
    fn schema() -> RefOr<Schema> {
        let webhook = || Ref::from_schema_name("Webhook");
        let several = ArrayBuilder::new().items(webhook());
        let either = OneOfBuilder::new().item(webhook()).item(several);
        either.description(Some("One webhook, or several that are registered together.")).into()
    }
}

impl ToSchema for NewWebhooks {}

/// Which webhooks.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct WebhooksQuery {
    /// The id of one webhook; all if absent.
    #[param(nullable = false)]
    webhook: Option<String>,
}

/// The webhooks, with how far each has come.
#[utoipa::path(
    get, path = "/_mturk/webhooks", operation_id = "listWebhooks", tag = "events",
    responses((status = 200, description = "The webhooks, without their secrets.", body = Webhooks))
)]
pub async fn list(control: Control) -> Answer<Webhooks> {
    let all = control
        .engine
        .read(Requester::default(), (), |turn, ()| Box::pin(webhooks::list(&mut turn.tx)));
    let policy = control.outbound.policy();
    let webhooks = all.await?.into_iter().map(|one| shown(one, policy)).collect();
    Ok(Json(Webhooks { webhooks }))
}

/// A webhook with its state, without its secret.
fn shown(registered: Registered, policy: &Policy) -> Webhook {
    let Registered { id, position, webhook, failures, failure, retry_at, .. } = registered;
    let off = off(&webhook, policy);
    let is_failing = failures > 0;
    let next = (is_failing && off.is_none()).then_some(Time::At(retry_at.max(real_now())));
    Webhook {
        webhook: Some(id),
        after: Some(position),
        off,
        failures: is_failing.then_some(failures),
        failure: failure.filter(|_| is_failing),
        next_attempt: next,
        ..webhook
    }
}

fn off(webhook: &Webhook, policy: &Policy) -> Option<String> {
    policy.check(&webhook.url).err().map(|error| error.to_string())
}

/// Registers a webhook, or an array of webhooks: either all of them or none.
///
/// The answer has the webhooks with their ids and secrets. No other answer shows the secrets.
#[utoipa::path(
    post, path = "/_mturk/webhooks", operation_id = "addWebhooks", tag = "events",
    request_body = NewWebhooks,
    responses((status = 200, description = "The registered webhooks.", body = Webhooks))
)]
pub async fn add(control: Control, body: Body) -> Answer<Webhooks> {
    let one: &RawValue =
        serde_json::from_str(body.text()?).map_err(|error| Fault::unreadable(error.to_string()))?;
    let text = one.get();
    let (begin, end) = if text.starts_with('[') { ("", "") } else { ("[", "]") };
    // The webhooks become a world, so that they are read and checked like those in world files.
    let worlds = Worlds::read(vec![format!("{{\"Webhooks\":{begin}{text}{end}}}")]);
    let worlds = worlds.map_err(Refusal::Problems)?;
    let loaded = control.engine.load(worlds, LoadMode::Add, None).await?;
    let policy = control.outbound.policy();
    let with_state = |one: Webhook| Webhook { off: off(&one, policy), ..one };
    let webhooks = loaded.webhooks_added.into_iter().map(with_state).collect();
    Ok(Json(Webhooks { webhooks }))
}

/// Removes one webhook, or all.
#[utoipa::path(
    delete, path = "/_mturk/webhooks", operation_id = "removeWebhooks", tag = "events",
    params(WebhooksQuery),
    responses((status = 200, description = "How many webhooks were removed.", body = Removed))
)]
pub async fn remove(control: Control, Params(query): Params<WebhooksQuery>) -> Answer<Removed> {
    let removed = control.engine.write(Requester::default(), query.webhook, |turn, id| {
        Box::pin(async move {
            let chosen = chosen(turn, id.as_deref()).await?;
            for webhook in &chosen {
                webhooks::remove(&mut turn.tx, webhook.key).await?;
            }
            Ok::<_, Fault>(chosen.len() as u64)
        })
    });
    Ok(Json(Removed::new(removed.await?)))
}

/// Tries failing webhooks again now: one, or all.
#[utoipa::path(
    post, path = "/_mturk/webhooks/retry", operation_id = "retryWebhooks", tag = "events",
    params(WebhooksQuery),
    responses(
        (status = 200, description = "The webhooks.", body = Webhooks),
        (status = 404, description = "There is no such webhook.", body = Failure)
    )
)]
pub async fn retry(control: Control, Params(query): Params<WebhooksQuery>) -> Answer<Webhooks> {
    let is_one = query.webhook.is_some();
    let count = control.engine.write(Requester::default(), query.webhook, |turn, id| {
        Box::pin(async move {
            let chosen = chosen(turn, id.as_deref()).await?;
            for webhook in &chosen {
                webhooks::retry(&mut turn.tx, webhook.key).await?;
            }
            turn.has_undelivered = true;
            Ok::<_, Fault>(chosen.len())
        })
    });
    if count.await? == 0 && is_one {
        return Err(Fault::not_found("There is no such webhook.").into());
    }
    list(control).await
}

/// The webhook with that id, or all.
async fn chosen(turn: &mut Turn, id: Option<&str>) -> Result<Vec<Registered>, Fault> {
    let all = webhooks::list(&mut turn.tx).await?;
    Ok(all.into_iter().filter(|one| id.is_none_or(|id| one.id == id)).collect())
}

//! `/_mturk/messages`: mail that workers got.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use serde::Deserialize;
use serde_json::{Value, json};
use utoipa::IntoParams;

use crate::control::description::people;
use crate::control::json::{Answer, Params};
use crate::engine::Engine;
use crate::fault::Fault;
use crate::store::messages::{self, Message};
use crate::store::requesters::Requester;
use crate::turn::Access;

/// Where the mail goes on, and how long a page is.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct Page {
    /// The number of the last message of the page before.
    #[param(minimum = 0, maximum = 9_223_372_036_854_775_807_u64, nullable = false)]
    after: Option<i64>,
    /// How many at most; 100 if absent.
    #[param(minimum = 1, maximum = 1000, nullable = false)]
    limit: Option<i64>,
}

/// Mail to workers, the oldest first.
#[utoipa::path(
    get,
    path = "/_mturk/messages",
    operation_id = "listMessages",
    tag = "workers",
    params(Page),
    responses((status = 200, description = "A page of it.", body = people::Messages))
)]
pub async fn list(State(engine): State<Arc<Engine>>, Params(page): Params<Page>) -> Answer {
    let (after, limit) = (page.after.unwrap_or(0), page.limit.unwrap_or(100));
    if !(1..=1000).contains(&limit) {
        return Err(Fault::unreadable("limit is between 1 and 1000").into());
    }
    if after < 0 {
        return Err(Fault::unreadable("after is the number of a message, or 0").into());
    }
    let found = engine.turn(Access::Read, Requester::default(), move |turn| {
        Box::pin(async move { messages::list(&mut turn.tx, after, limit).await })
    });
    let shown: Vec<Value> = found.await?.iter().map(shown).collect();
    Ok(Json(json!({"Messages": shown})))
}

fn shown((message, number): &(Message, i64)) -> Value {
    json!({
        "Message": number,
        "Requester": message.requester_id,
        "WorkerId": message.worker_id,
        "Subject": message.subject,
        "MessageText": message.text,
        "SendTime": message.sent_at.rfc3339(),
    })
}

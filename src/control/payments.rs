//! `/_mturk/payments`: what requesters paid to workers.

use axum::Json;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use crate::control::Control;
use crate::control::json::{Answer, Params, page_size};
use crate::fault::Fault;
use crate::shapes::payment::Payment;
use crate::shapes::scalar::AccessKey;
use crate::store::payments::Place;
use crate::store::requesters::Requester;
use crate::time::Since;
use crate::views::payments::{self, Asked};

/// Whose payments are listed without a `requester`.
const DEFAULT: &str = "test";

/// Which payments.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct PaymentsQuery {
    /// The access key, or the RequesterId, of who paid. Without it, it is the one requester of
    /// `--credential` if there is exactly one, or else `test`.
    #[param(nullable = false, value_type = Option<AccessKey>)]
    requester: Option<AccessKey>,
    /// From when on: a date, RFC 3339, epoch seconds, or a span back such as `7d`; all if absent.
    #[param(nullable = false, value_type = Option<String>, example = "7d")]
    since: Option<Since>,
    /// Only those to this worker, whatever the case of the letters.
    #[param(nullable = false, example = "A1ANNA0000000")]
    worker: Option<String>,
    /// The `Next` of the page before.
    #[param(nullable = false)]
    after: Option<String>,
    /// How many are read; 100 if absent. With a `worker`, the page may hold fewer.
    #[param(minimum = 1, maximum = 1000, nullable = false)]
    limit: Option<i64>,
}

/// A page of payments.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub struct PaymentsView {
    /// The oldest first.
    payments: Vec<Payment>,
    /// Where the next page goes on; absent at the end.
    #[schema(nullable = false)]
    #[serde(skip_serializing_if = "Option::is_none")]
    next: Option<String>,
}

/// What a requester paid to workers: rewards of approved work, and bonuses. The oldest come first.
#[utoipa::path(
    get, path = "/_mturk/payments", operation_id = "listPayments", tag = "workers",
    params(PaymentsQuery),
    responses((status = 200, description = "A page of payments.", body = PaymentsView))
)]
pub async fn list(control: Control, Params(query): Params<PaymentsQuery>) -> Answer<PaymentsView> {
    let owner = control.beginning.owner().map(str::to_owned);
    let requester = query.requester.map(|name| name.to_string()).or(owner);
    let after = query.after.map(|text| {
        Place::parse(&text).ok_or_else(|| Fault::unreadable("after is the Next of a page"))
    });
    let asked = Asked {
        requester: requester.unwrap_or_else(|| DEFAULT.to_owned()),
        since: query.since,
        worker: query.worker.unwrap_or_default(),
        after: after.transpose()?,
        count: usize::try_from(page_size(query.limit)?).unwrap_or_default(),
    };
    let engine = &control.engine;
    let page = engine
        .read(Requester::default(), asked, |turn, asked| Box::pin(payments::asked(turn, asked)))
        .await?;
    let next = page.next.as_ref().map(Place::shown);
    Ok(Json(PaymentsView { payments: page.payments, next }))
}

//! Money: what the requester has, and where every cent went.

use askama::Template;
use axum::extract::Query;
use axum::http::StatusCode;
use axum::response::IntoResponse as _;
use serde::Deserialize;

use crate::desk::head::Head;
use crate::desk::page::Page;
use crate::desk::session::Session;
use crate::desk::state::Desk;
use crate::fault::{Code, Fault};
use crate::rules::payments::Table;
use crate::shapes::payment::PaymentKind;
use crate::store::payments::Place;
use crate::time::{Instant, Since};
use crate::views::desk::money::{self, Holds, Money};
use crate::views::payments::{self, Wanted};
use crate::views::show;
use crate::web::page::{self, csv, html, render};

/// A file of payments has so many bytes at most.
const MAX_FILE: usize = 64 << 20;
/// So many payments are read at a time.
const TOGETHER: usize = 1000;

/// What the address of a page says.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct MoneyQuery {
    after: String,
    since: String,
    worker: String,
}

#[derive(Template)]
#[template(path = "desk_money.html")]
struct MoneyPage<'a> {
    head: Head,
    money: Money,
    is_first: bool,
    /// What was asked of the file, and why there is none.
    query: &'a MoneyQuery,
    refused: Option<String>,
}

#[derive(Template)]
#[template(path = "desk_money_holds.html")]
struct HoldsPage {
    head: Head,
    holds: Holds,
    is_first: bool,
}

/// `GET /requester/money`.
pub async fn show(desk: Desk, session: Session, Query(query): Query<MoneyQuery>) -> Page {
    page::answer(&money_page(&desk, &session, &query, None).await?)
}

async fn money_page<'a>(
    desk: &Desk,
    session: &Session,
    query: &'a MoneyQuery,
    refused: Option<String>,
) -> Result<MoneyPage<'a>, Fault> {
    let head = Head::read(desk, session).await?;
    let from = Place::parse(&query.after);
    let is_first = from.is_none();
    let money = desk
        .engine
        .read(session.requester.clone(), from.unwrap_or(Place::END), |turn, from| {
            Box::pin(money::money(turn, from))
        })
        .await?;
    Ok(MoneyPage { head, money, is_first, query, refused })
}

/// `GET /requester/money/holds`.
pub async fn holds(desk: Desk, session: Session, Query(query): Query<MoneyQuery>) -> Page {
    let head = Head::read(&desk, &session).await?;
    let before: Option<i64> = query.after.parse().ok();
    let is_first = before.is_none();
    let holds = desk
        .engine
        .read(session.requester, before.unwrap_or(i64::MAX), |turn, before| {
            Box::pin(money::holds(turn, *before))
        })
        .await?;
    page::answer(&HoldsPage { head, holds, is_first })
}

/// `GET /requester/money/payments.csv`: the payments since a time, to one worker or to all.
pub async fn file(desk: Desk, session: Session, Query(query): Query<MoneyQuery>) -> Page {
    let now = desk.engine.clock().await?.now;
    let since = match query.since.trim() {
        "" => Ok(Instant(i64::MIN)),
        text => Since::parse(text).map(|since| since.at(now)),
    };
    let since = match since {
        Ok(since) => since,
        Err(why) => {
            let page = money_page(&desk, &session, &query, Some(why)).await?;
            return Ok((StatusCode::BAD_REQUEST, html(render(&page)?)).into_response());
        }
    };
    let mut next = Some(Place::before(since));
    let (worker, mut table) = (query.worker.trim(), Table::default());
    while let Some(from) = next {
        let worker = worker.to_owned();
        let wanted = Wanted { is_latest_first: false, from, worker, count: TOGETHER };
        let page = desk.engine.read(session.requester.clone(), wanted, |turn, wanted| {
            Box::pin(payments::page(turn, wanted))
        });
        let page = page.await?;
        page.payments.iter().for_each(|paid| table.add(paid));
        if table.len() > MAX_FILE {
            let message = format!("The file would have more than {} MiB.", MAX_FILE >> 20);
            return Err(Fault::refused(Code::TooLong, message).into());
        }
        next = page.next;
    }
    Ok(csv("payments.csv", table.finish()))
}

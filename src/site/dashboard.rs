//! What became of a worker's work.

use std::sync::Arc;

use askama::Template;
use axum::extract::Path;
use serde_json::{Value, json};

use crate::fault::Fault;
use crate::site::json::{dollars, reward};
use crate::site::messages::TextPage;
use crate::site::page::{self, Page, html};
use crate::site::visit::Visit;
use crate::store::bonus_payments::one_of_worker;
use crate::store::worker_history::{Done, Tally};
use crate::time::{END_OF_TIME, Instant, START_OF_TIME};
use crate::views::bar::Bar;
use crate::views::dashboard::{self, Dashboard};
use crate::views::show;

/// The most pages of a day that are found by their number; others are found by where the last one
/// ended.
const MOST_PAGES: usize = 50;

#[derive(Template)]
#[template(path = "dashboard.html")]
struct DashboardPage {
    bar: Bar,
    shown: Dashboard,
}

#[derive(Template)]
#[template(path = "day.html")]
struct DayPage {
    bar: Bar,
    day: Instant,
    works: Vec<Done>,
    next: Option<(i64, i64)>,
    /// Whether the worker may see what was handed in.
    is_open: bool,
}

/// `GET /dashboard`.
pub async fn show(visit: Arc<Visit>) -> Page {
    let (bar, figures) = visit
        .read_with_bar(visit.worker()?, |turn, worker| Box::pin(dashboard::dashboard(turn, worker)))
        .await?;
    if visit.json {
        return page::json(as_json(&figures));
    }
    html(&DashboardPage { bar, shown: figures })
}

fn as_json(figures: &Dashboard) -> Value {
    let day = |(day, tally): &(Instant, Tally)| {
        json!({"date": show::day(day), "submitted": tally.submitted(),
            "approved": tally.approved, "rejected": tally.rejected, "pending": tally.pending,
            "earnings": dollars(tally.earned)})
    };
    let Tally { pending, approved, rejected, earned, .. } = figures.totals;
    json!({
        "daily_hit_statistics_overview": figures.days.iter().map(day).collect::<Vec<_>>(),
        "hits_overview": {"approved": approved, "pending": pending, "rejected": rejected,
            "approval_rate": rate(approved, approved + rejected),
            "rejection_rate": rate(rejected, approved + rejected)},
        "earnings_to_date": {"rewards": dollars(earned), "bonuses": dollars(figures.bonus_sum),
            "total": dollars(earned + figures.bonus_sum)},
    })
}

/// A share in per cent; none of nothing.
#[expect(clippy::cast_precision_loss, reason = "a share for people")]
fn rate(part: i64, whole: i64) -> Option<f64> {
    (whole > 0).then(|| (part as f64 * 1000.0 / whole as f64).round() / 10.0)
}

/// `GET /bonuses/{number}`: all about one bonus.
pub async fn bonus(Path(key): Path<String>, visit: Arc<Visit>) -> Page {
    let none = || Fault::not_found("You have no such bonus.");
    let key: i64 = key.parse().map_err(|_| none())?;
    let (bar, found) = visit
        .read_with_bar((key, visit.worker()?), |turn, (key, worker)| {
            Box::pin(one_of_worker(&mut turn.tx, *key, worker))
        })
        .await?;
    let bonus = found.ok_or_else(none)?;
    html(&TextPage {
        bar,
        heading: &format!("A bonus of ${}", bonus.amount),
        from: &bonus.requester_name,
        at: bonus.grant_at,
        text: &bonus.reason,
        back: ("/dashboard", "Back to the dashboard"),
    })
}

/// `GET /status_details/{day}`.
pub async fn day(Path(day): Path<String>, visit: Arc<Visit>) -> Page {
    let whole = Instant::parse(&format!("{day}T00:00:00Z"), Instant(0));
    let in_time = |day: &Instant| (START_OF_TIME..=END_OF_TIME).contains(day);
    let day =
        whole.filter(in_time).ok_or_else(|| Fault::not_found("A day is written as 2026-01-31."))?;
    let after = visit.param("after").and_then(|after| {
        let (position, key) = after.split_once('.')?;
        Some((position.parse().ok()?, key.parse().ok()?))
    });
    let (number, passed) = visit.page_number(after.is_some(), MOST_PAGES);
    let (bar, found) = visit
        .read_with_bar(
            (visit.worker()?, day, after, passed),
            |turn, (worker, day, after, passed)| {
                Box::pin(dashboard::day(turn, worker, *day, *after, *passed))
            },
        )
        .await?;
    if visit.json {
        let next = found.next.map(|(position, key)| {
            let (day, number) = (show::day(&day), number.saturating_add(1));
            format!("/status_details/{day}?page_number={number}&after={position}.{key}&format=json")
        });
        return page::json(json!({"page_number": number, "num_results": found.works.len(),
            "total_num_results": found.total, "next_page_url": next,
            "results": found.works.iter().map(one_work).collect::<Vec<_>>()}));
    }
    let is_open = visit.site.is_open;
    html(&DayPage { bar, day, works: found.works, next: found.next, is_open })
}

fn one_work(done: &Done) -> Value {
    let work = &done.assignment;
    json!({
        "assignment_id": work.assignment_id,
        "hit_id": work.hit_id,
        "title": done.title,
        "requester_id": done.requester_id,
        "requester_name": done.requester_name,
        "reward": reward(done.reward),
        "state": work.assignment_status.as_str(),
        "requester_feedback": work.requester_feedback,
    })
}

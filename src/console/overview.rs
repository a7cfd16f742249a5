//! The console's page: calls, charts, and what can be changed.

#![expect(clippy::trivially_copy_pass_by_ref, reason = "templates pass references")]

use askama::Template;
use axum::extract::Query;
use axum::http::Method;
use axum::response::IntoResponse as _;
use serde::Deserialize;

use crate::actions::robots::crowds;
use crate::console::api;
use crate::console::calls::Row;
use crate::console::command::{self, Command};
use crate::console::page::{self, Head, Page, html, render};
use crate::console::refusal::Refusal;
use crate::console::session::Session;
use crate::console::state::Console;
use crate::engine::{Gauges, compute};
use crate::fault::Fault;
use crate::journal::Journal;
use crate::journal::search::Search;
use crate::journal::summary::{BAR_S, Bar, Summary};
use crate::journal::view::CallFilter;
use crate::ops::OPERATIONS;
use crate::rules::frame::encoded;
use crate::rules::robots::script::Robot;
use crate::shapes::assignment::AssignmentStatus;
use crate::shapes::event::Event;
use crate::shapes::fault_rule::{FaultRule, Preset};
use crate::shapes::hit::HitStatus;
use crate::shapes::notification::EventType;
use crate::shapes::snapshot::Snapshot;
use crate::shapes::webhook::{Secret, Webhook};
use crate::store::requesters::Requester;
use crate::store::timers::Entry;
use crate::store::{acceptances, faults, timers};
use crate::time::{Time, real_now};
use crate::views::show;
use crate::web::form::Form;

/// So many calls are on a page.
const PAGE: usize = 50;
/// So many events are shown.
const EVENTS: u32 = 10;
/// So many failed timers are shown; all are counted.
const FAILED_TIMERS: i64 = 10;

/// So many crowds of robots are shown; all are counted.
const CROWDS: usize = 20;

/// What the address of the page says.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct CallsQuery {
    operation: String,
    requester: String,
    error: String,
    text: String,
    /// Only calls with a greater number.
    pub after: Option<u64>,
    /// Which server numbered them.
    pub run: Option<i64>,
    /// Only calls with a smaller number.
    before: Option<u64>,
    /// What was done before the browser came here.
    done: String,
}

impl CallsQuery {
    /// Which calls; a field that is empty lets all through.
    ///
    /// # Errors
    /// The text is too long.
    pub fn search(&self) -> Result<Search, Fault> {
        let filled = |text: &String| Some(text.trim().to_owned()).filter(|text| !text.is_empty());
        Search::new(CallFilter {
            operation: filled(&self.operation),
            requester: filled(&self.requester),
            error: filled(&self.error),
            text: filled(&self.text),
        })
    }

    /// The filter as part of an address, each field behind `&`.
    fn address(&self) -> String {
        let fields = [
            ("operation", &self.operation),
            ("requester", &self.requester),
            ("error", &self.error),
            ("text", &self.text),
        ];
        let filled = fields.into_iter().filter(|(_, value)| !value.trim().is_empty());
        let parts =
            filled.flat_map(|(name, value)| ["&".to_owned() + name + "=", encoded(value.trim())]);
        parts.collect()
    }
}

/// The charts of the latest calls.
#[derive(Template)]
#[template(path = "console_traffic.html")]
pub struct Traffic {
    summary: Summary,
}

impl Traffic {
    /// Those of a journal now.
    pub fn of(journal: &Journal) -> Self {
        Self { summary: Summary::of(journal, real_now()) }
    }

    /// It as HTML, without carriage returns, which server-sent events cannot carry.
    pub fn html(&self) -> Result<String, Fault> {
        Ok(render(self)?.replace('\r', " "))
    }

    /// A bar: where it begins, and how high all its calls and its errors are, of 100.
    fn bar(&self, place: &usize, bar: &Bar) -> (usize, u64, u64) {
        // Few calls beside many are still seen.
        let height = |calls: u64| (calls * 100).div_ceil(self.summary.most());
        (place * 10, height(bar.calls), height(bar.errors))
    }

    /// How many calls and errors there were in five minutes.
    fn totals(&self) -> (u64, u64) {
        let bars = self.summary.bars.iter();
        bars.fold((0, 0), |(calls, errors), bar| (calls + bar.calls, errors + bar.errors))
    }

    /// The most calls per second of a bar.
    fn top_rate(&self) -> String {
        let calls: u64 = self.summary.bars.iter().map(|bar| bar.calls).max().unwrap_or(0);
        per_second(calls)
    }

    /// The bars with calls as rows of a table: how many seconds ago the latest of them ended.
    fn rows(&self) -> Vec<(usize, Bar)> {
        let bars = self.summary.bars.iter().rev().copied().enumerate();
        bars.filter(|(_, bar)| bar.calls > 0).collect()
    }

    /// How long 95 in 100 calls took, of 100 for the slowest operation.
    fn width(&self, us: &u64) -> u64 {
        let all = self.summary.operations.iter().map(|of| of.p95_us);
        (us * 100).div_ceil(all.max().unwrap_or(1).max(1)).min(100)
    }
}

/// Calls of a bar per second: `0.2`, `3`, `12`.
fn per_second(calls: u64) -> String {
    let tenths = calls * 10 / BAR_S.unsigned_abs();
    if tenths.is_multiple_of(10) {
        (tenths / 10).to_string()
    } else {
        format!("{}.{}", tenths / 10, tenths % 10)
    }
}

/// What the market holds.
struct Market {
    gauges: Gauges,
    rules: Vec<FaultRule>,
    robots: Vec<Robot>,
    webhooks: Vec<Webhook>,
    snapshots: Vec<Snapshot>,
    events: Vec<Event>,
    next_timer: Option<Entry>,
    failed: Vec<(Entry, String)>,
}

/// Webhooks, as the control API has them.
#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Webhooks {
    webhooks: Vec<Webhook>,
}

impl Webhooks {
    fn read(answer: &[u8]) -> Result<Vec<Webhook>, Fault> {
        let read: Result<Self, _> = serde_json::from_slice(answer);
        Ok(read.map_err(|error| Fault::Service(error.to_string()))?.webhooks)
    }
}

/// The webhooks with their states, which the control API knows.
async fn webhooks(console: &Console) -> Result<Vec<Webhook>, Fault> {
    let (path, body) = ("/_mturk/webhooks".to_owned(), String::new());
    match api::send(console, Command { method: Method::GET, path, body }).await? {
        Ok(answer) => Webhooks::read(&answer),
        Err((_, error)) => Err(Fault::Service(error.message)),
    }
}

impl Market {
    async fn read(console: &Console) -> Result<Self, Fault> {
        let engine = &console.engine;
        let read = engine.read(Requester::default(), (), |turn, ()| {
            Box::pin(async move {
                let next = timers::next(&mut turn.tx).await?;
                let failed = timers::aside(&mut turn.tx, FAILED_TIMERS).await?;
                let rules = faults::list(&mut turn.tx).await?;
                Ok::<_, Fault>((rules, crowds::list(turn).await?, next, failed))
            })
        });
        let (rules, robots, next_timer, failed) = read.await?;
        let gauges = engine.gauges().await?;
        let webhooks = webhooks(console).await?;
        let (snapshots, events) = (engine.snapshots().await?, engine.latest_events(EVENTS).await?);
        Ok(Self { gauges, rules, robots, webhooks, snapshots, events, next_timer, failed })
    }

    /// Each status with how many HITs have it, and how wide its bar is, of 100.
    fn hits(&self) -> Vec<(&'static str, i64, i64)> {
        with_widths(HitStatus::ALL.map(HitStatus::as_str).into_iter().zip(self.gauges.hits))
    }

    fn assignments(&self) -> Vec<(&'static str, i64, i64)> {
        let submitted = AssignmentStatus::ALL.map(AssignmentStatus::as_str);
        let in_work = [(acceptances::State::Accepted.as_str(), self.gauges.in_work)];
        with_widths(in_work.into_iter().chain(submitted.into_iter().zip(self.gauges.assignments)))
    }
}

fn with_widths(counts: impl Iterator<Item = (&'static str, i64)>) -> Vec<(&'static str, i64, i64)> {
    let counts: Vec<_> = counts.collect();
    let most = counts.iter().map(|(_, count)| *count).max().unwrap_or(0).max(1);
    counts.into_iter().map(|(of, count)| (of, count, (count * 100 + most - 1) / most)).collect()
}

#[derive(Template)]
#[template(path = "console.html")]
struct Overview {
    head: Head,
    query: CallsQuery,
    has_journal: bool,
    rows: Vec<String>,
    /// Behind which number older calls follow.
    older: Option<u64>,
    /// The number of the last call that the page knows.
    last_number: u64,
    /// Which server numbered it.
    run: i64,
    traffic: String,
    market: Market,
    done: Option<&'static str>,
    outcome: Outcome,
}

/// What a form led to, if the page answers it.
#[derive(Default)]
struct Outcome {
    /// The secret of the webhook that was registered.
    secret: Option<Secret>,
    refusal: Option<Refusal>,
    /// What was typed into the form that was refused.
    form: Form,
}

impl Overview {
    fn operations() -> impl Iterator<Item = &'static str> {
        OPERATIONS.iter().map(|entry| entry.name)
    }

    /// A rule in a line: its members as JSON.
    fn rule(rule: &FaultRule) -> String {
        let shown = FaultRule { fault: None, ..rule.clone() };
        serde_json::to_string(&shown).unwrap_or_default()
    }

    /// What a crowd is called.
    fn name(crowd: &Robot) -> String {
        let number = crowd.robot.unwrap_or_default();
        crowd.name.clone().unwrap_or_else(|| format!("Crowd {number}"))
    }

    /// Which HITs a crowd works on, as JSON; none if all.
    fn wanted(crowd: &Robot) -> Option<String> {
        crowd.hits.as_ref().and_then(|hits| serde_json::to_string(hits).ok())
    }

    /// Whether that form was refused.
    fn is_refused(&self, action: &str) -> bool {
        self.outcome.refusal.as_ref().is_some_and(|refusal| refusal.action == action)
    }

    fn is_chosen(&self, event: EventType) -> bool {
        self.outcome.form.all("Events").any(|chosen| chosen == event.as_str())
    }

    /// The events that a webhook gets, in a line.
    fn events(webhook: &Webhook) -> String {
        let all = || "all events".to_owned();
        let words = |events: &Vec<EventType>| events.iter().map(|event| event.as_str()).collect();
        webhook.events.as_ref().map(words).map_or_else(all, |words: Vec<_>| words.join(", "))
    }

    fn presets() -> [&'static str; Preset::ALL.len()] {
        Preset::ALL.map(Preset::as_str)
    }
}

/// `GET /requester/console`.
pub async fn show(console: Console, session: Session, Query(query): Query<CallsQuery>) -> Page {
    let page = overview(&console, session, query, Outcome::default()).await?;
    Ok(html(page).into_response())
}

/// The page with what was refused, and with what was typed.
pub async fn refused(console: &Console, session: Session, refusal: Refusal, form: Form) -> Page {
    let status = refusal.status;
    let outcome = Outcome { refusal: Some(refusal), form, ..Outcome::default() };
    let page = overview(console, session, CallsQuery::default(), outcome).await?;
    Ok((status, html(page)).into_response())
}

/// The page with the secret of a new webhook, which no other page shows; `answer` is that of the
/// control API.
pub async fn registered(console: &Console, session: Session, answer: &[u8]) -> Page {
    let secret = Webhooks::read(answer)?.into_iter().find_map(|one| one.secret);
    let query = CallsQuery { done: "add-webhook".to_owned(), ..CallsQuery::default() };
    let page = overview(console, session, query, Outcome { secret, ..Outcome::default() }).await?;
    Ok(html(page).into_response())
}

async fn overview(
    console: &Console,
    session: Session,
    query: CallsQuery,
    outcome: Outcome,
) -> Result<String, Fault> {
    let head = Head::read(console, session.form_token).await?;
    let market = Market::read(console).await?;
    let (journal, run) = (console.journal.clone(), console.run);
    let page = compute(move || {
        let has_journal = journal.is_some();
        let journal = journal.as_deref();
        // What is answered between these two lines comes by the stream, too; the page drops it.
        let last_number = journal.map_or(0, Journal::last_number);
        let search = query.search()?;
        let latest = |of| latest(of, &search, query.before);
        let (rows, older) = journal.map_or_else(Default::default, latest);
        let summary = journal.map(|of| Summary::of(of, real_now())).unwrap_or_default();
        let (traffic, done) = (Traffic { summary }.html()?, command::done(&query.done));
        let rows = rows.iter().map(Row::html).collect::<Result<_, _>>()?;
        render(&Overview {
            head,
            query,
            has_journal,
            rows,
            older,
            last_number,
            run,
            traffic,
            market,
            done,
            outcome,
        })
    });
    page.await?
}

/// A page of rows, and behind which number older ones follow.
fn latest(journal: &Journal, search: &Search, before: Option<u64>) -> (Vec<Row>, Option<u64>) {
    let calls = search.latest(journal, (0, before), PAGE + 1);
    let shown = calls.get(..PAGE).unwrap_or(&calls);
    // Long calls end a page early, so that only an empty page is known to be the last.
    let older = shown
        .last()
        .map(|call| call.number)
        .filter(|last| !search.latest(journal, (0, Some(*last)), 1).is_empty());
    (shown.iter().map(Row::from).collect(), older)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rates_are_per_second() {
        for (calls, shown) in [(0, "0"), (1, "0.2"), (5, "1"), (13, "2.6"), (500, "100")] {
            assert_eq!(per_second(calls), shown);
        }
    }
}

//! Measures and charts of the answers to a HIT, or to the HITs of a type.

#![expect(clippy::trivially_copy_pass_by_ref, reason = "templates pass references")]

use std::sync::Arc;

use askama::Template;

use crate::engine::{Engine, compute};
use crate::fault::Fault;
use crate::rules::measures::{Majority, Undefined};
use crate::rules::question::columns::MAX_COLUMNS;
use crate::rules::review::Work;
use crate::rules::review::chart::Bar;
use crate::rules::review::summary::{Field, MAX_LEFT_OUT, Summary};
use crate::store::requesters::Requester;
use crate::time::Instant;
use crate::views::desk::review::{self, MOST_ROWS, Place, Scope, Wanted};
use crate::views::show;

/// So many assignments are measured at once; the next ones on the next link.
pub const MAX_AT_ONCE: usize = 5000;
/// Bars are drawn in a field of so many units.
const WIDTH: u64 = 100;

/// Measures and charts.
#[derive(Debug, Template)]
#[template(path = "desk_measures.html")]
pub struct Measured {
    count: usize,
    worker_count: usize,
    by_robots: u64,
    /// How many fields are not measured.
    left_out: usize,
    /// How many assignments have more fields than are read.
    cut_count: u64,
    median_s: Option<i64>,
    fields: Vec<Field>,
    submissions: Vec<(Instant, u64)>,
    charts: Vec<Chart>,
    /// Where the next portion begins; none at the end.
    pub next: Option<Place>,
    /// Whether this is not the first portion.
    pub is_later: bool,
}

/// A bar chart with a title.
#[derive(Debug)]
struct Chart {
    title: &'static str,
    /// What its bars are.
    of: &'static str,
    bars: Vec<Bar>,
    /// What the longest bar stands for.
    most: u64,
    unit: &'static str,
}

impl Chart {
    fn new(title: &'static str, of: &'static str, bars: Vec<Bar>) -> Self {
        let most = bars.iter().map(|bar| bar.count).max().unwrap_or_default();
        Self { title, of, bars, most, unit: "" }
    }

    /// How long a bar is drawn. Little is still seen.
    fn width(&self, bar: &Bar) -> u64 {
        let width = bar.count * WIDTH / self.most.max(1);
        if bar.count > 0 { width.max(1) } else { 0 }
    }
}

impl Measured {
    fn of(summary: &Summary, next: Option<Place>, is_later: bool) -> Self {
        let fields = summary.fields();
        let mut charts = vec![
            Chart::new("Time on task", "Time", summary.times()),
            Chart::new("Work by worker", "Worker", summary.by_worker()),
        ];
        let agreement: Vec<Bar> = fields.iter().filter_map(agreement).collect();
        if !agreement.is_empty() {
            let chart = Chart::new("Agreement by field", "Field", agreement);
            charts.push(Chart { most: 100, unit: " %", ..chart });
        }
        Self {
            count: summary.count(),
            worker_count: summary.worker_count(),
            by_robots: summary.by_robots,
            left_out: summary.left_out_count(),
            cut_count: summary.cut_count,
            median_s: summary.median_s(),
            fields,
            submissions: summary.submissions(),
            charts,
            next,
            is_later,
        }
    }

    /// A share as percent, or why there is none.
    fn percent(share: &Result<f64, Undefined>) -> String {
        match share {
            Ok(share) => format!("{:.1} %", share * 100.0),
            Err(why) => format!("undefined: {}", why.reason()),
        }
    }

    /// Alpha with three decimals, or why there is none.
    fn alpha(value: &Result<f64, Undefined>) -> String {
        match value {
            Ok(value) => format!("{value:.3}").replace('-', "−"),
            Err(why) => format!("undefined: {}", why.reason()),
        }
    }

    /// A measure with all its digits; empty if there is none.
    fn exact(value: &Result<f64, Undefined>) -> String {
        value.map_or_else(|_| String::new(), |value| value.to_string())
    }

    /// What most workers answered.
    fn majority(field: &Field) -> String {
        let measures = &field.measures;
        match &field.majority {
            Some(Majority::Value(value)) => show::excerpt(value, 120).text,
            Some(Majority::Tie(values)) => {
                let shown = values.iter().take(5).map(|value| show::excerpt(value, 60).text);
                format!("undefined: a tie of {}", shown.collect::<Vec<_>>().join(", "))
            }
            None => {
                format!(
                    "in {} of {} HITs, {} tied",
                    measures.decided, measures.units, measures.tied
                )
            }
        }
    }

    /// What the highest bar of the chart over time stands for.
    fn top(&self) -> u64 {
        self.submissions.iter().map(|(_, count)| *count).max().unwrap_or_default()
    }

    /// Where a bar of the chart over time begins, how wide and how high it is, of 600 by 100.
    fn bar(&self, number: &usize, count: &u64) -> (u64, u64, u64) {
        let bins = self.submissions.len().max(1) as u64;
        let height = *count * 100 / self.top().max(1);
        (*number as u64 * 600 / bins, (600 / bins).saturating_sub(2), height)
    }
}

/// The agreement on a field, in percent.
#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "0 to 100")]
fn agreement(field: &Field) -> Option<Bar> {
    let share = field.measures.agreement.ok()?;
    Some(Bar { label: field.name.clone(), count: (share * 100.0).round() as u64 })
}

/// How much of the work is measured.
#[derive(Debug, Clone, Copy)]
pub struct Limits {
    /// So many assignments.
    pub rows: usize,
    /// Documents of so many bytes.
    pub bytes: usize,
    /// So many turns; HITs of a type that have no work take some, too.
    pub turns: usize,
}

/// What is measured while the page waits.
pub const AT_ONCE: Limits = Limits { rows: MAX_AT_ONCE, bytes: 64 << 20, turns: 100 };

/// Reads and measures a portion behind a place: each batch in a turn of its own, read on threads
/// beside those that answer. After each one `progress` is told how many rows were read.
pub async fn read(
    engine: &Arc<Engine>,
    requester: &Arc<Requester>,
    (scope, after): (&Scope, Option<Place>),
    limits: Limits,
    progress: impl Fn(usize),
) -> Result<Measured, Fault> {
    let mut wanted = Wanted {
        scope: scope.clone(),
        backward: false,
        status: None,
        worker_id: String::new(),
        after,
    };
    let (mut summary, mut read_count, mut bytes, mut turns) = (Summary::default(), 0, 0, 0);
    let next = loop {
        let batch = batch(engine, requester, &wanted, MOST_ROWS).await?;
        read_count += batch.read_count;
        bytes += batch.bytes;
        turns += 1;
        summary = compute(move || added(summary, &batch.rows)).await??;
        progress(read_count);
        let is_enough = read_count >= limits.rows || bytes >= limits.bytes || turns >= limits.turns;
        let Some(next) = batch.next else { break None };
        wanted.after = Some(next);
        if is_enough {
            // There may be nothing behind it.
            let rest = self::batch(engine, requester, &wanted, 1).await?;
            break (rest.read_count > 0 || rest.next.is_some()).then_some(next);
        }
    };
    compute(move || Measured::of(&summary, next, after.is_some())).await
}

async fn batch(
    engine: &Arc<Engine>,
    requester: &Arc<Requester>,
    wanted: &Wanted,
    most: i64,
) -> Result<review::Batch, Fault> {
    let read =
        engine.read(Arc::clone(requester), (wanted.clone(), most), |turn, (wanted, most)| {
            Box::pin(review::batch(turn, wanted, *most))
        });
    read.await
}

fn added(mut summary: Summary, rows: &[review::Submitted]) -> Result<Summary, Fault> {
    for row in rows {
        if let Some(document) = &row.document {
            summary.add(&Work::read(document)?, row.is_robot);
        }
    }
    Ok(summary)
}

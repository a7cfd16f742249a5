//! Who worked for a requester, and what one worker did.

use std::collections::HashMap;

use crate::fault::Fault;
use crate::rules::batch::results::Rates;
use crate::shapes::payment::Payment;
use crate::store::qualification_types::{self, Filter, Place as TypePlace};
use crate::store::qualifications::{self, Scored};
use crate::store::requester_workers::{self, Known};
use crate::store::worker_history::{self, ForRequester};
use crate::store::{batch_results, bonus_payments, worker_blocks};
use crate::turn::Turn;
use crate::views::cut;

/// So many workers, or pieces of work, are on a page.
pub const PAGE: usize = 50;
/// So many workers are sorted.
pub const MOST_SORTED: usize = 5000;
/// So many workers are read at a time.
const BATCH: usize = 1000;
/// So much work of a worker is read for one page.
const MOST_READ: usize = 2000;
/// So many bonuses of a worker are shown, and so many qualifications are on a page.
const SHORT: i64 = 20;
/// So many qualification types can be chosen.
pub const TYPES: i64 = 100;
/// So many have columns in a file, which is read back with at most 500 columns.
const EXPORTED_TYPES: i64 = 200;

/// The order of the list.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Sort {
    /// By id.
    #[default]
    Id,
    /// Those first who worked last.
    Latest,
    /// Those first who submitted most.
    Most,
    /// Those first of whose work most awaits review.
    Waiting,
    /// Those first of whose work the least part was approved.
    Worst,
}

impl Sort {
    /// Every order: its word in an address, and how the page calls it.
    pub const ALL: [(Self, &str, &str); 5] = [
        (Self::Id, "id", "Worker id"),
        (Self::Latest, "latest", "Latest work first"),
        (Self::Most, "most", "Most work first"),
        (Self::Waiting, "waiting", "Most to review first"),
        (Self::Worst, "worst", "Lowest approval rate first"),
    ];

    /// The order of that word.
    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|(_, known, _)| *known == word).map(|(sort, ..)| sort)
    }

    /// What comes first has the smallest number.
    fn number(self, worker: &Known) -> i64 {
        match self {
            Self::Id => 0,
            Self::Latest => worker.last_submit_at.map_or(i64::MAX, |at| -at.0),
            Self::Most => -worker.submitted,
            Self::Waiting => -worker.waiting(),
            Self::Worst if worker.decided() == 0 => i64::MAX,
            Self::Worst => worker.approved.saturating_mul(1_000_000) / worker.decided(),
        }
    }
}

/// Which workers.
#[derive(Debug, Clone, Default)]
pub struct WorkersQuery {
    /// What their ids begin with.
    pub prefix: String,
    /// Their order.
    pub sort: Sort,
    /// The last one of the page before: the number in the order, and the id.
    pub after: Option<(i64, String)>,
}

/// A page of workers.
#[derive(Debug, Default)]
pub struct WorkerList {
    /// The workers.
    pub workers: Vec<Known>,
    /// Behind whom the next page begins; none at the end.
    pub next: Option<(i64, String)>,
    /// Whether there are more workers than were sorted.
    pub is_partly_sorted: bool,
}

/// Reads a page of the workers of the turn's requester.
pub async fn workers(turn: &mut Turn, query: &WorkersQuery) -> Result<WorkerList, Fault> {
    if query.sort == Sort::Id {
        let first = query.after.as_ref().map(|(_, id)| behind(id)).unwrap_or_default();
        let mut workers = batch(turn, &query.prefix, &first, PAGE + 1).await?;
        let has_more = workers.len() > PAGE;
        workers.truncate(PAGE);
        let next = workers.last().filter(|_| has_more).map(|last| (0, last.worker_id.clone()));
        return Ok(WorkerList { workers, next, is_partly_sorted: false });
    }
    let (mut all, mut first) = (Vec::new(), String::new());
    let is_partly_sorted = loop {
        let found = batch(turn, &query.prefix, &first, BATCH).await?;
        let (is_end, last) = (found.len() < BATCH, found.last().map(|of| behind(&of.worker_id)));
        all.extend(found);
        match last {
            Some(next) if !is_end && all.len() < MOST_SORTED => first = next,
            _ => break !is_end,
        }
    };
    let place = |of: &Known| (query.sort.number(of), of.worker_id.clone());
    all.retain(|of| query.after.as_ref().is_none_or(|after| place(of) > *after));
    all.sort_by_cached_key(place);
    let has_more = all.len() > PAGE;
    all.truncate(PAGE);
    let next = all.last().filter(|_| has_more).map(place);
    Ok(WorkerList { workers: all, next, is_partly_sorted })
}

/// The first id that comes behind an id, whatever the order of a database: ids are made of digits
/// and, behind them, capital letters.
fn behind(id: &str) -> String {
    format!("{id}0")
}

async fn batch(
    turn: &mut Turn,
    prefix: &str,
    first: &str,
    count: usize,
) -> Result<Vec<Known>, Fault> {
    let count = i64::try_from(count).unwrap_or(i64::MAX);
    let requester_id = &turn.requester.id;
    requester_workers::list(&mut turn.tx, requester_id, (prefix, first), count).await
}

/// The first of the requester's qualification types by name: id and name.
pub async fn exported_types(turn: &mut Turn) -> Result<Vec<(String, String)>, Fault> {
    types(turn, EXPORTED_TYPES).await
}

async fn types(turn: &mut Turn, count: i64) -> Result<Vec<(String, String)>, Fault> {
    let Turn { tx, requester, .. } = turn;
    let filter = Filter { owner: Some(&requester.id), requestable: false, query: None };
    let types = qualification_types::list(tx, filter, &TypePlace::default(), count).await?;
    Ok(types.into_iter().map(|of| (of.id, of.name)).collect())
}

/// A worker in a file.
#[derive(Debug)]
pub struct Exported {
    /// The counts.
    pub known: Known,
    /// How much of the decided work was approved.
    pub rates: Rates,
    /// The scores, in the order of the types; none where the worker has no such qualification.
    pub scores: Vec<Option<String>>,
}

/// The next workers behind an id, with what they have of these types.
pub async fn exported(
    turn: &mut Turn,
    after: &str,
    type_ids: &[String],
) -> Result<Vec<Exported>, Fault> {
    let first = if after.is_empty() { String::new() } else { behind(after) };
    let found = batch(turn, "", &first, batch_results::PAGE).await?;
    let ids: Vec<&str> = found.iter().map(|of| of.worker_id.as_str()).collect();
    let Turn { tx, requester, now, .. } = turn;
    let rates = batch_results::rates(tx, &requester.id, &ids, *now).await?;
    let rates: HashMap<String, Rates> = rates.into_iter().collect();
    let types: Vec<&str> = type_ids.iter().map(String::as_str).collect();
    let held = qualifications::of_workers(tx, &requester.id, &ids, &types).await?;
    let exported = found.into_iter().map(|known| {
        let score = |id: &String| {
            let value = held.get(&(known.worker_id.clone(), id.clone()))?;
            Some(value.map_or_else(|| "held".to_owned(), |value| value.to_string()))
        };
        let scores = type_ids.iter().map(score).collect();
        let rates = rates.get(&known.worker_id).copied().unwrap_or_default();
        Exported { known, rates, scores }
    });
    Ok(exported.collect())
}

/// A worker as the requester knows it.
#[derive(Debug)]
pub struct WorkerView {
    /// Who.
    pub id: String,
    /// The counts; none if the worker never worked for the requester.
    pub known: Option<Known>,
    /// Why the worker is blocked, if it is.
    pub blocked: Option<String>,
    /// A page of what the worker has of the requester's qualification types.
    pub qualifications: Vec<Scored>,
    /// The type behind which their next page begins; none at the end.
    pub more_qualifications: Option<String>,
    /// The first of the requester's qualification types by name: id and name.
    pub types: Vec<(String, String)>,
    /// Whether the requester has more of them.
    pub has_more_types: bool,
    /// The latest bonuses.
    pub bonuses: Vec<Payment>,
    /// A page of the work, the latest first.
    pub works: Vec<ForRequester>,
    /// Where the next page goes on; none at the end.
    pub next: Option<(i64, i64)>,
}

/// Which part of a worker's page is shown.
#[derive(Debug, Clone, Default)]
pub struct WorkerQuery {
    /// The worker.
    pub id: String,
    /// The place before which the work is.
    pub before: Option<(i64, i64)>,
    /// The qualification type behind which the qualifications are.
    pub qualifications_after: String,
}

/// Reads it.
pub async fn worker(turn: &mut Turn, query: &WorkerQuery) -> Result<WorkerView, Fault> {
    let id = query.id.as_str();
    let (works, next) = works(turn, id, query.before.unwrap_or((i64::MAX, i64::MAX))).await?;
    let Turn { tx, requester, .. } = turn;
    let owner = requester.id.as_str();
    let known = requester_workers::find(tx, owner, id).await?;
    let blocked = worker_blocks::reason(tx, owner, id).await?;
    let after = &query.qualifications_after;
    let mut qualifications = qualifications::of_owner(tx, (owner, id), after, SHORT + 1).await?;
    let more_qualifications = cut(&mut qualifications, SHORT).map(|last| last.type_id.clone());
    let bonuses = bonus_payments::to_worker(tx, owner, id, SHORT).await?;
    let mut types = types(turn, TYPES + 1).await?;
    let has_more_types = cut(&mut types, TYPES).is_some();
    Ok(WorkerView {
        id: id.to_owned(),
        known,
        blocked,
        qualifications,
        more_qualifications,
        types,
        has_more_types,
        bonuses,
        works,
        next,
    })
}

/// A page of what the worker did for the requester: it ends when it is full, or when enough work
/// was read that the worker did for anybody.
async fn works(
    turn: &mut Turn,
    worker_id: &str,
    before: (i64, i64),
) -> Result<(Vec<ForRequester>, Option<(i64, i64)>), Fault> {
    let (mut works, mut place, mut read_count) = (Vec::new(), before, 0);
    let Turn { tx, requester, .. } = turn;
    while read_count < MOST_READ {
        let ids = (requester.id.as_str(), worker_id);
        let count = PAGE + 1 + read_count;
        let (found, last) = worker_history::for_requester(tx, ids, place, count).await?;
        works.extend(found);
        if works.len() > PAGE {
            works.truncate(PAGE);
            let next = works.last().map(|last| last.place);
            return Ok((works, next));
        }
        let Some(last) = last else { return Ok((works, None)) };
        (place, read_count) = (last, read_count + count);
    }
    Ok((works, Some(place)))
}

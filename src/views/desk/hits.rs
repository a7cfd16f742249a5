//! The list of a requester's HITs.
//!
//! HITs are read in the order of an index, a number of them at a time, until the page is full or
//! [`MOST_READ`] were read; then the page knows where the next one begins. So a search costs no
//! more in a large market.

use crate::fault::Fault;
use crate::shapes::hit::HitStatus;
use crate::store::hit_lists::{self, ByExpiry, ListedHit};
use crate::store::{batches, hit_types};
use crate::turn::Turn;

/// So many are on a page.
pub const PAGE: usize = 50;
/// So many HITs are read for one page.
pub const MOST_READ: usize = 2000;
/// So many are read at a time, if not all of them are shown.
const BATCH: usize = 250;

/// The order of a list.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Sort {
    /// The newest first.
    #[default]
    Newest,
    /// Those first that expire soonest, or have expired.
    Soonest,
    /// Those first that expire latest.
    Latest,
}

impl Sort {
    /// Every order.
    pub const ALL: [Self; 3] = [Self::Newest, Self::Soonest, Self::Latest];

    /// The word in an address.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Newest => "newest",
            Self::Soonest => "soonest",
            Self::Latest => "latest",
        }
    }

    /// The place before the first HIT.
    const fn start(self) -> i64 {
        match self {
            Self::Soonest => i64::MIN,
            Self::Newest | Self::Latest => i64::MAX,
        }
    }

    const fn place(self, hit: &ListedHit) -> i64 {
        match self {
            Self::Newest => hit.position,
            Self::Soonest | Self::Latest => hit.expiry_position,
        }
    }
}

/// Which HITs a page lists.
#[derive(Debug, Clone, Default)]
pub struct HitQuery {
    /// Only HITs with this status; if absent, all but deleted ones.
    pub status: Option<HitStatus>,
    /// Only HITs of this HIT type.
    pub type_id: Option<String>,
    /// Only HITs of the batch with this number.
    pub batch: Option<i64>,
    /// Words, each of which is in the title, the annotation or the id.
    pub search: String,
    /// The order that is asked for.
    pub sort: Sort,
    /// Where the page before ended.
    pub after: Option<i64>,
}

impl HitQuery {
    /// The order of the list. Deleted HITs, and those of one type, are not kept in the order of
    /// their creation; those that expire latest are the closest to it. Those of a batch are kept in
    /// no other.
    pub fn order(&self) -> Sort {
        if self.batch.is_some() {
            return Sort::Newest;
        }
        if self.sort == Sort::Newest && !self.has_newest() { Sort::Latest } else { self.sort }
    }

    /// Whether the newest can come first.
    pub fn has_newest(&self) -> bool {
        self.batch.is_some() || self.type_id.is_none() && self.status != Some(HitStatus::Disposed)
    }

    fn statuses(&self) -> impl Iterator<Item = HitStatus> {
        let wanted = self.status;
        HitStatus::ALL.into_iter().filter(move |status| match wanted {
            Some(wanted) => *status == wanted,
            None => *status != HitStatus::Disposed,
        })
    }

    fn terms(&self) -> Vec<String> {
        self.search.split_whitespace().map(str::to_lowercase).collect()
    }
}

/// A page of HITs.
#[derive(Debug, Default)]
pub struct HitList {
    /// The HITs.
    pub hits: Vec<ListedHit>,
    /// Where the next page begins; none at the end.
    pub next: Option<i64>,
    /// Whether the page ended before it was full, since [`MOST_READ`] HITs were read.
    pub is_cut: bool,
    /// Whether the requester has the HIT type and the batch that are asked for.
    pub is_known: bool,
}

/// Reads a page of the HITs of the turn's requester.
pub async fn hits(turn: &mut Turn, query: &HitQuery) -> Result<HitList, Fault> {
    let (sort, terms) = (query.order(), query.terms());
    let is_filtered = !terms.is_empty() || (query.status.is_some() && sort == Sort::Newest);
    let batch_size = if is_filtered { BATCH } else { PAGE + 1 };
    let is_known = is_known(turn, query).await?;
    let (mut list, mut read_count) = (HitList { is_known, ..HitList::default() }, 0);
    let mut place = query.after.unwrap_or_else(|| sort.start());
    loop {
        let batch = batch(turn, query, (sort, place), batch_size).await?;
        read_count += batch.len();
        let is_end = batch.len() < batch_size;
        for hit in batch {
            let is_wanted = query.statuses().any(|status| hit.status == status);
            let found = is_wanted && matches(&hit, &terms);
            if found && list.hits.len() == PAGE {
                list.next = Some(place);
                return Ok(list);
            }
            place = sort.place(&hit);
            if found {
                list.hits.push(hit);
            }
        }
        if is_end {
            return Ok(list);
        }
        if read_count >= MOST_READ {
            (list.next, list.is_cut) = (Some(place), true);
            return Ok(list);
        }
    }
}

/// Whether the requester has the HIT type and the batch that are asked for.
async fn is_known(turn: &mut Turn, query: &HitQuery) -> Result<bool, Fault> {
    let Turn { tx, requester, .. } = turn;
    if let Some(key) = query.batch
        && let Err(fault) = batches::find(tx, key, Some(&requester.id)).await
    {
        return fault.refusal().map(|_| false).ok_or(fault.clone());
    }
    match &query.type_id {
        Some(id) => Ok(hit_types::find(tx, &requester.id, id).await?.is_some()),
        None => Ok(true),
    }
}

/// The next HITs behind a place. By expiration, those of each status are in an index of their own.
async fn batch(
    turn: &mut Turn,
    query: &HitQuery,
    (sort, after): (Sort, i64),
    size: usize,
) -> Result<Vec<ListedHit>, Fault> {
    let count = i64::try_from(size).unwrap_or(i64::MAX);
    let (tx, requester_id) = (&mut turn.tx, &turn.requester.id);
    if let Some(key) = query.batch {
        return hit_lists::of_batch(tx, requester_id, key, (after, count)).await;
    }
    if sort == Sort::Newest {
        return hit_lists::newest(tx, requester_id, after, count).await;
    }
    let (type_id, is_soonest_first) = (query.type_id.as_deref(), sort == Sort::Soonest);
    let mut all = Vec::new();
    for status in query.statuses() {
        let of = ByExpiry { status, type_id, is_soonest_first, after, count };
        all.extend(hit_lists::by_expiry(tx, requester_id, of).await?);
    }
    all.sort_by_key(|hit| hit.expiry_position);
    if !is_soonest_first {
        all.reverse();
    }
    all.truncate(size);
    Ok(all)
}

fn matches(hit: &ListedHit, terms: &[String]) -> bool {
    if terms.is_empty() {
        return true;
    }
    let annotation = hit.annotation.as_deref().unwrap_or_default();
    let text = [&hit.title, annotation, &hit.id].join("\n").to_lowercase();
    terms.iter().all(|term| text.contains(term))
}

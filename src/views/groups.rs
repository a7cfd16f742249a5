//! The list of HIT groups.
//!
//! Groups are looked at in the order of an index, a number of them at a time, until the page is
//! full or [`MOST_LOOKED_AT`] were looked at; then the page says where to go on. So a search, or a
//! worker who may see little, costs no more in a large market.

use crate::fault::Fault;
use crate::money::Cents;
use crate::store::hit_groups::{self, Count, Listed};
use crate::turn::Turn;
use crate::views::guard::{Action, Standing, name, standings};

pub use crate::store::hit_groups::Order;

const BATCH: i64 = 100;
/// So many groups are looked at for one page.
pub const MOST_LOOKED_AT: usize = 1000;

/// How a list is ordered.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Sort {
    /// By time or reward.
    By(Order),
    /// The most HITs first; only the newest groups are ranked.
    Largest,
    /// The fewest HITs first; only the newest groups are ranked.
    Smallest,
}

/// What is wanted.
#[derive(Debug, Clone)]
pub struct Wanted {
    /// Who looks.
    pub worker_id: Option<String>,
    /// Words, each of which stands in the title, the description, the keywords or the name of the
    /// requester.
    pub search: String,
    /// The least reward.
    pub least: Cents,
    /// Only what the worker may accept.
    pub qualified: bool,
    /// Only of this requester.
    pub requester_id: Option<String>,
    /// The order.
    pub sort: Sort,
    /// Where the page before ended.
    pub after: Option<(i64, String)>,
    /// So many are passed over.
    pub skip: usize,
    /// So many are shown.
    pub size: usize,
    /// Whether all that match are counted, and the requirements of those shown told by name.
    pub whole: bool,
}

/// A group as its worker sees it.
#[derive(Debug, Clone)]
pub struct Group {
    /// The type.
    pub listed: Listed,
    /// Its open HITs.
    pub count: Count,
    /// How the worker stands to its requirements.
    pub standings: Vec<Standing>,
}

impl Group {
    /// Whether nothing keeps the worker from an action.
    #[must_use]
    pub fn allows(&self, action: Action) -> bool {
        !self.standings.iter().any(|standing| standing.prevents(action))
    }
}

/// A page of groups.
#[derive(Debug, Default)]
pub struct Groups {
    /// The groups.
    pub groups: Vec<Group>,
    /// Where the next page begins; none at the end.
    pub next: Option<(i64, String)>,
    /// How many matched among those that were looked at.
    pub matched: usize,
    /// Whether every group was looked at.
    pub is_exact: bool,
    /// Types that are on the list without an open HIT.
    pub closed: Vec<String>,
}

/// Reads a page; if the whole is wanted, counts what matches from the start on, too.
///
/// # Errors
/// The database failed.
pub async fn groups(turn: &mut Turn, wanted: &Wanted) -> Result<Groups, Fault> {
    let mut page = page(turn, wanted).await?;
    if wanted.whole {
        name(turn, page.groups.iter_mut().flat_map(|group| &mut group.standings)).await?;
        if wanted.after.is_some() {
            let all = Wanted { after: None, skip: 0, size: 0, ..wanted.clone() };
            let all = self::page(turn, &all).await?;
            (page.matched, page.is_exact) = (all.matched, all.is_exact);
        }
    }
    count(turn, &mut page).await?;
    Ok(page)
}

async fn page(turn: &mut Turn, wanted: &Wanted) -> Result<Groups, Fault> {
    match wanted.sort {
        Sort::By(order) if wanted.requester_id.is_none() => walked(turn, wanted, order).await,
        _ if wanted.requester_id.is_some() => walked(turn, wanted, Order::Newest).await,
        _ => ranked(turn, wanted).await,
    }
}

/// The groups in the order of an index.
async fn walked(turn: &mut Turn, wanted: &Wanted, order: Order) -> Result<Groups, Fault> {
    let mut page = Groups::default();
    let mut place = wanted.after.clone().unwrap_or_else(|| order.start());
    let mut looked_at = 0;
    loop {
        let from = (place.0, place.1.as_str());
        let requester = wanted.requester_id.as_deref();
        let tx = &mut turn.tx;
        let batch = hit_groups::walk(tx, order, from, wanted.least, BATCH, requester).await?;
        looked_at += batch.len();
        let more = i64::try_from(batch.len()).is_ok_and(|count| count == BATCH);
        if let Some(last) = batch.last() {
            place = order.place(last);
        }
        sift(turn, wanted, batch, &mut page, |listed| order.place(listed)).await?;
        page.is_exact = !more;
        if !more || (page.next.is_some() && !wanted.whole) {
            return Ok(page);
        }
        if looked_at >= MOST_LOOKED_AT {
            page.next.get_or_insert(place);
            return Ok(page);
        }
    }
}

/// The newest groups by their number of HITs.
async fn ranked(turn: &mut Turn, wanted: &Wanted) -> Result<Groups, Fault> {
    let mut ids = hit_groups::sizes(&mut turn.tx, wanted.least).await?;
    let is_exact = i64::try_from(ids.len()).is_ok_and(|count| count < hit_groups::RANKED);
    ids.retain(|(_, _, open)| *open > 0);
    ids.sort_by_key(|(id, listed_at, open)| {
        let rank = if wanted.sort == Sort::Smallest { *open } else { -open };
        (rank, -listed_at, id.clone())
    });
    let ids: Vec<String> = ids.into_iter().map(|(id, ..)| id).collect();
    // A page goes on behind the group that it ended with; its place may have moved meanwhile.
    let begin = wanted.after.as_ref().and_then(|(_, id)| ids.iter().position(|one| one == id));
    let mut page = Groups { is_exact, ..Groups::default() };
    for some in ids[begin.map_or(0, |at| at + 1)..].chunks(100) {
        let mut batch = hit_groups::named(&mut turn.tx, some).await?;
        batch.sort_by_key(|listed| some.iter().position(|id| *id == listed.hit_type.id));
        let place = |listed: &Listed| (0, listed.hit_type.id.clone());
        sift(turn, wanted, batch, &mut page, place).await?;
        if page.next.is_some() && !wanted.whole {
            break;
        }
    }
    Ok(page)
}

/// Puts what is wanted of a batch on the page. A page that is full knows where the next one begins;
/// then it goes on counting, if the whole is wanted.
async fn sift(
    turn: &mut Turn,
    wanted: &Wanted,
    batch: Vec<Listed>,
    page: &mut Groups,
    place: impl Fn(&Listed) -> (i64, String),
) -> Result<(), Fault> {
    let requirements: Vec<_> =
        batch.iter().map(|one| one.hit_type.values.requirements.as_slice()).collect();
    let standings = standings(turn, wanted.worker_id.as_deref(), &requirements).await?;
    for (listed, standings) in batch.into_iter().zip(standings) {
        if !listed.open {
            page.closed.push(listed.hit_type.id);
            continue;
        }
        let group = Group { listed, count: Count::default(), standings };
        if !is_wanted(wanted, &group) {
            continue;
        }
        page.matched += 1;
        if page.matched <= wanted.skip {
            continue;
        }
        if page.groups.len() < wanted.size {
            page.groups.push(group);
            continue;
        }
        if page.next.is_none() {
            page.next = page.groups.last().map(|last| place(&last.listed));
        }
        if !wanted.whole {
            return Ok(());
        }
    }
    Ok(())
}

fn is_wanted(wanted: &Wanted, group: &Group) -> bool {
    let values = &group.listed.hit_type.values;
    let texts = [
        values.title.as_str(),
        &values.description,
        values.keywords.as_deref().unwrap_or_default(),
        &group.listed.requester_name,
        &group.listed.requester_id,
    ];
    group.allows(Action::Discover)
        && (!wanted.qualified || group.allows(Action::Accept))
        && words(&wanted.search).all(|word| texts.iter().any(|text| has(text, &word)))
}

fn words(search: &str) -> impl Iterator<Item = String> {
    search.split_whitespace().map(str::to_lowercase)
}

fn has(text: &str, word: &str) -> bool {
    text.to_lowercase().contains(word)
}

async fn count(turn: &mut Turn, page: &mut Groups) -> Result<(), Fault> {
    let ids: Vec<String> = page.groups.iter().map(|one| one.listed.hit_type.id.clone()).collect();
    for (id, count) in hit_groups::counts(&mut turn.tx, &ids).await? {
        if let Some(group) = page.groups.iter_mut().find(|one| one.listed.hit_type.id == id) {
            group.count = count;
        }
    }
    Ok(())
}

/// Takes types without open HITs off the list, so that the next look does not meet them.
///
/// # Errors
/// The database failed.
pub async fn unlist(turn: &mut Turn, types: &[String]) -> Result<(), Fault> {
    for id in types {
        hit_groups::unlist(&mut turn.tx, id).await?;
    }
    Ok(())
}

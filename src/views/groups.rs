//! The list of HIT groups.
//!
//! Groups are read in the order of an index, a number of them at a time, until the page is
//! full or [`MOST_READ`] were read; then the page knows where the next begins. So a search, or a
//! worker who may see little, costs no more in a large market.

use crate::fault::Fault;
use crate::money::Cents;
use crate::store::hit_groups::{self, Count, Listed, MOST_COUNTED};
use crate::store::worker_history;
use crate::turn::Turn;
use crate::views::guard::{Action, Standing, add_summaries, standings};

pub use crate::store::hit_groups::Order;

const BATCH: i64 = 100;
/// The most groups that are read for one page.
pub const MOST_READ: usize = 1000;

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

/// Which groups a page lists.
#[derive(Debug, Clone)]
pub struct GroupQuery {
    /// The worker who reads.
    pub worker_id: Option<String>,
    /// Words, each of which is in the title, the description, the keywords or the name of the
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
    /// How many are passed over.
    pub skip: usize,
    /// How many are shown at most.
    pub size: usize,
    /// Whether all that match are counted, and the names of all shown requirements are read.
    pub whole: bool,
}

/// A group as its worker sees it.
#[derive(Debug, Clone)]
pub struct Group {
    /// The type.
    pub listed: Listed,
    /// Its open HITs.
    pub count: Count,
    /// Whether the worker meets each of its requirements.
    pub standings: Vec<Standing>,
    /// An assignment, and its HIT, that the worker has in hand of this group.
    pub in_hand: Option<(String, String)>,
    /// Whether the worker has taken each of its open HITs. A preview does not ask.
    pub is_done: bool,
}

impl Group {
    /// Whether nothing keeps the worker from an action.
    pub fn allows(&self, action: Action) -> bool {
        self.prevents(action).next().is_none()
    }

    /// The requirements that keep the worker from an action.
    pub fn prevents(&self, action: Action) -> impl Iterator<Item = &Standing> {
        self.standings.iter().filter(move |standing| standing.prevents(action))
    }
}

/// A page of groups.
#[derive(Debug, Default)]
pub struct Groups {
    /// The groups.
    pub groups: Vec<Group>,
    /// Where the next page begins; none at the end.
    pub next: Option<(i64, String)>,
    /// How many matched among those that were read.
    pub matched: usize,
    /// Whether every group was read.
    pub is_exact: bool,
    /// Types that are on the list without an open HIT.
    pub closed: Vec<String>,
}

/// Reads a page; if the whole list is wanted, counts what matches from the start on, too.
pub async fn groups(turn: &mut Turn, query: &GroupQuery) -> Result<Groups, Fault> {
    let mut page = page(turn, query).await?;
    let standings = page.groups.iter_mut().flat_map(|group| &mut group.standings);
    add_summaries(turn, standings.filter(|standing| query.whole || !standing.met)).await?;
    if query.whole && query.after.is_some() {
        let all = GroupQuery { after: None, skip: 0, size: 0, ..query.clone() };
        let all = self::page(turn, &all).await?;
        (page.matched, page.is_exact) = (all.matched, all.is_exact);
    }
    if let Some(worker_id) = &query.worker_id {
        let mut in_hand = worker_history::in_hand_by_type(&mut turn.tx, worker_id).await?;
        for group in &mut page.groups {
            group.in_hand = in_hand.remove(&group.listed.hit_type.id);
        }
    }
    count(turn, query.worker_id.as_deref(), &mut page).await?;
    Ok(page)
}

async fn page(turn: &mut Turn, query: &GroupQuery) -> Result<Groups, Fault> {
    match (&query.requester_id, query.sort) {
        (Some(_), _) => by_order(turn, query, Order::Newest).await,
        (None, Sort::By(order)) => by_order(turn, query, order).await,
        (None, Sort::Largest | Sort::Smallest) => by_size(turn, query).await,
    }
}

/// The groups in the order of an index.
async fn by_order(turn: &mut Turn, query: &GroupQuery, order: Order) -> Result<Groups, Fault> {
    let mut page = Groups::default();
    let mut place = query.after.clone().unwrap_or_else(|| order.start());
    let mut read_count = 0;
    loop {
        let from = (place.0, place.1.as_str());
        let requester = query.requester_id.as_deref();
        let tx = &mut turn.tx;
        let batch = hit_groups::walk(tx, order, from, query.least, BATCH, requester).await?;
        read_count += batch.len();
        let more = i64::try_from(batch.len()).is_ok_and(|count| count == BATCH);
        if let Some(last) = batch.last() {
            place = order.place(last);
        }
        add_matching(turn, query, batch, &mut page, |listed| order.place(listed)).await?;
        page.is_exact = !more;
        if !more || (page.next.is_some() && !query.whole) {
            return Ok(page);
        }
        if read_count >= MOST_READ {
            page.next.get_or_insert(place);
            return Ok(page);
        }
    }
}

/// The newest groups by their number of HITs.
async fn by_size(turn: &mut Turn, query: &GroupQuery) -> Result<Groups, Fault> {
    let mut ids = hit_groups::sizes(&mut turn.tx, query.least).await?;
    let is_exact = i64::try_from(ids.len()).is_ok_and(|count| count < hit_groups::RANKED);
    ids.retain(|(_, _, open)| *open > 0);
    ids.sort_by_key(|(id, listed_at, open)| {
        let rank = if query.sort == Sort::Smallest { *open } else { -open };
        (rank, -listed_at, id.clone())
    });
    let ids: Vec<String> = ids.into_iter().map(|(id, ..)| id).collect();
    // A page goes on behind the group that it ended with; its place may have moved meanwhile.
    let begin = query.after.as_ref().and_then(|(_, id)| ids.iter().position(|known| known == id));
    let mut page = Groups { is_exact, ..Groups::default() };
    for some in ids[begin.map_or(0, |at| at + 1)..].chunks(100) {
        let mut batch = hit_groups::named(&mut turn.tx, some).await?;
        batch.sort_by_key(|listed| some.iter().position(|id| *id == listed.hit_type.id));
        let place = |listed: &Listed| (0, listed.hit_type.id.clone());
        add_matching(turn, query, batch, &mut page, place).await?;
        if page.next.is_some() && !query.whole {
            break;
        }
    }
    Ok(page)
}

/// Puts what matches of a batch on the page. A page that is full knows where the next one begins;
/// then it goes on counting, if the whole is counted.
async fn add_matching(
    turn: &mut Turn,
    query: &GroupQuery,
    batch: Vec<Listed>,
    page: &mut Groups,
    place: impl Fn(&Listed) -> (i64, String),
) -> Result<(), Fault> {
    let requirements: Vec<_> =
        batch.iter().map(|listed| listed.hit_type.values.requirements.as_slice()).collect();
    let standings = standings(turn, query.worker_id.as_deref(), &requirements).await?;
    for (listed, standings) in batch.into_iter().zip(standings) {
        if !listed.open {
            page.closed.push(listed.hit_type.id);
            continue;
        }
        let count = Count::default();
        let group = Group { listed, count, standings, in_hand: None, is_done: false };
        if !matches(query, &group) {
            continue;
        }
        page.matched += 1;
        if page.matched <= query.skip {
            continue;
        }
        if page.groups.len() < query.size {
            page.groups.push(group);
            continue;
        }
        if page.next.is_none() {
            page.next = page.groups.last().map(|last| place(&last.listed));
        }
        if !query.whole {
            return Ok(());
        }
    }
    Ok(())
}

fn matches(query: &GroupQuery, group: &Group) -> bool {
    let values = &group.listed.hit_type.values;
    let texts = [
        values.title.as_str(),
        &values.description,
        values.keywords.as_deref().unwrap_or_default(),
        &group.listed.requester_name,
        &group.listed.requester_id,
    ];
    group.allows(Action::Discover)
        && (!query.qualified || group.allows(Action::Accept))
        && terms(&query.search).all(|term| texts.iter().any(|text| has(text, &term)))
}

fn terms(search: &str) -> impl Iterator<Item = String> {
    search.split_whitespace().map(str::to_lowercase)
}

fn has(text: &str, term: &str) -> bool {
    text.to_lowercase().contains(term)
}

/// Counts the open HITs of each group, and finds out whether any is left for the worker.
async fn count(turn: &mut Turn, worker_id: Option<&str>, page: &mut Groups) -> Result<(), Fault> {
    let ids: Vec<String> =
        page.groups.iter().map(|group| group.listed.hit_type.id.clone()).collect();
    let taken = match worker_id {
        Some(id) => hit_groups::taken_by(&mut turn.tx, &ids, id).await?,
        None => Vec::new(),
    };
    for (id, count) in hit_groups::counts(&mut turn.tx, &ids).await? {
        if let Some(group) = page.groups.iter_mut().find(|group| group.listed.hit_type.id == id) {
            group.count = count;
            group.is_done = count.open < MOST_COUNTED && taken.contains(&id);
        }
    }
    Ok(())
}

/// Takes types without open HITs off the list, so that the next read does not meet them.
pub async fn unlist(turn: &mut Turn, types: &[String]) -> Result<(), Fault> {
    for id in types {
        hit_groups::unlist(&mut turn.tx, id).await?;
    }
    Ok(())
}

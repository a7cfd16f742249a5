//! Loading: entries become rows, in one turn, on top of what is there.

mod batches;
mod faults;
mod files;
mod hit;
mod hit_types;
mod hits;
mod people;
mod plan;
mod qualifications;
mod reviews;
mod robots;
mod webhooks;
mod work;
mod works;

use std::collections::{BTreeSet, HashMap, HashSet};
use std::sync::Arc;

use crate::fault::Fault;
use crate::shapes::scalar::Id;
use crate::store::requesters::{self, Requester};
use crate::store::workers;
use crate::time::{Instant, Time};
use crate::turn::Turn;
use crate::worlds::Loaded;
use crate::worlds::merge::{DEFAULT, Located};
use crate::worlds::portions::Portions;
use crate::worlds::problem::{Place, Problems};
use crate::worlds::read_files::Entries;

/// Loads the entries, of which these problems are known. `owner` (an access key or an id) owns
/// those that name no requester. Where problems come back, or nothing, the turn must be undone.
/// HITs in portions give nothing if they must be loaded as a whole.
pub async fn load(
    turn: &mut Turn,
    entries: &Entries,
    portions: Option<&Arc<Portions>>,
    problems: Problems,
    owner: Option<&str>,
) -> Result<(Option<Loaded>, Problems), Fault> {
    let mut load = Load {
        owner,
        turn,
        entries,
        problems,
        made_hits: hits::made_by_work(entries),
        requesters: HashMap::new(),
        type_owners: HashMap::new(),
        workers: BTreeSet::new(),
        loaded: Loaded::default(),
    };
    for entry in &entries.requesters {
        load.load_requester(entry).await?;
    }
    load.load_balances().await?;
    load.load_workers().await?;
    for entry in &entries.layouts {
        load.load_layout(entry).await?;
    }
    load.load_hit_types().await?;
    match portions {
        None => load.load_hits().await?,
        Some(portions) if load.load_portions(portions).await? => {}
        Some(_) => return Ok((None, load.problems)),
    }
    load.load_files().await?;
    load.load_batches().await?;
    for entry in &entries.qualification_types {
        load.load_qualification_type(entry).await?;
    }
    load.load_qualifications().await?;
    load.load_qualification_requests().await?;
    load.load_bonus_payments().await?;
    load.load_worker_blocks().await?;
    load.load_messages().await?;
    load.load_faults().await?;
    load.load_webhooks().await?;
    load.load_robots().await?;
    load.save_workers().await?;
    Ok((Some(load.loaded), load.problems))
}

/// A load under way.
struct Load<'t> {
    /// Who owns what names no requester, if somebody was named for that.
    owner: Option<&'t str>,
    turn: &'t mut Turn,
    entries: &'t Entries,
    problems: Problems,
    /// The ids of HITs that saved work or saved results make, if nobody has them.
    made_hits: HashSet<&'t str>,
    /// By access key and by id: those that were looked for.
    requesters: HashMap<String, Arc<Requester>>,
    /// By the ids of qualification types that were looked for.
    type_owners: HashMap<String, String>,
    /// Everyone whom the files name.
    workers: BTreeSet<String>,
    loaded: Loaded,
}

/// Where an entry is, and when what it describes happened.
type Happened<T> = fn(&T) -> (&Place, Option<Time>);

impl Load<'_> {
    /// A problem unless the thing that is missing may be among those that could not be read.
    fn missing(&mut self, place: &Place, reason: impl Into<String>) {
        if !self.problems.is_partial {
            self.problem(place, reason);
        }
    }

    fn problem(&mut self, place: &Place, reason: impl Into<String>) {
        self.problems.add(place, reason);
    }

    /// A problem if a member has no valid value.
    fn check(&mut self, place: &Place, name: &str, checked: Result<(), Fault>) {
        if let Err(fault) = checked {
            self.problem(place.of(&[name]), sentence(&fault));
        }
    }

    /// The instant that is meant, if one is; a problem if it lies too far away.
    fn instant(&mut self, place: &Place, name: &str, time: Option<Time>) -> Option<Instant> {
        let at = time?.ahead(self.turn.now).map(Instant::whole_second);
        at.map_err(|why| self.problem(place.of(&[name]), format!("{name}: {why}"))).ok()
    }

    /// The id that is given, or else a new one.
    fn id(&mut self, given: Option<&Id>) -> String {
        given.map_or_else(|| self.turn.ids.entity(), |id| id.to_string())
    }

    /// The owner that an entry names, or else the default one.
    async fn owner<T>(&mut self, entry: &Located<T>) -> Result<Option<Arc<Requester>>, Fault> {
        let found = self.requester_named(&entry.place, entry.owner.name(self.owner)).await?;
        if let (Some(requester), false) = (&found, entry.owner.is_explicit)
            && !self.loaded.owners.contains(requester)
        {
            self.loaded.owners.push(Arc::clone(requester));
        }
        Ok(found)
    }

    /// The owner of an entry that names a worker, if it is a worker id.
    async fn owner_beside_worker<T>(
        &mut self,
        entry: &Located<T>,
        worker_id: &str,
    ) -> Result<Option<Arc<Requester>>, Fault> {
        let owner = self.owner(entry).await?;
        let is_worker = self.worker(&entry.place, worker_id);
        Ok(owner.filter(|_| is_worker))
    }

    /// Notes who owns an entry that names no owner, because its HIT is in the store.
    async fn note_owner(&mut self, id: &str) -> Result<(), Fault> {
        if self.loaded.owners.iter().all(|owner| owner.id != id) {
            let known = requesters::by_id(&mut self.turn.tx, id).await?;
            self.loaded.owners.extend(known.map(|known| known.requester));
        }
        Ok(())
    }

    /// The requester with that access key or id; the default ones are made if they are not known.
    async fn requester_named(
        &mut self,
        place: &Place,
        name: &str,
    ) -> Result<Option<Arc<Requester>>, Fault> {
        if let Some(requester) = self.requesters.get(name) {
            return Ok(Some(requester.clone()));
        }
        let tx = &mut self.turn.tx;
        let requester = match requesters::by_key_or_id(tx, name).await? {
            Some(known) => known.requester,
            None if name == DEFAULT || self.owner == Some(name) => {
                let requester = Arc::new(Requester::of_key(name));
                requesters::add(tx, &requester).await?;
                requester
            }
            None => {
                self.missing(place.of(&["Requester"]), format!("there is no requester {name:?}"));
                return Ok(None);
            }
        };
        self.requesters.insert(name.to_owned(), requester.clone());
        Ok(Some(requester))
    }

    /// A worker is named; a problem if it is no worker id.
    fn worker(&mut self, place: &Place, worker_id: &str) -> bool {
        let well_formed = crate::rules::worker::well_formed(worker_id);
        if well_formed && !self.workers.contains(worker_id) {
            self.workers.insert(worker_id.to_owned());
        } else if !well_formed {
            self.problem(place.of(&["WorkerId"]), format!("{worker_id:?} is no worker id"));
        }
        well_formed
    }

    async fn save_workers(&mut self) -> Result<(), Fault> {
        let named: Vec<String> = std::mem::take(&mut self.workers).into_iter().collect();
        self.loaded.workers = named.len();
        workers::add_many(&mut self.turn.tx, &named, self.turn.now).await
    }

    /// The entries in the order in which they happened: lists of the market are in the order of
    /// arrival.
    fn in_order<'e, T>(&self, entries: &'e [T], of: Happened<T>) -> Vec<&'e T> {
        let mut all = self.oldest_first(entries, of);
        if all.iter().any(|entry| !self.entries.ordered.contains(&of(entry).0.file)) {
            all.sort_by_key(|entry| self.at(of(entry).1));
        }
        all
    }

    /// The entries, those of a file that begin with the latest from their end: so the API's own
    /// lists are, and what happened at one instant would come the wrong way round otherwise.
    fn oldest_first<'e, T>(&self, entries: &'e [T], of: Happened<T>) -> Vec<&'e T> {
        let mut all: Vec<&T> = entries.iter().collect();
        for list in all.chunk_by_mut(|one, other| of(one).0.file == of(other).0.file) {
            let times: Vec<Instant> = list.iter().map(|entry| self.at(of(entry).1)).collect();
            let goes_back = times.first() > times.last() && times.is_sorted_by(|a, b| a >= b);
            if goes_back && !self.entries.ordered.contains(&of(list[0]).0.file) {
                list.reverse();
            }
        }
        all
    }

    /// When something happened: now, if nobody knows.
    fn at(&self, time: Option<Time>) -> Instant {
        time.and_then(|time| time.ahead(self.turn.now).ok()).unwrap_or(self.turn.now)
    }
}

/// A fault's sentence, without its code.
fn sentence(fault: &Fault) -> String {
    match fault.refusal() {
        Some(refusal) => refusal.message.trim_end_matches('.').to_owned(),
        None => fault.to_string(),
    }
}

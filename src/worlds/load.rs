//! Loading: entries become rows, in one turn, on top of what is there.

mod carry_out;
mod files;
mod hit_types;
mod hits;
mod layouts;
mod order;
mod people;
mod qualifications;
mod reviews;
mod works;

use std::collections::{BTreeSet, HashMap, HashSet};
use std::sync::Arc;

use crate::fault::Fault;
use crate::store::requesters::{self, Requester};
use crate::store::workers;
use crate::time::{Instant, When};
use crate::turn::Turn;
use crate::worlds::Loaded;
use crate::worlds::fields::{Place, Problems};
use crate::worlds::nouns::{DEFAULT, Entries, Owner};

/// Loads the entries, which are `sound` if no file has a problem of its own. `owner` (an access key
/// or an id) owns those that name no requester. Where problems come back, the turn must be undone.
pub async fn load(
    turn: &mut Turn,
    entries: &Entries,
    sound: bool,
    owner: Option<&str>,
) -> Result<(Loaded, Problems), Fault> {
    let mut load = Load {
        sound,
        lost: entries.lost,
        ordered: &entries.ordered,
        owner,
        turn,
        problems: Problems::default(),
        requesters: HashMap::new(),
        type_owners: HashMap::new(),
        workers: BTreeSet::new(),
        loaded: Loaded::default(),
    };
    load.load_requesters(&entries.requesters).await?;
    load.load_balances(&entries.balances).await?;
    load.load_workers(&entries.workers).await?;
    load.load_layouts(&entries.layouts).await?;
    load.load_hit_types(&entries.hit_types).await?;
    load.load_hits(entries).await?;
    load.load_files(&entries.files).await?;
    load.load_qualification_types(&entries.qualification_types).await?;
    load.load_qualifications(&entries.qualifications).await?;
    load.load_qualification_requests(&entries.qualification_requests).await?;
    load.load_bonus_payments(&entries.bonus_payments).await?;
    load.load_worker_blocks(&entries.worker_blocks).await?;
    load.load_messages(&entries.messages).await?;
    load.remember_workers().await?;
    Ok((load.loaded, load.problems))
}

/// A load under way.
struct Load<'t> {
    /// Who owns what names no requester, if somebody was named for that.
    owner: Option<&'t str>,
    turn: &'t mut Turn,
    problems: Problems,
    /// By access key and by id: those that were asked for.
    requesters: HashMap<String, Arc<Requester>>,
    /// By the ids of qualification types that were asked for.
    type_owners: HashMap<String, String>,
    /// Everyone whom the files name.
    workers: BTreeSet<String>,
    loaded: Loaded,
    /// Whether the files are as worlds have it.
    sound: bool,
    /// Whether something that others may name could not be read.
    lost: bool,
    /// The files whose lists stand in the market's own order.
    ordered: &'t HashSet<usize>,
}

impl Load<'_> {
    /// A problem unless the thing that is missing may be among those that could not be read.
    fn missing(&mut self, place: &Place, reason: impl Into<String>) {
        if !self.lost {
            self.problem(place, reason);
        }
    }

    fn problem(&mut self, place: &Place, reason: impl Into<String>) {
        self.problems.add(place, reason);
    }

    /// The instant that is meant, or `otherwise`; a problem if it is none.
    fn instant(
        &mut self,
        place: &Place,
        name: &str,
        when: Option<&When>,
        otherwise: Instant,
    ) -> Instant {
        match when.map(|when| when.ahead(self.turn.now).map(Instant::whole_second)) {
            None => otherwise,
            Some(Ok(at)) => at,
            Some(Err(why)) => {
                self.problem(place.of(&[name]), format!("{name}: {why}"));
                otherwise
            }
        }
    }

    /// The owner that is named: in the files, in the store, or the default one.
    async fn owner(
        &mut self,
        place: &Place,
        owner: &Owner,
    ) -> Result<Option<Arc<Requester>>, Fault> {
        let found = self.requester_named(place, owner.name(self.owner)).await?;
        let by_default = found.as_ref().filter(|_| !owner.is_explicit);
        let is_new = |requester: &&Arc<Requester>| !self.loaded.owners.contains(*requester);
        if let Some(requester) = by_default.filter(is_new).cloned() {
            self.loaded.owners.push(requester);
        }
        Ok(found)
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
        let known = match requesters::by_key(tx, name).await? {
            Some(known) => Some(known),
            None => requesters::by_id(tx, name).await?,
        };
        let requester = match known {
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
        if well_formed {
            self.workers.insert(worker_id.to_owned());
        } else {
            self.problem(place.of(&["WorkerId"]), format!("{worker_id:?} is no worker id"));
        }
        well_formed
    }

    async fn remember_workers(&mut self) -> Result<(), Fault> {
        let named: Vec<String> = std::mem::take(&mut self.workers).into_iter().collect();
        self.loaded.workers = named.len();
        workers::add_many(&mut self.turn.tx, &named, self.turn.now).await
    }
}

//! The lists of the API: what they have to hold, and walks through their pages while others write.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Value, json};

use super::chance::Chance;
use super::model::{Hit, Model, REQUESTERS, State, worker};
use super::process::{as_requester, milliseconds};
use crate::world::World;

/// Which work a list of assignments is to hold; nothing means all.
const STATUSES: &[&[&str]] =
    &[&[], &["Submitted"], &["Approved"], &["Rejected"], &["Submitted", "Rejected"]];

/// One list. HITs and qualification types are indices into the model.
#[derive(Debug, Clone, Copy)]
pub enum List {
    Hits(usize),
    Reviewable(usize, &'static str),
    Assignments(usize, &'static [&'static str]),
    Blocks(usize),
    Bonuses(usize),
    Qualified(usize),
    Requests(usize),
    /// The qualification types that the requester made, by name.
    Types(usize),
}

/// An item: what identifies it, a bar, and what else is known of it.
pub fn identity(item: &str) -> &str {
    item.split('|').next().unwrap_or_default()
}

impl List {
    /// Every list that there is.
    pub fn all(model: &Model, chance: &mut Chance) -> Vec<Self> {
        let mut all = Vec::new();
        for by in 0..REQUESTERS.len() {
            let status = *chance.pick(&["Reviewable", "Reviewing"]).unwrap();
            all.extend([Self::Hits(by), Self::Reviewable(by, status)]);
            all.extend([Self::Blocks(by), Self::Requests(by), Self::Types(by)]);
        }
        for (at, hit) in model.hits.iter().enumerate().filter(|(_, hit)| !hit.is_disposed()) {
            all.push(Self::Assignments(at, chance.pick(STATUSES).unwrap()));
            all.extend(hit.works.first().map(|_| Self::Bonuses(at)));
        }
        all.extend((0..model.types.len()).map(Self::Qualified));
        all
    }

    /// Its items in order; none if the list is refused.
    pub fn expected(self, model: &Model) -> Option<Vec<String>> {
        let own = |by: usize| model.hits.iter().filter(move |hit| hit.owner == by);
        let items: Vec<String> = match self {
            Self::Hits(by) => {
                let live = own(by).rev().filter(|hit| !hit.is_disposed());
                live.map(|hit| shown_hit(hit, &hit.id)).collect()
            }
            Self::Reviewable(by, status) => {
                let mut found: Vec<&Hit> = own(by).filter(|hit| hit.status == status).collect();
                found.reverse();
                found.sort_by_key(|hit| std::cmp::Reverse(hit.expire_at / 1000));
                found.iter().map(|hit| format!("{}|", hit.id)).collect()
            }
            Self::Assignments(at, _) | Self::Bonuses(at) if model.hits[at].is_disposed() => {
                return None;
            }
            Self::Assignments(at, statuses) => assignments(&model.hits[at], statuses),
            Self::Blocks(by) => {
                let own = model.blocks.iter().rev().filter(|(requester, _)| *requester == by);
                own.map(|(_, who)| format!("{}|", worker(*who))).collect()
            }
            Self::Bonuses(at) => {
                let paid = model.bonuses.iter().rev().filter(|bonus| bonus.hit == at);
                paid.map(|bonus| format!("{}|{}", bonus.reason, bonus.cents)).collect()
            }
            Self::Qualified(of) => {
                let values = model.types[of].values.iter().rev();
                let granted = values.filter_map(|(who, value)| Some((who, (*value)?)));
                granted.map(|(who, value)| format!("{}|{value}", worker(*who))).collect()
            }
            Self::Requests(by) => requests(model, by),
            Self::Types(by) => {
                let own = model.types.iter().filter(|of| of.owner == by);
                own.map(|of| format!("{}|{}", of.id, of.name)).collect()
            }
        };
        Some(items)
    }

    fn request(self, model: &Model) -> (usize, &'static str, Value, &'static str) {
        let hit = |at: usize| (model.hits[at].owner, model.hits[at].id.as_str());
        match self {
            Self::Hits(by) => (by, "ListHITs", json!({}), "HITs"),
            Self::Reviewable(by, status) => {
                (by, "ListReviewableHITs", json!({"Status": status}), "HITs")
            }
            Self::Assignments(at, statuses) => {
                let (by, id) = hit(at);
                let body = json!({"HITId": id, "AssignmentStatuses": statuses});
                (by, "ListAssignmentsForHIT", body, "Assignments")
            }
            Self::Blocks(by) => (by, "ListWorkerBlocks", json!({}), "WorkerBlocks"),
            Self::Bonuses(at) => {
                let (by, id) = hit(at);
                (by, "ListBonusPayments", json!({"HITId": id}), "BonusPayments")
            }
            Self::Qualified(of) => {
                let body = json!({"QualificationTypeId": model.types[of].id});
                let by = model.types[of].owner;
                (by, "ListWorkersWithQualificationType", body, "Qualifications")
            }
            Self::Requests(by) => {
                (by, "ListQualificationRequests", json!({}), "QualificationRequests")
            }
            Self::Types(by) => {
                let body = json!({"MustBeRequestable": true, "MustBeOwnedByCaller": true});
                (by, "ListQualificationTypes", body, "QualificationTypes")
            }
        }
    }

    fn item(self, shown: &Value) -> String {
        let text = |name: &str| shown[name].as_str().unwrap_or("?").to_owned();
        match self {
            Self::Hits(_) => hit_item(shown, &text("HITId")),
            Self::Reviewable(..) => format!("{}|", text("HITId")),
            Self::Assignments(..) => {
                let status = text("AssignmentStatus");
                let decided_at = match status.as_str() {
                    "Approved" => milliseconds(&shown["ApprovalTime"]),
                    "Rejected" => milliseconds(&shown["RejectionTime"]),
                    _ => 0,
                };
                let submit_at = milliseconds(&shown["SubmitTime"]);
                let (id, who) = (text("AssignmentId"), text("WorkerId"));
                format!("{id}|{who} {status} {submit_at} {decided_at}")
            }
            Self::Blocks(_) => format!("{}|", text("WorkerId")),
            Self::Bonuses(_) => {
                let cents = text("BonusAmount").replace('.', "").parse::<i64>().unwrap();
                format!("{}|{cents}", text("Reason"))
            }
            Self::Qualified(_) => format!("{}|{}", text("WorkerId"), shown["IntegerValue"]),
            Self::Requests(_) => format!("{}|{}", text("QualificationRequestId"), text("WorkerId")),
            Self::Types(_) => format!("{}|{}", text("QualificationTypeId"), text("Name")),
        }
    }

    /// One page; and what the next one is asked by, if there is one.
    pub async fn page(
        self,
        world: &World,
        model: &Model,
        size: i64,
        token: Option<&String>,
    ) -> Result<(Vec<String>, Option<String>), String> {
        let (by, operation, mut body, member) = self.request(model);
        body["MaxResults"] = size.into();
        if let Some(token) = token {
            body["NextToken"] = token.as_str().into();
        }
        let (status, mut answer) = as_requester(world, by).call(operation, body).await;
        let Value::Array(items) = answer[member].take() else {
            return Err(format!("{operation}: {status} {answer}"));
        };
        if items.len() > usize::try_from(size).unwrap() {
            return Err(format!("{operation} has {} items on a page of {size}", items.len()));
        }
        let items = items.iter().map(|item| self.item(item)).collect();
        Ok((items, answer["NextToken"].as_str().map(str::to_owned)))
    }

    /// What may be listed twice, or not at all, while it changes: the end of a HIT that is to be
    /// reviewed is its place in the list.
    fn places(self, model: &Model) -> Vec<(String, i64)> {
        let items = identities(&self.expected(model).unwrap_or_default()).into_iter();
        let end = |id: &str| {
            let moves = matches!(self, Self::Reviewable(..));
            let hit = model.hits.iter().find(|hit| moves && hit.id == *id);
            hit.map_or(0, |hit| hit.expire_at)
        };
        items.map(|id| (id.clone(), end(&id))).collect()
    }

    /// All of it, in pages, is what the model says, in order.
    pub async fn check(self, world: &World, model: &Model, size: i64) -> Result<(), String> {
        let Some(expected) = self.expected(model) else { return Ok(()) };
        let (mut listed, mut token) = (Vec::new(), None);
        loop {
            let (items, next) = self.page(world, model, size, token.as_ref()).await?;
            listed.extend(items);
            token = next;
            if token.is_none() || listed.len() > expected.len() {
                break;
            }
        }
        if listed == expected {
            return Ok(());
        }
        Err(format!("{self:?} in pages of {size} is\n{listed:#?}\nand not\n{expected:#?}"))
    }
}

fn shown_hit(hit: &Hit, identity: &str) -> String {
    let Hit { status, max, .. } = hit;
    let (available, pending) = (hit.available(), hit.count(State::Accepted));
    let completed = hit.count(State::Approved) + hit.count(State::Rejected);
    let (end, name) = (hit.expire_at, &hit.name);
    format!("{identity}|{status} {max} {available} {pending} {completed} {end} {name}")
}

/// Max = available + in work + submitted + decided, as the API counts them.
fn hit_item(shown: &Value, identity: &str) -> String {
    let [max, available, pending, completed] = [
        "MaxAssignments",
        "NumberOfAssignmentsAvailable",
        "NumberOfAssignmentsPending",
        "NumberOfAssignmentsCompleted",
    ]
    .map(|name| shown[name].as_i64().unwrap_or(-1));
    let end = milliseconds(&shown["Expiration"]);
    let [status, name] =
        ["HITStatus", "RequesterAnnotation"].map(|name| shown[name].as_str().unwrap_or("?"));
    format!("{identity}|{status} {max} {available} {pending} {completed} {end} {name}")
}

fn assignments(hit: &Hit, statuses: &[&str]) -> Vec<String> {
    let mut works: Vec<_> = hit.works.iter().filter(|work| work.state != State::Accepted).collect();
    works.sort_by_key(|work| (work.submit_at, work.arrival));
    let shown = works.iter().filter_map(|work| {
        let status = format!("{:?}", work.state);
        let (who, submit_at) = (worker(work.worker), work.submit_at);
        let decided_at = work.decided_at.unwrap_or(0);
        let wanted = statuses.is_empty() || statuses.contains(&status.as_str());
        wanted.then(|| format!("{}|{who} {status} {submit_at} {decided_at}", work.id))
    });
    shown.collect()
}

fn requests(model: &Model, by: usize) -> Vec<String> {
    let own = model.types.iter().filter(|of| of.owner == by);
    let mut pending: Vec<_> =
        own.flat_map(|of| &of.requests).filter(|(_, request)| request.pending).collect();
    pending.sort_by_key(|(_, request)| request.arrival);
    pending.iter().map(|(who, request)| format!("{}|{}", request.id, worker(**who))).collect()
}

/// A list that is read page by page while the market changes.
#[derive(Debug)]
pub struct Walk {
    list: List,
    size: i64,
    loads: usize,
    token: Option<String>,
    seen: Vec<String>,
    /// What was in the list all the time, and its place.
    stayed: Vec<(String, i64)>,
    /// What was in it at any time, and its first place.
    ever: BTreeMap<String, i64>,
    /// What was at more than one place, perhaps after it had left the list.
    moved: BTreeSet<String>,
}

impl Walk {
    pub fn begin(model: &Model, chance: &mut Chance) -> Option<Self> {
        let all = List::all(model, chance);
        let list = *chance.pick(&all)?;
        list.expected(model)?;
        let stayed = list.places(model);
        let ever = stayed.iter().cloned().collect();
        let (size, loads, moved) = (chance.between(1, 3), model.loads, BTreeSet::new());
        Some(Self { list, size, loads, token: None, seen: Vec::new(), stayed, ever, moved })
    }

    /// The market has changed; false if the list cannot be read any more.
    pub fn goes_on(&mut self, model: &Model) -> bool {
        if self.loads != model.loads || self.list.expected(model).is_none() {
            return false;
        }
        let now = self.list.places(model);
        self.stayed.retain(|known| now.contains(known));
        for (item, place) in now {
            if *self.ever.entry(item.clone()).or_insert(place) != place {
                self.moved.insert(item);
            }
        }
        true
    }

    /// Reads the next page; true at the end.
    pub async fn step(&mut self, world: &World, model: &Model) -> Result<bool, String> {
        let page = self.list.page(world, model, self.size, self.token.as_ref()).await?;
        self.seen.extend(identities(&page.0));
        self.token = page.1;
        let is_over = self.token.is_none();
        if is_over && let Err(why) = self.check(model) {
            return Err(format!("{why}: {self:#?}"));
        }
        Ok(is_over)
    }

    fn check(&self, model: &Model) -> Result<(), &'static str> {
        let steady: Vec<&String> =
            self.seen.iter().filter(|item| !self.moved.contains(*item)).collect();
        if steady.iter().collect::<BTreeSet<_>>().len() != steady.len() {
            return Err("an item is on two pages");
        }
        if self.seen.iter().any(|item| !self.ever.contains_key(item)) {
            return Err("an item is listed that never was there");
        }
        let all_the_time = |items: Vec<String>| -> Vec<String> {
            let stayed = |item: &String| self.stayed.iter().any(|(known, _)| known == item);
            items.into_iter().filter(stayed).collect()
        };
        let expected = identities(&self.list.expected(model).unwrap_or_default());
        if all_the_time(self.seen.clone()) != all_the_time(expected) {
            return Err("the pages skip items, or have them in another order");
        }
        Ok(())
    }
}

fn identities(items: &[String]) -> Vec<String> {
    items.iter().map(|item| identity(item).to_owned()).collect()
}

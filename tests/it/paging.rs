//! Pages of lists: nothing skipped, nothing doubled, tokens that open their own list alone.

mod histories;
mod qualified;
mod tokens;

use std::collections::HashSet;

use rstest::rstest;
use serde_json::{Value, json};

use crate::world::{World, changed};

const ASSIGNMENTS: &str = "ListAssignmentsForHIT";

/// Each subset of the statuses; the empty one and the full one both mean all.
const SUBSETS: [&[&str]; 8] = [
    &[],
    &["Submitted"],
    &["Approved"],
    &["Rejected"],
    &["Submitted", "Approved"],
    &["Submitted", "Rejected"],
    &["Approved", "Rejected"],
    &["Submitted", "Approved", "Rejected"],
];

/// What a list holds, page by page, and what each item is known by.
#[derive(Clone, Copy)]
struct List {
    operation: &'static str,
    items: &'static str,
    id: &'static str,
}

const WORK: List = List { operation: ASSIGNMENTS, items: "Assignments", id: "AssignmentId" };
const HITS: List = List { operation: "ListHITs", items: "HITs", id: "HITId" };
const REVIEWABLE: List = List { operation: "ListReviewableHITs", ..HITS };

impl List {
    /// One page: the ids on it and the token behind it. A page has a token unless it is empty.
    async fn page(self, world: &World, request: Value) -> (Vec<String>, Option<Value>) {
        let size = request["MaxResults"].as_u64().unwrap_or(10);
        let mut answer = world.ok(self.operation, request).await;
        let items = answer[self.items].as_array().unwrap();
        let ids: Vec<String> =
            items.iter().map(|item| item[self.id].as_str().unwrap().to_owned()).collect();
        assert_eq!(answer["NumResults"], ids.len());
        assert!(ids.len() as u64 <= size);
        let token = answer.get_mut("NextToken").map(Value::take);
        assert_eq!(token.is_none(), ids.is_empty(), "{ids:?}");
        (ids, token)
    }

    /// Every page until the empty one, each token another.
    async fn pages(self, world: &World, request: Value) -> Vec<Vec<String>> {
        let (mut pages, mut tokens, mut request) = (Vec::new(), HashSet::new(), request);
        loop {
            let (ids, token) = self.page(world, request.clone()).await;
            let Some(token) = token else { return pages };
            assert!(tokens.insert(token.as_str().unwrap().to_owned()), "a token came twice");
            request["NextToken"] = token;
            pages.push(ids);
        }
    }

    async fn all(self, world: &World, request: Value) -> Vec<String> {
        self.pages(world, request).await.concat()
    }
}

/// A HIT with so many pieces of work, all submitted at the same instant, in their order.
async fn worked(world: &World, count: usize) -> (String, Vec<String>) {
    let hit = world.create_hit(json!({"MaxAssignments": 1000})).await;
    let mut work = Vec::new();
    for worker in 0..count {
        work.push(world.work(&format!("A{worker}"), &hit).await);
    }
    (hit, work)
}

/// Approves each third piece, rejects each third piece.
async fn decide(world: &World, work: &[String]) {
    for (index, id) in work.iter().enumerate() {
        let asked = json!({"AssignmentId": id, "RequesterFeedback": "-"});
        match index % 3 {
            1 => drop(world.ok("ApproveAssignment", asked).await),
            2 => drop(world.ok("RejectAssignment", asked).await),
            _ => {}
        }
    }
}

fn of_statuses(work: &[String], statuses: &[&str]) -> Vec<String> {
    let names = ["Submitted", "Approved", "Rejected"];
    let chosen = |index: usize| statuses.is_empty() || statuses.contains(&names[index % 3]);
    work.iter().enumerate().filter(|(index, _)| chosen(*index)).map(|(_, id)| id.clone()).collect()
}

#[tokio::test]
async fn every_page_size_gives_the_whole_list() {
    let world = World::new().await;
    let (hit, work) = worked(&world, 103).await;
    for size in 1..=100 {
        let pages = WORK.pages(&world, json!({"HITId": hit, "MaxResults": size})).await;
        assert_eq!(pages.concat(), work, "pages of {size}");
        let (last, full) = pages.split_last().unwrap();
        assert!(full.iter().all(|page| page.len() == size), "pages of {size}");
        assert_eq!(last.len(), if 103 % size == 0 { size } else { 103 % size });
    }
}

#[tokio::test]
async fn every_subset_of_the_statuses_gives_its_own_work_in_order() {
    let world = World::new().await;
    let (hit, work) = worked(&world, 40).await;
    decide(&world, &work).await;
    for statuses in SUBSETS {
        for size in [1, 2, 7, 14, 100] {
            let asked = json!({"HITId": hit, "MaxResults": size, "AssignmentStatuses": statuses});
            let listed = WORK.all(&world, asked).await;
            assert_eq!(listed, of_statuses(&work, statuses), "{statuses:?} in pages of {size}");
        }
    }
}

#[tokio::test]
async fn neither_order_nor_repetition_of_statuses_matters_to_a_token() {
    let world = World::new().await;
    let (hit, work) = worked(&world, 9).await;
    decide(&world, &work).await;
    let ask = |statuses: &[&str]| {
        json!({"HITId": hit, "MaxResults": 2,
        "AssignmentStatuses": statuses})
    };
    let (first, token) = WORK.page(&world, ask(&["Rejected", "Submitted", "Rejected"])).await;
    let rest = changed(ask(&["Submitted", "Rejected"]), json!({"NextToken": token}));
    let listed = [first, WORK.all(&world, rest).await].concat();
    assert_eq!(listed, of_statuses(&work, &["Submitted", "Rejected"]));
    let (_, token) = WORK.page(&world, ask(&[])).await;
    let full = changed(ask(SUBSETS[7]), json!({"NextToken": token}));
    assert_eq!(WORK.all(&world, full).await, work[2..]);
}

#[tokio::test]
async fn the_page_size_may_change_between_pages() {
    let world = World::new().await;
    let (hit, work) = worked(&world, 30).await;
    let (mut listed, mut asked) = (Vec::new(), json!({"HITId": hit}));
    for size in [3, 1, 10, 2, 100, 5] {
        asked["MaxResults"] = size.into();
        let (ids, token) = WORK.page(&world, asked.clone()).await;
        listed.extend(ids);
        let Some(token) = token else { break };
        asked["NextToken"] = token;
    }
    assert_eq!(listed, work);
}

#[tokio::test]
async fn work_submitted_meanwhile_stands_at_the_end() {
    let world = World::new().await;
    let (hit, mut work) = worked(&world, 5).await;
    let mut asked = json!({"HITId": hit, "MaxResults": 2});
    let mut listed = Vec::new();
    for newcomer in 0..6 {
        let (ids, token) = WORK.page(&world, asked.clone()).await;
        listed.extend(ids);
        asked["NextToken"] = token.unwrap();
        work.push(world.work(&format!("AN{newcomer}"), &hit).await);
    }
    listed.extend(WORK.all(&world, asked.clone()).await);
    assert_eq!(listed, work);
}

#[tokio::test]
async fn the_token_of_the_last_page_finds_what_comes_later() {
    let world = World::new().await;
    let (hit, _) = worked(&world, 2).await;
    let (_, token) = WORK.page(&world, json!({"HITId": hit})).await;
    let asked = json!({"HITId": hit, "NextToken": token});
    assert_eq!(WORK.page(&world, asked.clone()).await.0, [""; 0]);
    let new = world.work("ANEW", &hit).await;
    assert_eq!(WORK.page(&world, asked).await.0, [new]);
}

#[tokio::test]
async fn deciding_on_each_page_while_paging_skips_nothing() {
    for statuses in [json!([]), json!(["Submitted"]), json!(["Submitted", "Approved"])] {
        let world = World::new().await;
        let (hit, work) = worked(&world, 11).await;
        let mut asked = json!({"HITId": hit, "MaxResults": 3, "AssignmentStatuses": statuses});
        let mut listed = Vec::new();
        loop {
            let (ids, token) = WORK.page(&world, asked.clone()).await;
            let Some(token) = token else { break };
            for id in &ids {
                world.ok("ApproveAssignment", json!({"AssignmentId": id})).await;
            }
            listed.extend(ids);
            asked["NextToken"] = token;
        }
        assert_eq!(listed, work, "{statuses}");
    }
}

#[tokio::test]
async fn hits_of_one_instant_have_one_order() {
    let world = World::new().await;
    let mut made = Vec::new();
    for _ in 0..23 {
        made.push(world.create_hit(json!({"LifetimeInSeconds": 60})).await);
    }
    made.reverse();
    world.advance("60s").await;
    for size in [1, 2, 5, 22, 23, 100] {
        let asked = json!({"MaxResults": size});
        assert_eq!(HITS.all(&world, asked.clone()).await, made, "pages of {size}");
        assert_eq!(REVIEWABLE.all(&world, asked).await, made, "pages of {size}");
    }
}

#[rstest]
#[case::hits(HITS)]
#[case::reviewable(REVIEWABLE)]
#[tokio::test]
async fn hits_made_or_deleted_meanwhile_disturb_no_one(#[case] list: List) {
    let world = World::new().await;
    let mut made = Vec::new();
    for _ in 0..9 {
        made.push(world.create_hit(json!({"LifetimeInSeconds": 60})).await);
    }
    world.advance("60s").await;
    made.reverse();
    let (mut listed, token) = list.page(&world, json!({"MaxResults": 4})).await;
    world.create_hit(json!({})).await;
    for gone in [&made[0], &made[3], &made[6]] {
        world.ok("DeleteHIT", json!({"HITId": gone})).await;
    }
    listed.extend(list.all(&world, json!({"MaxResults": 4, "NextToken": token})).await);
    made.remove(6);
    assert_eq!(listed, made);
}

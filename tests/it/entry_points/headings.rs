//! Headings: each page of the site and of the desk has one at the top, and none leaves a level out.

use regex::Regex;
use serde_json::json;

use super::is_for_a_frame;
use super::walk::{Known, pages};
use crate::desk::Browser;
use crate::world::{Reply, World};

/// A form with titles outside of questions, below a question's name, and in a question without one.
fn form() -> String {
    let question = |id: &str, name: &str| {
        format!(
            "<Question><QuestionIdentifier>{id}</QuestionIdentifier>{name}\
             <QuestionContent><Title>Title of {id}</Title></QuestionContent>\
             <AnswerSpecification><FreeTextAnswer/></AnswerSpecification></Question>"
        )
    };
    let questions =
        question("named", "<DisplayName>Name</DisplayName>") + &question("nameless", "");
    format!(
        "<QuestionForm xmlns=\"http://mechanicalturk.amazonaws.com/AWSMechanicalTurkDataSchemas/\
         2005-10-01/QuestionForm.xsd\"><Overview><Title>Over</Title></Overview>{questions}\
         </QuestionForm>"
    )
}

fn levels(page: &str) -> Vec<u32> {
    let heading = Regex::new("<h([1-6])[ >]").unwrap();
    heading.captures_iter(page).map(|found| found[1].parse().unwrap()).collect()
}

/// Fails if a page of ours skips a level. Answers that are no pages have no headings.
fn check(path: &str, reply: &Reply) -> bool {
    let is_page = reply
        .headers
        .get("content-type")
        .is_some_and(|kind| kind.to_str().unwrap().starts_with("text/html") && reply.status != 303);
    if is_page {
        let levels = levels(&reply.text);
        assert_eq!(levels.first(), Some(&1), "{path}: {}", reply.text);
        let in_order = levels.windows(2).all(|pair| pair[1] <= pair[0] + 1 && pair[1] > 1);
        assert!(in_order, "{path}: {levels:?}");
    }
    is_page
}

/// A market in which most lists have something to show.
async fn market(world: &World) -> Known {
    let known = Known::of(world).await;
    let hit = world.create_hit(json!({"MaxAssignments": 3})).await;
    let work = world.work("A1", &hit).await;
    let paid = json!({"AssignmentId": work, "WorkerId": "A1", "BonusAmount": "0.25",
        "Reason": "Well done."});
    world.ok("SendBonus", paid).await;
    let mail = json!({"Subject": "s", "MessageText": "t", "WorkerIds": ["A1"]});
    world.ok("NotifyWorkers", mail).await;
    let new = json!({"Title": "T", "Description": "D", "Reward": "0.05",
        "Template": "${a}<input name=b>", "Data": "a\n1\n"});
    world.done("POST", "/batches", new).await;
    world.done("POST", "/clock", json!({"advance": "0s"})).await;
    known
}

#[tokio::test]
async fn headings_of_the_site_go_down_a_level_at_a_time() {
    let world = World::new().await;
    let known = market(&world).await;
    let hit = world.create_hit(json!({"Question": form(), "Title": "Form"})).await;
    let id = world.qualify(json!({})).await;
    let asked = world.hit(&hit).await;
    let group = asked["HITGroupId"].as_str().unwrap();
    let (routes, _) = pages("site");
    let mut paths: Vec<_> = routes.iter().map(|route| known.paths(route).swap_remove(0)).collect();
    paths.extend([
        format!("/projects/{group}/tasks"),
        format!("/qualifications/{id}"),
        "/bonuses/1".to_owned(),
        "/messages/1".to_owned(),
        "/status_details/2026-01-01".to_owned(),
        "/nothing".to_owned(),
    ]);
    let browser = world.browser("A1");
    let mut count = 0;
    for path in paths.iter().filter(|path| !is_for_a_frame(path)) {
        count += usize::from(check(path, &browser.send("GET", path, &[], "").await));
    }
    assert!(count > 20, "{count} pages");
    let preview = browser.get(&format!("/projects/{group}/tasks")).await;
    assert!(preview.contains("<h2 class=\"title\">Over<"), "{preview}");
    assert!(preview.contains("<h3 class=\"title\">Title of named<"), "{preview}");
    assert!(preview.contains("<h2 class=\"title\">Title of nameless<"), "{preview}");
}

#[tokio::test]
async fn headings_of_the_desk_go_down_a_level_at_a_time() {
    let world = World::new().await;
    let known = market(&world).await;
    let form = world.create_hit(json!({"Question": form()})).await;
    let tested = world.qualify(json!({})).await;
    world.ask("A1", &tested).await;
    let mut browser = Browser::of(&world, "test").await;
    let (routes, _) = pages("desk");
    let is_walked = |route: &&String| {
        !["/sign-out", "/progress", "/live", "{address}"].iter().any(|end| route.ends_with(end))
    };
    let routes = routes.iter().filter(is_walked);
    let mut paths: Vec<_> = routes.map(|route| known.paths(route).swap_remove(0)).collect();
    paths.extend([
        format!("/requester/hits/{form}"),
        format!("/requester/qualifications/{tested}"),
        "/requester/workers/A1".to_owned(),
    ]);
    let mut count = 0;
    for path in &paths {
        let below = path.strip_prefix("/requester").unwrap();
        count += usize::from(check(path, &browser.get(&world, below).await));
    }
    assert!(count > 20, "{count} pages");
}

//! The list of HIT groups.

use rstest::rstest;
use serde_json::{Value, json};

use crate::world::World;

fn titles(list: &Value) -> Vec<String> {
    let results = list["results"].as_array().unwrap().iter();
    results.map(|group| group["title"].as_str().unwrap().to_owned()).collect()
}

/// Three groups: B of one HIT and 3 cents, a minute later A of three and 2, then C of two and 1.
async fn three() -> World {
    let world = World::new().await;
    for (title, reward, count) in [("B", "0.03", 1), ("A", "0.02", 3), ("C", "0.01", 2)] {
        for _ in 0..count {
            let words = format!("word{title}");
            world.create_hit(json!({"Title": title, "Reward": reward, "Keywords": words})).await;
        }
        world.advance("61s").await;
    }
    world
}

#[rstest]
#[case("", "CAB")]
#[case("sort=updated_asc", "BAC")]
#[case("sort=reward_desc", "BAC")]
#[case("sort=reward_asc", "CAB")]
#[case("sort=num_hits_desc", "ACB")]
#[case("sort=num_hits_asc", "BCA")]
#[case("sort=nonsense", "CAB")]
#[case("min_reward=0.02", "AB")]
#[case("filters[min_reward]=0.03&sort=num_hits_desc", "B")]
#[case("search=WORDA", "A")]
#[case("filters%5Bsearch_term%5D=picture+wordc", "C")]
#[case("search=wordA+wordB", "")]
#[case("qualified=true", "CAB")]
#[case("page_size=2", "CA")]
#[case("page_size=2&page_number=2", "B")]
#[case("page_size=2&page_number=3", "")]
#[tokio::test]
async fn groups_are_ordered_and_found(#[case] query: &str, #[case] expected: &str) {
    let world = three().await;
    let list = world.stranger().json(&format!("/projects?{query}")).await;
    assert_eq!(titles(&list).concat(), expected, "{query}");
}

#[rstest]
#[case("updated_desc")]
#[case("reward_asc")]
#[case("num_hits_desc")]
#[case("num_hits_asc")]
#[tokio::test]
async fn pages_go_on_where_the_last_ended(#[case] sort: &str) {
    let world = three().await;
    let whole = world.stranger().json(&format!("/projects?sort={sort}")).await;
    let (mut path, mut seen) = (format!("/projects?page_size=1&sort={sort}"), Vec::new());
    for _ in 0..3 {
        seen.extend(titles(&world.stranger().json(&path).await));
        let page = world.stranger().get(&path).await;
        let Some((_, rest)) = page.split_once("rel=\"next\" href=\"") else { break };
        path = format!("/projects{}", rest.split('"').next().unwrap().replace("&#38;", "&"));
    }
    assert_eq!(seen, titles(&whole));
}

#[tokio::test]
async fn a_group_has_the_members_of_the_closed_site() {
    let world = World::new().await;
    let hit = world.create_hit(json!({})).await;
    let hit = world.hit(&hit).await;
    let list = world.stranger().json("/projects").await;
    let id = hit["HITGroupId"].as_str().unwrap();
    let requester = mturk_local::ids::requester_of("test");
    assert_eq!(
        list,
        json!({"page_number": 1, "num_results": 1, "total_num_results": 1,
            "total_is_exact": true, "next_page_url": null, "results": [{
            "hit_set_id": id, "title": "Label a picture", "keywords": null,
            "description": "Say what is in the picture", "requester_id": requester,
            "requester_name": "test", "requester_url": format!("/requesters/{requester}/projects"),
            "monetary_reward": {"amount_in_dollars": 0.05, "currency_code": "USD"},
            "assignment_duration_in_seconds": 600, "assignable_hits_count": 1,
            "creation_time": "2026-01-01T00:00:00Z", "last_updated_time": "2026-01-01T00:00:00Z",
            "latest_expiration_time": "2026-01-02T00:00:00Z", "project_requirements": [],
            "caller_meets_requirements": true, "caller_meets_preview_requirements": true,
            "accept_project_task_url": format!("/projects/{id}/tasks/accept_random"),
            "project_tasks_url": format!("/projects/{id}/tasks")}]})
    );
}

#[tokio::test]
async fn a_group_leaves_the_list_with_its_last_open_hit_and_comes_back() {
    let world = World::new().await;
    let hit = world.create_hit(json!({"MaxAssignments": 1})).await;
    let listed = async || titles(&world.stranger().json("/projects").await).len();
    assert_eq!(listed().await, 1);
    let work = world.accept("A1", &hit).await;
    assert_eq!((listed().await, listed().await), (0, 0));
    world.done("POST", &format!("/assignments/{work}/return"), Value::Null).await;
    assert_eq!(listed().await, 1);
    world.advance("2d").await;
    assert_eq!((listed().await, listed().await), (0, 0));
    let later = json!({"HITId": hit, "ExpireAt": 1_767_571_200});
    world.ok("UpdateExpirationForHIT", later).await;
    assert_eq!(listed().await, 1);
    let dump = world.done("GET", "/world", Value::Null).await;
    world.done("PUT", "/world", dump).await;
    assert_eq!(listed().await, 1);
}

#[tokio::test]
async fn a_hit_takes_its_place_in_the_list_along_to_another_type() {
    let world = World::new().await;
    let hit = world.create_hit(json!({})).await;
    let new = json!({"Title": "New", "Description": "D", "Reward": "0.01",
        "AssignmentDurationInSeconds": 60});
    let made = world.ok("CreateHITType", new).await;
    let moved = json!({"HITId": hit, "HITTypeId": made["HITTypeId"]});
    world.ok("UpdateHITTypeOfHIT", moved).await;
    assert_eq!(titles(&world.stranger().json("/projects").await), ["New"]);
}

#[tokio::test]
async fn of_one_requester_there_are_only_its_own() {
    let world = World::new().await;
    world.create_hit(json!({"Title": "Mine"})).await;
    world.by("another").create_hit(json!({"Title": "Theirs"})).await;
    let id = mturk_local::ids::requester_of("another");
    let list = world.stranger().json(&format!("/requesters/{id}/projects")).await;
    assert_eq!(titles(&list), ["Theirs"]);
}

#[tokio::test]
async fn requirements_hide_mark_and_filter() {
    let world = World::new().await;
    for guard in ["Accept", "PreviewAndAccept", "DiscoverPreviewAndAccept"] {
        let requirement = json!([{"QualificationTypeId": "00000000000000000071",
            "Comparator": "EqualTo", "LocaleValues": [{"Country": "US"}],
            "ActionsGuarded": guard}]);
        let hit = json!({"Title": guard, "QualificationRequirements": requirement});
        world.create_hit(hit).await;
    }
    let traits = |country: &str| json!({"Locale": {"Country": country}});
    world.done("PUT", "/workers/A1US", traits("US")).await;
    world.done("PUT", "/workers/A1FR", traits("FR")).await;
    let list = world.browser("A1US").json("/projects").await;
    assert_eq!(list["num_results"], 3);
    let list = world.browser("A1FR").json("/projects").await;
    assert_eq!(list["num_results"], 2);
    for group in list["results"].as_array().unwrap() {
        let preview = group["title"] == "Accept";
        assert_eq!(group["caller_meets_requirements"], false);
        assert_eq!(group["caller_meets_preview_requirements"], preview);
        let requirement = &group["project_requirements"][0];
        let own = json!({"integer_value": null,
            "locale_value": {"country": "FR", "subdivision": null}});
        assert_eq!(requirement["caller_qualification_value"], own);
        assert_eq!(requirement["caller_meets_requirement"], false);
        assert_eq!(requirement["qualification_values"], json!(["US"]));
        let action = if preview { "AcceptHit" } else { "PreviewHit" };
        assert_eq!(requirement["worker_action"], action);
        assert_eq!(requirement["qualification_type"]["name"], "Worker_Locale");
        assert_eq!(requirement["qualification_request_url"], Value::Null);
    }
    assert_eq!(world.browser("A1FR").json("/projects?qualified=true").await["num_results"], 0);
    assert_eq!(world.browser("A1US").json("/projects?qualified=true").await["num_results"], 3);
}

#[tokio::test]
async fn a_requirement_has_the_members_of_the_closed_site() {
    let world = World::new().await;
    let id = world.qualify(json!({"Keywords": "france"})).await;
    let requirement = json!([{"QualificationTypeId": id, "Comparator": "In",
        "IntegerValues": [80, 90], "ActionsGuarded": "Accept"}]);
    world.create_hit(json!({"QualificationRequirements": requirement})).await;
    world.grant(&id, "A1", 80).await;
    let list = world.browser("A1").json("/projects").await;
    let expected = json!([{"qualification_type_id": id, "comparator": "In",
        "worker_action": "AcceptHit", "qualification_values": ["80", "90"],
        "caller_meets_requirement": true,
        "caller_qualification_value": {"integer_value": 80,
            "locale_value": {"country": null, "subdivision": null}},
        "qualification_type": {"qualification_type_id": id, "name": "Knows Paris",
            "description": "Has been there", "keywords": "france", "has_test": false,
            "is_requestable": true, "visibility": true},
        "qualification_request_url": format!("/qualifications/{id}/request")}]);
    assert_eq!(list["results"][0]["project_requirements"], expected);
    let group = list["results"][0]["hit_set_id"].as_str().unwrap();
    let preview = world.browser("A1").json(&format!("/projects/{group}/tasks")).await;
    assert_eq!(preview["project"]["project_requirements"], expected);
    // Nobody asks for a type that its requester has closed.
    let closed = json!({"QualificationTypeId": id, "QualificationTypeStatus": "Inactive"});
    world.ok("UpdateQualificationType", closed).await;
    let list = world.browser("A1").json("/projects").await;
    let requirement = &list["results"][0]["project_requirements"][0];
    assert_eq!(requirement["qualification_type"]["is_requestable"], false);
    assert_eq!(requirement["qualification_request_url"], Value::Null);
}

#[rstest]
#[case("page_size=2", 2)]
#[case("page_size=2&page_number=2", 1)]
#[case("page_size=2&page_number=9", 0)]
#[case("page_size=1&sort=num_hits_desc", 1)]
#[case("page_size=1&sort=num_hits_desc&page_number=3", 1)]
#[tokio::test]
async fn the_total_is_that_of_all_pages(#[case] query: &str, #[case] found: usize) {
    let world = three().await;
    let page = world.stranger().json(&format!("/projects?{query}")).await;
    assert_eq!(titles(&page).len(), found);
    assert_eq!((&page["total_num_results"], &page["total_is_exact"]), (&json!(3), &json!(true)));
    let search = world.stranger().json(&format!("/projects?{query}&search=wordA")).await;
    assert_eq!(search["total_num_results"], 1);
}

#[tokio::test]
async fn twins_go_on_where_the_last_ended() {
    let world = three().await;
    for sort in ["updated_desc", "reward_asc", "num_hits_desc"] {
        let whole = titles(&world.stranger().json(&format!("/projects?sort={sort}")).await);
        let mut path = format!("/projects?page_size=1&sort={sort}&format=json");
        let mut seen = Vec::new();
        for number in 1..=3 {
            let page: Value = serde_json::from_str(&world.stranger().get(&path).await).unwrap();
            let told = (&page["page_number"], &page["num_results"], &page["total_num_results"]);
            assert_eq!(told, (&json!(number), &json!(1), &json!(3)), "{path}");
            seen.extend(titles(&page));
            assert_eq!(page["next_page_url"].is_null(), number == 3);
            path = page["next_page_url"].as_str().unwrap_or_default().to_owned();
        }
        assert_eq!(seen, whole);
    }
    // Behind a cursor a number is a name; a page found by its number is followed by the next one.
    for (query, next) in [("", "page_number=2&after="), ("&page_number=2", "page_number=3&after=")]
    {
        let page = world.stranger().json(&format!("/projects?page_size=1{query}")).await;
        let url = page["next_page_url"].as_str().unwrap().to_owned();
        assert!(url.contains(next), "{url}");
        let renamed = url.replace(next, "page_number=7000&after=");
        let page: Value = serde_json::from_str(&world.stranger().get(&renamed).await).unwrap();
        assert_eq!((&page["page_number"], &page["num_results"]), (&json!(7000), &json!(1)));
    }
}

#[tokio::test]
async fn beyond_a_thousand_groups_a_list_goes_on_and_says_that_its_total_is_not_all() {
    let world = World::new().await;
    for number in 0..1001 {
        world.create_hit(json!({"Title": format!("T{number}")})).await;
    }
    let last = world.stranger().json("/projects?page_size=20&page_number=51").await;
    assert_eq!((&last["num_results"], &last["total_num_results"]), (&json!(0), &json!(1000)));
    assert_eq!(last["total_is_exact"], false);
    let next = world.stranger().get(last["next_page_url"].as_str().unwrap()).await;
    let next: Value = serde_json::from_str(&next).unwrap();
    assert_eq!((&next["num_results"], &next["next_page_url"]), (&json!(1), &Value::Null));
}

#[tokio::test]
async fn the_list_leads_to_the_hit_in_hand_and_says_what_is_missing() {
    let world = World::new().await;
    let id = world.qualify(json!({})).await;
    let requirement = json!([{"QualificationTypeId": id, "Comparator": "Exists",
        "ActionsGuarded": "Accept"}]);
    let guarded = json!({"Title": "Guarded", "QualificationRequirements": requirement});
    world.create_hit(guarded).await;
    let open = world.create_hit(json!({"Title": "Open", "MaxAssignments": 2})).await;
    let browser = world.browser("A1ANNA");
    let group = super::group(&world, &open).await;
    let page = browser.get("/projects").await;
    assert!(!page.contains(">Continue</a>"));
    assert!(page.contains("Knows Paris must be held: you do not have it."), "{page}");
    assert!(page.contains(&format!("<a href=\"/qualifications/{id}\">How to get it</a>")));
    let work = browser.accept(&group).await;
    let page = browser.get("/projects").await;
    let escaped = work.replace('&', "&#38;");
    assert!(page.contains(&format!("href=\"{escaped}\">Continue</a>")), "{work} {page}");
    let page = world.browser("A1BERTA").get("/projects").await;
    assert!(!page.contains(">Continue</a>"));
    world.grant(&id, "A1ANNA", 1).await;
    assert!(!browser.get("/projects").await.contains("How to get it"));
}

#[tokio::test]
async fn a_group_that_a_worker_has_done_is_not_offered_again() {
    let world = World::new().await;
    let first = world.create_hit(json!({"MaxAssignments": 2})).await;
    let group = super::group(&world, &first).await;
    let (done, more) = ("You have done this HIT<", "You have done these HITs<");
    let offered = async |worker| world.browser(worker).get("/projects").await;
    assert!(offered("A1ANNA").await.contains(">Accept</button>"));
    world.work("A1ANNA", &first).await;
    let page = offered("A1ANNA").await;
    assert!(page.contains(done) && !page.contains(">Accept</button>"), "{page}");
    assert!(offered("A1BERTA").await.contains(">Accept</button>"));
    assert!(world.stranger().get("/projects").await.contains(">Accept</button>"));
    // A new HIT of the group is there to accept; once it is done, both are.
    let second = world.create_hit(json!({"MaxAssignments": 2})).await;
    assert_eq!(super::group(&world, &second).await, group);
    assert!(offered("A1ANNA").await.contains(">Accept</button>"));
    let work = world.browser("A1ANNA").accept(&group).await;
    assert!(offered("A1ANNA").await.contains(">Continue</a>"));
    world.submit(super::assignment(&work)).await;
    let page = offered("A1ANNA").await;
    assert!(page.contains(more) && !page.contains(">Accept</button>"), "{page}");
}

#[tokio::test]
async fn a_search_may_look_like_a_parameter_of_the_page() {
    let world = three().await;
    let page = world.stranger().get("/projects?search=submitted=1").await;
    assert!(page.contains("Nothing here matches") && !page.contains("Your work was submitted"));
    assert!(page.contains("value=\"submitted=1\""), "{page}");
    let page = world.stranger().get("/projects?submitted=1&search=wordA").await;
    assert!(page.contains("Your work was submitted") && !page.contains("There are no more"));
}

#[tokio::test]
async fn the_way_back_from_the_choice_of_a_worker_does_not_grow() {
    let world = World::new().await;
    let browser = world.browser("A1");
    let mut path = "/projects?search=cat".to_owned();
    for _ in 0..3 {
        let page = browser.get(&path).await;
        let link = page.split("<p class=\"who\"><a href=\"").nth(1).unwrap();
        path = link.split('"').next().unwrap().to_owned();
        assert_eq!(path, "/workers?next=%2Fprojects%3Fsearch%3Dcat");
    }
    assert!(browser.get("/workers").await.contains("<p class=\"who\"><a href=\"/workers\">"));
}

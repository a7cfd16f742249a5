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
        json!({"page_number": 1, "num_results": 1, "total_num_results": 1, "results": [{
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
        assert_eq!(requirement["caller_qualification_value"], "FR");
        assert_eq!(requirement["caller_meets_requirement"], false);
    }
    assert_eq!(world.browser("A1FR").json("/projects?qualified=true").await["num_results"], 0);
    assert_eq!(world.browser("A1US").json("/projects?qualified=true").await["num_results"], 3);
}

//! The lists about qualifications, in pages.

use rstest::rstest;
use serde_json::{Value, json};

use super::List;
use crate::world::{World, changed};

const TYPES: List = List {
    operation: "ListQualificationTypes",
    items: "QualificationTypes",
    id: "QualificationTypeId",
};
const REQUESTS: List = List {
    operation: "ListQualificationRequests",
    items: "QualificationRequests",
    id: "QualificationRequestId",
};
const WORKERS: List =
    List { operation: "ListWorkersWithQualificationType", items: "Qualifications", id: "WorkerId" };
const REQUIRING: List =
    List { operation: "ListHITsForQualificationType", items: "HITs", id: "HITId" };

/// So many things are in each list.
const COUNT: usize = 13;

/// A list of things that all came at the same instant, what to ask for, and the whole in order.
async fn filled(list: List, world: &World) -> (Value, Vec<String>) {
    let (mut things, mut asked) = (Vec::new(), json!({}));
    if list.operation == TYPES.operation {
        asked = json!({"MustBeRequestable": true, "MustBeOwnedByCaller": true});
        for number in 0..COUNT {
            things.push(world.qualify(json!({"Name": format!("{:02}", number * 7 % 13)})).await);
        }
        things = (0..COUNT).map(|number| things[number * 2 % 13].clone()).collect();
        return (asked, things);
    }
    let id = world.qualify(json!({})).await;
    if list.operation != REQUESTS.operation {
        asked = json!({"QualificationTypeId": id});
    }
    let required = json!([{"QualificationTypeId": id, "Comparator": "Exists"}]);
    for number in 0..COUNT {
        let worker = format!("A{number}");
        if list.operation == WORKERS.operation {
            world.grant(&id, &worker, 1).await;
            things.insert(0, worker);
        } else if list.operation == REQUESTS.operation {
            things.push(world.pending(&worker, &id).await);
        } else {
            let hit = world.create_hit(json!({"QualificationRequirements": required,
                "Title": worker}));
            things.insert(0, hit.await);
        }
    }
    (asked, things)
}

#[rstest]
#[case::types(TYPES)]
#[case::requests(REQUESTS)]
#[case::workers(WORKERS)]
#[case::hits(REQUIRING)]
#[tokio::test]
async fn every_page_size_gives_the_whole_list(#[case] list: List) {
    let world = World::new().await;
    let (asked, things) = filled(list, &world).await;
    for size in [1, 2, 3, 12, 13, 14, 100] {
        let asked = changed(asked.clone(), json!({"MaxResults": size}));
        assert_eq!(list.all(&world, asked).await, things, "pages of {size}");
    }
    assert_eq!(list.page(&world, asked).await.0, things[..10], "ten unless it is said");
}

#[rstest]
#[case::types(TYPES)]
#[case::requests(REQUESTS)]
#[case::workers(WORKERS)]
#[case::hits(REQUIRING)]
#[tokio::test]
async fn a_token_is_of_its_list_alone(#[case] list: List) {
    let world = World::new().await;
    let (asked, things) = filled(list, &world).await;
    let (_, token) = list.page(&world, changed(asked.clone(), json!({"MaxResults": 5}))).await;
    let with =
        |changes: Value| changed(changed(asked.clone(), json!({"NextToken": token})), changes);
    assert_eq!(list.all(&world, with(json!({}))).await, things[5..]);
    let other = world.by("another").qualify(json!({"Name": "Other"})).await;
    let others = match list.operation {
        "ListQualificationTypes" => vec![
            json!({"MustBeOwnedByCaller": false}),
            json!({"MustBeRequestable": false}),
            json!({"Query": "0"}),
        ],
        "ListWorkersWithQualificationType" => {
            vec![json!({"Status": "Revoked"}), json!({"QualificationTypeId": other})]
        }
        _ => vec![json!({"QualificationTypeId": other})],
    };
    for changes in others {
        let said = world.fault(list.operation, with(changes)).await;
        assert!(said.ends_with("is not valid for the parameter NextToken."), "{said}");
    }
    let said = world.by("another").fault(list.operation, with(json!({}))).await;
    assert!(said.ends_with("is not valid for the parameter NextToken."), "{said}");
    let same = match list.operation {
        "ListQualificationTypes" => json!({"Query": ""}),
        "ListWorkersWithQualificationType" => json!({"Status": "Granted"}),
        _ => json!({}),
    };
    assert_eq!(list.all(&world, with(same)).await, things[5..]);
}

#[tokio::test]
async fn types_of_one_name_and_the_system_s_stand_in_one_order() {
    let world = World::new().await;
    for number in 0..9 {
        for name in ["Worker_Locale", "Masters", "worker_adult"] {
            world.by(&format!("key{number}")).qualify(json!({"Name": name})).await;
        }
    }
    let asked = json!({"MustBeRequestable": false});
    let whole = TYPES.all(&world, changed(asked.clone(), json!({"MaxResults": 100}))).await;
    assert_eq!(whole.len(), 27 + 5);
    for size in [1, 2, 5, 31, 32] {
        let asked = changed(asked.clone(), json!({"MaxResults": size}));
        assert_eq!(TYPES.all(&world, asked).await, whole, "pages of {size}");
    }
    let adults = changed(asked, json!({"Query": "ADULT", "MaxResults": 3}));
    assert_eq!(TYPES.all(&world, adults).await.len(), 10);
}

#[tokio::test]
async fn what_goes_while_paging_disturbs_no_one() {
    let world = World::new().await;
    let (asked, things) = filled(TYPES, &world).await;
    let asked = changed(asked, json!({"MaxResults": 4}));
    let (mut listed, token) = TYPES.page(&world, asked.clone()).await;
    for gone in [&things[0], &things[3], &things[6]] {
        world.ok("DeleteQualificationType", json!({"QualificationTypeId": gone})).await;
    }
    listed.extend(TYPES.all(&world, changed(asked, json!({"NextToken": token}))).await);
    assert_eq!(listed, [&things[..6], &things[7..]].concat());
    let (asked, requests) = filled(REQUESTS, &world).await;
    let mut asked = changed(asked, json!({"MaxResults": 4}));
    let mut listed = Vec::new();
    loop {
        let (ids, token) = REQUESTS.page(&world, asked.clone()).await;
        let Some(token) = token else { break };
        for id in &ids {
            world.ok("AcceptQualificationRequest", json!({"QualificationRequestId": id})).await;
        }
        listed.extend(ids);
        asked["NextToken"] = token;
    }
    assert_eq!(listed, requests, "accepting on each page skips nothing");
}

#[rstest]
#[case::requests(REQUESTS, &[])]
#[case::workers(WORKERS, &(0..COUNT).collect::<Vec<_>>())]
#[case::hits(REQUIRING, &(0..COUNT).collect::<Vec<_>>())]
#[tokio::test]
async fn a_list_of_a_deleted_type_is_read_to_its_end(#[case] list: List, #[case] stay: &[usize]) {
    let world = World::new().await;
    let (asked, things) = filled(list, &world).await;
    let listed = world.ok("ListQualificationTypes", json!({"MustBeRequestable": true})).await;
    let id = &listed["QualificationTypes"][0]["QualificationTypeId"];
    let asked = changed(asked, json!({"QualificationTypeId": id, "MaxResults": 5}));
    let (mut found, token) = list.page(&world, asked.clone()).await;
    world.ok("DeleteQualificationType", json!({"QualificationTypeId": id})).await;
    found.extend(list.all(&world, changed(asked.clone(), json!({"NextToken": token}))).await);
    let seen = |index: &usize| *index < 5 || stay.contains(index);
    let expected: Vec<_> = (0..COUNT).filter(seen).map(|index| things[index].clone()).collect();
    assert_eq!(found, expected);
    let expected: Vec<_> = stay.iter().map(|index| things[*index].clone()).collect();
    assert_eq!(list.all(&world, asked).await, expected, "from the start again");
}

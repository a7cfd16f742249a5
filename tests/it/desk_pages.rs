//! Every page of the requester's desk, of a market that holds a bit of everything.

mod links;
mod typed;

use mturk_local::turn::Profile;
use serde_json::{Value, json};

use crate::desk::Browser;
use crate::desk_batches;
use crate::world::World;

/// The market, a browser of its requester, and what stands in addresses.
struct Market {
    world: World,
    browser: Browser,
    /// A HIT with approved work by A1ANNA, and work by A1BEN that awaits review.
    hit: String,
    /// A HIT that was deleted, with approved work by A1ANNA and a bonus.
    deleted: String,
    /// A qualification type that A1ANNA has, and that A1CHEN asks for.
    of: String,
    /// A batch of two HITs, on each of which A1ANNA worked; the first one was deleted.
    batch: String,
    /// Approved work on the HIT of the batch that is left.
    of_batch: String,
}

async fn approve(world: &World, assignment_id: &str) {
    world.ok("ApproveAssignment", json!({"AssignmentId": assignment_id})).await;
}

async fn delete(world: &World, hit_id: &str) {
    world.ok("UpdateExpirationForHIT", json!({"HITId": hit_id, "ExpireAt": 0})).await;
    world.ok("DeleteHIT", json!({"HITId": hit_id})).await;
}

async fn new_type(world: &World, name: &str) -> String {
    let new = json!({"Name": name, "Description": "x", "QualificationTypeStatus": "Active"});
    let made = world.ok("CreateQualificationType", new).await;
    let id = made["QualificationType"]["QualificationTypeId"].as_str().unwrap().to_owned();
    let given = json!({"QualificationTypeId": id, "WorkerId": "A1ANNA", "IntegerValue": 7});
    world.ok("AssociateQualificationWithWorker", given).await;
    id
}

async fn market() -> Market {
    let world = World::with(|options| options.market.profile = Profile::Production).await;
    let mut browser = Browser::of(&world, "test").await;
    let hit = world.create_hit(json!({})).await;
    let deleted = world.create_hit(json!({})).await;
    for hit in [&hit, &deleted] {
        let id = world.work("A1ANNA", hit).await;
        approve(&world, &id).await;
        let bonus = json!({"WorkerId": "A1ANNA", "AssignmentId": id, "BonusAmount": "0.10",
            "Reason": "good"});
        world.ok("SendBonus", bonus).await;
    }
    world.work("A1BEN", &hit).await;
    let of = new_type(&world, "Careful").await;
    let gone = new_type(&world, "Gone").await;
    world.ok("DeleteQualificationType", json!({"QualificationTypeId": gone})).await;
    world.done("PUT", "/workers/A1CHEN", json!({})).await;
    let asked = format!("/workers/A1CHEN/qualifications/{of}/request");
    world.done("POST", &asked, Value::Null).await;
    for worker in ["A1BEN", "A1STRANGER"] {
        world.ok("CreateWorkerBlock", json!({"WorkerId": worker, "Reason": "fast"})).await;
    }
    let before = desk_batches::hits(&world).await;
    let batch = desk_batches::published(&mut browser, &world, "name\ncat\ndog\n").await;
    let mut made = desk_batches::hits(&world).await;
    made.retain(|id| !before.contains(id));
    let mut of_batch = String::new();
    for hit in &made {
        of_batch = world.work("A1ANNA", hit).await;
        approve(&world, &of_batch).await;
    }
    browser.post(&world, &format!("/hits/{deleted}/measures"), &[]).await;
    delete(&world, &deleted).await;
    delete(&world, &made[0]).await;
    Market { world, browser, hit, deleted, of, batch, of_batch }
}

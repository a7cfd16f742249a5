//! What the model says of requests is what the operations read.

use mturk_local::ops::{Call, Entry, OPERATIONS};
use mturk_local::store::requesters::Requester;
use mturk_local::wire::model::{self, Member, Shape};
use serde_json::{Value, json};

use crate::shape::sample;
use crate::world::World;

/// Runs an operation on a body that nobody compared with the model before.
async fn run(world: &World, entry: &'static Entry, body: Value) -> String {
    let call = Call { body, origin: String::new(), wants_question: false };
    let done = world.emulator.engine().write(Requester::of_key("test"), call, entry.run);
    done.await.map_or_else(|fault| fault.to_string(), |_| "done".into())
}

/// A value that is of no kind that the shape takes.
fn odd(shape: &Shape) -> Value {
    match shape {
        Shape::Structure(_) | Shape::List(_) | Shape::Boolean => json!("odd"),
        _ => json!([["odd"]]),
    }
}

#[tokio::test]
async fn each_member_of_a_request_is_read() {
    let world = World::new().await;
    for entry in OPERATIONS {
        let members = model::operation(entry.name).unwrap().input;
        let whole = sample(members);
        let said = run(&world, entry, whole.clone()).await;
        assert!(!said.contains("does not decode"), "{}: {said}", entry.name);
        for member in members {
            let mut body = whole.clone();
            body[member.name] = odd(&member.shape);
            let said = run(&world, entry, body).await;
            let read = said.contains("does not decode");
            assert!(read, "{} does not look at {}: {said}", entry.name, member.name);
        }
    }
}

#[tokio::test]
async fn a_null_is_as_good_as_nothing() {
    let world = World::new().await;
    for entry in OPERATIONS {
        let members = model::operation(entry.name).unwrap().input;
        for body in with_each_null(members) {
            let (_, answer) = world.call(entry.name, body.clone()).await;
            let said = answer["__type"].as_str().unwrap_or_default();
            assert_ne!(said, "ServiceFault", "{}: {body} {answer}", entry.name);
        }
    }
}

/// The sample with each optional member, at any depth, set to null in turn.
fn with_each_null(members: &[Member]) -> Vec<Value> {
    let mut bodies = Vec::new();
    for member in members {
        let whole = sample(members);
        let mut put = |value: Value| {
            let mut body = whole.clone();
            body[member.name] = value;
            bodies.push(body);
        };
        if !member.required {
            put(Value::Null);
        }
        match member.shape {
            Shape::Structure(inner) => with_each_null(inner).into_iter().for_each(put),
            Shape::List(Shape::Structure(inner)) => {
                for item in with_each_null(inner) {
                    put(json!([item]));
                }
            }
            _ => {}
        }
    }
    bodies
}

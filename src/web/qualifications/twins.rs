//! The pages on qualifications in JSON.
//!
//! Assumed: all but the shapes of a qualification type and of a worker's value, which requirements
//! of HITs have too.

use serde_json::{Value, json};

use crate::store::qualification_types_named::About;
use crate::time::Instant;
use crate::views::qualifications::{Asking, One, Qualifications};
use crate::web::json::{own_value, qualification_type, request_url};
use crate::web::show;

/// What the worker has, what can be asked for, and where both go on.
pub fn list(found: &Qualifications, search: &str) -> Value {
    let own = found.own.iter().map(|own| {
        json!({"qualification_type_id": own.type_id, "name": own.name,
            "description": own.description, "requester_name": own.requester_name,
            "granted_at": own.grant_at.rfc3339(),
            "value": {"integer_value": own.value,
                "locale_value": {"country": null, "subdivision": null}}})
    });
    let others = found.others.iter().map(|other| {
        let id = &other.of.id;
        let mut shown = state(id, &About::of(&other.of), other.asking);
        shown["value"] = own_value(other.value.as_ref());
        shown
    });
    let more = found.more.as_ref().map(|id| format!("/qualifications?own_after={id}&format=json"));
    let next = found.next.as_ref().map(|place| {
        let (search, name) = (show::path(search), show::path(&place.0));
        let id = &place.1;
        format!("/qualifications?search={search}&after={name}&after_id={id}&format=json")
    });
    json!({
        "results": own.collect::<Vec<_>>(),
        "next_page_url": more,
        "requestable": others.collect::<Vec<_>>(),
        "requestable_next_page_url": next,
    })
}

/// One type, and how the worker stands to it.
pub fn one(one: &One) -> Value {
    let mut shown = state(&one.id, &one.about, one.asking);
    shown["value"] = own_value(one.value.as_ref());
    shown["is_held"] = json!(one.value.is_some());
    shown["test"] = json!(one.test());
    shown
}

fn state(id: &str, about: &About, asking: Asking) -> Value {
    let time = |at: Instant| Some(at.rfc3339());
    let (word, at) = match asking {
        Asking::Now => ("Requestable", None),
        Asking::InTest(due_at) => ("Test", time(due_at)),
        Asking::Pending => ("Pending", None),
        Asking::Held => ("Granted", None),
        Asking::Once => ("NotRequestableAgain", None),
        Asking::From(at) => ("RequestableLater", time(at)),
        Asking::Closed => ("NotRequestable", None),
    };
    let mut shown = qualification_type(id, about);
    shown["state"] = json!(word);
    shown["deadline"] = json!(at.as_ref().filter(|_| word == "Test"));
    shown["requestable_at"] = json!(at.as_ref().filter(|_| word != "Test"));
    shown["qualification_request_url"] = json!(request_url(id, asking != Asking::Closed));
    shown
}

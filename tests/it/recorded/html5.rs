//! Pages that the service's check for HTML5 refused, and others.

use mturk_local::worlds::builtin::BUILTIN;
use rstest::rstest;
use serde_json::json;

use super::page;
use crate::world::{World, hit};

#[rstest]
#[case(
    "\n<p></p>\n  <body>",
    "[3,8] An “body” start tag seen but an element of the same type was \
    already open."
)]
#[case("<div id=\"container\"style='margin-top:3px'></div>", "[1,20] No space between attributes.")]
#[case(
    "<b>AT&T</b>",
    "[1,6] “&” did not start a character reference. (“&” probably should have \
    been escaped as “&amp;”.)"
)]
#[tokio::test]
async fn html_is_refused_with_place_and_content(#[case] html: &str, #[case] error: &str) {
    let world = World::new().await;
    let expected = format!(
        "ParameterValidationError HTML5ParseError: There was an error parsing the HTML5 data in \
         your request.  Please make sure the data is well-formed and validates as HTML5. Details: \
         Errors: <! {error} !> Invalid content: {html}"
    );
    let sent = hit(json!({"Question": page(html)}));
    assert_eq!(world.fault("CreateHIT", sent).await, expected);
    let layout = json!({"HITLayouts": [{"HITLayoutId": "3LAYOUT", "HTMLContent": "${a}"}]});
    world.done("POST", "/world", layout).await;
    let value = json!([{"Name": "a", "Value": html}]);
    let filled =
        hit(json!({"Question": null, "HITLayoutId": "3LAYOUT", "HITLayoutParameters": value}));
    assert_eq!(world.fault("CreateHIT", filled).await, expected);
}

/// Pages of every built-in world, loaded here, can be sent as questions too.
#[tokio::test]
async fn the_pages_of_built_in_worlds_pass() {
    let mut sent = 0;
    for builtin in BUILTIN {
        let world = World::new().await;
        world.done("POST", "/world", serde_json::from_str(builtin.text()).unwrap()).await;
        let hits = world.ok("ListHITs", json!({"MaxResults": 100})).await["HITs"].take();
        for one in hits.as_array().unwrap() {
            world.create_hit(json!({"Question": one["Question"]})).await;
            sent += 1;
        }
    }
    assert!(sent > 10, "{sent}");
}

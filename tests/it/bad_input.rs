//! Bad input: a clear error of the service's kind, nothing stored, nothing shown of our insides,
//! and the server goes on.

mod control;

use axum::body::Body;
use axum::http::{Method, Request};
use rstest::rstest;
use serde_json::{Value, json};

use crate::shape;
use crate::state::state;
use crate::world::{QUESTION, World, hit};

/// Sends something bad; the fault in one line, with its status. Nothing may have changed.
async fn refused(world: &World, request: Request<Body>) -> String {
    let before = state(world).await;
    let reply = world.send(request).await;
    shape::check("CreateHIT", &reply);
    assert_ne!(reply.status, 200, "{}", reply.text);
    assert_eq!(state(world).await, before, "{}", reply.text);
    world.ok("GetAccountBalance", json!({})).await;
    format!("{} {}", reply.status, shape::fault(&reply.json()))
}

async fn body_refused(operation: &str, body: impl Into<Body>) -> String {
    let world = World::new().await;
    refused(&world, world.request(operation, body)).await
}

fn nested(depth: usize) -> String {
    format!("{{\"x\":{}{}}}", "[".repeat(depth), "]".repeat(depth))
}

#[rstest]
#[case::empty(b"".to_vec())]
#[case::blank(b"  \n".to_vec())]
#[case::text(b"HITId=3X".to_vec())]
#[case::cut_off(b"{\"HITId\":\"3X".to_vec())]
#[case::comma(b"{\"HITId\":\"3X\",}".to_vec())]
#[case::two(b"{}{}".to_vec())]
#[case::single_quotes(b"{'HITId':'3X'}".to_vec())]
#[case::nan(b"{\"HITId\":NaN}".to_vec())]
#[case::raw_control(b"{\"HITId\":\"3\x00X\"}".to_vec())]
#[case::latin1(b"{\"HITId\":\"3\xe9X\"}".to_vec())]
#[case::overlong(b"{\"HITId\":\"\xc0\xaf\"}".to_vec())]
#[case::half_a_surrogate(b"{\"HITId\":\"\\ud800\"}".to_vec())]
#[case::utf16(vec![0xff, 0xfe, b'{', 0, b'}', 0])]
#[case::deep(nested(100_000).into_bytes())]
#[case::zip(vec![0x1f, 0x8b, 8, 0, 0, 0, 0, 0])]
#[tokio::test]
async fn what_is_no_json_is_refused(#[case] body: Vec<u8>) {
    let said = body_refused("GetHIT", body).await;
    assert!(
        said.starts_with("400 SerializationException: The body is not JSON in UTF-8"),
        "{said}"
    );
}

#[rstest]
#[case(json!([]), "Start of list found where not expected")]
#[case(json!("x"), "Unexpected field type")]
#[case(json!(5), "Unexpected field type")]
#[case(json!(null), "Unexpected field type")]
#[case(json!({"HITId": 5}), "NUMBER_VALUE can not be converted to a String")]
#[case(json!({"HITId": true}), "TRUE_VALUE can not be converted to a String")]
#[case(json!({"HITId": ["3X"]}), "Start of list found where not expected")]
#[case(json!({"HITId": {"a": 1}}), "Start of structure or map found where not expected.")]
#[case(json!({"HITId": "3X", "MaxResults": "10"}),
    "STRING_VALUE can not be converted to an Integer")]
#[case(json!({"HITId": "3X", "MaxResults": 1.5}),
    "NUMBER_VALUE can not be converted to an Integer")]
#[case(json!({"HITId": "3X", "MaxResults": 3_000_000_000_u64}),
    "NUMBER_VALUE can not be converted to an Integer")]
#[case(json!({"HITId": "3X", "AssignmentStatuses": "Submitted"}), "Expected list or null")]
#[case(json!({"HITId": "3X", "AssignmentStatuses": [1]}),
    "NUMBER_VALUE can not be converted to a String")]
#[tokio::test]
async fn the_wrong_kind_of_value_is_refused(#[case] body: Value, #[case] expected: &str) {
    let said = body_refused("ListAssignmentsForHIT", body.to_string()).await;
    assert_eq!(said, format!("400 SerializationException: {expected}"));
}

#[tokio::test]
async fn unknown_members_are_ignored_however_deep() {
    let world = World::new().await;
    let sent = json!({"QualificationRequirement": [{"x": null}], "x": {"y": [[[[]]]]}, "\u{0}": 1,
        "QualificationRequirements": [{"QualificationTypeId": "00000000000000000060",
            "Comparator": "Exists", "IntegerValue": [5]}]});
    let id = world.create_hit(sent).await;
    let shown = world.hit(&id).await;
    let requirement = shown["QualificationRequirements"][0].as_object().unwrap();
    assert_eq!(requirement.len(), 4, "{requirement:?}");
    let deep = nested(100).replacen('{', "{\"MaxResults\":1,", 1);
    let reply = world.send(world.request("ListHITs", deep)).await;
    assert_eq!(reply.status, 200, "{}", reply.text);
}

#[rstest]
#[case::lower("3x")]
#[case::dashed("3-X")]
#[case::blank("3 X")]
#[case::line_feed("3X\n")]
#[case::zero("3\u{0}X")]
#[case::greek("3Ω")]
#[case::sql("3' OR '1'='1")]
#[tokio::test]
async fn ids_of_another_form_are_refused(#[case] id: &str) {
    let said = body_refused("GetHIT", json!({"HITId": id}).to_string()).await;
    let expected = "failed to satisfy constraint: Member must satisfy regular expression pattern: \
                    ^[A-Z0-9]+$";
    assert!(said.starts_with("400 ValidationException: 1 validation error detected: "), "{said}");
    assert!(said.ends_with(&format!(" at 'hITId' {expected}")), "{said}");
}

#[tokio::test]
async fn text_that_xml_cannot_carry_is_refused_in_every_member() {
    let odd =
        ["\u{0}", "\u{1}", "\u{8}", "\u{b}", "\u{c}", "\u{e}", "\u{1f}", "\u{fffe}", "\u{ffff}"];
    let world = World::new().await;
    for member in ["Title", "Description", "Keywords", "RequesterAnnotation", "UniqueRequestToken"]
    {
        for text in odd {
            let body = hit(json!({member: format!("a{text}b")}));
            let said = refused(&world, world.request("CreateHIT", body.to_string())).await;
            let value = format!("The value \"a?b\" is not valid for the parameter {member}.");
            assert_eq!(said, format!("400 RequestError InvalidParameterValue: {value}"));
        }
        world.create_hit(json!({member: "a\tb\r\nc\u{7f}\u{85}é\u{1f600}"})).await;
    }
}

#[tokio::test]
async fn a_body_of_more_than_a_megabyte_is_refused() {
    for size in [1 << 20, 2 << 20] {
        let body = json!({"HITId": "3X", "x": "y".repeat(size)}).to_string();
        let said = body_refused("GetHIT", body).await;
        let expected = "The request has more than 1048576 bytes.";
        assert_eq!(said, format!("413 RequestEntityTooLargeException: {expected}"));
    }
    let world = World::new().await;
    let body = json!({"x": "y".repeat((1 << 20) - 8)}).to_string();
    assert_eq!(body.len(), 1 << 20);
    assert_eq!(world.send(world.request("ListHITs", body)).await.status, 200);
}

#[rstest]
#[case(Some("text/plain"), false)]
#[case(Some("application/x-www-form-urlencoded"), false)]
#[case(Some("application/xml"), false)]
#[case(Some(""), false)]
#[case(Some("application/x-amz-json-1.1; charset=utf-8"), true)]
#[case(Some("Application/JSON"), true)]
#[case(Some("application/x-amz-json-1.0"), true)]
#[case(None, true)]
#[tokio::test]
async fn the_content_type_is_json(#[case] content_type: Option<&str>, #[case] taken: bool) {
    let world = World::new().await;
    let mut request = world.request("ListHITs", "{}");
    request.headers_mut().remove("content-type");
    if let Some(content_type) = content_type {
        request.headers_mut().insert("content-type", content_type.parse().unwrap());
    }
    if taken {
        assert_eq!(world.send(request).await.status, 200);
        return;
    }
    let expected = "The content type is not application/x-amz-json-1.1.";
    assert_eq!(refused(&world, request).await, format!("400 SerializationException: {expected}"));
}

#[rstest]
#[case(Method::GET)]
#[case(Method::PUT)]
#[case(Method::DELETE)]
#[case(Method::PATCH)]
#[tokio::test]
async fn a_target_wants_post(#[case] method: Method) {
    let world = World::new().await;
    let mut request = world.request("CreateHIT", hit(json!({})).to_string());
    *request.method_mut() = method;
    let expected = "The Requester API answers POST requests.";
    assert_eq!(
        refused(&world, request).await,
        format!("404 UnknownOperationException: {expected}")
    );
}

#[rstest]
#[case(None, 404)]
#[case(Some("MTurkRequesterServiceV20170117."), 400)]
#[case(Some("MTurkRequesterServiceV20170117.createHIT"), 400)]
#[case(Some("MTurkRequesterServiceV20170117.CreateHIT "), 400)]
#[case(Some("MTurkRequesterServiceV20140815.CreateHIT"), 400)]
#[case(Some("CreateHIT"), 400)]
#[case(Some("DynamoDB_20120810.ListTables"), 400)]
#[tokio::test]
async fn only_the_api_s_operations_exist(#[case] target: Option<&str>, #[case] status: u16) {
    let world = World::new().await;
    let mut request = world.request("CreateHIT", hit(json!({})).to_string());
    request.headers_mut().remove("x-amz-target");
    if let Some(target) = target {
        request.headers_mut().insert("x-amz-target", target.parse().unwrap());
    }
    let expected = "The operation that X-Amz-Target names does not exist.";
    let said = refused(&world, request).await;
    assert_eq!(said, format!("{status} UnknownOperationException: {expected}"));
}

/// Entities that grow, that read files, that call out; documents that are deep or wide.
fn hostile_questions() -> Vec<String> {
    let grown: Vec<String> = (1..10)
        .map(|n| format!("<!ENTITY e{n} \"{}\">", format!("&e{};", n - 1).repeat(10)))
        .collect();
    let grown = grown.concat();
    let wide: Vec<String> = (0..6_000).map(|n| format!("a{n}='' ")).collect();
    let with = |doctype: &str, url: &str| {
        let question = QUESTION.replace("https://example.com/task", url);
        format!("<!DOCTYPE ExternalQuestion [{doctype}]>{question}")
    };
    vec![
        with(&format!("<!ENTITY e0 \"https://x\">{grown}"), "&e9;"),
        with("<!ENTITY x SYSTEM \"file:///etc/passwd\">", "https://x/&x;"),
        with("<!ENTITY x SYSTEM \"http://127.0.0.1:1/\">", "https://x/&x;"),
        with("<!ENTITY % p SYSTEM \"http://127.0.0.1:1/\"> %p;", "https://x"),
        with("<!ENTITY a \"&b;\"><!ENTITY b \"&a;\">", "&a;"),
        QUESTION.replace("https://example.com/task", "&undefined;"),
        format!("{}{}", "<a>".repeat(9_000), "</a>".repeat(9_000)),
        format!("<a {}/>", wide.concat()),
        QUESTION.replace("</ExternalQuestion>", ""),
        QUESTION.replace("<ExternalURL>", "<ExternalUrl>"),
        format!("{QUESTION}{QUESTION}"),
        "<ExternalQuestion/>".to_owned(),
        "\u{feff}".to_owned(),
        "{\"HTML\": \"\"}".to_owned(),
        "<?xml version=\"1.0\" encoding=\"UTF-16\"?><a/>".to_owned(),
        "<![CDATA[".to_owned(),
        "<!--".to_owned(),
    ]
}

#[tokio::test]
async fn hostile_questions_are_refused_at_once() {
    let world = World::new().await;
    for question in hostile_questions() {
        let body = hit(json!({"Question": question})).to_string();
        let said = refused(&world, world.request("CreateHIT", body)).await;
        let expected = "400 ParameterValidationError XMLParseError: There was an error parsing the \
            XML question or answer data in your request.  Please make sure the data is well-formed \
            and validates against the appropriate schema. Details: ";
        assert!(said.starts_with(expected), "{question:.99}: {said}");
        assert!(!said.contains("root:") && said.len() < 1000, "{said}");
    }
}

//! One HIT, and its forms.

use serde_json::{Value, json};

use super::{Browser, location};
use crate::reviews;
use crate::site::frame;
use crate::world::{World, changed};

const HTML: &str = concat!(
    "<HTMLQuestion xmlns=\"http://mechanicalturk.amazonaws.com/",
    "AWSMechanicalTurkDataSchemas/2011-11-11/HTMLQuestion.xsd\"><HTMLContent><![CDATA[",
    "<!DOCTYPE html><html><head><title>t</title></head><body>",
    "<form action=\"https://www.mturk.com/mturk/externalSubmit\"><p>Which one?</p></form>",
    "<script>parent.stolen = 1</script></body></html>]]></HTMLContent>",
    "<FrameHeight>300</FrameHeight></HTMLQuestion>"
);

const FORM: &str = concat!(
    "<QuestionForm xmlns=\"http://mechanicalturk.amazonaws.com/",
    "AWSMechanicalTurkDataSchemas/2017-11-06/QuestionForm.xsd\"><Question>",
    "<QuestionIdentifier>q</QuestionIdentifier>",
    "<QuestionContent><Text>Which colour?</Text></QuestionContent>",
    "<AnswerSpecification><FreeTextAnswer/></AnswerSpecification></Question></QuestionForm>"
);

#[tokio::test]
async fn a_hit_shows_its_parameters_counts_question_and_events() {
    let world = World::new().await;
    let requirement = json!([{"QualificationTypeId": "00000000000000000040",
        "Comparator": "GreaterThanOrEqualTo", "IntegerValues": [5],
        "ActionsGuarded": "DiscoverPreviewAndAccept"}]);
    let hit_id = world.create_hit(json!({"RequesterAnnotation": "batch <7>"})).await;
    world.work("A1ANNA", &hit_id).await;
    world.accept("A1BERT", &hit_id).await;
    let mut browser = Browser::of(&world, "test").await;
    let page = browser.get(&world, &format!("/hits/{hit_id}")).await;
    assert_eq!(page.status, 200, "{}", page.text);
    for part in [
        "<h1>Label a picture</h1>",
        "Say what is in the picture",
        "batch &#60;7&#62;",
        "$0.05",
        "3 assignments",
        "1 submitted",
        "1 in work",
        "1 free",
        "title=\"2026-01-02 00:00:00 UTC\">expires in 1 day<",
        "https://example.com/task?assignmentId=ASSIGNMENT_ID_NOT_AVAILABLE",
        "HITCreated",
        "AssignmentSubmitted</span>",
        "A1ANNA",
        &format!("/requester/hits/{hit_id}/answers"),
    ] {
        assert!(page.text.contains(part), "{part}: {}", page.text);
    }
    assert!(!page.text.contains("rejected</span>"), "what there is none of is not named");
    let guarded =
        world.create_hit(json!({"Question": HTML, "QualificationRequirements": requirement})).await;
    let page = browser.get(&world, &format!("/hits/{guarded}")).await.text;
    let required = "<li>Worker_NumberHITsApproved must be 5 or more</li>";
    assert!(page.contains(required), "{page}");
    assert!(page.contains("src=\"/mturk/frame/") && page.contains("sandbox=\"allow-scripts"));
    let known =
        json!({"AnswerKey": {"q<1>": ["a", "b"]}, "ApproveIfKnownAnswerScoreIsAtLeast": "80"});
    let plural = json!({"QuestionIds": ["q2", "q3"], "QuestionAgreementThreshold": "51"});
    let policies = changed(reviews::known(&known), reviews::plurality(&plural));
    let policies = world.create_hit(policies).await;
    let page = browser.get(&world, &format!("/hits/{policies}")).await.text;
    for part in [
        "<code>ScoreMyKnownAnswers/2011-09-01</code>",
        "<li>AnswerKey, q&#60;1&#62;: a, b</li>",
        "<li>ApproveIfKnownAnswerScoreIsAtLeast: 80</li>",
        "<code>SimplePlurality/2011-09-01</code>",
        "<li>QuestionIds: q2, q3</li>",
    ] {
        assert!(page.contains(part), "{part}: {page}");
    }
    let form = world.create_hit(json!({"Question": FORM})).await;
    let page = browser.get(&world, &format!("/hits/{form}")).await.text;
    assert!(page.contains("Which colour?") && page.contains("disabled"), "{page}");
}

#[tokio::test]
async fn html_of_a_hit_has_no_origin_without_a_host_of_its_own() {
    let world = World::new().await;
    let hit_id = world.create_hit(json!({"Question": HTML})).await;
    let mut browser = Browser::of(&world, "test").await;
    let page = browser.get(&world, &format!("/hits/{hit_id}")).await.text;
    assert!(!page.contains("parent.stolen"), "it stays in its frame");
    // The page around has asked for its cookie; the address is good without one.
    let frame = Browser::default().get_any(&world, &self::frame(&page)).await;
    assert_eq!(frame.status, 200);
    let policy = frame.headers["content-security-policy"].to_str().unwrap();
    assert!(policy.starts_with("sandbox ") && !policy.contains("allow-same-origin"), "{policy}");
    assert!(
        policy.contains("frame-ancestors 'self'") && !frame.headers.contains_key("x-frame-options")
    );
    assert!(frame.text.contains("action=\"http://localhost:1770/mturk/externalSubmit\""));
}

#[tokio::test]
async fn a_stranger_sees_and_changes_nothing() {
    let world = World::new().await;
    let hit_id = world.create_hit(json!({"Title": "Secret title"})).await;
    let before = world.hit(&hit_id).await;
    let mut other = Browser::of(&world, "OTHER").await;
    let missing = other.get(&world, "/hits/3NOBODY").await;
    let foreign = other.get(&world, &format!("/hits/{hit_id}")).await;
    assert_eq!((missing.status, foreign.status), (404, 404));
    assert_eq!(foreign.text.replace(&hit_id, "3NOBODY"), missing.text);
    let list = other.get(&world, "/hits").await.text;
    assert!(!list.contains("Secret title"));
    let type_id = before["HITTypeId"].as_str().unwrap();
    let of_type = other.get(&world, &format!("/hits?type={type_id}")).await.text;
    assert!(!of_type.contains("Secret title"));
    for (form, fields) in [
        ("extend", &[("length", "1"), ("unit", "86400")][..]),
        ("add", &[("count", "1")]),
        ("expire", &[]),
        ("delete", &[]),
        ("type", &[("type", "3X")]),
    ] {
        let refused = other.post(&world, &format!("/hits/{hit_id}/{form}"), fields).await;
        assert_eq!(refused.status, 404, "{form}");
    }
    assert_eq!(world.hit(&hit_id).await, before);
}

#[tokio::test]
async fn forms_do_what_the_operations_do() {
    let world = World::new().await;
    let hit_id = world.create_hit(json!({})).await;
    let mut browser = Browser::of(&world, "test").await;
    let path = |form: &str| format!("/hits/{hit_id}/{form}");
    let hit = || async { world.hit(&hit_id).await };
    let extend = [("length", "2"), ("unit", "86400")];
    let done = browser.post(&world, &path("extend"), &extend).await;
    let to = location(&done).to_owned();
    assert_eq!(to, format!("/requester/hits/{hit_id}?done=extend"));
    let page = browser.get(&world, &to["/requester".len()..]).await.text;
    assert!(page.contains("role=\"status\">The HIT lasts longer now."), "{page}");
    assert!(page.contains("title=\"2026-01-04 00:00:00 UTC\">expires in 3 days<"), "{page}");
    location(&browser.post(&world, &path("add"), &[("count", "4")]).await);
    assert_eq!(hit().await["MaxAssignments"], 7);
    let other = world.create_hit(json!({"Title": "Another"})).await;
    let type_id = world.hit(&other).await["HITTypeId"].as_str().unwrap().to_owned();
    location(&browser.post(&world, &path("type"), &[("type", &type_id)]).await);
    assert_eq!(hit().await["Title"], "Another");
    location(&browser.post(&world, &path("expire"), &[]).await);
    assert_eq!(hit().await["HITStatus"], "Reviewable");
    let expired = browser.get(&world, &format!("/hits/{hit_id}")).await.text;
    assert!(expired.contains("7 not taken"), "{expired}");
    assert!(expired.contains("expired now") && !expired.contains("Expire now"), "{expired}");
    let again = browser.post(&world, &path("extend"), &[("length", "1"), ("unit", "3600")]).await;
    location(&again);
    assert_eq!(hit().await["HITStatus"], "Assignable", "from now, since it had expired");
    location(&browser.post(&world, &path("expire"), &[]).await);
    location(&browser.post(&world, &path("delete"), &[]).await);
    let deleted = browser.get(&world, &format!("/hits/{hit_id}")).await.text;
    assert!(deleted.contains(">Deleted<") && !deleted.contains("Change this HIT"));
    assert!(!browser.get(&world, "/hits").await.text.contains(&hit_id));
    assert!(browser.get(&world, "/hits?status=Disposed").await.text.contains(&hit_id));
}

#[tokio::test]
async fn refusals_are_those_of_the_api_beside_the_form() {
    let world = World::new().await;
    let hit_id = world.create_hit(json!({})).await;
    let mut browser = Browser::of(&world, "test").await;
    let worked = world.create_hit(json!({"MaxAssignments": 1})).await;
    world.work("A1ANNA", &worked).await;
    let before = [world.hit(&hit_id).await, world.hit(&worked).await];
    for (id, form, fields, said, advice) in [
        (
            &hit_id,
            "delete",
            &[][..],
            "currently in the state &#39;Assignable&#39;",
            "Expire it first",
        ),
        (
            &worked,
            "delete",
            &[],
            "currently in the state &#39;Reviewable&#39;",
            "approved or rejected",
        ),
        (&hit_id, "add", &[("count", "7")], "fewer than 10 assignments", ""),
        (&hit_id, "add", &[("count", "0")], "NumberOfAdditionalAssignments", ""),
        (&hit_id, "add", &[("count", "many")], "“many” is not a whole number", ""),
        (&hit_id, "add", &[], "“” is not a whole number", ""),
        (&hit_id, "extend", &[("length", "366"), ("unit", "86400")], "365 days at most", ""),
        (&hit_id, "extend", &[("length", "0"), ("unit", "86400")], "“0” is not", ""),
        (&hit_id, "extend", &[("length", "-1"), ("unit", "-1")], "“-1” is not", ""),
        (&hit_id, "extend", &[("length", "9223372036854775807"), ("unit", "60")], "is not", ""),
        (&hit_id, "extend", &[("length", "9999999999"), ("unit", "86400")], "is not", ""),
        (&hit_id, "type", &[("type", "3NONE<b>")], "3NONE&#60;b&#62;", "HIT type of your own"),
        (&worked, "type", &[("type", "3NONE")], "3NONE", ""),
    ] {
        let refused = browser.post(&world, &format!("/hits/{id}/{form}"), fields).await;
        assert!((400..500).contains(&refused.status), "{form} {fields:?}: {}", refused.status);
        assert!(refused.text.contains("role=\"alert\""), "{form} {fields:?}: {}", refused.text);
        assert!(refused.text.contains("That was not done."), "{}", refused.text);
        assert!(refused.text.contains(said), "{said}: {}", refused.text);
        assert!(refused.text.contains(advice), "{advice}: {}", refused.text);
        for (_, value) in fields {
            let value = value.replace('<', "&#60;").replace('>', "&#62;");
            assert!(refused.text.contains(&format!("value=\"{value}\"")), "{value} is kept");
        }
    }
    assert_eq!([world.hit(&hit_id).await, world.hit(&worked).await], before);
    assert_eq!(browser.post(&world, &format!("/hits/{hit_id}/odd"), &[]).await.status, 404);
}

#[tokio::test]
async fn fault_rules_are_for_programs() {
    let world = World::new().await;
    let hit_id = world.create_hit(json!({})).await;
    world.done("POST", "/faults", json!({"Error": "ServiceFault"})).await;
    let mut browser = Browser::of(&world, "test").await;
    let done = browser.post(&world, &format!("/hits/{hit_id}/expire"), &[]).await;
    location(&done);
    world.done("DELETE", "/faults", Value::Null).await;
    assert_eq!(world.hit(&hit_id).await["HITStatus"], "Reviewable");
}

//! Checks of a new HIT, besides its type.

use crate::fault::{Code, Fault};
use crate::rules::question;
use crate::rules::question::layout::Layout;
use crate::rules::{limits, review_policy};
use crate::shapes::hit::NewHit;

/// Checks what a requester sent, and returns the question; `layout` is the one that is named,
/// if the requester has it.
pub fn check(sent: &NewHit, layout: Option<&Layout>) -> Result<String, Fault> {
    limits::LIFETIME_S.check("LifetimeInSeconds", sent.lifetime_in_seconds)?;
    limits::ASSIGNMENTS.check("MaxAssignments", sent.max_assignments.unwrap_or(1))?;
    let annotation = sent.requester_annotation.as_deref();
    limits::optional_at_most("RequesterAnnotation", annotation, limits::REQUESTER_ANNOTATION)?;
    review_policy::read(sent.assignment_review_policy.as_ref(), sent.hit_review_policy.as_ref())?;
    choose(sent, layout)
}

/// A HIT has a question or a layout, not both. Assumed: the sentences on layouts, and that values
/// without a layout are refused.
fn choose(sent: &NewHit, layout: Option<&Layout>) -> Result<String, Fault> {
    let parameters = sent.hit_layout_parameters.as_deref().unwrap_or_default();
    match (sent.question.as_deref(), sent.hit_layout_id.as_deref()) {
        (Some(_), Some(_)) => {
            Err(Fault::parameter("Either Question or HITLayoutId can be given, not both."))
        }
        (Some(_), None) if !parameters.is_empty() => {
            Err(Fault::parameter("HITLayoutParameters can be given only with HITLayoutId."))
        }
        (Some(question), None) if !question.is_empty() => {
            question::check(question)?;
            Ok(question.to_owned())
        }
        (None, Some(id)) => {
            let unknown = || format!("HITLayout {id} does not exist.");
            let layout =
                layout.ok_or_else(|| Fault::refused(Code::HitLayoutDoesNotExist, unknown()))?;
            layout.question(parameters)
        }
        _ => Err(limits::empty("Question")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::{Value, json};

    const QUESTION: &str = concat!(
        "<ExternalQuestion xmlns=\"http://mechanicalturk.amazonaws.com/",
        "AWSMechanicalTurkDataSchemas/2006-07-14/ExternalQuestion.xsd\">",
        "<ExternalURL>https://example.com</ExternalURL><FrameHeight>0</FrameHeight>",
        "</ExternalQuestion>"
    );

    fn code(change: &Value) -> Result<String, &'static str> {
        made(change, None)
    }

    fn made(change: &Value, layout: Option<&Layout>) -> Result<String, &'static str> {
        let mut sent = json!({"LifetimeInSeconds": 60, "Question": QUESTION});
        sent.as_object_mut().unwrap().extend(change.as_object().unwrap().clone());
        check(&serde_json::from_value(sent).unwrap(), layout)
            .map_err(|fault| fault.code().map_or("another fault", Code::as_str))
    }

    #[test]
    fn a_hit_has_one_question() {
        assert_eq!(code(&json!({})), Ok(QUESTION.to_owned()));
        assert_eq!(code(&json!({"Question": null})), Err("InvalidParameterValue"));
        assert_eq!(code(&json!({"Question": ""})), Err("InvalidParameterValue"));
        assert_eq!(code(&json!({"Question": "who what?"})), Err("XMLParseError"));
        assert_eq!(code(&json!({"HITLayoutId": "3L"})), Err("InvalidParameterValue"));
        let layout = json!({"Question": null, "HITLayoutId": "3L"});
        assert_eq!(code(&layout), Err("HITLayoutDoesNotExist"));
        let values = json!([{"Name": "a", "Value": "b"}]);
        let strange = json!({"HITLayoutParameters": values});
        assert_eq!(code(&strange), Err("InvalidParameterValue"));
        let page = Layout { html: "<p>${a}</p>".to_owned(), frame_height: 0 };
        assert_eq!(made(&layout, Some(&page)), Err("InvalidParameterValue"));
        let filled = json!({"Question": null, "HITLayoutId": "3L", "HITLayoutParameters": values});
        assert!(made(&filled, Some(&page)).unwrap().contains("<p>b</p>"));
        let whole = Layout { html: "${a}]]>".to_owned(), frame_height: 0 };
        assert!(made(&filled, Some(&whole)).is_ok());
        let broken = Layout { html: "${a}\u{ffff}".to_owned(), frame_height: 0 };
        assert_eq!(made(&filled, Some(&broken)), Err("XMLParseError"));
    }

    #[test]
    fn numbers_and_notes_have_limits() {
        for (change, allowed) in [
            (json!({"LifetimeInSeconds": 29}), false),
            (json!({"LifetimeInSeconds": 30}), true),
            (json!({"MaxAssignments": 0}), false),
            (json!({"MaxAssignments": 1_000_000_000}), true),
            (json!({"RequesterAnnotation": "x".repeat(255)}), true),
            (json!({"RequesterAnnotation": "x".repeat(256)}), false),
            (json!({"RequesterAnnotation": "é".repeat(255)}), true),
            (json!({"HITReviewPolicy": {"PolicyName": "Other/2011-09-01"}}), false),
        ] {
            assert_eq!(code(&change).is_ok(), allowed, "{change}");
        }
    }
}

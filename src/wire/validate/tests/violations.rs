use serde_json::{Value, json};

use super::*;

#[test]
fn violations_read_as_recorded() {
    check_validation(
        "SendBonus",
        &json!({"WorkerId": "A1", "AssignmentId": "3A", "Reason": "", "BonusAmount": "0.9752"}),
        "1 validation error detected: Value '0.9752' at 'bonusAmount' failed to satisfy \
         constraint: Member must satisfy regular expression pattern: ^[0-9]+(\\.)?[0-9]{0,2}$",
    );
    check_validation(
        "CreateWorkerBlock",
        &json!({}),
        "2 validation errors detected: Value null at 'workerId' failed to satisfy constraint: \
         Member must not be null; Value null at 'reason' failed to satisfy constraint: \
         Member must not be null",
    );
}

#[test]
fn each_constraint_holds() {
    let (long, quoted) = ("X".repeat(65), format!("'{}'", "X".repeat(65)));
    let short = "have length less than or equal to 64";
    let hundred = "have value less than or equal to 100";
    let statuses = "satisfy enum value set: [Reviewable, Reviewing]";
    for (name, body, violation) in [
        ("GetHIT", json!({"HITId": "dud"}), ("'dud'", "hITId", ID)),
        ("GetHIT", json!({"HITId": "3X\n"}), ("'3X\n'", "hITId", ID)),
        ("GetHIT", json!({"HITId": long}), (&*quoted, "hITId", short)),
        ("ListHITs", json!({"NextToken": ""}), ("''", "nextToken", NOT_EMPTY)),
        ("ListHITs", json!({"MaxResults": 101}), ("'101'", "maxResults", hundred)),
        ("ListHITs", json!({"MaxResults": 0}), ("'0'", "maxResults", POSITIVE)),
        ("ListReviewableHITs", json!({"Status": "x"}), ("'x'", "status", statuses)),
    ] {
        check_violations(name, &body, &[violation]);
    }
}

#[test]
fn all_violations_are_named_in_the_order_of_the_members() {
    check_violations(
        "ListAssignmentsForHIT",
        &json!({"MaxResults": -1, "NextToken": "", "HITId": ""}),
        &[
            ("''", "hITId", NOT_EMPTY),
            ("''", "hITId", ID),
            ("''", "nextToken", NOT_EMPTY),
            ("'-1'", "maxResults", POSITIVE),
        ],
    );
}

#[test]
fn a_structure_is_named_by_its_place() {
    let mut body = sample_of(operation("UpdateNotificationSettings").unwrap().input.iter());
    body["Notification"]["Transport"] = Value::Null;
    let violation = ("null", "notification.transport", NOT_NULL);
    check_violations("UpdateNotificationSettings", &body, &[violation]);

    let mut body = sample_of(operation("CreateHITType").unwrap().input.iter());
    let locales = json!([{"Country": "USA"}, {"Subdivision": "A"}]);
    body["QualificationRequirements"][1] = json!({"Comparator": "In", "LocaleValues": locales});
    let at = |path: &str| format!("qualificationRequirements.2.member.{path}");
    let (first, second) = (at("localeValues.1.member"), at("localeValues.2.member"));
    let (country, other) = (format!("{first}.country"), format!("{second}.country"));
    check_violations(
        "CreateHITType",
        &body,
        &[
            ("null", &at("qualificationTypeId"), NOT_NULL),
            ("'USA'", &country, "have length less than or equal to 2"),
            ("null", &other, NOT_NULL),
            ("'A'", &format!("{second}.subdivision"), "have length greater than or equal to 2"),
        ],
    );
}

#[test]
fn bad_scalars_of_a_list_are_one_violation_of_the_list() {
    let statuses = "satisfy constraint: \
        [Member must satisfy enum value set: [Submitted, Approved, Rejected]]";
    check_violations(
        "ListAssignmentsForHIT",
        &json!({"HITId": "3X", "AssignmentStatuses": ["Submitted", "x", "y"]}),
        &[("'[Submitted, x, y]'", "assignmentStatuses", statuses)],
    );
    let ids = "satisfy constraint: [Member must have length less than or equal to 64, \
        Member must have length greater than or equal to 1, \
        Member must satisfy regular expression pattern: ^A[A-Z0-9]+$]";
    check_violations(
        "NotifyWorkers",
        &json!({"Subject": "", "MessageText": "", "WorkerIds": ["A1", "", "B2"]}),
        &[("'[A1, , B2]'", "workerIds", ids)],
    );
    check_accepted("NotifyWorkers", &json!({"Subject": "", "MessageText": "", "WorkerIds": []}));
}

#[test]
fn a_null_in_a_list_is_a_violation_at_its_place() {
    let policy = json!({"PolicyName": "p", "Parameters": [null, {"Values": ["v", null]}]});
    check_violations(
        "CreateHITWithHITType",
        &json!({"HITTypeId": "3X", "LifetimeInSeconds": 60, "HITReviewPolicy": policy}),
        &[
            ("null", "hITReviewPolicy.parameters.1.member", NOT_NULL),
            ("null", "hITReviewPolicy.parameters.2.member.values.2.member", NOT_NULL),
        ],
    );
    let levels = "satisfy constraint: [Member must satisfy enum value set: [Assignment, HIT]]";
    check_violations(
        "ListReviewPolicyResultsForHIT",
        &json!({"HITId": "3X", "PolicyLevels": [null, "x"]}),
        &[("'[null, x]'", "policyLevels", levels), ("null", "policyLevels.1.member", NOT_NULL)],
    );
}

#[test]
fn length_counts_code_points() {
    for token in ["é".repeat(64), "𝄞".repeat(64), "x".repeat(64)] {
        let mut body =
            json!({"HITTypeId": "3", "LifetimeInSeconds": 1, "UniqueRequestToken": token});
        check_accepted("CreateHITWithHITType", &body);
        body["UniqueRequestToken"] = json!(format!("{token}x"));
        let message = message_of("CreateHITWithHITType", &body);
        assert!(message.ends_with("Member must have length less than or equal to 64"));
    }
}

#[test]
fn a_message_stays_short_and_says_where_it_was_cut() {
    let message = message_of("GetHIT", &json!({"HITId": "é".repeat(65_536)}));
    assert!(message.contains(&format!("Value '{}...' at", "é".repeat(SHOWN_CHARS))));
    assert_eq!(message.matches("...").count(), 2);

    let body = json!({"HITId": "3", "AssignmentStatuses": vec!["x"; 10_000]});
    let message = message_of("ListAssignmentsForHIT", &body);
    assert!(message.contains("Value '[x, x, ") && message.contains("...' at"));
    assert!(message.len() < 2 * SHOWN_CHARS);

    let body = json!({"Subject": "", "MessageText": "", "WorkerIds": vec![Value::Null; 10_000]});
    let message = message_of("NotifyWorkers", &body);
    assert!(message.starts_with("10000 validation errors detected: Value null at 'workerIds.1."));
    assert!(message.ends_with("; ..."));
    assert_eq!(message.matches("Value null").count(), LISTED_VIOLATIONS);
}

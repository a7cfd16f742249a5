use super::*;
use crate::time::Instant;

fn specification(transport: Transport, destination: &str) -> NotificationSpecification {
    NotificationSpecification {
        destination: destination.to_owned(),
        transport,
        version: "2014-08-15".to_owned(),
        event_types: vec![EventType::AssignmentSubmitted],
    }
}

#[test]
fn destinations_have_the_form_of_their_transport() {
    let longest_queue = format!("http://h/1/{}", "q".repeat(80));
    let longest_topic = format!("arn:aws:sns:us-east-1:123456789012:{}", "t".repeat(256));
    for (transport, destination, good) in [
        (Transport::Sqs, "https://sqs.us-east-1.amazonaws.com/123456789012/My_Queue-1", true),
        (Transport::Sqs, "http://localhost:4566/000000000000/queue", true),
        (Transport::Sqs, "http://[::1]:4566/queue/q", true),
        (Transport::Sqs, &longest_queue, true),
        (Transport::Sqs, &format!("{longest_queue}q"), false),
        (Transport::Sqs, "https://sqs.us-east-1.amazonaws.com/123456789012/ordered.fifo", false),
        (Transport::Sqs, "https://sqs.us-east-1.amazonaws.com/123456789012/", false),
        (Transport::Sqs, "https:///123456789012/q", false),
        (Transport::Sqs, "ftp://host/q", false),
        (Transport::Sqs, "http://host/1/q?x=1", false),
        (Transport::Sqs, "http://user@host/1/q", false),
        (Transport::Sqs, "arn:aws:sqs:us-east-1:123456789012:q", false),
        (Transport::Sqs, "", false),
        (Transport::Sns, "arn:aws:sns:us-east-1:123456789012:My_Topic-1", true),
        (Transport::Sns, "arn:aws-us-gov:sns:us-gov-west-1:123456789012:t", true),
        (Transport::Sns, &longest_topic, true),
        (Transport::Sns, &format!("{longest_topic}t"), false),
        (Transport::Sns, "arn:aws:sns:us-east-1:123456789012:ordered.fifo", false),
        (Transport::Sns, "arn:aws:sns:us-east-1:12345678901:t", false),
        (Transport::Sns, "arn:aws:sqs:us-east-1:123456789012:t", false),
        (Transport::Sns, "arn:aws:sns:us-east-1:123456789012:t:extra", false),
        (Transport::Sns, "arn:aws:sns::123456789012:t", false),
        (Transport::Sns, "http://localhost:4566/000000000000/queue", false),
        (Transport::Email, "me@example.com", true),
        (Transport::Email, "me@localhost", false),
        (Transport::Email, "@example.com", false),
        (Transport::Email, "me example.com", false),
    ] {
        let checked = check(&specification(transport, destination));
        assert_eq!(checked.is_ok(), good, "{transport:?} {destination}: {checked:?}");
    }
}

#[test]
fn destinations_have_an_end() {
    let mail = |length: usize| format!("{}@example.com", "m".repeat(length - 12));
    assert!(check(&specification(Transport::Email, &mail(1024))).is_ok());
    assert!(check(&specification(Transport::Email, &mail(1025))).is_err());
}

#[test]
fn versions_are_those_that_were_named() {
    for (version, good) in
        [("2014-08-15", true), ("2006-05-05", true), ("2014-08-16", false), ("", false)]
    {
        let asked = NotificationSpecification {
            version: version.to_owned(),
            ..specification(Transport::Sns, "arn:aws:sns:us-east-1:123456789012:t")
        };
        assert_eq!(check(&asked).is_ok(), good, "{version}");
    }
}

#[test]
fn a_hit_type_has_event_types_but_no_ping() {
    let with = |event_types: Vec<EventType>| NotificationSpecification {
        event_types,
        ..specification(Transport::Email, "me@example.com")
    };
    assert!(check_settings(&with(EventType::ALL[..11].to_vec())).is_ok());
    assert!(check_settings(&with(vec![EventType::Ping])).is_err());
    assert!(check(&with(vec![EventType::Ping])).is_ok(), "a test may name it");
    assert!(check(&with(Vec::new())).is_err());
}

/// As Dallinger recorded it, but for the ids of HIT, assignment and HIT type.
const RECORDED: &str = concat!(
    r#"{"Events":[{"EventType":"AssignmentSubmitted","EventTimestamp":"2019-08-09T21:17:16Z","#,
    r#""HITId":"3HIT","AssignmentId":"3WORK","HITTypeId":"3TYPE"},"#,
    r#"{"EventType":"HITReviewable","EventTimestamp":"2019-08-09T21:17:16Z","HITId":"3HIT","#,
    r#""HITTypeId":"3TYPE"}],"#,
    r#""EventDocId":"9928a491605538bb160590bb57b0596a9fbbcbba","#,
    r#""SourceAccount":"047991105548","CustomerId":"AUYKYIHQXG6XR","#,
    r#""EventDocVersion":"2014-08-15"}"#
);

#[test]
fn a_body_is_as_it_was_recorded() {
    let at = Instant(1_565_385_436_809);
    let event = |event_type, assignment_id: Option<&str>| Event {
        event_type,
        event_timestamp: at,
        hit_id: "3HIT".to_owned(),
        assignment_id: assignment_id.map(str::to_owned),
        hit_type_id: "3TYPE".to_owned(),
    };
    let events = [
        event(EventType::AssignmentSubmitted, Some("3WORK")),
        event(EventType::HitReviewable, None),
    ];
    let customer = Customer { id: "AUYKYIHQXG6XR", account: "047991105548" };
    let written = body(customer, "9928a491605538bb160590bb57b0596a9fbbcbba", &events).unwrap();
    assert_eq!(written, RECORDED);
}

#[test]
fn document_ids_have_the_recorded_form_and_differ() {
    let id = document_id(&["a", "b"]);
    assert_eq!(id.len(), 40);
    assert!(id.bytes().all(|b| b"0123456789abcdef".contains(&b)));
    assert_eq!(id, document_id(&["a", "b"]));
    assert_ne!(id, document_id(&["ab", ""]));
    assert_ne!(id, document_id(&["a", "c"]));
}

#[test]
fn test_events_name_an_assignment_where_they_are_of_one() {
    for event_type in EventType::ALL {
        let event = test_event(event_type, Instant(0));
        let of_assignment = event_type.as_str().starts_with("Assignment");
        assert_eq!(event.assignment_id.is_some(), of_assignment);
        for id in [Some(event.hit_id), event.assignment_id, Some(event.hit_type_id)] {
            assert!(id.is_none_or(|id| id.len() == 30 && id.starts_with('3')));
        }
        assert_eq!(EventType::parse(event_type.as_str()), Some(event_type));
        let word = serde_json::to_string(&event_type).unwrap();
        assert_eq!(word, format!("{:?}", event_type.as_str()));
    }
}

//! A request that is not what was signed is refused.

use aws_sigv4::http_request::PayloadChecksumKind;
use axum::http::HeaderName;
use rstest::rstest;

use super::signer::{Signer, get_account_balance};
use super::{Message, SECRET, SigningFault, parse, signing_time};

fn signed() -> Message {
    let mut message = get_account_balance();
    "a=1&b=2".clone_into(&mut message.query);
    Signer { token: Some("a-session-token"), ..Signer::default() }.sign(&mut message);
    message
}

fn verified(message: &Message) -> Result<(), SigningFault> {
    message.verify(SECRET, signing_time())
}

#[test]
fn the_untouched_request_verifies() {
    assert_eq!(verified(&signed()), Ok(()));
}

#[rstest]
#[case::method(|message: &mut Message| message.method = "PUT".into())]
#[case::method_case(|message: &mut Message| message.method = "post".into())]
#[case::path(|message: &mut Message| message.path = "/other".into())]
#[case::query_value(|message: &mut Message| message.query = "a=1&b=3".into())]
#[case::query_gone(|message: &mut Message| message.query.clear())]
#[case::query_more(|message: &mut Message| message.query.push_str("&c=3"))]
#[case::body(|message: &mut Message| message.body = b"{ }".to_vec())]
#[case::body_gone(|message: &mut Message| message.body.clear())]
#[case::date(|message: &mut Message| message.set("x-amz-date", "20261121T192126Z"))]
#[case::region(|message: &mut Message| message.replace("authorization", "us-east-1", "us-west-2"))]
#[case::fewer_signed(|message: &mut Message| {
    message.replace("authorization", "content-type;", "");
})]
#[case::more_signed(|message: &mut Message| {
    message.set("x-more", "");
    message.replace("authorization", ";x-amz-target", ";x-amz-target;x-more");
})]
#[case::absent_signed(|message: &mut Message| {
    message.replace("authorization", ";x-amz-target", ";x-amz-target;x-more");
})]
#[case::payload_hash(|message: &mut Message| message.set("x-amz-content-sha256", "0"))]
#[case::payload_unsigned(|message: &mut Message| {
    message.set("x-amz-content-sha256", "UNSIGNED-PAYLOAD");
    message.body.clear();
})]
#[case::signature_gone(|message: &mut Message| {
    let header = message.headers["authorization"].to_str().unwrap();
    let (rest, _) = header.rsplit_once('=').unwrap();
    let header = format!("{rest}=");
    message.set("authorization", &header);
})]
#[case::signature_short(|message: &mut Message| {
    let header = message.headers["authorization"].to_str().unwrap().to_owned();
    message.set("authorization", &header[..header.len() - 1]);
})]
fn a_change_is_noticed(#[case] change: fn(&mut Message)) {
    let mut message = signed();
    change(&mut message);
    assert_eq!(verified(&message), Err(SigningFault::mismatch()));
}

#[test]
fn each_signed_header_counts() {
    let original = signed();
    let names = parse(&original.headers).unwrap().unwrap().signed_headers;
    assert_eq!(names.len(), 5, "{names:?}");
    for name in names.iter().filter(|name| *name != "x-amz-date") {
        let name: HeaderName = name.parse().unwrap();
        let mut changed = original.clone();
        changed.headers.insert(&name, "other".parse().unwrap());
        let mut doubled = original.clone();
        doubled.headers.append(&name, "other".parse().unwrap());
        let mut removed = original.clone();
        removed.headers.remove(&name);
        for message in [changed, doubled, removed] {
            assert_eq!(verified(&message), Err(SigningFault::mismatch()), "{name}");
        }
    }
}

#[test]
fn each_digit_of_the_signature_counts() {
    let header = signed().headers["authorization"].to_str().unwrap().to_owned();
    for place in header.len() - 64..header.len() {
        let mut bytes = header.clone().into_bytes();
        bytes[place] = if bytes[place] == b'0' { b'1' } else { b'0' };
        let mut message = signed();
        message.set("authorization", str::from_utf8(&bytes).unwrap());
        assert_eq!(verified(&message), Err(SigningFault::mismatch()), "digit {place}");
    }
}

#[test]
fn upper_case_digits_are_another_signature() {
    let mut message = signed();
    let header = message.headers["authorization"].to_str().unwrap();
    let (rest, signature) = header.rsplit_once('=').unwrap();
    let header = format!("{rest}={}", signature.to_uppercase());
    message.set("authorization", &header);
    assert_eq!(verified(&message), Err(SigningFault::mismatch()));
}

#[rstest]
fn another_secret_is_refused(
    #[values("", "x", "made-up/Secret+Key0000000000000000000002")] s: &str,
) {
    assert_eq!(signed().verify(s, signing_time()), Err(SigningFault::mismatch()));
}

#[rstest]
#[case(false, "{}", true)]
#[case(false, "{ }", false)]
#[case(true, "anything", true)]
fn a_payload_hash_must_be_that_of_the_body(
    #[case] unsigned_body: bool,
    #[case] arrives: &str,
    #[case] accepted: bool,
) {
    let mut message = get_account_balance();
    let payload = PayloadChecksumKind::XAmzSha256;
    Signer { payload, unsigned_body, ..Signer::default() }.sign(&mut message);
    message.body = arrives.as_bytes().to_vec();
    assert_eq!(verified(&message).is_ok(), accepted);
}

#[test]
fn the_scope_names_this_service_this_day_and_the_end() {
    let check = |signer: Signer, from: &str, to: &str, words: &str| {
        let mut message = get_account_balance();
        signer.sign(&mut message);
        message.replace("authorization", from, to);
        let fault = verified(&message).unwrap_err();
        assert_eq!((fault.exception, &*fault.message), ("InvalidSignatureException", words));
    };
    let s3 = Signer { service: "s3", ..Signer::default() };
    let service = "Credential should be scoped to correct service: 'mturk-requester'. ";
    check(s3, "/s3/", "/s3/", service);
    let terminator =
        "Credential should be scoped with a valid terminator: 'aws4_request', not 'aws5'. ";
    check(Signer::default(), "aws4_request", "aws5", terminator);
    let day = "Date in Credential scope does not match YYYYMMDD from ISO-8601 version of date \
        from HTTP: '20261120' != '20261121', from '20261121T192125Z'.";
    check(Signer::default(), "20261121", "20261120", day);
    let all = [service, terminator, day].concat();
    let scope = "20261121/us-east-1/mturk-requester/aws4_request";
    check(Signer::default(), scope, "20261120/us-east-1/x/aws5", &all);
}

#[rstest]
#[case("host;", "'Host' or ':authority' must be a 'SignedHeader' in the AWS Authorization.")]
#[case("x-amz-date;", "'X-Amz-Date' or 'Date' must be a 'SignedHeader' in the AWS Authorization.")]
fn host_and_date_must_be_signed(#[case] name: &str, #[case] words: &str) {
    let mut message = signed();
    message.replace("authorization", name, "");
    let fault = verified(&message).unwrap_err();
    assert_eq!((fault.exception, &*fault.message), ("InvalidSignatureException", words));
}

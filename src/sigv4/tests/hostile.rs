//! Whatever arrives, there is an answer.

use axum::http::header::HOST;
use chrono::{DateTime, Utc};
use proptest::collection::vec;
use proptest::prelude::*;
use rstest::rstest;

use super::signer::{Signer, get_account_balance};
use super::{
    HeaderMap, HeaderValue, Message, Request, SECRET, SigningKeys, check_age, parse, signing_time,
    verify,
};

#[rstest]
#[case::long(format!("AWS4-HMAC-SHA256 Credential={}", "a".repeat(8192)).into_bytes())]
#[case::long_key(format!(
    "AWS4-HMAC-SHA256 Credential={}/20261121/us-east-1/mturk-requester/aws4_request, \
     SignedHeaders=host;x-amz-date, Signature=00", "K".repeat(129)).into_bytes())]
#[case::many_names(format!(
    "AWS4-HMAC-SHA256 Credential=K/20261121/us-east-1/mturk-requester/aws4_request, \
     SignedHeaders={}, Signature=00", "host;".repeat(1600)).into_bytes())]
#[case::utf8("AWS4-HMAC-SHA256 Credential=ü/20261121/a/b/c, \
    SignedHeaders=a, Signature=b".as_bytes().to_vec())]
#[case::latin1(b"AWS4-HMAC-SHA256 Credential=\xfc/20261121/a/b/c, \
    SignedHeaders=a, Signature=b".to_vec())]
#[case::only_commas(b"AWS4-HMAC-SHA256 ,,,,".to_vec())]
#[case::only_equals(b"AWS4-HMAC-SHA256 =,==,=a".to_vec())]
fn an_absurd_header_is_a_fault(#[case] header: Vec<u8>) {
    let mut headers = HeaderMap::new();
    headers.insert("x-amz-date", HeaderValue::from_static("20261121T192125Z"));
    headers.insert("authorization", HeaderValue::from_bytes(&header).unwrap());
    let fault = parse(&headers).unwrap_err();
    assert!(fault.message.len() < 500, "{fault}");
}

#[test]
fn nul_is_no_header_value() {
    assert!(HeaderValue::from_bytes(b"AWS4-HMAC-SHA256 Credential=a\0b").is_err());
}

/// Bytes that a header value may hold.
fn value() -> impl Strategy<Value = HeaderValue> {
    let byte = prop_oneof![Just(b'\t'), 0x20..=0x7e_u8, 0x80..=0xff_u8];
    vec(byte, 0..80).prop_map(|bytes| HeaderValue::from_bytes(&bytes).unwrap())
}

/// Headers that come close to a signature.
fn nearly() -> impl Strategy<Value = HeaderValue> {
    let credential = "AK/20261121/r/mturk-requester/aws4_request";
    let name = "(Credential|SignedHeaders|Signature|[a-z]{0,3})";
    let pairs = format!("({name}=?({credential}|host;x-amz-date|[ -~]{{0,12}})(, |,| )?){{0,5}}");
    let names = "((host|date|x-amz-date|authorization|x-b|[!-~]{0,4});){0,9}";
    let whole = format!("Credential={credential}, SignedHeaders={names}, Signature=[0-9a-f]{{64}}");
    let text = format!("AWS4-HMAC-SHA256,? ?({pairs}|{whole})");
    let text = proptest::string::string_regex(&text).unwrap();
    text.prop_map(|text| HeaderValue::from_str(&text).unwrap())
}

fn now() -> impl Strategy<Value = DateTime<Utc>> {
    let any =
        (i64::MIN >> 10..i64::MAX >> 10).prop_filter_map("range", DateTime::from_timestamp_millis);
    let ends = prop_oneof![Just(DateTime::<Utc>::MIN_UTC), Just(DateTime::<Utc>::MAX_UTC)];
    prop_oneof![Just(signing_time()), ends, any]
}

fn date() -> impl Strategy<Value = HeaderValue> {
    let basic = "[0-9]{8}T[0-9]{6}Z".prop_map(|text| HeaderValue::from_str(&text).unwrap());
    prop_oneof![basic, Just(HeaderValue::from_static("20261121T192125Z")), value()]
}

/// Targets in the characters that a URI may hold.
fn target() -> impl Strategy<Value = (String, String)> {
    let escape = "(%[2-7][0-9A-Fa-f])";
    let path = format!("(/([a-zA-Z0-9._~!$'()*,;:@=&+-]|{escape}){{0,4}}){{1,5}}");
    let query = format!("([a-zA-Z0-9._~!$'()*,;:@/?=&+-]|{escape}|%~){{0,30}}");
    (
        proptest::string::string_regex(&path).unwrap(),
        proptest::string::string_regex(&query).unwrap(),
    )
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_headers_get_an_answer(
        authorization in prop_oneof![value(), nearly()],
        dates in (date(), any::<bool>()),
        host in proptest::option::of(value()),
        text in (".{0,6}", ".{0,30}", ".{0,30}"),
        body in vec(any::<u8>(), 0..20),
        now in now(),
    ) {
        let mut headers = HeaderMap::new();
        headers.insert("authorization", authorization);
        headers.insert(if dates.1 { "x-amz-date" } else { "date" }, dates.0);
        headers.extend(host.map(|host| (HOST, host)));
        let (method, path, query) = (&*text.0, &*text.1, &*text.2);
        let request = Request { method, path, query, headers: &headers, body: &body };
        match parse(&headers) {
            Ok(read) => {
                let (read, keys) = (read.unwrap(), SigningKeys::default());
                let _ = check_age(&read, now);
                prop_assert!(verify(&read, &keys, SECRET, &request, None).is_err());
            }
            Err(fault) => prop_assert!(!fault.to_string().is_empty()),
        }
    }

    #[test]
    fn whatever_an_sdk_signs_verifies(
        (path, query) in target(),
        quirks in vec("[ -~]{0,20}", 0..3),
        body in vec(any::<u8>(), 0..50),
    ) {
        let mut message = Message { path, query, body, ..get_account_balance() };
        for quirk in quirks {
            message.headers.append("x-quirk", HeaderValue::from_str(&quirk).unwrap());
        }
        Signer::default().sign(&mut message);
        prop_assert_eq!(message.verify(SECRET, signing_time()), Ok(()));
    }
}

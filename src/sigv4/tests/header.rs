//! What an `Authorization` header may look like, and what is said of one that may not.

use rstest::rstest;

use super::{HeaderMap, HeaderValue, parse, signing_time};

const CREDENTIAL: &str = "AKIA/20261121/us-east-1/mturk-requester/aws4_request";

fn headers(authorization: &str) -> HeaderMap {
    let mut headers = HeaderMap::new();
    headers.insert("authorization", HeaderValue::from_str(authorization).unwrap());
    headers.insert("x-amz-date", HeaderValue::from_static("20261121T192125Z"));
    headers
}

fn refused(headers: &HeaderMap) -> (&'static str, String) {
    let fault = parse(headers).unwrap_err();
    (fault.exception, fault.message)
}

#[test]
fn an_unsigned_request_is_nobodys() {
    assert!(parse(&HeaderMap::new()).unwrap().is_none());
}

#[rstest]
#[case("AWS4-HMAC-SHA256 Credential=C, SignedHeaders=host;x-amz-date, Signature=abc")]
#[case("AWS4-HMAC-SHA256 Credential=C,SignedHeaders=host;x-amz-date,Signature=abc")]
#[case("AWS4-HMAC-SHA256 Signature=abc,  SignedHeaders=X-Amz-Date;Host ,Credential=C")]
#[case("  AWS4-HMAC-SHA256   Credential=C SignedHeaders=host;host;x-amz-date; Signature=abc ,")]
#[case("AWS4-HMAC-SHA256\tCredential=C,\tSignedHeaders=host;x-amz-date,\tSignature=abc")]
#[case("AWS4-HMAC-SHA256 Other=1, Credential=C, SignedHeaders=host;x-amz-date, Signature=abc")]
fn spaces_and_order_do_not_matter(#[case] form: &str) {
    let headers = headers(&form.replace("=C", &format!("={CREDENTIAL}")));
    let read = parse(&headers).unwrap().unwrap();
    assert_eq!(read.access_key, "AKIA");
    assert_eq!(read.scope.to_string(), "20261121/us-east-1/mturk-requester/aws4_request");
    assert_eq!(read.signed_headers, ["host", "x-amz-date"]);
    assert_eq!(read.signature, "abc");
    assert_eq!(read.signed_at, signing_time());
}

#[rstest]
fn other_schemes_are_no_token(
    #[values(
        "",
        " ",
        "Basic dXNlcjpwdw==",
        "Bearer abc",
        "AWS AKIA:c2ln",
        "AWS4",
        "aws4-hmac-sha256"
    )]
    scheme: &str,
    #[values("", " Credential=a, SignedHeaders=b, Signature=c")] rest: &str,
) {
    let expected = ("MissingAuthenticationTokenException", "Missing Authentication Token".into());
    assert_eq!(refused(&headers(&format!("{scheme}{rest}"))), expected);
}

#[rstest]
#[case(
    "AWS3-HTTPS AWSAccessKeyId=AKIA",
    "MissingAuthenticationTokenException",
    "Missing Authentication Token"
)]
#[case(
    "AWS4-HMAC-SHA256 Credential, Signature=b",
    "IncompleteSignatureException",
    "Invalid key=value pair (missing equal-sign) in Authorization header (hashed with SHA-256 and \
     encoded with Base64): 'kifMgjMuGxvwZDzjPMt9JIGIYAGWlK3G4muUYjFxxTc='."
)]
#[case(
    "AWS4-ECDSA-P256-SHA256 Credential=a/b/c/d, SignedHeaders=host, Signature=b",
    "IncompleteSignatureException",
    "Unsupported AWS 'algorithm': 'AWS4-ECDSA-P256-SHA256' (only AWS4-HMAC-SHA256 for now). "
)]
#[case(
    "AWS4-HMAC-SHA256 Credential=a/b/c/d, SignedHeaders=host, Signature=b",
    "IncompleteSignatureException",
    "Credential must have exactly 5 slash-delimited elements, \
     e.g. keyid/date/region/service/term, got 'a/b/c/d'"
)]
#[case(
    "AWS4-HMAC-SHA256 Credential=a/b/20261121/r/s/aws4_request, SignedHeaders=host, Signature=b",
    "IncompleteSignatureException",
    "Credential must have exactly 5 slash-delimited elements, \
     e.g. keyid/date/region/service/term, got 'a/b/20261121/r/s/aws4_request'"
)]
#[case(
    "AWS4-HMAC-SHA256 Credential=/20261121/r/s/aws4_request, SignedHeaders=host, Signature=b",
    "UnrecognizedClientException",
    "The security token included in the request is invalid."
)]
fn other_forms_are_refused(#[case] header: &str, #[case] exception: &str, #[case] message: &str) {
    assert_eq!(refused(&headers(header)), (exception, message.to_owned()));
}

#[test]
fn each_missing_part_is_named() {
    let parts = ["Credential=a", "Signature=b", "SignedHeaders=c"];
    for kept in 0..8 {
        let bits = [kept & 1, kept & 2, kept & 4].map(|bit| bit != 0);
        for dated in [true, false] {
            check_missing(parts, bits, dated);
        }
    }
}

fn check_missing(parts: [&str; 3], kept: [bool; 3], dated: bool) {
    let kept_parts: Vec<&str> =
        parts.iter().zip(kept).filter_map(|(part, kept)| kept.then_some(*part)).collect();
    let mut headers = headers(&format!("AWS4-HMAC-SHA256 {}", kept_parts.join(", ")));
    if !dated {
        headers.remove("x-amz-date");
    }
    let (exception, message) = refused(&headers);
    assert_eq!(exception, "IncompleteSignatureException");
    for (part, kept) in parts.iter().zip(kept) {
        let name = part.split_once('=').unwrap().0;
        let sentence = format!("Authorization header requires '{name}' parameter. ");
        assert_eq!(message.contains(&sentence), !kept, "{message}");
    }
    let sentence = "requires existence of either a 'X-Amz-Date' or a 'Date' header. ";
    assert_eq!(message.contains(sentence), !dated, "{message}");
}

#[test]
fn nothing_but_a_scheme_lacks_everything() {
    let mut headers = headers("AWS4-HMAC-SHA256");
    headers.remove("x-amz-date");
    let message = "Authorization header requires 'Credential' parameter. \
        Authorization header requires 'Signature' parameter. \
        Authorization header requires 'SignedHeaders' parameter. \
        Authorization header requires existence of either a 'X-Amz-Date' or a 'Date' header. \
        (Hashed with SHA-256 and encoded with Base64) \
        Authorization=YI2YWea8FSxnksZL2ETHbs5elHm9HQufxTLK0W0ffV0=";
    assert_eq!(refused(&headers), ("IncompleteSignatureException", message.to_owned()));
}

#[rstest]
#[case("x-amz-date", "20261121T192125Z", true)]
#[case("date", "20261121T192125Z", true)]
#[case("date", "Sat, 21 Nov 2026 19:21:25 GMT", true)]
#[case("date", "Sat, 21 Nov 2026 20:21:25 +0100", true)]
#[case("x-amz-date", "Sat, 21 Nov 2026 19:21:25 GMT", false)]
#[case("x-amz-date", "2026-11-21T19:21:25Z", false)]
#[case("x-amz-date", "20261121T192125", false)]
#[case("x-amz-date", "20261121T192125.5Z", false)]
#[case("x-amz-date", "+2026112T192125Z", false)]
#[case("x-amz-date", "+20261121T192125Z", false)]
#[case("x-amz-date", "20261121T19212Z", false)]
#[case("x-amz-date", "2026112 T192125Z", false)]
#[case("x-amz-date", "20261321T192125Z", false)]
#[case("x-amz-date", "20261121T256199Z", false)]
#[case("x-amz-date", "", false)]
#[case("date", "yesterday", false)]
fn the_date_is_basic_iso_8601(#[case] name: &'static str, #[case] date: &str, #[case] good: bool) {
    let mut headers =
        headers(&format!("AWS4-HMAC-SHA256 Credential={CREDENTIAL},SignedHeaders=h,Signature=s"));
    headers.remove("x-amz-date");
    headers.insert(name, HeaderValue::from_str(date).unwrap());
    match parse(&headers) {
        Ok(read) => assert_eq!((read.unwrap().signed_at, good), (signing_time(), true)),
        Err(fault) => {
            let message = format!(
                "Date must be in ISO-8601 'basic format'. Got '{date}'. \
                 See http://en.wikipedia.org/wiki/ISO_8601"
            );
            assert_eq!((fault.exception, good), ("IncompleteSignatureException", false));
            assert_eq!(fault.message, message);
        }
    }
}

#[test]
fn x_amz_date_goes_before_date() {
    let mut headers =
        headers(&format!("AWS4-HMAC-SHA256 Credential={CREDENTIAL},SignedHeaders=h,Signature=s"));
    headers.insert("date", HeaderValue::from_static("Sun, 01 Jan 2017 00:00:00 GMT"));
    assert_eq!(parse(&headers).unwrap().unwrap().signed_at, signing_time());
    headers.append("x-amz-date", HeaderValue::from_static("20261121T192125Z"));
    let fault = parse(&headers).unwrap_err();
    assert!(fault.message.starts_with("Date must be"), "one date is enough: {fault}");
}

#[test]
fn a_second_header_is_refused() {
    let header = format!("AWS4-HMAC-SHA256 Credential={CREDENTIAL},SignedHeaders=h,Signature=s");
    let mut headers = headers(&header);
    headers.append("authorization", header.parse().unwrap());
    let fault = parse(&headers).unwrap_err();
    assert!(fault.message.starts_with("Invalid key=value pair"), "{fault}");
}

#[test]
fn debug_output_keeps_the_signature() {
    let headers =
        headers(&format!("AWS4-HMAC-SHA256 Credential={CREDENTIAL},SignedHeaders=h,Signature=5ec"));
    let shown = format!("{:?}", parse(&headers).unwrap().unwrap());
    assert!(shown.contains("AKIA") && !shown.contains("5ec"), "{shown}");
}

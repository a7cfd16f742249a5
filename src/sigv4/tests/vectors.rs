//! Signatures that others published or produced.

use rstest::rstest;
use sha2::{Digest, Sha256};

use super::{KEY, Message, SECRET, SigningFault, at, signing_time};
use crate::sigv4::keys::{Key, derived};
use crate::sigv4::scope::hex;
use crate::sigv4::{Scope, Signer, canonical, parse};

const PUBLISHED_SECRET: &str = "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY";

fn scope(date: &str, service: &str) -> Scope {
    let [date, region, service, terminator] =
        [date, "us-east-1", service, "aws4_request"].map(str::to_owned);
    Scope { date, region, service, terminator }
}

/// From AWS's signing test suite: the key AKIDEXAMPLE signs for a service named `service`.
#[rstest]
#[case::get_vanilla("GET /", "5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31")]
#[case::get_unreserved(
    "GET /-._~0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz",
    "07ef7494c76fa4850883e2b006601f940f8a34d404d0cfa977f52a65bbf5f24f"
)]
#[case::get_utf8("GET /ሴ", "8318018e0b0f223aa2bbf98705b62bb787dc9c0e678f255a891fd03141be5d85")]
#[case::get_slashes(
    "GET //example//",
    "9a624bd73a37c9a373b5312afbebe7a714a789de108f0bdfe846570885f57e84"
)]
#[case::get_relative_relative(
    "GET /example1/example2/../..",
    "5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31"
)]
#[case::get_slash_pointless_dot(
    "GET /./example",
    "ef75d96142cf21edca26f06005da7988e4f8dc83a165a80865db7089db637ec5"
)]
#[case::get_vanilla_query_order_key_case(
    "GET /?Param2=value2&Param1=value1",
    "b97d918cfa904a5beff61c982a1b6f458b799221646efd99d3219ec94cdf2500"
)]
#[case::get_vanilla_query_order_encoded(
    "GET /?Param-3=Value3&Param=Value2&%E1%88%B4=Value1",
    "371d3713e185cc334048618a97f809c9ffe339c62934c032af5a0e595648fcac"
)]
#[case::get_vanilla_utf8_query(
    "GET /?ሴ=bar",
    "2cdec8eed098649ff3a119c94853b13c643bcf08f8b0a1d91e12c9027818dd04"
)]
#[case::get_header_key_duplicate(
    "GET /\nMy-Header1:value2\nMy-Header1:value2\nMy-Header1:value1",
    "c9d5ea9f3f72853aea855b47ea873832890dbdd183b4468f858259531a5138ea"
)]
#[case::get_header_value_order(
    "GET /\nMy-Header1:value4\nMy-Header1:value1\nMy-Header1:value3\nMy-Header1:value2",
    "08c7e5a9acfcfeb3ab6b2185e75ce8b1deb5e634ec47601a50643f830c755c01"
)]
#[case::get_header_value_trim(
    "GET /\nMy-Header1: value1\nMy-Header2: \"a   b   c\"",
    "acc3ed3afb60bb290fc8d2dd0098b9911fcaa05412b367055dee359757a9c736"
)]
#[case::get_vanilla_with_session_token(
    "GET /\nX-Amz-Security-Token:\
     6e86291e8372ff2a2260956d9b8aae1d763fbf315fa00fa31553b73ebf194267",
    "07ec1639c89043aa0e3e2de82b96708f198cceab042d4a97044c66dd9f74e7f8"
)]
#[case::post_vanilla("POST /", "5da7c1a2acd57cee7505fc6676e4e544621c30862966e37dddb68e92efbe5d6b")]
#[case::post_header_value_case(
    "POST /\nMy-Header1:VALUE1",
    "cdbc9802e29d2942e5e10b5bccfdd67c5f22c7c4e8ae67b53629efa58b974b7d"
)]
#[case::post_x_www_form_urlencoded(
    "POST /\nContent-Type:application/x-www-form-urlencoded\nContent-Length:13\n\
     X-Amz-Content-SHA256:9095672bbd1f56dfc5b65f3e153adc8731a4a654192329106275f4c7b24d0b6e\n\n\
     Param1=value1",
    "d3875051da38690788ef43de4db0d8f280229d82040bfac253562e56c3f20e0b"
)]
fn the_signing_test_suite(#[case] text: &str, #[case] expected: &str) {
    let mut message = Message::read(text);
    message.set("host", "example.amazonaws.com");
    message.set("x-amz-date", "20150830T123600Z");
    let mut signed: Vec<String> = message.headers.keys().map(ToString::to_string).collect();
    signed.sort();
    let canonical = canonical::request(&message.request(), &signed).unwrap();
    let scope = scope("20150830", "service");
    let key = Key::new(&derived(PUBLISHED_SECRET, &scope));
    assert_eq!(key.signature("20150830T123600Z", &scope, &canonical), expected);
    assert_eq!(signed_by_this_program(message), expected);
}

/// The signature that [`Signer`] adds to a request.
fn signed_by_this_program(message: Message) -> String {
    let Message { method, path, query, headers, body } = message;
    let target = if query.is_empty() { path } else { format!("{path}?{query}") };
    let request = axum::http::Request::builder().method(method.as_str()).uri(target);
    let mut request = request.body(body).unwrap();
    *request.headers_mut() = headers;
    let signer = Signer {
        access_key: "AKIDEXAMPLE",
        secret: PUBLISHED_SECRET,
        session_token: None,
        region: "us-east-1",
        service: "service",
    };
    signer.sign(&mut request, at("2015-08-30T12:36:00Z")).unwrap();
    let (_, signature) =
        request.headers()["authorization"].to_str().unwrap().split_once("Signature=").unwrap();
    signature.to_owned()
}

/// The worked example of the AWS General Reference, "Signing AWS requests": IAM's `ListUsers`.
#[test]
fn the_worked_example() {
    let message = Message::read(
        "GET /?Action=ListUsers&Version=2010-05-08\nHost: iam.amazonaws.com\n\
         Content-Type: application/x-www-form-urlencoded; charset=utf-8\n\
         X-Amz-Date: 20150830T123600Z\n\
         Authorization: AWS4-HMAC-SHA256 \
         Credential=AKIDEXAMPLE/20150830/us-east-1/iam/aws4_request, \
         SignedHeaders=content-type;host;x-amz-date, \
         Signature=5d672d79c15b13162d9279b0855cfba6789a8edb4c82c400e06b5924a6f2b5d7",
    );
    let authorization = parse(&message.headers).unwrap().unwrap();
    let canonical = canonical::request(&message.request(), &authorization.signed_headers).unwrap();
    let hash = "f536975d06c0309214f805bb90ccff089219ecd68b2577efef23edd43b7e1a59";
    assert_eq!(hex(&Sha256::digest(&canonical)), hash);
    assert_eq!(authorization.scope, scope("20150830", "iam"));
    let key = "c4afb1cc5771d871763a393e44b703571b55cc28424d1a5e86da6ed3c154a4b9";
    let derived = derived(PUBLISHED_SECRET, &authorization.scope);
    assert_eq!(hex(&derived), key);
    let (stamp, scope) = (&authorization.stamp, &authorization.scope);
    let expected = Key::new(&derived).signature(stamp, scope, &canonical);
    assert_eq!(expected, authorization.signature);
}

/// Signed by botocore 1.44.5.
#[rstest]
#[case::get_account_balance(
    "POST /\nHost: 127.0.0.1:1770\n\
     X-Amz-Target: MTurkRequesterServiceV20170117.GetAccountBalance\n\
     Content-Type: application/x-amz-json-1.1\n\
     X-Amz-Date: 20261121T192125Z\n\
     Authorization: AWS4-HMAC-SHA256 \
     Credential=AKIAMADEUPKEY0000001/20261121/us-east-1/mturk-requester/aws4_request, \
     SignedHeaders=content-type;host;x-amz-date;x-amz-target, \
     Signature=1ae500041e94ed4f08478967f1c41ffc5bb27c2658fd74444c059baed0f6dbd9\n\n{}"
)]
#[case::session_token_and_non_ascii_body(
    "POST /\nHost: mturk-requester.us-east-1.amazonaws.com\n\
     X-Amz-Target: MTurkRequesterServiceV20170117.CreateHIT\n\
     Content-Type: application/x-amz-json-1.1\n\
     User-Agent: Boto3/1.44.5  md/Botocore\n\
     X-Amz-Date: 20261121T192125Z\n\
     X-Amz-Security-Token: FwoGZXIvYXdzEMadeUp//token==\n\
     Authorization: AWS4-HMAC-SHA256 \
     Credential=AKIAMADEUPKEY0000001/20261121/us-east-1/mturk-requester/aws4_request, \
     SignedHeaders=content-type;host;x-amz-date;x-amz-security-token;x-amz-target, \
     Signature=4fd59196a87a30c0cfe41343cb9567283e03f1b7efc398241ad263be3259bb7e\n\n\
     {\"Title\":\"Größe schätzen 🐢\"}"
)]
#[case::date_header_region_query_and_unsigned_payload(
    "POST /a//b/../c%20d/?z=1&b=%C3%BC&b=a%2Bb&empty=\n\
     Host: mturk-requester-sandbox.us-east-1.amazonaws.com\n\
     X-Amz-Content-SHA256: UNSIGNED-PAYLOAD\n\
     Date: Sat, 21 Nov 2026 19:21:25 -0000\n\
     Authorization: AWS4-HMAC-SHA256 \
     Credential=AKIAMADEUPKEY0000001/20261121/us-west-2/mturk-requester/aws4_request, \
     SignedHeaders=date;host;x-amz-content-sha256, \
     Signature=6bff5a4f790c3f8f682aa33a7181c85625f482f15aa0f6deb56601b4101afd33\n\n{\"a\":1}"
)]
fn what_botocore_signed(#[case] text: &str) {
    let message = Message::read(text);
    assert_eq!(parse(&message.headers).unwrap().unwrap().access_key, KEY);
    assert_eq!(message.verify(SECRET, signing_time()), Ok(()));
}

/// A signer of a few lines, as people write them; `headers` are those that it signs, in order.
fn sign_by_hand(region: &str, headers: &[(&str, &str)], payload: &str, body: &str) -> Message {
    let names: Vec<&str> = headers.iter().map(|(name, _)| *name).collect();
    let names = names.join(";");
    let lines: String =
        headers.iter().map(|(name, value)| [name, ":", value, "\n"].concat()).collect();
    let digest = hex(&Sha256::digest(format!("POST\n/\n\n{lines}\n{names}\n{payload}")));
    let scope = format!("20261121/{region}/mturk-requester/aws4_request");
    let seed = format!("AWS4{SECRET}").into_bytes();
    let key = scope.split('/').fold(seed, |key, part| Key::new(&key).signed(part).to_vec());
    let text = format!("AWS4-HMAC-SHA256\n20261121T192125Z\n{scope}\n{digest}");
    let signature = hex(&Key::new(&key).signed(&text));
    Message::read(&format!(
        "POST /\n{lines}Authorization: AWS4-HMAC-SHA256 \
         Credential={KEY}/{scope},SignedHeaders={names},Signature={signature}\n\n{body}"
    ))
}

const HOST: (&str, &str) = ("host", "mturk-requester.us-east-1.amazonaws.com");
const DATE: (&str, &str) = ("x-amz-date", "20261121T192125Z");

/// No content type in the signature, and Amazon's host name whatever address it talks to.
#[rstest]
fn what_a_hand_written_signer_signs(#[values("us-east-1", "us-west-2")] region: &str) {
    let target = ("x-amz-target", "MTurkRequesterServiceV20170117.ListHITs");
    let body = "{\"MaxResults\":10}";
    let payload = hex(&Sha256::digest(body));
    let mut message = sign_by_hand(region, &[HOST, DATE, target], &payload, body);
    message.set("content-type", "application/x-amz-json-1.1");
    assert_eq!(message.verify(SECRET, signing_time()), Ok(()));
}

#[rstest]
#[case::signed(true, Ok(()))]
#[case::beside_the_signature(false, Err(SigningFault::mismatch()))]
fn an_unsigned_payload_is_announced_in_a_signed_header(
    #[case] signed: bool,
    #[case] expected: Result<(), SigningFault>,
) {
    let (name, value) = ("x-amz-content-sha256", "UNSIGNED-PAYLOAD");
    let headers = if signed { vec![HOST, (name, value), DATE] } else { vec![HOST, DATE] };
    let mut message = sign_by_hand("us-east-1", &headers, value, "{}");
    message.set(name, value);
    assert_eq!(message.verify(SECRET, signing_time()), expected);
}

#[test]
fn an_absent_header_is_not_an_empty_one() {
    let payload = hex(&Sha256::digest("{}"));
    let mut message = sign_by_hand("us-east-1", &[HOST, DATE, ("x-more", "")], &payload, "{}");
    assert_eq!(message.verify(SECRET, signing_time()), Ok(()));
    message.headers.remove("x-more");
    assert_eq!(message.verify(SECRET, signing_time()), Err(SigningFault::mismatch()));
}

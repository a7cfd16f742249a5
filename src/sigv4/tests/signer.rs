//! What the AWS SDK's own signer signs verifies.

use std::time::SystemTime;

use aws_credential_types::Credentials;
use aws_sigv4::http_request::{
    PayloadChecksumKind, SignableBody, SignableRequest, SigningSettings, sign,
};
use aws_sigv4::sign::v4::SigningParams;
use rstest::rstest;

use super::{KEY, Message, SECRET, signing_time};

/// How a client signs; a request to the Requester API unless told otherwise.
pub(super) struct Signer {
    pub(super) region: &'static str,
    pub(super) service: &'static str,
    pub(super) token: Option<&'static str>,
    pub(super) payload: PayloadChecksumKind,
    pub(super) unsigned_body: bool,
}

impl Default for Signer {
    fn default() -> Self {
        let payload = PayloadChecksumKind::NoHeader;
        let (region, service) = ("us-east-1", "mturk-requester");
        Self { region, service, token: None, payload, unsigned_body: false }
    }
}

impl Signer {
    pub(super) fn sign(&self, message: &mut Message) {
        let token = self.token.map(str::to_owned);
        let identity = Credentials::new(KEY, SECRET, token, None, "tests").into();
        let mut settings = SigningSettings::default();
        settings.payload_checksum_kind = self.payload;
        let params = SigningParams::builder().identity(&identity).settings(settings);
        let params = params.region(self.region).name(self.service);
        let params = params.time(SystemTime::from(signing_time())).build().unwrap().into();
        let (instructions, _) = sign(self.signable(message), &params).unwrap().into_parts();
        for (name, value) in instructions.headers() {
            message.set(name, value);
        }
    }

    fn signable<'a>(&self, message: &'a Message) -> SignableRequest<'a> {
        let Message { method, path, query, headers, body } = message;
        let mark = if query.is_empty() { "" } else { "?" };
        let uri = format!("http://{}{path}{mark}{query}", headers["host"].to_str().unwrap());
        let body = SignableBody::Bytes(body);
        let body = if self.unsigned_body { SignableBody::UnsignedPayload } else { body };
        let headers = headers.iter().map(|(name, value)| (name.as_str(), value.to_str().unwrap()));
        SignableRequest::new(method, uri, headers, body).unwrap()
    }
}

/// A request as an SDK sends it, without signature.
pub(super) fn get_account_balance() -> Message {
    Message::read(
        "POST /\nHost: 127.0.0.1:1770\nContent-Type: application/x-amz-json-1.1\n\
         X-Amz-Target: MTurkRequesterServiceV20170117.GetAccountBalance\n\n{}",
    )
}

fn check(signer: &Signer, mut message: Message) {
    signer.sign(&mut message);
    assert_eq!(message.verify(SECRET, signing_time()), Ok(()));
}

#[rstest]
fn any_body_verifies(
    #[values("", "{}", "{\"Title\":\"Größe schätzen 🐢\"}", "a\r\nb\n\nc", "\0\u{7f}")] body: &str,
) {
    let message = Message { body: body.as_bytes().to_vec(), ..get_account_balance() };
    check(&Signer::default(), message);
}

#[test]
fn a_body_that_is_not_text_verifies() {
    let body = (0..=u8::MAX).cycle().take(100_000).collect();
    check(&Signer::default(), Message { body, ..get_account_balance() });
}

#[rstest]
#[case("x-quirk", "")]
#[case("x-quirk", "two  blanks   and more")]
#[case("x-quirk", "\"quoted  blanks\"")]
#[case("x-quirk", "inner\ttab")]
#[case("x-quirk", "comma, separated,values")]
#[case("content-type", "application/x-amz-json-1.1; charset=utf-8")]
#[case("host", "mturk-requester.us-east-1.amazonaws.com")]
#[case("host", "mturk-requester-sandbox.us-east-1.amazonaws.com:443")]
#[case("host", "[::1]:1770")]
fn any_header_verifies(#[case] name: &str, #[case] value: &str) {
    let mut message = get_account_balance();
    message.set(name, value);
    check(&Signer::default(), message);
}

#[test]
fn a_header_sent_twice_verifies() {
    let mut message = get_account_balance();
    for value in ["b", "a  c"] {
        message.headers.append("x-quirk", value.parse().unwrap());
    }
    check(&Signer::default(), message);
}

#[rstest]
fn any_target_verifies(
    #[values("/", "//", "/a//b/../c/", "/./a/.", "/..", "/a%20b/%C3%BC", "/a:b@c!$&'()*+,;=")]
    path: &str,
    #[values("", "b=2&a=1", "a=2&a=1&a", "ü=%C3%BC&%7E=~", "a=b=c&&d", "a+b=%2B&c=%20", "%zz=%")]
    query: &str,
) {
    let (path, query) = (path.to_owned(), query.replace('ü', "%c3%bc"));
    check(&Signer::default(), Message { path, query, ..get_account_balance() });
}

#[test]
fn a_session_token_takes_part() {
    let signer = Signer { token: Some("FwoGZXIvYXdzEMadeUp//token=="), ..Signer::default() };
    check(&signer, get_account_balance());
}

#[rstest]
#[case("us-west-2")]
#[case("eu-central-1")]
#[case("somewhere")]
fn any_region_will_do(#[case] region: &'static str) {
    check(&Signer { region, ..Signer::default() }, get_account_balance());
}

#[rstest]
fn a_payload_hash_header_takes_part(#[values(false, true)] unsigned_body: bool) {
    let payload = PayloadChecksumKind::XAmzSha256;
    check(&Signer { payload, unsigned_body, ..Signer::default() }, get_account_balance());
}

#[test]
fn headers_added_on_the_way_do_not_matter() {
    let mut message = get_account_balance();
    Signer::default().sign(&mut message);
    message.set("via", "1.1 proxy");
    message.set("amz-sdk-request", "attempt=2");
    assert_eq!(message.verify(SECRET, signing_time()), Ok(()));
}

/// What this program signs for SQS and SNS is what the AWS SDK's own signer makes of it.
#[rstest]
fn this_program_signs_as_the_sdk_does(
    #[values("sqs", "sns")] service: &'static str,
    #[values(None, Some("FwoGZXIvYXdzEMadeUp//token=="))] token: Option<&'static str>,
) {
    let mut expected = get_account_balance();
    let mut request = axum::http::Request::post("/").body(expected.body.clone()).unwrap();
    *request.headers_mut() = expected.headers.clone();
    Signer { region: "eu-west-1", service, token, ..Signer::default() }.sign(&mut expected);
    let signer = crate::sigv4::Signer {
        access_key: KEY,
        secret: SECRET,
        session_token: token,
        region: "eu-west-1",
        service,
    };
    signer.sign(&mut request, signing_time()).unwrap();
    assert_eq!(*request.headers(), expected.headers);
}

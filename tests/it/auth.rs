//! Who asks: through the router, signed as the AWS SDK for Rust signs.

use std::time::{Duration, SystemTime};

use aws_credential_types::Credentials;
use aws_sigv4::http_request::{SignableBody, SignableRequest, SigningSettings, sign};
use aws_sigv4::sign::v4::SigningParams;
use axum::body::Body;
use axum::http::{HeaderValue, Request};
use mturk_local::emulator::{Credential, Options};
use mturk_local::engine::ClockChange;
use mturk_local::time::{Span, wall_clock};
use mturk_local::wire::caller::Auth;
use rstest::rstest;
use serde_json::{Value, json};

use crate::shape;
use crate::state::state;
use crate::world::{Reply, START, World, authorization, hit};

/// A client with a key.
struct Client {
    access_key: &'static str,
    secret: &'static str,
    token: Option<&'static str>,
    region: &'static str,
    service: &'static str,
    host: &'static str,
    /// How many seconds its clock is ahead.
    ahead: i64,
}

const ALICE: Client = Client {
    access_key: "AKIDALICE",
    secret: "alice/s+secret",
    token: None,
    region: "us-east-1",
    service: "mturk-requester",
    host: "127.0.0.1:1770",
    ahead: 0,
};

impl Client {
    fn sign(&self, operation: &str, body: &str) -> Request<Body> {
        let target = format!("MTurkRequesterServiceV20170117.{operation}");
        let headers = [
            ("host", self.host),
            ("content-type", "application/x-amz-json-1.1"),
            ("x-amz-target", &target),
        ];
        let token = self.token.map(str::to_owned);
        let identity = Credentials::new(self.access_key, self.secret, token, None, "tests").into();
        let seconds = u64::try_from(wall_clock().timestamp() + self.ahead).unwrap();
        let params = SigningParams::builder()
            .identity(&identity)
            .region(self.region)
            .name(self.service)
            .time(SystemTime::UNIX_EPOCH + Duration::from_secs(seconds))
            .settings(SigningSettings::default());
        let uri = format!("http://{}/", self.host);
        let signable = SignableBody::Bytes(body.as_bytes());
        let signable = SignableRequest::new("POST", uri, headers.into_iter(), signable).unwrap();
        let (signed, _) = sign(signable, &params.build().unwrap().into()).unwrap().into_parts();
        let mut request = Request::post("/").body(Body::from(body.to_owned())).unwrap();
        for (name, value) in headers.into_iter().chain(signed.headers()) {
            let name = axum::http::HeaderName::from_bytes(name.as_bytes()).unwrap();
            request.headers_mut().insert(name, HeaderValue::from_str(value).unwrap());
        }
        request
    }

    async fn call(&self, world: &World, operation: &str, body: Value) -> Reply {
        let reply = world.send(self.sign(operation, &body.to_string())).await;
        shape::check(operation, &reply);
        reply
    }
}

async fn world(auth: Auth) -> World {
    World::with(|options: &mut Options| {
        options.auth = auth;
        options.credentials = vec![Credential {
            access_key: ALICE.access_key.into(),
            secret: ALICE.secret.into(),
            name: Some("Alice".into()),
        }];
    })
    .await
}

/// The exception that a reply names; none for a success.
fn exception(reply: &Reply) -> Option<String> {
    reply.json()["__type"].as_str().map(str::to_owned)
}

async fn check(world: &World, client: &Client, expected: Option<&str>) {
    let before = state(world).await;
    let reply = client.call(world, "CreateHIT", hit(json!({}))).await;
    assert_eq!(exception(&reply).as_deref(), expected, "{}", reply.text);
    let stored = state(world).await != before;
    assert_eq!(stored, expected.is_none(), "a refused call leaves nothing behind");
}

#[tokio::test]
async fn another_region_is_refused_in_strict_mode_alone() {
    let abroad = Client { region: "us-west-1", ..ALICE };
    check(&world(Auth::Open).await, &abroad, None).await;
    let strict = world(Auth::Strict).await;
    let said = async |client: &Client| {
        let reply = client.call(&strict, "GetAccountBalance", json!({})).await;
        shape::fault(&reply.json())
    };
    let region = "Credential should be scoped to a valid region, not 'us-west-1'.";
    assert_eq!(said(&abroad).await, format!("InvalidSignatureException: {region}"));
    let service = "Credential should be scoped to correct service: 'mturk-requester'. ";
    assert_eq!(
        said(&Client { service: "mturk", ..abroad }).await,
        format!("InvalidSignatureException: {region} {service}")
    );
    check(&strict, &ALICE, None).await;
}

#[rstest]
#[case(Auth::Open)]
#[case(Auth::Strict)]
#[tokio::test]
async fn a_known_key_is_verified(#[case] auth: Auth) {
    let world = world(auth).await;
    let mismatch = Some("InvalidSignatureException");
    check(&world, &ALICE, None).await;
    check(&world, &Client { token: Some("session/token+="), ..ALICE }, None).await;
    let amazon = "mturk-requester-sandbox.us-east-1.amazonaws.com";
    check(&world, &Client { host: amazon, ..ALICE }, None).await;
    check(&world, &Client { ahead: 14 * 60, ..ALICE }, None).await;
    check(&world, &Client { ahead: -14 * 60, ..ALICE }, None).await;
    // Only strict mode looks at the age.
    let old = mismatch.filter(|_| auth == Auth::Strict);
    check(&world, &Client { ahead: 16 * 60, ..ALICE }, old).await;
    check(&world, &Client { ahead: -16 * 60, ..ALICE }, old).await;
    check(&world, &Client { secret: "wrong", ..ALICE }, mismatch).await;
    check(&world, &Client { service: "mturk", ..ALICE }, mismatch).await;
}

/// A client whose clock stands where the market's does.
#[tokio::test]
async fn a_signature_is_as_old_as_the_market_says_or_as_real_time_does() {
    let world = world(Auth::Strict).await;
    let market = START - wall_clock().timestamp();
    for (ahead, expected) in [
        (0, None),
        (market, None),
        (market + 14 * 60, None),
        (market - 14 * 60, None),
        (market + 20 * 60, Some("InvalidSignatureException")),
        (market - 20 * 60, Some("InvalidSignatureException")),
    ] {
        check(&world, &Client { ahead, ..ALICE }, expected).await;
    }
    let ahead = ClockChange::Advance(Span::days(1));
    world.emulator.engine().change_clock(ahead).await.unwrap();
    check(&world, &Client { ahead: market, ..ALICE }, Some("InvalidSignatureException")).await;
}

#[rstest]
#[case(Auth::Open)]
#[case(Auth::Strict)]
#[tokio::test]
async fn what_was_signed_is_what_counts(#[case] auth: Auth) {
    let world = world(auth).await;
    let body = hit(json!({"Title": "Über 🐈, \"q\""})).to_string();
    let good = world.send(ALICE.sign("CreateHIT", &body)).await;
    assert_eq!(good.json()["HIT"]["Title"], "Über 🐈, \"q\"");
    let before = state(&world).await;
    let other_body = ALICE.sign("CreateHIT", &body).map(|_| Body::from(body.replace('q', "r")));
    let mut other_target = ALICE.sign("ListHITs", &body);
    let target = HeaderValue::from_static("MTurkRequesterServiceV20170117.CreateHIT");
    other_target.headers_mut().insert("x-amz-target", target);
    let mut other_host = ALICE.sign("CreateHIT", &body);
    other_host.headers_mut().insert("host", HeaderValue::from_static("localhost"));
    for request in [other_body, other_target, other_host] {
        let reply = world.send(request).await;
        assert_eq!(exception(&reply).as_deref(), Some("InvalidSignatureException"));
        assert_eq!(reply.status, 400);
    }
    assert_eq!(state(&world).await, before);
}

#[tokio::test]
async fn in_open_mode_anyone_is_a_requester() {
    let world = world(Auth::Open).await;
    let nobody = Client { access_key: "AKIDNOBODY", secret: "any", ..ALICE };
    check(&world, &nobody, None).await;
    check(&world, &Client { access_key: "test", secret: "test", ..ALICE }, None).await;
    let wrong = Client { access_key: "test", secret: "guess", ..ALICE };
    check(&world, &wrong, Some("InvalidSignatureException")).await;
    let count = async |world: &World| world.ok("ListHITs", json!({})).await["NumResults"].take();
    assert_eq!(count(&world).await, 1, "who does not sign is the requester of the key test");
    assert_eq!(count(&world.by("AKIDNOBODY")).await, 1, "no signature of an unknown key is wrong");
    assert_eq!(count(&world.by("123456789012")).await, 0);
}

#[tokio::test]
async fn in_strict_mode_only_known_keys_come_in() {
    let world = world(Auth::Strict).await;
    let before = state(&world).await;
    let (status, unsigned) = world.call("CreateHIT", hit(json!({}))).await;
    assert_eq!((status, &unsigned["__type"]), (400, &json!("MissingAuthenticationTokenException")));
    let unknown = Some("UnrecognizedClientException");
    check(&world, &Client { access_key: "AKIDNOBODY", ..ALICE }, unknown).await;
    check(&world, &Client { access_key: "test", secret: "test", ..ALICE }, unknown).await;
    let said = world.by("AKIDNOBODY").fault("GetAccountBalance", json!({})).await;
    let expected = "The security token included in the request is invalid.";
    assert_eq!(said, format!("UnrecognizedClientException: {expected}"));
    assert_eq!(state(&world).await, before);
}

#[rstest]
#[case("AWS4-HMAC-SHA256")]
#[case("AWS4-HMAC-SHA256 Credential=AKIDALICE")]
#[case("AWS4-HMAC-SHA256 Credential=AKIDALICE/x, SignedHeaders=host, Signature=00")]
#[case("Basic dGVzdDp0ZXN0")]
#[case("")]
#[tokio::test]
async fn a_broken_header_is_refused_in_both_modes(#[case] header: &str) {
    for auth in [Auth::Open, Auth::Strict] {
        let world = world(auth).await;
        let mut request = world.request("GetAccountBalance", "{}");
        request.headers_mut().insert("authorization", HeaderValue::from_str(header).unwrap());
        let reply = world.send(request).await;
        shape::check("GetAccountBalance", &reply);
        let said = exception(&reply).unwrap();
        assert!(
            ["IncompleteSignatureException", "MissingAuthenticationTokenException"]
                .contains(&said.as_str()),
            "{auth:?} {header:?}: {}",
            reply.text
        );
    }
}

#[tokio::test]
async fn each_key_is_a_world_of_its_own() {
    let world = World::new().await;
    let keys = ["test", "AKIDONE", "123456789012", "ASIATEMPORARY"];
    for key in keys {
        let requester = if key == "test" { world.clone() } else { world.by(key) };
        requester.create_hit(json!({"Title": key})).await;
        let listed = requester.ok("ListHITs", json!({})).await;
        assert_eq!(listed["NumResults"], 1);
        assert_eq!(listed["HITs"][0]["Title"], key);
    }
    let ids: std::collections::BTreeSet<_> =
        keys.iter().map(|key| mturk_local::ids::requester_of(key)).collect();
    assert_eq!(ids.len(), keys.len());
    assert!(authorization("AKIDONE").contains("Credential=AKIDONE/"));
}

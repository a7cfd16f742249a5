//! Webhooks: which are valid, and how events are signed.
//!
//! Ids, times and signatures are those of Standard Webhooks (standardwebhooks.com), so that its
//! libraries verify them.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use ring::hmac;

use crate::rules::outbound::target;
use crate::shapes::webhook::{Secret, Webhook};

/// The largest number of webhooks in a market.
pub const MOST_WEBHOOKS: i64 = 100;

/// What secrets begin with.
const PREFIX: &str = "whsec_";

/// Everything that is wrong with a webhook: the member, and why. No text shows the secret.
pub fn problems(webhook: &Webhook) -> Vec<(&'static str, String)> {
    let mut problems = Vec::new();
    // A missing one is reported elsewhere.
    if let (false, Err(why)) = (webhook.url.is_empty(), target(&webhook.url)) {
        problems.push(("Url", why.to_owned()));
    }
    if webhook.secret.as_ref().is_some_and(|secret| key(secret).is_none()) {
        let why = "must be whsec_ and 24 to 64 bytes in base64";
        problems.push(("Secret", why.to_owned()));
    }
    if webhook.events.as_ref().is_some_and(Vec::is_empty) {
        problems.push(("Events", "must not be empty; leave it out for all events".to_owned()));
    }
    if webhook.description.as_ref().is_some_and(|text| text.chars().count() > 1024) {
        problems.push(("Description", "must be at most 1024 characters long".to_owned()));
    }
    if webhook.after.is_some_and(|after| after < 0) {
        problems.push(("After", "must be the number of an event, or 0".to_owned()));
    }
    problems
}

/// The secret that these bytes make.
pub fn secret(bytes: [u8; 32]) -> Secret {
    Secret(format!("{PREFIX}{}", STANDARD.encode(bytes)))
}

fn key(secret: &Secret) -> Option<hmac::Key> {
    let bytes = STANDARD.decode(secret.0.strip_prefix(PREFIX)?).ok()?;
    (24..=64).contains(&bytes.len()).then(|| hmac::Key::new(hmac::HMAC_SHA256, &bytes))
}

/// The value of `webhook-signature`, for an event with this id that is sent at this time (epoch
/// seconds). `None` if the secret is none.
pub fn signature(secret: &Secret, id: &str, timestamp: i64, body: &str) -> Option<String> {
    let tag = hmac::sign(&key(secret)?, format!("{id}.{timestamp}.{body}").as_bytes());
    Some(format!("v1,{}", STANDARD.encode(tag)))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The example of the specification's reference libraries.
    #[test]
    fn a_signature_is_that_of_standard_webhooks() {
        let secret = Secret("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw".to_owned());
        let id = "msg_p5jXN8AQM9LWM0D4loKWxJek";
        let signed = signature(&secret, id, 1_614_265_330, r#"{"test": 2432232314}"#);
        assert_eq!(signed.as_deref(), Some("v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="));
        assert_eq!(format!("{secret:?}"), "Secret");
    }

    #[test]
    fn every_problem_of_a_webhook_is_found() {
        let secret = |bytes: usize| format!("whsec_{}", STANDARD.encode(vec![7; bytes]));
        let with_secret = |secret: &str| format!(r#"{{"Url":"http://a/","Secret":"{secret}"}}"#);
        let description = |length: usize| {
            format!(r#"{{"Url":"http://a/","Description":"{}"}}"#, "x".repeat(length))
        };
        for (text, members) in [
            (r#"{"Url":"https://a.test/x?y=z"}"#.to_owned(), &[][..]),
            (r#"{"Url":"http://a/","Events":["Ping"],"After":0}"#.to_owned(), &[]),
            (r#"{"Url":"a","Events":[],"After":-1}"#.to_owned(), &["Url", "Events", "After"]),
            (with_secret("MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"), &["Secret"]),
            (with_secret("whsec_!"), &["Secret"]),
            (with_secret(&secret(23)), &["Secret"]),
            (with_secret(&secret(24)), &[]),
            (with_secret(&secret(64)), &[]),
            (with_secret(&secret(65)), &["Secret"]),
            (description(1024), &[]),
            (description(1025), &["Description"]),
        ] {
            let webhook: Webhook = serde_json::from_str(&text).unwrap();
            let found = problems(&webhook);
            let found: Vec<_> = found.into_iter().map(|(member, _)| member).collect();
            assert_eq!(found, members, "{text}");
        }
        let made = super::secret([1; 32]);
        assert!(key(&made).is_some());
    }
}

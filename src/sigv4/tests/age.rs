//! A signature holds for a quarter of an hour around its date.

use chrono::TimeDelta;
use rstest::rstest;

use super::signer::{Signer, get_account_balance};
use super::{SECRET, SigningFault, at, signing_time};

#[rstest]
#[case(0, None)]
#[case(899_000, None)]
#[case(900_000, None)]
#[case(900_999, None)]
#[case(
    901_000,
    Some(
        "20261121T192125Z is now earlier than 20261121T192126Z \
    (20261121T193626Z - 15 min.)"
    )
)]
#[case(
    31_536_000_000,
    Some(
        "20261121T192125Z is now earlier than 20271121T190625Z \
    (20271121T192125Z - 15 min.)"
    )
)]
fn it_expires(#[case] later_ms: i64, #[case] words: Option<&str>) {
    let words = words.map(|words| format!("Signature expired: {words}"));
    check(later_ms, words.as_deref());
}

#[rstest]
#[case(899_000, None)]
#[case(900_000, None)]
#[case(
    901_000,
    Some(
        "20261121T192125Z is still later than 20261121T192124Z \
    (20261121T190624Z + 15 min.)"
    )
)]
#[case(
    86_400_000,
    Some(
        "20261121T192125Z is still later than 20261120T193625Z \
    (20261120T192125Z + 15 min.)"
    )
)]
fn it_does_not_hold_early(#[case] earlier_ms: i64, #[case] words: Option<&str>) {
    let words = words.map(|words| format!("Signature not yet current: {words}"));
    check(-earlier_ms, words.as_deref());
}

fn check(later_ms: i64, words: Option<&str>) {
    let mut message = get_account_balance();
    Signer::default().sign(&mut message);
    let now = signing_time() + TimeDelta::milliseconds(later_ms);
    let fault = message.verify(SECRET, now).err();
    let names = fault.as_ref().map(|fault| fault.exception);
    assert_eq!(names, words.map(|_| "InvalidSignatureException"));
    assert_eq!(fault.map(|fault| fault.message).as_deref(), words);
}

#[test]
fn the_words_are_those_of_the_service() {
    let [signed_at, now] = ["2026-11-21T19:00:00Z", "2026-11-21T19:25:00Z"].map(at);
    let words = "Signature expired: 20261121T190000Z is now earlier than 20261121T191000Z \
        (20261121T192500Z - 15 min.)";
    assert_eq!(SigningFault::expired(signed_at, now).message, words);
}

//! The words of which questions and answers are made.
#![expect(dead_code, reason = "they are described, never made")]

use utoipa::ToSchema;

/// `A` and more capital letters and digits.
#[derive(ToSchema)]
#[schema(pattern = "^A[A-Z0-9]{1,63}$", example = "A1ANNA0000000")]
pub struct WorkerId(String);

/// Capital letters and digits.
#[derive(ToSchema)]
#[schema(pattern = "^[A-Z0-9]{1,64}$", example = "3TESTHIT000000000000000000000A")]
pub struct Id(String);

/// US dollars, with two decimals at most; at most 1000000000.00.
#[derive(ToSchema)]
#[schema(pattern = r"^0*(1000000000(\.0{0,2})?|[0-9]{1,9}(\.[0-9]{0,2})?)$", example = "0.05")]
pub struct Dollars(String);

/// What a requester has, in US dollars: from -10000000000000000.00 to 10000000000000000.00.
#[derive(ToSchema)]
#[schema(pattern = r"^-?[0-9]{1,16}(\.[0-9]{0,2})?$", example = "10000.00")]
pub struct Funds(String);

/// A length of time: whole numbers with `ms`, `s`, `m`, `h`, `d` or `w`; without a unit, seconds.
#[derive(ToSchema)]
#[schema(pattern = r"^\+?([0-9]{1,9}(ms|s|m|h|d|w))*([0-9]{1,9}(ms|s|m|h|d|w)?)$", example = "30d")]
pub struct Span(String);

/// An instant from 1970 on; what happens does so until 2199, what lies ahead until 2200.
#[derive(ToSchema)]
#[serde(untagged)]
pub enum Time {
    /// RFC 3339, epoch seconds, or a span from now.
    #[schema(example = "-2h")]
    Text(String),
    /// Epoch seconds.
    #[schema(example = 1_767_225_600)]
    Seconds(f64),
}

/// An instant, RFC 3339 in UTC.
#[derive(ToSchema)]
#[schema(format = DateTime, example = "2026-01-01T00:00:00Z")]
pub struct At(String);

/// An object of any form.
#[derive(ToSchema)]
#[schema(value_type = Object)]
pub struct Anything(String);

/// An object without members.
#[derive(ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Nothing {}

/// Two capital letters.
#[derive(ToSchema)]
#[schema(pattern = "^[A-Z]{2}$", example = "US")]
pub struct Letters(String);

//! Amount and time limit of a bonus.

use crate::fault::Fault;
use crate::money::Cents;
use crate::time::{Instant, Span};

/// The worker must have done work for the requester within six months (API reference).
///
/// Assumed: 183 days, counted from the submission of the latest work.
pub const WITHIN: Span = Span::days(183);

/// Reads `BonusAmount`.
///
/// # Errors
/// `ParameterValidationError`: nothing, or more than can be counted. Assumed: that a bonus of
/// nothing is refused.
pub fn amount(text: &str) -> Result<Cents, Fault> {
    let amount = Cents::parse(text).filter(|amount| *amount > Cents(0));
    amount.ok_or_else(|| Fault::invalid_parameter("BonusAmount", text))
}

/// Whether a worker whose latest work was submitted at `latest` can be paid at `now`.
///
/// # Errors
/// Too long ago. Assumed: the fault is that of a worker who cannot be paid at all.
pub fn in_time(worker_id: &str, latest: Instant, now: Instant) -> Result<(), Fault> {
    if now <= latest + WITHIN {
        return Ok(());
    }
    Err(Fault::invalid_parameter("WorkerId", worker_id))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bonus_is_an_amount_above_nothing() {
        for (text, cents) in [("0.01", Some(1)), ("5", Some(500)), ("0", None), ("0.00", None)] {
            assert_eq!(amount(text).ok(), cents.map(Cents), "{text}");
        }
        assert!(amount(&"9".repeat(20)).is_err());
    }

    #[test]
    fn six_months_have_an_end() {
        let end = Instant(0) + WITHIN;
        assert!(in_time("A1", Instant(0), end).is_ok());
        assert!(in_time("A1", Instant(0), end + Span(1)).is_err());
    }
}

//! What the fields of forms hold.

use crate::fault::Fault;
use crate::ids::{self, is_worker_id};
use crate::views::show;

/// Units of time that a form offers, in seconds.
pub const UNITS: [(&str, &str); 3] = [("86400", "days"), ("3600", "hours"), ("60", "minutes")];

/// So many bytes of what was typed are shown again in a sentence.
const SHOWN: usize = 60;

/// So many of one of the [`UNITS`], in seconds; none if there is no such unit, or it is too long.
pub fn seconds(count: i64, unit: &str) -> Option<i64> {
    let (unit, _) = UNITS.iter().find(|(known, _)| *known == unit)?;
    count.checked_mul(unit.parse().ok()?)
}

/// A whole number; what it counts ends the sentence of a refusal.
///
/// # Errors
/// It is none.
pub fn whole_number(text: &str, of: &str) -> Result<i64, Fault> {
    text.parse().map_err(|_| no_whole_number(text, of))
}

/// The refusal of what is no whole number that could be meant.
pub fn no_whole_number(text: &str, of: &str) -> Fault {
    let shown = show::excerpt(text, SHOWN).text;
    Fault::unreadable(format!("“{shown}” is not a whole number {of}."))
}

/// A score as the API takes it: 32 bits.
///
/// # Errors
/// It is none.
pub fn score(text: &str) -> Result<i32, Fault> {
    let shown = show::excerpt(text, SHOWN).text;
    let why = format!(
        "“{shown}” is not a score. A score is a whole number from -2147483648 to 2147483647."
    );
    text.parse().map_err(|_| Fault::unreadable(why))
}

/// The id of a worker.
///
/// # Errors
/// It is none.
pub fn worker_id(text: &str) -> Result<&str, Fault> {
    if is_worker_id(text) {
        return Ok(text);
    }
    let shown = show::excerpt(text, SHOWN).text;
    Err(Fault::unreadable(format!("“{shown}” is no worker id: {}.", ids::WORKER_ID)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_score_has_32_bits() {
        assert_eq!(score("2147483647").ok(), Some(i32::MAX));
        assert_eq!(score("-2147483648").ok(), Some(i32::MIN));
        for odd in ["2147483648", "-2147483649", "", "1.5", "ten"] {
            assert!(score(odd).is_err(), "{odd}");
        }
    }

    #[test]
    fn a_length_of_time_has_a_unit() {
        assert_eq!(seconds(2, "3600"), Some(7200));
        assert_eq!(seconds(2, "7"), None);
        assert_eq!(seconds(i64::MAX, "60"), None);
    }
}

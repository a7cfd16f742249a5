//! `UniqueRequestToken`: a repeated request fails instead of doing its work twice.

use crate::fault::{Code, Fault};
use crate::shapes::words::words;
use crate::time::{Instant, Span};

/// A token is remembered this long (API reference).
pub const REMEMBERED: Span = Span::days(1);

words! {
    store
    /// What a token protects: the same token in another scope is another token.
    Scope {
        /// CreateHIT and CreateHITWithHITType.
        Hit = "HIT",
        /// CreateAdditionalAssignmentsForHIT.
        AdditionalAssignments = "AdditionalAssignments",
        /// SendBonus.
        Bonus = "Bonus",
        /// The hidden token of UpdateExpirationForHIT: a HIT and its new end.
        Expiration = "Expiration",
    }
}

impl Scope {
    /// The fault of a repeated `token`; `made` is the id of what the first request made.
    pub fn repeated(self, token: &str, made: &str) -> Fault {
        match self {
            Self::Hit => Fault::refused(
                Code::HitAlreadyExists,
                format!("The HIT with ID \"{made}\" already exists."),
            ),
            // Assumed: the code; the sentence was recorded.
            Self::AdditionalAssignments | Self::Bonus | Self::Expiration => Fault::refused(
                Code::DuplicateRequest,
                format!("The idempotency token \"{token}\" has already been processed."),
            ),
        }
    }
}

/// The token that the service made of a HIT and its new expiration, as Java prints a date. Seen in
/// its fault, which is why the same future end cannot be set twice.
pub fn expiration_token(hit_id: &str, expire_at: Instant) -> String {
    let date = chrono::DateTime::from_timestamp_millis(expire_at.0).unwrap_or_default();
    format!("{hit_id}{}", date.format("%a %b %d %H:%M:%S UTC %Y"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_hidden_token_looks_as_it_was_seen() {
        let token = expiration_token("3VJ4PFXFJ5VXUC3I783DUQKOMF2UAW", Instant(1_626_294_366_000));
        assert_eq!(token, "3VJ4PFXFJ5VXUC3I783DUQKOMF2UAWWed Jul 14 20:26:06 UTC 2021");
        let message = "DuplicateRequest: The idempotency token \"x\" has already been processed.";
        assert_eq!(Scope::Expiration.repeated("x", "3H").to_string(), message);
    }
}

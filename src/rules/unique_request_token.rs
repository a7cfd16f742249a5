//! `UniqueRequestToken`: a repeated request fails instead of doing its work twice.

use crate::fault::Fault;
use crate::time::{Instant, Span};

/// A token is remembered this long (API reference).
pub const REMEMBERED: Span = Span::days(1);

/// What a token protects: the same token in another scope is another token.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Scope {
    /// CreateHIT and CreateHITWithHITType.
    Hit,
    /// CreateAdditionalAssignmentsForHIT.
    AdditionalAssignments,
    /// SendBonus.
    Bonus,
    /// The hidden token of UpdateExpirationForHIT: a HIT and its new end.
    Expiration,
}

impl Scope {
    /// The word in the store.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Hit => "HIT",
            Self::AdditionalAssignments => "AdditionalAssignments",
            Self::Bonus => "Bonus",
            Self::Expiration => "Expiration",
        }
    }

    /// The fault of a repeated `token`; `made` is the id of what the first request made.
    #[must_use]
    pub fn repeated(self, token: &str, made: &str) -> Fault {
        match self {
            Self::Hit => Fault::request(
                "HitAlreadyExists",
                format!("The HIT with ID \"{made}\" already exists."),
            ),
            // Assumed: the code; the sentence was recorded.
            Self::AdditionalAssignments | Self::Bonus | Self::Expiration => Fault::request(
                "DuplicateRequest",
                format!("The idempotency token \"{token}\" has already been processed."),
            ),
        }
    }
}

/// The token that the service made of a HIT and its new expiration, as Java prints a date. Seen in
/// its fault, which is why the same future end cannot be set twice.
#[must_use]
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
        let said = "DuplicateRequest: The idempotency token \"x\" has already been processed.";
        assert_eq!(Scope::Expiration.repeated("x", "3H").to_string(), said);
    }
}

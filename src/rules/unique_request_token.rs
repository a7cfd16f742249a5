//! `UniqueRequestToken`: a repeated request fails instead of doing its work twice.

use crate::fault::Fault;
use crate::time::Span;

/// A token is remembered this long (API reference).
pub const REMEMBERED: Span = Span::days(1);

/// What a token protects: the same token in another scope is another token.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Scope {
    /// CreateHIT and CreateHITWithHITType.
    Hit,
    /// CreateAdditionalAssignmentsForHIT.
    AdditionalAssignments,
}

impl Scope {
    /// The word in the store.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Hit => "HIT",
            Self::AdditionalAssignments => "AdditionalAssignments",
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
            Self::AdditionalAssignments => Fault::request(
                "DuplicateRequest",
                format!("The idempotency token \"{token}\" has already been processed."),
            ),
        }
    }
}

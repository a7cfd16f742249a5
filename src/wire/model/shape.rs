//! What an operation, a member and a value are.

/// One operation: what it is called, and what it takes.
#[derive(Debug, Clone, Copy)]
pub struct OperationShape {
    /// The name that stands in `X-Amz-Target` after the dot.
    pub name: &'static str,
    /// The members of the request.
    pub input: &'static [Member],
}

/// One member of a structure.
#[derive(Debug, Clone, Copy)]
pub struct Member {
    /// The name as it stands on the wire.
    pub name: &'static str,
    /// What its value may be.
    pub shape: Shape,
    /// Whether a request without it is refused.
    pub required: bool,
}

/// What a value may be. Shapes do not refer to themselves, so a walk along them ends.
#[derive(Debug, Clone, Copy)]
pub enum Shape {
    /// A JSON string that meets every constraint.
    String(&'static [Constraint]),
    /// A whole JSON number of 32 bits, signed, that meets every constraint.
    Integer(&'static [Constraint]),
    /// A whole JSON number of 64 bits, signed.
    Long,
    /// `true` or `false`.
    Boolean,
    /// A JSON number: seconds since 1970, fractions allowed.
    Timestamp,
    /// A JSON array of any length.
    List(&'static Shape),
    /// A JSON object.
    Structure(&'static [Member]),
}

/// What a string or a number has to meet beyond being one.
#[derive(Debug, Clone, Copy)]
pub enum Constraint {
    /// A string of at most so many characters.
    MaxLength(usize),
    /// A string of at least so many characters.
    MinLength(usize),
    /// A string that the pattern matches.
    Matches(&'static Pattern),
    /// A string that is one of these.
    OneOf(&'static [&'static str]),
    /// A number not above this.
    Max(i64),
    /// A number not below this.
    Min(i64),
}

/// A regular expression of the API: its text for messages, and what it means.
#[derive(Debug, Clone, Copy)]
pub struct Pattern {
    /// The expression as the API states it.
    pub text: &'static str,
    /// Whether the expression matches the whole string, as Java's `matches()` has it.
    pub matches: fn(&str) -> bool,
}

/// A member that a request must have.
pub(super) const fn req(name: &'static str, shape: Shape) -> Member {
    Member { name, shape, required: true }
}

/// A member that may be absent.
pub(super) const fn opt(name: &'static str, shape: Shape) -> Member {
    Member { name, shape, required: false }
}

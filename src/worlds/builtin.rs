//! The worlds that the program carries with it.

mod crowd;

use serde_json::Value;

/// A built-in world.
#[derive(Debug, Clone, Copy)]
pub struct Builtin {
    /// What `--fixture` calls it.
    pub name: &'static str,
    made: fn() -> &'static str,
}

/// A file of the folder `fixtures`.
macro_rules! builtin {
    ($name:literal) => {
        Builtin { name: $name, made: || include_str!(concat!("../../fixtures/", $name, ".json")) }
    };
}

/// Every built-in world, by name.
pub const BUILTIN: &[Builtin] = &[
    Builtin { name: "crowd", made: crowd::text },
    builtin!("demo"),
    builtin!("every-status"),
    builtin!("layouts-and-files"),
    builtin!("minimal"),
    builtin!("qualified"),
    builtin!("review-queue"),
    builtin!("three-pages"),
    builtin!("two-requesters"),
];

impl Builtin {
    /// The world of that name.
    #[must_use]
    pub fn find(name: &str) -> Option<Self> {
        BUILTIN.iter().find(|builtin| builtin.name == name).copied()
    }

    /// The file.
    #[must_use]
    pub fn text(&self) -> &'static str {
        (self.made)()
    }

    /// What it is for.
    #[must_use]
    pub fn about(&self) -> String {
        let world: Value = serde_json::from_str(self.text()).unwrap_or_default();
        world["About"].as_str().unwrap_or_default().to_owned()
    }
}

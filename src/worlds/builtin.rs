//! The worlds that the program carries with it.

/// A built-in world.
#[derive(Debug, Clone, Copy)]
pub struct Builtin {
    /// What `--fixture` calls it.
    pub name: &'static str,
    /// The file.
    pub text: &'static str,
}

/// A file of the folder `fixtures`.
macro_rules! builtin {
    ($name:literal) => {
        Builtin { name: $name, text: include_str!(concat!("../../fixtures/", $name, ".json")) }
    };
}

/// Every built-in world, by name.
pub const BUILTIN: &[Builtin] = &[
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

    /// What it says of itself.
    #[must_use]
    pub fn about(&self) -> String {
        #[derive(serde::Deserialize)]
        struct About {
            #[serde(rename = "About", default)]
            about: String,
        }
        serde_json::from_str::<About>(self.text).map(|about| about.about).unwrap_or_default()
    }
}

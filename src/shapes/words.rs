//! Sets of words: of the API, of world files and of the store.

/// One of a fixed set of words.
pub trait Word: Copy + 'static {
    /// The word.
    fn as_str(self) -> &'static str;

    /// What the word stands for.
    fn parse(word: &str) -> Option<Self>;
}

/// An enum whose variants are words. Those of the `api` are so in JSON too, and in the description
/// of the control API.
macro_rules! words {
    (api $(#[$doc:meta])* $name:ident { $($(#[$of:meta])* $variant:ident = $word:tt,)+ }) => {
        $(#[$doc])*
        #[derive(serde::Serialize, serde::Deserialize, utoipa::ToSchema)]
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
        pub enum $name { $($(#[$of])* #[serde(rename = $word)] $variant,)+ }

        crate::shapes::words::words!(impl $name { $($variant = $word,)+ });
    };
    (store $(#[$doc:meta])* $name:ident { $($(#[$of:meta])* $variant:ident = $word:tt,)+ }) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
        pub enum $name { $($(#[$of])* $variant,)+ }

        crate::shapes::words::words!(impl $name { $($variant = $word,)+ });
    };
    (impl $name:ident { $($variant:ident = $word:tt,)+ }) => {
        impl $name {
            /// Every one of them.
            pub const ALL: [Self; [$($word),+].len()] = [$(Self::$variant),+];

            /// The word.
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $word,)+ }
            }

            /// What the word stands for.
            pub fn parse(word: &str) -> Option<Self> {
                Self::ALL.into_iter().find(|known| known.as_str() == word)
            }
        }

        impl crate::shapes::words::Word for $name {
            fn as_str(self) -> &'static str {
                self.as_str()
            }

            fn parse(word: &str) -> Option<Self> {
                Self::parse(word)
            }
        }
    };
}
pub(crate) use words;

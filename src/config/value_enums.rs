//! The words of options for types of layers that know no command line.

use clap::ValueEnum;
use clap::builder::PossibleValue;

use crate::rules::question::answers::Repeated;
use crate::turn::Profile;

macro_rules! value_enum {
    ($($type:ident { $($variant:ident = $word:literal: $help:literal,)* })*) => {
        $(impl ValueEnum for $type {
            fn value_variants<'a>() -> &'a [Self] {
                &[$(Self::$variant),*]
            }

            fn to_possible_value(&self) -> Option<PossibleValue> {
                Some(match self {
                    $(Self::$variant => PossibleValue::new($word).help($help),)*
                })
            }
        })*
    };
}

value_enum! {
    Profile {
        Sandbox = "sandbox": "Play money that is never used up",
        Production = "production":
            "Rewards and fees are held and charged; the time that ends an error's message \
             has no s",
    }
    Repeated {
        Join = "join": "Their values are one text, separated by `|`",
        First = "first": "The first one counts",
        Last = "last": "The last one counts, in the place of the first",
    }
}

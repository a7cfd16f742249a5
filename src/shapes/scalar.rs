//! Ids, keys and instants, as the control API and world files spell them.

use std::ops::Deref;

use serde::de::Error as _;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use utoipa::ToSchema;

use crate::ids::{WORKER_ID, is_id, is_worker_id};
use crate::time::{Instant, When};

/// The longest text, in bytes, that may be a key of the store: PostgreSQL refuses to put one of
/// 2,704 bytes into an index.
pub const KEY_BYTES: usize = 1000;

/// The longest access key id, in bytes (IAM's type `accessKeyIdType`).
pub const ACCESS_KEY_BYTES: usize = 128;

/// Capital letters and digits.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
#[serde(try_from = "String")]
#[schema(pattern = "^[A-Z0-9]{1,64}$", example = "3TESTHIT000000000000000000000A")]
pub struct Id(String);

/// `A` and more capital letters and digits.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
#[serde(try_from = "String")]
#[schema(pattern = "^A[A-Z0-9]{1,63}$", example = "A1ANNA0000000")]
pub struct WorkerId(String);

/// An access key, or the id of a requester.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(try_from = "String")]
#[schema(max_length = 128)]
pub struct AccessKey(String);

/// A text that the store looks up.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(try_from = "String")]
#[schema(max_length = 1000)]
pub struct Key(String);

/// What a snapshot is called: not `.` or `..`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, ToSchema)]
#[serde(try_from = "String")]
#[schema(pattern = "^[A-Za-z0-9._-]{1,64}$", example = "loaded")]
pub struct SnapshotName(String);

const _: () = assert!(ACCESS_KEY_BYTES == 128 && KEY_BYTES == 1000);

fn storable(text: &str, most: usize) -> Result<(), String> {
    if text.contains('\0') {
        return Err("no text holds the character U+0000".to_owned());
    }
    if text.len() > most {
        return Err(format!("{} bytes: it has at most {most}", text.len()));
    }
    Ok(())
}

fn is_snapshot_name(text: &str) -> bool {
    let plain = |b: u8| b.is_ascii_alphanumeric() || b"._-".contains(&b);
    (1..=64).contains(&text.len()) && text.bytes().all(plain) && text != "." && text != ".."
}

/// Texts that are checked when they come in, each with its check.
macro_rules! checked_text {
    ($($name:ident: $check:expr;)*) => {$(
        impl TryFrom<String> for $name {
            type Error = String;

            fn try_from(text: String) -> Result<Self, String> {
                let check: fn(&str) -> Result<(), String> = $check;
                check(&text).map(|()| Self(text))
            }
        }

        impl Deref for $name {
            type Target = String;

            fn deref(&self) -> &String {
                &self.0
            }
        }

        impl $name {
            /// An id that was checked when it came in.
            pub const fn known(id: String) -> Self {
                Self(id)
            }
        }
    )*};
}

checked_text! {
    Id: |text| is_id(text).then_some(()).ok_or_else(|| {
        format!("{text:?}: an id is made of capital letters and digits, at most 64")
    });
    WorkerId: |text| is_worker_id(text).then_some(()).ok_or_else(|| {
        format!("{text:?} is no worker id: {WORKER_ID}")
    });
    AccessKey: |text| storable(text, ACCESS_KEY_BYTES);
    Key: |text| storable(text, KEY_BYTES);
    SnapshotName: |text| is_snapshot_name(text).then_some(()).ok_or_else(|| {
        format!("{text:?}: a snapshot's name has 1 to 64 letters, digits, '.', '_' and '-'")
    });
}

/// Reads an id as a text.
///
/// # Errors
/// It is none.
pub fn id<'de, D: Deserializer<'de>>(deserializer: D) -> Result<String, D::Error> {
    Id::deserialize(deserializer).map(|id| id.0)
}

/// Reads a worker id as a text.
///
/// # Errors
/// It is none.
pub fn worker_id<'de, D: Deserializer<'de>>(deserializer: D) -> Result<String, D::Error> {
    WorkerId::deserialize(deserializer).map(|id| id.0)
}

/// Reads a text that is not empty.
///
/// # Errors
/// It is empty.
pub fn filled<'de, D: Deserializer<'de>>(deserializer: D) -> Result<String, D::Error> {
    let text = String::deserialize(deserializer)?;
    if text.is_empty() { Err(D::Error::custom("it is empty")) } else { Ok(text) }
}

/// Reads a truth value, false for null.
pub(super) fn null_is_absent<'de, D: Deserializer<'de>>(deserializer: D) -> Result<bool, D::Error> {
    Option::<bool>::deserialize(deserializer).map(Option::unwrap_or_default)
}

/// An instant, RFC 3339 in UTC.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ToSchema)]
#[schema(value_type = String, format = DateTime, example = "2026-01-01T00:00:00Z")]
pub struct At(pub Instant);

impl<'de> Deserialize<'de> for At {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        When::deserialize(deserializer)?.absolute().map(Self).map_err(D::Error::custom)
    }
}

impl Serialize for At {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.0.rfc3339())
    }
}

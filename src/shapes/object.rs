//! Reading of members that are objects.

use std::fmt;
use std::marker::PhantomData;

use serde::de::value::MapAccessDeserializer;
use serde::de::{Deserialize, Deserializer, MapAccess, Visitor};

/// Reads an object or null, for `deserialize_with`. A derived reader would also take a list of the
/// members' values.
///
/// # Errors
/// It is something else, or a member is wrong.
pub fn object<'de, D: Deserializer<'de>, T: Deserialize<'de>>(
    deserializer: D,
) -> Result<Option<T>, D::Error> {
    struct Reader<T>(PhantomData<T>);

    impl<'de, T: Deserialize<'de>> Visitor<'de> for Reader<T> {
        type Value = Option<T>;

        fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str("an object")
        }

        fn visit_unit<E>(self) -> Result<Option<T>, E> {
            Ok(None)
        }

        fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Option<T>, A::Error> {
            T::deserialize(MapAccessDeserializer::new(map)).map(Some)
        }
    }
    deserializer.deserialize_any(Reader(PhantomData))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_list_is_no_object() {
        let read = |text: &str| {
            object::<_, std::collections::BTreeMap<String, u8>>(
                &mut serde_json::Deserializer::from_str(text),
            )
        };
        assert_eq!(read("null").unwrap(), None);
        assert_eq!(read(r#"{"a":1}"#).unwrap().unwrap()["a"], 1);
        let wrong = read("[1]").unwrap_err().to_string();
        assert!(wrong.starts_with("invalid type: sequence, expected an object"), "{wrong}");
    }
}

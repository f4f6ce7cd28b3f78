//! A value that never shows itself: neither in logs nor in the printed configuration.

use std::{borrow::Cow, fmt, marker::PhantomData, path::PathBuf, str::FromStr};

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

/// Hides what it holds. Written in a configuration as the text itself, or as `{ file = "/run/secrets/x" }`, whose
/// content is taken without surrounding white space (in the environment: `CARE_NATS__PASSWORD__FILE`).
#[derive(Clone, PartialEq, Eq)]
pub struct Secret<T = String>(T);

impl<T> Secret<T> {
    /// Wraps a value.
    pub const fn new(value: T) -> Self {
        Self(value)
    }

    /// The value itself. Take care where it goes.
    pub const fn expose(&self) -> &T {
        &self.0
    }
}

impl<T> fmt::Debug for Secret<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("***")
    }
}

impl<T> Serialize for Secret<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str("***")
    }
}

impl<T> JsonSchema for Secret<T> {
    fn schema_name() -> Cow<'static, str> {
        "Secret".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({
            "description": "A secret: the text itself, or `{ file = \"PATH\" }` to read it from a file.",
            "anyOf": [{ "type": "string" }, { "type": "object", "required": ["file"] }],
        })
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct FromFile {
    file: PathBuf,
}

impl<'de, T> Deserialize<'de> for Secret<T>
where
    T: FromStr,
    T::Err: fmt::Display,
{
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Visitor<T>(PhantomData<T>);
        impl<'de, T> de::Visitor<'de> for Visitor<T>
        where
            T: FromStr,
            T::Err: fmt::Display,
        {
            type Value = Secret<T>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a secret as text, or { file = \"PATH\" } to read it from a file")
            }

            fn visit_str<E: de::Error>(self, text: &str) -> Result<Secret<T>, E> {
                // The text itself is never repeated in the error.
                text.parse()
                    .map(Secret)
                    .map_err(|error| E::custom(format_args!("the secret is not usable: {error}")))
            }

            fn visit_map<A: de::MapAccess<'de>>(self, map: A) -> Result<Secret<T>, A::Error> {
                let FromFile { file } = FromFile::deserialize(de::value::MapAccessDeserializer::new(map))?;
                let text = std::fs::read_to_string(&file).map_err(|error| {
                    de::Error::custom(format_args!("cannot read the secret from {}: {error}", file.display()))
                })?;
                self.visit_str(text.trim())
            }
        }
        deserializer.deserialize_any(Visitor(PhantomData))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_secret_shows_itself_nowhere() {
        let secret = Secret::new("opensesame".to_owned());
        assert_eq!(format!("{secret:?}"), "***");
        assert_eq!(serde_json::to_string(&secret).unwrap(), "\"***\"");
        assert_eq!(secret.expose(), "opensesame");
    }

    #[test]
    fn a_secret_of_another_type_does_not_repeat_its_text_in_an_error() {
        let error = serde_json::from_str::<Secret<u32>>("\"opensesame\"").unwrap_err().to_string();
        assert!(!error.contains("opensesame"), "{error}");
    }
}

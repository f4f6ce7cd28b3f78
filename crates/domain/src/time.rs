//! Instants and windows. An instant is whole milliseconds since the epoch, RFC 3339 in UTC on the wire; the
//! city's own clock (Asia/Shanghai) matters only where a policy speaks of a day.

use std::{
    fmt,
    ops::{Add, Sub},
};

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::unit::Seconds;

/// An instant, in milliseconds since 1970-01-01T00:00:00Z.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Timestamp(i64);

impl Timestamp {
    /// From milliseconds since the epoch.
    pub const fn from_millis(millis: i64) -> Self {
        Self(millis)
    }

    /// Milliseconds since the epoch.
    pub const fn as_millis(self) -> i64 {
        self.0
    }

    /// `self − earlier`, negative if `earlier` is later.
    pub const fn millis_since(self, earlier: Self) -> i64 {
        self.0.saturating_sub(earlier.0)
    }

    /// `self − earlier` in whole seconds, rounded towards zero.
    pub const fn since(self, earlier: Self) -> Seconds {
        Seconds(self.millis_since(earlier) / 1000)
    }

    /// Later by so many milliseconds.
    #[must_use]
    pub const fn plus_millis(self, millis: i64) -> Self {
        Self(self.0.saturating_add(millis))
    }
}

impl Add<Seconds> for Timestamp {
    type Output = Self;
    fn add(self, span: Seconds) -> Self {
        self.plus_millis(span.as_millis())
    }
}

impl Sub<Seconds> for Timestamp {
    type Output = Self;
    fn sub(self, span: Seconds) -> Self {
        self.plus_millis(span.as_millis().saturating_neg())
    }
}

impl fmt::Display for Timestamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match jiff::Timestamp::from_millisecond(self.0) {
            Ok(at) => write!(f, "{at:.3}"),
            Err(_) => write!(f, "{} ms", self.0),
        }
    }
}

impl fmt::Debug for Timestamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl std::str::FromStr for Timestamp {
    type Err = jiff::Error;
    fn from_str(text: &str) -> Result<Self, jiff::Error> {
        text.parse::<jiff::Timestamp>().map(|at| Self(at.as_millisecond()))
    }
}

impl Serialize for Timestamp {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Timestamp {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Visitor;
        impl serde::de::Visitor<'_> for Visitor {
            type Value = Timestamp;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an RFC 3339 instant such as 2026-11-22T08:00:00Z")
            }
            fn visit_str<E: serde::de::Error>(self, text: &str) -> Result<Timestamp, E> {
                text.parse().map_err(|e| {
                    E::custom(format_args!(
                        "{text:?} is not an RFC 3339 instant such as 2026-11-22T08:00:00Z: {e}"
                    ))
                })
            }
        }
        deserializer.deserialize_str(Visitor)
    }
}

impl JsonSchema for Timestamp {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Timestamp".into()
    }
    fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
        schemars::json_schema!({ "type": "string", "format": "date-time" })
    }
}

/// A span between two instants in which something may start; both ends included.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Window {
    /// Not before.
    pub earliest: Timestamp,
    /// Not after.
    pub latest: Timestamp,
}

/// A window that ends before it begins.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the window ends at {latest}, before it begins at {earliest}")]
pub struct InvalidWindow {
    earliest: Timestamp,
    latest: Timestamp,
}

impl Window {
    /// Checks that the window does not end before it begins.
    ///
    /// # Errors
    /// [`InvalidWindow`] names both ends.
    pub fn new(earliest: Timestamp, latest: Timestamp) -> Result<Self, InvalidWindow> {
        if latest < earliest {
            Err(InvalidWindow { earliest, latest })
        } else {
            Ok(Self { earliest, latest })
        }
    }

    /// Whether the instant lies inside, ends included.
    pub fn contains(&self, at: Timestamp) -> bool {
        self.earliest <= at && at <= self.latest
    }

    /// Whether the two share an instant.
    pub fn overlaps(&self, other: &Self) -> bool {
        self.earliest <= other.latest && other.earliest <= self.latest
    }
}

impl<'de> Deserialize<'de> for Window {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        #[derive(Deserialize)]
        struct Ends {
            earliest: Timestamp,
            latest: Timestamp,
        }
        let Ends { earliest, latest } = Ends::deserialize(deserializer)?;
        Self::new(earliest, latest).map_err(serde::de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn instants_travel_as_rfc_3339_with_milliseconds() {
        let at: Timestamp = "2026-11-22T08:00:00.250Z".parse().unwrap();
        assert_eq!(serde_json::to_string(&at).unwrap(), "\"2026-11-22T08:00:00.250Z\"");
        let local: Timestamp = "2026-11-22T16:00:00.250+08:00".parse().unwrap();
        assert_eq!(at, local);
    }

    #[test]
    fn a_window_cannot_end_before_it_begins() {
        let a = Timestamp::from_millis(1000);
        let b = Timestamp::from_millis(2000);
        assert!(Window::new(b, a).is_err());
        assert!(Window::new(a, b).unwrap().contains(b));
        let text = r#"{"earliest":"2026-01-02T00:00:00Z","latest":"2026-01-01T00:00:00Z"}"#;
        assert!(serde_json::from_str::<Window>(text).unwrap_err().to_string().contains("before it begins"));
    }
}

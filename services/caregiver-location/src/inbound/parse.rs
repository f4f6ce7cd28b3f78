//! A report from its bytes: into memory that is reused, nothing copied but the numbers.

use std::fmt;

use schemas::position::Fix;
use serde::de::{DeserializeSeed, Deserializer, Error, IgnoredAny, MapAccess, SeqAccess, Visitor};

/// The most fixes one report may hold.
pub(crate) const MOST_FIXES: usize = 100;

/// Reads a [`schemas::position::PositionReport`], adding its fixes to `fixes`; after an error none are added.
///
/// # Errors
/// Where and why it is no report.
pub(crate) fn fixes_of(payload: &[u8], fixes: &mut Vec<Fix>) -> Result<(), serde_json::Error> {
    let before = fixes.len();
    let mut json = serde_json::Deserializer::from_slice(payload);
    let read = Report(fixes).deserialize(&mut json).and_then(|()| json.end());
    if read.is_err() {
        fixes.truncate(before);
    }
    read
}

/// Whose report it is, by the last token of its subject; `None` if that is no id.
pub(crate) fn caregiver_of(subject: &str) -> Option<&str> {
    subject.rsplit('.').next().filter(|token| !token.is_empty())
}

struct Report<'a>(&'a mut Vec<Fix>);

impl<'de> DeserializeSeed<'de> for Report<'_> {
    type Value = ();
    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_map(self)
    }
}

impl<'de> Visitor<'de> for Report<'_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a report {\"fixes\":[…]}")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
        let mut found = false;
        while let Some(key) = map.next_key::<std::borrow::Cow<'_, str>>()? {
            if key == "fixes" && !found {
                map.next_value_seed(Fixes(&mut *self.0))?;
                found = true;
            } else if key == "fixes" {
                return Err(A::Error::duplicate_field("fixes"));
            } else {
                map.next_value::<IgnoredAny>()?;
            }
        }
        if found { Ok(()) } else { Err(A::Error::missing_field("fixes")) }
    }
}

struct Fixes<'a>(&'a mut Vec<Fix>);

impl<'de> DeserializeSeed<'de> for Fixes<'_> {
    type Value = ();
    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_seq(self)
    }
}

impl<'de> Visitor<'de> for Fixes<'_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "at most {MOST_FIXES} fixes")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<(), A::Error> {
        let mut count = 0;
        while let Some(fix) = seq.next_element::<Fix>()? {
            count += 1;
            if count > MOST_FIXES {
                return Err(A::Error::invalid_length(count, &"at most 100 fixes"));
            }
            self.0.push(fix);
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use domain::{geo::Datum, time::Timestamp};
    use proptest::prelude::*;
    use schemas::position::PositionReport;

    use super::*;

    #[test]
    fn reads_what_the_contract_writes() {
        let fix = Fix {
            at: Timestamp::from_millis(1_795_334_400_250),
            lon: 98.29,
            lat: 39.77,
            datum: Some(Datum::Wgs84),
            accuracy: Some(8.5),
            battery: Some(80),
        };
        let bare = Fix { datum: None, accuracy: None, battery: None, ..fix };
        let report = PositionReport { fixes: vec![fix, bare] };
        let mut fixes = vec![bare];
        fixes_of(&serde_json::to_vec(&report).unwrap(), &mut fixes).unwrap();
        assert_eq!(fixes, [bare, fix, bare]);
        fixes_of(br#"{"app":{"v":[1]},"fixes":[]}"#, &mut fixes).unwrap();
        assert_eq!(fixes.len(), 3);
    }

    #[test]
    fn what_is_no_report_adds_nothing_and_says_why() {
        let fix = r#"{"at":"2026-11-22T08:00:00Z","lon":98.29,"lat":39.77}"#;
        let many = format!(r#"{{"fixes":[{}]}}"#, [fix; 101].join(","));
        let half = format!(r#"{{"fixes":[{fix},{{"at":"noon"}}]}}"#);
        let twice = format!(r#"{{"fixes":[{fix}],"fixes":[{fix}]}}"#);
        for bad in ["", "{}", "[]", "null", "{\"fixes\":1}", &many, &half, &twice, r#"{"fixes":[]}x"#] {
            let mut fixes = Vec::new();
            let error = fixes_of(bad.as_bytes(), &mut fixes).unwrap_err();
            assert!(!error.to_string().is_empty());
            assert!(fixes.is_empty(), "{bad}");
        }
    }

    #[test]
    fn the_subject_tells_whose_it_is() {
        assert_eq!(caregiver_of("care.v1.d.position.report.c-1"), Some("c-1"));
        assert_eq!(caregiver_of("care.v1.d.position.report."), None);
    }

    proptest! {
        #[test]
        fn no_bytes_make_it_panic(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
            let mut fixes = Vec::new();
            let _ = fixes_of(&bytes, &mut fixes);
        }
    }
}

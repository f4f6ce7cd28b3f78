//! Instants as text, fast: ten of them stand in every answer who is nearest. The same text as
//! [`Timestamp`]'s own, without its way through a calendar library.

use domain::time::Timestamp;
use serde::{Serialize, Serializer};

/// Milliseconds of a day.
const DAY: i64 = 86_400_000;
/// `0000-03-01` to `1970-01-01` in days.
const EPOCH: i64 = 719_468;
/// `9998-12-31T23:59:59.999Z`: the year has four digits, and the calendar library does not end yet.
const LAST: i64 = 253_370_764_799_999;

/// An instant to be written.
#[derive(Debug, Clone, Copy)]
pub(crate) struct At(pub(crate) Timestamp);

impl Serialize for At {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut text = *b"0000-00-00T00:00:00.000Z";
        match write(self.0.as_millis(), &mut text).and_then(|()| std::str::from_utf8(&text).ok()) {
            Some(text) => serializer.serialize_str(text),
            None => self.0.serialize(serializer),
        }
    }
}

/// Writes the digits; nothing for an instant before 1970 or after 9998.
fn write(millis: i64, text: &mut [u8; 24]) -> Option<()> {
    if !(0..=LAST).contains(&millis) {
        return None;
    }
    let (year, month, day) = civil(millis / DAY);
    let ms = millis % DAY;
    let fields =
        [(0, 4, year), (5, 2, month), (8, 2, day), (11, 2, ms / 3_600_000), (14, 2, ms / 60_000 % 60)];
    for (from, digits, value) in fields.into_iter().chain([(17, 2, ms / 1000 % 60), (20, 3, ms % 1000)]) {
        let mut rest = value;
        for digit in text.get_mut(from..from + digits)?.iter_mut().rev() {
            *digit = b'0' + (rest % 10) as u8;
            rest /= 10;
        }
    }
    Some(())
}

/// Year, month and day of a day since the epoch (Howard Hinnant, *chrono-compatible low-level date algorithms*,
/// `civil_from_days`).
const fn civil(days: i64) -> (i64, i64, i64) {
    let z = days + EPOCH;
    let era = z / 146_097;
    let day_of_era = z % 146_097;
    let year_of_era = (day_of_era - day_of_era / 1_460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let shifted = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * shifted + 2) / 5 + 1;
    let month = if shifted < 10 { shifted + 3 } else { shifted - 9 };
    let year = year_of_era + era * 400 + (month <= 2) as i64;
    (year, month, day)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn same(millis: i64) {
        let at = Timestamp::from_millis(millis);
        assert_eq!(serde_json::to_string(&At(at)).unwrap(), serde_json::to_string(&at).unwrap(), "{millis}");
    }

    #[test]
    fn leap_days_and_ends_of_years() {
        for text in ["2024-02-29T23:59:59.999Z", "2100-02-28T23:59:59.999Z", "2000-03-01T00:00:00Z"] {
            same(text.parse::<Timestamp>().unwrap().as_millis());
        }
        for millis in [-1, 0, LAST, LAST + 1, 1_798_761_599_999, 1_798_761_600_000] {
            same(millis);
        }
    }

    proptest! {
        #[test]
        fn is_what_the_contract_writes(millis in 0..LAST) {
            same(millis);
        }
    }
}

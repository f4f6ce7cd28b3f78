//! Quiet hours: an ordinary notice waits for the morning. An alarm never asks.

use std::{fmt, str::FromStr};

use domain::{calendar::Day, time::Timestamp};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

const MINUTE: i64 = 60_000;
const DAY: i64 = 24 * 60 * MINUTE;

/// A time of day on the city's clock, `22:00`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(try_from = "String", into = "String")]
#[schemars(with = "String")]
pub struct TimeOfDay {
    minutes: u16,
}

/// From when to when on the city's clock; over midnight if it ends before it begins.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct QuietHours {
    /// The first quiet minute.
    pub from: TimeOfDay,
    /// The first minute that is not quiet any more.
    pub until: TimeOfDay,
}

impl QuietHours {
    /// When the quiet that reigns at this instant ends; `None` if it does not reign.
    pub fn end(&self, now: Timestamp) -> Option<Timestamp> {
        let midnight = Day::of(now).begins();
        let into_day = now.millis_since(midnight);
        let (from, until) = (self.from.millis(), self.until.millis());
        let over_midnight = until < from;
        if over_midnight && into_day >= from {
            return Some(midnight.plus_millis(DAY + until));
        }
        let begun = over_midnight || into_day >= from;
        (begun && into_day < until).then(|| midnight.plus_millis(until))
    }
}

impl TimeOfDay {
    fn millis(self) -> i64 {
        i64::from(self.minutes) * MINUTE
    }
}

impl FromStr for TimeOfDay {
    type Err = &'static str;
    fn from_str(text: &str) -> Result<Self, &'static str> {
        let parse = || {
            let (hours, minutes) = text.split_once(':')?;
            let number = |text: &str| {
                (text.len() == 2 && text.bytes().all(|b| b.is_ascii_digit()))
                    .then(|| text.parse().ok())
                    .flatten()
            };
            let (hours, minutes): (u16, u16) = (number(hours)?, number(minutes)?);
            (hours < 24 && minutes < 60).then_some(Self { minutes: hours * 60 + minutes })
        };
        parse().ok_or("a time of day looks like 22:00")
    }
}

impl fmt::Display for TimeOfDay {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:02}:{:02}", self.minutes / 60, self.minutes % 60)
    }
}

impl TryFrom<String> for TimeOfDay {
    type Error = &'static str;
    fn try_from(text: String) -> Result<Self, &'static str> {
        text.parse()
    }
}

impl From<TimeOfDay> for String {
    fn from(time: TimeOfDay) -> Self {
        time.to_string()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> Timestamp {
        text.parse().unwrap()
    }

    #[test]
    fn quiet_over_midnight_ends_in_the_morning() {
        let quiet = QuietHours { from: "22:00".parse().unwrap(), until: "07:30".parse().unwrap() };
        let morning = Some(at("2026-11-28T07:30:00+08:00"));
        assert_eq!(quiet.end(at("2026-11-27T21:59:59+08:00")), None);
        assert_eq!(quiet.end(at("2026-11-27T22:00:00+08:00")), morning);
        assert_eq!(quiet.end(at("2026-11-28T03:00:00+08:00")), morning);
        assert_eq!(quiet.end(at("2026-11-28T07:30:00+08:00")), None);
    }

    #[test]
    fn quiet_at_noon_and_quiet_of_no_length() {
        let quiet = QuietHours { from: "12:30".parse().unwrap(), until: "14:00".parse().unwrap() };
        assert_eq!(quiet.end(at("2026-11-27T13:00:00+08:00")), Some(at("2026-11-27T14:00:00+08:00")));
        assert_eq!(quiet.end(at("2026-11-27T14:00:00+08:00")), None);
        let none = QuietHours { from: "12:30".parse().unwrap(), until: "12:30".parse().unwrap() };
        assert_eq!(none.end(at("2026-11-27T12:30:00+08:00")), None);
        assert!("24:00".parse::<TimeOfDay>().is_err());
    }
}

//! Days and months as a city's rules count them. China keeps one clock, UTC+8, without summer time since 1991: a
//! city's midnight is 16:00 UTC.

use std::{fmt, str::FromStr};

use jiff::{ToSpan, civil::Date};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::{time::Timestamp, word::words};

/// How far the city's clock is ahead of UTC, in milliseconds.
const AHEAD: i64 = 8 * 3_600_000;
const DAY: i64 = 24 * 3_600_000;

/// Why a text is no day or month.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{text:?} is not {wanted}")]
pub struct InvalidDate {
    text: String,
    wanted: &'static str,
}

/// A day of the calendar, `2026-03-15` on the wire.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Day(Date);

words! {
    /// A day of the week.
    Weekday "day of the week" {
        Monday "monday" "星期一",
        Tuesday "tuesday" "星期二",
        Wednesday "wednesday" "星期三",
        Thursday "thursday" "星期四",
        Friday "friday" "星期五",
        Saturday "saturday" "星期六",
        Sunday "sunday" "星期日",
    }
}

/// A month of the calendar, `2026-03` on the wire.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Month {
    year: i16,
    month: i8,
}

/// A quarter of the calendar, `2026-Q1` on the wire.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Quarter {
    year: i16,
    quarter: i8,
}

impl Day {
    /// The day it is in the city at this instant.
    pub fn of(at: Timestamp) -> Self {
        let days = at.as_millis().saturating_add(AHEAD).div_euclid(DAY);
        let epoch = jiff::civil::date(1970, 1, 1);
        let span = jiff::Span::new().try_days(days).ok();
        // Past the calendar's ends (the years −9999 and 9999) the end stands for the rest.
        let end = if days < 0 { Date::MIN } else { Date::MAX };
        Self(span.and_then(|span| epoch.checked_add(span).ok()).unwrap_or(end))
    }

    /// The city's midnight at which the day begins.
    pub fn begins(self) -> Timestamp {
        let days = self.0.duration_since(jiff::civil::date(1970, 1, 1)).as_hours() / 24;
        Timestamp::from_millis(days.saturating_mul(DAY).saturating_sub(AHEAD))
    }

    /// The month it lies in.
    pub fn month(self) -> Month {
        Month { year: self.0.year(), month: self.0.month() }
    }

    /// The year it lies in.
    pub fn year(self) -> i16 {
        self.0.year()
    }

    /// The day after it.
    #[must_use]
    pub fn next(self) -> Self {
        Self(self.0.saturating_add(1.day()))
    }

    /// So many years later; from 29 February to a common year it is 1 March.
    #[must_use]
    pub fn plus_years(self, years: i16) -> Self {
        let year = self.0.year().saturating_add(years);
        Date::new(year, self.0.month(), self.0.day()).or_else(|_| Date::new(year, 3, 1)).map_or(self, Self)
    }

    /// So many months later; the last day of that month where there is no such day.
    #[must_use]
    pub fn plus_months(self, months: u8) -> Self {
        Self(self.0.saturating_add(i64::from(months).months()))
    }

    /// So many months earlier; the last day of that month where there is no such day.
    #[must_use]
    pub fn before_months(self, months: u8) -> Self {
        Self(self.0.saturating_sub(i64::from(months).months()))
    }

    /// So many days later.
    #[must_use]
    pub fn plus_days(self, days: u8) -> Self {
        Self(self.0.saturating_add(i64::from(days).days()))
    }

    /// Which day of the week it is.
    pub fn weekday(self) -> Weekday {
        use jiff::civil::Weekday as W;
        match self.0.weekday() {
            W::Monday => Weekday::Monday,
            W::Tuesday => Weekday::Tuesday,
            W::Wednesday => Weekday::Wednesday,
            W::Thursday => Weekday::Thursday,
            W::Friday => Weekday::Friday,
            W::Saturday => Weekday::Saturday,
            W::Sunday => Weekday::Sunday,
        }
    }

    /// Whether it is a Saturday or a Sunday.
    pub fn is_weekend(self) -> bool {
        matches!(self.0.weekday(), jiff::civil::Weekday::Saturday | jiff::civil::Weekday::Sunday)
    }

    /// Completed years of age on this day of someone born on that one; who was born on 29 February completes a year
    /// on 1 March where there is no such day. Nobody is younger than 0.
    pub fn age_since(self, born: Self) -> u16 {
        let years = self.0.year().saturating_sub(born.0.year());
        let reached = if born.plus_years(years) <= self { years } else { years.saturating_sub(1) };
        u16::try_from(reached).unwrap_or(0)
    }
}

impl Month {
    /// Its first day.
    pub fn first(self) -> Day {
        Date::new(self.year, self.month, 1).map_or(Day(Date::MIN), Day)
    }

    /// Its last day.
    pub fn last(self) -> Day {
        Day(self.first().0.last_of_month())
    }

    /// The month after it.
    #[must_use]
    pub fn next(self) -> Self {
        self.last().next().month()
    }

    /// The month before it.
    #[must_use]
    pub fn previous(self) -> Self {
        Day(self.first().0.saturating_sub(1.day())).month()
    }

    /// The quarter it lies in.
    pub fn quarter(self) -> Quarter {
        Quarter { year: self.year, quarter: (self.month - 1) / 3 + 1 }
    }

    /// The city's midnight at which it begins.
    pub fn begins(self) -> Timestamp {
        self.first().begins()
    }

    /// The city's midnight at which it is over.
    pub fn ends(self) -> Timestamp {
        self.next().begins()
    }
}

impl Quarter {
    /// Its first month.
    pub fn first(self) -> Month {
        Month { year: self.year, month: self.quarter * 3 - 2 }
    }

    /// Its last month.
    pub fn last(self) -> Month {
        Month { year: self.year, month: self.quarter * 3 }
    }
}

impl fmt::Display for Day {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&self.0, f)
    }
}

impl fmt::Display for Month {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:04}-{:02}", self.year, self.month)
    }
}

impl fmt::Display for Quarter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:04}-Q{}", self.year, self.quarter)
    }
}

impl FromStr for Day {
    type Err = InvalidDate;
    fn from_str(text: &str) -> Result<Self, InvalidDate> {
        let wanted = "a day such as 2026-03-15";
        let date = if text.len() == 10 { text.parse().ok() } else { None };
        date.map(Self).ok_or_else(|| InvalidDate { text: text.to_owned(), wanted })
    }
}

impl FromStr for Month {
    type Err = InvalidDate;
    fn from_str(text: &str) -> Result<Self, InvalidDate> {
        let day: Result<Day, _> = format!("{text}-01").parse();
        day.map(Day::month)
            .map_err(|_| InvalidDate { text: text.to_owned(), wanted: "a month such as 2026-03" })
    }
}

impl FromStr for Quarter {
    type Err = InvalidDate;
    fn from_str(text: &str) -> Result<Self, InvalidDate> {
        let parts = text.split_once("-Q").filter(|(year, _)| year.len() == 4);
        let parsed = parts.and_then(|(year, quarter)| {
            let quarter: i8 = quarter.parse().ok().filter(|quarter| (1..=4).contains(quarter))?;
            Some(Self { year: year.parse().ok()?, quarter })
        });
        parsed.ok_or_else(|| InvalidDate { text: text.to_owned(), wanted: "a quarter such as 2026-Q1" })
    }
}

macro_rules! written {
    ($($name:ident $schema:tt),+ $(,)?) => {$(
        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                fmt::Display::fmt(self, f)
            }
        }

        impl Serialize for $name {
            fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.collect_str(self)
            }
        }

        impl<'de> Deserialize<'de> for $name {
            fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                let text = std::borrow::Cow::<'de, str>::deserialize(deserializer)?;
                text.parse().map_err(serde::de::Error::custom)
            }
        }

        impl JsonSchema for $name {
            fn schema_name() -> std::borrow::Cow<'static, str> {
                stringify!($name).into()
            }
            fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
                schemars::json_schema!($schema)
            }
        }
    )+};
}

written! {
    Day { "type": "string", "format": "date" },
    Month { "type": "string", "pattern": "^[0-9]{4}-(0[1-9]|1[0-2])$" },
    Quarter { "type": "string", "pattern": "^[0-9]{4}-Q[1-4]$" },
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(text: &str) -> Day {
        text.parse().unwrap()
    }

    #[test]
    fn a_year_is_reached_on_the_birthday_and_a_leap_day_on_1_march() {
        let ages = [
            ("1966-03-15", "2026-03-14", 59),
            ("1966-03-15", "2026-03-15", 60),
            ("1964-02-29", "2025-02-28", 60),
            ("1964-02-29", "2025-03-01", 61),
            ("1964-02-29", "2024-02-29", 60),
            ("1964-02-29", "2024-02-28", 59),
            ("2026-03-15", "2026-03-14", 0),
        ];
        for (born, on, age) in ages {
            assert_eq!(day(on).age_since(day(born)), age, "{born} on {on}");
        }
    }

    #[test]
    fn the_citys_midnight_is_16_00_utc() {
        let at: Timestamp = "2026-02-28T15:59:59.999Z".parse().unwrap();
        assert_eq!(Day::of(at), day("2026-02-28"));
        assert_eq!(Day::of(at.plus_millis(1)), day("2026-03-01"));
        assert_eq!(day("2026-03-01").begins(), at.plus_millis(1));
        assert_eq!(day("1969-12-31").begins().as_millis(), -DAY - AHEAD);
        assert_eq!(Day::of(day("1969-12-31").begins()), day("1969-12-31"));
        let month: Month = "2026-12".parse().unwrap();
        assert_eq!(month.next().to_string(), "2027-01");
        assert_eq!(month.ends(), day("2027-01-01").begins());
        assert_eq!(
            (month.quarter().to_string(), month.quarter().first().to_string()),
            ("2026-Q4".into(), "2026-10".into())
        );
    }

    #[test]
    fn what_is_no_day_is_refused() {
        for bad in ["2026-02-29", "2026-3-1", "2026-03-15T00:00", "20260315", ""] {
            assert!(bad.parse::<Day>().is_err(), "{bad}");
        }
        for bad in ["2026", "2026-13", "2026-03-01"] {
            assert!(bad.parse::<Month>().is_err(), "{bad}");
        }
        for bad in ["2026-Q5", "2026-Q0", "26-Q1", "2026Q1"] {
            assert!(bad.parse::<Quarter>().is_err(), "{bad}");
        }
    }
}

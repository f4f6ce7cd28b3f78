//! Working days (工作日): terms that documents set in them are counted by the State Council's yearly notice of holidays and
//! of the weekends that are worked in their place. The notice comes as a file; a year that it does not name has its
//! weekends only, and says so.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use crate::calendar::Day;

/// The notices, year by year.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct WorkCalendar {
    /// Which years are known.
    pub years: BTreeSet<i16>,
    /// Off, though not a weekend day (a weekend day may be named, too).
    pub holidays: BTreeSet<Day>,
    /// Worked, though a weekend day (调休).
    pub worked: BTreeSet<Day>,
}

impl WorkCalendar {
    /// Whether the day is worked.
    pub fn is_working(&self, day: Day) -> bool {
        self.worked.contains(&day) || !(day.is_weekend() || self.holidays.contains(&day))
    }

    /// Whether the notice of that day's year is known.
    pub fn knows(&self, day: Day) -> bool {
        self.years.contains(&day.year())
    }

    /// The last day of a term of so many working days. The day on which it begins does not count.
    pub fn after(&self, begins: Day, working_days: u8) -> Day {
        let mut day = begins;
        let mut left = working_days;
        while left > 0 {
            day = day.next();
            left -= u8::from(self.is_working(day));
        }
        day
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(text: &str) -> Day {
        text.parse().unwrap()
    }

    fn calendar() -> WorkCalendar {
        let days = |texts: &[&str]| texts.iter().map(|text| day(text)).collect();
        WorkCalendar {
            years: [2026].into(),
            holidays: days(&["2026-05-01", "2026-05-04", "2026-05-05"]),
            worked: days(&["2026-05-09"]),
        }
    }

    #[test]
    fn holidays_do_not_count_and_worked_weekends_do() {
        let calendar = calendar();
        // Thursday before the holidays: Wednesday to Saturday of the next week.
        assert_eq!(calendar.after(day("2026-04-30"), 1), day("2026-05-06"));
        assert_eq!(calendar.after(day("2026-04-30"), 4), day("2026-05-09"));
        assert_eq!(calendar.after(day("2026-04-30"), 5), day("2026-05-11"));
        assert_eq!(calendar.after(day("2026-05-02"), 0), day("2026-05-02"));
        assert!(calendar.knows(day("2026-12-31")) && !calendar.knows(day("2027-01-01")));
    }
}

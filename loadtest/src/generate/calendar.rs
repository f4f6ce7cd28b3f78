//! The day's hours, in Chinese time (one zone, UTC+8, for the whole country).

use anyhow::Context;
use domain::{
    time::{InvalidWindow, Timestamp, Window},
    unit::Seconds,
};
use jiff::{civil::Date, tz::TimeZone};

/// One day in Chinese time.
#[derive(Debug)]
pub struct Calendar {
    midnight: Timestamp,
}

impl Calendar {
    /// The calendar of a date.
    pub fn of(date: Date) -> anyhow::Result<Self> {
        let zone = TimeZone::get("Asia/Shanghai").context("the time zone Asia/Shanghai")?;
        let midnight = date.to_zoned(zone).with_context(|| format!("{date} in Chinese time"))?.timestamp();
        Ok(Self { midnight: Timestamp::from_millis(midnight.as_millisecond()) })
    }

    /// So many minutes after midnight.
    pub fn at(&self, minutes: i64) -> Timestamp {
        self.midnight + Seconds::minutes(minutes)
    }

    /// From one minute of the day to another.
    pub fn window(&self, from: i64, to: i64) -> Result<Window, InvalidWindow> {
        Window::new(self.at(from), self.at(to))
    }

    /// So many days before or after, at midnight.
    pub fn midnight_in(&self, days: i64) -> Timestamp {
        self.midnight + Seconds::hours(24) * days
    }

    /// Half past six: before the first shift.
    pub fn starts_at(&self) -> Timestamp {
        self.at(6 * 60 + 30)
    }

    /// Eight in the evening: after the last shift.
    pub fn ends_at(&self) -> Timestamp {
        self.at(20 * 60)
    }
}

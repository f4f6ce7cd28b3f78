//! Devices' clocks: digits without a zone.

use domain::time::Timestamp;
use jiff::{civil::DateTime, tz::Offset};

/// Two digits each of year (of this century), month, day, hour, minute, second.
pub fn from_parts(parts: [u8; 6], offset_hours: i8) -> Option<Timestamp> {
    let [year, month, day, hour, minute, second] = parts.map(|part| i8::try_from(part).ok());
    let at = DateTime::new(2000 + i16::from(year?), month?, day?, hour?, minute?, second?, 0).ok()?;
    let at = Offset::from_hours(offset_hours).ok()?.to_timestamp(at).ok()?;
    Some(Timestamp::from_millis(at.as_millisecond()))
}

/// `220414` as three numbers.
pub fn digit_pairs(text: &str) -> Option<[u8; 3]> {
    let pair = |at: usize| {
        let pair = text.get(at..at + 2)?;
        if pair.bytes().all(|b| b.is_ascii_digit()) { pair.parse().ok() } else { None }
    };
    if text.len() == 6 { Some([pair(0)?, pair(2)?, pair(4)?]) } else { None }
}

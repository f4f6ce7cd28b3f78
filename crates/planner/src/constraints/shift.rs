//! A visit and the way to it lie within one rostered shift; who has no roster is held by their word alone.

use domain::{decision::Exclusion, time::Timestamp, unit::Seconds};

use crate::calendar::Calendar;

/// Which of shift and break keeps someone who could arrive at `arrive` from starting by `latest`.
pub(crate) fn or_break(
    without_breaks: &Calendar,
    arrive: Timestamp,
    duration: Seconds,
    latest: Timestamp,
) -> Exclusion {
    match without_breaks.clear(arrive, duration) {
        Some(start) if start <= latest => Exclusion::OnBreak,
        _ => Exclusion::ShiftEnds,
    }
}

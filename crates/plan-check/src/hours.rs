//! Working hours, asked the naive way: does this span lie inside the roster and outside every break?

use domain::{
    caregiver::CaregiverProfile,
    time::{Timestamp, Window},
    unit::Seconds,
};

/// Whether the span lies inside the shifts taken together; always, where there is no roster.
pub(crate) fn in_shift(shifts: &[Window], from: Timestamp, to: Timestamp) -> bool {
    if shifts.is_empty() {
        return true;
    }
    let Some(mut covered) = shifts.iter().filter(|s| s.contains(from)).map(|s| s.latest).max() else {
        return false;
    };
    while covered < to {
        match shifts.iter().filter(|s| s.contains(covered)).map(|s| s.latest).max() {
            Some(further) if further > covered => covered = further,
            _ => return false,
        }
    }
    true
}

/// Whether the span keeps clear of every break; touching its ends is no harm.
pub(crate) fn off_break(breaks: &[Window], from: Timestamp, to: Timestamp) -> bool {
    breaks.iter().all(|b| to <= b.earliest || b.latest <= from)
}

/// Whether somebody may work in that span.
pub(crate) fn workable(profile: &CaregiverProfile, from: Timestamp, length: Seconds) -> bool {
    in_shift(&profile.shifts, from, from + length)
        && off_break(&profile.breaks, from, from + length)
        && off_break(&profile.off, from, from + length)
}

/// The first instant from `from` on at which something of that length can be done; it is `from` itself, or a shift
/// begins then, or a break ends.
pub(crate) fn first_workable(
    profile: &CaregiverProfile,
    from: Timestamp,
    length: Seconds,
) -> Option<Timestamp> {
    let begins = profile.shifts.iter().map(|s| s.earliest);
    let ends = profile.breaks.iter().map(|b| b.latest);
    let back = profile.off.iter().map(|away| away.latest);
    begins
        .chain(ends)
        .chain(back)
        .chain([from])
        .filter(|at| *at >= from && workable(profile, *at, length))
        .min()
}

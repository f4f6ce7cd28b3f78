//! When someone is free to work: the complement of their shifts, and their breaks, as sorted spans.

use domain::{
    caregiver::CaregiverProfile,
    time::{Timestamp, Window},
    unit::Seconds,
};

const BEGINNING: Timestamp = Timestamp::from_millis(i64::MIN);
const END: Timestamp = Timestamp::from_millis(i64::MAX);

/// A span in which someone does not work; work may touch its ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Off {
    pub from: Timestamp,
    pub to: Timestamp,
}

/// Sorted, disjoint spans off work.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Calendar(Vec<Off>);

impl Calendar {
    /// Outside the shifts and in the breaks. Without a roster there is no limit: then only the word of
    /// [`domain::caregiver::Duty`] counts.
    pub fn of(profile: &CaregiverProfile) -> Self {
        let mut off = outside(&profile.shifts);
        off.extend(profile.breaks.iter().map(|b| Off { from: b.earliest, to: b.latest }));
        Self::merged(off)
    }

    /// The same without the breaks, to tell which of the two stands in the way.
    pub fn without_breaks(profile: &CaregiverProfile) -> Self {
        Self::merged(outside(&profile.shifts))
    }

    fn merged(mut off: Vec<Off>) -> Self {
        off.retain(|o| o.from < o.to);
        off.sort_unstable();
        off.dedup_by(|next, kept| {
            let joins = next.from < kept.to;
            if joins {
                kept.to = kept.to.max(next.to);
            }
            joins
        });
        Self(off)
    }

    /// The first instant from `from` on at which something of that length can be done in one piece; `None` is never.
    pub fn clear(&self, from: Timestamp, length: Seconds) -> Option<Timestamp> {
        let mut at = from;
        let relevant = self.0.partition_point(|o| o.to <= from);
        for off in self.0.iter().skip(relevant) {
            if off.from >= at + length {
                break;
            }
            if off.to == END {
                return None;
            }
            at = at.max(off.to);
        }
        Some(at)
    }

    /// Where spans off work end, after `from` and not after `to`.
    pub fn ends(&self, from: Timestamp, to: Timestamp) -> impl Iterator<Item = Timestamp> {
        let relevant = self.0.partition_point(move |o| o.to <= from);
        self.0.iter().skip(relevant).map(|o| o.to).take_while(move |end| *end <= to)
    }
}

/// The complement of the shifts.
fn outside(shifts: &[Window]) -> Vec<Off> {
    if shifts.is_empty() {
        return Vec::new();
    }
    let mut sorted: Vec<&Window> = shifts.iter().collect();
    sorted.sort_unstable_by_key(|s| (s.earliest, s.latest));
    let mut off = Vec::with_capacity(sorted.len() + 1);
    let mut covered = BEGINNING;
    for shift in sorted {
        if covered < shift.earliest {
            off.push(Off { from: covered, to: shift.earliest });
        }
        covered = covered.max(shift.latest);
    }
    off.push(Off { from: covered, to: END });
    off
}

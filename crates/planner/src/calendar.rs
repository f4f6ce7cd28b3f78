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
        let mut off = away(profile);
        off.extend(profile.breaks.iter().map(|b| Off { from: b.earliest, to: b.latest }));
        Self::merged(off)
    }

    /// The same without the breaks, to tell which of the two stands in the way.
    pub fn without_breaks(profile: &CaregiverProfile) -> Self {
        Self::merged(away(profile))
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

/// Outside the shifts, on leave, or with the shift given away.
fn away(profile: &CaregiverProfile) -> Vec<Off> {
    let mut off = outside(&profile.shifts);
    off.extend(profile.off.iter().map(|away| Off { from: away.earliest, to: away.latest }));
    off
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

#[cfg(test)]
mod tests {
    use super::*;

    fn at(minutes: i64) -> Timestamp {
        Timestamp::from_millis(minutes * 60_000)
    }

    fn off(spans: &[(i64, i64)]) -> Calendar {
        Calendar::merged(spans.iter().map(|(from, to)| Off { from: at(*from), to: at(*to) }).collect())
    }

    #[test]
    fn work_moves_behind_what_is_in_its_way() {
        let calendar = off(&[(60, 90), (100, 110)]);
        let clear = |from, minutes| calendar.clear(at(from), Seconds::minutes(minutes));
        assert_eq!(clear(0, 60), Some(at(0)), "work may end where a break begins");
        assert_eq!(clear(1, 60), Some(at(110)), "the gap between two breaks is too short");
        assert_eq!(clear(1, 10), Some(at(1)));
        assert_eq!(clear(55, 10), Some(at(90)));
        assert_eq!(clear(90, 10), Some(at(90)));
        assert_eq!(clear(70, 0), Some(at(90)), "not even a moment of a break");
    }

    #[test]
    fn spans_off_work_are_merged_and_empty_ones_dropped() {
        assert_eq!(off(&[(5, 9), (1, 3), (2, 6), (20, 20)]), off(&[(1, 9)]));
    }

    #[test]
    fn shifts_bound_the_day_and_may_touch() {
        let window = |a, b| Window::new(at(a), at(b)).unwrap();
        let calendar = Calendar::merged(outside(&[window(60, 120), window(0, 60), window(200, 300)]));
        assert_eq!(calendar.clear(at(-50), Seconds::minutes(90)), Some(at(0)));
        assert_eq!(calendar.clear(at(100), Seconds::minutes(30)), Some(at(200)));
        assert_eq!(calendar.clear(at(280), Seconds::minutes(30)), None);
        assert_eq!(calendar.ends(at(-100), at(250)).collect::<Vec<_>>(), vec![at(0), at(200)]);
        assert_eq!(Calendar::default().clear(at(7), Seconds::hours(99)), Some(at(7)), "no roster, no limit");
    }
}

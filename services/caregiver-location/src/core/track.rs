//! One caregiver's way: which next fix is believed.
//!
//! A fix that would need more than any vehicle's speed is a teleport and is not believed at once. Nor is the one
//! before it beyond doubt: a first fix from a cell tower can be kilometres off. So fixes that are rejected but agree
//! with each other are remembered, and when enough of them in a row, over enough time, tell the same story, the
//! story changes. Nobody is locked out by one wrong fix, and no single wrong fix moves anybody.

use domain::{geo::Wgs84, time::Timestamp};
use schemas::position::FixRejection;

use super::{globe::Xyz, rules::FixRules};

/// A fix with a place on this globe.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Point {
    pub(crate) at: Timestamp,
    pub(crate) place: Wgs84,
    pub(crate) xyz: Xyz,
    /// As the phone said.
    pub(crate) accuracy: Option<f32>,
    pub(crate) battery: Option<u8>,
}

impl Point {
    /// The radius of uncertainty in metres, never less than nothing.
    pub(crate) fn uncertainty(&self, rules: &FixRules) -> f64 {
        f64::from(self.accuracy.unwrap_or(rules.assumed_accuracy)).max(0.0)
    }
}

/// Rejected fixes that agree with each other.
#[derive(Debug, Clone, Copy)]
struct OtherStory {
    first_at: Timestamp,
    latest: Point,
    fixes: u8,
}

/// Where somebody was last, and what speaks against it.
#[derive(Debug, Clone, Default)]
pub(crate) struct Track {
    last: Option<Point>,
    other: Option<OtherStory>,
}

impl Track {
    pub(crate) const fn last(&self) -> Option<&Point> {
        self.last.as_ref()
    }

    /// Begins with this, whatever was before.
    pub(crate) fn restore(&mut self, point: Point) {
        *self = Self { last: Some(point), other: None };
    }

    pub(crate) fn forget(&mut self) {
        *self = Self::default();
    }

    /// Judges the next fix and, if it is believed, moves there.
    pub(crate) fn offer(&mut self, next: Point, rules: &FixRules) -> Result<(), FixRejection> {
        if let Some(last) = &self.last {
            if next.at == last.at && next.place == last.place {
                return Err(FixRejection::Duplicate);
            }
            if next.at <= last.at {
                return Err(FixRejection::OutOfOrder);
            }
        }
        if next.accuracy.is_some_and(|radius| !(0.0..=rules.max_accuracy).contains(&radius)) {
            return Err(FixRejection::Inaccurate);
        }
        if let Some(last) = &self.last
            && !reachable(last, &next, rules)
            && !self.confirmed_by(&next, rules)
        {
            return Err(FixRejection::Teleport);
        }
        self.restore(next);
        Ok(())
    }

    /// Adds an unbelievable fix to the other story; whether that is to be believed now.
    fn confirmed_by(&mut self, next: &Point, rules: &FixRules) -> bool {
        let story = match self.other {
            Some(story) if next.at <= story.latest.at => return false,
            Some(story) if reachable(&story.latest, next, rules) => {
                OtherStory { latest: *next, fixes: story.fixes.saturating_add(1), ..story }
            }
            _ => OtherStory { first_at: next.at, latest: *next, fixes: 1 },
        };
        self.other = Some(story);
        story.fixes >= rules.teleport_confirmations
            && next.at.millis_since(story.first_at) >= rules.teleport_confirm_seconds.saturating_mul(1000)
    }
}

/// Whether anyone could have got from one to the other in the time between, given how unsure both are.
fn reachable(from: &Point, to: &Point, rules: &FixRules) -> bool {
    let seconds = to.at.millis_since(from.at) as f64 / 1000.0;
    let unsure = from.uncertainty(rules) + to.uncertainty(rules) + rules.jitter_metres;
    let allowed = rules.max_speed * seconds + unsure;
    // The straight line is never longer than the way along the ground, and within a district hardly shorter.
    from.xyz.chord2(to.xyz) <= allowed * allowed
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn point(seconds: i64, east: f64, accuracy: f32) -> Point {
        let place = Wgs84::new(98.29, 39.77).unwrap().offset_m(east, 0.0);
        Point {
            at: Timestamp::from_millis(seconds * 1000),
            place,
            xyz: Xyz::of(place),
            accuracy: Some(accuracy),
            battery: None,
        }
    }

    #[test]
    fn a_jump_is_a_teleport_and_the_track_stays() {
        let rules = FixRules::default();
        let mut track = Track::default();
        assert_eq!(track.offer(point(0, 0.0, 10.0), &rules), Ok(()));
        assert_eq!(track.offer(point(10, 5_000.0, 10.0), &rules), Err(FixRejection::Teleport));
        assert_eq!(track.offer(point(11, 20.0, 10.0), &rules), Ok(()));
        assert_eq!(track.last().unwrap().at, Timestamp::from_millis(11_000));
    }

    #[test]
    fn a_wrong_first_fix_locks_nobody_out() {
        let rules = FixRules::default();
        let mut track = Track::default();
        assert_eq!(track.offer(point(0, 80_000.0, 10.0), &rules), Ok(()));
        let verdicts: Vec<_> = (1..=3).map(|n| track.offer(point(n * 15, 0.0, 10.0), &rules)).collect();
        assert_eq!(verdicts, [Err(FixRejection::Teleport), Err(FixRejection::Teleport), Ok(())]);
    }

    #[test]
    fn a_burst_of_wrong_fixes_is_no_confirmation() {
        let rules = FixRules::default();
        let mut track = Track::default();
        assert_eq!(track.offer(point(0, 0.0, 10.0), &rules), Ok(()));
        for second in 1..9 {
            assert_eq!(track.offer(point(second, 9_000.0, 10.0), &rules), Err(FixRejection::Teleport));
        }
    }

    #[test]
    fn the_same_again_older_and_inaccurate_ones() {
        let rules = FixRules::default();
        let mut track = Track::default();
        assert_eq!(track.offer(point(10, 0.0, 10.0), &rules), Ok(()));
        assert_eq!(track.offer(point(10, 0.0, 10.0), &rules), Err(FixRejection::Duplicate));
        assert_eq!(track.offer(point(9, 0.0, 10.0), &rules), Err(FixRejection::OutOfOrder));
        assert_eq!(track.offer(point(11, 0.0, 5_000.0), &rules), Err(FixRejection::Inaccurate));
        assert_eq!(track.offer(point(11, 0.0, -1.0), &rules), Err(FixRejection::Inaccurate));
    }

    proptest! {
        /// Whatever comes: who is moved was either able to get there, or enough others in a row, spread over enough
        /// time, said so before.
        #[test]
        fn no_teleport_is_believed(
            fixes in prop::collection::vec((1..20i64, -3_000.0..3_000.0f64, 1.0..100.0f32), 1..60),
        ) {
            let rules = FixRules::default();
            let mut track = Track::default();
            let (mut now, mut rejected) = (0, Vec::<Point>::new());
            for (seconds, east, accuracy) in fixes {
                now += seconds;
                let next = point(now, east * 10.0, accuracy);
                let before = track.last().copied();
                match track.offer(next, &rules) {
                    Ok(()) => {
                        if let Some(before) = before && !reachable(&before, &next, &rules) {
                            let story = rejected.len().checked_sub(2).map(|n| &rejected[n..]).unwrap();
                            prop_assert!(reachable(&story[0], &story[1], &rules));
                            prop_assert!(reachable(&story[1], &next, &rules));
                        }
                        rejected.clear();
                    }
                    Err(FixRejection::Teleport) => rejected.push(next),
                    Err(other) => prop_assert!(false, "unexpected {other:?}"),
                }
            }
        }
    }
}

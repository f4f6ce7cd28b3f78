//! Time on the road is time not spent with elders. It is counted besides the wait it causes, and dearer: where work
//! waits, every elder after this one waits for it as well. On three simulated days the weights of today took 1 to 8 %
//! off the ways and 11 to 34 % off the lateness of the weights before (`docs/planner.md`).

use domain::{decision::Leg, unit::Seconds};

/// One and a half seconds of response per extra second on the road.
pub const WEIGHT: i64 = 1500;

/// Extra seconds of travel: there and onward, less the way that is not taken any more. Negative where the matrix
/// breaks the triangle inequality.
pub fn amount(there: Leg, onward: Option<Leg>, spared: Option<Leg>) -> i64 {
    let seconds = |leg: Option<Leg>| leg.map_or(Seconds::ZERO, |l| l.seconds);
    (there.seconds + seconds(onward) - seconds(spared)).get()
}

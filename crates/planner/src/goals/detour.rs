//! Time on the road is time not spent with elders; it is counted besides the wait it causes, at half its price,
//! because it is also the next elder's wait.

use domain::{decision::Leg, unit::Seconds};

/// Half a second of response per extra second on the road.
pub const WEIGHT: i64 = 500;

/// Extra seconds of travel: there and onward, less the way that is not taken any more. Negative where the matrix
/// breaks the triangle inequality.
pub fn amount(there: Leg, onward: Option<Leg>, spared: Option<Leg>) -> i64 {
    let seconds = |leg: Option<Leg>| leg.map_or(Seconds::ZERO, |l| l.seconds);
    (there.seconds + seconds(onward) - seconds(spared)).get()
}

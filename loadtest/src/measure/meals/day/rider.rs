//! What a courier does next, as far as their rounds tell.

use std::collections::BTreeSet;

use domain::{
    geo::Wgs84,
    id::{ElderId, RoundId},
    meal::{At, Round, Stop},
};

/// A courier on the road.
#[derive(Debug, Clone)]
pub struct Rider {
    /// Where they are, or were last.
    pub place: Wgs84,
    /// On their way to it, or at it.
    pub target: Option<Target>,
    /// Cannot go on.
    pub down: bool,
    /// Doors that stayed shut, to be tried once more when the others are done.
    pub shut: BTreeSet<ElderId>,
    /// Doors that were tried twice.
    pub tried: BTreeSet<ElderId>,
    /// Counts what they set out for: an arrival that was called off does not count.
    pub leg: u64,
}

/// Where somebody goes.
#[derive(Debug, Clone, PartialEq)]
pub struct Target {
    /// On which round.
    pub round: RoundId,
    /// What for.
    pub stop: Stop,
}

impl Rider {
    /// At their kitchen in the morning.
    pub fn new(place: Wgs84) -> Self {
        let (shut, tried) = (BTreeSet::new(), BTreeSet::new());
        Self { place, target: None, down: false, shut, tried, leg: 0 }
    }

    /// The next stop: the round under way first; a door that stayed shut when nothing else is left of its round.
    pub fn next(&self, rounds: &[&Round]) -> Option<Target> {
        let round = rounds.iter().find(|round| round.ahead().next().is_some())?;
        let shut = |stop: &&Stop| matches!(&stop.at, At::Door { elder } if self.shut.contains(elder));
        let stop = round.ahead().find(|stop| !shut(stop)).or_else(|| round.ahead().next())?;
        Some(Target { round: round.id.clone(), stop: stop.clone() })
    }
}

//! Ways between stops, remembered: rounds are timed again whenever anything happens on them, and doors stay where they are.

use std::{
    collections::HashMap,
    sync::{Mutex, PoisonError},
};

use domain::{geo::Wgs84, unit::Seconds};
use roads::{Profile, Roads};

/// Beyond so many ways everything known is forgotten: another day's doors.
const MOST_KNOWN: usize = 200_000;

/// A place, to the last bit.
type Bits = (u64, u64);

/// What is known so far.
#[derive(Debug, Default)]
pub(super) struct Legs(Mutex<HashMap<(Profile, Bits, Bits), Seconds>>);

impl Legs {
    /// How long it takes.
    pub(super) fn between(&self, roads: &Roads, profile: Profile, from: Wgs84, to: Wgs84) -> Seconds {
        let bits = |at: Wgs84| (at.lon().to_bits(), at.lat().to_bits());
        let mut known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if known.len() >= MOST_KNOWN {
            known.clear();
        }
        *known.entry((profile, bits(from), bits(to))).or_insert_with(|| {
            let snap = |at| roads.snap(profile, at);
            roads.travel(profile, &snap(from), &snap(to)).seconds()
        })
    }
}

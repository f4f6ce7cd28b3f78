//! What every step of a chain works with: its random numbers and its reusable memory.

use super::{
    memory::Memory,
    probe::Probe,
    random::Random,
    spot::{Blink, Later, Tried, Waiting},
    timing::Settling,
    transfer::Usual,
};

pub(super) struct Tools {
    pub random: Random,
    pub blink: Blink,
    pub settling: Settling,
    pub probe: Probe,
    pub tried: Tried,
    /// Spots that make others late, kept until the harmless ones are known.
    pub waiting: Vec<Waiting>,
    /// Rounds to be looked at one by one.
    pub later: Vec<Later>,
    pub memory: Memory,
    pub usual: Usual,
}

/// Share of positions that are overlooked.
const BLINKS: f64 = 0.01;

impl Tools {
    pub(super) fn new(seed: u64) -> Self {
        let mut random = Random::new(seed);
        Self {
            blink: Blink::new(BLINKS, &mut random),
            random,
            settling: Settling::default(),
            probe: Probe::default(),
            tried: Tried::default(),
            waiting: Vec::new(),
            later: Vec::new(),
            memory: Memory::default(),
            usual: Usual::default(),
        }
    }
}

//! What is left to chance, from a seed that is printed.

use std::time::Duration;

use rand::{Rng, RngExt, SeedableRng, rngs::StdRng, seq::SliceRandom};

pub struct Chance {
    generator: StdRng,
}

impl Chance {
    /// From `CARE_FAULT_SEED`, else the one given.
    pub fn new(otherwise: u64) -> Self {
        let named = std::env::var("CARE_FAULT_SEED").ok().and_then(|seed| seed.parse().ok());
        let seed = named.unwrap_or(otherwise);
        println!("seed {seed}");
        Self { generator: StdRng::seed_from_u64(seed) }
    }

    /// So many milliseconds or less, but at least so many.
    pub fn millis(&mut self, least: u64, most: u64) -> Duration {
        Duration::from_millis(self.generator.random_range(least..=most))
    }

    /// Yes once in so many times.
    pub fn one_in(&mut self, times: u32) -> bool {
        self.generator.next_u32().is_multiple_of(times)
    }

    /// In some other order.
    pub fn shuffle<T>(&mut self, items: &mut [T]) {
        items.shuffle(&mut self.generator);
    }
}

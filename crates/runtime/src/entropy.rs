//! Ids and seeds as a parameter: from the operating system in a process, from a seed in a test or a simulation.

use std::{
    fmt,
    str::FromStr,
    sync::{Arc, Mutex, PoisonError},
};

use domain::id::InvalidId;
use rand::{Rng, SeedableRng, rngs::StdRng};

use crate::clock::{Clock, SharedClock, SystemClock};

/// A source of ids and seeds. Clones share one generator, so no two of them ever hand out the same id.
#[derive(Clone)]
pub struct Entropy {
    clock: SharedClock,
    generator: Arc<Mutex<StdRng>>,
}

impl Entropy {
    /// Unpredictable, seeded by the operating system.
    #[expect(clippy::disallowed_methods, reason = "the one place that reads the system's randomness")]
    pub fn system() -> Self {
        Self::new(Arc::new(SystemClock), StdRng::from_rng(&mut rand::rng()))
    }

    /// Reproducible: the same seed and the same clock readings give the same ids and seeds.
    pub fn seeded(seed: u64, clock: SharedClock) -> Self {
        Self::new(clock, StdRng::seed_from_u64(seed))
    }

    fn new(clock: SharedClock, generator: StdRng) -> Self {
        Self { clock, generator: Arc::new(Mutex::new(generator)) }
    }

    /// A new id as text: a version 7 UUID without dashes, 32 hexadecimal digits, roughly ordered by time.
    pub fn text_id(&self) -> String {
        let mut random = [0; 10];
        self.fill(&mut random);
        let millis = u64::try_from(self.clock.now().as_millis()).unwrap_or_default();
        uuid::Builder::from_unix_timestamp_millis(millis, &random).into_uuid().simple().to_string()
    }

    /// A new id of the type asked for, e.g. `entropy.id::<OrderId>()`.
    #[expect(
        clippy::expect_used,
        clippy::missing_panics_doc,
        reason = "32 hexadecimal digits are within the alphabet and length of every id"
    )]
    pub fn id<T: FromStr<Err = InvalidId>>(&self) -> T {
        self.text_id().parse().expect("32 hexadecimal digits are an id")
    }

    /// A seed for a generator of the caller's own.
    pub fn seed(&self) -> u64 {
        let mut bytes = [0; 8];
        self.fill(&mut bytes);
        u64::from_le_bytes(bytes)
    }

    /// Fills the buffer with random bytes fit for keys and tokens when made by [`Entropy::system`].
    pub fn fill(&self, buffer: &mut [u8]) {
        // A panic cannot happen while the lock is held, and a generator is never half-updated.
        self.generator.lock().unwrap_or_else(PoisonError::into_inner).fill_bytes(buffer);
    }
}

impl fmt::Debug for Entropy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Entropy").field("clock", &self.clock).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use domain::{id::OrderId, time::Timestamp};

    use super::*;
    use crate::clock::ManualClock;

    fn seeded(seed: u64) -> Entropy {
        Entropy::seeded(seed, Arc::new(ManualClock::at(Timestamp::from_millis(1_700_000_000_000))))
    }

    #[test]
    fn the_same_seed_and_clock_give_the_same_ids() {
        let (one, two, other) = (seeded(7), seeded(7), seeded(8));
        let first: OrderId = one.id();
        assert_eq!(first, two.id());
        assert_eq!(one.seed(), two.seed());
        assert_ne!(first, other.id());
    }

    #[test]
    fn ids_are_uuids_of_version_7_ordered_by_the_clock() {
        let clock = ManualClock::at(Timestamp::from_millis(1_700_000_000_000));
        let entropy = Entropy::seeded(1, Arc::new(clock.clone()));
        let earlier = entropy.text_id();
        clock.advance_millis(1);
        let later = entropy.text_id();
        assert!(earlier < later, "{earlier} before {later}");
        assert_eq!(earlier.len(), 32);
        assert_eq!(earlier.get(12..13), Some("7"));
    }

    #[test]
    fn system_ids_do_not_repeat() {
        let entropy = Entropy::system();
        let ids: HashSet<String> = (0..10_000).map(|_| entropy.text_id()).collect();
        assert_eq!(ids.len(), 10_000);
    }
}

//! Seeded chance, one generator per kind of thing: asking for more orders does not move an elder's home.
//!
//! Only arithmetic, no logarithms or cosines: the same seed gives the same day on every machine.

use rand::{Rng, RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;

/// Hands out generators by the name of what they decide.
#[derive(Debug)]
pub struct Dice {
    seed: u64,
}

impl Dice {
    pub const fn new(seed: u64) -> Self {
        Self { seed }
    }

    /// The generator of one kind of thing.
    pub fn of(&self, kind: &str) -> ChaCha8Rng {
        // FNV-1a: a stream number per name.
        let stream = kind.bytes().fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| {
            (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
        });
        let mut rng = ChaCha8Rng::seed_from_u64(self.seed);
        rng.set_stream(stream);
        rng
    }
}

/// One of a list in proportion to its weights; `None` when there is none with a weight.
pub fn weighted<'a, T>(rng: &mut impl Rng, items: &'a [(u32, T)]) -> Option<&'a T> {
    let total: u32 = items.iter().map(|(weight, _)| weight).sum();
    if total == 0 {
        return None;
    }
    let mut left = rng.random_range(0..total);
    items.iter().find_map(|(weight, item)| match left.checked_sub(*weight) {
        Some(rest) => {
            left = rest;
            None
        }
        None => Some(item),
    })
}

/// One of a list; `None` when it is empty.
pub fn one_of<'a, T>(rng: &mut impl Rng, items: &'a [T]) -> Option<&'a T> {
    if items.is_empty() { None } else { items.get(rng.random_range(0..items.len())) }
}

/// Happens in so many cases of a thousand.
pub fn chance(rng: &mut impl Rng, per_mille: u32) -> bool {
    rng.random_range(0..1000) < per_mille
}

/// A bell between two numbers, ends included: the mean of three dice.
pub fn bell(rng: &mut impl Rng, least: i64, most: i64) -> i64 {
    let roll: i64 = (0..3).map(|_| rng.random_range(least..=most)).sum();
    // Rounded down, so that negative ranges stay symmetric enough and in range.
    roll.div_euclid(3)
}

/// Shuffles in place (Fisher and Yates).
pub fn shuffle<T>(rng: &mut impl Rng, items: &mut [T]) {
    for last in (1..items.len()).rev() {
        items.swap(last, rng.random_range(0..=last));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn kinds_do_not_disturb_each_other_and_weights_hold() {
        let dice = Dice::new(7);
        let draw = |kind: &str| dice.of(kind).random_range(0..u64::MAX);
        assert_eq!(draw("homes"), draw("homes"));
        assert_ne!(draw("homes"), draw("orders"));
        let mut rng = dice.of("weights");
        let heavy = (0..1000).filter(|_| *weighted(&mut rng, &[(9, true), (1, false)]).unwrap()).count();
        assert!((850..950).contains(&heavy), "{heavy}");
        assert!((0..1000).all(|_| (-3..=4).contains(&bell(&mut rng, -3, 4))));
    }
}

//! The cost of a road: its time and its length in one integer, so that sums and comparisons stay exact and cheap.
//!
//! Time (milliseconds) fills the high bits, length (decimetres) the low ones. Adding two costs adds both parts;
//! comparing compares time first and length second. The fastest path therefore has one exact length as well, and
//! every algorithm that finds it must agree with every other to the last bit.

use std::fmt;

use serde::{Deserialize, Serialize};

const LENGTH_BITS: u32 = 28;
const LENGTH_MASK: u64 = (1 << LENGTH_BITS) - 1;

/// Time and length of a road or path; ordered by time, then length.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Cost(u64);

impl Cost {
    /// Staying where one is.
    pub const ZERO: Self = Self(0);

    /// More than any path costs; four of them still add up without overflow.
    pub const UNREACHED: Self = Self(1 << 61);

    /// No two places of a prepared network are farther apart than this (nine days). At 120 km/h that is
    /// 25 920 km, which the length's 28 bits of decimetres hold.
    pub const FARTHEST: Self = Self::new(9 * 24 * 3_600_000, 0);

    /// A cost of so many milliseconds and decimetres; the length saturates at 26 843 km.
    pub const fn new(millis: u64, decimetres: u32) -> Self {
        let decimetres = decimetres as u64;
        Self(millis << LENGTH_BITS | if decimetres > LENGTH_MASK { LENGTH_MASK } else { decimetres })
    }

    /// The time in milliseconds.
    pub const fn millis(self) -> u64 {
        self.0 >> LENGTH_BITS
    }

    /// The length in decimetres.
    pub const fn decimetres(self) -> u32 {
        (self.0 & LENGTH_MASK) as u32
    }

    /// One after the other.
    #[must_use]
    pub const fn plus(self, other: Self) -> Self {
        Self(self.0.wrapping_add(other.0))
    }

    /// What is left of this cost after its first part `other`.
    #[must_use]
    pub const fn minus(self, other: Self) -> Self {
        Self(self.0.saturating_sub(other.0))
    }

    /// The first `part` of a road of length `whole` that costs `self`.
    #[must_use]
    pub const fn share(self, part: u32, whole: u32) -> Self {
        if part >= whole {
            return self;
        }
        Self::new(self.millis() * part as u64 / whole as u64, part)
    }

    /// Whether this is a path at all.
    pub const fn is_reached(self) -> bool {
        self.0 < Self::UNREACHED.0
    }

    /// The packed integer, as the contraction takes it.
    pub const fn packed(self) -> u64 {
        self.0
    }

    /// The inverse of [`Cost::packed`].
    pub const fn from_packed(packed: u64) -> Self {
        Self(packed)
    }
}

impl fmt::Debug for Cost {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.is_reached() {
            write!(f, "{} ms / {} dm", self.millis(), self.decimetres())
        } else {
            f.write_str("unreached")
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn the_farthest_path_fits_and_four_unreached_do_not_overflow() {
        assert!(Cost::FARTHEST.plus(Cost::FARTHEST).is_reached());
        assert!(u128::from(Cost::UNREACHED.packed()) * 4 <= u128::from(u64::MAX));
        let fastest_dm = Cost::FARTHEST.millis() * 1_200 / 3_600;
        assert!(fastest_dm < 1 << LENGTH_BITS);
    }

    proptest! {
        #[test]
        fn time_and_length_add_apart(a in 0..1u64 << 30, b in 0..1u64 << 30, x in 0..1u32 << 26, y in 0..1u32 << 26) {
            let sum = Cost::new(a, x).plus(Cost::new(b, y));
            prop_assert_eq!((sum.millis(), sum.decimetres()), (a + b, x + y));
        }

        #[test]
        fn the_two_parts_of_a_road_are_the_road(ms in 1..1u64 << 30, whole in 1..1u32 << 26, part in 0..1u32 << 26) {
            let road = Cost::new(ms, whole);
            let first = road.share(part.min(whole), whole);
            prop_assert_eq!(first.plus(road.minus(first)), road);
        }
    }
}

//! Metres, seconds and fen as types: a number without its unit is a bug waiting.

use std::{
    fmt,
    iter::Sum,
    ops::{Add, AddAssign, Mul, Sub},
};

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

macro_rules! unit {
    ($($(#[$doc:meta])* $name:ident $suffix:literal),+ $(,)?) => {$(
        $(#[$doc])*
        #[derive(
            Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize, JsonSchema,
        )]
        #[serde(transparent)]
        pub struct $name(pub i64);

        impl $name {
            /// Nothing.
            pub const ZERO: Self = Self(0);

            /// The bare number.
            pub const fn get(self) -> i64 {
                self.0
            }

            /// The number for statistics.
            pub const fn as_f64(self) -> f64 {
                self.0 as f64
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, concat!("{} ", $suffix), self.0)
            }
        }

        impl Add for $name {
            type Output = Self;
            fn add(self, other: Self) -> Self {
                Self(self.0.saturating_add(other.0))
            }
        }

        impl AddAssign for $name {
            fn add_assign(&mut self, other: Self) {
                *self = *self + other;
            }
        }

        impl Sub for $name {
            type Output = Self;
            fn sub(self, other: Self) -> Self {
                Self(self.0.saturating_sub(other.0))
            }
        }

        impl Mul<i64> for $name {
            type Output = Self;
            fn mul(self, factor: i64) -> Self {
                Self(self.0.saturating_mul(factor))
            }
        }

        impl Sum for $name {
            fn sum<I: Iterator<Item = Self>>(iter: I) -> Self {
                iter.fold(Self::ZERO, Add::add)
            }
        }
    )+};
}

unit! {
    /// A length in metres.
    Metres "m",
    /// A span of time in seconds.
    Seconds "s",
    /// Money in fen (分), a hundredth of a yuan; never a float.
    Fen "fen",
}

impl Seconds {
    /// Minutes as seconds.
    pub const fn minutes(minutes: i64) -> Self {
        Self(minutes * 60)
    }

    /// Hours as seconds.
    pub const fn hours(hours: i64) -> Self {
        Self(hours * 3600)
    }

    /// The span in milliseconds.
    pub const fn as_millis(self) -> i64 {
        self.0.saturating_mul(1000)
    }
}

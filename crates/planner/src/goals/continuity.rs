//! A familiar face: elders with memory loss most of all are helped by the caregiver who came before, or whom they
//! ask for.

/// Worth five minutes of waiting.
pub const WEIGHT: i64 = -300_000;

/// 1 for a preferred caregiver.
pub const fn amount(preferred: bool) -> i64 {
    preferred as i64
}

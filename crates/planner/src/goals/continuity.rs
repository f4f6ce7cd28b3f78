//! A familiar face: elders with memory loss most of all are helped by the caregiver who came before, or whom they
//! ask for.

/// Worth three minutes of way and the wait they cause ([`detour`](super::detour) counts besides).
pub const WEIGHT: i64 = -500_000;

/// 1 for a preferred caregiver.
pub const fn amount(preferred: bool) -> i64 {
    preferred as i64
}

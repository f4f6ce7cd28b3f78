//! Fair shares: who has worked more than the average today is spared a little, who has worked less comes first.

/// Two seconds of response per minute: an hour more than the others weighs as much as two minutes' wait.
pub const WEIGHT: i64 = 2000;

/// Minutes above the average of those on shift; negative below it.
pub const fn amount(worked: i64, average: i64) -> i64 {
    worked.saturating_sub(average)
}

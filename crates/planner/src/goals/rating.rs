//! Satisfaction counts (Jiayuguan Art. 16(3) has every visit rated; that it weighs in matching is the platform's
//! own rule).

/// 1.2 s per hundredth: a whole star weighs two minutes.
pub const WEIGHT: i64 = 1200;

/// An unrated newcomer counts as four and a half stars: neither shut out nor put before the proven.
pub const UNRATED: u16 = 450;

/// Hundredths of a star below five.
pub fn amount(rating: Option<u16>, unrated: u16) -> i64 {
    500 - i64::from(rating.unwrap_or(unrated).min(500))
}

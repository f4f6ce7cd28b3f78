//! What became of fixes, counted by code.

use schemas::position::FixRejection;

/// All codes, in the order in which they are counted.
pub const REJECTIONS: [FixRejection; 12] = [
    FixRejection::MissingDatum,
    FixRejection::OutsideTheWorld,
    FixRejection::OutsideTheDistrict,
    FixRejection::FutureClock,
    FixRejection::TooOld,
    FixRejection::Duplicate,
    FixRejection::OutOfOrder,
    FixRejection::Teleport,
    FixRejection::Inaccurate,
    FixRejection::OffDuty,
    FixRejection::UnknownCaregiver,
    FixRejection::Malformed,
];

/// The code as it stands on the wire and on dashboards.
pub const fn code(rejection: FixRejection) -> &'static str {
    match rejection {
        FixRejection::MissingDatum => "missing_datum",
        FixRejection::OutsideTheWorld => "outside_the_world",
        FixRejection::OutsideTheDistrict => "outside_the_district",
        FixRejection::FutureClock => "future_clock",
        FixRejection::TooOld => "too_old",
        FixRejection::Duplicate => "duplicate",
        FixRejection::OutOfOrder => "out_of_order",
        FixRejection::Teleport => "teleport",
        FixRejection::Inaccurate => "inaccurate",
        FixRejection::OffDuty => "off_duty",
        FixRejection::UnknownCaregiver => "unknown_caregiver",
        FixRejection::Malformed => "malformed",
    }
}

/// Fixes accepted and rejected.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Counts {
    /// Believed.
    pub accepted: u64,
    rejected: [u64; REJECTIONS.len()],
}

impl Counts {
    /// Rejected for this reason.
    pub fn rejected(&self, why: FixRejection) -> u64 {
        self.rejected.get(why as usize).copied().unwrap_or_default()
    }

    /// Adds rejected ones.
    pub fn reject(&mut self, why: FixRejection, how_many: u64) {
        if let Some(count) = self.rejected.get_mut(why as usize) {
            *count += how_many;
        }
    }

    /// What came since an earlier count.
    #[must_use]
    pub fn since(&self, earlier: &Self) -> Self {
        let mut rejected = self.rejected;
        for (now, then) in rejected.iter_mut().zip(earlier.rejected) {
            *now = now.saturating_sub(then);
        }
        Self { accepted: self.accepted.saturating_sub(earlier.accepted), rejected }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_code_is_counted_and_named_as_on_the_wire() {
        for (place, rejection) in REJECTIONS.into_iter().enumerate() {
            assert_eq!(rejection as usize, place);
            assert_eq!(serde_json::to_string(&rejection).unwrap(), format!("\"{}\"", code(rejection)));
            let mut counts = Counts::default();
            counts.reject(rejection, 2);
            assert_eq!(counts.rejected(rejection), 2);
        }
    }
}

//! Travel times as the planner asks for them: between interned places, by the batch where a road network is faster
//! that way.

use domain::{caregiver::TravelMode, decision::Leg};

/// A place interned by whoever owns the travel times; equal numbers are the same place.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct PlaceIx(pub u32);

/// Ways between places. Answers must not change during one call of the planner. A leg of less than nothing counts
/// as nothing; neither symmetry nor the triangle inequality is assumed.
pub trait Travel {
    /// The way from one place to another.
    fn leg(&self, mode: TravelMode, from: PlaceIx, to: PlaceIx) -> Leg;

    /// Appends to `out` the ways from each of `from` to one place, in that order.
    fn legs_to(&self, mode: TravelMode, from: &[PlaceIx], to: PlaceIx, out: &mut Vec<Leg>) {
        out.extend(from.iter().map(|from| self.leg(mode, *from, to)));
    }

    /// Appends to `out` the ways from one place to each of `to`, in that order.
    fn legs_from(&self, mode: TravelMode, from: PlaceIx, to: &[PlaceIx], out: &mut Vec<Leg>) {
        out.extend(to.iter().map(|to| self.leg(mode, from, *to)));
    }
}

//! One offer at a time: who is considering one is not asked for another, lest accepting both promises two elders
//! the same hour.

use domain::decision::Exclusion;

/// Whether they hold an offer.
pub const fn forbids(holds_offer: bool) -> Option<Exclusion> {
    if holds_offer { Some(Exclusion::HoldsOffer) } else { None }
}

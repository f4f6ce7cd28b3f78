//! What goes wrong, drawn beforehand.

use std::collections::BTreeMap;

use domain::{
    id::{CaregiverId, ElderId, KitchenId},
    meal::ClockTime,
    time::Timestamp,
    unit::Seconds,
};
use rand::{Rng, RngExt};

use super::super::town::Town;

/// Of whom or what, and what.
#[derive(Debug, Default)]
pub struct Faults {
    /// Couriers who begin so much later.
    pub late: BTreeMap<CaregiverId, Seconds>,
    /// Couriers who break down then, for so long.
    pub down: BTreeMap<CaregiverId, (Timestamp, Seconds)>,
    /// Kitchens whose pots are done so much later.
    pub kitchens: BTreeMap<KitchenId, Seconds>,
    /// Elders who are not at home before then.
    pub away: BTreeMap<ElderId, Timestamp>,
}

/// One courier in so many is late.
const LATE: u32 = 12;
/// One in so many breaks down.
const DOWN: u32 = 12;
/// One kitchen in so many is late.
const SLOW: u32 = 8;
/// One elder in so many is not at home when the courier may come.
const AWAY: u32 = 50;

impl Faults {
    /// Draws a day's faults.
    pub fn draw(town: &Town, rng: &mut impl Rng) -> Self {
        let mut faults = Self::default();
        let one_in = |n: u32, rng: &mut dyn FnMut(u32) -> u32| rng(n) == 0;
        let mut below = |n: u32| rng.random_range(0..n);
        let minutes = |n: u32| Seconds::minutes(i64::from(n));
        for courier in town.couriers() {
            if one_in(LATE, &mut below) {
                faults.late.insert(courier.clone(), minutes(15 + below(20)));
            } else if one_in(DOWN, &mut below) {
                let at = ClockTime::at(11, 5).on(town.day()) + minutes(below(45));
                faults.down.insert(courier.clone(), (at, minutes(30 + below(30))));
            }
        }
        for kitchen in town.kitchens() {
            if one_in(SLOW, &mut below) {
                faults.kitchens.insert(kitchen.clone(), minutes(10 + below(15)));
            }
        }
        for elder in town.elders() {
            if one_in(AWAY, &mut below) {
                faults.away.insert(elder, ClockTime::at(11, 10).on(town.day()) + minutes(below(60)));
            }
        }
        faults
    }

    /// In a line.
    pub fn told(&self) -> String {
        format!(
            "{} couriers late, {} break down, {} kitchens late, {} elders not at home",
            self.late.len(),
            self.down.len(),
            self.kitchens.len(),
            self.away.len()
        )
    }
}

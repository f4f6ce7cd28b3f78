//! Who is where: a grid of cells about a kilometre wide, walked in rings so that the cost of an order follows the
//! people nearby and not the size of the district.

use std::collections::HashMap;

use domain::{geo::Wgs84, unit::Metres};

use crate::constraints::qualification::Skills;

/// Height and width of a cell in degrees; about 1.1 km by 0.9 km in China.
const CELL_DEGREES: f64 = 0.01;
/// Centimetres per degree of latitude.
const CM_PER_DEGREE: f64 = 11_119_508.0;

/// Up to here the flat earth is within two percent.
const FLAT_EARTH: Metres = Metres(100_000);

type Key = (i32, i32);

/// What is asked of everyone nearby, kept together so that most are passed over without touching anything else.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Pin {
    pub slot: u32,
    pub at: Wgs84,
    pub skills: Skills,
    pub on_break: bool,
    pub holds_offer: bool,
}

/// The grid.
#[derive(Debug, Clone, Default)]
pub(crate) struct Grid {
    cells: HashMap<Key, Vec<Pin>>,
    pins: usize,
}

fn key(at: Wgs84) -> Key {
    ((at.lon() / CELL_DEGREES).floor() as i32, (at.lat() / CELL_DEGREES).floor() as i32)
}

fn ring_of(origin: Key, cell: Key) -> i32 {
    (origin.0 - cell.0).abs().max((origin.1 - cell.1).abs())
}

impl Grid {
    pub fn len(&self) -> usize {
        self.pins
    }

    pub fn insert(&mut self, pin: Pin) {
        self.cells.entry(key(pin.at)).or_default().push(pin);
        self.pins += 1;
    }

    pub fn remove(&mut self, slot: u32, at: Wgs84) {
        let key = key(at);
        let Some(cell) = self.cells.get_mut(&key) else { return };
        if let Some(i) = cell.iter().position(|p| p.slot == slot) {
            cell.swap_remove(i);
            self.pins -= 1;
        }
        if cell.is_empty() {
            self.cells.remove(&key);
        }
    }

    /// Replaces the pin of `slot` that was at `before`.
    pub fn replace(&mut self, before: Wgs84, pin: Pin) {
        if key(before) == key(pin.at)
            && let Some(cell) = self.cells.get_mut(&key(before))
            && let Some(old) = cell.iter_mut().find(|p| p.slot == pin.slot)
        {
            *old = pin;
            return;
        }
        self.remove(pin.slot, before);
        self.insert(pin);
    }

    /// Everyone, nearest first by the flat-earth distance. `tie` orders people at equal distance.
    pub fn nearest<F: Fn(u32, u32) -> std::cmp::Ordering>(&self, from: Wgs84, tie: F) -> Nearest<'_, F> {
        let cos = from.lat().to_radians().cos().max(1e-6);
        Nearest {
            grid: self,
            tie,
            from,
            cos,
            origin: key(from),
            ring: 0,
            settled: 0,
            exhausted: false,
            unsettled: Vec::with_capacity(128),
            sure: Vec::with_capacity(128),
        }
    }
}

/// People nearest first, found ring by ring.
pub(crate) struct Nearest<'a, F> {
    grid: &'a Grid,
    tie: F,
    from: Wgs84,
    cos: f64,
    origin: Key,
    /// The next ring to look at.
    ring: i32,
    /// Everyone nearer than so many centimetres has been seen.
    settled: i64,
    exhausted: bool,
    /// Seen, and somebody nearer may be unseen yet.
    unsettled: Vec<(i64, &'a Pin)>,
    /// Surely the nearest that are not handed out, farthest first.
    sure: Vec<(i64, &'a Pin)>,
}

impl<'a, F: Fn(u32, u32) -> std::cmp::Ordering> Nearest<'a, F> {
    /// Looks at the next ring; at all that is left once rings would have more cells than there are.
    fn look(&mut self) {
        let cells = &self.grid.cells;
        let perimeter = usize::try_from(self.ring).unwrap_or(0).saturating_mul(8);
        if perimeter > cells.len() {
            for (cell, pins) in cells {
                if ring_of(self.origin, *cell) >= self.ring {
                    self.take(pins);
                }
            }
            self.exhausted = true;
        } else {
            let (x, y, r) = (self.origin.0, self.origin.1, self.ring);
            for i in -r..=r {
                // whole rows at the top and the bottom of the ring, the two ends of the rows between
                let step = if i.abs() == r { 1 } else { (2 * r).max(1) as usize };
                for j in (-r..=r).step_by(step) {
                    if let Some(pins) = cells.get(&(x + j, y + i)) {
                        self.take(pins);
                    }
                }
            }
            // Whoever is in a later ring is at least `ring` whole cells away, in the narrower direction.
            let farthest = (self.from.lat().abs() + f64::from(r + 1) * CELL_DEGREES).min(90.0);
            let narrow = farthest.to_radians().cos().min(self.cos);
            self.settled = (f64::from(r) * CELL_DEGREES * CM_PER_DEGREE * narrow) as i64;
            self.ring += 1;
        }
        self.settle();
    }

    /// Those nearer than everyone unseen come next. Called when none of the nearer ones are left.
    fn settle(&mut self) {
        let (all, within) = (self.exhausted, self.settled);
        let near = self.unsettled.extract_if(.., |(distance, _)| all || *distance < within);
        self.sure.extend(near);
        let tie = &self.tie;
        self.sure.sort_unstable_by(|(da, a), (db, b)| db.cmp(da).then_with(|| tie(b.slot, a.slot)));
    }

    fn take(&mut self, pins: &'a [Pin]) {
        for pin in pins {
            let east = (pin.at.lon() - self.from.lon()) * self.cos;
            let north = pin.at.lat() - self.from.lat();
            let distance = east.hypot(north) * CM_PER_DEGREE;
            self.unsettled.push((distance as i64, pin));
        }
    }

    /// Whether everyone left is surely farther than that, with a margin for the flat earth.
    pub fn all_left_beyond(&self, radius: Metres) -> bool {
        if radius > FLAT_EARTH {
            return false;
        }
        let reach = radius.get().saturating_mul(102);
        let beyond = |(distance, _): &(i64, _)| *distance > reach;
        (self.exhausted || self.settled > reach)
            && self.sure.last().is_none_or(beyond)
            && self.unsettled.iter().all(beyond)
    }
}

impl<F: Fn(u32, u32) -> std::cmp::Ordering> Iterator for Nearest<'_, F> {
    type Item = Pin;

    fn next(&mut self) -> Option<Pin> {
        loop {
            if let Some((_, pin)) = self.sure.pop() {
                return Some(*pin);
            }
            if self.exhausted {
                return None;
            }
            self.look();
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn pin(slot: u32, at: Wgs84) -> Pin {
        Pin { slot, at, skills: Skills::default(), on_break: false, holds_offer: false }
    }

    fn ordered(grid: &Grid, from: Wgs84) -> Vec<Pin> {
        grid.nearest(from, |a, b| a.cmp(&b)).collect()
    }

    proptest! {
        #[test]
        fn everyone_comes_once_and_nearest_first(
            people in prop::collection::vec((-20_000.0..20_000.0f64, -20_000.0..20_000.0f64), 0..200),
            moved in prop::collection::vec((0_usize..200, -3000.0..3000.0f64), 0..50),
            (east, north) in (-30_000.0..30_000.0f64, -30_000.0..30_000.0f64),
        ) {
            let centre = Wgs84::new(98.29, 39.77).unwrap();
            let mut at: Vec<Wgs84> = people.iter().map(|(e, n)| centre.offset_m(*e, *n)).collect();
            let mut grid = Grid::default();
            for (slot, at) in (0..).zip(&at) {
                grid.insert(pin(slot, *at));
            }
            for (who, by) in moved {
                if let Some(place) = at.get_mut(who) {
                    let before = *place;
                    *place = place.offset_m(by, -by);
                    grid.replace(before, pin(who as u32, *place));
                }
            }
            let from = centre.offset_m(east, north);
            let walk = ordered(&grid, from);
            let mut slots: Vec<u32> = walk.iter().map(|p| p.slot).collect();
            for pair in walk.windows(2) {
                let (near, far) = (from.distance_m(pair[0].at), from.distance_m(pair[1].at));
                prop_assert!(near <= far * 1.01 + 1.0, "{near} m before {far} m");
            }
            slots.sort_unstable();
            prop_assert!(slots.iter().copied().eq(0..at.len() as u32));
            prop_assert_eq!(grid.len(), at.len());
        }
    }

    #[test]
    fn one_at_the_other_end_of_the_world_is_found_without_walking_there() {
        let mut grid = Grid::default();
        grid.insert(pin(1, Wgs84::new(-71.0, -33.0).unwrap()));
        let from = Wgs84::new(98.29, 39.77).unwrap();
        assert_eq!(ordered(&grid, from).len(), 1);
        grid.remove(1, Wgs84::new(-71.0, -33.0).unwrap());
        assert!(grid.cells.is_empty());
    }
}

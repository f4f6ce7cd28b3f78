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
            pool: Vec::with_capacity(128),
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
    /// Everyone up to this distance in centimetres has been seen.
    settled: i64,
    exhausted: bool,
    /// Seen and not handed out, farthest first.
    pool: Vec<(i64, Pin)>,
}

impl<F: Fn(u32, u32) -> std::cmp::Ordering> Nearest<'_, F> {
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
        let tie = &self.tie;
        self.pool.sort_unstable_by(|(da, a), (db, b)| db.cmp(da).then_with(|| tie(b.slot, a.slot)));
    }

    fn take(&mut self, pins: &[Pin]) {
        for pin in pins {
            let east = (pin.at.lon() - self.from.lon()) * self.cos;
            let north = pin.at.lat() - self.from.lat();
            let distance = east.hypot(north) * CM_PER_DEGREE;
            self.pool.push((distance as i64, *pin));
        }
    }

    /// Whether everyone left is surely farther than that, with a margin for the flat earth.
    pub fn all_left_beyond(&self, radius: Metres) -> bool {
        if radius > FLAT_EARTH {
            return false;
        }
        let reach = radius.get().saturating_mul(102);
        let nearest = self.pool.last().map_or(i64::MAX, |(d, _)| *d);
        nearest > reach && (self.exhausted || self.settled > reach)
    }
}

impl<F: Fn(u32, u32) -> std::cmp::Ordering> Iterator for Nearest<'_, F> {
    type Item = Pin;

    fn next(&mut self) -> Option<Pin> {
        loop {
            match self.pool.last() {
                Some((distance, _)) if self.exhausted || *distance < self.settled => {
                    return self.pool.pop().map(|(_, pin)| pin);
                }
                None if self.exhausted => return None,
                _ => self.look(),
            }
        }
    }
}

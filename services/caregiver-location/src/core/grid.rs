//! The spatial index: a uniform grid over the district, searched in rings around the place asked for.
//!
//! A grid suits what is indexed here better than a tree: thousands of points, all of them moving all the time, in one
//! district. Moving a point is a few stores; a search reads a handful of neighbouring cells. Distances are exact
//! (see [`super::globe`]); the projection serves only to decide which cells cannot matter, and errs on the near side.

use domain::geo::Wgs84;

use super::globe::{Xyz, chord2_of};

/// Metres of one degree of latitude.
const METRES_PER_DEGREE: f64 = 111_195.08;
/// Cells are at least so wide: small enough where thousands crowd a few square kilometres, large enough where a
/// search for a few hundred crosses empty ones …
const MIN_CELL_M: f64 = 150.0;
/// … and at most so many.
const MAX_CELLS: f64 = 262_144.0;
/// The bend of the earth over a district makes a ring of cells nearer than the plane says by less than this.
const RING_SAFETY: f64 = 0.999;

/// A rectangle in degrees: where the district's people can be.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Bounds {
    /// Western longitude.
    pub west: f64,
    /// Southern latitude.
    pub south: f64,
    /// Eastern longitude, not less than `west`.
    pub east: f64,
    /// Northern latitude, not less than `south`.
    pub north: f64,
}

impl Bounds {
    /// Everywhere.
    pub const WORLD: Self = Self { west: -180.0, south: -90.0, east: 180.0, north: 90.0 };

    /// Whether the place lies inside, borders included.
    pub fn contain(&self, place: Wgs84) -> bool {
        (self.west..=self.east).contains(&place.lon()) && (self.south..=self.north).contains(&place.lat())
    }

    /// So many metres wider on each side.
    #[must_use]
    pub fn widened(&self, metres: f64) -> Self {
        let dlat = metres / METRES_PER_DEGREE;
        let dlon = dlat / self.narrowest();
        Self {
            west: (self.west - dlon).max(-180.0),
            south: (self.south - dlat).max(-90.0),
            east: (self.east + dlon).min(180.0),
            north: (self.north + dlat).min(90.0),
        }
    }

    /// The least width of a degree of longitude inside, as a share of that at the equator.
    fn narrowest(&self) -> f64 {
        self.south.abs().max(self.north.abs()).min(85.0).to_radians().cos()
    }
}

#[derive(Debug, Clone, Copy)]
struct Point {
    slot: u32,
    at: Xyz,
}

/// Where a point is kept.
#[derive(Debug, Clone, Copy)]
struct Spot {
    cell: u32,
    index: u32,
}

/// One found: the square of the straight line to it, and who.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Hit {
    pub(crate) chord2: f64,
    pub(crate) slot: u32,
}

/// Points of numbered owners, each at most one.
#[derive(Debug)]
pub(crate) struct Grid {
    bounds: Bounds,
    metres_per_lon: f64,
    cell_m: f64,
    columns: i32,
    rows: i32,
    cells: Vec<Vec<Point>>,
    spots: Vec<Option<Spot>>,
}

impl Grid {
    pub(crate) fn new(bounds: Bounds) -> Self {
        let metres_per_lon = METRES_PER_DEGREE * bounds.narrowest();
        let width = ((bounds.east - bounds.west) * metres_per_lon).max(1.0);
        let height = ((bounds.north - bounds.south) * METRES_PER_DEGREE).max(1.0);
        let cell_m = (width * height / MAX_CELLS).sqrt().max(width / MAX_CELLS).max(MIN_CELL_M);
        let (columns, rows) = ((width / cell_m) as i32 + 1, (height / cell_m) as i32 + 1);
        let cells = vec![Vec::new(); columns as usize * rows as usize];
        Self { bounds, metres_per_lon, cell_m, columns, rows, cells, spots: Vec::new() }
    }

    /// Puts the owner's point here, wherever it was before.
    pub(crate) fn put(&mut self, slot: u32, place: Wgs84, at: Xyz) {
        let cell = self.cell_of(place);
        if let Some(Some(spot)) = self.spots.get(slot as usize).copied()
            && spot.cell == cell
        {
            if let Some(point) =
                self.cells.get_mut(cell as usize).and_then(|c| c.get_mut(spot.index as usize))
            {
                point.at = at;
            }
            return;
        }
        self.remove(slot);
        if self.spots.len() <= slot as usize {
            self.spots.resize(slot as usize + 1, None);
        }
        let points = self.cells.get_mut(cell as usize);
        if let (Some(points), Some(spot)) = (points, self.spots.get_mut(slot as usize)) {
            *spot = Some(Spot { cell, index: points.len() as u32 });
            points.push(Point { slot, at });
        }
    }

    /// Takes the owner's point away.
    pub(crate) fn remove(&mut self, slot: u32) {
        let Some(spot) = self.spots.get_mut(slot as usize).and_then(Option::take) else { return };
        let Some(points) = self.cells.get_mut(spot.cell as usize) else { return };
        points.swap_remove(spot.index as usize);
        let moved = points.get(spot.index as usize).map(|p| p.slot as usize);
        if let Some(Some(other)) = moved.and_then(|slot| self.spots.get_mut(slot)) {
            other.index = spot.index;
        }
    }

    /// The `k` nearest within so many metres that `keep` wants, nearest first, equally near ones by number.
    pub(crate) fn nearest(
        &self,
        from: Wgs84,
        within_m: f64,
        k: usize,
        mut keep: impl FnMut(u32) -> bool,
        found: &mut Vec<Hit>,
    ) {
        found.clear();
        if k == 0 {
            return;
        }
        let origin = Xyz::of(from);
        let (x, y) = self.metres(from);
        let (column, row) = ((x / self.cell_m).floor() as i32, (y / self.cell_m).floor() as i32);
        // The farthest that still counts: first the limit, then the worst of the k best.
        let mut worst = chord2_of(within_m) * (1.0 + 1e-12) + 1e-6;
        let outermost = column
            .saturating_abs()
            .max(self.columns.saturating_sub(column).saturating_abs())
            .max(row.saturating_abs())
            .max(self.rows.saturating_sub(row).saturating_abs());
        for ring in self.first_ring(column, row)..=outermost {
            if ring > 0 {
                let near_edge = self.clearance(x, y, column, row, ring) * RING_SAFETY;
                if near_edge > 0.0 && near_edge * near_edge > worst {
                    break;
                }
            }
            self.visit_ring(column, row, ring, |points| {
                for point in points {
                    let chord2 = origin.chord2(point.at);
                    if chord2 > worst || !keep(point.slot) {
                        continue;
                    }
                    let hit = Hit { chord2, slot: point.slot };
                    let position = found.partition_point(|h| (h.chord2, h.slot) < (hit.chord2, hit.slot));
                    if position < k {
                        if found.len() == k {
                            found.pop();
                        }
                        found.insert(position, hit);
                        if found.len() == k {
                            worst = found.last().map_or(worst, |h| h.chord2);
                        }
                    }
                }
            });
        }
    }

    fn metres(&self, place: Wgs84) -> (f64, f64) {
        let x = (place.lon() - self.bounds.west) * self.metres_per_lon;
        let y = (place.lat() - self.bounds.south) * METRES_PER_DEGREE;
        (x, y)
    }

    /// Places outside the bounds are kept in the cell at the border; nobody is lost, only found later.
    fn cell_of(&self, place: Wgs84) -> u32 {
        let (x, y) = self.metres(place);
        let column = ((x / self.cell_m).floor() as i32).clamp(0, self.columns - 1);
        let row = ((y / self.cell_m).floor() as i32).clamp(0, self.rows - 1);
        (row * self.columns + column) as u32
    }

    /// The first ring around a cell, perhaps outside, that touches the grid.
    fn first_ring(&self, column: i32, row: i32) -> i32 {
        let beyond = |at: i32, count: i32| if at < 0 { -at } else { (at - (count - 1)).max(0) };
        beyond(column, self.columns).max(beyond(row, self.rows))
    }

    /// How far from the point everything in this ring and the next ones is at least.
    fn clearance(&self, x: f64, y: f64, column: i32, row: i32, ring: i32) -> f64 {
        let low = |at: i32| f64::from(at - ring + 1) * self.cell_m;
        let high = |at: i32| f64::from(at + ring) * self.cell_m;
        (x - low(column)).min(high(column) - x).min(y - low(row)).min(high(row) - y)
    }

    fn visit_ring(&self, column: i32, row: i32, ring: i32, mut visit: impl FnMut(&[Point])) {
        let columns = (column - ring).max(0)..=(column + ring).min(self.columns - 1);
        let rows = (row - ring).max(0)..=(row + ring).min(self.rows - 1);
        for r in rows {
            if r == row - ring || r == row + ring {
                for c in columns.clone() {
                    visit(self.cell(c, r));
                }
            } else {
                visit(self.cell(column - ring, r));
                if ring > 0 {
                    visit(self.cell(column + ring, r));
                }
            }
        }
    }

    fn cell(&self, column: i32, row: i32) -> &[Point] {
        if column < 0 || column >= self.columns || row < 0 || row >= self.rows {
            return &[];
        }
        self.cells.get((row * self.columns + column) as usize).map_or(&[], Vec::as_slice)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn reference(points: &[Option<Wgs84>], from: Wgs84, within: f64, k: usize) -> Vec<u32> {
        let mut all: Vec<(f64, u32)> = points
            .iter()
            .enumerate()
            .filter_map(|(slot, at)| Some((Xyz::of(from).chord2(Xyz::of((*at)?)), slot as u32)))
            .filter(|(chord2, _)| *chord2 <= chord2_of(within))
            .collect();
        all.sort_by(|a, b| a.partial_cmp(b).unwrap());
        all.into_iter().take(k).map(|(_, slot)| slot).collect()
    }

    fn check(
        bounds: Bounds,
        centre: Wgs84,
        moves: &[(u32, f64, f64, bool)],
        asks: &[(f64, f64, f64, usize)],
    ) {
        let mut grid = Grid::new(bounds);
        let mut points = vec![None; 60];
        for (slot, east, north, gone) in moves {
            let place = centre.offset_m(*east, *north);
            if *gone {
                grid.remove(*slot);
                points[*slot as usize] = None;
            } else if bounds.contain(place) {
                grid.put(*slot, place, Xyz::of(place));
                points[*slot as usize] = Some(place);
            }
        }
        let mut found = Vec::new();
        for (east, north, within, k) in asks {
            let from = centre.offset_m(*east, *north);
            grid.nearest(from, *within, *k, |_| true, &mut found);
            let slots: Vec<u32> = found.iter().map(|h| h.slot).collect();
            assert_eq!(slots, reference(&points, from, *within, *k), "from {from:?} within {within} k {k}");
        }
    }

    prop_compose! {
        fn moves()(all in prop::collection::vec(
            (0..60u32, -15_000.0..15_000.0f64, -15_000.0..15_000.0f64, prop::bool::weighted(0.1)), 0..200,
        )) -> Vec<(u32, f64, f64, bool)> { all }
    }
    prop_compose! {
        fn asks()(all in prop::collection::vec(
            (-40_000.0..40_000.0f64, -40_000.0..40_000.0f64, 1.0..100_000.0f64, 1..100usize), 1..8,
        )) -> Vec<(f64, f64, f64, usize)> { all }
    }

    proptest! {
        #[test]
        fn finds_what_looking_at_everyone_finds(moves in moves(), asks in asks(), lat in -60.0..60.0f64) {
            let centre = Wgs84::new(98.29, lat).unwrap();
            let (west, south) = (centre.offset_m(-10_000.0, 0.0).lon(), centre.offset_m(0.0, -10_000.0).lat());
            let (east, north) = (centre.offset_m(10_000.0, 0.0).lon(), centre.offset_m(0.0, 10_000.0).lat());
            check(Bounds { west, south, east, north }, centre, &moves, &asks);
        }
    }

    proptest! {
        // A grid over the whole world is big to make.
        #![proptest_config(ProptestConfig::with_cases(16))]
        #[test]
        fn without_bounds_it_finds_the_same(moves in moves(), asks in asks()) {
            check(Bounds::WORLD, Wgs84::new(98.29, 39.77).unwrap(), &moves, &asks);
        }
    }

    #[test]
    fn only_those_wanted() {
        let here = Wgs84::new(98.29, 39.77).unwrap();
        let mut grid = Grid::new(Bounds { west: 98.0, south: 39.5, east: 98.5, north: 40.0 });
        for slot in 0..10 {
            let place = here.offset_m(f64::from(slot) * 10.0, 0.0);
            grid.put(slot, place, Xyz::of(place));
        }
        let mut found = Vec::new();
        grid.nearest(here, 75.0, 3, |slot| slot % 2 == 1, &mut found);
        assert_eq!(found.iter().map(|h| h.slot).collect::<Vec<_>>(), [1, 3, 5]);
    }
}

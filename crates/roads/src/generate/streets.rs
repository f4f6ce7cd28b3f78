//! The streets between the superblocks: a grid with its irregularities, the river through it, the bridges over it.

use std::{collections::HashMap, f64::consts::TAU};

use rand::RngExt;
use rand_chacha::ChaCha8Rng;

use super::{
    names::{Names, numbered},
    sketch::{Sketch, Spot},
};

/// From the middle of the river to its embankment roads, metres.
const EMBANKMENT: f64 = 75.0;

/// No crossing is nearer to the middle of the river than this, but those of the embankment roads.
const CLEARANCE: f64 = 130.0;

/// A district smaller than this has no river.
const RIVER_FROM_SIDE: f64 = 2_500.0;

/// The four sides of a superblock (south, east, north, west), each with the node halfway along its street if there
/// is a street, and its four corners (south-west, south-east, north-east, north-west).
pub(super) struct Block {
    pub corners: [Spot; 4],
    pub halfway: [Option<usize>; 4],
}

/// Draws the streets; returns the blocks between them.
pub(super) fn draw(sketch: &mut Sketch, side: f64, rng: &mut ChaCha8Rng) -> Vec<Block> {
    let mut names = Names::shuffled(rng);
    let columns = lines('经', side / 2.0, &mut names, rng);
    let rows = lines('纬', side / 2.0, &mut names, rng);
    let river = (side >= RIVER_FROM_SIDE).then(|| River::draw(side, rng));
    let mut grid = Grid { crossings: HashMap::new(), streets: HashMap::new() };
    grid.place_crossings(sketch, &columns, &rows, river.as_ref(), rng);
    grid.draw_columns(sketch, &columns, &rows, river.as_ref(), rng);
    grid.draw_rows(sketch, &columns, &rows, river.as_ref(), rng);
    if let Some(river) = &river {
        sketch.river(river.line(side));
    }
    grid.blocks(sketch, columns.len(), rows.len())
}

/// A street line of the grid.
struct Line {
    /// Where it runs: its x if it runs north, its y if it runs east.
    at: f64,
    class: &'static str,
    name: String,
    oneway: Option<Oneway>,
}

#[derive(Clone, Copy)]
struct Oneway {
    against: bool,
    cycles_too: bool,
}

fn lines(prefix: char, half: f64, names: &mut Names, rng: &mut ChaCha8Rng) -> Vec<Line> {
    let mut lines = Vec::new();
    let mut at = -half;
    while at <= half {
        let index = lines.len();
        let (class, name) = match index % 4 {
            0 => ("primary", names.next()),
            2 => ("secondary", names.next()),
            _ if rng.random_bool(0.6) => ("tertiary", numbered(prefix, index.div_ceil(2))),
            _ => ("residential", numbered(prefix, index.div_ceil(2))),
        };
        let oneway = (index % 2 == 1 && rng.random_bool(0.35))
            .then(|| Oneway { against: rng.random_bool(0.5), cycles_too: rng.random_bool(0.5) });
        lines.push(Line { at, class, name, oneway });
        at += rng.random_range(215.0..310.0);
    }
    lines
}

/// A river from west to east, winding.
struct River {
    middle: f64,
    swing: f64,
    length: f64,
    phase: f64,
}

impl River {
    fn draw(side: f64, rng: &mut ChaCha8Rng) -> Self {
        Self {
            middle: rng.random_range(-0.2..0.2) * side,
            swing: rng.random_range(0.03..0.08) * side,
            length: rng.random_range(0.8..1.4) * side,
            phase: rng.random_range(0.0..TAU),
        }
    }

    /// The y of its middle at `x`.
    fn at(&self, x: f64) -> f64 {
        self.middle + self.swing * (TAU * x / self.length + self.phase).sin()
    }

    fn line(&self, side: f64) -> Vec<Spot> {
        let steps = (side / 100.0).ceil() as i32;
        (-1..=steps + 1)
            .map(|step| {
                let x = -side / 2.0 + f64::from(step) * 100.0;
                Spot { x, y: self.at(x) }
            })
            .collect()
    }
}

/// A crossing of the grid: a row's, or the embankment road's on one side of the river.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
enum Row {
    Street(usize),
    SouthBank,
    NorthBank,
}

struct Grid {
    crossings: HashMap<(usize, Row), usize>,
    /// The node halfway along the street from one crossing to another.
    streets: HashMap<(usize, usize), usize>,
}

impl Grid {
    fn place_crossings(
        &mut self,
        sketch: &mut Sketch,
        columns: &[Line],
        rows: &[Line],
        river: Option<&River>,
        rng: &mut ChaCha8Rng,
    ) {
        for (i, column) in columns.iter().enumerate() {
            let bed = river.map(|river| river.at(column.at));
            for (j, row) in rows.iter().enumerate() {
                let wobble = if i % 2 == 1 && j % 2 == 1 { 18.0 } else { 5.0 };
                let spot = Spot {
                    x: column.at + rng.random_range(-wobble..wobble),
                    y: row.at + rng.random_range(-wobble..wobble),
                };
                if bed.is_none_or(|bed| (row.at - bed).abs() >= CLEARANCE) {
                    self.crossings.insert((i, Row::Street(j)), sketch.node(spot));
                }
            }
            if let Some(bed) = bed {
                let south = sketch.node(Spot { x: column.at, y: bed - EMBANKMENT });
                let north = sketch.node(Spot { x: column.at, y: bed + EMBANKMENT });
                self.crossings.insert((i, Row::SouthBank), south);
                self.crossings.insert((i, Row::NorthBank), north);
            }
        }
    }

    /// Streets running north, and the bridges: on every arterial, on some others.
    fn draw_columns(
        &mut self,
        sketch: &mut Sketch,
        columns: &[Line],
        rows: &[Line],
        river: Option<&River>,
        rng: &mut ChaCha8Rng,
    ) {
        for (i, column) in columns.iter().enumerate() {
            let bed = river.map(|river| river.at(column.at));
            let mut stops: Vec<Row> = (0..rows.len()).map(Row::Street).collect();
            if let Some(bed) = bed {
                let south = rows.partition_point(|row| row.at < bed);
                stops.splice(south..south, [Row::SouthBank, Row::NorthBank]);
            }
            let stops: Vec<(Row, usize)> =
                stops.into_iter().filter_map(|row| Some((row, *self.crossings.get(&(i, row))?))).collect();
            let bridged = column.class == "primary" || (column.class == "secondary" && rng.random_bool(0.3));
            for pair in stops.windows(2) {
                let [(from_row, from), (to_row, to)] = *pair else { continue };
                let over_water = (from_row, to_row) == (Row::SouthBank, Row::NorthBank);
                if if over_water { bridged } else { !left_out(column, rng) } {
                    self.street(sketch, column, from, to, over_water);
                }
            }
        }
    }

    /// Streets running east, and the embankment roads.
    fn draw_rows(
        &mut self,
        sketch: &mut Sketch,
        columns: &[Line],
        rows: &[Line],
        river: Option<&River>,
        rng: &mut ChaCha8Rng,
    ) {
        let bank = |name: &str| Line { at: 0.0, class: "tertiary", name: name.to_owned(), oneway: None };
        let (south, north) = (bank("滨河南路"), bank("滨河北路"));
        for (i, pair) in columns.windows(2).enumerate() {
            let [west, east] = pair else { continue };
            for (j, row) in rows.iter().enumerate() {
                // A row may end where the river winds through it.
                let same_side =
                    river.is_none_or(|river| (row.at > river.at(west.at)) == (row.at > river.at(east.at)));
                if same_side && !left_out(row, rng) {
                    self.street_between(sketch, row, (i, Row::Street(j)), (i + 1, Row::Street(j)));
                }
            }
            self.street_between(sketch, &south, (i, Row::SouthBank), (i + 1, Row::SouthBank));
            self.street_between(sketch, &north, (i, Row::NorthBank), (i + 1, Row::NorthBank));
        }
    }

    fn street_between(&mut self, sketch: &mut Sketch, line: &Line, from: (usize, Row), to: (usize, Row)) {
        if let (Some(from), Some(to)) = (self.crossings.get(&from), self.crossings.get(&to)) {
            self.street(sketch, line, *from, *to, false);
        }
    }

    fn street(&mut self, sketch: &mut Sketch, line: &Line, from: usize, to: usize, bridge: bool) {
        let (Some(a), Some(b)) = (sketch.spot(from), sketch.spot(to)) else { return };
        let halfway = sketch.node(a.towards(b, 0.5));
        let mut tags = vec![("highway", line.class), ("name", line.name.as_str())];
        if bridge {
            tags.push(("bridge", "yes"));
        }
        if let Some(oneway) = line.oneway.filter(|_| !bridge) {
            tags.push(("oneway", if oneway.against { "-1" } else { "yes" }));
            if !oneway.cycles_too {
                tags.push(("oneway:bicycle", "no"));
            }
        }
        sketch.way(&[from, halfway, to], &tags);
        self.streets.insert((from, to), halfway);
    }

    fn blocks(&self, sketch: &Sketch, columns: usize, rows: usize) -> Vec<Block> {
        let mut blocks = Vec::new();
        for i in 0..columns.saturating_sub(1) {
            for j in 0..rows.saturating_sub(1) {
                let corner = |i: usize, j: usize| {
                    let node = *self.crossings.get(&(i, Row::Street(j)))?;
                    Some((node, sketch.spot(node)?))
                };
                let (Some(sw), Some(se), Some(ne), Some(nw)) =
                    (corner(i, j), corner(i + 1, j), corner(i + 1, j + 1), corner(i, j + 1))
                else {
                    continue;
                };
                let halfway = [(sw.0, se.0), (se.0, ne.0), (nw.0, ne.0), (sw.0, nw.0)]
                    .map(|ends| self.streets.get(&ends).copied());
                blocks.push(Block { corners: [sw.1, se.1, ne.1, nw.1], halfway });
            }
        }
        blocks
    }
}

/// Now and then a minor street was never built through.
fn left_out(line: &Line, rng: &mut ChaCha8Rng) -> bool {
    match line.class {
        "residential" => rng.random_bool(0.15),
        "tertiary" => rng.random_bool(0.05),
        _ => false,
    }
}

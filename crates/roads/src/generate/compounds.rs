//! What is inside a superblock: mostly a compound (小区) with its gates, ring and footpaths, sometimes a park.

use rand::RngExt;
use rand_chacha::ChaCha8Rng;

use super::{
    sketch::{Sketch, Spot},
    streets::Block,
};

pub(super) fn draw(sketch: &mut Sketch, blocks: &[Block], rng: &mut ChaCha8Rng) {
    for block in blocks {
        // A block the river runs through has streets on fewer sides, and stays empty.
        if block.halfway.iter().flatten().count() < 3 {
            continue;
        }
        if rng.random_bool(0.88) {
            compound(sketch, block, rng);
        } else {
            park(sketch, block);
        }
    }
}

/// The spot at fractions `u` east and `v` north inside the block.
fn inside(block: &Block, u: f64, v: f64) -> Spot {
    let [sw, se, ne, nw] = block.corners;
    sw.towards(se, u).towards(nw.towards(ne, u), v)
}

/// A ring of eight nodes, gates from the streets to its sides, footpaths through the middle and to the doors.
fn compound(sketch: &mut Sketch, block: &Block, rng: &mut ChaCha8Rng) {
    let mut wobble = || rng.random_range(-0.04..0.04);
    let around =
        [(0.3, 0.3), (0.5, 0.28), (0.7, 0.3), (0.72, 0.5), (0.7, 0.7), (0.5, 0.72), (0.3, 0.7), (0.28, 0.5)];
    let ring = around.map(|(u, v)| sketch.node(inside(block, u + wobble(), v + wobble())));
    let [sw, south, se, east, ne, north, nw, west] = ring;

    // Many compounds let no strangers' cars in.
    let cars = if rng.random_bool(0.5) { "private" } else { "destination" };
    sketch.way(
        &[sw, south, se, east, ne, north, nw, west, sw],
        &[("highway", "living_street"), ("motor_vehicle", cars)],
    );

    let sides = block.halfway.iter().zip([south, east, north, west]);
    let gates: Vec<(usize, usize)> = sides.filter_map(|(street, side)| Some(((*street)?, side))).collect();
    let first = rng.random_range(0..gates.len().max(1));
    for (nth, (street, side)) in gates.iter().enumerate() {
        if nth == first || rng.random_bool(0.45) {
            sketch.way(&[*street, *side], &[("highway", "service"), ("motor_vehicle", cars)]);
        } else if rng.random_bool(0.6) {
            sketch.way(&[*street, *side], &[("highway", "footway")]);
        }
    }

    let middle = sketch.node(inside(block, 0.5, 0.5));
    sketch.way(&[south, middle, north], &[("highway", "footway")]);
    sketch.way(&[west, middle, east], &[("highway", "footway")]);
    let doors = [(sw, 0.14, 0.14), (se, 0.86, 0.14), (ne, 0.86, 0.86), (nw, 0.14, 0.86)];
    for (corner, u, v) in doors {
        if rng.random_bool(0.7) {
            let door = sketch.node(inside(block, u, v));
            sketch.way(&[corner, door], &[("highway", "footway")]);
        }
    }
}

/// Paths from the streets to a place in the middle, open to cycles.
fn park(sketch: &mut Sketch, block: &Block) {
    let middle = sketch.node(inside(block, 0.5, 0.5));
    let bends = [(0.42, 0.25), (0.75, 0.42), (0.58, 0.75), (0.25, 0.58)];
    for (street, (u, v)) in block.halfway.iter().zip(bends) {
        if let Some(street) = street {
            let bend = sketch.node(inside(block, u, v));
            sketch.way(&[*street, bend, middle], &[("highway", "path"), ("bicycle", "yes")]);
        }
    }
}

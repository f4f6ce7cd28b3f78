//! The sheet the district is drawn on: nodes on a plane that is gently bent before it becomes coordinates.

use std::{
    collections::{HashMap, HashSet},
    f64::consts::TAU,
};

use domain::geo::Wgs84;
use rand::RngExt;
use rand_chacha::ChaCha8Rng;

use super::GenerateParams;
use crate::{
    cut::cut,
    network::{Network, RawNode, RawWay},
    profile::ProfileSet,
    rules::Tags,
};

/// A point on the sheet: metres east and north of the centre, before bending.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Spot {
    pub x: f64,
    pub y: f64,
}

impl Spot {
    /// The point at a fraction of the way to another.
    pub fn towards(self, other: Self, fraction: f64) -> Self {
        Self { x: self.x + (other.x - self.x) * fraction, y: self.y + (other.y - self.y) * fraction }
    }
}

/// What has been drawn so far.
pub(super) struct Sketch {
    centre: Wgs84,
    bend: Bend,
    spots: Vec<Spot>,
    ways: Vec<(Vec<usize>, Tags)>,
    water: Vec<Vec<Spot>>,
}

impl Sketch {
    pub fn new(params: &GenerateParams, rng: &mut ChaCha8Rng) -> Self {
        let bend = Bend::draw(rng);
        Self { centre: params.centre, bend, spots: Vec::new(), ways: Vec::new(), water: Vec::new() }
    }

    pub fn node(&mut self, spot: Spot) -> usize {
        self.spots.push(spot);
        self.spots.len() - 1
    }

    pub fn spot(&self, node: usize) -> Option<Spot> {
        self.spots.get(node).copied()
    }

    pub fn way(&mut self, nodes: &[usize], tags: &[(&str, &str)]) {
        self.ways.push((nodes.to_vec(), tags.iter().copied().collect()));
    }

    pub fn river(&mut self, line: Vec<Spot>) {
        self.water.push(line);
    }

    /// The network of what is drawn and hangs together; a street left alone by chance is rubbed out.
    pub fn into_network(self, origin: String) -> Network {
        let at = |spot: &Spot| {
            let bent = self.bend.of(*spot);
            let here = self.centre.offset_m(bent.x, bent.y);
            // As precise as OpenStreetMap: seven decimals.
            let round = |degrees: f64| (degrees * 1e7).round() / 1e7;
            Wgs84::new(round(here.lon()), round(here.lat())).unwrap_or(here)
        };
        let kept = self.connected();
        let nodes: HashMap<i64, RawNode> = (0..)
            .zip(&self.spots)
            .map(|(id, spot)| (id, RawNode { at: at(spot), blocked: ProfileSet::EMPTY }))
            .collect();
        let ways: Vec<RawWay> = self
            .ways
            .iter()
            .filter(|(nodes, _)| nodes.iter().all(|node| kept.contains(node)))
            .filter_map(|(nodes, tags)| RawWay::judge(nodes.iter().map(|node| *node as i64).collect(), tags))
            .collect();
        let mut network = cut(origin, &nodes, &ways);
        network.water = self.water.iter().map(|line| line.iter().map(at).collect()).collect();
        network
    }

    /// The nodes that hang together with the first street drawn.
    fn connected(&self) -> HashSet<usize> {
        let mut neighbours: HashMap<usize, Vec<usize>> = HashMap::new();
        for (nodes, _) in &self.ways {
            for pair in nodes.windows(2) {
                if let [a, b] = *pair {
                    neighbours.entry(a).or_default().push(b);
                    neighbours.entry(b).or_default().push(a);
                }
            }
        }
        let mut seen = HashSet::new();
        let mut todo: Vec<usize> =
            self.ways.first().and_then(|(nodes, _)| nodes.first()).copied().into_iter().collect();
        while let Some(node) = todo.pop() {
            if seen.insert(node) {
                todo.extend(neighbours.get(&node).into_iter().flatten());
            }
        }
        seen
    }
}

/// A slight turn and two slow waves, so that no street is quite straight and no block quite square.
struct Bend {
    turn: f64,
    phase: (f64, f64),
    length: (f64, f64),
}

/// How far the waves push a street sideways, metres.
const WAVE: f64 = 55.0;

impl Bend {
    fn draw(rng: &mut ChaCha8Rng) -> Self {
        Self {
            turn: rng.random_range(-0.12..0.12),
            phase: (rng.random_range(0.0..TAU), rng.random_range(0.0..TAU)),
            length: (rng.random_range(2_600.0..4_200.0), rng.random_range(2_600.0..4_200.0)),
        }
    }

    fn of(&self, spot: Spot) -> Spot {
        let x = spot.x + WAVE * (TAU * spot.y / self.length.0 + self.phase.0).sin();
        let y = spot.y + WAVE * (TAU * spot.x / self.length.1 + self.phase.1).sin();
        let (sin, cos) = self.turn.sin_cos();
        Spot { x: x * cos - y * sin, y: x * sin + y * cos }
    }
}

//! Front doors along the streets where people live. Elders of one building share a door, as they do.

use std::collections::BTreeSet;

use anyhow::ensure;
use domain::geo::Wgs84;
use rand::{Rng, RngExt};
use roads::{Network, Profile, RoadClass, dijkstra::Direction, graph::Graph};

/// Elders per building, on average.
const PER_BUILDING: usize = 5;

/// Front doors: about one for every few elders, all reachable by e-bike.
pub fn place(streets: &Network, elders: usize, rng: &mut impl Rng) -> anyhow::Result<Vec<Wgs84>> {
    let lanes = Lanes::of(streets)?;
    let buildings = elders.div_ceil(PER_BUILDING).max(20);
    Ok((0..buildings).filter_map(|_| lanes.door(streets, rng)).collect())
}

/// The streets people live on, with the summed weights up to and including each.
struct Lanes {
    edges: Vec<(f64, usize)>,
    total: f64,
}

impl Lanes {
    fn of(streets: &Network) -> anyhow::Result<Self> {
        let reachable = reachable(streets)?;
        let mut total = 0.0;
        let edges = streets.edges().iter().enumerate().filter_map(|(index, edge)| {
            let weight = if reachable.contains(&index) { density(edge.class) * edge.length_m() } else { 0.0 };
            total += weight;
            (weight > 0.0).then_some((total, index))
        });
        let edges = edges.collect::<Vec<_>>();
        ensure!(
            !edges.is_empty(),
            "the map {} has no street people live on (residential, living_street, service, unclassified, …); \
             choose a map of a town",
            streets.origin()
        );
        Ok(Self { edges, total })
    }

    /// A door a few steps to the side of a street, in proportion to where people live.
    fn door(&self, streets: &Network, rng: &mut impl Rng) -> Option<Wgs84> {
        let draw = rng.random_range(0.0..self.total);
        let lane =
            self.edges.partition_point(|(sum, _)| *sum <= draw).min(self.edges.len().saturating_sub(1));
        let (_, index) = self.edges.get(lane)?;
        let edge = streets.edges().get(*index)?;
        let along = along(streets.shape(edge), rng.random_range(0.0..1.0))?;
        let (east, north) = (rng.random_range(-15.0..15.0), rng.random_range(-15.0..15.0));
        rounded(along.offset_m(east, north))
    }
}

/// The edges of the largest part of the map that an e-bike gets about on.
fn reachable(streets: &Network) -> anyhow::Result<BTreeSet<usize>> {
    let graph = Graph::build(streets, Profile::EBike)?;
    let arcs = (0..graph.nodes()).flat_map(|node| graph.arcs_of(node, Direction::Forward));
    Ok(arcs.map(|arc| arc.edge as usize).collect())
}

/// How densely people live along a street of this class.
const fn density(class: RoadClass) -> f64 {
    match class {
        RoadClass::Residential | RoadClass::LivingStreet => 1.0,
        RoadClass::Service => 0.4,
        RoadClass::Unclassified => 0.5,
        RoadClass::Tertiary => 0.25,
        _ => 0.0,
    }
}

/// The point at a fraction of a line's length.
fn along(line: &[Wgs84], fraction: f64) -> Option<Wgs84> {
    let pieces = || line.iter().zip(line.iter().skip(1));
    let mut left = pieces().map(|(a, b)| a.distance_m(*b)).sum::<f64>() * fraction;
    for (a, b) in pieces() {
        let length = a.distance_m(*b);
        if left <= length && length > 0.0 {
            let share = left / length;
            return Wgs84::new(a.lon() + (b.lon() - a.lon()) * share, a.lat() + (b.lat() - a.lat()) * share)
                .ok();
        }
        left -= length;
    }
    line.last().copied()
}

/// Rounded to a millionth of a degree, about a decimetre: a door is no finer.
fn rounded(at: Wgs84) -> Option<Wgs84> {
    let round = |degrees: f64| (degrees * 1e6).round() / 1e6;
    Wgs84::new(round(at.lon()), round(at.lat())).ok()
}

//! The streets to draw under caregivers and orders, small enough to send to a browser.

use std::collections::HashMap;

use domain::geo::Wgs84;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::{network::Network, road_class::RoadClass};

/// The lines of a map. Pieces of street of one class and name are joined into long lines.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct BaseMap {
    /// West, south, east, north in degrees.
    pub bounds: [f64; 4],
    /// The streets, wide ones last, so that drawing in order puts them on top.
    pub streets: Vec<Street>,
    /// Rivers, as lines like [`Street::line`].
    pub water: Vec<Vec<i32>>,
}

/// A street to draw.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Street {
    /// Decides width and colour.
    pub class: RoadClass,
    /// To write along it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// Longitude and latitude by turns in millionths of a degree: the first point, then each point's difference
    /// from the one before.
    pub line: Vec<i32>,
}

impl BaseMap {
    /// The streets of a network.
    pub fn of(network: &Network) -> Self {
        let bounds = network.bounds().map_or([0.0; 4], |(sw, ne)| [sw.lon(), sw.lat(), ne.lon(), ne.lat()]);
        let mut streets: Vec<Street> = Joiner::new(network).collect();
        streets.sort_by_key(|street| std::cmp::Reverse(street.class));
        Self { bounds, streets, water: network.water.iter().map(|line| encoded(line)).collect() }
    }
}

impl Street {
    /// The points of its line.
    pub fn points(&self) -> impl Iterator<Item = Wgs84> + '_ {
        points(&self.line)
    }
}

/// The points of a line of a [`BaseMap`].
pub fn points(line: &[i32]) -> impl Iterator<Item = Wgs84> + '_ {
    let (mut lon, mut lat) = (0, 0);
    line.chunks_exact(2).filter_map(move |pair| {
        lon += *pair.first()?;
        lat += *pair.last()?;
        Wgs84::new(f64::from(lon) / 1e6, f64::from(lat) / 1e6).ok()
    })
}

fn encoded(line: &[Wgs84]) -> Vec<i32> {
    let (mut lon, mut lat) = (0, 0);
    let mut deltas = Vec::with_capacity(line.len() * 2);
    for at in line {
        let next = ((at.lon() * 1e6).round() as i32, (at.lat() * 1e6).round() as i32);
        if next != (lon, lat) || deltas.is_empty() {
            deltas.extend([next.0 - lon, next.1 - lat]);
            (lon, lat) = next;
        }
    }
    deltas
}

/// Joins edges end to end, greedily, as long as class and name stay the same.
struct Joiner<'a> {
    network: &'a Network,
    /// Edges by a junction they touch, with their class and name.
    at: HashMap<(u32, RoadClass, Option<u32>), Vec<u32>>,
    drawn: Vec<bool>,
    next: u32,
}

impl<'a> Joiner<'a> {
    fn new(network: &'a Network) -> Self {
        let mut at: HashMap<_, Vec<u32>> = HashMap::new();
        for (index, edge) in (0..).zip(network.edges()) {
            for junction in [edge.from, edge.to] {
                at.entry((junction, edge.class, edge.name)).or_default().push(index);
            }
        }
        Self { network, at, drawn: vec![false; network.edges().len()], next: 0 }
    }

    fn take(&mut self, index: u32) -> bool {
        self.drawn.get_mut(index as usize).is_some_and(|drawn| !std::mem::replace(drawn, true))
    }

    /// Goes on from a junction along edges of the same kind; returns the points after the junction.
    fn follow(&mut self, mut junction: u32, class: RoadClass, name: Option<u32>) -> Vec<Wgs84> {
        let mut points = Vec::new();
        loop {
            let touching = self.at.get(&(junction, class, name)).cloned().unwrap_or_default();
            let Some(index) = touching.into_iter().find(|index| self.take(*index)) else {
                return points;
            };
            let Some(edge) = self.network.edges().get(index as usize) else {
                return points;
            };
            let shape = self.network.shape(edge);
            if edge.from == junction {
                points.extend(shape.iter().skip(1));
                junction = edge.to;
            } else {
                points.extend(shape.iter().rev().skip(1));
                junction = edge.from;
            }
        }
    }
}

impl Iterator for Joiner<'_> {
    type Item = Street;
    fn next(&mut self) -> Option<Street> {
        loop {
            let index = self.next;
            let edge = self.network.edges().get(index as usize)?;
            self.next += 1;
            if !self.take(index) {
                continue;
            }
            let mut line: Vec<Wgs84> = self.follow(edge.from, edge.class, edge.name);
            line.reverse();
            line.extend(self.network.shape(edge));
            line.extend(self.follow(edge.to, edge.class, edge.name));
            let name = self.network.name(edge).map(str::to_owned);
            return Some(Street { class: edge.class, name, line: encoded(&line) });
        }
    }
}

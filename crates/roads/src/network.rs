//! The street graph of a map: junctions, the streets between them, and what each profile may do there.

use domain::geo::Wgs84;
use serde::{Deserialize, Serialize};

use crate::{
    profile::ProfileSet,
    road_class::RoadClass,
    rules::{Permit, permits},
};

/// The streets of a map. Made by [`read_osm`](crate::read_osm) or [`generate`](crate::generate()); prepared by
/// [`Roads::prepare`](crate::Roads::prepare).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Network {
    /// The file, or the generator's description.
    pub(crate) origin: String,
    /// Where the junctions and dead ends are.
    pub(crate) junctions: Vec<Wgs84>,
    /// Who cannot pass a junction, because of a barrier there.
    pub(crate) blocked: Vec<ProfileSet>,
    pub(crate) edges: Vec<Edge>,
    /// The lines of all edges, one after the other.
    pub(crate) shapes: Vec<Wgs84>,
    pub(crate) names: Vec<String>,
    /// Rivers to draw under the streets; only a generated network has them.
    pub(crate) water: Vec<Vec<Wgs84>>,
}

/// A piece of street between two junctions.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Edge {
    /// Index of the junction where it begins.
    pub(crate) from: u32,
    /// Index of the junction where it ends.
    pub(crate) to: u32,
    /// Where its line begins in [`Network::shapes`], and how many points it has.
    pub(crate) shape: (u32, u32),
    /// Its length in decimetres, at least one.
    pub(crate) length_dm: u32,
    /// Its class.
    pub class: RoadClass,
    pub(crate) name: Option<u32>,
    /// What the profiles may do on it, in the order of [`Profile::ALL`](crate::Profile::ALL).
    pub permits: [Permit; 3],
}

impl Edge {
    /// Its length in metres.
    pub fn length_m(&self) -> f64 {
        f64::from(self.length_dm) / 10.0
    }
}

impl Network {
    /// The file this was read from, or the generator's description.
    pub fn origin(&self) -> &str {
        &self.origin
    }

    /// The pieces of street.
    pub fn edges(&self) -> &[Edge] {
        &self.edges
    }

    /// The junctions and dead ends.
    pub fn junctions(&self) -> &[Wgs84] {
        &self.junctions
    }

    /// The line of an edge, from its beginning to its end.
    pub fn shape(&self, edge: &Edge) -> &[Wgs84] {
        let first = edge.shape.0 as usize;
        self.shapes.get(first..first + edge.shape.1 as usize).unwrap_or(&[])
    }

    /// The name of an edge's street.
    pub fn name(&self, edge: &Edge) -> Option<&str> {
        self.names.get(edge.name? as usize).map(String::as_str)
    }

    /// The south-western and north-eastern corners of everything; `None` when empty.
    pub fn bounds(&self) -> Option<(Wgs84, Wgs84)> {
        let (mut west, mut south, mut east, mut north) = (180.0_f64, 90.0_f64, -180.0_f64, -90.0_f64);
        for at in &self.shapes {
            west = west.min(at.lon());
            south = south.min(at.lat());
            east = east.max(at.lon());
            north = north.max(at.lat());
        }
        Some((Wgs84::new(west, south).ok()?, Wgs84::new(east, north).ok()?)).filter(|_| west <= east)
    }
}

/// A way as read or generated: already judged by the rules, not yet cut at junctions.
#[derive(Debug, Clone)]
pub(crate) struct RawWay {
    pub nodes: Vec<i64>,
    pub class: RoadClass,
    pub name: Option<String>,
    pub permits: [Permit; 3],
}

impl RawWay {
    /// `None` for what is no street, or a street nobody may use, or a square drawn by its outline that only
    /// walkers could cross.
    pub fn judge(nodes: Vec<i64>, tags: &crate::rules::Tags) -> Option<Self> {
        let (class, mut permits) = permits(tags)?;
        if tags.is("area", "yes") {
            let [_walk, e_bike, car] = &mut permits;
            (*e_bike, *car) = (Permit::NONE, Permit::NONE);
        }
        let usable = nodes.len() > 1 && permits.iter().any(|p| !p.is_none());
        usable.then(|| Self { nodes, class, name: tags.get("name").map(str::to_owned), permits })
    }
}

/// A node as read or generated.
#[derive(Debug, Clone, Copy)]
pub(crate) struct RawNode {
    pub at: Wgs84,
    pub blocked: ProfileSet,
}

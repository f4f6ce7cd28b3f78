//! The line of a fastest way, for the sketch on the caregiver's phone.
//!
//! No path is stored anywhere: standing at a node with so much left to go, the next node is the one whose own
//! remainder plus the street to it is exactly that. Costs are integers, so *exactly* means exactly.

use domain::{geo::Wgs84, unit::Metres};
use serde::{Deserialize, Serialize};

use crate::{
    cost::Cost,
    dijkstra::Direction,
    ends::{along_the_edge, arrivals, departures},
    engine::Engine,
    network::Network,
    place::{Place, Snapped},
    snap::between,
    travel::TravelTime,
};

/// A way to draw, and how long it takes.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Route {
    /// From the first coordinate to the last, both included.
    pub points: Vec<Wgs84>,
    /// As [`Roads::travel`](crate::Roads::travel) says.
    pub travel: TravelTime,
}

impl Route {
    /// The length of the drawn line.
    pub fn drawn_length(&self) -> Metres {
        let metres: f64 =
            self.points.windows(2).filter_map(|pair| Some(pair.first()?.distance_m(*pair.last()?))).sum();
        Metres(metres.round() as i64)
    }
}

/// The line from one snapped place to another.
pub(crate) fn line(network: &Network, engine: &Engine, from: &Place, to: &Place) -> Option<Vec<Wgs84>> {
    let mut points = vec![from.at];
    let (start, goal) = (from.on?, to.on?);
    match edges_between(engine, &start, &goal)? {
        Way::AlongTheEdge => points.extend(stretch(network, start.edge, start.offset_dm, goal.offset_dm)),
        Way::ByNodes { edges, starts_at_head, ends_from_tail } => {
            let whole = |edge: u32| network.edges().get(edge as usize).map_or(0, |e| e.length_dm);
            let leave_at = if starts_at_head { whole(start.edge) } else { 0 };
            let enter_at = if ends_from_tail { 0 } else { whole(goal.edge) };
            points.extend(stretch(network, start.edge, start.offset_dm, leave_at));
            for (edge, forward) in edges {
                let (a, b) = if forward { (0, whole(edge)) } else { (whole(edge), 0) };
                points.extend(stretch(network, edge, a, b));
            }
            points.extend(stretch(network, goal.edge, enter_at, goal.offset_dm));
        }
    }
    points.push(to.at);
    points.dedup();
    Some(points)
}

enum Way {
    AlongTheEdge,
    ByNodes { edges: Vec<(u32, bool)>, starts_at_head: bool, ends_from_tail: bool },
}

fn edges_between(engine: &Engine, start: &Snapped, goal: &Snapped) -> Option<Way> {
    let ends = arrivals(engine, goal)?;
    let exits = departures(engine, start)?;
    let mut table = engine.towards(&ends, Direction::Backward);
    let mut rest_from = |node: u32| table.cost(&[(node, Cost::ZERO), (node, Cost::UNREACHED)]);

    let [by_head, by_tail] = exits.map(|(node, cost)| cost.plus(rest_from(node)));
    if along_the_edge(engine, start, goal) <= by_head.min(by_tail) {
        return Some(Way::AlongTheEdge);
    }
    let starts_at_head = by_head <= by_tail;
    let [(head, _), (tail, _)] = exits;
    let mut node = if starts_at_head { head } else { tail };
    let mut rest = rest_from(node);
    let mut edges = Vec::new();
    // Every step leaves strictly less to go; the bound only guards against a damaged file.
    for _ in 0..=engine.graph().nodes() {
        let [from_tail, from_head] = ends;
        for (end, ends_from_tail) in [(from_tail, true), (from_head, false)] {
            if end == (node, rest) {
                return Some(Way::ByNodes { edges, starts_at_head, ends_from_tail });
            }
        }
        let arcs = engine.graph().arcs_of(node, Direction::Forward);
        let (next, left) = arcs.iter().find_map(|arc| {
            let left = rest_from(arc.node);
            (arc.cost.plus(left) == rest).then_some((arc, left))
        })?;
        let forward =
            engine.edge_use(next.edge).is_some_and(|used| (used.tail, used.head) == (node, next.node));
        edges.push((next.edge, forward));
        (node, rest) = (next.node, left);
    }
    None
}

/// The piece of an edge's line between two offsets, drawn in the direction of travel.
fn stretch(network: &Network, edge: u32, from_dm: u32, to_dm: u32) -> Vec<Wgs84> {
    let Some(edge) = network.edges().get(edge as usize) else {
        return Vec::new();
    };
    let (near, far) = (f64::from(from_dm.min(to_dm)), f64::from(from_dm.max(to_dm)));
    let shape = network.shape(edge);
    let whole: f64 = shape.windows(2).filter_map(|pair| Some(pair.first()?.distance_m(*pair.last()?))).sum();
    let scale = f64::from(edge.length_dm) / whole.max(f64::MIN_POSITIVE);
    let mut points = Vec::new();
    let mut before = 0.0;
    for pair in shape.windows(2) {
        let &[a, b] = pair else { continue };
        let length = a.distance_m(b) * scale;
        let after = before + length;
        if after >= near && before <= far && length > 0.0 {
            points.extend(between(a, b, (near - before) / length));
            points.extend(between(a, b, (far - before) / length));
        }
        before = after;
    }
    points.dedup();
    if from_dm > to_dm {
        points.reverse();
    }
    points
}

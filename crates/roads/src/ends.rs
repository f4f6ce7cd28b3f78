//! How a point on an edge touches the graph: what it costs to leave it, to get to it, and to go along the edge.

use crate::{
    cost::Cost,
    engine::{Ends, Engine},
    graph::EdgeUse,
    place::{Place, Snapped},
    snap::walked,
};

/// Where one gets to from a point: the head of its edge, its tail.
pub(crate) fn departures(engine: &Engine, on: &Snapped) -> Option<Ends> {
    let edge = engine.edge_use(on.edge)?;
    Some([
        (edge.head, second_part(edge.forward, on.offset_dm, length(&edge))),
        (edge.tail, first_part(edge.backward, on.offset_dm, length(&edge))),
    ])
}

/// From where one gets to a point: the tail of its edge, its head.
pub(crate) fn arrivals(engine: &Engine, on: &Snapped) -> Option<Ends> {
    let edge = engine.edge_use(on.edge)?;
    Some([
        (edge.tail, first_part(edge.forward, on.offset_dm, length(&edge))),
        (edge.head, second_part(edge.backward, on.offset_dm, length(&edge))),
    ])
}

/// From one point to another on the same edge without leaving it.
pub(crate) fn along_the_edge(engine: &Engine, from: &Snapped, to: &Snapped) -> Cost {
    if from.edge != to.edge {
        return Cost::UNREACHED;
    }
    if from.offset_dm == to.offset_dm {
        return Cost::ZERO;
    }
    let Some(edge) = engine.edge_use(from.edge) else {
        return Cost::UNREACHED;
    };
    let cost = if from.offset_dm < to.offset_dm { edge.forward } else { edge.backward };
    if !cost.is_reached() {
        return Cost::UNREACHED;
    }
    let (near, far) = (from.offset_dm.min(to.offset_dm), from.offset_dm.max(to.offset_dm));
    cost.share(far, length(&edge)).minus(cost.share(near, length(&edge)))
}

/// The walk from one place straight to the other, where that is how people would go: off the same piece of street,
/// nearer to each other than to it. On different streets there may be a river in between.
pub(crate) fn straight(from: &Place, to: &Place) -> Option<Cost> {
    let (from_on, to_on) = (from.on?, to.on?);
    let decimetres = (from.at.distance_m(to.at) * 10.0).round() as u32;
    let legs = from_on.leg.plus(to_on.leg).decimetres();
    let nearer = from_on.edge == to_on.edge && decimetres <= legs;
    nearer.then(|| if decimetres == 0 { Cost::ZERO } else { walked(decimetres) })
}

fn length(edge: &EdgeUse) -> u32 {
    edge.forward.min(edge.backward).decimetres()
}

/// Between the tail and the point. At the tail itself there is nothing to travel, whatever the edge allows: one
/// stands at the junction.
fn first_part(cost: Cost, offset: u32, whole: u32) -> Cost {
    if offset == 0 {
        Cost::ZERO
    } else if cost.is_reached() {
        cost.share(offset, whole)
    } else {
        Cost::UNREACHED
    }
}

/// Between the point and the head; nothing at the head itself.
fn second_part(cost: Cost, offset: u32, whole: u32) -> Cost {
    if offset >= whole {
        Cost::ZERO
    } else if cost.is_reached() {
        cost.minus(cost.share(offset, whole))
    } else {
        Cost::UNREACHED
    }
}

//! The contraction hierarchy of a graph, made by the `fast_paths` crate.
//!
//! `fast_paths` orders the nodes by importance and adds the shortcuts: 0.1 s for the 6 000 junctions of a city's
//! centre, twice as many arcs as before, and exact. Its own query answers one pair at a time, in some 8 µs there; a
//! hundred sources asked one by one take twice as long as one plain Dijkstra from the target. Dispatch asks for
//! hundreds of pairs with one end in common, so the upward arcs are taken over from the crate's serialized form and
//! searched here or, where memory allows, condensed into `labels`: a hundred sources in 25 to 35 µs.
//!
//! Nodes are called *hubs* here and numbered by importance, the most important first.
//!
//! Source: Geisberger, Sanders, Schultes, Delling, *Contraction Hierarchies*, 2008.

use std::{cmp::Reverse, collections::BinaryHeap};

use fast_paths::{FastGraph, InputGraph};
use serde::{Deserialize, Serialize};

use crate::{
    cost::Cost,
    dijkstra::Direction,
    graph::{Graph, Rows},
};

#[cfg(not(target_pointer_width = "64"))]
compile_error!("a road's cost takes 64 bits, and fast_paths counts weights in usize");

/// An arc or shortcut to a more important hub.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Climb {
    pub cost: Cost,
    pub hub: u32,
}

/// The upward arcs of every hub.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Hierarchy {
    hub_of: Vec<u32>,
    /// By the hub they leave.
    up: Rows<Climb>,
    /// By the hub they enter, to be climbed backwards.
    down: Rows<Climb>,
}

impl Hierarchy {
    /// Contracts the graph; `None` if the crate hands out another form than the one understood here.
    pub fn of(graph: &Graph) -> Option<Self> {
        let mut input = InputGraph::new();
        for node in 0..graph.nodes() {
            for arc in graph.arcs_of(node, Direction::Forward) {
                input.add_edge(node as usize, arc.node as usize, arc.cost.packed() as usize);
            }
        }
        input.freeze();
        let order = fast_paths::prepare(&input);
        Self::take_over(&order, graph.nodes())
    }

    fn take_over(contracted: &FastGraph, nodes: u32) -> Option<Self> {
        let contents = Contents::of(contracted).filter(|contents| contents.ranks.len() == nodes as usize)?;
        let hub = |node: usize| nodes - 1 - contents.ranks.get(node).copied().unwrap_or(0) as u32;
        let rows = |edges: &[ContentsEdge], first: &[usize]| {
            Rows::from_rows((0..nodes as usize).rev().map(|rank| {
                let row = match first.get(rank..rank + 2) {
                    Some(&[begin, end]) => edges.get(begin..end).unwrap_or(&[]),
                    _ => &[],
                };
                row.iter()
                    .map(|edge| Climb {
                        cost: Cost::from_packed(edge.weight as u64),
                        hub: hub(edge.adj_node),
                    })
                    .collect::<Vec<_>>()
            }))
        };
        Some(Self {
            hub_of: (0..nodes as usize).map(hub).collect(),
            up: rows(&contents.edges_fwd, &contents.first_edge_ids_fwd),
            down: rows(&contents.edges_bwd, &contents.first_edge_ids_bwd),
        })
    }

    /// How many arcs and shortcuts there are, both ways.
    pub fn arcs(&self) -> usize {
        self.up.len() + self.down.len()
    }

    pub fn hubs(&self) -> u32 {
        self.hub_of.len() as u32
    }

    /// The hub of each node.
    pub fn hub_of(&self) -> &[u32] {
        &self.hub_of
    }

    /// The arcs from (`Forward`) or to (`Backward`) more important hubs.
    pub fn climbs(&self, hub: u32, direction: Direction) -> &[Climb] {
        match direction {
            Direction::Forward => self.up.row(hub),
            Direction::Backward => self.down.row(hub),
        }
    }

    /// The hubs above `start` with the cost of climbing there, as `visit(hub, cost)`. A hub that is cheaper to reach
    /// by way of one above it (*stall on demand*) lies on no shortest path from here and is left out.
    pub fn search(
        &self,
        start: (u32, Cost),
        direction: Direction,
        climber: &mut Climber,
        mut visit: impl FnMut(u32, Cost),
    ) {
        climber.best.resize(self.hub_of.len(), Cost::UNREACHED);
        let Some(hub) = self.hub_of.get(start.0 as usize) else { return };
        climber.reach(*hub, start.1);
        while let Some(Reverse((cost, hub))) = climber.heap.pop() {
            if climber.cost(hub) < cost {
                continue;
            }
            if self
                .climbs(hub, direction.reversed())
                .iter()
                .any(|back| climber.cost(back.hub).plus(back.cost) < cost)
            {
                continue;
            }
            visit(hub, cost);
            for climb in self.climbs(hub, direction) {
                climber.reach(climb.hub, cost.plus(climb.cost));
            }
        }
        for hub in climber.touched.drain(..) {
            if let Some(best) = climber.best.get_mut(hub as usize) {
                *best = Cost::UNREACHED;
            }
        }
    }
}

/// The memory of an upward search, for reuse.
#[derive(Debug, Default)]
pub(crate) struct Climber {
    best: Vec<Cost>,
    touched: Vec<u32>,
    heap: BinaryHeap<Reverse<(Cost, u32)>>,
}

impl Climber {
    fn cost(&self, hub: u32) -> Cost {
        self.best.get(hub as usize).copied().unwrap_or(Cost::UNREACHED)
    }

    fn reach(&mut self, hub: u32, cost: Cost) {
        if let Some(best) = self.best.get_mut(hub as usize)
            && cost < *best
        {
            *best = cost;
            self.touched.push(hub);
            self.heap.push(Reverse((cost, hub)));
        }
    }
}

/// What `fast_paths::FastGraph` serializes: its fields are private, its serde form is its documented way out.
#[derive(Deserialize)]
struct Contents {
    #[expect(dead_code, reason = "part of the serialized form")]
    num_nodes: usize,
    ranks: Vec<usize>,
    edges_fwd: Vec<ContentsEdge>,
    first_edge_ids_fwd: Vec<usize>,
    edges_bwd: Vec<ContentsEdge>,
    first_edge_ids_bwd: Vec<usize>,
}

#[derive(Deserialize)]
struct ContentsEdge {
    #[expect(dead_code, reason = "part of the serialized form")]
    base_node: usize,
    adj_node: usize,
    weight: usize,
    #[expect(dead_code, reason = "part of the serialized form")]
    replaced_in_edge: usize,
    #[expect(dead_code, reason = "part of the serialized form")]
    replaced_out_edge: usize,
}

impl Contents {
    fn of(contracted: &FastGraph) -> Option<Self> {
        let bytes = postcard::to_stdvec(contracted).ok()?;
        postcard::from_bytes(&bytes).ok()
    }
}

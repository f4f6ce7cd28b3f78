//! Plain Dijkstra: the reference everything else here is tested against and measured by.
//!
//! It is an honest one: the same graph in the same memory layout as the fast queries, a binary heap with lazy
//! deletion, and no allocation after the first search.

use std::{cmp::Reverse, collections::BinaryHeap};

use crate::{cost::Cost, graph::Graph};

/// Along the arcs, or against them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Direction {
    /// Costs from the start to every node.
    Forward,
    /// Costs from every node to the start.
    Backward,
}

impl Direction {
    /// The other one.
    #[must_use]
    pub const fn reversed(self) -> Self {
        match self {
            Self::Forward => Self::Backward,
            Self::Backward => Self::Forward,
        }
    }
}

/// The memory of a search, for reuse.
#[derive(Debug, Default)]
pub struct Dijkstra {
    costs: Vec<Cost>,
    heap: BinaryHeap<Reverse<(Cost, u32)>>,
}

impl Dijkstra {
    /// The costs between `start` and every node of the graph, by node.
    pub fn one_to_all(&mut self, graph: &Graph, start: u32, direction: Direction) -> &[Cost] {
        self.some_to_all(graph, &[(start, Cost::ZERO)], direction)
    }

    /// The least costs between any of `starts`, each with a cost of its own, and every node of the graph.
    pub fn some_to_all(&mut self, graph: &Graph, starts: &[(u32, Cost)], direction: Direction) -> &[Cost] {
        self.costs.clear();
        self.costs.resize(graph.nodes() as usize, Cost::UNREACHED);
        self.heap.clear();
        for (node, cost) in starts {
            self.reach(*node, *cost);
        }
        while let Some(Reverse((cost, node))) = self.heap.pop() {
            if self.costs.get(node as usize).is_none_or(|settled| *settled < cost) {
                continue;
            }
            for arc in graph.arcs_of(node, direction) {
                self.reach(arc.node, cost.plus(arc.cost));
            }
        }
        &self.costs
    }

    /// What the last search found for a node.
    pub(crate) fn cost(&self, node: u32) -> Cost {
        self.costs.get(node as usize).copied().unwrap_or(Cost::UNREACHED)
    }

    fn reach(&mut self, node: u32, cost: Cost) {
        if let Some(best) = self.costs.get_mut(node as usize)
            && cost < *best
        {
            *best = cost;
            self.heap.push(Reverse((cost, node)));
        }
    }
}

//! The prepared form of one profile: its graph, the hierarchy over it, and the labels that answer most questions.

use std::sync::{Mutex, PoisonError};

use serde::{Deserialize, Serialize};

use crate::{
    cost::Cost,
    dijkstra::Direction,
    error::RoadsError,
    graph::{EdgeUse, Graph},
    hierarchy::{Climber, Hierarchy},
    labels::Labels,
    network::Network,
    profile::Profile,
};

/// Where a place touches the graph: at most two nodes, each with the cost between the two. An end that may not be
/// used costs [`Cost::UNREACHED`].
pub(crate) type Ends = [(u32, Cost); 2];

/// One profile, prepared. Shared by all threads; each question borrows its scratch memory from a pool.
#[derive(Debug, Serialize, Deserialize)]
pub struct Engine {
    graph: Graph,
    hierarchy: Hierarchy,
    labels: Option<Labels>,
    #[serde(skip)]
    pool: Pool,
}

impl Engine {
    /// Prepares `profile` on `network`, with labels if they fit into `label_budget` bytes.
    pub(crate) fn prepare(
        network: &Network,
        profile: Profile,
        label_budget: usize,
    ) -> Result<Self, RoadsError> {
        let graph = Graph::build(network, profile)?;
        let hierarchy = Hierarchy::of(&graph).ok_or(RoadsError::NotContracted { profile })?;
        let labels = Labels::of(&hierarchy, label_budget);
        Ok(Self { graph, hierarchy, labels, pool: Pool::default() })
    }

    /// The graph underneath: what [`Dijkstra`](crate::dijkstra::Dijkstra) searches.
    pub const fn graph(&self) -> &Graph {
        &self.graph
    }

    /// How many arcs and shortcuts the contraction hierarchy has.
    pub fn hierarchy_arcs(&self) -> usize {
        self.hierarchy.arcs()
    }

    /// How many label entries are kept; `None` where they did not fit and every question searches the hierarchy.
    pub fn label_entries(&self) -> Option<usize> {
        self.labels.as_ref().map(Labels::entries)
    }

    /// The costs from each of `sources` to `target`, all nodes of [`Engine::graph`].
    pub fn nodes_to_one(&self, sources: &[u32], target: u32) -> Vec<Cost> {
        let mut table = self.towards(&[(target, Cost::ZERO), (target, Cost::UNREACHED)], Direction::Backward);
        sources.iter().map(|node| table.cost(&[(*node, Cost::ZERO), (*node, Cost::UNREACHED)])).collect()
    }

    /// Opens a table for many questions with one end in common: the target's ends and `Backward`, or the source's
    /// ends and `Forward`.
    pub(crate) fn towards(&self, ends: &Ends, direction: Direction) -> Table<'_> {
        let mut scratch = self.pool.take();
        scratch.by_hub.resize(self.graph.nodes() as usize, Cost::UNREACHED);
        let Scratch { by_hub, touched, climber } = &mut scratch;
        let mut note = |hub: u32, cost: Cost| {
            if let Some(best) = by_hub.get_mut(hub as usize)
                && cost < *best
            {
                *best = cost;
                touched.push(hub);
            }
        };
        for (node, extra) in ends.iter().filter(|(_, extra)| extra.is_reached()) {
            if let Some(labels) = &self.labels {
                labels.side(direction).label(*node).for_each(|(hub, cost)| note(hub, cost.plus(*extra)));
            } else {
                self.hierarchy.search((*node, *extra), direction, climber, &mut note);
            }
        }
        Table { engine: self, other: direction.reversed(), scratch }
    }

    pub(crate) fn edge_use(&self, edge: u32) -> Option<EdgeUse> {
        self.graph.edge_use(edge)
    }
}

/// Costs between one common end and any other.
pub(crate) struct Table<'a> {
    engine: &'a Engine,
    other: Direction,
    scratch: Scratch,
}

impl Table<'_> {
    /// Asks the memory for what a question about these ends reads.
    #[inline]
    pub fn touch(&self, ends: &Ends) -> u64 {
        let Some(labels) = &self.engine.labels else { return 0 };
        let side = labels.side(self.other);
        let usable = ends.iter().filter(|(_, extra)| extra.is_reached());
        usable.fold(0, |sum, (node, _)| sum.wrapping_add(side.touch(*node)))
    }

    /// The least cost between the common end and these ends; [`Cost::UNREACHED`] where there is none.
    #[inline]
    pub fn cost(&mut self, ends: &Ends) -> Cost {
        let Scratch { by_hub, climber, .. } = &mut self.scratch;
        let mut least = Cost::UNREACHED;
        let mut meet = |hub: u32, cost: Cost| {
            if let Some(rest) = by_hub.get(hub as usize) {
                least = least.min(cost.plus(*rest));
            }
        };
        for (node, extra) in ends.iter().filter(|(_, extra)| extra.is_reached()) {
            if let Some(labels) = &self.engine.labels {
                labels.side(self.other).label(*node).for_each(|(hub, cost)| meet(hub, cost.plus(*extra)));
            } else {
                self.engine.hierarchy.search((*node, *extra), self.other, climber, &mut meet);
            }
        }
        least
    }
}

impl Drop for Table<'_> {
    fn drop(&mut self) {
        let mut scratch = std::mem::take(&mut self.scratch);
        for hub in scratch.touched.drain(..) {
            if let Some(cost) = scratch.by_hub.get_mut(hub as usize) {
                *cost = Cost::UNREACHED;
            }
        }
        self.engine.pool.put(scratch);
    }
}

/// The memory of a question, for reuse.
#[derive(Debug, Default)]
struct Scratch {
    /// The common end's costs by hub.
    by_hub: Vec<Cost>,
    /// The hubs to clear afterwards.
    touched: Vec<u32>,
    climber: Climber,
}

/// As many scratches as ever were in use at once.
#[derive(Debug, Default)]
struct Pool(Mutex<Vec<Scratch>>);

impl Pool {
    fn take(&self) -> Scratch {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).pop().unwrap_or_default()
    }

    fn put(&self, scratch: Scratch) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).push(scratch);
    }
}

//! The street graph of one profile: its largest strongly connected part, with a cost on every arc.
//!
//! Nodes are renumbered along a space-filling curve, so that neighbours on the map are neighbours in memory; the
//! plain Dijkstra profits as much as anything else here.

use std::collections::HashMap;

use domain::geo::Wgs84;
use serde::{Deserialize, Serialize};

use crate::{
    component::largest_component,
    cost::Cost,
    dijkstra::{Dijkstra, Direction},
    error::RoadsError,
    network::Network,
    profile::Profile,
    rules::Speed,
};

/// One direction of an edge, seen from the node it leaves (or, looking backward, enters).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Arc {
    /// Time and length.
    pub cost: Cost,
    /// The node at its other end.
    pub node: u32,
    /// The edge of the [`Network`] it belongs to.
    pub edge: u32,
}

/// Rows of arcs, one row per node, in one allocation.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Rows<T> {
    first: Vec<u32>,
    items: Vec<T>,
}

impl<T> Rows<T> {
    /// Collects rows in order.
    pub(crate) fn from_rows<R: IntoIterator<Item = T>>(rows: impl IntoIterator<Item = R>) -> Self {
        let (mut first, mut items) = (vec![0], Vec::new());
        for row in rows {
            items.extend(row);
            first.push(items.len() as u32);
        }
        Self { first, items }
    }

    /// The row of a node; empty for a node that does not exist.
    pub fn row(&self, node: u32) -> &[T] {
        let node = node as usize;
        match self.first.get(node..node + 2) {
            Some(&[begin, end]) => self.items.get(begin as usize..end as usize).unwrap_or(&[]),
            _ => &[],
        }
    }

    /// How many items all rows have together.
    pub fn len(&self) -> usize {
        self.items.len()
    }

    /// Whether no row has an item.
    pub fn is_empty(&self) -> bool {
        self.items.is_empty()
    }
}

/// How a profile uses an edge of the network.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct EdgeUse {
    /// The node where the edge begins.
    pub tail: u32,
    /// The node where it ends.
    pub head: u32,
    /// The cost from tail to head; [`Cost::UNREACHED`] where not allowed.
    pub forward: Cost,
    /// The cost from head to tail; [`Cost::UNREACHED`] where not allowed.
    pub backward: Cost,
}

/// The street graph of one profile. Every node reaches every other.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Graph {
    profile: Profile,
    /// Arcs by the node they leave.
    out: Rows<Arc>,
    /// Arcs by the node they enter.
    into: Rows<Arc>,
    /// By edge of the network.
    uses: Vec<Option<EdgeUse>>,
}

impl Graph {
    /// The graph of `profile` on `network`.
    ///
    /// # Errors
    /// [`RoadsError::NoRoadsFor`] when no two nodes are connected both ways; [`RoadsError::TooLarge`] when the
    /// farthest two are more than nine days apart.
    pub fn build(network: &Network, profile: Profile) -> Result<Self, RoadsError> {
        let mut draft = Draft::of(network, profile);
        draft.keep_largest_component();
        if draft.positions.len() < 2 {
            return Err(RoadsError::NoRoadsFor { origin: network.origin.clone(), profile });
        }
        draft.sort_along_curve();
        let graph = draft.finish(profile);
        graph.check_size(network)?;
        Ok(graph)
    }

    /// Whose graph it is.
    pub const fn profile(&self) -> Profile {
        self.profile
    }

    /// How many nodes it has; they are numbered from zero.
    pub fn nodes(&self) -> u32 {
        self.out.first.len().saturating_sub(1) as u32
    }

    /// How many arcs it has.
    pub fn arcs(&self) -> usize {
        self.out.len()
    }

    /// The arcs leaving (`Forward`) or entering (`Backward`) a node.
    pub fn arcs_of(&self, node: u32, direction: Direction) -> &[Arc] {
        match direction {
            Direction::Forward => self.out.row(node),
            Direction::Backward => self.into.row(node),
        }
    }

    /// How the profile uses an edge of the network; `None` where it does not, or where the edge lies off the
    /// connected part.
    pub(crate) fn edge_use(&self, edge: u32) -> Option<EdgeUse> {
        self.uses.get(edge as usize).copied().flatten()
    }

    /// No path is longer than the way to the first node plus the way from it.
    fn check_size(&self, network: &Network) -> Result<(), RoadsError> {
        let mut search = Dijkstra::default();
        let mut farthest = 0_u64;
        for direction in [Direction::Forward, Direction::Backward] {
            let costs = search.one_to_all(self, 0, direction);
            farthest += costs.iter().map(|cost| cost.millis()).max().unwrap_or(0);
        }
        if farthest > Cost::FARTHEST.millis() {
            let reason = "its farthest places are more than nine days apart";
            return Err(RoadsError::TooLarge {
                origin: network.origin.clone(),
                profile: self.profile,
                reason,
            });
        }
        Ok(())
    }
}

/// A graph in the making.
struct Draft {
    positions: Vec<Wgs84>,
    uses: Vec<Option<EdgeUse>>,
}

impl Draft {
    fn of(network: &Network, profile: Profile) -> Self {
        let mut draft = Self { positions: Vec::new(), uses: Vec::with_capacity(network.edges.len()) };
        let mut node_of: HashMap<u32, u32> = HashMap::new();
        for edge in &network.edges {
            let permit = *profile.of(&edge.permits);
            if permit.is_none() {
                draft.uses.push(None);
                continue;
            }
            let mut node = |junction: u32| {
                let at = network.junctions.get(junction as usize).copied();
                let new = draft.positions.len() as u32;
                // Who cannot pass a junction gets to it and no farther: each street ends there by itself.
                let blocked = network.blocked.get(junction as usize).is_some_and(|set| set.contains(profile));
                let id = if blocked { new } else { *node_of.entry(junction).or_insert(new) };
                if id == new {
                    draft.positions.extend(at);
                }
                id
            };
            let (tail, head) = (node(edge.from), node(edge.to));
            let cost = |speed: Option<Speed>| {
                speed.map_or(Cost::UNREACHED, |s| Cost::new(s.millis_for(edge.length_dm), edge.length_dm))
            };
            let (forward, backward) = (cost(permit.forward), cost(permit.backward));
            draft.uses.push(Some(EdgeUse { tail, head, forward, backward }));
        }
        draft
    }

    fn rows(&self, direction: Direction) -> Rows<Arc> {
        let mut rows: Vec<Vec<Arc>> = vec![Vec::new(); self.positions.len()];
        for (edge, used) in self.uses.iter().enumerate() {
            let Some(used) = used else { continue };
            let edge = edge as u32;
            for (from, to, cost) in
                [(used.tail, used.head, used.forward), (used.head, used.tail, used.backward)]
            {
                let (from, to) = if direction == Direction::Forward { (from, to) } else { (to, from) };
                if cost.is_reached()
                    && from != to
                    && let Some(row) = rows.get_mut(from as usize)
                {
                    row.push(Arc { cost, node: to, edge });
                }
            }
        }
        Rows::from_rows(rows)
    }

    fn keep_largest_component(&mut self) {
        let out = self.rows(Direction::Forward);
        let kept =
            largest_component(self.positions.len() as u32, |node| out.row(node).iter().map(|arc| arc.node));
        let mut order: Vec<u32> = (0..).zip(&kept).filter_map(|(node, kept)| kept.then_some(node)).collect();
        order.sort_unstable();
        self.renumber(&order);
    }

    /// Z-order: the bits of longitude and latitude interleaved.
    fn sort_along_curve(&mut self) {
        let mut order: Vec<(u64, u32)> = (0..)
            .zip(&self.positions)
            .map(|(node, at)| {
                let lon = ((at.lon() + 180.0) / 360.0 * f64::from(u32::MAX)) as u32;
                let lat = ((at.lat() + 90.0) / 180.0 * f64::from(u32::MAX)) as u32;
                (spread(lon) | spread(lat) << 1, node)
            })
            .collect();
        order.sort_unstable();
        let order: Vec<u32> = order.into_iter().map(|(_, node)| node).collect();
        self.renumber(&order);
    }

    /// Keeps the nodes of `order`, in that order, and the edges between them.
    fn renumber(&mut self, order: &[u32]) {
        let new_of: HashMap<u32, u32> = order.iter().copied().zip(0..).collect();
        self.positions = order.iter().filter_map(|old| self.positions.get(*old as usize).copied()).collect();
        for slot in &mut self.uses {
            *slot = slot.and_then(|used| {
                Some(EdgeUse { tail: *new_of.get(&used.tail)?, head: *new_of.get(&used.head)?, ..used })
            });
        }
    }

    fn finish(self, profile: Profile) -> Graph {
        let (out, into) = (self.rows(Direction::Forward), self.rows(Direction::Backward));
        Graph { profile, out, into, uses: self.uses }
    }
}

/// Puts a zero before every bit.
const fn spread(bits: u32) -> u64 {
    let mut x = bits as u64;
    x = (x | x << 16) & 0x0000_ffff_0000_ffff;
    x = (x | x << 8) & 0x00ff_00ff_00ff_00ff;
    x = (x | x << 4) & 0x0f0f_0f0f_0f0f_0f0f;
    x = (x | x << 2) & 0x3333_3333_3333_3333;
    (x | x << 1) & 0x5555_5555_5555_5555
}

//! Cuts ways into edges at their junctions.
//!
//! A node is a junction when it ends a way, when more than two different nodes follow it along ways, when a way
//! turns back at it, or when it holds a barrier. Everything else is shape. The same piece of street drawn twice
//! (some exporters draw two-way streets there and back) becomes one edge with what either drawing allows.

use std::collections::{HashMap, hash_map::Entry};

use crate::{
    network::{Edge, Network, RawNode, RawWay},
    profile::ProfileSet,
};

/// How ways pass a node.
#[derive(Clone, Copy)]
struct Passing {
    neighbours: [Option<i64>; 2],
    junction: bool,
}

impl Passing {
    const NEW: Self = Self { neighbours: [None; 2], junction: false };

    fn meet(&mut self, node: i64) {
        for slot in &mut self.neighbours {
            match slot {
                Some(known) if *known == node => return,
                Some(_) => {}
                None => {
                    *slot = Some(node);
                    return;
                }
            }
        }
        self.junction = true;
    }
}

/// The network of these ways. Nodes absent from `nodes` interrupt a way.
pub(crate) fn cut(origin: String, nodes: &HashMap<i64, RawNode>, ways: &[RawWay]) -> Network {
    let passing = passings(nodes, ways);
    let mut cutter = Cutter::new(origin, nodes);
    for way in ways {
        for run in runs(nodes, way) {
            let mut piece = Vec::new();
            for id in run {
                piece.push(id);
                if piece.len() > 1 && passing.get(&id).is_some_and(|p| p.junction) {
                    cutter.add(way, &piece);
                    piece.clear();
                    piece.push(id);
                }
            }
        }
    }
    cutter.network
}

/// The stretches of a way whose nodes are known, without immediate repetitions.
fn runs<'a>(nodes: &'a HashMap<i64, RawNode>, way: &'a RawWay) -> impl Iterator<Item = Vec<i64>> + 'a {
    way.nodes.split(|id| !nodes.contains_key(id)).filter_map(|run| {
        let mut run = run.to_vec();
        run.dedup();
        (run.len() > 1).then_some(run)
    })
}

fn passings(nodes: &HashMap<i64, RawNode>, ways: &[RawWay]) -> HashMap<i64, Passing> {
    let mut passings: HashMap<i64, Passing> = HashMap::new();
    for way in ways {
        for run in runs(nodes, way) {
            for end in [run.first(), run.last()].into_iter().flatten() {
                passings.entry(*end).or_insert(Passing::NEW).junction = true;
            }
            for pair in run.windows(2) {
                if let [a, b] = *pair {
                    passings.entry(a).or_insert(Passing::NEW).meet(b);
                    passings.entry(b).or_insert(Passing::NEW).meet(a);
                }
            }
            for triple in run.windows(3) {
                if let [a, turn, b] = *triple
                    && a == b
                {
                    passings.entry(turn).or_insert(Passing::NEW).junction = true;
                }
            }
        }
    }
    for (id, passing) in &mut passings {
        passing.junction |= nodes.get(id).is_some_and(|node| !node.blocked.is_empty());
    }
    passings
}

struct Cutter<'a> {
    nodes: &'a HashMap<i64, RawNode>,
    network: Network,
    junction_of: HashMap<i64, u32>,
    name_of: HashMap<String, u32>,
    /// Edges by their ends and the node after the first: between two junctions that names one piece of street.
    known: HashMap<(i64, i64, i64), u32>,
}

impl<'a> Cutter<'a> {
    fn new(origin: String, nodes: &'a HashMap<i64, RawNode>) -> Self {
        let network = Network {
            origin,
            junctions: Vec::new(),
            blocked: Vec::new(),
            edges: Vec::new(),
            shapes: Vec::new(),
            names: Vec::new(),
            water: Vec::new(),
        };
        Self { nodes, network, junction_of: HashMap::new(), name_of: HashMap::new(), known: HashMap::new() }
    }

    fn add(&mut self, way: &RawWay, piece: &[i64]) {
        let (&[first, second, ..], &[.., before_last, last]) = (piece, piece) else {
            return;
        };
        if first == last {
            // A ring on one junction: cut in two, so that no edge ends where it begins.
            let middle = piece.len() / 2;
            self.add(way, piece.get(..=middle).unwrap_or(&[]));
            self.add(way, piece.get(middle..).unwrap_or(&[]));
            return;
        }
        let along = (first, last, second);
        let against = (last, first, before_last);
        if let Some(edge) = self.known.get(&along).and_then(|i| self.network.edges.get_mut(*i as usize)) {
            for (have, more) in edge.permits.iter_mut().zip(way.permits) {
                *have = have.union(more);
            }
            return;
        }
        if let Some(edge) = self.known.get(&against).and_then(|i| self.network.edges.get_mut(*i as usize)) {
            for (have, more) in edge.permits.iter_mut().zip(way.permits) {
                *have = have.union(more.reversed());
            }
            return;
        }
        self.known.insert(along, self.network.edges.len() as u32);

        let start = self.network.shapes.len() as u32;
        self.network.shapes.extend(piece.iter().filter_map(|id| self.nodes.get(id)).map(|node| node.at));
        let line = self.network.shapes.get(start as usize..).unwrap_or(&[]);
        let metres: f64 =
            line.windows(2).filter_map(|pair| Some(pair.first()?.distance_m(*pair.last()?))).sum();
        let edge = Edge {
            from: self.junction(first),
            to: self.junction(last),
            shape: (start, piece.len() as u32),
            length_dm: ((metres * 10.0).round() as u32).max(1),
            class: way.class,
            name: way.name.as_deref().map(|name| self.name(name)),
            permits: way.permits,
        };
        self.network.edges.push(edge);
    }

    fn junction(&mut self, id: i64) -> u32 {
        match self.junction_of.entry(id) {
            Entry::Occupied(known) => *known.get(),
            Entry::Vacant(new) => {
                let index = self.network.junctions.len() as u32;
                let node = self.nodes.get(&id);
                self.network.junctions.extend(node.map(|n| n.at));
                self.network.blocked.push(node.map_or(ProfileSet::EMPTY, |n| n.blocked));
                *new.insert(index)
            }
        }
    }

    fn name(&mut self, name: &str) -> u32 {
        if let Some(index) = self.name_of.get(name) {
            return *index;
        }
        let index = self.network.names.len() as u32;
        self.network.names.push(name.to_owned());
        self.name_of.insert(name.to_owned(), index);
        index
    }
}

//! A set of rounds under search: flat, cheap to copy, with its timetable and cost always up to date.

use super::{
    dense::{Dense, NONE, Way},
    model::Cost,
    ride::{NEVER, Ridden},
};

/// What a search knows of a stop, or of the first or last node of a worker. Half a cache line.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Node {
    /// When it starts.
    pub start: i32,
    /// When whoever is there leaves.
    pub leave: i32,
    /// The latest start that makes nothing later than it is allowed to be, here or anywhere after.
    pub hard: i32,
    /// The latest start that makes nothing late, or later than it is anyhow.
    pub free: i32,
    pub next: u32,
    pub prev: u32,
    pub place: u32,
    /// Whose; [`NONE`] while not planned.
    pub worker: u32,
}

/// What someone carries behind a node, and the most they carry from there on.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Carried {
    pub after: i32,
    pub peak: i32,
}

#[derive(Debug, Clone, Default)]
pub(super) struct State {
    pub nodes: Vec<Node>,
    pub carried: Vec<Carried>,
    /// The way from each node to the next, where pairs are: they are looked at so often that asking the table costs most.
    pub onward: Vec<Way>,
    /// Stops of each worker.
    pub len: Vec<u32>,
    /// The sum of what each worker loads.
    pub load: Vec<i64>,
    /// Two rounds of the same version in the plans of one chain are the same, times included.
    pub version: Vec<u64>,
    /// The last version given; never goes back.
    pub stamp: u64,
    /// Linked tasks in an order that every round respects, so that no two people wait for each other in a circle.
    pub order: Vec<u32>,
    /// Where in it each is.
    pub rank: Vec<u32>,
    /// Tasks that could be planned and are not.
    pub absent: Vec<u32>,
    /// Workers who get nothing while their number is reduced.
    pub closed: Vec<bool>,
    pub travel: i64,
    pub late: i64,
    pub worst: i32,
    /// What rides cost that are too long: altogether, in each round, and when each stop's load left.
    pub ridden_cost: i64,
    pub ridden: Vec<Ridden>,
    pub left: Vec<i32>,
    /// The latest of all came earlier: the largest lateness has to be found anew.
    pub worst_fell: bool,
    /// Fixed costs and affinities of what is planned.
    pub extra: i64,
    /// Workers with anything to do.
    pub used: i64,
    /// Weight and price of what is left out.
    pub grave: i64,
    pub costs: i64,
    /// Stops that start too late: more than none is no plan.
    pub broken: i32,
}

impl State {
    /// Nobody does anything.
    pub(super) fn empty(dense: &Dense) -> Self {
        let mut nodes: Vec<Node> = dense
            .stops
            .iter()
            .map(|s| Node {
                start: s.earliest,
                leave: s.earliest,
                hard: s.latest,
                free: s.due,
                next: NONE,
                prev: NONE,
                place: s.place,
                worker: NONE,
            })
            .collect();
        for worker in 0..dense.hands.len() {
            let (first, last) = (dense.first_of(worker), dense.last_of(worker));
            for node in [first, last] {
                nodes[node as usize].worker = worker as u32;
            }
            nodes[first as usize].next = last;
            nodes[last as usize].prev = first;
        }
        let sum = |of: fn(&super::dense::Job) -> i64| {
            dense.plannable.iter().map(|t| of(&dense.jobs[*t as usize])).sum::<i64>()
        };
        let mut state = Self {
            onward: if dense.any_transfer { vec![Way::default(); nodes.len()] } else { Vec::new() },
            carried: if dense.two_way { vec![Carried::default(); nodes.len()] } else { Vec::new() },
            ridden_cost: 0,
            ridden: vec![Ridden::default(); dense.hands.len()],
            left: if dense.any_ride { vec![NEVER; dense.real] } else { Vec::new() },
            nodes,
            len: vec![0; dense.hands.len()],
            load: vec![0; dense.hands.len()],
            version: vec![0; dense.hands.len()],
            stamp: 0,
            order: Vec::new(),
            rank: if dense.any_linked { vec![NONE; dense.jobs.len()] } else { Vec::new() },
            absent: dense.plannable.clone(),
            closed: vec![false; dense.hands.len()],
            travel: 0,
            late: 0,
            worst: 0,
            worst_fell: false,
            extra: 0,
            used: 0,
            grave: sum(|j| j.grave),
            costs: sum(|j| j.costs),
            broken: 0,
        };
        for worker in 0..dense.hands.len() {
            state.know_way(dense, worker, dense.first_of(worker), dense.last_of(worker));
        }
        state
    }

    /// Becomes a plan of another chain.
    pub(super) fn take_over(&mut self, other: &Self) {
        self.copy(other);
        self.stamp += 1;
        self.version.fill(self.stamp);
    }

    /// Becomes another plan of the same chain without allocating.
    pub(super) fn copy(&mut self, other: &Self) {
        self.nodes.clone_from(&other.nodes);
        self.carried.clone_from(&other.carried);
        self.onward.clone_from(&other.onward);
        self.len.clone_from(&other.len);
        self.load.clone_from(&other.load);
        self.version.clone_from(&other.version);
        self.order.clone_from(&other.order);
        self.rank.clone_from(&other.rank);
        self.absent.clone_from(&other.absent);
        self.closed.clone_from(&other.closed);
        self.ridden.clone_from(&other.ridden);
        self.left.clone_from(&other.left);
        self.ridden_cost = other.ridden_cost;
        self.travel = other.travel;
        self.late = other.late;
        self.worst = other.worst;
        self.worst_fell = other.worst_fell;
        self.extra = other.extra;
        self.used = other.used;
        self.grave = other.grave;
        self.costs = other.costs;
        self.broken = other.broken;
    }

    pub(super) fn cost(&self, dense: &Dense) -> Cost {
        Cost {
            grave: self.grave,
            workers: if dense.fewest_workers { self.used } else { 0 },
            soft: self.travel
                + self.late
                + self.ridden_cost
                + dense.worst_lateness * i64::from(self.worst)
                + self.extra
                + self.costs,
        }
    }

    pub(super) fn is_planned(&self, dense: &Dense, task: u32) -> bool {
        self.nodes[dense.jobs[task as usize].first as usize].worker != NONE
    }

    /// Whether a planned stop shares its place with the one in front of it or behind it.
    pub(super) fn in_row(&self, stop: u32) -> bool {
        let place = |node: u32| self.nodes.get(node as usize).map(|node| node.place);
        self.nodes
            .get(stop as usize)
            .is_some_and(|node| [node.prev, node.next].map(place).contains(&Some(node.place)))
    }

    /// The cost of the way between two nodes of a worker.
    #[inline]
    pub(super) fn way(&self, dense: &Dense, worker: usize, from: u32, to: u32) -> i64 {
        dense.cost(dense.hands[worker].table, self.nodes[from as usize].place, self.nodes[to as usize].place)
    }

    fn know_way(&mut self, dense: &Dense, worker: usize, from: u32, to: u32) {
        if let Some(way) = self.onward.get_mut(from as usize) {
            let place = |node: u32| self.nodes[node as usize].place;
            *way = dense.way(dense.hands[worker].table, place(from), place(to));
        }
    }

    /// Hangs a stop behind a node; its times are still to be settled.
    pub(super) fn link(&mut self, dense: &Dense, stop: u32, prev: u32) {
        let worker = self.nodes[prev as usize].worker as usize;
        let next = self.nodes[prev as usize].next;
        self.travel += self.way(dense, worker, prev, stop) + self.way(dense, worker, stop, next);
        if self.len[worker] == 0 {
            self.used += 1;
            self.extra += dense.hands[worker].fixed_cost;
        } else {
            self.travel -= self.way(dense, worker, prev, next);
        }
        self.extra += dense.affinity(stop, worker);
        self.len[worker] += 1;
        self.load[worker] += i64::from(dense.stops[stop as usize].load);
        self.stamp += 1;
        self.version[worker] = self.stamp;
        self.nodes[prev as usize].next = stop;
        self.nodes[next as usize].prev = stop;
        self.know_way(dense, worker, prev, stop);
        self.know_way(dense, worker, stop, next);
        let node = &mut self.nodes[stop as usize];
        (node.prev, node.next, node.worker) = (prev, next, worker as u32);
    }

    /// Takes a stop out; times are still to be settled. Its neighbours of then.
    pub(super) fn unlink(&mut self, dense: &Dense, stop: u32) -> (u32, u32) {
        let Node { prev, next, worker, start, .. } = self.nodes[stop as usize];
        let worker = worker as usize;
        self.travel -= self.way(dense, worker, prev, stop) + self.way(dense, worker, stop, next);
        self.len[worker] -= 1;
        if self.len[worker] == 0 {
            self.used -= 1;
            self.extra -= dense.hands[worker].fixed_cost;
        } else {
            self.travel += self.way(dense, worker, prev, next);
        }
        self.extra -= dense.affinity(stop, worker);
        let s = &dense.stops[stop as usize];
        self.late -= i64::from(s.lateness) * i64::from((start - s.due).max(0));
        self.broken -= i32::from(start > s.latest);
        self.load[worker] -= i64::from(s.load);
        self.stamp += 1;
        self.version[worker] = self.stamp;
        self.nodes[prev as usize].next = next;
        self.nodes[next as usize].prev = prev;
        self.know_way(dense, worker, prev, next);
        let node = &mut self.nodes[stop as usize];
        (node.prev, node.next, node.worker) = (NONE, NONE, NONE);
        (prev, next)
    }
}

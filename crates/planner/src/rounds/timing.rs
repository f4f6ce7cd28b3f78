//! The timetable: everybody sets off as soon as they can; linked parts agree on the earliest starts that respect their
//! bond. After a change only what it reaches is computed anew, along the order of the linked tasks, and it stops where
//! nothing changes.

use super::{
    bits::Bits,
    clock::{clear, clear_back},
    dense::{Dense, NONE},
    model::{Bond, FOREVER, MOST_PARTS},
    state::{Carried, State},
};

/// Working memory of the propagation.
#[derive(Debug, Default)]
pub(super) struct Settling {
    /// Linked tasks, by rank, whose starts may have changed.
    forward: Bits,
    /// The same for their latest starts.
    backward: Bits,
    /// Nodes whose latest starts have to be computed anew.
    seeds: Vec<u32>,
}

/// Raises starts to what a bond asks for.
pub(super) fn agree(bond: Bond, starts: &mut [i32]) {
    match bond {
        Bond::Together => {
            let last = starts.iter().copied().fold(i32::MIN, i32::max);
            starts.fill(last);
        }
        Bond::Apart { min, max } => {
            for i in 1..starts.len() {
                starts[i] = starts[i].max(starts[i - 1].saturating_add(min));
            }
            for i in (1..starts.len()).rev() {
                starts[i - 1] = starts[i - 1].max(starts[i].saturating_sub(max));
            }
        }
        Bond::Transfer => {}
    }
}

/// Lowers latest starts to what a bond asks for.
pub(super) fn agree_back(bond: Bond, latest: &mut [i32]) {
    match bond {
        Bond::Together => {
            let first = latest.iter().copied().fold(i32::MAX, i32::min);
            latest.fill(first);
        }
        Bond::Apart { min, max } => {
            for i in (1..latest.len()).rev() {
                latest[i - 1] = latest[i - 1].min(latest[i].saturating_sub(min));
            }
            for i in 1..latest.len() {
                latest[i] = latest[i].min(latest[i - 1].saturating_add(max));
            }
        }
        Bond::Transfer => {}
    }
}

/// When a stop can start for a worker who leaves `from` at `leave`.
#[expect(clippy::inline_always, reason = "asked for each position: a call takes longer than the answer")]
#[inline(always)]
pub(super) fn start_after(dense: &Dense, worker: usize, leave: i32, way: i32, stop: u32) -> i32 {
    let hand = &dense.hands[worker];
    let earliest = dense.stops[stop as usize].earliest;
    if hand.breaks.is_empty() {
        (leave + way).max(earliest)
    } else {
        around_breaks(dense, worker, leave, way, stop)
    }
}

fn around_breaks(dense: &Dense, worker: usize, leave: i32, way: i32, stop: u32) -> i32 {
    let breaks = &dense.hands[worker].breaks;
    let there = clear(breaks, leave, way) + way;
    clear(breaks, there.max(dense.stops[stop as usize].earliest), dense.duration(stop, worker))
        .min(FOREVER + 1)
}

/// The latest start of a stop from which the next node is reached by `at`.
#[inline]
fn start_before(dense: &Dense, worker: usize, at: i32, way: i32, stop: u32) -> i32 {
    let hand = &dense.hands[worker];
    let duration = dense.duration(stop, worker);
    if hand.breaks.is_empty() {
        (at - way - duration).max(-FOREVER)
    } else {
        let leave = clear_back(&hand.breaks, at - way, way);
        clear_back(&hand.breaks, leave - duration, duration).max(-FOREVER)
    }
}

impl State {
    pub(super) fn is_linked(dense: &Dense, node: u32) -> bool {
        dense.any_linked && dense.is_real(node) && dense.jobs[dense.stops[node as usize].task as usize].linked
    }

    /// When a node could start as far as its own round is concerned.
    #[inline]
    pub(super) fn own_start_of(&self, dense: &Dense, node: u32) -> i32 {
        let this = &self.nodes[node as usize];
        let prev = &self.nodes[this.prev as usize];
        let worker = this.worker as usize;
        let way = dense.time(dense.hands[worker].table, prev.place, this.place);
        start_after(dense, worker, prev.leave, way, node).min(FOREVER + 1)
    }

    /// Puts a stop that was just linked, or a node after it, to a start.
    pub(super) fn set_start(&mut self, dense: &Dense, node: u32, start: i32, fresh: bool) -> bool {
        let s = &dense.stops[node as usize];
        let worker = self.nodes[node as usize].worker as usize;
        let before = if fresh { i32::MIN } else { self.nodes[node as usize].start };
        self.version[worker] = self.stamp;
        let this = &mut self.nodes[node as usize];
        this.start = start;
        this.leave = (start + dense.duration(node, worker)).min(FOREVER + 1);
        self.broken += i32::from(start > s.latest) - i32::from(before > s.latest);
        if s.lateness == 0 {
            return fresh;
        }
        let (was, is) = (before.saturating_sub(s.due).max(0), (start - s.due).max(0));
        self.late += i64::from(s.lateness) * (i64::from(is) - i64::from(was));
        // where a detour is quicker than the direct way, one more stop may bring the next ones forward
        self.worst_fell |= is < was && was >= self.worst;
        self.worst = self.worst.max(is);
        fresh || was > 0 || is > 0
    }

    fn walk(&mut self, dense: &Dense, from: u32, work: &mut Settling) {
        let mut node = from;
        loop {
            if Self::is_linked(dense, node) {
                work.forward.insert(self.rank[dense.stops[node as usize].task as usize]);
                return;
            }
            let start = self.own_start_of(dense, node);
            if start == self.nodes[node as usize].start {
                return;
            }
            if self.set_start(dense, node, start, false) {
                work.seeds.push(node);
            }
            if !dense.is_real(node) {
                return;
            }
            node = self.nodes[node as usize].next;
        }
    }

    /// Own starts of all parts of a linked task, agreed.
    pub(super) fn joint_start(
        &self,
        dense: &Dense,
        task: u32,
        own: impl Fn(u32) -> i32,
    ) -> ([i32; MOST_PARTS], usize) {
        let job = &dense.jobs[task as usize];
        let parts = job.parts as usize;
        let mut starts = [0; MOST_PARTS];
        for (i, stop) in dense.stops_of(task).enumerate() {
            starts[i] = own(stop);
        }
        settle_bond(dense, self, job.bond, job.first, &mut starts[..parts]);
        (starts, parts)
    }

    /// Brings the timetable up to date after the nodes `after` got other predecessors, and the latest starts after
    /// the nodes `before` got other successors.
    pub(super) fn settle(&mut self, dense: &Dense, after: &[u32], before: &[u32], work: &mut Settling) {
        for node in after {
            self.walk(dense, *node, work);
        }
        while let Some(rank) = work.forward.pop_first() {
            let task = self.order[rank as usize];
            let (starts, parts) = self.joint_start(dense, task, |stop| self.own_start_of(dense, stop));
            let first = dense.jobs[task as usize].first;
            for (stop, start) in (first..).zip(&starts[..parts]) {
                if *start != self.nodes[stop as usize].start {
                    if self.set_start(dense, stop, *start, false) {
                        work.seeds.push(stop);
                    }
                    let next = self.nodes[stop as usize].next;
                    self.walk(dense, next, work);
                }
            }
        }
        if self.worst_fell {
            self.find_worst(dense);
        }
        for node in before {
            self.walk_back(dense, *node, work);
        }
        while let Some(node) = work.seeds.pop() {
            self.walk_back(dense, node, work);
        }
        while let Some(rank) = work.backward.pop_last() {
            self.joint_latest(dense, self.order[rank as usize], work);
        }
    }

    /// The latest starts of a node as far as its own round is concerned.
    fn own_latest(&self, dense: &Dense, node: u32) -> (i32, i32) {
        let s = &dense.stops[node as usize];
        let this = &self.nodes[node as usize];
        if this.next == NONE {
            return (s.latest, s.latest);
        }
        let worker = this.worker as usize;
        let next = &self.nodes[this.next as usize];
        let way = dense.time(dense.hands[worker].table, this.place, next.place);
        let hard = start_before(dense, worker, next.hard, way, node);
        let free = start_before(dense, worker, next.free, way, node);
        let (latest, due) = (s.latest, s.due.max(this.start));
        let breaks = &dense.hands[worker].breaks;
        if breaks.is_empty() || !dense.is_real(node) {
            return (hard.min(latest), free.min(due));
        }
        let span = dense.duration(node, worker);
        (clear_back(breaks, hard.min(latest), span), clear_back(breaks, free.min(due), span))
    }

    fn walk_back(&mut self, dense: &Dense, from: u32, work: &mut Settling) {
        let mut node = from;
        loop {
            if Self::is_linked(dense, node) {
                work.backward.insert(self.rank[dense.stops[node as usize].task as usize]);
                return;
            }
            let (hard, free) = self.own_latest(dense, node);
            let this = &mut self.nodes[node as usize];
            if (this.hard, this.free) == (hard, free) {
                return;
            }
            if this.prev == NONE {
                (this.hard, this.free) = (hard, free);
                self.version[this.worker as usize] = self.stamp;
                return;
            }
            (this.hard, this.free) = (hard, free);
            self.version[this.worker as usize] = self.stamp;
            node = this.prev;
        }
    }

    fn joint_latest(&mut self, dense: &Dense, task: u32, work: &mut Settling) {
        let job = &dense.jobs[task as usize];
        let parts = job.parts as usize;
        let (mut hard, mut free) = ([0; MOST_PARTS], [0; MOST_PARTS]);
        for (i, stop) in dense.stops_of(task).enumerate() {
            (hard[i], free[i]) = self.own_latest(dense, stop);
        }
        agree_back(job.bond, &mut hard[..parts]);
        agree_back(job.bond, &mut free[..parts]);
        for (i, stop) in dense.stops_of(task).enumerate() {
            let this = &mut self.nodes[stop as usize];
            if (this.hard, this.free) != (hard[i], free[i]) {
                (this.hard, this.free) = (hard[i], free[i]);
                self.version[this.worker as usize] = self.stamp;
                let prev = this.prev;
                self.walk_back(dense, prev, work);
            }
        }
    }

    /// The largest lateness, anew.
    pub(super) fn find_worst(&mut self, dense: &Dense) {
        self.worst = 0;
        self.worst_fell = false;
        if dense.worst_lateness == 0 {
            return;
        }
        for (node, stop) in self.nodes.iter().zip(&dense.stops).take(dense.real) {
            if node.worker != NONE && stop.lateness > 0 {
                self.worst = self.worst.max(node.start - stop.due);
            }
        }
    }

    /// What one worker carries, anew.
    pub(super) fn weigh(&mut self, dense: &Dense, worker: usize) {
        if !dense.two_way {
            return;
        }
        let (first, last) = (dense.first_of(worker), dense.last_of(worker));
        let (mut node, mut load) = (first, 0_i32);
        loop {
            load = load.saturating_add(dense.stops[node as usize].load);
            self.carried[node as usize] = Carried { after: load, peak: load };
            if node == last {
                break;
            }
            node = self.nodes[node as usize].next;
        }
        let mut peak = i32::MIN;
        loop {
            let carried = &mut self.carried[node as usize];
            peak = peak.max(carried.after);
            carried.peak = peak;
            if node == first {
                break;
            }
            node = self.nodes[node as usize].prev;
        }
    }

    /// Gives a linked task its place in the order, between two ranks, and there by its start.
    pub(super) fn enrol(&mut self, task: u32, low: usize, high: usize, start: impl Fn(&Self, u32) -> i32) {
        let mut at = low;
        let mine = start(self, task);
        while at < high && start(self, self.order[at]) <= mine {
            at += 1;
        }
        self.order.insert(at, task);
        for i in at..self.order.len() {
            self.rank[self.order[i] as usize] = i as u32;
        }
    }

    /// Drops tasks that are no longer planned from the order.
    pub(super) fn strike(&mut self, dense: &Dense) {
        let mut kept = 0;
        for i in 0..self.order.len() {
            let task = self.order[i];
            if self.is_planned(dense, task) {
                self.order[kept] = task;
                self.rank[task as usize] = kept as u32;
                kept += 1;
            } else {
                self.rank[task as usize] = NONE;
            }
        }
        self.order.truncate(kept);
    }
}

/// Agrees starts, and moves them out of breaks until both hold.
fn settle_bond(dense: &Dense, state: &State, bond: Bond, first: u32, starts: &mut [i32]) {
    for _ in 0..16 {
        agree(bond, starts);
        let mut moved = false;
        for (stop, start) in (first..).zip(starts.iter_mut()) {
            *start = (*start).min(FOREVER + 1);
            let worker = state.nodes[stop as usize].worker as usize;
            let breaks = &dense.hands[worker].breaks;
            if !breaks.is_empty() {
                let clear = clear(breaks, *start, dense.duration(stop, worker));
                moved |= clear != *start;
                *start = clear;
            }
        }
        if !moved {
            return;
        }
    }
}

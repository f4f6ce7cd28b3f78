//! What a later start somewhere would cost, without doing it: the propagation of `timing.rs` over an overlay.

use super::{
    bits::Bits,
    dense::Dense,
    model::MOST_PARTS,
    state::State,
    timing::{agree, start_after},
};

/// A node that would be reached later than now, and when it could start then.
#[derive(Debug, Clone, Copy)]
pub(super) struct Push {
    pub node: u32,
    pub start: i32,
}

/// Working memory.
#[derive(Debug, Default)]
pub(super) struct Probe {
    stamp: u32,
    /// Per node: when it was last written, and the start it would have.
    overlay: Vec<(u32, i32)>,
    queue: Bits,
    late: i64,
    worst: i32,
}

impl Probe {
    fn start(&self, state: &State, node: u32) -> i32 {
        let (stamp, start) = self.overlay[node as usize];
        if stamp == self.stamp { start } else { state.nodes[node as usize].start }
    }

    fn own_start(&self, dense: &Dense, state: &State, node: u32, pushes: &[Push]) -> i32 {
        let pushed = pushes.iter().find(|p| p.node == node).map_or(i32::MIN, |p| p.start);
        let this = &state.nodes[node as usize];
        let worker = this.worker as usize;
        let prev = &state.nodes[this.prev as usize];
        let leave = prev.leave + (self.start(state, this.prev) - prev.start);
        let way = dense.time(dense.hands[worker].table, prev.place, this.place);
        start_after(dense, worker, leave, way, node).max(pushed)
    }

    /// The cost of lateness that the pushes add; `None` where something would start later than it may, or the cost
    /// reaches the limit. `worst` is the largest lateness apart from what the pushes do.
    pub(super) fn run(
        &mut self,
        dense: &Dense,
        state: &State,
        pushes: &[Push],
        worst: i32,
        limit: i64,
    ) -> Option<i64> {
        self.stamp = self.stamp.wrapping_add(1);
        if self.overlay.len() != state.nodes.len() || self.stamp == 0 {
            self.overlay.clear();
            self.overlay.resize(state.nodes.len(), (0, 0));
            self.stamp = 1;
        }
        (self.late, self.worst) = (0, worst);
        let before = dense.worst_lateness * i64::from(worst);
        let fits = pushes.iter().all(|p| self.walk(dense, state, *p, limit, before));
        if !fits || !self.drain(dense, state, pushes, limit, before) {
            self.queue.clear();
            return None;
        }
        Some(self.late + dense.worst_lateness * i64::from(self.worst) - before)
    }

    fn drain(&mut self, dense: &Dense, state: &State, pushes: &[Push], limit: i64, before: i64) -> bool {
        while let Some(rank) = self.queue.pop_first() {
            let task = state.order[rank as usize];
            let job = &dense.jobs[task as usize];
            let parts = job.parts as usize;
            let mut starts = [0; MOST_PARTS];
            for (i, stop) in dense.stops_of(task).enumerate() {
                starts[i] = self.own_start(dense, state, stop, pushes);
            }
            agree(job.bond, &mut starts[..parts]);
            for (stop, start) in dense.stops_of(task).zip(starts) {
                if start <= self.start(state, stop) {
                    continue;
                }
                if !self.set(dense, state, stop, start, limit, before) {
                    return false;
                }
                let next = state.nodes[stop as usize].next;
                let start = self.own_start(dense, state, next, pushes);
                if !self.walk(dense, state, Push { node: next, start }, limit, before) {
                    return false;
                }
            }
        }
        true
    }

    fn walk(&mut self, dense: &Dense, state: &State, push: Push, limit: i64, before: i64) -> bool {
        let Push { mut node, mut start } = push;
        loop {
            if start <= self.start(state, node) {
                return true;
            }
            if State::is_linked(dense, node) {
                self.queue.insert(state.rank[dense.stops[node as usize].task as usize]);
                return true;
            }
            if !self.set(dense, state, node, start, limit, before) {
                return false;
            }
            if !dense.is_real(node) {
                return true;
            }
            let this = &state.nodes[node as usize];
            let worker = this.worker as usize;
            let leave = start + dense.duration(node, worker);
            let way =
                dense.time(dense.hands[worker].table, this.place, state.nodes[this.next as usize].place);
            node = this.next;
            start = start_after(dense, worker, leave, way, node);
        }
    }

    fn set(&mut self, dense: &Dense, state: &State, node: u32, start: i32, limit: i64, before: i64) -> bool {
        let s = &dense.stops[node as usize];
        let was = self.start(state, node);
        self.overlay[node as usize] = (self.stamp, start);
        if start > s.latest {
            return false;
        }
        if s.lateness > 0 && start > s.due {
            let late = start - s.due;
            self.late += i64::from(s.lateness) * i64::from(late - (was - s.due).max(0));
            self.worst = self.worst.max(late);
        }
        self.late + dense.worst_lateness * i64::from(self.worst) - before < limit
    }
}

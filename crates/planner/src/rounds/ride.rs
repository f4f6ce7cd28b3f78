//! How long what is carried is on the way: from when it left the place where it was loaded until it is handed over. Whoever
//! would wait at the next place waits where they load instead, so that waiting there is no riding.
//!
//! Each round is followed once when it has changed; nothing is kept up to date stop by stop.

use super::{
    dense::{Dense, NONE},
    state::State,
};

/// Not known.
pub(super) const NEVER: i32 = i32::MIN;

/// What the rides of one round cost, and of which version of it that is known.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Ridden {
    version: u64,
    cost: i64,
}

impl Dense {
    /// Whether something is handed over that was loaded before.
    pub(super) fn is_drop(&self, node: u32) -> bool {
        self.is_real(node) && {
            let job = &self.jobs[self.stops[node as usize].task as usize];
            job.transfer && node != job.first
        }
    }

    /// What it costs to hand over so late what left then.
    #[inline]
    pub(super) fn ride(&self, drop: u32, left: i32, start: i32) -> i64 {
        let stop = &self.stops[drop as usize];
        if stop.ride_cost == 0 || left == NEVER {
            return 0;
        }
        i64::from(stop.ride_cost) * (i64::from(start) - i64::from(left) - i64::from(stop.longest_ride)).max(0)
    }
}

impl State {
    /// Brings up to date what rides cost.
    pub(super) fn ride(&mut self, dense: &Dense) {
        if !dense.any_ride {
            return;
        }
        for worker in 0..dense.hands.len() {
            let version = self.version[worker];
            if self.ridden[worker].version != version {
                let cost = self.ride_along(dense, worker);
                self.ridden_cost += cost - self.ridden[worker].cost;
                self.ridden[worker] = Ridden { version, cost };
            }
        }
    }

    /// Follows a round: notes when each load left, and tells what its rides cost.
    fn ride_along(&mut self, dense: &Dense, worker: usize) -> i64 {
        let table = dense.hands[worker].table;
        let mut cost = 0;
        // the first of the stops in a row at one place that nobody has left yet
        let mut row = NONE;
        let mut node = self.nodes[dense.first_of(worker) as usize].next;
        while dense.is_real(node) {
            let this = self.nodes[node as usize];
            let is_drop = dense.is_drop(node);
            if row != NONE && (is_drop || self.nodes[row as usize].place != this.place) {
                let from = self.nodes[this.prev as usize].place;
                let left = this.start - dense.time(table, from, this.place);
                while row != node {
                    self.left[row as usize] = left;
                    row = self.nodes[row as usize].next;
                }
                row = NONE;
            }
            if is_drop {
                let pick = node - 1;
                cost += dense.ride(node, self.left[pick as usize], this.start);
            } else if row == NONE {
                row = node;
            }
            node = this.next;
        }
        cost
    }
}

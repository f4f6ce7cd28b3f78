//! Fewer workers: one is closed, and what they did is tried elsewhere, again and again; tasks that were left out often
//! count more, so that the hard ones find their places first (absence counters of Christiaens and Vanden Berghe).

use super::{
    anneal::{Chain, Limits},
    dense::Dense,
    model::FOREVER,
};

/// What the reduction remembers.
pub(super) struct Fleet {
    /// How often each task was left out.
    missed: Vec<u64>,
    /// No fewer can do it.
    least: i64,
}

/// Up to which share of the budget the number of workers is reduced.
const UNTIL: f64 = 0.5;
/// Temperature of the reduction, as a share of the mean way.
const WARM: f64 = 0.1;

impl Fleet {
    pub(super) fn new(dense: &Dense) -> Self {
        Self { missed: vec![1; dense.jobs.len()], least: least(dense) }
    }

    fn weight(&self, absent: &[u32]) -> u64 {
        absent.iter().map(|t| self.missed[*t as usize]).sum()
    }
}

/// A bound from loads alone.
fn least(dense: &Dense) -> i64 {
    if !dense.any_load || dense.any_transfer {
        return 1;
    }
    let whole: i64 = dense
        .plannable
        .iter()
        .flat_map(|t| dense.stops_of(*t))
        .map(|s| i64::from(dense.stops[s as usize].load))
        .sum();
    let most =
        dense.hands.iter().map(|h| i64::from(h.capacity)).max().unwrap_or(1).clamp(1, i64::from(FOREVER));
    whole.div_euclid(most) + i64::from(whole.rem_euclid(most) > 0)
}

impl Chain {
    /// One step of the reduction; ends it when its share of the budget is over or nothing is left to gain.
    pub(super) fn reduce(&mut self, dense: &Dense, used: f64, limits: &Limits<'_>) {
        let Some(mut fleet) = self.fleet.take() else { return };
        if self.current.absent.is_empty() {
            let small = self.current.used <= fleet.least.max(1);
            if used >= UNTIL || small || !self.close_one(dense, &fleet) {
                self.end_reduction(used);
                return;
            }
        } else if used >= UNTIL {
            self.end_reduction(used);
            return;
        }
        self.change(dense, limits);
        let (new, old) = (&self.draft.absent, &self.current.absent);
        let lighter = fleet.weight(new).cmp(&fleet.weight(old));
        for task in new {
            fleet.missed[*task as usize] += 1;
        }
        let allowance = -self.warmth() * (1.0 - self.tools.random.unit()).ln();
        let longer = (self.draft.cost(dense).soft - self.current.cost(dense).soft) as f64;
        let better = new.len() < old.len() || lighter.is_lt() || (lighter.is_eq() && longer <= allowance);
        if self.draft.broken == 0 && better {
            self.keep_draft(dense);
        } else {
            self.draft.copy(&self.current);
        }
        self.fleet = Some(fleet);
    }

    fn warmth(&self) -> f64 {
        let stops = self.current.len.iter().map(|l| i64::from(*l)).sum::<i64>().max(1);
        WARM * self.current.travel as f64 / stops as f64
    }

    /// Closes the worker whose tasks were left out least so far, and everybody who has nothing to do. `false` if
    /// that is the last one.
    fn close_one(&mut self, dense: &Dense, fleet: &Fleet) -> bool {
        let mut lightest: Option<(u64, usize)> = None;
        let mut open = 0;
        for worker in 0..dense.hands.len() {
            let (mut node, mut weight, mut pinned) = (dense.first_of(worker), 0, false);
            while let Some(next) = Some(self.draft.nodes[node as usize].next).filter(|n| dense.is_real(*n)) {
                let task = dense.stops[next as usize].task as usize;
                weight += fleet.missed[task];
                pinned |= dense.jobs[task].pinned;
                node = next;
            }
            if self.draft.len[worker] == 0 {
                self.draft.closed[worker] = true;
                continue;
            }
            open += 1;
            if !pinned && lightest.is_none_or(|l| weight < l.0) {
                lightest = Some((weight, worker));
            }
        }
        let Some((_, worker)) = lightest.filter(|_| open > 1) else { return false };
        self.ruin.dissolve(dense, &mut self.draft, worker, &mut self.tools.settling);
        self.draft.closed[worker] = true;
        self.draft.absent.append(&mut self.ruin.removed);
        self.current.copy(&self.draft);
        self.current_cost = self.current.cost(dense);
        true
    }

    /// Goes on from the best, with nobody new, and as hot as at the start: what is left of so few rounds is far from good.
    fn end_reduction(&mut self, used: f64) {
        self.fleet = None;
        self.current.copy(&self.best);
        for (closed, len) in self.current.closed.iter_mut().zip(&self.current.len) {
            *closed = self.best.absent.is_empty() && *len == 0;
        }
        self.draft.copy(&self.current);
        self.current_cost = self.best_cost;
        self.heat(used);
    }
}

//! Ruin: strings of neighbouring stops leave the rounds near a random task (slack induction by string removals,
//! Christiaens and Vanden Berghe, Transportation Science 2020). A task leaves with all its parts.

use super::{
    dense::{Dense, NONE},
    random::Random,
    state::State,
    timing::Settling,
    tools::Tools,
};

/// Working memory.
#[derive(Debug, Default)]
pub(super) struct Ruin {
    stamp: u32,
    ruined: Vec<u32>,
    string: Vec<u32>,
    gaps: Vec<u32>,
    before: Vec<u32>,
    workers: Vec<u32>,
    near: Vec<Vec<u32>>,
    /// What was taken out, last.
    pub removed: Vec<u32>,
}

/// How much is taken out.
#[derive(Debug, Clone, Copy)]
pub(super) struct Extent {
    /// Stops on average.
    pub mean: f64,
    /// The longest string.
    pub longest: f64,
}

impl Ruin {
    /// Takes tasks out of `state` and settles its timetable.
    pub(super) fn run(&mut self, dense: &Dense, state: &mut State, extent: Extent, tools: &mut Tools) {
        let random = &mut tools.random;
        self.begin();
        let planned = state.len.iter().map(|l| *l as usize).sum::<usize>();
        if dense.plannable.is_empty() || planned == 0 {
            return;
        }
        self.ruined.resize(dense.hands.len(), 0);
        self.near.resize(dense.jobs.len(), Vec::new());
        self.stamp += 1;
        let mean_len = planned as f64 / state.used.max(1) as f64;
        let longest = extent.longest.min(mean_len);
        let most = (4.0 * extent.mean / (1.0 + longest) - 1.0).max(1.0);
        let strings = (1.0 + random.unit() * most) as usize;
        let seed = dense.plannable[random.below(dense.plannable.len())];
        if self.near[seed as usize].is_empty() && dense.plannable.len() > 1 {
            self.near[seed as usize] = dense.neighbours(seed);
        }
        let near = std::mem::take(&mut self.near[seed as usize]);
        let mut done = 0;
        for task in std::iter::once(&seed).chain(&near) {
            if done == strings {
                break;
            }
            done += usize::from(self.around(dense, state, *task, longest, random));
        }
        self.near[seed as usize] = near;
        self.finish(dense, state, &mut tools.settling);
    }

    /// Takes one task out.
    pub(super) fn remove(&mut self, dense: &Dense, state: &mut State, task: u32, work: &mut Settling) {
        self.begin();
        self.take(dense, state, task);
        self.finish(dense, state, work);
    }

    fn begin(&mut self) {
        self.removed.clear();
        self.gaps.clear();
        self.before.clear();
        self.workers.clear();
    }

    /// Takes out everything one worker does.
    pub(super) fn dissolve(&mut self, dense: &Dense, state: &mut State, worker: usize, work: &mut Settling) {
        self.begin();
        let mut node = state.nodes[dense.first_of(worker) as usize].next;
        while dense.is_real(node) {
            let next = state.nodes[node as usize].next;
            let task = dense.stops[node as usize].task;
            if !dense.jobs[task as usize].pinned {
                self.take(dense, state, task);
                // its other stops may have been the next ones
                node = state.nodes[dense.first_of(worker) as usize].next;
                continue;
            }
            node = next;
        }
        self.finish(dense, state, work);
    }

    fn around(
        &mut self,
        dense: &Dense,
        state: &mut State,
        task: u32,
        longest: f64,
        random: &mut Random,
    ) -> bool {
        let job = &dense.jobs[task as usize];
        let mut stop = job.first + if job.parts > 1 { random.below(job.parts as usize) as u32 } else { 0 };
        if job.transfer && state.in_row(stop) {
            // those in front of it and behind it were loaded at the same counter, for doors anywhere
            stop = job.first + 1;
        }
        let worker = state.nodes[stop as usize].worker;
        if worker == NONE || self.ruined[worker as usize] == self.stamp {
            return false;
        }
        self.ruined[worker as usize] = self.stamp;
        let len = state.len[worker as usize] as usize;
        let most = longest.min(len as f64);
        let count = (1.0 + random.unit() * most) as usize;
        let count = count.clamp(1, len);
        // a split string spares some in the middle
        let mut spared = 0;
        if count > 1 && count < len && random.unit() < 0.5 {
            spared = 1;
            while count + spared < len && random.unit() > 0.01 {
                spared += 1;
                if random.unit() > 0.5 {
                    break;
                }
            }
        }
        let span = count + spared;
        self.string.clear();
        let mut node = state.nodes[dense.first_of(worker as usize) as usize].next;
        let mut at = 0;
        while dense.is_real(node) {
            if node == stop {
                at = self.string.len();
            }
            self.string.push(node);
            node = state.nodes[node as usize].next;
        }
        let least = (at + 1).saturating_sub(span);
        let greatest = at.min(len - span);
        let begin = least + random.below(greatest - least + 1);
        let hole = if spared > 0 { 1 + random.below(count - 1) } else { count };
        for i in 0..span {
            if i >= hole && i < hole + spared {
                continue;
            }
            let task = dense.stops[self.string[begin + i] as usize].task;
            if state.is_planned(dense, task) && !dense.jobs[task as usize].pinned {
                self.take(dense, state, task);
            }
        }
        true
    }

    fn take(&mut self, dense: &Dense, state: &mut State, task: u32) {
        for stop in dense.stops_of(task) {
            self.workers.push(state.nodes[stop as usize].worker);
            let (prev, next) = state.unlink(dense, stop);
            self.gaps.push(next);
            self.before.push(prev);
        }
        let job = &dense.jobs[task as usize];
        state.grave += job.grave;
        state.costs += job.costs;
        self.removed.push(task);
    }

    fn finish(&mut self, dense: &Dense, state: &mut State, work: &mut Settling) {
        if dense.any_linked {
            state.strike(dense);
        }
        self.gaps.retain(|node| state.nodes[*node as usize].worker != NONE);
        self.before.retain(|node| state.nodes[*node as usize].worker != NONE);
        state.settle(dense, &self.gaps, &self.before, work);
        state.find_worst(dense);
        state.ride(dense);
        if dense.two_way {
            self.workers.sort_unstable();
            self.workers.dedup();
            for worker in &self.workers {
                state.weigh(dense, *worker as usize);
            }
        }
    }
}

//! The plan that people hold, taken over: seated as a whole, since half a round may break a rule that the whole one
//! keeps (a detour can be quicker than the direct way). Only then what breaks a rule is taken out, one by one.

use std::collections::{BTreeSet, VecDeque};

use super::{
    dense::{Dense, NONE},
    model::{FOREVER, Rounds},
    ruin::Ruin,
    state::State,
    timing::Settling,
};

/// Earlier than any start can be: to be computed.
const UNKNOWN: i32 = -FOREVER - 1;

/// Where a warm start has a stop.
#[derive(Debug, Clone, Copy)]
struct Spot {
    worker: usize,
    position: usize,
    start: i32,
}

impl State {
    /// The rounds of a warm start as far as they can be had: stops that do not exist, come twice, or that their
    /// worker may not serve are skipped, tasks with missing parts and tasks that break a rule are left out.
    pub(super) fn of(dense: &Dense, warm: &Rounds) -> Self {
        let mut state = Self::empty(dense);
        let mut rounds = seats(dense, warm);
        let order = agree_order(dense, &mut rounds);
        let mut work = Settling::default();
        state.hang(dense, &rounds, order, &mut work);
        state.repair(dense, &mut work);
        state
    }

    /// Hangs whole rounds up and computes their timetable.
    fn hang(&mut self, dense: &Dense, rounds: &[Vec<u32>], order: Vec<u32>, work: &mut Settling) {
        for (rank, task) in order.iter().enumerate() {
            self.rank[*task as usize] = rank as u32;
        }
        self.order = order;
        let (mut after, mut before) = (Vec::new(), Vec::new());
        for (worker, round) in rounds.iter().enumerate() {
            let mut prev = dense.first_of(worker);
            for stop in round {
                self.link(dense, *stop, prev);
                let node = &mut self.nodes[*stop as usize];
                (node.start, node.hard, node.free) = (UNKNOWN, UNKNOWN, UNKNOWN);
                prev = *stop;
            }
            if let (Some(first), Some(last)) = (round.first(), round.last()) {
                after.push(*first);
                before.push(*last);
            }
        }
        self.settle(dense, &after, &before, work);
        self.find_worst(dense);
        self.ride(dense);
        for worker in 0..rounds.len() {
            self.weigh(dense, worker);
        }
        let planned: BTreeSet<u32> =
            rounds.iter().flatten().map(|stop| dense.stops[*stop as usize].task).collect();
        for task in &planned {
            let job = &dense.jobs[*task as usize];
            self.grave -= job.grave;
            self.costs -= job.costs;
        }
        self.absent.retain(|task| !planned.contains(task));
    }

    /// Takes tasks out until no rule is broken.
    fn repair(&mut self, dense: &Dense, work: &mut Settling) {
        let mut ruin = Ruin::default();
        while let Some(node) = self.first_late(dense).or_else(|| self.overload(dense)) {
            let Some(task) = self.culprit(dense, node) else { return };
            ruin.remove(dense, self, task, work);
            self.absent.push(task);
        }
    }

    /// The first node that starts too late.
    fn first_late(&self, dense: &Dense) -> Option<u32> {
        let late = |node: &u32| {
            let this = &self.nodes[*node as usize];
            this.worker != NONE && this.start > dense.stops[*node as usize].latest
        };
        let nodes = (self.broken > 0).then_some(0..self.nodes.len() as u32)?;
        nodes.filter(late).min_by_key(|node| self.nodes[*node as usize].start)
    }

    /// Where somebody first carries too much.
    fn overload(&self, dense: &Dense) -> Option<u32> {
        if !dense.any_load {
            return None;
        }
        (0..dense.hands.len()).find_map(|worker| {
            let capacity = i64::from(dense.hands[worker].capacity.max(0));
            if !dense.two_way {
                return (self.load[worker] > capacity).then(|| dense.last_of(worker));
            }
            let mut node = dense.first_of(worker);
            while i64::from(self.carried[node as usize].after) <= capacity {
                if node == dense.last_of(worker) {
                    return None;
                }
                node = self.nodes[node as usize].next;
            }
            Some(node)
        })
    }

    /// What to take out for a node that breaks a rule: it, or the last before it that nobody was promised.
    fn culprit(&self, dense: &Dense, broken: u32) -> Option<u32> {
        let task = |node: u32| dense.stops[node as usize].task;
        let mut node = broken;
        while node != NONE {
            if dense.is_real(node) && !dense.jobs[task(node) as usize].pinned {
                return Some(task(node));
            }
            node = self.nodes[node as usize].prev;
        }
        let own = if dense.is_real(broken) { broken } else { self.nodes[broken as usize].prev };
        (own != NONE && dense.is_real(own)).then(|| task(own))
    }
}

/// The stops of each worker that can be had, in order.
fn seats(dense: &Dense, warm: &Rounds) -> Vec<Vec<u32>> {
    let mut spots: Vec<Option<Spot>> = vec![None; dense.real];
    for (worker, round) in warm.rounds.iter().enumerate().take(dense.hands.len()) {
        for (position, planned) in round.iter().enumerate() {
            if let Some(stop) = dense.stop_of(planned.stop)
                && dense.may[stop as usize].binary_search(&(worker as u32)).is_ok()
            {
                let spot = Spot { worker, position, start: planned.start };
                spots[stop as usize].get_or_insert(spot);
            }
        }
    }
    let mut rounds: Vec<Vec<(usize, i32, u32)>> = vec![Vec::new(); dense.hands.len()];
    for task in &dense.plannable {
        let places: Option<Vec<Spot>> = dense.stops_of(*task).map(|stop| spots[stop as usize]).collect();
        let Some(places) = places.filter(|places| welcomes(dense, *task, places)) else { continue };
        for (stop, spot) in dense.stops_of(*task).zip(places) {
            rounds[spot.worker].push((spot.position, spot.start, stop));
        }
    }
    let in_order = |mut round: Vec<(usize, i32, u32)>| {
        round.sort_unstable();
        round.into_iter().map(|(_, _, stop)| stop).collect()
    };
    rounds.into_iter().map(in_order).collect()
}

/// Whether these are as many people as the task takes.
fn welcomes(dense: &Dense, task: u32, places: &[Spot]) -> bool {
    if let ([first, second], true) = (places, dense.jobs[task as usize].transfer) {
        return first.worker == second.worker && first.position < second.position;
    }
    let workers: BTreeSet<usize> = places.iter().map(|p| p.worker).collect();
    workers.len() == places.len()
}

/// An order of the linked tasks that every round respects. Tasks that wait for each other in a circle leave the rounds.
fn agree_order(dense: &Dense, rounds: &mut [Vec<u32>]) -> Vec<u32> {
    let mut order = Vec::new();
    if !dense.any_linked {
        return order;
    }
    let task_of = |stop: u32| dense.stops[stop as usize].task;
    let linked = |stop: &u32| State::is_linked(dense, *stop);
    let mut queues: Vec<VecDeque<u32>> =
        rounds.iter().map(|round| round.iter().copied().filter(linked).map(task_of).collect()).collect();
    let mut worker_of: Vec<Vec<usize>> = vec![Vec::new(); dense.jobs.len()];
    for (worker, queue) in queues.iter().enumerate() {
        for task in queue {
            worker_of[*task as usize].push(worker);
        }
    }
    let mut dropped = BTreeSet::new();
    let mut looked_at: BTreeSet<usize> = (0..queues.len()).collect();
    loop {
        while let Some(worker) = looked_at.pop_first() {
            while queues[worker].front().is_some_and(|task| dropped.contains(task)) {
                queues[worker].pop_front();
            }
            let Some(task) = queues[worker].front().copied() else { continue };
            let workers = &worker_of[task as usize];
            if workers.iter().all(|w| queues[*w].front() == Some(&task)) {
                for worker in workers {
                    queues[*worker].pop_front();
                    looked_at.insert(*worker);
                }
                order.push(task);
            }
        }
        // whoever is left waits in a circle
        let Some(task) = queues.iter().find_map(|queue| queue.front().copied()) else { break };
        dropped.insert(task);
        looked_at.extend(&worker_of[task as usize]);
    }
    if !dropped.is_empty() {
        for round in rounds {
            round.retain(|stop| !dropped.contains(&task_of(*stop)));
        }
    }
    order
}

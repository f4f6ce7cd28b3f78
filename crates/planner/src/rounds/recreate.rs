//! Recreate: what is left out goes back one by one, each where it costs least, in an order that changes from time to
//! time.

use super::{
    dense::Dense, model::FOREVER, random::Random, state::State, team::Teams, timing::Settling, tools::Tools,
};

/// Working memory.
#[derive(Debug, Default)]
pub(super) struct Recreate {
    teams: Teams,
    /// Whether tasks that may be left out go in at any price, for once: several may pay where one does not.
    eager: bool,
    keyed: Vec<(i64, u32)>,
}

/// In which order tasks go in.
#[derive(Debug, Clone, Copy)]
pub(super) enum Order {
    /// One that changes from time to time.
    Drawn,
    /// One neighbour after the other, where many are to go in: rounds fill up with what lies together. What is put in at
    /// random strews every round over the whole district, from where it takes many steps to come back.
    Neighbours,
}

/// By what tasks are put into an order, and how often.
#[derive(Debug, Clone, Copy)]
enum By {
    Random,
    Load,
    Far,
    Close,
    Narrow,
    Early,
    Late,
}

const WEIGHTS: [(By, usize); 7] = [
    (By::Random, 4),
    (By::Load, 4),
    (By::Far, 2),
    (By::Close, 1),
    (By::Narrow, 2),
    (By::Early, 2),
    (By::Late, 2),
];

/// From so many tasks on, rounds are begun neighbour by neighbour; beyond so many that takes too long.
const MANY: std::ops::Range<usize> = 400..6000;

impl Recreate {
    /// Puts tasks in, in that order; those that fit nowhere become absent. `stop` is asked now and then whether time is up.
    pub(super) fn run(
        &mut self,
        dense: &Dense,
        state: &mut State,
        (tasks, order): (&mut [u32], Order),
        tools: &mut Tools,
        stop: &dyn Fn() -> bool,
    ) {
        match order {
            Order::Neighbours if !dense.any_linked && MANY.contains(&tasks.len()) => {
                tools.random.shuffle(tasks);
                chain(dense, tasks, stop);
            }
            Order::Drawn | Order::Neighbours => self.arrange(dense, state, tasks, &mut tools.random),
        }
        self.eager = tools.random.below(2) == 0;
        let mut over = false;
        for (i, task) in tasks.iter().enumerate() {
            over = over || (i % 32 == 31 && stop());
            if over || !self.put(dense, state, *task, tools) {
                state.absent.push(*task);
            }
        }
    }

    fn arrange(&mut self, dense: &Dense, state: &State, tasks: &mut [u32], random: &mut Random) {
        random.shuffle(tasks);
        let by = if dense.any_load { pick(random, &WEIGHTS) } else { pick_other(random) };
        let table = dense.hands.first().map_or(0, |h| h.table);
        let depot = state.nodes.get(dense.real).map_or(0, |n| n.place);
        self.keyed.clear();
        self.keyed.extend(tasks.iter().map(|task| {
            let job = &dense.jobs[*task as usize];
            let stop = &dense.stops[job.first as usize];
            let key = match by {
                By::Random => 0,
                By::Load => -i64::from(stop.load).abs(),
                By::Far => -dense.cost(table, depot, stop.place),
                By::Close => dense.cost(table, depot, stop.place),
                By::Narrow => {
                    i64::from(stop.due) - i64::from(stop.earliest) - if job.linked { 1 << 32 } else { 0 }
                }
                By::Early => i64::from(stop.earliest),
                By::Late => -i64::from(stop.due),
            };
            (key, *task)
        }));
        self.keyed.sort_by_key(|k| k.0);
        for (task, (_, sorted)) in tasks.iter_mut().zip(&self.keyed) {
            *task = *sorted;
        }
    }

    /// Puts one task in where it costs least. `false` if it fits nowhere.
    pub(super) fn put(&mut self, dense: &Dense, state: &mut State, task: u32, tools: &mut Tools) -> bool {
        let job = &dense.jobs[task as usize];
        let first = job.first;
        if job.linked {
            let Some(spot) = self.teams.best(dense, state, task, tools) else { return false };
            if !self.eager && job.grave == 0 && spot.cost >= job.costs {
                return false;
            }
            state.seat(
                dense,
                task,
                &spot.prev[..job.parts as usize],
                (spot.low, spot.high),
                &mut tools.settling,
            );
        } else if job.transfer {
            let Some(spot) = state.best_pair(dense, task, tools) else {
                return false;
            };
            if !self.eager && job.grave == 0 && spot.cost >= job.costs {
                return false;
            }
            let second = if spot.second == spot.first { first } else { spot.second };
            state.seat(dense, task, &[spot.first, second], (0, 0), &mut tools.settling);
        } else {
            let Some(spot) = state.best_spot(dense, first, tools) else { return false };
            if !self.eager && job.grave == 0 && spot.cost >= job.costs {
                return false;
            }
            state.seat(dense, task, &[spot.prev], (0, 0), &mut tools.settling);
        }
        true
    }
}

/// Puts behind each task the nearest of those that follow.
fn chain(dense: &Dense, tasks: &mut [u32], stop: &dyn Fn() -> bool) {
    for at in 1..tasks.len() {
        if at % 64 == 0 && stop() {
            break;
        }
        let Some([last, rest @ ..]) = tasks.get_mut(at - 1..) else { break };
        let nearest = (0..rest.len()).min_by_key(|i| dense.apart(*last, rest[*i]));
        rest.swap(0, nearest.unwrap_or(0));
    }
}

/// Earlier than any latest start can be: to be computed.
const UNKNOWN: i32 = -FOREVER - 1;

fn pick(random: &mut Random, weights: &[(By, usize)]) -> By {
    let sum = weights.iter().map(|w| w.1).sum();
    let mut at = random.below(sum);
    for (by, weight) in weights {
        if at < *weight {
            return *by;
        }
        at -= weight;
    }
    By::Random
}

fn pick_other(random: &mut Random) -> By {
    let others: [(By, usize); 6] =
        [(By::Random, 4), (By::Far, 2), (By::Close, 1), (By::Narrow, 2), (By::Early, 2), (By::Late, 2)];
    pick(random, &others)
}

impl State {
    /// Puts all parts of a task behind the nodes given and brings everything up to date.
    pub(super) fn seat(
        &mut self,
        dense: &Dense,
        task: u32,
        prev: &[u32],
        (low, high): (u32, u32),
        work: &mut Settling,
    ) {
        let job = &dense.jobs[task as usize];
        let stops = dense.stops_of(task);
        for (stop, prev) in stops.clone().zip(prev) {
            self.link(dense, stop, *prev);
        }
        let start_of = |state: &Self, stop: u32| state.own_start_of(dense, stop);
        if job.linked {
            let (starts, parts) = self.joint_start(dense, task, |stop| start_of(self, stop));
            for (stop, start) in stops.clone().zip(&starts[..parts]) {
                self.set_start(dense, stop, *start, true);
            }
            let first = |state: &Self, task: u32| state.nodes[dense.jobs[task as usize].first as usize].start;
            self.enrol(task, low as usize, high as usize, first);
        } else {
            for stop in stops.clone() {
                let start = start_of(self, stop);
                self.set_start(dense, stop, start, true);
            }
        }
        let mut after = [0; super::model::MOST_PARTS];
        let mut before = [0; super::model::MOST_PARTS];
        let mut count = 0;
        for stop in stops.clone() {
            after[count] = self.nodes[stop as usize].next;
            before[count] = stop;
            self.nodes[stop as usize].hard = UNKNOWN;
            self.nodes[stop as usize].free = UNKNOWN;
            count += 1;
        }
        self.settle(dense, &after[..count], &before[..count], work);
        self.ride(dense);
        self.grave -= job.grave;
        self.costs -= job.costs;
        if dense.two_way {
            for stop in stops {
                let worker = self.nodes[stop as usize].worker as usize;
                self.weigh(dense, worker);
            }
        }
    }
}

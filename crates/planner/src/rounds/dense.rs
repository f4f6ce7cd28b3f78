//! The model as flat arrays that a search can run over: stops numbered through, then a first and a last node for each
//! worker; who may serve what; who is near whom.

use std::collections::{BTreeMap, BTreeSet};

use super::model::{Absence, Bond, FOREVER, MOST_PARTS, Model, Part, StopId, UNREACHABLE};

/// No node, no task.
pub(super) const NONE: u32 = u32::MAX;

/// Bounds of what is asked for, so that no sum leaves 64 bits.
const MOST_COST: i64 = 1 << 40;
const MOST_PER_TICK: i64 = 1 << 20;

/// What never changes about a stop.
#[derive(Debug, Clone, Copy)]
pub(super) struct Stop {
    pub place: u32,
    pub task: u32,
    pub earliest: i32,
    pub due: i32,
    pub latest: i32,
    pub duration: i32,
    pub lateness: i32,
    pub load: i32,
    /// What is handed over here should not be longer on the way, and what each tick more costs.
    pub longest_ride: i32,
    pub ride_cost: i32,
}

/// What never changes about a task.
#[derive(Debug, Clone, Copy)]
pub(super) struct Job {
    /// Its stops are `first .. first + parts`.
    pub first: u32,
    pub parts: u32,
    pub bond: Bond,
    /// Several people: its start hangs on several rounds.
    pub linked: bool,
    pub transfer: bool,
    pub pinned: bool,
    pub grave: i64,
    pub costs: i64,
}

/// What never changes about a worker.
#[derive(Debug, Clone)]
pub(super) struct Hand {
    /// Where their table of ways begins.
    pub table: usize,
    pub breaks: Vec<(i32, i32)>,
    pub capacity: i32,
    pub fixed_cost: i64,
    /// Workers of one class are the same in everything.
    pub class: u32,
}

/// From one place to another.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Way {
    pub time: i32,
    pub cost: i32,
}

#[expect(
    clippy::struct_excessive_bools,
    reason = "what the model makes use of, so that the rest costs nothing"
)]
pub(super) struct Dense {
    pub stops: Vec<Stop>,
    pub jobs: Vec<Job>,
    pub hands: Vec<Hand>,
    /// Number of stops that are not a worker's first or last.
    pub real: usize,
    stride: usize,
    time: Vec<i32>,
    cost: Vec<i32>,
    same: bool,
    /// The same tables with rows and columns exchanged, where that makes a difference.
    time_back: Vec<i32>,
    cost_back: Vec<i32>,
    /// Who may serve each stop.
    pub may: Vec<Vec<u32>>,
    /// Durations and affinities that depend on the worker: `stop × workers`, or empty.
    durations: Vec<i32>,
    affinities: Vec<i64>,
    /// Tasks that can be planned at all.
    pub plannable: Vec<u32>,
    pub any_linked: bool,
    pub any_load: bool,
    /// Loads that come and go on the way: what is carried changes from stop to stop. Otherwise their sum tells all.
    pub two_way: bool,
    /// Ways cost and take the same back as there.
    pub symmetric: bool,
    pub any_transfer: bool,
    pub any_lateness: bool,
    /// Long rides cost.
    pub any_ride: bool,
    pub least_lateness: i64,
    pub worst_lateness: i64,
    pub fewest_workers: bool,
    pub classes: usize,
}

fn tick(t: i32) -> i32 {
    t.clamp(-FOREVER, FOREVER)
}

impl Dense {
    pub(super) fn first_of(&self, worker: usize) -> u32 {
        (self.real + 2 * worker) as u32
    }

    pub(super) fn last_of(&self, worker: usize) -> u32 {
        (self.real + 2 * worker + 1) as u32
    }

    pub(super) fn is_real(&self, node: u32) -> bool {
        (node as usize) < self.real
    }

    #[inline]
    pub(super) fn time(&self, table: usize, from: u32, to: u32) -> i32 {
        self.time[table + from as usize * self.stride + to as usize]
    }

    /// Time and cost in one look, where they are the same.
    #[inline]
    pub(super) fn way(&self, table: usize, from: u32, to: u32) -> Way {
        let at = table + from as usize * self.stride + to as usize;
        let time = self.time[at];
        Way { time, cost: if self.same { time } else { self.cost[at] } }
    }

    /// The way to a place that does not change while many others are tried: along one row where that is the same.
    #[inline]
    pub(super) fn way_to(&self, table: usize, from: u32, to: u32) -> Way {
        if self.symmetric {
            return self.way(table, to, from);
        }
        let at = table + to as usize * self.stride + from as usize;
        let time = self.time_back[at];
        Way { time, cost: if self.same { time } else { self.cost_back[at] } }
    }

    #[inline]
    pub(super) fn cost(&self, table: usize, from: u32, to: u32) -> i64 {
        let at = table + from as usize * self.stride + to as usize;
        i64::from(if self.same { self.time[at] } else { self.cost[at] })
    }

    #[inline]
    pub(super) fn duration(&self, stop: u32, worker: usize) -> i32 {
        if self.durations.is_empty() || !self.is_real(stop) {
            self.stops[stop as usize].duration
        } else {
            self.durations[stop as usize * self.hands.len() + worker]
        }
    }

    #[inline]
    pub(super) fn affinity(&self, stop: u32, worker: usize) -> i64 {
        if self.affinities.is_empty() || !self.is_real(stop) {
            0
        } else {
            self.affinities[stop as usize * self.hands.len() + worker]
        }
    }

    pub(super) fn stops_of(&self, task: u32) -> std::ops::Range<u32> {
        let job = &self.jobs[task as usize];
        job.first..job.first + job.parts
    }

    pub(super) fn id_of(&self, stop: u32) -> StopId {
        let task = self.stops[stop as usize].task;
        StopId { task: task as usize, part: (stop - self.jobs[task as usize].first) as usize }
    }

    pub(super) fn stop_of(&self, id: StopId) -> Option<u32> {
        let job = self.jobs.get(id.task)?;
        (id.part < job.parts as usize).then(|| job.first + id.part as u32)
    }

    /// Neighbours kept a task: enough for the longest strings, and bounded for ten thousand tasks.
    const NEAR: usize = 400;

    pub(super) fn of(model: &Model) -> Self {
        let stride = model.places + 1;
        let (time, cost) = tables(model, stride);
        let same = time == cost;
        let symmetric = is_symmetric(&time, stride) && (same || is_symmetric(&cost, stride));
        let parts: Vec<(usize, &Part)> = model
            .tasks
            .iter()
            .enumerate()
            .flat_map(|(t, task)| task.parts.iter().map(move |p| (t, p)))
            .collect();
        let real = parts.len();
        let stops = stops(model, &parts);
        let jobs = jobs(model);
        let (classes, class_of) = classes(model);
        let hands: Vec<Hand> = model
            .workers
            .iter()
            .zip(class_of)
            .map(|(worker, class)| {
                let mut breaks: Vec<(i32, i32)> =
                    worker.breaks.iter().map(|b| (tick(b.0), tick(b.1))).filter(|b| b.0 < b.1).collect();
                breaks.sort_unstable();
                let profile = worker.profile.min(model.profiles.len());
                let table = profile * stride * stride;
                Hand {
                    table,
                    breaks,
                    capacity: worker.capacity,
                    fixed_cost: worker.fixed_cost.clamp(0, MOST_COST),
                    class,
                }
            })
            .collect();
        let workers = hands.len();
        let may = parts.iter().map(|(_, part)| who_may(model, part)).collect();
        let usual = |p: &Part| p.duration.clamp(0, FOREVER);
        let longer = parts.iter().any(|(_, p)| !p.durations.is_empty());
        let durations = by_worker(longer, &parts, workers, usual, |part, row| {
            for (worker, duration) in part.durations.iter().filter(|d| d.0 < workers) {
                row[*worker] = (*duration).clamp(0, FOREVER);
            }
        });
        let dearer = parts.iter().any(|(_, p)| !p.affinity.is_empty());
        let affinities = by_worker(
            dearer,
            &parts,
            workers,
            |_| 0,
            |part, row| {
                for (worker, cost) in part.affinity.iter().filter(|a| a.0 < workers) {
                    row[*worker] += (*cost).clamp(-MOST_COST, MOST_COST);
                }
            },
        );
        let lateness = stops.iter().take(real).map(|s| s.lateness).filter(|l| *l > 0).min();
        let mut dense = Self {
            may,
            durations,
            affinities,
            plannable: Vec::new(),
            any_linked: jobs.iter().any(|j| j.linked),
            any_load: stops.iter().any(|s| s.load != 0),
            two_way: stops.iter().any(|s| s.load < 0),
            symmetric,
            time_back: if symmetric { Vec::new() } else { transposed(&time, stride) },
            cost_back: if symmetric || same { Vec::new() } else { transposed(&cost, stride) },
            any_transfer: jobs.iter().any(|j| j.transfer),
            any_ride: jobs.iter().any(|j| j.transfer && stops[j.first as usize + 1].ride_cost > 0),
            any_lateness: lateness.is_some() || model.goals.worst_lateness > 0,
            least_lateness: i64::from(lateness.unwrap_or(0)),
            worst_lateness: model.goals.worst_lateness.clamp(0, MOST_PER_TICK),
            fewest_workers: model.goals.fewest_workers,
            classes,
            real,
            stride,
            time,
            cost: if same { Vec::new() } else { cost },
            same,
            stops,
            jobs,
            hands,
        };
        dense.plannable =
            (0..dense.jobs.len() as u32).filter(|task| dense.is_plannable(model, *task)).collect();
        dense
    }

    /// What can never be planned is never tried; `absent.rs` tells why.
    fn is_plannable(&self, model: &Model, task: u32) -> bool {
        let job = &self.jobs[task as usize];
        let bond = match job.bond {
            Bond::Apart { min, max } => min <= max && min >= -FOREVER && max <= FOREVER,
            Bond::Together => true,
            Bond::Transfer => job.parts == 2,
        };
        let parts = job.parts as usize;
        bond && (1..=MOST_PARTS).contains(&parts)
            && self.stops_of(task).all(|stop| {
                let s = &self.stops[stop as usize];
                s.earliest <= s.latest
                    && (s.place as usize) < model.places
                    && !self.may[stop as usize].is_empty()
            })
    }

    /// How far two tasks are from each other, at both ends.
    pub(super) fn apart(&self, task: u32, other: u32) -> i64 {
        let table = self.hands.first().map_or(0, |h| h.table);
        let places = |task: u32| {
            let job = &self.jobs[task as usize];
            let place = |stop: u32| self.stops[stop as usize].place;
            (place(job.first), place(job.first + job.parts - 1))
        };
        let ((begins, ends), (other_begins, other_ends)) = (places(task), places(other));
        let there = self.cost(table, begins, other_begins);
        let back = self.cost(table, other_begins, begins);
        let at_the_end = if self.any_transfer { self.cost(table, ends, other_ends) } else { there };
        there + back + 2 * at_the_end
    }

    /// The other tasks, nearest first.
    pub(super) fn neighbours(&self, task: u32) -> Vec<u32> {
        let others = self.plannable.iter().filter(|other| **other != task);
        let mut ways: Vec<(i64, u32)> = others.map(|other| (self.apart(task, *other), *other)).collect();
        if ways.len() > Self::NEAR {
            ways.select_nth_unstable(Self::NEAR);
            ways.truncate(Self::NEAR);
        }
        ways.sort_unstable();
        ways.into_iter().map(|w| w.1).collect()
    }
}

/// All tables one behind the other, each with a row and a column for nowhere, which is no way from anywhere. One more
/// table, of ways that do not exist, is for workers without a profile.
fn tables(model: &Model, stride: usize) -> (Vec<i32>, Vec<i32>) {
    let size = stride * stride;
    let mut time = vec![UNREACHABLE; size * (model.profiles.len() + 1)];
    let mut cost = time.clone();
    for (p, profile) in model.profiles.iter().enumerate() {
        for from in 0..stride {
            for to in 0..stride {
                let at = p * size + from * stride + to;
                if from == model.places || to == model.places {
                    (time[at], cost[at]) = (0, 0);
                    continue;
                }
                let index = from * model.places + to;
                let known = |table: &[i32]| table.get(index).copied().filter(|t| (0..=FOREVER).contains(t));
                if let Some((t, c)) = known(&profile.time).zip(known(&profile.cost)) {
                    (time[at], cost[at]) = (t, c);
                }
            }
        }
    }
    (time, cost)
}

fn is_symmetric(tables: &[i32], stride: usize) -> bool {
    tables
        .chunks_exact(stride * stride)
        .all(|table| (0..stride).all(|i| (0..i).all(|j| table[i * stride + j] == table[j * stride + i])))
}

fn transposed(tables: &[i32], stride: usize) -> Vec<i32> {
    let table = |table: &'_ [i32]| {
        let cells = (0..stride).flat_map(|to| (0..stride).map(move |from| from * stride + to));
        cells.map(|at| table[at]).collect::<Vec<_>>()
    };
    tables.chunks_exact(stride * stride).flat_map(table).collect()
}

/// Workers who are the same in everything share a class: of those without a task only one needs to be tried.
fn classes(model: &Model) -> (usize, Vec<u32>) {
    let mut special: BTreeSet<usize> = BTreeSet::new();
    for part in model.tasks.iter().flat_map(|t| &t.parts) {
        special.extend(part.blocked.iter().copied());
        special.extend(part.durations.iter().map(|d| d.0));
        special.extend(part.affinity.iter().map(|a| a.0));
    }
    let mut known = BTreeMap::new();
    let mut class_of = Vec::new();
    for (w, worker) in model.workers.iter().enumerate() {
        let skills: BTreeSet<u32> = worker.skills.iter().copied().collect();
        let own = special.contains(&w).then_some(w);
        let what =
            (worker.profile, worker.start, worker.end, worker.shift, worker.capacity, worker.fixed_cost);
        let next = known.len() as u32;
        class_of.push(*known.entry((own, what, skills, worker.breaks.clone())).or_insert(next));
    }
    (known.len(), class_of)
}

fn who_may(model: &Model, part: &Part) -> Vec<u32> {
    let able = |w: &usize| {
        model.workers.get(*w).is_some_and(|worker| {
            part.skills.iter().all(|skill| worker.skills.contains(skill)) && !part.blocked.contains(w)
        })
    };
    (0..model.workers.len()).filter(able).map(|w| w as u32).collect()
}

/// All parts of all tasks, then a first and a last node for each worker.
fn stops(model: &Model, parts: &[(usize, &Part)]) -> Vec<Stop> {
    let nowhere = model.places as u32;
    let place = |p: Option<usize>| p.filter(|p| *p < model.places).map_or(nowhere, |p| p as u32);
    let mut stops: Vec<Stop> = parts
        .iter()
        .map(|(task, part)| Stop {
            place: place(Some(part.place)),
            task: *task as u32,
            earliest: tick(part.earliest),
            due: tick(part.due).min(tick(part.latest)).max(-FOREVER),
            latest: tick(part.latest),
            duration: part.duration.clamp(0, FOREVER),
            lateness: part.lateness.clamp(0, MOST_PER_TICK as i32),
            load: part.load,
            longest_ride: part.ride.0.clamp(0, FOREVER),
            ride_cost: part.ride.1.clamp(0, MOST_PER_TICK as i32),
        })
        .collect();
    for worker in &model.workers {
        let (from, to) = (tick(worker.shift.0), tick(worker.shift.1));
        let node = |place, latest| Stop {
            place,
            task: NONE,
            earliest: from,
            due: latest,
            latest,
            duration: 0,
            lateness: 0,
            load: 0,
            longest_ride: FOREVER,
            ride_cost: 0,
        };
        stops.push(node(place(worker.start), from));
        stops.push(node(place(worker.end), to));
    }
    stops
}

fn jobs(model: &Model) -> Vec<Job> {
    let mut first = 0;
    let mut jobs = Vec::with_capacity(model.tasks.len());
    for task in &model.tasks {
        let count = task.parts.len() as u32;
        let transfer = task.bond == Bond::Transfer && count == 2;
        let (grave, costs) = match task.absence {
            Absence::Grave(weight) => (weight.clamp(1, MOST_COST), 0),
            Absence::Costs(cost) => (0, cost.clamp(0, MOST_COST)),
        };
        let linked = count > 1 && !transfer;
        jobs.push(Job {
            first,
            parts: count,
            bond: task.bond,
            linked,
            transfer,
            pinned: task.pinned,
            grave,
            costs,
        });
        first += count;
    }
    jobs
}

/// A table `part × worker` of what differs between workers, or nothing where nothing does.
fn by_worker<T: Copy>(
    differs: bool,
    parts: &[(usize, &Part)],
    workers: usize,
    usual: impl Fn(&Part) -> T,
    special: impl Fn(&Part, &mut [T]),
) -> Vec<T> {
    let mut table = Vec::new();
    for (_, part) in parts.iter().filter(|_| differs) {
        let begin = table.len();
        table.resize(begin + workers, usual(part));
        special(part, &mut table[begin..]);
    }
    table
}

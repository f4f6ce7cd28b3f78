//! Where a task of one stop costs least. Whether a spot is feasible is one comparison with the latest start of the
//! node behind it; only where somebody would be late is the delay followed.

use super::{
    clock::clear,
    dense::{Dense, Stop},
    memory::{Cell, Known},
    probe::Push,
    random::Random,
    state::State,
    timing::start_after,
    tools::Tools,
};

/// What a worker costs who has nothing to do so far, where the fewest count.
const NEW_WORKER: i64 = 1 << 40;

/// Behind which node of which worker, and what it adds.
#[derive(Debug, Clone, Copy)]
pub(super) struct Spot {
    pub cost: i64,
    pub prev: u32,
}

/// Skips a position every now and then, so that greed does not always end in the same place (SISR's *blinks*).
#[derive(Debug)]
pub(super) struct Blink {
    left: u32,
    /// How far apart blinks are: drawn beforehand, because logarithms take longer than positions.
    gaps: Vec<u32>,
}

impl Blink {
    const GAPS: usize = 1024;

    pub(super) fn new(rate: f64, random: &mut Random) -> Self {
        let mut gap = || ((1.0 - random.unit()).ln() / (1.0 - rate).ln()).min(1e6) as u32;
        let gaps: Vec<u32> = (0..Self::GAPS).map(|_| gap()).collect();
        Self { left: gap(), gaps }
    }

    #[inline]
    pub(super) fn skips(&mut self, random: &mut Random) -> bool {
        if self.left == 0 {
            self.left = self.gaps[random.below(Self::GAPS)];
            return true;
        }
        self.left -= 1;
        false
    }
}

/// Which empty workers were tried already: one of a class is as good as another.
#[derive(Debug, Default)]
pub(super) struct Tried {
    stamp: u32,
    classes: Vec<(u32, u32)>,
}

impl Tried {
    pub(super) fn reset(&mut self, dense: &Dense) {
        self.stamp = self.stamp.wrapping_add(1);
        if self.classes.len() != dense.classes || self.stamp == 0 {
            self.classes.clear();
            self.classes.resize(dense.classes, (0, 0));
            self.stamp = 1;
        }
    }

    /// Whether another `most` of the class were tried before.
    pub(super) fn enough(&mut self, class: u32, most: u32) -> bool {
        let (stamp, count) = &mut self.classes[class as usize];
        if *stamp != self.stamp {
            (*stamp, *count) = (self.stamp, 0);
        }
        *count += 1;
        *count > most
    }
}

/// A stop on its way into the round of one worker: what does not change from position to position.
pub(super) struct Visit<'a> {
    dense: &'a Dense,
    pub stop: u32,
    s: Stop,
    breaks: &'a [(i32, i32)],
    table: usize,
    duration: i32,
    /// What the worker adds by taking it at all.
    base: i64,
    empty: bool,
}

/// One position in a round, as seen by a stop that might go there.
pub(super) struct Fit {
    pub start: i32,
    /// When the next node could start.
    pub next_start: i32,
    /// What travelling and being late oneself adds.
    pub sure: i64,
    /// The same, and at least what making others late adds.
    pub bound: i64,
}

/// A spot that makes others late, at a price still to be found out.
pub(super) struct Waiting {
    bound: i64,
    sure: i64,
    prev: u32,
    start: i32,
    next_start: i32,
}

/// A round to be looked at when what is remembered of the others is known.
#[derive(Debug, Clone, Copy)]
pub(super) struct Later {
    pub worker: u32,
    /// What a spot there costs at least.
    pub least: i64,
    /// Its harmless spots, or its cheap ones, are known already.
    pub known: bool,
}

/// The best so far, and what to stay below.
struct Best {
    spot: Option<Spot>,
    limit: i64,
}

impl<'a> Visit<'a> {
    pub(super) fn new(dense: &'a Dense, state: &State, stop: u32, worker: usize) -> Self {
        let hand = &dense.hands[worker];
        let empty = state.len[worker] == 0;
        let new = if dense.fewest_workers { NEW_WORKER } else { 0 } + hand.fixed_cost;
        Self {
            dense,
            stop,
            s: dense.stops[stop as usize],
            breaks: &hand.breaks,
            table: hand.table,
            duration: dense.duration(stop, worker),
            base: dense.affinity(stop, worker) + if empty { new } else { 0 },
            empty,
        }
    }

    pub(super) const fn base(&self) -> i64 {
        self.base
    }

    /// The position behind `prev`; `None` if time does not allow it, or if it cannot stay below `limit`.
    #[expect(clippy::inline_always, reason = "a call for each position is a third of the whole search")]
    #[inline(always)]
    pub(super) fn fit(&self, state: &State, prev: u32, limit: i64) -> Option<Fit> {
        let (dense, s) = (self.dense, &self.s);
        let before = &state.nodes[prev as usize];
        let after = &state.nodes[before.next as usize];
        let there = dense.way_to(self.table, before.place, s.place);
        let on = dense.way(self.table, s.place, after.place);
        let mut sure = self.base + i64::from(there.cost) + i64::from(on.cost);
        if !self.empty {
            sure -= i64::from(dense.way(self.table, before.place, after.place).cost);
        }
        if sure >= limit {
            return None;
        }
        let (start, next_start);
        if self.breaks.is_empty() {
            start = (before.leave + there.time).max(s.earliest);
            next_start = (start + self.duration + on.time).max(dense.stops[before.next as usize].earliest);
        } else {
            let worker = before.worker as usize;
            start = start_after(dense, worker, before.leave, there.time, self.stop);
            next_start = start_after(dense, worker, start + self.duration, on.time, before.next);
        }
        if start > s.latest || next_start > after.hard {
            return None;
        }
        let mut bound = sure;
        if dense.any_lateness {
            let late = start - s.due;
            if late > 0 && s.lateness > 0 {
                sure += i64::from(s.lateness) * i64::from(late);
                sure += dense.worst_lateness * i64::from((late - state.worst).max(0));
            }
            bound = sure + dense.least_lateness * i64::from((next_start - after.free).max(0));
            if bound >= limit {
                return None;
            }
        }
        Some(Fit { start, next_start, sure, bound })
    }
}

impl State {
    /// Whether the load fits in between a node and the next.
    #[inline]
    pub(super) fn carries(&self, dense: &Dense, stop: u32, worker: usize, prev: u32) -> bool {
        if !dense.two_way {
            return self.bears(dense, stop, worker);
        }
        let load = dense.stops[stop as usize].load;
        let before = &self.carried[prev as usize];
        let after = &self.carried[self.nodes[prev as usize].next as usize];
        let most = before.after.max(after.peak).saturating_add(load);
        most <= dense.hands[worker].capacity
    }

    /// The cheapest spot for a task of one stop. Spots that make nobody else late come first: most of the others
    /// need no closer look then.
    pub(super) fn best_spot(&self, dense: &Dense, stop: u32, tools: &mut Tools) -> Option<Spot> {
        let mut best = Best { spot: None, limit: i64::MAX };
        tools.tried.reset(dense);
        tools.waiting.clear();
        tools.later.clear();
        for worker in &dense.may[stop as usize] {
            let w = *worker as usize;
            if self.closed[w]
                || (self.len[w] == 0 && tools.tried.enough(dense.hands[w].class, 1))
                || !self.bears(dense, stop, w)
            {
                continue;
            }
            let version = self.version[w];
            if !tools.memory.keeps(version) {
                tools.later.push(Later { worker: *worker, least: i64::MIN, known: false });
                continue;
            }
            let visit = Visit::new(dense, self, stop, w);
            let cell = tools.memory.cell(stop, w, version, || self.survey(dense, &visit, w));
            for known in &cell.spots {
                let cost = visit.base + i64::from(known.cost);
                if known.cost == i32::MAX || cost >= best.limit {
                    break;
                }
                if !tools.blink.skips(&mut tools.random) {
                    best = Best { spot: Some(Spot { cost, prev: known.prev }), limit: cost };
                    break;
                }
            }
            let least = visit.base + i64::from(cell.rest);
            if cell.rest < i32::MAX && least < best.limit {
                tools.later.push(Later { worker: *worker, least, known: true });
            }
        }
        for i in 0..tools.later.len() {
            let later = tools.later[i];
            if later.least < best.limit {
                self.look(dense, stop, later, &mut best, tools);
            }
        }
        self.follow(dense, stop, best.spot, tools)
    }

    /// Whether someone can carry one more, where the sum tells.
    fn bears(&self, dense: &Dense, stop: u32, worker: usize) -> bool {
        !dense.any_load
            || dense.two_way
            || self.load[worker] + i64::from(dense.stops[stop as usize].load)
                <= i64::from(dense.hands[worker].capacity)
    }

    /// All positions in one round, for memory.
    fn survey(&self, dense: &Dense, visit: &Visit<'_>, worker: usize) -> Cell {
        let mut cell = Cell::new(self.version[worker]);
        let (base, s) = (visit.base, &visit.s);
        let last = dense.last_of(worker);
        let mut prev = dense.first_of(worker);
        while prev != last {
            let before = &self.nodes[prev as usize];
            if before.leave > s.latest {
                break;
            }
            let limit = if dense.any_lateness { i64::MAX } else { base + i64::from(cell.limit()) };
            if let Some(fit) = visit.fit(self, prev, limit)
                && (!dense.two_way || self.carries(dense, visit.stop, worker, prev))
            {
                let own = if s.lateness > 0 { (fit.start - s.due).max(0) } else { 0 };
                if own > 0 || fit.bound > fit.sure {
                    let worst = dense.worst_lateness * i64::from((own - self.worst).max(0));
                    let least = (fit.bound - worst - base).min(i64::from(i32::MAX - 1));
                    cell.rest = cell.rest.min(least as i32);
                } else {
                    cell.offer(Known { cost: (fit.sure - base) as i32, prev, second: 0 });
                }
            }
            prev = before.next;
        }
        cell
    }

    /// All positions in one round, now. Of a known round only those that make anybody late.
    fn look(&self, dense: &Dense, stop: u32, later: Later, best: &mut Best, tools: &mut Tools) {
        let w = later.worker as usize;
        let s = &dense.stops[stop as usize];
        let visit = Visit::new(dense, self, stop, w);
        let last = dense.last_of(w);
        let mut prev = dense.first_of(w);
        while prev != last {
            let before = &self.nodes[prev as usize];
            if before.leave > s.latest {
                break;
            }
            if !tools.blink.skips(&mut tools.random)
                && let Some(fit) = visit.fit(self, prev, best.limit)
                && (!dense.two_way || self.carries(dense, stop, w, prev))
            {
                let Fit { start, next_start, sure, bound } = fit;
                if bound > sure {
                    tools.waiting.push(Waiting { bound, sure, prev, start, next_start });
                } else if !later.known || (s.lateness > 0 && start > s.due) {
                    *best = Best { spot: Some(Spot { cost: sure, prev }), limit: sure };
                }
            }
            prev = before.next;
        }
    }

    /// Follows the delays of the spots that make others late, as far as they may beat the best.
    fn follow(&self, dense: &Dense, stop: u32, best: Option<Spot>, tools: &mut Tools) -> Option<Spot> {
        let Tools { waiting, probe, .. } = tools;
        let mut best = best;
        let mut limit = best.map_or(i64::MAX, |b| b.cost);
        waiting.retain(|w| w.bound < limit);
        waiting.sort_unstable_by_key(|w| (w.bound, w.prev));
        let s = &dense.stops[stop as usize];
        for spot in waiting.iter() {
            if spot.bound >= limit {
                break;
            }
            let worst = if s.lateness > 0 { self.worst.max(spot.start - s.due) } else { self.worst };
            let push = Push { node: self.nodes[spot.prev as usize].next, start: spot.next_start };
            if let Some(late) = probe.run(dense, self, &[push], worst, limit.saturating_sub(spot.sure)) {
                limit = spot.sure + late;
                best = Some(Spot { cost: limit, prev: spot.prev });
            }
        }
        best
    }
}

/// Moves a start out of the breaks of a worker.
pub(super) fn off_break(dense: &Dense, stop: u32, worker: usize, start: i32) -> i32 {
    let breaks = &dense.hands[worker].breaks;
    if breaks.is_empty() { start } else { clear(breaks, start, dense.duration(stop, worker)) }
}

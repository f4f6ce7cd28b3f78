//! Where the parts of a linked task cost least together: the positions of each part in the order of what each costs at
//! least, and all combinations that can still beat the best, by a search that goes deep first.

use super::{
    dense::{Dense, NONE},
    model::MOST_PARTS,
    probe::{Probe, Push},
    spot::{Visit, off_break},
    state::State,
    timing::{agree, start_after},
    tools::Tools,
};

/// A position of one part.
#[derive(Debug, Clone, Copy)]
pub(super) struct Candidate {
    bound: i64,
    /// Without any lateness.
    sure: i64,
    worker: u32,
    prev: u32,
    /// The start as far as this round is concerned.
    start: i32,
    /// The linked stops before and behind it in this round: the task would have to be between them in the order.
    low: u32,
    high: u32,
}

/// A round with spots for a part: remembered, or looked at just now.
#[derive(Debug, Clone, Copy)]
struct Source {
    least: i64,
    list: Option<usize>,
    begin: usize,
    end: usize,
}

/// Where all parts go.
#[derive(Debug, Clone, Copy)]
pub(super) struct TeamSpot {
    pub cost: i64,
    pub prev: [u32; MOST_PARTS],
    pub low: u32,
    pub high: u32,
}

/// Working memory.
#[derive(Debug, Default)]
pub(super) struct Teams {
    candidates: [Vec<Candidate>; MOST_PARTS],
    fresh: [Vec<Candidate>; MOST_PARTS],
    sources: [Vec<Source>; MOST_PARTS],
    /// What the best came to above the sum of the cheapest parts, of late.
    slack: i64,
    best: Option<TeamSpot>,
    /// Cheapest of all parts from each on.
    rest: [i64; MOST_PARTS + 1],
    /// Combinations looked at.
    looked: u32,
    /// Combinations that make others late, by what they cost at least.
    waiting: Vec<(i64, [u32; MOST_PARTS])>,
}

/// Combinations looked at, at most.
const MOST_LOOKS: u32 = 20_000;

impl Teams {
    /// The cheapest spots for a linked task. First only among spots that cost little more than the cheapest of their
    /// part; whatever is found then tells how much more is worth looking at.
    pub(super) fn best(
        &mut self,
        dense: &Dense,
        state: &State,
        task: u32,
        tools: &mut Tools,
    ) -> Option<TeamSpot> {
        let job = &dense.jobs[task as usize];
        let parts = job.parts as usize;
        self.best = None;
        let mut least = [0; MOST_PARTS];
        for (part, stop) in dense.stops_of(task).enumerate() {
            self.gather(dense, state, part, stop, job.parts, tools);
            least[part] = self.sources[part].iter().map(|s| s.least).min()?;
        }
        let sum: i64 = least[..parts].iter().sum();
        let mut slack = self.slack;
        loop {
            self.rest[parts] = 0;
            for part in (0..parts).rev() {
                self.collect(part, least[part].saturating_add(slack), tools);
                let first = self.candidates[part].first().map_or(i64::from(u32::MAX), |c| c.bound);
                self.rest[part] = self.rest[part + 1] + first;
            }
            self.looked = 0;
            self.waiting.clear();
            let mut chosen = [0; MOST_PARTS];
            self.deepen(dense, state, task, 0, 0, &mut chosen, &mut tools.probe);
            self.weigh_waiting(dense, state, task, &mut tools.probe);
            match &self.best {
                Some(best) => {
                    let needed = best.cost - sum;
                    if needed <= slack {
                        self.slack = (7 * self.slack + 2 * needed.clamp(0, 1 << 40)) / 8;
                        return self.best;
                    }
                    slack = needed;
                }
                None if slack == i64::MAX => return None,
                None => slack = if slack > 1 << 40 { i64::MAX } else { 8 * slack.max(8) },
            }
        }
    }

    /// Rounds a part could go into, with their spots.
    fn gather(
        &mut self,
        dense: &Dense,
        state: &State,
        part: usize,
        stop: u32,
        parts: u32,
        tools: &mut Tools,
    ) {
        let (fresh, sources) = (&mut self.fresh[part], &mut self.sources[part]);
        fresh.clear();
        sources.clear();
        tools.tried.reset(dense);
        for worker in &dense.may[stop as usize] {
            let w = *worker as usize;
            if state.closed[w] || (state.len[w] == 0 && tools.tried.enough(dense.hands[w].class, parts)) {
                continue;
            }
            let version = state.version[w];
            if tools.memory.keeps_lists(version) {
                let list = tools.memory.list(stop, w, version, |list| {
                    state.team_spots(dense, stop, w, list);
                    list.sort_unstable_by_key(|c| (c.bound, c.prev));
                });
                if let Some(first) = tools.memory.spots(list).first() {
                    sources.push(Source { least: first.bound, list: Some(list), begin: 0, end: 0 });
                }
                continue;
            }
            let begin = fresh.len();
            state.team_spots(dense, stop, w, fresh);
            if let Some(least) = fresh[begin..].iter().map(|c| c.bound).min() {
                sources.push(Source { least, list: None, begin, end: fresh.len() });
            }
        }
    }

    /// The spots of a part up to a bound, cheapest first.
    fn collect(&mut self, part: usize, most: i64, tools: &mut Tools) {
        let candidates = &mut self.candidates[part];
        candidates.clear();
        for source in self.sources[part].iter().filter(|s| s.least <= most) {
            match source.list {
                Some(list) => {
                    for spot in tools.memory.spots(list).iter().take_while(|c| c.bound <= most) {
                        if !tools.blink.skips(&mut tools.random) {
                            candidates.push(*spot);
                        }
                    }
                }
                None => {
                    for spot in self.fresh[part][source.begin..source.end].iter().filter(|c| c.bound <= most)
                    {
                        if !tools.blink.skips(&mut tools.random) {
                            candidates.push(*spot);
                        }
                    }
                }
            }
        }
        candidates.sort_unstable_by_key(|c| (c.bound, c.prev));
    }

    #[expect(clippy::too_many_arguments, reason = "a recursion that carries its state on the stack")]
    fn deepen(
        &mut self,
        dense: &Dense,
        state: &State,
        task: u32,
        part: usize,
        bound: i64,
        chosen: &mut [usize; MOST_PARTS],
        probe: &mut Probe,
    ) {
        let parts = dense.jobs[task as usize].parts as usize;
        if part == parts {
            self.looked += 1;
            self.weigh(dense, state, task, &chosen[..parts], probe, true);
            return;
        }
        for i in 0..self.candidates[part].len() {
            let candidate = self.candidates[part][i];
            let limit = self.best.as_ref().map_or(i64::MAX, |b| b.cost);
            if bound + candidate.bound + self.rest[part + 1] >= limit || self.looked >= MOST_LOOKS {
                return;
            }
            let mut earlier = chosen.iter().take(part).enumerate();
            if earlier.any(|(p, c)| self.candidates[p][*c].worker == candidate.worker) {
                continue;
            }
            chosen[part] = i;
            self.deepen(dense, state, task, part + 1, bound + candidate.bound, chosen, probe);
        }
    }

    /// The combinations that make others late, as far as they may beat the best.
    fn weigh_waiting(&mut self, dense: &Dense, state: &State, task: u32, probe: &mut Probe) {
        let parts = dense.jobs[task as usize].parts as usize;
        let mut waiting = std::mem::take(&mut self.waiting);
        let limit = self.best.as_ref().map_or(i64::MAX, |b| b.cost);
        waiting.retain(|w| w.0 < limit);
        waiting.sort_unstable();
        for (bound, chosen) in &waiting {
            if *bound >= self.best.as_ref().map_or(i64::MAX, |b| b.cost) {
                break;
            }
            let chosen = chosen.map(|c| c as usize);
            self.weigh(dense, state, task, &chosen[..parts], probe, false);
        }
        self.waiting = waiting;
    }

    /// One combination, exactly; what makes others late is put off where that is allowed and something is known
    /// already.
    fn weigh(
        &mut self,
        dense: &Dense,
        state: &State,
        task: u32,
        chosen: &[usize],
        probe: &mut Probe,
        put_off: bool,
    ) {
        let job = &dense.jobs[task as usize];
        let limit = self.best.as_ref().map_or(i64::MAX, |b| b.cost);
        let mut starts = [0; MOST_PARTS];
        let (mut low, mut high, mut sure) = (0, u32::MAX, 0);
        for (part, choice) in chosen.iter().enumerate() {
            let candidate = &self.candidates[part][*choice];
            starts[part] = candidate.start;
            let rank = |node: u32| state.rank[dense.stops[node as usize].task as usize];
            low = low.max(if candidate.low == NONE { 0 } else { rank(candidate.low) + 1 });
            high = high.min(if candidate.high == NONE {
                state.order.len() as u32
            } else {
                rank(candidate.high)
            });
            sure += candidate.sure;
        }
        if low > high {
            return;
        }
        let starts = &mut starts[..chosen.len()];
        agree(job.bond, starts);
        let mut pushes = [Push { node: 0, start: 0 }; MOST_PARTS];
        let (mut worst, mut late, mut pushed) = (state.worst, 0, 0);
        for (part, choice) in chosen.iter().enumerate() {
            let candidate = &self.candidates[part][*choice];
            let stop = job.first + part as u32;
            let worker = candidate.worker as usize;
            let s = &dense.stops[stop as usize];
            let start = off_break(dense, stop, worker, starts[part]);
            if start > s.latest {
                return;
            }
            let next = state.nodes[candidate.prev as usize].next;
            let after = &state.nodes[next as usize];
            let way = dense.time(dense.hands[worker].table, s.place, after.place);
            let leave = start + dense.duration(stop, worker);
            let next_start = start_after(dense, worker, leave, way, next);
            if next_start > after.hard {
                return;
            }
            pushes[part] = Push { node: next, start: next_start };
            if s.lateness > 0 && start > s.due {
                late += i64::from(s.lateness) * i64::from(start - s.due);
                worst = worst.max(start - s.due);
            }
            pushed = pushed.max(next_start - after.free);
        }
        let mut cost = sure + late + dense.worst_lateness * i64::from(worst - state.worst);
        if dense.any_lateness && pushed > 0 {
            let bound = cost + dense.least_lateness * i64::from(pushed);
            if bound >= limit {
                return;
            }
            if put_off && self.best.is_some() {
                let mut kept = [0; MOST_PARTS];
                for (kept, choice) in kept.iter_mut().zip(chosen) {
                    *kept = *choice as u32;
                }
                self.waiting.push((bound, kept));
                return;
            }
            let room = limit.saturating_sub(cost);
            let Some(more) = probe.run(dense, state, &pushes[..chosen.len()], worst, room) else { return };
            cost += more;
        }
        if cost < limit {
            let mut prev = [0; MOST_PARTS];
            for (part, choice) in chosen.iter().enumerate() {
                prev[part] = self.candidates[part][*choice].prev;
            }
            self.best = Some(TeamSpot { cost, prev, low, high });
        }
    }
}

impl State {
    /// All spots of a part in one round, in no particular order.
    fn team_spots(&self, dense: &Dense, stop: u32, w: usize, found: &mut Vec<Candidate>) {
        let s = &dense.stops[stop as usize];
        let visit = Visit::new(dense, self, stop, w);
        let last = dense.last_of(w);
        let mut prev = dense.first_of(w);
        let mut low = NONE;
        let mut open = found.len();
        while prev != last {
            let before = &self.nodes[prev as usize];
            if before.leave > s.latest {
                break;
            }
            if let Some(fit) = visit.fit(self, prev, i64::MAX)
                && self.carries(dense, stop, w, prev)
            {
                let own = if s.lateness > 0 { (fit.start - s.due).max(0) } else { 0 };
                let worst = dense.worst_lateness * i64::from((own - self.worst).max(0));
                found.push(Candidate {
                    bound: fit.bound - worst,
                    sure: fit.sure - worst - i64::from(s.lateness) * i64::from(own),
                    worker: w as u32,
                    prev,
                    start: fit.start,
                    low,
                    high: NONE,
                });
            }
            prev = before.next;
            if Self::is_linked(dense, prev) {
                found[open..].iter_mut().for_each(|c| c.high = prev);
                open = found.len();
                low = prev;
            }
        }
        // the rest of the round was not looked at: what is linked there still limits the rank
        while prev != last && open < found.len() {
            prev = self.nodes[prev as usize].next;
            if Self::is_linked(dense, prev) {
                found[open..].iter_mut().for_each(|c| c.high = prev);
                break;
            }
        }
    }
}

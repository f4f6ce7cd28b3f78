//! Where a pair costs least: for each position of the first stop all later ones of the second, following the delay and
//! the load in between.

use super::{
    dense::{Dense, NONE},
    memory::{Cell, Known},
    ride::NEVER,
    spot::{Later, Visit},
    state::{Node, State},
    timing::start_after,
    tools::Tools,
};

/// Behind which nodes; the same one twice puts the second directly behind the first.
#[derive(Debug, Clone, Copy)]
pub(super) struct PairSpot {
    pub cost: i64,
    pub first: u32,
    pub second: u32,
}

/// The best so far, and what to stay below.
struct Best {
    spot: Option<PairSpot>,
    limit: i64,
}

impl Best {
    /// What a spot in a round may add at most to win.
    fn within(&self, base: i64) -> i32 {
        i32::try_from(self.limit.saturating_sub(base).max(1)).unwrap_or(i32::MAX)
    }

    /// Takes what is remembered of a round, if it is better.
    fn recall(&mut self, cell: &Cell, base: i64, tools: &mut Tools) {
        for known in &cell.spots {
            let cost = base + i64::from(known.cost);
            if known.cost == i32::MAX || cost >= self.limit {
                return;
            }
            if !tools.blink.skips(&mut tools.random) {
                let spot = PairSpot { cost, first: known.prev, second: known.second };
                *self = Self { spot: Some(spot), limit: cost };
                return;
            }
        }
    }
}

/// What putting a pair in usually adds. Spots that add several times as much are looked for only where there are no
/// others: to find all of them in every round takes most of the time and is hardly ever of use.
#[derive(Debug, Default)]
pub(super) struct Usual(Option<i64>);

impl Usual {
    /// So many times as much.
    const SEVERAL: i64 = 16;

    fn most(&self) -> i32 {
        let most = self.0.map_or(i64::MAX, |usual| usual.saturating_mul(Self::SEVERAL).max(1));
        i32::try_from(most).unwrap_or(i32::MAX)
    }

    /// Follows the median: what is exceeded as often as not, whatever the few dear ones cost.
    fn learn(&mut self, added: i64) {
        let added = added.max(1);
        self.0 = Some(self.0.map_or(added, |usual| {
            let step = usual / 32 + 1;
            if added > usual { usual + step } else { (usual - step).max(1) }
        }));
    }
}

impl State {
    /// The cheapest spots for a pair. Rounds that did not change come first, by what is remembered of them; then those in
    /// which nothing cheap enough was found to be remembered, as far as they may still win.
    pub(super) fn best_pair(&self, dense: &Dense, task: u32, tools: &mut Tools) -> Option<PairSpot> {
        let pick = dense.jobs[task as usize].first;
        let drop = pick + 1;
        let mut best = Best { spot: None, limit: i64::MAX };
        let base = |w: usize| Visit::new(dense, self, pick, w).base() + dense.affinity(drop, w);
        tools.tried.reset(dense);
        tools.later.clear();
        for worker in &dense.may[pick as usize] {
            let w = *worker as usize;
            if self.closed[w]
                || dense.may[drop as usize].binary_search(worker).is_err()
                || (self.len[w] == 0 && tools.tried.enough(dense.hands[w].class, 1))
            {
                continue;
            }
            let version = self.version[w];
            if !tools.memory.keeps(version) {
                tools.later.push(Later { worker: *worker, least: i64::MIN, known: false });
                continue;
            }
            let base = base(w);
            let most = tools.usual.most().min(best.within(base));
            let cell = tools.memory.cell(pick, w, version, || self.survey_pairs(dense, pick, w, most));
            best.recall(&cell, base, tools);
            if cell.rest < i32::MAX {
                let least = base + i64::from(cell.rest);
                tools.later.push(Later { worker: *worker, least, known: true });
            }
        }
        for i in 0..tools.later.len() {
            let Later { worker, least, known } = tools.later[i];
            if least >= best.limit {
                continue;
            }
            let w = worker as usize;
            let base = base(w);
            if known {
                let cell = self.survey_pairs(dense, pick, w, best.within(base));
                tools.memory.renew(pick, w, cell);
                best.recall(&cell, base, tools);
                if cell.rest > 0 {
                    continue;
                }
            }
            let limit = best.limit;
            let mut blinks = || tools.blink.skips(&mut tools.random);
            self.pairs(dense, pick, w, base, limit, &mut blinks, &mut |spot| {
                best = Best { spot: Some(spot), limit: spot.cost };
                spot.cost
            });
        }
        if let Some(spot) = best.spot {
            let worker = self.nodes[spot.first as usize].worker as usize;
            tools.usual.learn(spot.cost - base(worker));
        }
        best.spot
    }

    /// The cheapest spots of a pair in one round, to be remembered: those that add less than `most`.
    fn survey_pairs(&self, dense: &Dense, pick: u32, w: usize, most: i32) -> Cell {
        let mut cell = Cell::new(self.version[w]);
        cell.rest = most;
        self.pairs(dense, pick, w, 0, i64::from(most), &mut || false, &mut |spot| {
            match i32::try_from(spot.cost) {
                Ok(cost) if cost < i32::MAX => {
                    cell.offer(Known { cost, prev: spot.first, second: spot.second });
                }
                _ => cell.rest = 0,
            }
            i64::from(cell.limit().min(most))
        });
        cell
    }

    /// All pairs of positions in one round below a limit that falls as `found` says.
    #[expect(clippy::too_many_arguments, reason = "one search, with and without memory")]
    fn pairs(
        &self,
        dense: &Dense,
        pick: u32,
        w: usize,
        base: i64,
        limit: i64,
        blinks: &mut dyn FnMut() -> bool,
        found: &mut dyn FnMut(PairSpot) -> i64,
    ) {
        let drop = pick + 1;
        let (p, d) = (&dense.stops[pick as usize], &dense.stops[drop as usize]);
        let mut limit = limit;
        let last = dense.last_of(w);
        let mut prev = dense.first_of(w);
        while prev != last {
            let before = &self.nodes[prev as usize];
            if before.leave > p.latest {
                break;
            }
            if !self.amid(before, p.place) && !blinks() {
                self.second(dense, (pick, p), (drop, d), w, prev, base, &mut limit, found);
            }
            prev = before.next;
        }
    }

    /// Whether the next stop is at this place as well, and nobody waits before it. Where many loads are taken at one
    /// counter the order does not matter: behind the last of them is as good as between any two.
    fn amid(&self, before: &Node, place: u32) -> bool {
        let next = &self.nodes[before.next as usize];
        before.place == place && next.place == place && next.start == before.leave && next.next != NONE
    }

    #[expect(clippy::too_many_arguments, reason = "the inner loop of one search")]
    fn second(
        &self,
        dense: &Dense,
        (pick, p): (u32, &super::dense::Stop),
        (drop, d): (u32, &super::dense::Stop),
        w: usize,
        prev: u32,
        base: i64,
        limit: &mut i64,
        found: &mut dyn FnMut(PairSpot) -> i64,
    ) {
        let hand = &dense.hands[w];
        let table = hand.table;
        let before = &self.nodes[prev as usize];
        let there = dense.way_to(table, before.place, p.place);
        let onward = i64::from(dense.way(table, p.place, self.nodes[before.next as usize].place).cost);
        let mut cost = base + i64::from(there.cost);
        if self.len[w] > 0 {
            cost -= i64::from(self.onward[prev as usize].cost);
        }
        // Fetching alone costs too much. Where a detour is quicker than the direct way a spot is overlooked, never a rule.
        if cost + onward >= *limit {
            return;
        }
        let carried = self.carried.get(prev as usize).map_or(0, |c| c.after);
        if carried.saturating_add(p.load) > hand.capacity {
            return;
        }
        let start = start_after(dense, w, before.leave, there.time, pick);
        if start > p.latest {
            return;
        }
        let late =
            |s: &super::dense::Stop, start: i32| i64::from(s.lateness) * i64::from((start - s.due).max(0));
        cost += late(p, start);
        if cost + onward >= *limit {
            return;
        }
        // when it leaves where it is loaded, once that is known
        let mut left = NEVER;
        // the node the second one would follow, as it would be then
        let (mut at, mut place, mut leave) = (prev, p.place, start + dense.duration(pick, w));
        loop {
            let next = self.nodes[at as usize].next;
            let after = &self.nodes[next as usize];
            // directly behind what comes so far
            let way = dense.way_to(table, place, d.place);
            let on = dense.way(table, d.place, after.place);
            let drop_start = start_after(dense, w, leave, way.time, drop);
            if drop_start > d.latest {
                return;
            }
            let direct =
                if at == prev { dense.way(table, p.place, after.place) } else { self.onward[at as usize] };
            let old = if at == prev { 0 } else { i64::from(direct.cost) };
            let whole = cost + i64::from(way.cost) + i64::from(on.cost) - old
                + late(d, drop_start)
                + dense.ride(drop, if left == NEVER { drop_start - way.time } else { left }, drop_start);
            if whole < *limit {
                let gone = drop_start + dense.duration(drop, w);
                let next_start = start_after(dense, w, gone, on.time, next);
                let push = i64::from((next_start - after.free).max(0));
                let whole = whole + dense.least_lateness * push;
                if next_start <= after.hard && whole < *limit {
                    *limit = found(PairSpot { cost: whole, first: prev, second: at });
                }
            }
            // one further
            if !dense.is_real(next) {
                return;
            }
            let next_start = start_after(dense, w, leave, direct.time, next);
            let load = self.carried.get(next as usize).map_or(0, |c| c.after).saturating_add(p.load);
            if next_start > after.hard || load > hand.capacity {
                return;
            }
            if at == prev {
                cost += i64::from(direct.cost);
            }
            if dense.any_ride {
                let is_drop = dense.is_drop(next);
                if left == NEVER && (is_drop || after.place != p.place) {
                    left = next_start - direct.time;
                }
                // what left before is longer on the way by the detour
                if is_drop {
                    let gone = self.left[next as usize - 1];
                    if gone <= before.leave {
                        cost += dense.ride(next, gone, next_start) - dense.ride(next, gone, after.start);
                    }
                }
            }
            let s = &dense.stops[next as usize];
            cost += late(s, next_start) - late(s, after.start);
            if cost >= *limit {
                return;
            }
            (at, place, leave) = (next, after.place, next_start + dense.duration(next, w));
        }
    }
}

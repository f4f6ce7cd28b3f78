//! Where a pair costs least: for each position of the first stop all later ones of the second, following the delay and
//! the load in between.

use super::{
    dense::Dense,
    memory::{Cell, Known},
    ride::NEVER,
    spot::Visit,
    state::State,
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

impl State {
    /// The cheapest spots for a pair.
    pub(super) fn best_pair(&self, dense: &Dense, task: u32, tools: &mut Tools) -> Option<PairSpot> {
        let pick = dense.jobs[task as usize].first;
        let drop = pick + 1;
        let mut best: Option<PairSpot> = None;
        let mut limit = i64::MAX;
        tools.tried.reset(dense);
        for worker in &dense.may[pick as usize] {
            let w = *worker as usize;
            if self.closed[w]
                || dense.may[drop as usize].binary_search(worker).is_err()
                || (self.len[w] == 0 && tools.tried.enough(dense.hands[w].class, 1))
            {
                continue;
            }
            let base = Visit::new(dense, self, pick, w).base() + dense.affinity(drop, w);
            let version = self.version[w];
            let remembered = tools
                .memory
                .keeps(version)
                .then(|| tools.memory.cell(pick, w, version, || self.survey_pairs(dense, pick, w)));
            let Some(cell) = remembered.filter(|cell| cell.rest == i32::MAX) else {
                let mut blinks = || tools.blink.skips(&mut tools.random);
                self.pairs(dense, pick, w, base, limit, &mut blinks, &mut |spot| {
                    (limit, best) = (spot.cost, Some(spot));
                    spot.cost
                });
                continue;
            };
            for known in &cell.spots {
                let cost = base + i64::from(known.cost);
                if known.cost == i32::MAX || cost >= limit {
                    break;
                }
                if !tools.blink.skips(&mut tools.random) {
                    limit = cost;
                    best = Some(PairSpot { cost, first: known.prev, second: known.second });
                    break;
                }
            }
        }
        best
    }

    /// The cheapest spots of a pair in one round, to be remembered.
    fn survey_pairs(&self, dense: &Dense, pick: u32, w: usize) -> Cell {
        let mut cell = Cell::new(self.version[w]);
        self.pairs(dense, pick, w, 0, i64::MAX, &mut || false, &mut |spot| {
            match i32::try_from(spot.cost) {
                Ok(cost) if cost < i32::MAX => {
                    cell.offer(Known { cost, prev: spot.first, second: spot.second });
                }
                _ => cell.rest = 0,
            }
            i64::from(cell.limit())
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
            if !blinks() {
                self.second(dense, (pick, p), (drop, d), w, prev, base, &mut limit, found);
            }
            prev = before.next;
        }
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
        let carried = self.carried.get(prev as usize).map_or(0, |c| c.after);
        if carried.saturating_add(p.load) > hand.capacity {
            return;
        }
        let start = start_after(dense, w, before.leave, dense.time(table, before.place, p.place), pick);
        if start > p.latest {
            return;
        }
        let late =
            |s: &super::dense::Stop, start: i32| i64::from(s.lateness) * i64::from((start - s.due).max(0));
        let mut cost = base + late(p, start) + dense.cost(table, before.place, p.place);
        let onward = self.nodes[before.next as usize].place;
        if self.len[w] > 0 {
            cost -= dense.cost(table, before.place, onward);
        }
        // Fetching alone costs too much. Where a detour is quicker than the direct way a spot is overlooked, never a rule.
        if cost + dense.cost(table, p.place, onward) >= *limit {
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
            let way = dense.time(table, place, d.place);
            let drop_start = start_after(dense, w, leave, way, drop);
            if drop_start > d.latest {
                return;
            }
            let old = if at == prev { 0 } else { dense.cost(table, place, after.place) };
            let whole = cost + dense.cost(table, place, d.place) + dense.cost(table, d.place, after.place)
                - old
                + late(d, drop_start)
                + dense.ride(drop, if left == NEVER { drop_start - way } else { left }, drop_start);
            if whole < *limit {
                let gone = drop_start + dense.duration(drop, w);
                let next_start = start_after(dense, w, gone, dense.time(table, d.place, after.place), next);
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
            let next_start = start_after(dense, w, leave, dense.time(table, place, after.place), next);
            let load = self.carried.get(next as usize).map_or(0, |c| c.after).saturating_add(p.load);
            if next_start > after.hard || load > hand.capacity {
                return;
            }
            if at == prev {
                cost += dense.cost(table, place, after.place);
            }
            if dense.any_ride {
                let is_drop = dense.is_drop(next);
                if left == NEVER && (is_drop || after.place != p.place) {
                    left = next_start - dense.time(table, place, after.place);
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
            (at, place, leave) = (next, after.place, next_start + dense.duration(next, w));
        }
    }
}

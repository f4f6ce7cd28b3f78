//! Who was left out and why: counted without gaps, named nearest first.

use domain::decision::{Excluded, Exclusion, NAMED_PER_REASON};

use crate::board::Board;

/// When in the search someone was left out; each phase goes outwards by itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Phase {
    /// On the way to the shortlist.
    Walk,
    /// On the shortlist, with travel times.
    Examined,
}

/// People left out for one reason.
#[derive(Debug, Clone)]
struct Reason {
    why: Exclusion,
    count: usize,
    /// How many were named on the walk.
    walked: usize,
    /// Rank by distance and slot.
    names: Vec<(u32, u32)>,
}

/// Everyone left out so far.
#[derive(Debug, Clone, Default)]
pub(crate) struct Exclusions(Vec<Reason>);

impl Exclusions {
    fn reason(&mut self, why: Exclusion) -> Option<&mut Reason> {
        if !self.0.iter().any(|r| r.why == why) {
            self.0.push(Reason { why, count: 0, walked: 0, names: Vec::new() });
        }
        self.0.iter_mut().find(|r| r.why == why)
    }

    /// One person; `rank` is their place by distance.
    pub fn add(&mut self, why: Exclusion, slot: u32, rank: u32, phase: Phase) {
        let Some(reason) = self.reason(why) else { return };
        reason.count += 1;
        if phase == Phase::Walk {
            if reason.walked == NAMED_PER_REASON {
                return;
            }
            reason.walked += 1;
        }
        reason.names.push((rank, slot));
    }

    /// People without a place, in order of id.
    pub fn add_absent(&mut self, why: Exclusion, count: usize, slots: impl Iterator<Item = u32>) {
        if count == 0 {
            return;
        }
        let Some(reason) = self.reason(why) else { return };
        reason.count += count;
        reason.names.extend(slots.take(NAMED_PER_REASON).map(|slot| (u32::MAX, slot)));
    }

    /// People who were not looked at one by one.
    pub fn add_uncounted(&mut self, why: Exclusion, count: usize) {
        if count > 0
            && let Some(reason) = self.reason(why)
        {
            reason.count += count;
        }
    }

    /// As it is stored, in the order of the reasons.
    pub fn explain(mut self, board: &Board) -> Vec<Excluded> {
        self.0.sort_unstable_by_key(|r| r.why);
        let named = |mut names: Vec<(u32, u32)>| {
            names.sort_by(|(ra, a), (rb, b)| ra.cmp(rb).then_with(|| board.by_id(*a, *b)));
            names.iter().take(NAMED_PER_REASON).filter_map(|(_, slot)| board.id(*slot).cloned()).collect()
        };
        self.0
            .into_iter()
            .map(|r| Excluded { reason: r.why, count: r.count as u32, caregivers: named(r.names) })
            .collect()
    }
}

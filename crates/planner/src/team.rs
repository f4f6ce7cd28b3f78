//! The best team that can be there together (bathing takes two attendants throughout: Changji annex 1, 助浴).
//!
//! All start at the same instant, the latest of the members' readiness. For a *fixed* start the cost of a team is
//! what the start costs plus what each member costs, so the best team of that start is simply its cheapest members.
//! For a fixed team and fixed openings every cost grows with the start, so only instants count at which some
//! constraint begins to allow: somebody is ready, somebody's break ends or certificate begins. Trying each of those instants gives the
//! best team of everyone examined, without enumerating teams. A lower bound on what no start avoids (detour,
//! workload, wishes) ends the sweep early.

use std::cmp::Ordering;

use domain::{decision::RANKED_KEPT, time::Timestamp};

use crate::{
    constraints::qualification,
    goals::Amounts,
    kept::Kept,
    pick::{Member, Pick},
    search::{Opening, Search},
    travel::Travel,
};

/// What one person costs at some start.
struct Cost {
    score: i64,
    amounts: Amounts,
    member: Member,
}

/// The best team first, then the best of those that came up on the way; at most [`RANKED_KEPT`].
pub(crate) fn ranking<T: Travel, F: Fn(u32, u32) -> Ordering>(
    search: &Search<'_, T, F>,
    kept: &Kept<'_, T>,
    size: usize,
) -> Vec<Pick> {
    let q = search.query;
    let Some(least) = least(search, size) else { return Vec::new() };
    let mut best: Vec<Pick> = Vec::with_capacity(RANKED_KEPT + 1);
    let mut costs = Vec::with_capacity(search.candidates().len());
    for start in starts(search, kept) {
        let common = Amounts::of_start(q.now, q.task.window.latest, start);
        let bound = common.score(q.weights).saturating_add(least);
        if best.len() == RANKED_KEPT && best.last().is_some_and(|worst| bound > worst.score) {
            break;
        }
        let Some(kept) = kept.amounts(start) else { continue };
        let common = common.plus(kept);
        costs.clear();
        costs.extend((0..search.candidates().len()).filter_map(|i| cheapest(search, i, start)));
        costs.sort_by(|a, b| a.score.cmp(&b.score).then_with(|| q.board.by_id(a.member.slot, b.member.slot)));
        offer_teams(search, &costs, size, start, common, &mut best);
    }
    best
}

/// What the cheapest `size` people cost whatever the start; `None` where there are not that many.
fn least<T: Travel, F: Fn(u32, u32) -> Ordering>(search: &Search<'_, T, F>, size: usize) -> Option<i64> {
    let weights = search.query.weights;
    let of = |opening: &Opening, own: Amounts| Amounts { detour: opening.detour, ..own }.score(weights);
    let mut least: Vec<i64> = search
        .candidates()
        .iter()
        .filter_map(|c| search.openings(c).iter().map(|o| of(o, c.own)).min())
        .collect();
    least.sort_unstable();
    (least.len() >= size).then(|| least.iter().take(size).fold(0, |sum, c| i64::saturating_add(sum, *c)))
}

/// Instants at which some constraint begins to allow a start.
fn starts<T: Travel, F: Fn(u32, u32) -> Ordering>(
    search: &Search<'_, T, F>,
    kept: &Kept<'_, T>,
) -> Vec<Timestamp> {
    let q = search.query;
    let mut starts: Vec<Timestamp> = kept.begins(q.latest).collect();
    for person in search.candidates() {
        let ready = search.openings(person).iter().map(|o| o.ready);
        if let (Some(slot), Some(first)) = (q.board.slot(person.slot), ready.clone().min()) {
            starts.extend(slot.calendar.ends(first, q.latest));
            starts.extend(qualification::begins(&slot.worker.profile, first, q.latest));
        }
        starts.extend(ready);
    }
    starts.sort_unstable();
    starts.dedup();
    starts
}

/// The opening from which this person costs least at that start.
fn cheapest<T: Travel, F: Fn(u32, u32) -> Ordering>(
    search: &Search<'_, T, F>,
    candidate: usize,
    start: Timestamp,
) -> Option<Cost> {
    let q = search.query;
    let person = search.candidates().get(candidate)?;
    search
        .openings(person)
        .iter()
        .filter(|opening| opening.ready <= start)
        .filter_map(|opening| {
            let amounts = search.amounts(person, opening, start)?;
            let member = Member { candidate, slot: person.slot, opening: *opening };
            Some(Cost { score: amounts.score(q.weights), amounts, member })
        })
        .min_by_key(|cost| (cost.score, cost.member.opening.position))
}

/// Adds the best team of that start, and those in which the dearest member is replaced by one of the next.
fn offer_teams<T: Travel, F: Fn(u32, u32) -> Ordering>(
    search: &Search<'_, T, F>,
    costs: &[Cost],
    size: usize,
    start: Timestamp,
    common: Amounts,
    best: &mut Vec<Pick>,
) {
    let q = search.query;
    let Some((core, others)) = size.checked_sub(1).and_then(|n| costs.split_at_checked(n)) else { return };
    for last in others.iter().take(RANKED_KEPT) {
        let team = || core.iter().chain([last]);
        let amounts = team().fold(common, |sum, cost| sum.plus(cost.amounts));
        let score = amounts.score(q.weights);
        if best.len() == RANKED_KEPT && best.last().is_some_and(|worst| score > worst.score) {
            break;
        }
        let mut members: Vec<Member> = team().map(|cost| cost.member).collect();
        members.sort_by(|a, b| q.board.by_id(a.slot, b.slot));
        let pick = Pick { score, start, members, amounts };
        keep(best, pick, |a, b| a.compare(b, q.board));
    }
}

/// Keeps the best few, each set of people once.
fn keep(best: &mut Vec<Pick>, pick: Pick, compare: impl Fn(&Pick, &Pick) -> Ordering) {
    let same = |a: &Pick| a.members.iter().map(|m| m.slot).eq(pick.members.iter().map(|m| m.slot));
    if let Some(known) = best.iter().position(same) {
        if best.get(known).is_some_and(|old| compare(old, &pick).is_le()) {
            return;
        }
        best.remove(known);
    }
    let at = best.partition_point(|old| compare(old, &pick).is_le());
    best.insert(at, pick);
    best.truncate(RANKED_KEPT);
}

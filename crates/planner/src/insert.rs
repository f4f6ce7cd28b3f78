//! One visit into the current plan, at once.

use std::cmp::Ordering;

use domain::{
    decision::{Decision, Method},
    id::{CaregiverId, DecisionId},
    time::Timestamp,
};

use crate::{
    board::Board, goals::Goals, kept::Kept, pick::Pick, query::Query, report::Report, search::Search, single,
    task::Task, team, travel::Travel,
};

/// Finds the best person for a visit, or the best team that can be there at the same time, at the best position of
/// their rounds, and says why: the best candidates with the exact terms of their scores, and everyone else by
/// reason.
///
/// The best is exact among those examined: the [`Goals::shortlist`] nearest who pass the rules that need no travel
/// time. While none of them can come, the search goes on outwards, so that "nobody" is said only when it is so.
///
/// Only the seats of [`Task::kept`] that are still free are filled; `chosen` and `ranked` name the newcomers. The
/// people of the board are counted without gaps: considered = able to come + kept + excluded.
pub fn insert<T: Travel>(
    board: &Board,
    task: &Task,
    goals: &Goals,
    travel: &T,
    now: Timestamp,
    id: DecisionId,
) -> Report {
    insert_among(board, task, goals, travel, now, id, Method::Insert, &[])
}

/// What the visit costs with this person in their best position, and when it would start; `None` where they cannot
/// come.
pub fn cost_with<T: Travel>(
    board: &Board,
    task: &Task,
    who: &CaregiverId,
    goals: &Goals,
    travel: &T,
    now: Timestamp,
) -> Option<(i64, Timestamp)> {
    let query = Query::new(board, task, goals, travel, now, &[]);
    let mut search = query.search();
    search.look_at(board.find(who)?);
    let pick = single::best(&search).into_iter().next()?;
    Some((pick.score, pick.start))
}

/// The same without the people in the slots `taken`, sorted: they were given another visit in the same breath.
#[expect(clippy::too_many_arguments, reason = "a question and its whole context; it has two callers")]
pub(crate) fn insert_among<T: Travel>(
    board: &Board,
    task: &Task,
    goals: &Goals,
    travel: &T,
    now: Timestamp,
    id: DecisionId,
    method: Method,
    taken: &[u32],
) -> Report {
    let query = Query::new(board, task, goals, travel, now, taken);
    let mut search = query.search();
    let kept = Kept::of(&query);
    let mut picks = Vec::new();
    if task.missing() > 0 {
        loop {
            search.widen(goals.shortlist.max(1));
            picks = rank(&search, &kept);
            if !picks.is_empty() || search.exhausted() {
                break;
            }
        }
    }
    let best = picks.first();
    let placements = best.map(|pick| pick.placements(&search)).unwrap_or_default();
    let chosen = best.map(|pick| pick.team(board)).unwrap_or_default();
    let nobody = chosen.is_empty() && task.missing() > 0;
    let shortage = nobody.then(|| query.shortage(search.candidates().len()));
    let decision = Decision {
        id,
        order: task.order.clone(),
        at: now,
        method,
        considered: board.len() as u32,
        ranked: picks.iter().map(|p| p.ranked(board, query.weights)).collect(),
        chosen,
        passed_over: None,
        reason: None,
        excluded: search.into_exclusions().explain(board),
        shortage,
    };
    Report { decision, placements }
}

/// The best few answers among those examined so far, best first.
fn rank<T: Travel, F: Fn(u32, u32) -> Ordering>(search: &Search<'_, T, F>, kept: &Kept<'_, T>) -> Vec<Pick> {
    let task = search.query.task;
    match task.missing() {
        0 => Vec::new(),
        1 if task.is_single() => single::best(search),
        size => team::ranking(search, kept, size),
    }
}

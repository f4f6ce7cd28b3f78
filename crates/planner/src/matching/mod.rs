//! Many waiting visits against everyone at once.
//!
//! Layer by layer of [`Priority`](domain::priority::Priority), an emergency before all (Changsha Art. 5 and the
//! platform's own order): no visit of a lower layer takes anybody from a higher one. Inside a layer teams come
//! first, one after another, because they are the hardest to bring together; then all visits that take one person
//! together, as an exact [`assignment`]: first as many as possible, then the least sum of the scores and of what
//! waiting costs those who are left ([`Goals::price_of_waiting`]). Everyone is given at most one new visit, for
//! everyone considers one offer at a time.

mod assignment;
mod costs;
mod layer;

use domain::{
    decision::Method,
    id::{DecisionId, OrderId},
    time::Timestamp,
};

pub use self::costs::Costs;
use self::layer::solve_singles;
use crate::{
    board::Board, goals::Goals, insert::insert_among, query::Query, report::Report, task::Task,
    timetables::Timetables, travel::Travel,
};

/// Solves many waiting visits together; one report per task, in the order of `tasks`.
///
/// `name` names the decision of an order. The same tasks in another order give the same answers.
pub fn match_many<T: Travel>(
    board: &Board,
    tasks: &[Task],
    goals: &Goals,
    travel: &T,
    now: Timestamp,
    mut name: impl FnMut(&OrderId) -> DecisionId,
) -> Vec<Report> {
    let order = in_order(tasks);
    let timetables = Timetables::of(board);
    let mut taken = Vec::new();
    let mut reports: Vec<(usize, Report)> = Vec::with_capacity(tasks.len());
    for layer in order.chunk_by(|(_, a), (_, b)| a.priority == b.priority) {
        let (teams, singles): (Vec<_>, Vec<_>) = layer.iter().partition(|(_, t)| !t.is_single());
        for (at, task) in teams {
            let id = name(&task.order);
            let report = insert_among(board, task, goals, travel, now, id, Method::Match, &taken);
            take(&mut taken, board, &report);
            reports.push((at, report));
        }
        let before = reports.len();
        let ask = |task| Query::new(board, task, goals, travel, now, &taken).sharing(&timetables);
        reports.extend(solve_singles(&singles, ask, &mut name));
        for (_, report) in reports.iter().skip(before) {
            take(&mut taken, board, report);
        }
    }
    reports.sort_by_key(|(at, _)| *at);
    reports.into_iter().map(|(_, report)| report).collect()
}

/// Layer by layer, in a layer the teams first, and the same however they came.
fn in_order(tasks: &[Task]) -> Vec<(usize, &Task)> {
    let mut order: Vec<(usize, &Task)> = tasks.iter().enumerate().collect();
    order.sort_by_key(|(_, t)| (t.priority, t.is_single(), t.window.latest, &t.order));
    order
}

/// Everyone just chosen is no candidate for the next.
fn take(taken: &mut Vec<u32>, board: &Board, report: &Report) {
    taken.extend(report.decision.chosen.iter().filter_map(|id| board.find(id)));
    taken.sort_unstable();
}

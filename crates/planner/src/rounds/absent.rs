//! Why a task is not in the plan.

use super::{
    dense::Dense,
    model::{Absence, Bond, FOREVER, MOST_PARTS, Model},
    spot::Visit,
    state::State,
};

/// Why a task is not in the plan.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Reason {
    /// There is nobody at all.
    NoWorkers,
    /// It has no parts, or more than one plan can hold.
    Malformed,
    /// A place that the model does not have.
    UnknownPlace,
    /// A window ends before it starts, or the most that a bond allows is less than its least.
    EmptyWindow,
    /// Nobody has the skills, or all who have are blocked.
    NobodyMay,
    /// Fewer people may serve it than it takes.
    TooFewPeople,
    /// More than anybody who may serve it can carry.
    TooHeavy,
    /// Nobody who may serve it gets there and back within shift and window, even with nothing else to do.
    OutOfReach,
    /// It would fit an empty plan; this one has no room.
    NoRoom,
    /// It costs more than leaving it out.
    NotWorthIt,
}

/// A task that is not in the plan.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LeftOut {
    /// Index into [`Model::tasks`].
    pub task: usize,
    /// Why.
    pub reason: Reason,
}

/// Every task that is not in the plan, in order, with why.
pub(super) fn reasons(model: &Model, dense: &Dense, state: &State) -> Vec<LeftOut> {
    let empty = State::empty(dense);
    let out = (0..dense.jobs.len() as u32)
        .filter(|t| dense.jobs[*t as usize].parts == 0 || !state.is_planned(dense, *t));
    out.map(|task| LeftOut { task: task as usize, reason: reason(model, dense, &empty, task) }).collect()
}

fn reason(model: &Model, dense: &Dense, empty: &State, index: u32) -> Reason {
    let task = &model.tasks[index as usize];
    let job = &dense.jobs[index as usize];
    if model.workers.is_empty() {
        return Reason::NoWorkers;
    }
    let pair = task.bond == Bond::Transfer;
    if task.parts.is_empty() || task.parts.len() > MOST_PARTS || (pair && task.parts.len() != 2) {
        return Reason::Malformed;
    }
    if task.parts.iter().any(|p| p.place >= model.places) {
        return Reason::UnknownPlace;
    }
    let backwards =
        matches!(task.bond, Bond::Apart { min, max } if min > max || min < -FOREVER || max > FOREVER);
    if backwards
        || dense.stops_of(index).any(|s| {
            let stop = &dense.stops[s as usize];
            stop.earliest > stop.latest
        })
    {
        return Reason::EmptyWindow;
    }
    if dense.stops_of(index).any(|s| dense.may[s as usize].is_empty()) {
        return Reason::NobodyMay;
    }
    if job.linked && !matched(dense, index) {
        return Reason::TooFewPeople;
    }
    let capacity = |s: u32| dense.may[s as usize].iter().map(|w| dense.hands[*w as usize].capacity).max();
    if dense.any_load
        && dense.stops_of(index).any(|s| dense.stops[s as usize].load > capacity(s).unwrap_or(0).max(0))
    {
        return Reason::TooHeavy;
    }
    let reachable = |s: u32| {
        dense.may[s as usize].iter().any(|w| {
            let w = *w as usize;
            Visit::new(dense, empty, s, w).fit(empty, dense.first_of(w), i64::MAX).is_some()
        })
    };
    if !dense.stops_of(index).all(reachable) {
        return Reason::OutOfReach;
    }
    match task.absence {
        Absence::Grave(_) => Reason::NoRoom,
        Absence::Costs(_) => Reason::NotWorthIt,
    }
}

/// Whether each part can have somebody of its own (augmenting paths; there are few parts).
fn matched(dense: &Dense, task: u32) -> bool {
    let stops: Vec<u32> = dense.stops_of(task).collect();
    let mut taken: Vec<Option<usize>> = vec![None; dense.hands.len()];
    (0..stops.len()).all(|part| {
        let mut seen = vec![false; dense.hands.len()];
        augment(dense, &stops, part, &mut seen, &mut taken)
    })
}

/// Finds somebody for a part, moving others where that helps.
fn augment(
    dense: &Dense,
    stops: &[u32],
    part: usize,
    seen: &mut [bool],
    taken: &mut [Option<usize>],
) -> bool {
    for w in &dense.may[stops[part] as usize] {
        let w = *w as usize;
        if seen[w] {
            continue;
        }
        seen[w] = true;
        if taken[w].is_none_or(|other| augment(dense, stops, other, seen, taken)) {
            taken[w] = Some(part);
            return true;
        }
    }
    false
}

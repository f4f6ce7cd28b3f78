//! One question to the planner, with everything it hangs on.

use domain::{
    decision::{Decision, Method, Shortage},
    id::DecisionId,
    time::{Timestamp, Window},
};

use crate::{
    board::Board,
    constraints::qualification::Skills,
    goals::{Goals, Weights},
    task::Task,
    timetables::Timetables,
};

/// Everything a search hangs on.
pub(crate) struct Query<'a, T> {
    pub board: &'a Board,
    pub task: &'a Task,
    pub goals: &'a Goals,
    pub travel: &'a T,
    pub now: Timestamp,
    /// Slots of people to whom an order was given in the same breath, sorted.
    pub taken: &'a [u32],
    /// Timetables that other questions of the same breath need, too.
    pub timetables: Option<&'a Timetables>,
    pub weights: &'a Weights,
    pub skills: Skills,
    /// Not before: window, seats kept.
    pub earliest: Timestamp,
    pub latest: Timestamp,
    /// Who is free only later is not asked yet.
    pub free_by: Timestamp,
    pub average_worked: i64,
}

impl<'a, T> Query<'a, T> {
    pub fn new(
        board: &'a Board,
        task: &'a Task,
        goals: &'a Goals,
        travel: &'a T,
        now: Timestamp,
        taken: &'a [u32],
    ) -> Self {
        Self {
            board,
            task,
            goals,
            travel,
            now,
            taken,
            timetables: None,
            weights: goals.weights(task.priority),
            skills: Skills::needed(&task.requirement.qualifications),
            earliest: task.not_before(),
            latest: task.latest_start(goals),
            free_by: goals.free_by(task, now.max(task.not_before())),
            average_worked: board.average_worked(),
        }
    }

    /// The same among many questions asked in one breath: what is known of the rounds is shared.
    pub const fn sharing(self, timetables: &'a Timetables) -> Self {
        Self { timetables: Some(timetables), ..self }
    }

    /// A match's decision before anyone is named.
    pub fn nothing_new(&self, id: DecisionId, shortage: Option<Shortage>) -> Decision {
        Decision {
            id,
            order: self.task.order.clone(),
            at: self.now,
            method: Method::Match,
            considered: self.board.len() as u32,
            ranked: Vec::new(),
            chosen: Vec::new(),
            passed_over: None,
            reason: None,
            excluded: Vec::new(),
            shortage,
        }
    }

    /// From the start of the service to its end.
    pub fn service(&self, start: Timestamp) -> Window {
        Window {
            earliest: start,
            latest: start + self.task.requirement.duration.max(domain::unit::Seconds::ZERO),
        }
    }
}

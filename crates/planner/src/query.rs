//! One question to the planner, with everything it hangs on.

use domain::time::{Timestamp, Window};

use crate::{
    board::Board,
    constraints::qualification::Skills,
    goals::{Goals, Weights},
    task::Task,
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
    pub weights: &'a Weights,
    pub skills: Skills,
    /// Not before: window, seats kept.
    pub earliest: Timestamp,
    pub latest: Timestamp,
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
            weights: goals.weights(task.priority),
            skills: Skills::needed(&task.requirement.qualifications),
            earliest: task.not_before(),
            latest: task.latest_start(goals),
            average_worked: board.average_worked(),
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

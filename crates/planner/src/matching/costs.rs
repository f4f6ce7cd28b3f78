//! The whole table of who could serve which visit at what cost: what an outside solver needs to judge ours.

use domain::{id::CaregiverId, time::Timestamp};

use super::{
    assignment::{Edge, assign},
    layer::{Columns, widen},
};
use crate::{
    board::Board, goals::Goals, query::Query, single::Choice, task::Task, timetables::Timetables,
    travel::Travel,
};

/// Visits that take one person each, against everyone who could serve one of them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Costs {
    /// The people: the columns.
    pub people: Vec<CaregiverId>,
    /// By visit who could serve it, as indices of [`Self::people`], with the score; cheapest first.
    pub pairs: Vec<Vec<Edge>>,
    /// By visit what it costs to let it wait.
    pub waiting: Vec<i64>,
}

impl Costs {
    /// Looks at everyone for each of the visits, however far away; `tasks` of teams have no pairs.
    pub fn of<T: Travel>(board: &Board, tasks: &[Task], goals: &Goals, travel: &T, now: Timestamp) -> Self {
        let timetables = Timetables::of(board);
        let ranking = |task: &Task| -> Vec<Choice> {
            if !task.is_single() {
                return Vec::new();
            }
            let query = Query::new(board, task, goals, travel, now, &[]).sharing(&timetables);
            widen(&mut query.search(), board.len().max(1))
        };
        let rankings: Vec<Vec<Choice>> = tasks.iter().map(ranking).collect();
        let columns = Columns::of(board, &rankings);
        Self {
            people: columns.people(board),
            pairs: columns.edges(&rankings),
            waiting: tasks.iter().map(|task| goals.price_of_waiting(task, now)).collect(),
        }
    }

    /// The column of each visit, or `None` where it has to wait: as many as possible are served, at the least cost.
    pub fn solve(&self) -> Vec<Option<u32>> {
        assign(&self.pairs, &self.waiting, self.people.len())
    }
}

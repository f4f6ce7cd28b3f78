//! One possible answer: who, from which opening, when, at what cost.

use std::cmp::Ordering;

use domain::{decision::Ranked, id::CaregiverId, time::Timestamp};

use crate::{
    board::Board,
    goals::{Amounts, Weights},
    report::Placement,
    search::{Opening, Search},
    travel::Travel,
};

/// One of the people of an answer.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Member {
    /// Index among the candidates of the search.
    pub candidate: usize,
    /// Their slot on the board.
    pub slot: u32,
    pub opening: Opening,
}

/// One possible answer; members in order of their ids.
#[derive(Debug, Clone)]
pub(crate) struct Pick {
    pub score: i64,
    pub start: Timestamp,
    pub members: Vec<Member>,
    pub amounts: Amounts,
}

impl Pick {
    /// By score, then by the ids of the people.
    pub fn compare(&self, other: &Self, board: &Board) -> Ordering {
        self.score.cmp(&other.score).then_with(|| self.ids(board).cmp(other.ids(board)))
    }

    fn ids<'a>(&'a self, board: &'a Board) -> impl Iterator<Item = &'a CaregiverId> {
        self.members.iter().filter_map(|m| board.id(m.slot))
    }

    /// Who.
    pub fn team(&self, board: &Board) -> Vec<CaregiverId> {
        self.ids(board).cloned().collect()
    }

    /// As it is stored.
    pub fn ranked(&self, board: &Board, weights: &Weights) -> Ranked {
        Ranked {
            team: self.team(board),
            legs: self.members.iter().map(|m| m.opening.leg).collect(),
            start: self.start,
            score: self.score,
            terms: self.amounts.terms(weights).to_vec(),
        }
    }

    /// What it does to the rounds.
    pub fn placements<T: Travel, F: Fn(u32, u32) -> Ordering>(
        &self,
        search: &Search<'_, T, F>,
    ) -> Vec<Placement> {
        let q = search.query;
        let place = |m: &Member| {
            let candidate = search.candidates().get(m.candidate)?;
            Some(Placement {
                order: q.task.order.clone(),
                caregiver: q.board.id(m.slot)?.clone(),
                position: m.opening.position,
                start: self.start,
                leg: m.opening.leg,
                moved: search.moves(candidate, &m.opening, self.start),
            })
        };
        self.members.iter().filter_map(place).collect()
    }
}

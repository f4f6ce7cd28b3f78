//! The best person for a visit that takes one: everyone's best opening, ranked.

use std::cmp::Ordering;

use domain::decision::RANKED_KEPT;

use crate::{
    goals::Amounts,
    pick::{Member, Pick},
    search::{Candidate, Opening, Search},
    travel::Travel,
};

/// Someone's best opening, in few bytes: a match of many visits holds hundreds of thousands of them.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Choice {
    pub score: i64,
    pub slot: u32,
    /// Index among the candidates of the search.
    candidate: u32,
    /// Index among their openings.
    opening: u32,
}

/// Everyone with an opening, best first, people of equal score by id.
///
/// For a fixed opening every cost grows with the start (the weights of response, tardiness, displacement and idle
/// are not negative), so the first instant someone can start is their best.
pub(crate) fn ranking<T: Travel, F: Fn(u32, u32) -> Ordering>(search: &Search<'_, T, F>) -> Vec<Choice> {
    let q = search.query;
    let mut choices = Vec::with_capacity(search.candidates().len());
    for (candidate, person) in (0..).zip(search.candidates()) {
        let scores = (0..).zip(search.openings(person)).filter_map(|(i, opening)| {
            let score = amounts(search, person, opening)?.score(q.weights);
            Some(Choice { score, slot: person.slot, candidate, opening: i })
        });
        choices.extend(scores.min_by_key(|choice| (choice.score, choice.opening)));
    }
    choices.sort_unstable_by(|a, b| a.score.cmp(&b.score).then_with(|| q.board.by_id(a.slot, b.slot)));
    choices
}

/// The best few in full.
pub(crate) fn best<T: Travel, F: Fn(u32, u32) -> Ordering>(search: &Search<'_, T, F>) -> Vec<Pick> {
    ranking(search).iter().take(RANKED_KEPT).filter_map(|choice| choice.pick(search)).collect()
}

impl Choice {
    /// The same in full.
    pub fn pick<T: Travel, F: Fn(u32, u32) -> Ordering>(&self, search: &Search<'_, T, F>) -> Option<Pick> {
        let candidate = self.candidate as usize;
        let person = search.candidates().get(candidate)?;
        let opening = *search.openings(person).get(self.opening as usize)?;
        let amounts = amounts(search, person, &opening)?;
        let members = vec![Member { candidate, slot: self.slot, opening }];
        Some(Pick { score: self.score, start: opening.ready, members, amounts })
    }
}

fn amounts<T: Travel, F: Fn(u32, u32) -> Ordering>(
    search: &Search<'_, T, F>,
    person: &Candidate,
    opening: &Opening,
) -> Option<Amounts> {
    let q = search.query;
    let common = Amounts::of_start(q.now, q.task.window.latest, opening.ready);
    Some(common.plus(search.amounts(person, opening, opening.ready)?))
}

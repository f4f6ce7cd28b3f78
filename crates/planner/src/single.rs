//! The best person for a visit that takes one: everyone's best opening, ranked.

use std::cmp::Ordering;

use crate::{
    goals::Amounts,
    pick::{Member, Pick},
    search::Search,
    travel::Travel,
};

/// Everyone with an opening, best first, people of equal score by id.
///
/// For a fixed opening every cost grows with the start (the weights of response, tardiness, displacement and idle
/// are not negative), so the first instant someone can start is their best.
pub(crate) fn ranking<T: Travel, F: Fn(u32, u32) -> Ordering>(search: &Search<'_, T, F>) -> Vec<Pick> {
    let q = search.query;
    let mut picks: Vec<Pick> = Vec::with_capacity(search.candidates().len());
    for (candidate, person) in search.candidates().iter().enumerate() {
        let best = search
            .openings(person)
            .iter()
            .filter_map(|opening| {
                let start = opening.ready;
                let amounts = Amounts::of_start(q.now, q.task.window.latest, start)
                    .plus(search.amounts(person, opening, start)?);
                Some((amounts.score(q.weights), *opening, amounts))
            })
            .min_by_key(|(score, opening, _)| (*score, opening.position));
        if let Some((score, opening, amounts)) = best {
            let members = vec![Member { candidate, slot: person.slot, opening }];
            picks.push(Pick { score, start: opening.ready, members, amounts });
        }
    }
    picks.sort_by(|a, b| a.compare(b, q.board));
    picks
}

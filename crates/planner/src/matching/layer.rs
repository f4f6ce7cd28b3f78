//! The single seats of one layer of priority, solved together and explained one by one.

use std::cmp::Ordering;

use domain::{
    decision::{Decision, RANKED_KEPT, Shortage},
    id::{CaregiverId, DecisionId, OrderId},
};

use super::assignment::{Edge, assign, contended};
use crate::{
    board::Board,
    query::Query,
    report::Report,
    search::Search,
    single::{self, Choice},
    task::Task,
    travel::Travel,
};

/// Solves them; each with its place among all tasks.
///
/// Each visit starts with a shortlist of its nearest. As long as one goes without, the lists of all visits that
/// could make room for it grow, so that nobody stays unserved because the lists were short.
pub(super) fn solve_singles<'a, T: Travel + 'a>(
    tasks: &[(usize, &'a Task)],
    ask: impl Fn(&'a Task) -> Query<'a, T>,
    name: &mut impl FnMut(&OrderId) -> DecisionId,
) -> Vec<(usize, Report)> {
    let queries: Vec<Query<'_, T>> = tasks.iter().map(|(_, task)| ask(task)).collect();
    let Some(Query { board, goals, now, .. }) = queries.first() else { return Vec::new() };
    let waiting: Vec<i64> = tasks.iter().map(|(_, task)| goals.price_of_waiting(task, *now)).collect();
    let mut searches: Vec<_> = queries.iter().map(Query::search).collect();
    let mut rankings: Vec<Vec<Choice>> =
        searches.iter_mut().map(|search| widen(search, goals.shortlist.max(1))).collect();
    loop {
        let columns = Columns::of(board, &rankings);
        let edges = columns.edges(&rankings);
        let pairs = assign(&edges, &waiting, columns.0.len());
        if !widen_contended(&mut searches, &mut rankings, &contended(&edges, &pairs, columns.0.len())) {
            let chosen: Vec<Option<usize>> =
                pairs.iter().zip(&rankings).map(|(pair, ranking)| columns.pick(*pair, ranking)).collect();
            let takers = Takers::of(board, tasks, &rankings, &chosen);
            let outcome = searches.into_iter().zip(rankings).zip(chosen).zip(tasks);
            return outcome
                .map(|(((search, ranking), chosen), (at, task))| {
                    (*at, explain(search, &ranking, chosen, &takers, name(&task.order)))
                })
                .collect();
        }
    }
}

/// Makes the lists under contention four times as long; `false` where all of them were complete.
fn widen_contended<T: Travel, F: Fn(u32, u32) -> Ordering>(
    searches: &mut [Search<'_, T, F>],
    rankings: &mut [Vec<Choice>],
    contended: &[bool],
) -> bool {
    let mut widened = false;
    for ((search, ranking), contended) in searches.iter_mut().zip(rankings).zip(contended) {
        if *contended && !search.exhausted() {
            *ranking = widen(search, 3 * ranking.len().max(search.query.goals.shortlist));
            widened = true;
        }
    }
    widened
}

/// Looks at the next batch, and on while nobody suits.
pub(super) fn widen<T: Travel, F: Fn(u32, u32) -> Ordering>(
    search: &mut Search<'_, T, F>,
    batch: usize,
) -> Vec<Choice> {
    loop {
        if !search.exhausted() {
            search.widen(batch);
        }
        let ranking = single::ranking(search);
        if !ranking.is_empty() || search.exhausted() {
            return ranking;
        }
    }
}

/// Everyone who could serve any of the visits, by id: the columns of the assignment.
pub(super) struct Columns(Vec<u32>);

impl Columns {
    pub fn of(board: &Board, rankings: &[Vec<Choice>]) -> Self {
        let mut slots: Vec<u32> = rankings.iter().flatten().map(|choice| choice.slot).collect();
        slots.sort_unstable();
        slots.dedup();
        slots.sort_by(|a, b| board.by_id(*a, *b));
        Self(slots)
    }

    /// Who they are.
    pub fn people(&self, board: &Board) -> Vec<CaregiverId> {
        self.0.iter().filter_map(|slot| board.id(*slot).cloned()).collect()
    }

    /// The pairs of each ranking.
    pub fn edges(&self, rankings: &[Vec<Choice>]) -> Vec<Vec<Edge>> {
        let mut column = vec![0_u32; self.0.iter().max().map_or(0, |m| *m as usize + 1)];
        for (i, slot) in (0..).zip(&self.0) {
            if let Some(place) = column.get_mut(*slot as usize) {
                *place = i;
            }
        }
        let edge = |choice: &Choice| Some((column.get(choice.slot as usize).copied()?, choice.score));
        rankings.iter().map(|ranking| ranking.iter().filter_map(edge).collect()).collect()
    }

    /// Which of the ranking a column is.
    fn pick(&self, column: Option<u32>, ranking: &[Choice]) -> Option<usize> {
        let slot = self.0.get(column? as usize)?;
        ranking.iter().position(|choice| choice.slot == *slot)
    }
}

/// Who was given to whom.
struct Takers<'a>(Vec<(CaregiverId, &'a OrderId)>);

impl<'a> Takers<'a> {
    fn of(
        board: &Board,
        tasks: &[(usize, &'a Task)],
        rankings: &[Vec<Choice>],
        chosen: &[Option<usize>],
    ) -> Self {
        let pairs = tasks.iter().zip(rankings).zip(chosen);
        let given = pairs.filter_map(|(((_, task), ranking), chosen)| {
            let slot = ranking.get((*chosen)?)?.slot;
            Some((board.id(slot)?.clone(), &task.order))
        });
        let mut given: Vec<_> = given.collect();
        given.sort_unstable();
        Self(given)
    }

    fn order_of(&self, who: &CaregiverId) -> Option<&'a OrderId> {
        let at = self.0.binary_search_by_key(&who, |(id, _)| id).ok()?;
        self.0.get(at).map(|(_, order)| *order)
    }
}

fn explain<T: Travel, F: Fn(u32, u32) -> Ordering>(
    search: Search<'_, T, F>,
    ranking: &[Choice],
    chosen: Option<usize>,
    takers: &Takers<'_>,
    id: DecisionId,
) -> Report {
    let q = search.query;
    let shortage = match chosen {
        Some(_) => None,
        None if ranking.is_empty() => Some(q.shortage(search.candidates().len())),
        None => Some(Shortage::AllBusy),
    };
    if shortage.is_some() && shortage == q.task.told {
        return Report { decision: q.nothing_new(id, shortage), placements: Vec::new() };
    }
    let pick = chosen.and_then(|at| ranking.get(at)).and_then(|choice| choice.pick(&search));
    let placements = pick.as_ref().map(|p| p.placements(&search)).unwrap_or_default();
    let best = ranking.iter().take(RANKED_KEPT);
    let beyond = chosen.filter(|at| *at >= RANKED_KEPT).and_then(|at| ranking.get(at));
    let ranked = best.chain(beyond).filter_map(|choice| choice.pick(&search));
    let ranked = ranked.map(|p| p.ranked(q.board, q.weights)).collect();
    let decision = Decision {
        ranked,
        chosen: pick.map(|p| p.team(q.board)).unwrap_or_default(),
        passed_over: passed_over(q.board, ranking, chosen, takers),
        excluded: search.into_exclusions().explain(q.board),
        ..q.nothing_new(id, shortage)
    };
    Report { decision, placements }
}

/// Why the chosen is not the first of the ranking: whom the better ones serve instead.
fn passed_over(
    board: &Board,
    ranking: &[Choice],
    chosen: Option<usize>,
    takers: &Takers<'_>,
) -> Option<String> {
    let better = ranking.get(..chosen.unwrap_or(ranking.len()))?;
    let first = better.first()?;
    let named = better.iter().take(RANKED_KEPT).filter_map(|choice| {
        let who = board.id(choice.slot)?;
        Some(format!("{who} serves order {}", takers.order_of(who)?))
    });
    let named: Vec<String> = named.collect();
    let rest = better.len() - named.len();
    let rest = if rest > 0 { format!(" (and {rest} more)") } else { String::new() };
    let named = named.join(", ");
    Some(match chosen.and_then(|at| ranking.get(at)) {
        Some(pick) => {
            let dearer = pick.score.saturating_sub(first.score) / 1000;
            format!(
                "{named}{rest}: all waiting orders together are served better this way; the chosen costs this one \
                 {dearer} s more"
            )
        }
        None => format!("{named}{rest}: as many waiting orders as possible are served, this one has to wait"),
    })
}

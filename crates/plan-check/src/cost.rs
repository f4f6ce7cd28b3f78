//! What a visit costs, goal by goal, from the replayed rounds.

use std::collections::BTreeMap;

use domain::{caregiver::Signal, decision::TermKind, time::Timestamp};

use crate::{
    facts::{Facts, Need, Person, Promise},
    replay::Seen,
};

/// Amounts per goal.
pub(crate) type Amounts = BTreeMap<TermKind, i64>;

pub(crate) fn add(amounts: &mut Amounts, kind: TermKind, value: i64) {
    *amounts.entry(kind).or_default() += value;
}

/// What the start costs.
pub(crate) fn of_start(facts: &Facts, need: &Need, start: Timestamp, amounts: &mut Amounts) {
    add(amounts, TermKind::Response, start.since(facts.now).get());
    add(amounts, TermKind::Tardiness, seconds_late(need.window.latest, start));
}

/// What the person brings along.
pub(crate) fn of_person(facts: &Facts, need: &Need, person: &Person, amounts: &mut Amounts) {
    let (mut people, mut minutes) = (0, 0);
    for someone in facts.available() {
        people += 1;
        minutes += someone.worked_minutes;
    }
    let average = if people == 0 { 0 } else { minutes.div_euclid(people) };
    add(amounts, TermKind::Workload, person.worked_minutes - average);
    add(amounts, TermKind::Continuity, i64::from(need.preferred.contains(&person.profile.id)));
    let stars = person.profile.rating.unwrap_or(facts.unrated);
    add(amounts, TermKind::Rating, (500 - i64::from(stars)).max(0));
    add(amounts, TermKind::Staleness, i64::from(person.signal == Signal::Stale));
}

/// Travel of a whole round, for the difference with and without the visit.
pub(crate) fn on_the_road(round: &[Seen]) -> i64 {
    round.iter().map(|stop| stop.way.get()).sum()
}

/// Seconds by which promises start later after their windows than they would have.
pub(crate) fn displaced(promises: &[Promise], before: &[Seen], after: &[Seen]) -> i64 {
    let start = |round: &[Seen], promise: &Promise| {
        round.iter().find(|s| s.order == promise.order).map(|s| seconds_late(promise.due, s.start))
    };
    let later = |p: &Promise| Some(start(after, p)? - start(before, p)?);
    promises.iter().filter_map(later).sum::<i64>().max(0)
}

fn seconds_late(due: Timestamp, start: Timestamp) -> i64 {
    start.since(due).get().max(0)
}

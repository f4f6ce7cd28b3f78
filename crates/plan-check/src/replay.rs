//! Replaying a round stop by stop.

use domain::{id::OrderId, time::Timestamp, unit::Seconds};

use crate::{
    facts::{Facts, Need, Person, Promise, Stage},
    hours::first_workable,
};

/// A stop of a round as it is replayed.
pub(crate) enum Stop<'a> {
    /// Promised before.
    Promised(&'a Promise),
    /// The new visit, with the start it was given.
    New(&'a Need, Timestamp),
    /// Promised before as part of a team that now starts then.
    Shared(&'a Promise, Timestamp),
}

/// What became of a stop.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Seen {
    pub order: OrderId,
    /// The way from the stop before.
    pub way: Seconds,
    /// When they are there, working hours kept; `None` is never.
    pub arrive: Option<Timestamp>,
    pub start: Timestamp,
    /// Only by working off hours.
    pub off_hours: bool,
}

impl Stop<'_> {
    const fn place(&self) -> usize {
        match self {
            Self::Promised(p) | Self::Shared(p, _) => p.place,
            Self::New(n, _) => n.place,
        }
    }
}

/// Replays; `None` where the table lacks a way. Someone whose place is unknown is taken to be at their first stop.
pub(crate) fn replay(facts: &Facts, person: &Person, stops: &[Stop<'_>]) -> Option<Vec<Seen>> {
    let mut place = match (person.at, stops.first()) {
        (Some((row, _)), _) => row,
        (None, Some(first)) => first.place(),
        (None, None) => return Some(Vec::new()),
    };
    let mut free = facts.now;
    let mut seen = Vec::new();
    for stop in stops {
        let (order, duration) = match stop {
            Stop::Promised(p) | Stop::Shared(p, _) => (&p.order, p.duration),
            Stop::New(n, _) => (&n.order, n.requirement.duration),
        };
        let to = stop.place();
        let served = match stop {
            Stop::Promised(Promise { stage: Stage::Served(since), .. }) => Some(*since),
            _ => None,
        };
        let way = if served.is_some() { Seconds::ZERO } else { facts.way(person.profile.mode, place, to)? };
        let arrive = first_workable(&person.profile, free, way).map(|depart| depart + way);
        let (start, off_hours) = match stop {
            Stop::New(_, start) | Stop::Shared(_, start) => (*start, false),
            Stop::Promised(promise) => match served {
                Some(since) => (since, false),
                None => keep(person, promise, arrive, free + way),
            },
        };
        seen.push(Seen { order: order.clone(), way, arrive, start, off_hours });
        free = if served.is_some() { facts.now.max(start + duration) } else { start + duration };
        place = to;
    }
    Some(seen)
}

/// In working hours if that keeps the promise, at once otherwise.
fn keep(
    person: &Person,
    promise: &Promise,
    arrive: Option<Timestamp>,
    at_once: Timestamp,
) -> (Timestamp, bool) {
    let regular =
        arrive.and_then(|at| first_workable(&person.profile, at.max(promise.earliest), promise.duration));
    match regular {
        Some(start) if start <= promise.latest => (start, false),
        _ => (at_once.max(promise.earliest), true),
    }
}

//! How the work of a day fell to people: shares, idleness, fairness, familiar faces.

use std::collections::{BTreeMap, BTreeSet};

use domain::{
    id::{CaregiverId, ElderId},
    order::{
        Order, Stage,
        stage::{Done, Member},
    },
};

use super::{figures::begun, world::World};

/// A share in four digits, so that it reads the same everywhere.
pub fn share(part: usize, whole: usize) -> f64 {
    rounded(part as f64 / whole.max(1) as f64)
}

fn rounded(value: f64) -> f64 {
    (value * 1e4).round() / 1e4
}

fn done(order: &Order) -> Option<&Done> {
    match &order.stage {
        Stage::Done(done) => Some(done),
        Stage::Confirmed(confirmed) => Some(&confirmed.done),
        _ => None,
    }
}

/// Milliseconds each has served.
fn served(world: &World) -> BTreeMap<&CaregiverId, i64> {
    let mut served: BTreeMap<&CaregiverId, i64> = world.on_duty.keys().map(|id| (id, 0)).collect();
    for done in world.orders.values().filter_map(done) {
        let took = done.finished_at.millis_since(done.service.started_at);
        for Member { caregiver, .. } in &done.service.visit.team {
            *served.entry(caregiver).or_default() += took;
        }
    }
    served
}

/// Seconds on duty, neither on the road nor serving.
pub fn idle_s(world: &World) -> i64 {
    let on_duty: i64 = world.on_duty.values().sum();
    let served: i64 = served(world).values().sum();
    (on_duty - world.travelled() - served).max(0) / 1000
}

/// Gini's coefficient of the time served, of everyone who was on duty.
pub fn gini(world: &World) -> f64 {
    gini_of(served(world).into_values().collect())
}

/// Gini's coefficient: 0 if all have the same.
pub fn gini_of(mut work: Vec<i64>) -> f64 {
    work.sort_unstable();
    let (people, sum) = (work.len() as f64, work.iter().sum::<i64>() as f64);
    if sum == 0.0 {
        return 0.0;
    }
    let weighted: f64 = (1..).zip(&work).map(|(rank, time): (i32, _)| f64::from(rank) * *time as f64).sum();
    rounded(2.0 * weighted / (people * sum) - (people + 1.0) / people)
}

/// Of the visits to elders who ask for somebody or were served before on the day, the share by such a person.
pub fn continuity(world: &World) -> f64 {
    let mut visits: Vec<&Order> = world.orders.values().filter(|order| done(order).is_some()).collect();
    visits.sort_by_key(|order| (begun(order), &order.id));
    let mut known: BTreeMap<&ElderId, BTreeSet<&CaregiverId>> =
        world.preferred.iter().map(|(elder, asked)| (elder, asked.iter().collect())).collect();
    let (mut familiar, mut possible) = (0, 0);
    for order in visits {
        let Some(done) = done(order) else { continue };
        let known = known.entry(&order.elder).or_default();
        let team = done.service.visit.team.iter().map(|member| &member.caregiver);
        if !known.is_empty() {
            possible += 1;
            familiar += usize::from(team.clone().any(|who| known.contains(who)));
        }
        known.extend(team);
    }
    share(familiar, possible)
}

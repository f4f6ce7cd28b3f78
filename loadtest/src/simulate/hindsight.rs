//! The day solved as if all of it had been known in the morning: what the best plan could have made of it, against
//! which a policy that learns of orders one by one is measured. Radius, declines and breakdowns are left out, so that
//! it errs on the side of the plan. What the planner answers is replayed here from the rules before it is believed.

use std::collections::{BTreeMap, BTreeSet};

use anyhow::{Result, bail};
use domain::{
    caregiver::TravelMode,
    geo::Wgs84,
    id::{CaregiverId, ElderId},
    order::{Order, Stage},
    time::{Timestamp, Window},
    unit::Seconds,
};
use planner::rounds::{
    Absence, Bond, Budget, Goals, Model, Part, Profile as Ways, Task, UNREACHABLE, Worker, improve,
};
use roads::{Place, Profile, Roads};
use schemas::day::Day;
use serde::Serialize;

use super::{figures::quantile, work};

/// A visit may begin so long after its window, as dispatch allows.
const GRACE: Seconds = Seconds::minutes(30);
/// A second late counts as so many seconds on the road.
const LATE: i32 = 10;

/// The same figures as a policy's.
#[derive(Debug, Serialize)]
pub struct Hindsight {
    response_p50_s: i64,
    response_p95_s: i64,
    on_time_share: f64,
    travel_s: i64,
    tardiness_s: i64,
    idle_s: i64,
    gini_work: f64,
    continuity_share: f64,
    changes_pushed: u64,
    unassigned: usize,
    /// Steps of the search.
    steps: u64,
}

/// One shift of one person.
struct Shift<'a> {
    caregiver: &'a CaregiverId,
    mode: TravelMode,
    start: Wgs84,
    hours: Window,
    breaks: Vec<Window>,
}

/// One visit.
struct Visit<'a> {
    order: &'a Order,
    /// At the door, as it turned out.
    duration: Seconds,
}

/// Solves the day with these orders, as they were placed, in so many steps.
///
/// # Errors
///
/// If what the planner answers breaks a rule.
pub fn solve(
    day: &Day,
    orders: &BTreeMap<domain::id::OrderId, Order>,
    roads: &Roads,
    steps: u64,
) -> Result<Hindsight> {
    let truths: BTreeMap<_, _> = day.orders.iter().map(|o| (&o.id, &o.truth)).collect();
    let visits: Vec<Visit<'_>> = orders
        .values()
        .filter(|order| !matches!(order.stage, Stage::Cancelled(_) | Stage::NoShow(_)))
        .map(|order| {
            let truth = truths.get(&order.id);
            let known = truth.and_then(|t| t.duration).unwrap_or(order.requirement.duration);
            Visit { order, duration: known + truth.map_or(Seconds::ZERO, |t| t.identify_after) }
        })
        .collect();
    let shifts = shifts(day);
    let model = model(day, &visits, &shifts, roads);
    let budget = Budget { iterations: Some(steps), ..Budget::default() };
    let improved = improve(&model, None, &budget, 1, 2);
    let mut found = Replay::new(day, &model, &visits);
    for (worker, round) in improved.rounds.rounds.iter().enumerate() {
        found.round(worker, &shifts, round)?;
    }
    found.teams(&visits)?;
    Ok(found.figures(&shifts, &visits, improved.iterations))
}

fn shifts(day: &Day) -> Vec<Shift<'_>> {
    let present = day.caregivers.iter().filter(|c| !c.truth.absent);
    present
        .flat_map(|c| {
            c.profile.shifts.iter().filter_map(move |shift| {
                let hours = Window::new(shift.earliest + c.truth.late_by, shift.latest).ok()?;
                let inside = |pause: &&Window| pause.latest > hours.earliest && pause.earliest < hours.latest;
                Some(Shift {
                    caregiver: &c.profile.id,
                    mode: c.profile.mode,
                    start: c.start,
                    hours,
                    breaks: c.profile.breaks.iter().filter(inside).copied().collect(),
                })
            })
        })
        .collect()
}

/// Shifts first, then doors.
fn model(day: &Day, visits: &[Visit<'_>], shifts: &[Shift<'_>], roads: &Roads) -> Model {
    let at = |time: Timestamp| time.since(day.starts_at).get() as i32;
    let places: Vec<Wgs84> =
        shifts.iter().map(|s| s.start).chain(visits.iter().map(|v| v.order.place)).collect();
    let modes: BTreeSet<TravelMode> = shifts.iter().map(|s| s.mode).collect();
    let profiles = modes.iter().map(|mode| ways(roads, Profile::from(*mode), &places)).collect();
    let people: BTreeMap<_, _> = day.caregivers.iter().map(|c| (&c.profile.id, &c.profile)).collect();
    let elders: BTreeMap<_, _> = day.elders.iter().map(|e| (&e.profile.id, &e.profile)).collect();
    let workers = shifts.iter().enumerate().map(|(index, shift)| Worker {
        profile: modes.iter().position(|mode| *mode == shift.mode).unwrap_or_default(),
        start: Some(index),
        end: None,
        shift: (at(shift.hours.earliest), at(shift.hours.latest)),
        breaks: shift.breaks.iter().map(|b| (at(b.earliest), at(b.latest))).collect(),
        ..Worker::default()
    });
    let tasks = visits.iter().enumerate().map(|(index, visit)| {
        let order = visit.order;
        let needed = &order.requirement.qualifications;
        let unwanted = |shift: &Shift<'_>| {
            elders.get(&order.elder).is_some_and(|elder| elder.blocked.contains(shift.caregiver))
                || people.get(shift.caregiver).is_none_or(|who| {
                    who.may_serve(needed, order.window.earliest).is_err()
                        || who.may_serve(needed, order.window.latest).is_err()
                })
        };
        let part = Part {
            place: shifts.len() + index,
            duration: visit.duration.get() as i32,
            earliest: at(order.created_at.max(order.window.earliest)),
            due: at(order.window.latest),
            latest: at(order.window.latest + GRACE),
            lateness: LATE,
            blocked: (0..shifts.len()).filter(|s| shifts.get(*s).is_some_and(unwanted)).collect(),
            ..Part::default()
        };
        Task {
            parts: vec![part; usize::from(order.requirement.team_size.max(1))],
            bond: Bond::Together,
            absence: Absence::Grave(1),
            pinned: false,
        }
    });
    Model {
        places: places.len(),
        profiles,
        workers: workers.collect(),
        tasks: tasks.collect(),
        goals: Goals::default(),
    }
}

fn ways(roads: &Roads, profile: Profile, places: &[Wgs84]) -> Ways {
    let snapped: Vec<Place> = places.iter().map(|at| roads.snap(profile, *at)).collect();
    let seconds = |from: &Place| {
        let row = roads.one_to_many(profile, from, &snapped);
        row.into_iter().map(|way| way.seconds().get().clamp(0, i64::from(UNREACHABLE)) as i32)
    };
    let time: std::sync::Arc<[i32]> = snapped.iter().flat_map(seconds).collect();
    Ways { cost: std::sync::Arc::clone(&time), time }
}

/// The plan, stop by stop.
struct Replay<'a> {
    from: Timestamp,
    model: &'a Model,
    /// When each part of each visit begins, and with whom.
    begun: Vec<Vec<(i32, &'a CaregiverId)>>,
    travel: BTreeMap<&'a CaregiverId, i64>,
    served: BTreeMap<&'a CaregiverId, i64>,
}

impl<'a> Replay<'a> {
    fn new(day: &Day, model: &'a Model, visits: &[Visit<'_>]) -> Self {
        Self {
            from: day.starts_at,
            model,
            begun: visits.iter().map(|_| Vec::new()).collect(),
            travel: BTreeMap::new(),
            served: BTreeMap::new(),
        }
    }

    fn round(
        &mut self,
        worker: usize,
        shifts: &[Shift<'a>],
        round: &[planner::rounds::Planned],
    ) -> Result<()> {
        let (Some(shift), Some(plan)) = (shifts.get(worker), self.model.workers.get(worker)) else {
            bail!("a round of nobody");
        };
        let (mut place, mut free) = (worker, plan.shift.0);
        for planned in round {
            let Some(part) =
                self.model.tasks.get(planned.stop.task).and_then(|t| t.parts.get(planned.stop.part))
            else {
                bail!("a visit that nobody asked for");
            };
            let way = self.model.profiles.get(plan.profile);
            let way = way.and_then(|p| p.time.get(place * self.model.places + part.place)).copied();
            let way = way.unwrap_or(UNREACHABLE);
            let ends = planned.start.saturating_add(part.duration);
            let in_break = plan.breaks.iter().any(|b| planned.start < b.1 && ends > b.0);
            if planned.start < free.saturating_add(way)
                || planned.start < part.earliest
                || planned.start > part.latest
                || ends > plan.shift.1
                || in_break
                || part.blocked.contains(&worker)
            {
                bail!("{} cannot begin {:?} at {}", shift.caregiver, planned.stop, planned.start);
            }
            *self.travel.entry(shift.caregiver).or_default() += i64::from(way);
            *self.served.entry(shift.caregiver).or_default() += i64::from(part.duration);
            if let Some(begun) = self.begun.get_mut(planned.stop.task) {
                begun.push((planned.start, shift.caregiver));
            }
            (place, free) = (part.place, ends);
        }
        Ok(())
    }

    /// Everybody of a team at once, nobody twice.
    fn teams(&self, visits: &[Visit<'_>]) -> Result<()> {
        for (visit, begun) in visits.iter().zip(&self.begun) {
            let people: BTreeSet<_> = begun.iter().map(|b| b.1).collect();
            let together = begun.windows(2).all(|b| matches!(b, [a, b] if a.0 == b.0));
            let needed = usize::from(visit.order.requirement.team_size.max(1));
            if !begun.is_empty() && (people.len() != needed || begun.len() != needed || !together) {
                bail!("{} is not served together", visit.order.id);
            }
        }
        Ok(())
    }

    fn figures(&self, shifts: &[Shift<'_>], visits: &[Visit<'_>], steps: u64) -> Hindsight {
        let served: Vec<(&Visit<'_>, Timestamp, &CaregiverId)> = visits
            .iter()
            .zip(&self.begun)
            .filter_map(|(visit, begun)| {
                let (start, who) = begun.first()?;
                Some((visit, self.from + Seconds(i64::from(*start)), *who))
            })
            .collect();
        let mut responses: Vec<i64> = served
            .iter()
            .map(|(v, at, _)| at.since(v.order.created_at.max(v.order.window.earliest)).get())
            .collect();
        let late = |(v, at, _): &(&Visit<'_>, Timestamp, _)| at.since(v.order.window.latest).get().max(0);
        let tardiness_s = served.iter().map(late).sum();
        let on_time = served.iter().filter(|s| late(s) == 0).count();
        let rostered: i64 = shifts.iter().map(|s| s.hours.latest.since(s.hours.earliest).get()).sum();
        let paused: i64 =
            shifts.iter().flat_map(|s| &s.breaks).map(|b| b.latest.since(b.earliest).get()).sum();
        let (travel_s, at_doors) = (self.travel.values().sum(), self.served.values().sum::<i64>());
        let people: BTreeSet<&CaregiverId> = shifts.iter().map(|s| s.caregiver).collect();
        let work = people.iter().map(|who| self.served.get(who).copied().unwrap_or_default()).collect();
        Hindsight {
            response_p50_s: quantile(&mut responses, 50),
            response_p95_s: quantile(&mut responses, 95),
            on_time_share: work::share(on_time, visits.len()),
            travel_s,
            tardiness_s,
            idle_s: (rostered - paused - travel_s - at_doors).max(0),
            gini_work: work::gini_of(work),
            continuity_share: continuity(&served),
            changes_pushed: 0,
            unassigned: visits.len() - served.len(),
            steps,
        }
    }
}

/// Of the visits to elders who were served before on the day, the share by somebody who had been there.
fn continuity(served: &[(&Visit<'_>, Timestamp, &CaregiverId)]) -> f64 {
    let mut in_order: Vec<_> = served.iter().collect();
    in_order.sort_by_key(|(visit, at, _)| (*at, &visit.order.id));
    let mut known: BTreeMap<&ElderId, BTreeSet<&CaregiverId>> = BTreeMap::new();
    let (mut familiar, mut possible) = (0, 0);
    for (visit, _, who) in in_order {
        let before = known.entry(&visit.order.elder).or_default();
        possible += usize::from(!before.is_empty());
        familiar += usize::from(before.contains(who));
        before.insert(who);
    }
    work::share(familiar, possible)
}

impl Hindsight {
    /// For people.
    pub fn print(&self) {
        println!(
            "in hindsight ({} steps): on time {:.2} %, tardiness {} s, on the road {} s, response {} / {} s, \
             unassigned {}",
            self.steps,
            self.on_time_share * 100.0,
            self.tardiness_s,
            self.travel_s,
            self.response_p50_s,
            self.response_p95_s,
            self.unassigned
        );
    }
}

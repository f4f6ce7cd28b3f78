//! What caregivers do: come to work, answer offers, travel with a reporting phone, knock, serve.

use domain::{
    caregiver::{Duty, TravelMode},
    command::{ArrivalException, OrderAction, OrderCommand, Verification, VerificationMethod},
    geo::Wgs84,
    id::{CaregiverId, CommandId, OrderId},
    order::{
        Order, Stage,
        stage::{Member, Seat},
    },
    time::{Timestamp, Window},
    unit::Seconds,
};
use roads::Profile;
use schemas::day::{DayCaregiver, Reaction};

use super::{Deed, People, Plan};

/// The platform's geofence has so long to say "arrived" before the caregiver taps it.
const PATIENCE: Seconds = Seconds(20);
/// How long someone knocks before giving up.
const KNOCKING: Seconds = Seconds(300);
/// Nobody sets off earlier than this before it is needed.
const MARGIN: Seconds = Seconds(120);

/// One caregiver.
#[derive(Debug)]
pub(super) struct Caregiver {
    mode: TravelMode,
    at: Wgs84,
    on: bool,
    /// The visit they are on: travelling, at the door or serving.
    busy: Option<OrderId>,
    journey: Option<Journey>,
}

/// A way being travelled.
#[derive(Debug)]
struct Journey {
    line: Vec<Wgs84>,
    length_m: f64,
    began: Timestamp,
    ends: Timestamp,
}

impl Journey {
    /// Where on the way one is.
    fn at(&self, now: Timestamp) -> Option<Wgs84> {
        let whole = self.ends.millis_since(self.began).max(1) as f64;
        let mut left = self.length_m * (now.millis_since(self.began) as f64 / whole).clamp(0.0, 1.0);
        for (from, to) in self.line.iter().zip(self.line.iter().skip(1)) {
            let span = from.distance_m(*to);
            if left <= span && span > 0.0 {
                let share = left / span;
                let lon = from.lon() + (to.lon() - from.lon()) * share;
                let lat = from.lat() + (to.lat() - from.lat()) * share;
                return Wgs84::new(lon, lat).ok();
            }
            left -= span;
        }
        self.line.last().copied()
    }
}

impl People {
    /// Plans the shifts and breaks of the day.
    pub(super) fn engage(&mut self, caregiver: &DayCaregiver, from: Timestamp) {
        let DayCaregiver { profile, start, truth, .. } = caregiver;
        let person = Caregiver { mode: profile.mode, at: *start, on: false, busy: None, journey: None };
        self.caregivers.insert(profile.id.clone(), person);
        if truth.absent {
            return;
        }
        let mut duty = |window: &Window, begin, end, late: Seconds| {
            if window.latest <= from {
                return;
            }
            let begins = (window.earliest + late).max(from).min(window.latest);
            self.agenda.at(begins, Plan::Do(Deed::Duty(profile.id.clone(), begin)));
            self.agenda.at(window.latest, Plan::Do(Deed::Duty(profile.id.clone(), end)));
        };
        for shift in &profile.shifts {
            duty(shift, Duty::On, Duty::Off, truth.late_by);
        }
        for pause in &profile.breaks {
            duty(pause, Duty::Break, Duty::On, Seconds::ZERO);
        }
    }

    pub(super) fn on_duty(&mut self, caregiver: &CaregiverId, duty: Duty, at: Timestamp) {
        let Some(person) = self.caregivers.get_mut(caregiver) else { return };
        let came = !person.on && duty != Duty::Off;
        person.on = duty != Duty::Off;
        if came {
            self.agenda.at(at.plus_millis(1), Plan::Step(caregiver.clone()));
        }
    }

    /// What each who is asked or on the team makes of an order.
    pub(super) fn caregivers_see(&mut self, before: Option<&Order>, order: &Order, now: Timestamp) {
        for seat in order.stage.seats().iter().filter(|s| s.accepted_at.is_none()) {
            let known = before.is_some_and(|b| b.stage.seats().iter().any(|s| s.offer == seat.offer));
            if !known {
                self.consider(order, seat, now);
            }
        }
        let team = |o: &Order| -> Vec<CaregiverId> {
            let team = o.stage.visit().map(|v| v.team.as_slice()).unwrap_or_default();
            team.iter().map(|m| m.caregiver.clone()).collect()
        };
        let was: Vec<CaregiverId> = before.map(team).unwrap_or_default();
        let is = team(order);
        let entered = before.is_none_or(|b| b.stage.name() != order.stage.name());
        match &order.stage {
            Stage::Accepted(visit) | Stage::EnRoute(visit) => {
                for member in
                    visit.team.iter().filter(|m| m.departed_at.is_none() && !was.contains(&m.caregiver))
                {
                    let lead = member.leg.map_or(Seconds::ZERO, |leg| leg.seconds) + MARGIN;
                    let ready = now + self.truth(&order.id).depart_after;
                    let at = ready.max(visit.start - lead);
                    self.agenda.at(at, Plan::SetOff(member.caregiver.clone()));
                }
            }
            Stage::Arrived(visit) if entered => self.at_the_door(order, visit.team.first(), now),
            Stage::InService(service) if entered => {
                let truth = self.truth(&order.id);
                let ends = service.started_at + truth.duration.unwrap_or(order.requirement.duration);
                if let Some(leader) = service.visit.team.first() {
                    self.tap(ends.max(now), &leader.caregiver, order, OrderAction::Finish);
                }
            }
            _ => {}
        }
        let over = order.stage.is_closed() || order.stage.visit().is_none();
        for caregiver in was.iter().chain(&is) {
            if over || !is.contains(caregiver) {
                self.free(caregiver, &order.id, now);
            }
        }
    }

    /// Thinks about an offer, as the truth has it.
    fn consider(&mut self, order: &Order, seat: &Seat, now: Timestamp) {
        let truth = self.truth(&order.id);
        let named = truth.personal.iter().any(|p| p.caregiver == seat.caregiver);
        let turn = self.asked.get(&order.id).copied().unwrap_or(0);
        if !named {
            self.asked.insert(order.id.clone(), turn + 1);
        }
        let action = match truth.reaction(&seat.caregiver, turn) {
            Reaction::Ignore => return,
            Reaction::Accept { .. } => OrderAction::Accept { offer: seat.offer.clone() },
            Reaction::Decline { reason, .. } => OrderAction::Decline { offer: seat.offer.clone(), reason },
        };
        let after = truth.reaction(&seat.caregiver, turn).after().unwrap_or_default();
        self.tap(now + after, &seat.caregiver, order, action);
    }

    /// Sets off to the next promised visit, unless still on one.
    pub(super) fn set_off(&mut self, caregiver: &CaregiverId, now: Timestamp) {
        let Some(person) = self.caregivers.get(caregiver) else { return };
        if person.busy.is_some() || !person.on {
            return;
        }
        let mine = |m: &&Member| m.caregiver == *caregiver && m.departed_at.is_none();
        let next = self.orders.values().filter(|o| matches!(o.stage, Stage::Accepted(_) | Stage::EnRoute(_)));
        let next = next.filter_map(|o| {
            let visit = o.stage.visit()?;
            let member = visit.team.iter().find(mine)?;
            let lead = member.leg.map_or(Seconds::ZERO, |leg| leg.seconds) + MARGIN;
            Some((visit.start, visit.start - lead, o.clone()))
        });
        let Some((_, leave_at, order)) = next.min_by(|a, b| (a.0, &a.2.id).cmp(&(b.0, &b.2.id))) else {
            return;
        };
        if leave_at > now {
            self.agenda.at(leave_at, Plan::SetOff(caregiver.clone()));
            return;
        }
        let truth = self.truth(&order.id);
        let (mode, from) = (person.mode, person.at);
        let profile = Profile::from(mode);
        let (here, there) = (self.roads.snap(profile, from), self.roads.snap(profile, order.place));
        let travel = self.roads.travel(profile, &here, &there);
        let line = self.roads.route(profile, &here, &there).points;
        let length_m = line.iter().zip(line.iter().skip(1)).map(|(a, b)| a.distance_m(*b)).sum();
        let millis = travel.millis as i64 * i64::from(truth.travel_percent) / 100;
        let ends = now.plus_millis(millis.max(1000));
        if let Some(breakdown) = truth.breakdown
            && now + breakdown.after < ends
        {
            self.agenda.at(now + breakdown.after, Plan::BreakDown(caregiver.clone(), order.id.clone()));
        }
        *self.travelled.entry(caregiver.clone()).or_default() += ends.millis_since(now);
        if let Some(person) = self.caregivers.get_mut(caregiver) {
            person.busy = Some(order.id.clone());
            person.journey = Some(Journey { line, length_m, began: now, ends });
        }
        self.tap(now, caregiver, &order, OrderAction::Depart);
        self.agenda.at(ends + PATIENCE, Plan::Knock(caregiver.clone(), order.id.clone()));
    }

    /// The phone reports where it is, more often while it moves.
    pub(super) fn step(&mut self, caregiver: &CaregiverId, now: Timestamp) {
        let fix_every = self.fix_every;
        let Some(person) = self.caregivers.get_mut(caregiver) else { return };
        if !person.on {
            return;
        }
        let mut pause = fix_every * 3;
        if let Some(journey) = &person.journey {
            pause = fix_every;
            person.at = journey.at(now).unwrap_or(person.at);
            let left = journey.ends.since(now).get();
            if left <= 0 {
                person.journey = None;
            } else {
                pause = pause.min(left.max(1));
            }
        }
        self.deeds.push(Deed::Fix(caregiver.clone(), person.at));
        self.agenda.at(now + Seconds(pause), Plan::Step(caregiver.clone()));
    }

    /// At the door, if the platform has not noticed by itself.
    pub(super) fn knock(&mut self, caregiver: &CaregiverId, order: &OrderId, now: Timestamp) {
        let Some(order) = self.orders.get(order).cloned() else { return };
        let Some(visit) = order.stage.visit() else { return };
        let waiting = visit.team.iter().any(|m| m.caregiver == *caregiver && m.arrived_at.is_none());
        if waiting && matches!(order.stage, Stage::Accepted(_) | Stage::EnRoute(_)) {
            let exception = Some(ArrivalException::NoFix);
            self.tap(now, caregiver, &order, OrderAction::Arrive { place: Some(order.place), exception });
        }
    }

    /// The whole team is there: the first of them identifies the elder, or gives up.
    fn at_the_door(&mut self, order: &Order, leader: Option<&Member>, now: Timestamp) {
        let Some(leader) = leader else { return };
        let truth = self.truth(&order.id);
        if truth.no_show {
            self.tap(now + KNOCKING, &leader.caregiver, order, OrderAction::NoShow);
        } else {
            let verification = Verification {
                method: VerificationMethod::Face,
                receipt: Some(format!("start-{}", order.id)),
            };
            let at = (now + truth.identify_after).max(order.window.earliest);
            self.tap(at, &leader.caregiver, order, OrderAction::Start { verification });
        }
    }

    pub(super) fn break_down(&mut self, caregiver: &CaregiverId, order: &OrderId) {
        let Some(problem) = self.truth(order).breakdown.map(|b| b.problem) else { return };
        let Some(order) = self.orders.get(order).cloned() else { return };
        if let Some(person) = self.caregivers.get_mut(caregiver) {
            person.journey = None;
        }
        let action = OrderAction::ReportProblem { problem, can_continue: false };
        self.deeds.push(Deed::Tap(caregiver.clone(), command(caregiver, &order, action)));
        // It happens once, however often the order is sent out again.
        if let Some(truth) = self.truths.get_mut(&order.id) {
            truth.breakdown = None;
        }
    }

    /// No longer on that order: on to the next.
    fn free(&mut self, caregiver: &CaregiverId, order: &OrderId, now: Timestamp) {
        let Some(person) = self.caregivers.get_mut(caregiver) else { return };
        if person.busy.as_ref() == Some(order) {
            person.busy = None;
            if let Some(journey) = person.journey.take() {
                let left = journey.ends.millis_since(now).max(0);
                *self.travelled.entry(caregiver.clone()).or_default() -= left;
                person.at = journey.at(now).unwrap_or(person.at);
            }
            self.agenda.at(now + Seconds(30), Plan::SetOff(caregiver.clone()));
        }
    }

    fn tap(&mut self, at: Timestamp, caregiver: &CaregiverId, order: &Order, action: OrderAction) {
        let command = command(caregiver, order, action);
        self.agenda.at(at, Plan::Do(Deed::Tap(caregiver.clone(), command)));
    }
}

fn command(caregiver: &CaregiverId, order: &Order, action: OrderAction) -> OrderCommand {
    let name = format!("{}-{}-{caregiver}", action.name(), order.id);
    let id = CommandId::derived(&name, u64::from(order.revision));
    OrderCommand { id, order: order.id.clone(), occurred_at: None, if_revision: None, action }
}

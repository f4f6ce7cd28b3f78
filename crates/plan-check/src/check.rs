//! The check itself: person by person, then team by team.

use std::collections::{BTreeMap, BTreeSet};

use domain::{
    caregiver::{Duty, Signal},
    decision::TermKind,
    id::{CaregiverId, OrderId},
    time::Timestamp,
};

use crate::{
    cost::{self, Amounts},
    facts::{Facts, Need, Person, Placed, Stage},
    hours::{in_shift, off_break},
    replay::{Seen, Stop, replay},
    violation::Violation,
};

/// What was found.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Findings {
    /// Every broken rule.
    pub violations: Vec<Violation>,
    /// For each planned order the amount of each goal, in the unit of its kind.
    pub amounts: BTreeMap<OrderId, BTreeMap<TermKind, i64>>,
    /// For each planned order the sum of amounts × weights.
    pub scores: BTreeMap<OrderId, i64>,
    /// The new start of each promise that moves, by person and order.
    pub moved: BTreeMap<(CaregiverId, OrderId), Timestamp>,
}

/// Checks placements against the facts. Every position and promise is judged against the rounds as they were, so a
/// person may be placed once.
pub fn check(facts: &Facts, placed: &[Placed]) -> Findings {
    let mut findings = Findings::default();
    let mut seen = BTreeSet::new();
    for p in placed {
        if !seen.insert(&p.caregiver) {
            findings.violations.push(Violation::PlacedTwice(p.caregiver.clone()));
        }
        if !facts.needs.iter().any(|n| n.order == p.order) {
            findings.violations.push(Violation::UnknownOrder(p.order.clone()));
        }
    }
    for need in &facts.needs {
        let team: Vec<&Placed> = placed.iter().filter(|p| p.order == need.order).collect();
        if let Some(first) = team.first() {
            Visit { facts, need, start: first.start, findings: &mut findings }.check(&team);
        }
    }
    findings
}

struct Visit<'a> {
    facts: &'a Facts,
    need: &'a Need,
    start: Timestamp,
    findings: &'a mut Findings,
}

impl Visit<'_> {
    fn broken(&mut self, violation: Violation) {
        self.findings.violations.push(violation);
    }

    fn check(mut self, team: &[&Placed]) {
        let mut amounts = Amounts::new();
        self.start_of_all(team);
        cost::of_start(self.facts, self.need, self.start, &mut amounts);
        for placed in team {
            match self.facts.person(&placed.caregiver) {
                Some(person) => {
                    self.fitness(person);
                    self.availability(person);
                    self.round(person, placed, &mut amounts);
                    cost::of_person(self.facts, self.need, person, &mut amounts);
                }
                None => self.broken(Violation::UnknownCaregiver(placed.caregiver.clone())),
            }
        }
        for (who, agreed) in &self.need.kept {
            self.kept(who, *agreed, &mut amounts);
        }
        let weight = |kind| self.need.weights.get(kind).copied().unwrap_or(0);
        let score = amounts.iter().map(|(kind, amount)| amount * weight(kind)).sum();
        self.findings.scores.insert(self.need.order.clone(), score);
        self.findings.amounts.insert(self.need.order.clone(), amounts);
    }

    /// Size, togetherness and time of the visit.
    fn start_of_all(&mut self, team: &[&Placed]) {
        let (order, start) = (self.need.order.clone(), self.start);
        let mut people = BTreeSet::new();
        let everyone = team.iter().map(|p| &p.caregiver).chain(self.need.kept.iter().map(|(who, _)| who));
        let everyone: Vec<CaregiverId> = everyone.cloned().collect();
        let (needed, given) = (usize::from(self.need.requirement.team_size), everyone.len());
        if needed != given {
            self.broken(Violation::TeamSize { order: order.clone(), needed, given });
        }
        for who in everyone {
            if !people.insert(who.clone()) {
                self.broken(Violation::TwiceInTeam { who, order: order.clone() });
            }
        }
        let early_for_kept = self.need.kept.iter().any(|(_, agreed)| *agreed > start);
        if team.iter().any(|p| p.start != start) || early_for_kept {
            self.broken(Violation::NotTogether { order: order.clone() });
        }
        if start < self.need.window.earliest {
            self.broken(Violation::TooEarly { order: order.clone(), start });
        }
        if start > self.need.latest {
            self.broken(Violation::TooLate { order, start, latest: self.need.latest });
        }
    }

    /// Papers, and whether the visit lies in working hours.
    fn fitness(&mut self, person: &Person) {
        let profile = &person.profile;
        let who = &profile.id;
        if profile.suspended {
            self.broken(Violation::Suspended(who.clone()));
        }
        if !profile.trained {
            self.broken(Violation::Untrained(who.clone()));
        }
        let end = self.start + self.need.requirement.duration;
        for at in [self.start, end] {
            if !profile.health_certificate.is_some_and(|w| w.contains(at)) {
                self.broken(Violation::HealthCertificate { who: who.clone(), at });
            }
            for what in self.need.requirement.qualifications.clone() {
                let mut held = profile.certificates.iter().filter(|c| c.qualification == what).peekable();
                if held.peek().is_none() {
                    self.broken(Violation::Unqualified { who: who.clone(), what });
                } else if !held.any(|c| c.valid.contains(at)) {
                    self.broken(Violation::CertificateLapsed { who: who.clone(), what, at });
                }
            }
        }
        let order = self.need.order.clone();
        if !in_shift(&profile.shifts, self.start, end) || !off_break(&profile.off, self.start, end) {
            self.broken(Violation::OutsideShift { who: profile.id.clone(), order: order.clone() });
        }
        if !off_break(&profile.breaks, self.start, end) {
            self.broken(Violation::DuringBreak { who: profile.id.clone(), order });
        }
    }

    /// Whether the person may be asked: what they are doing, where they are, what the elder wishes.
    fn availability(&mut self, person: &Person) {
        let who = person.profile.id.clone();
        if self.need.unwanted.contains(&who) {
            self.broken(Violation::Unwanted { who: who.clone(), order: self.need.order.clone() });
        }
        match person.duty {
            Duty::Off => self.broken(Violation::OffDuty(who.clone())),
            Duty::Break => self.broken(Violation::OnBreak(who.clone())),
            Duty::On => {}
        }
        if matches!(person.signal, Signal::None | Signal::Lost) || person.at.is_none() {
            self.broken(Violation::NoPosition(who.clone()));
        }
        if person.holds_offer {
            self.broken(Violation::HoldsOffer(who.clone()));
        }
        if person.round.len() >= self.facts.most_promises {
            self.broken(Violation::TooManyPromises(who.clone()));
        }
        if let Some((_, here)) = person.at {
            let (distance, radius) = (here.distance(self.need.coordinates), person.profile.max_radius);
            if distance > radius {
                let order = self.need.order.clone();
                self.broken(Violation::OutsideRadius { who, order, distance, radius });
            }
        }
    }

    /// Whether the visit fits into the round, and what it does to it.
    fn round(&mut self, person: &Person, placed: &Placed, amounts: &mut Amounts) {
        let who = || person.profile.id.clone();
        let promises = &person.round;
        let begun = promises.iter().skip(placed.position).any(|p| p.stage != Stage::Ahead);
        if placed.position > promises.len() || begun {
            return self.broken(Violation::Position { who: who(), position: placed.position });
        }
        let before: Vec<Stop<'_>> = promises.iter().map(Stop::Promised).collect();
        let mut after: Vec<Stop<'_>> = promises.iter().map(Stop::Promised).collect();
        after.insert(placed.position, Stop::New(self.need, self.start));
        let rounds = replay(self.facts, person, &before).zip(replay(self.facts, person, &after));
        let Some((before, after)) = rounds else {
            return self.broken(Violation::NoWay { who: who(), order: self.need.order.clone() });
        };
        if let Some(new) = after.get(placed.position) {
            if let Some(arrive) = new.arrive.filter(|at| *at <= self.start) {
                cost::add(amounts, TermKind::Idle, self.start.since(arrive).get());
            } else {
                let (order, arrive, start) = (self.need.order.clone(), new.arrive, self.start);
                self.broken(Violation::NotThere { who: who(), order, arrive, start });
            }
        }
        cost::add(amounts, TermKind::Detour, cost::on_the_road(&after) - cost::on_the_road(&before));
        self.promises(person, placed.position, &before, &after, amounts);
    }

    /// Whether every promise from the index on is kept.
    fn promises(
        &mut self,
        person: &Person,
        from: usize,
        before: &[Seen],
        after: &[Seen],
        amounts: &mut Amounts,
    ) {
        let find = |round: &[Seen], order: &OrderId| round.iter().find(|s| s.order == *order).cloned();
        for promise in person.round.iter().skip(from) {
            let (who, order, latest) = (person.profile.id.clone(), promise.order.clone(), promise.latest);
            let (Some(was), Some(is)) = (find(before, &order), find(after, &order)) else { continue };
            if is.start != was.start {
                self.findings.moved.insert((who.clone(), order.clone()), is.start);
            }
            if is.start > latest && is.start > was.start {
                self.broken(Violation::PromiseBroken { who, order, latest, start: is.start });
            } else if is.off_hours && !(was.off_hours && is.start <= was.start) {
                self.broken(Violation::PromiseOffHours { who, order });
            }
        }
        let kept = person.round.get(from..).unwrap_or_default();
        cost::add(amounts, TermKind::Displacement, cost::displaced(kept, before, after));
    }

    /// Someone who kept their seat: they wait, and their round must bear it.
    fn kept(&mut self, who: &CaregiverId, agreed: Timestamp, amounts: &mut Amounts) {
        cost::add(amounts, TermKind::Idle, self.start.since(agreed).get());
        let Some(person) = self.facts.person(who) else { return };
        let Some(visit) = person.round.iter().position(|p| p.order == self.need.order) else { return };
        if self.start == agreed {
            return;
        }
        self.fitness(person);
        let before: Vec<Stop<'_>> = person.round.iter().map(Stop::Promised).collect();
        let shared = person.round.iter().enumerate().map(|(i, promise)| {
            if i == visit { Stop::Shared(promise, self.start) } else { Stop::Promised(promise) }
        });
        let after: Vec<Stop<'_>> = shared.collect();
        if let Some((before, after)) =
            replay(self.facts, person, &before).zip(replay(self.facts, person, &after))
        {
            self.promises(person, visit + 1, &before, &after, amounts);
        }
    }
}

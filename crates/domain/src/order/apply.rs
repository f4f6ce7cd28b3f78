//! Commands applied to an order.

use super::{
    Actor, Application, Entry, Funding, Happening, MAX_APPLICATIONS, MAX_COMMANDS, Order, Refusal, Role,
    Stage, Verdict,
    stage::{AtDesk, Cancelled, NoShow, Visit, take_seat},
    timeline::HandBack,
};
use crate::{
    calendar::Day,
    command::{ArrivalException, CancelReason, Change, OrderAction, OrderCommand, Problem, Verification},
    decision::Exclusion,
    geo::Wgs84,
    id::{CaregiverId, CommandId, OfferId},
    time::Timestamp,
    unit::{Fen, Seconds},
};

/// A phone's clock may run ahead by so much.
const CLOCK_SKEW: Seconds = Seconds(120);
/// An outbox may replay what happened so long ago; what is older is the desk's to enter.
const MAX_BACKDATING: Seconds = Seconds::hours(24);
/// The longest reason, in characters.
const MAX_REASON: usize = 500;
/// The longest receipt of a verifier, in characters.
const MAX_RECEIPT: usize = 128;
/// The largest team an operator may name.
const MAX_TEAM: usize = 8;
/// The most anybody agrees to pay for one order.
const MAX_SELF_PAY: Fen = Fen(10_000_000);
/// Sensible visits in minutes.
const MINUTES: std::ops::RangeInclusive<i64> = 5..=480;

/// Who utters a command, and as which caregiver.
#[derive(Debug, Clone, Copy)]
pub struct Utterer<'a> {
    /// Who.
    pub actor: &'a Actor,
    /// The caregiver that account is, or acts for.
    pub caregiver: Option<&'a CaregiverId>,
}

impl Utterer<'_> {
    fn caregiver(&self) -> Result<&CaregiverId, Refusal> {
        self.caregiver.ok_or(Refusal::NoCaregiver)
    }
}

/// Whether that many minutes make a sensible visit.
///
/// # Errors
/// [`Refusal::Minutes`].
pub fn check_minutes(minutes: i64) -> Result<(), Refusal> {
    if MINUTES.contains(&minutes) { Ok(()) } else { Err(Refusal::Minutes(minutes)) }
}

/// Whether that is an amount somebody may agree to pay.
///
/// # Errors
/// [`Refusal::SelfPay`].
pub fn check_self_pay(up_to: Fen) -> Result<(), Refusal> {
    if (Fen::ZERO..=MAX_SELF_PAY).contains(&up_to) { Ok(()) } else { Err(Refusal::SelfPay(up_to.get())) }
}

impl Order {
    /// Applies a command that was not applied before (see [`Order::has_applied`]). Assigning by hand needs the
    /// matcher's checks and is not done here; `Assign` is refused as a wrong stage only where nobody can be assigned.
    ///
    /// # Errors
    /// The order is lost to the caller only on success; a [`Refusal`] leaves the caller's copy as the truth.
    pub fn apply(mut self, command: &OrderCommand, by: Utterer<'_>, now: Timestamp) -> Result<Self, Refusal> {
        self.check(command, by, now)?;
        let mut occurred = command.occurred_at.filter(|at| *at < now);
        if command.action.is_step() {
            occurred = self.after_the_step_before(occurred, by)?;
        }
        let at = occurred.unwrap_or(now);
        let what = self.transit(command, by, at, now)?;
        self.timeline.push(Entry {
            at: now,
            occurred_at: occurred,
            by: by.actor.clone(),
            command: Some(command.id.clone()),
            digest: None,
            what,
        });
        let interrupts = matches!(command.action, OrderAction::ReportProblem { can_continue: false, .. });
        if interrupts && let Stage::AtDesk(AtDesk { reason, .. }) = self.stage {
            self.note(now, Happening::HandedBack { reason });
        }
        Ok(self)
    }

    /// The checks that need no change: role, clock, revision, bounds.
    ///
    /// # Errors
    /// The first [`Refusal`].
    pub fn check(&self, command: &OrderCommand, by: Utterer<'_>, now: Timestamp) -> Result<(), Refusal> {
        let role = by.actor.role;
        if !command.action.allowed(role) {
            return Err(Refusal::NotAllowed { role, action: command.action.name() });
        }
        if let (OrderAction::Cancel { .. }, Role::System) = (&command.action, role) {
            self.check_withdrawal(command.action.name())?;
        }
        if let Some(at) = command.occurred_at.filter(|at| *at > now + CLOCK_SKEW) {
            return Err(Refusal::FromTheFuture(at));
        }
        if let Some(at) = command.occurred_at.filter(|at| *at + MAX_BACKDATING < now) {
            return Err(Refusal::TooLongAgo { at, hours: MAX_BACKDATING.get() / 3600 });
        }
        if let Some(expected) = command.if_revision.filter(|r| *r != self.revision) {
            return Err(Refusal::Stale { expected, actual: self.revision });
        }
        self.check_room(&command.action)?;
        check_texts(&command.action)
    }

    /// The platform takes back what it placed itself, and nobody away from a door.
    fn check_withdrawal(&self, action: &'static str) -> Result<(), Refusal> {
        if self.created_by.role != Role::System {
            return Err(Refusal::NotAllowed { role: Role::System, action });
        }
        if matches!(self.stage, Stage::Arrived(_)) {
            return Err(wrong(action, &self.stage));
        }
        Ok(())
    }

    /// A step does not happen before the one it follows. A clock that is a little slow is put right, one that is far
    /// off is not believed.
    fn after_the_step_before(
        &self,
        occurred: Option<Timestamp>,
        by: Utterer<'_>,
    ) -> Result<Option<Timestamp>, Refusal> {
        let (Some(at), previous) = (occurred, self.last_step(by.caregiver)) else { return Ok(None) };
        if at + CLOCK_SKEW < previous {
            return Err(Refusal::BeforePreviousStep { at, previous });
        }
        Ok(Some(at.max(previous)))
    }

    /// When the latest step of the visit was taken, by this caregiver where each takes their own.
    fn last_step(&self, caregiver: Option<&CaregiverId>) -> Timestamp {
        let of_team = |visit: &Visit, all: bool| {
            let members = visit.team.iter().filter(|m| all || caregiver.is_none_or(|c| m.caregiver == *c));
            members.map(|m| m.accepted_at.max(m.departed_at.max(m.arrived_at).unwrap_or_default())).max()
        };
        let step = match &self.stage {
            Stage::Accepted(visit) | Stage::EnRoute(visit) => of_team(visit, false),
            Stage::Arrived(visit) => of_team(visit, true),
            Stage::Done(done) => Some(done.finished_at),
            stage => stage.service().map(|service| service.started_at),
        };
        step.unwrap_or_default().max(self.created_at)
    }

    /// An order takes a bounded number of commands; the ways out of it stay open.
    fn check_room(&self, action: &OrderAction) -> Result<(), Refusal> {
        let most = if action.ends_it() {
            usize::MAX
        } else if action.is_a_way_out() {
            2 * MAX_COMMANDS
        } else {
            MAX_COMMANDS
        };
        if self.commands() >= most {
            return Err(Refusal::TooManyCommands);
        }
        if matches!(action, OrderAction::Apply { .. }) && self.applications.len() >= MAX_APPLICATIONS {
            return Err(Refusal::TooManyApplications { limit: MAX_APPLICATIONS });
        }
        Ok(())
    }

    fn transit(
        &mut self,
        command: &OrderCommand,
        by: Utterer<'_>,
        at: Timestamp,
        now: Timestamp,
    ) -> Result<Happening, Refusal> {
        let action = command.action.name();
        match &command.action {
            OrderAction::Accept { offer } => self.accept(by.caregiver()?, offer, now),
            OrderAction::Decline { offer, reason } => {
                let caregiver = by.caregiver()?.clone();
                self.own_pending(&caregiver, offer)?;
                self.replace(|order| order.vacate(&caregiver, now));
                self.rule_out(caregiver.clone(), Exclusion::Declined, now);
                Ok(Happening::Declined { caregiver, reason: *reason })
            }
            OrderAction::Depart
            | OrderAction::Arrive { .. }
            | OrderAction::Start { .. }
            | OrderAction::Finish
            | OrderAction::NoShow => self.journey(&command.action, by, at),
            OrderAction::Confirm { verification } => {
                if by.actor.role == Role::Caregiver {
                    self.member(by)?;
                    self.check_elders_proof(verification)?;
                }
                self.stage = match self.stage.clone() {
                    Stage::Done(d) => Stage::Confirmed(d.confirm(at, verification.clone())),
                    other => return Err(wrong(action, &other)),
                };
                Ok(Happening::Confirmed { verification: verification.clone() })
            }
            OrderAction::Rate { stars } => self.rate(*stars),
            OrderAction::ReportProblem { problem, can_continue } => {
                self.problem(by, *problem, *can_continue, now)
            }
            OrderAction::Apply { change, reason } => {
                let caregiver = self.member(by)?;
                if self.stage.is_closed() {
                    return Err(wrong(action, &self.stage));
                }
                self.applications.push(Application {
                    id: command.id.clone(),
                    caregiver,
                    change: change.clone(),
                    reason: reason.clone(),
                    at: now,
                    verdict: None,
                });
                Ok(Happening::Applied)
            }
            OrderAction::Answer { application, approve, reason } => {
                let verdict =
                    Verdict { approved: *approve, by: by.actor.clone(), at: now, reason: reason.clone() };
                self.answer(application, verdict)
            }
            OrderAction::Change { change } => {
                self.change(change, now, action, CancelReason::ElderWish)?;
                match &self.stage {
                    Stage::Cancelled(c) => Ok(Happening::Cancelled { reason: c.reason }),
                    _ => Ok(Happening::Changed),
                }
            }
            OrderAction::Cancel { reason } => {
                self.cancel(*reason, now, action)?;
                Ok(Happening::Cancelled { reason: *reason })
            }
            OrderAction::HandBack => {
                if self.stage.is_closed() || matches!(self.stage, Stage::InService(_) | Stage::AtDesk(_)) {
                    return Err(wrong(action, &self.stage));
                }
                self.replace(|order| order.hand_back(HandBack::Operator, now));
                Ok(Happening::HandedBack { reason: HandBack::Operator })
            }
            OrderAction::Resume => {
                if !matches!(self.stage, Stage::AtDesk(_) | Stage::Waiting(_)) {
                    return Err(wrong(action, &self.stage));
                }
                if let Stage::AtDesk(AtDesk { interrupted: Some(service), .. }) = &self.stage {
                    // The same people go on; nobody else is sent.
                    self.stage = Stage::InService((**service).clone());
                } else {
                    self.start_over();
                    self.replace(|order| order.release_all(now));
                }
                Ok(Happening::Resumed)
            }
            OrderAction::Assign { .. } => Err(wrong(action, &self.stage)),
        }
    }

    /// From setting off to the end of the service: each step consumes the stage before it.
    fn journey(
        &mut self,
        action: &OrderAction,
        by: Utterer<'_>,
        at: Timestamp,
    ) -> Result<Happening, Refusal> {
        let caregiver = self.member(by)?;
        let (stage, what) = match (action, self.stage.clone()) {
            (OrderAction::Depart, Stage::Accepted(visit) | Stage::EnRoute(visit)) => {
                (Stage::EnRoute(visit.depart(&caregiver, at)), Happening::EnRoute { caregiver })
            }
            (OrderAction::Arrive { place, exception }, Stage::Accepted(visit) | Stage::EnRoute(visit)) => {
                let exception = self.arrival_exception(by.actor.role, *place, *exception);
                (
                    visit.arrive(&caregiver, at, exception),
                    Happening::Arrived { caregiver, place: *place, exception },
                )
            }
            (OrderAction::Start { verification }, Stage::Arrived(visit)) => (
                Stage::InService(visit.start(at, verification.clone())),
                Happening::InService { verification: verification.clone() },
            ),
            (OrderAction::Finish, Stage::InService(service)) => {
                (Stage::Done(service.finish(at)), Happening::Done)
            }
            (OrderAction::Finish, Stage::AtDesk(AtDesk { interrupted: Some(service), .. })) => {
                (Stage::Done(service.finish(at)), Happening::Done)
            }
            (OrderAction::NoShow, Stage::Arrived(visit)) => {
                (Stage::NoShow(NoShow { at, visit }), Happening::NoShow { caregiver })
            }
            (action, other) => return Err(wrong(action.name(), &other)),
        };
        self.stage = stage;
        Ok(what)
    }

    /// What is unusual about an arrival that the geofence did not see. The platform's own view of the place goes before
    /// what the phone's holder says.
    fn arrival_exception(
        &self,
        role: Role,
        place: Option<Wgs84>,
        said: Option<ArrivalException>,
    ) -> Option<ArrivalException> {
        match (role, place) {
            (Role::System, _) => None,
            (Role::Caregiver, Some(at)) if at.distance(self.place) <= self.arrival_radius => said,
            (Role::Caregiver, Some(_)) => Some(said.unwrap_or(ArrivalException::OutsideRadius)),
            _ => Some(said.unwrap_or(ArrivalException::EnteredByHand)),
        }
    }

    /// A caregiver confirms only with a proof that the elder gave for it, not by their own word.
    fn check_elders_proof(&self, proof: &Verification) -> Result<(), Refusal> {
        let began = match &self.stage {
            Stage::Done(done) => done.service.identified.receipt.as_ref(),
            _ => None,
        };
        if proof.method.is_exception() || (proof.receipt.is_some() && proof.receipt.as_ref() == began) {
            return Err(Refusal::EldersProof);
        }
        Ok(())
    }

    fn problem(
        &mut self,
        by: Utterer<'_>,
        problem: Problem,
        can_continue: bool,
        now: Timestamp,
    ) -> Result<Happening, Refusal> {
        let caregiver = self.member(by)?;
        if self.stage.is_closed() {
            return Err(wrong("report_problem", &self.stage));
        }
        if !can_continue {
            if self.stage.service().is_some() {
                self.replace(|order| order.hand_back(HandBack::Problem, now));
            } else {
                self.replace(|order| order.vacate(&caregiver, now));
                self.rule_out(caregiver.clone(), Exclusion::Removed, now);
            }
        }
        Ok(Happening::ProblemReported { caregiver, problem })
    }

    fn answer(&mut self, application: &CommandId, verdict: Verdict) -> Result<Happening, Refusal> {
        let open = self.applications.iter_mut().find(|a| a.id == *application && a.verdict.is_none());
        let open = open.ok_or(Refusal::NoSuchApplication)?;
        let (change, approved, now) = (open.change.clone(), verdict.approved, verdict.at);
        open.verdict = Some(verdict);
        if approved {
            self.change(&change, now, "answer", CancelReason::StaffApplication)?;
        }
        Ok(Happening::Answered { approved })
    }

    fn accept(
        &mut self,
        caregiver: &CaregiverId,
        offer: &OfferId,
        now: Timestamp,
    ) -> Result<Happening, Refusal> {
        let pending = self.own_pending(caregiver, offer)?;
        if pending <= now {
            return Err(Refusal::OfferGone);
        }
        match self.stage.clone() {
            Stage::Offered(offered) => {
                self.stage = offered.accept(caregiver, offer, now).map_err(|_| Refusal::OfferGone)?;
            }
            Stage::Waiting(mut waiting) => {
                if !take_seat(&mut waiting.seats, caregiver, offer, now) {
                    return Err(Refusal::OfferGone);
                }
                self.stage = Stage::Waiting(waiting);
            }
            _ => return Err(Refusal::OfferGone),
        }
        Ok(Happening::Accepted { caregiver: caregiver.clone() })
    }

    /// The expiry of the caregiver's pending offer.
    fn own_pending(&self, caregiver: &CaregiverId, offer: &OfferId) -> Result<Timestamp, Refusal> {
        self.stage
            .seats()
            .iter()
            .find(|s| s.caregiver == *caregiver && s.offer == *offer && s.accepted_at.is_none())
            .map(|s| s.expires_at)
            .ok_or(Refusal::OfferGone)
    }

    /// The member of the team who speaks. The desk may speak for a team of one.
    fn member(&self, by: Utterer<'_>) -> Result<CaregiverId, Refusal> {
        let team = self.stage.visit().map(|v: &Visit| v.team.as_slice()).unwrap_or_default();
        if let Some(caregiver) = by.caregiver {
            return if team.iter().any(|m| m.caregiver == *caregiver) {
                Ok(caregiver.clone())
            } else {
                Err(Refusal::NotOnTeam(caregiver.clone()))
            };
        }
        match team {
            [only] if by.actor.role != Role::Caregiver => Ok(only.caregiver.clone()),
            _ => Err(Refusal::NoCaregiver),
        }
    }

    fn rate(&mut self, stars: u8) -> Result<Happening, Refusal> {
        if !(1..=5).contains(&stars) {
            return Err(Refusal::Stars(stars));
        }
        match &mut self.stage {
            Stage::Confirmed(c) if c.stars.is_none() => c.stars = Some(stars),
            other => return Err(wrong("rate", other)),
        }
        Ok(Happening::Rated { stars })
    }

    fn change(
        &mut self,
        change: &Change,
        now: Timestamp,
        action: &'static str,
        reason: CancelReason,
    ) -> Result<(), Refusal> {
        if self.stage.is_closed() {
            return Err(wrong(action, &self.stage));
        }
        let before = self.requirement.duration;
        match change {
            Change::Add { minutes } => self.lengthen(before + Change::minutes(*minutes)),
            Change::Reduce { minutes } => self.lengthen(before - Change::minutes(*minutes)),
            Change::Service { service } => {
                if self.stage.service().is_some() {
                    return Err(wrong(action, &self.stage));
                }
                self.service = *service;
                self.requirement = service.standard(self.family_present);
                self.funding = self.funding.take().map(Funding::anew);
                self.ask_anew(now);
                Ok(())
            }
            Change::Window { window } => {
                if window.latest < now {
                    return Err(Refusal::WindowPast(window.latest));
                }
                if self.stage.service().is_some() || matches!(self.stage, Stage::Arrived(_)) {
                    return Err(wrong(action, &self.stage));
                }
                if Day::of(self.window.earliest) != Day::of(window.earliest) {
                    self.funding = self.funding.take().map(Funding::anew);
                }
                self.window = *window;
                self.ask_anew(now);
                Ok(())
            }
            Change::SelfPay { up_to } => {
                check_self_pay(*up_to)?;
                let funding = self.funding.take().ok_or(Refusal::NotPaidHere)?;
                self.funding = Some(funding.agreed(*up_to));
                Ok(())
            }
            Change::Cancel => self.cancel(reason, now, action),
        }
    }

    fn lengthen(&mut self, duration: Seconds) -> Result<(), Refusal> {
        check_minutes(duration.get() / 60)?;
        self.requirement.duration = duration;
        Ok(())
    }

    /// Another service or time may suit other people: those who come are released, those who would not may be asked
    /// again. What is a human's stays theirs.
    fn ask_anew(&mut self, now: Timestamp) {
        self.start_over();
        if !matches!(self.stage, Stage::AtDesk(_)) {
            self.replace(|order| order.release_all(now));
        }
    }

    /// Forgets what came of asking so far, except whom the order was taken from.
    fn start_over(&mut self) {
        self.ruled_out.retain(|r| r.reason == Exclusion::Removed);
        self.tries = 0;
        self.first_offered_at = None;
        self.dispatch_overdue = false;
        self.acceptance_overdue = false;
        self.overdue.clear();
    }

    fn cancel(&mut self, reason: CancelReason, now: Timestamp, action: &'static str) -> Result<(), Refusal> {
        if self.stage.is_closed() || self.stage.service().is_some() {
            return Err(wrong(action, &self.stage));
        }
        let team = self.people().cloned().collect();
        self.stage = Stage::Cancelled(Cancelled { at: now, reason, team });
        Ok(())
    }

    /// Applies a consuming transition in place.
    fn replace(&mut self, transition: impl FnOnce(Self) -> Self) {
        *self = transition(self.clone());
    }
}

/// Texts that people write are short and hold nothing but writing.
fn check_texts(action: &OrderAction) -> Result<(), Refusal> {
    let (text, limit) = match action {
        OrderAction::Apply { reason, .. }
        | OrderAction::Answer { reason, .. }
        | OrderAction::Assign { reason, .. } => (reason.as_str(), MAX_REASON),
        OrderAction::Start { verification } | OrderAction::Confirm { verification } => {
            (verification.receipt.as_deref().unwrap_or_default(), MAX_RECEIPT)
        }
        _ => return Ok(()),
    };
    if text.chars().count() > limit {
        return Err(Refusal::TextTooLong { limit });
    }
    if text.chars().any(char::is_control) {
        return Err(Refusal::ControlCharacter);
    }
    if let OrderAction::Start { verification } | OrderAction::Confirm { verification } = action
        && !verification.method.is_exception()
        && text.trim().is_empty()
    {
        return Err(Refusal::ReceiptMissing);
    }
    if let OrderAction::Assign { caregivers, .. } = action
        && caregivers.len() > MAX_TEAM
    {
        return Err(Refusal::TeamSize { needed: MAX_TEAM as u8, given: caregivers.len() });
    }
    Ok(())
}

fn wrong(action: &'static str, stage: &Stage) -> Refusal {
    Refusal::WrongStage { action, stage: stage.name() }
}

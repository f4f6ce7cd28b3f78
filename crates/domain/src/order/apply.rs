//! Commands applied to an order.

use super::{
    Actor, Application, Entry, Happening, MAX_COMMANDS, Order, Refusal, Role, Stage, Verdict,
    stage::{AtDesk, Cancelled, NoShow, Visit, take_seat},
    timeline::HandBack,
};
use crate::{
    command::{CancelReason, Change, OrderAction, OrderCommand, Problem},
    decision::Exclusion,
    id::{CaregiverId, CommandId, OfferId},
    service::ServiceKind,
    time::Timestamp,
    unit::Seconds,
};

/// A phone's clock may run ahead by so much.
const CLOCK_SKEW: Seconds = Seconds(120);
/// The longest reason.
const MAX_REASON: usize = 500;
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

impl Order {
    /// Applies a command that was not applied before (see [`Order::has_applied`]). Assigning by hand needs the
    /// matcher's checks and is not done here; `Assign` is refused as a wrong stage only where nobody can be assigned.
    ///
    /// # Errors
    /// The order is lost to the caller only on success; a [`Refusal`] leaves the caller's copy as the truth.
    pub fn apply(mut self, command: &OrderCommand, by: Utterer<'_>, now: Timestamp) -> Result<Self, Refusal> {
        self.check(command, by, now)?;
        let occurred = command.occurred_at.filter(|at| *at < now);
        let at = occurred.unwrap_or(now).max(self.created_at);
        let what = self.transit(command, by, at, now)?;
        self.timeline.push(Entry {
            at: now,
            occurred_at: occurred,
            by: by.actor.clone(),
            command: Some(command.id.clone()),
            what,
        });
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
        if let Some(at) = command.occurred_at.filter(|at| *at > now + CLOCK_SKEW) {
            return Err(Refusal::FromTheFuture(at));
        }
        if let Some(expected) = command.if_revision.filter(|r| *r != self.revision) {
            return Err(Refusal::Stale { expected, actual: self.revision });
        }
        if self.timeline.len() >= MAX_COMMANDS {
            return Err(Refusal::TooManyCommands);
        }
        if let OrderAction::Apply { reason, .. }
        | OrderAction::Answer { reason, .. }
        | OrderAction::Assign { reason, .. } = &command.action
            && reason.chars().count() > MAX_REASON
        {
            return Err(Refusal::TextTooLong { limit: MAX_REASON });
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
                self.ruled_out.retain(|r| r.reason == Exclusion::Removed);
                self.tries = 0;
                self.replace(|order| order.release_all(now));
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
            (OrderAction::Arrive { place, exception }, Stage::Accepted(visit) | Stage::EnRoute(visit)) => (
                visit.arrive(&caregiver, at, *exception),
                Happening::Arrived { caregiver, place: *place, exception: *exception },
            ),
            (OrderAction::Start { verification }, Stage::Arrived(visit)) => (
                Stage::InService(visit.start(at, verification.clone())),
                Happening::InService { verification: verification.clone() },
            ),
            (OrderAction::Finish, Stage::InService(service)) => {
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
            if matches!(self.stage, Stage::InService(_)) {
                self.stage = Stage::AtDesk(AtDesk { since: now, reason: HandBack::Problem });
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
                if matches!(self.stage, Stage::InService(_)) {
                    return Err(wrong(action, &self.stage));
                }
                self.become_service(*service, now);
                Ok(())
            }
            Change::Window { window } => {
                if window.latest < now {
                    return Err(Refusal::WindowPast(window.latest));
                }
                if matches!(self.stage, Stage::InService(_) | Stage::Arrived(_)) {
                    return Err(wrong(action, &self.stage));
                }
                self.window = *window;
                self.replace(|order| order.release_all(now));
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

    /// Another service may take other people: those who come are released.
    fn become_service(&mut self, service: ServiceKind, now: Timestamp) {
        self.service = service;
        self.requirement = service.standard(self.family_present);
        self.replace(|order| order.release_all(now));
    }

    fn cancel(&mut self, reason: CancelReason, now: Timestamp, action: &'static str) -> Result<(), Refusal> {
        if self.stage.is_closed() || matches!(self.stage, Stage::InService(_)) {
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

fn wrong(action: &'static str, stage: &Stage) -> Refusal {
    Refusal::WrongStage { action, stage: stage.name() }
}

//! Commands applied to an incident.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{
    Answer, Call, Callee, Claim, Deed, Entry, Happening, Incident, MAX_ENTRIES, Means, Outcome, Refusal,
    Responder, Stage, TAKE_OVER, stage::NoSuchWay,
};
use crate::{
    id::{CaregiverId, CommandId, IncidentId, UserId},
    order::{Actor, Role},
    time::Timestamp,
    unit::Seconds,
};

/// The longest text of a command.
pub const MAX_TEXT: usize = 1000;
/// A phone's clock may run ahead by so much.
const CLOCK_SKEW: Seconds = Seconds(120);

/// What can be done about an incident.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "action", rename_all = "snake_case")]
pub enum IncidentAction {
    /// Takes it on at the desk. `take_over` says aloud that somebody else's claim is meant.
    Claim {
        /// Over somebody else's claim, when that is stale; a supervisor may at any time.
        #[serde(default)]
        take_over: bool,
    },
    /// Gives the claim up.
    Release,
    /// Hands the claim on at the change of shift.
    HandOn {
        /// To whom.
        to: UserId,
    },
    /// A human has heard it.
    Acknowledge,
    /// Calls whoever called for help back, by a phone that speaks and waits for a key (1 help is needed, 2 it is not).
    CallBack,
    /// A remark.
    Note {
        /// The text.
        text: String,
    },
    /// A caregiver who was called goes. The desk may name any caregiver.
    Accept {
        /// Who, where the desk says so.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        caregiver: Option<CaregiverId>,
    },
    /// A caregiver who was called cannot go.
    Decline,
    /// A responder is there.
    Arrive {
        /// Who, where the desk says so.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        caregiver: Option<CaregiverId>,
    },
    /// Help was given.
    Resolve {
        /// What was done.
        note: String,
    },
    /// There was no emergency.
    FalseAlarm {
        /// Why it was called.
        reason: String,
    },
    /// 120 has it.
    HandTo120 {
        /// Their case number.
        reference: String,
    },
}

impl IncidentAction {
    /// The name as it stands on the wire.
    pub const fn name(&self) -> &'static str {
        match self {
            Self::Claim { .. } => "claim",
            Self::Release => "release",
            Self::HandOn { .. } => "hand_on",
            Self::Acknowledge => "acknowledge",
            Self::CallBack => "call_back",
            Self::Note { .. } => "note",
            Self::Accept { .. } => "accept",
            Self::Decline => "decline",
            Self::Arrive { .. } => "arrive",
            Self::Resolve { .. } => "resolve",
            Self::FalseAlarm { .. } => "false_alarm",
            Self::HandTo120 { .. } => "hand_to120",
        }
    }

    /// Who may: the desk everything; a caregiver what concerns the going and, once there, the end; nobody else anything.
    pub const fn allowed(&self, role: Role) -> bool {
        match role {
            Role::Operator | Role::Supervisor => true,
            Role::Caregiver => {
                matches!(
                    self,
                    Self::Accept { .. }
                        | Self::Decline
                        | Self::Arrive { .. }
                        | Self::Note { .. }
                        | Self::Resolve { .. }
                )
            }
            _ => false,
        }
    }

    fn text(&self) -> Option<&str> {
        match self {
            Self::Note { text } => Some(text),
            Self::Resolve { note } => Some(note),
            Self::FalseAlarm { reason } => Some(reason),
            Self::HandTo120 { reference } => Some(reference),
            _ => None,
        }
    }
}

/// A command to an incident. Repeating the same id is harmless.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct IncidentCommand {
    /// Its id.
    pub id: CommandId,
    /// To which.
    pub incident: IncidentId,
    /// What.
    #[serde(flatten)]
    pub action: IncidentAction,
    /// By which means.
    #[serde(default)]
    pub means: Means,
    /// When it happened, where that is earlier (a phone without signal).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub occurred_at: Option<Timestamp>,
}

/// Who utters a command, and as which caregiver.
#[derive(Debug, Clone, Copy)]
pub struct Utterer<'a> {
    /// Who.
    pub actor: &'a Actor,
    /// The caregiver that account is.
    pub caregiver: Option<&'a CaregiverId>,
}

impl Incident {
    /// Applies a command that was not applied before.
    ///
    /// # Errors
    /// A [`Refusal`]; the caller's copy then stays the truth.
    pub fn apply(
        mut self,
        command: &IncidentCommand,
        by: Utterer<'_>,
        now: Timestamp,
    ) -> Result<Self, Refusal> {
        let (role, action) = (by.actor.role, &command.action);
        if !action.allowed(role) {
            return Err(Refusal::NotAllowed { role, action: action.name() });
        }
        if let Some(at) = command.occurred_at.filter(|at| *at > now + CLOCK_SKEW) {
            return Err(Refusal::FromTheFuture(at));
        }
        if action.text().is_some_and(|text| text.trim().is_empty() || text.chars().count() > MAX_TEXT) {
            return Err(Refusal::Text { limit: MAX_TEXT });
        }
        let closing = matches!(
            action,
            IncidentAction::Resolve { .. }
                | IncidentAction::FalseAlarm { .. }
                | IncidentAction::HandTo120 { .. }
        );
        if self.timeline.len() >= MAX_ENTRIES && !closing {
            return Err(Refusal::TooManyEntries);
        }
        let occurred = command.occurred_at.filter(|at| *at < now).map(|at| at.max(self.opened_at));
        let deed = Deed { by: by.actor.clone(), at: occurred.unwrap_or(now), means: command.means };
        let what = self.transit(command, by, deed, now)?;
        let entry = Entry {
            at: now,
            occurred_at: occurred,
            by: by.actor.clone(),
            command: Some(command.id.clone()),
            what,
        };
        self.timeline.push(entry);
        Ok(self)
    }

    fn transit(
        &mut self,
        command: &IncidentCommand,
        by: Utterer<'_>,
        deed: Deed,
        now: Timestamp,
    ) -> Result<Happening, Refusal> {
        let means = command.means;
        let action = &command.action;
        if self.stage.is_closed() && !matches!(action, IncidentAction::Note { .. }) {
            return Err(Refusal::WrongStage { action: action.name(), stage: self.stage.name() });
        }
        Ok(match action {
            IncidentAction::Claim { take_over } => self.claim(by.actor, *take_over, now)?,
            IncidentAction::Release => {
                self.own_claim(by.actor)?;
                self.claim = None;
                Happening::Released
            }
            IncidentAction::HandOn { to } => {
                self.own_claim(by.actor)?;
                self.claim = Some(Claim { by: to.clone(), at: now, stale: false });
                Happening::HandedOn { to: to.clone() }
            }
            IncidentAction::Acknowledge => {
                self.step(action.name(), |stage| stage.acknowledge(deed))?;
                self.freshen(by.actor, now);
                Happening::Acknowledged { means }
            }
            IncidentAction::CallBack => {
                if self.drill {
                    return Err(Refusal::Drill);
                }
                let (step, round) = (self.escalation.taken, self.escalation.round);
                self.calls.push(Call::new(Callee::Home, now, step, round));
                Happening::CalledBack
            }
            IncidentAction::Note { text } => Happening::Noted { text: text.clone() },
            IncidentAction::Accept { caregiver } => {
                let caregiver = Self::goer(by, caregiver.as_ref())?;
                self.accept(caregiver.clone(), by, deed, now)?;
                Happening::Accepted { caregiver, means }
            }
            IncidentAction::Decline => {
                let caregiver = by.caregiver.ok_or(Refusal::NoCaregiver)?.clone();
                let call = self.waiting_call(&caregiver);
                call.ok_or_else(|| Refusal::NotCalled(caregiver.clone()))?.answer = Answer::Declined;
                Happening::Declined { caregiver }
            }
            IncidentAction::Arrive { caregiver } => {
                let caregiver = Self::goer(by, caregiver.as_ref())?;
                self.step(action.name(), |stage| stage.arrive(&caregiver, deed))?;
                Happening::Arrived { caregiver }
            }
            IncidentAction::Resolve { note } => {
                self.is_there(by)?;
                self.close(action.name(), Outcome::Resolved { note: note.clone() }, deed)?
            }
            IncidentAction::FalseAlarm { reason } => {
                self.close(action.name(), Outcome::FalseAlarm { reason: reason.clone() }, deed)?
            }
            IncidentAction::HandTo120 { reference } => {
                self.close(action.name(), Outcome::HandedTo120 { reference: reference.clone() }, deed)?
            }
        })
    }

    /// Replaces the stage by the one that follows from it.
    fn step(
        &mut self,
        action: &'static str,
        way: impl FnOnce(Stage) -> Result<Stage, NoSuchWay>,
    ) -> Result<(), Refusal> {
        match way(std::mem::replace(&mut self.stage, Stage::Open)) {
            Ok(next) => {
                self.stage = next;
                Ok(())
            }
            Err(NoSuchWay(stage)) => {
                self.stage = stage;
                Err(Refusal::WrongStage { action, stage: self.stage.name() })
            }
        }
    }

    fn claim(&mut self, actor: &Actor, take_over: bool, now: Timestamp) -> Result<Happening, Refusal> {
        let user = actor.user.clone().ok_or(Refusal::NoAccount)?;
        let mut from = None;
        if let Some(claim) = self.claim.as_ref().filter(|claim| claim.by != user) {
            let free_from = claim.at + TAKE_OVER;
            // A claim that led to an acknowledgement is kept until it is handed on; a supervisor may always step in.
            let free = claim.stale || (matches!(self.stage, Stage::Open) && free_from <= now);
            if !take_over || !(free || actor.role == Role::Supervisor) {
                return Err(Refusal::Claimed { by: claim.by.clone(), from: free_from });
            }
            from = Some(claim.by.clone());
        }
        self.claim = Some(Claim { by: user, at: now, stale: false });
        Ok(Happening::Claimed { from })
    }

    fn own_claim(&self, actor: &Actor) -> Result<(), Refusal> {
        let mine = self.claim.as_ref().is_some_and(|claim| Some(&claim.by) == actor.user.as_ref());
        let may = mine || (actor.role == Role::Supervisor && self.claim.is_some());
        if may { Ok(()) } else { Err(Refusal::NotClaimed) }
    }

    /// Who acknowledges an unclaimed incident has it.
    fn freshen(&mut self, actor: &Actor, now: Timestamp) {
        match (&mut self.claim, &actor.user) {
            (Some(claim), Some(user)) if claim.by == *user => claim.stale = false,
            (claim @ None, Some(user)) => *claim = Some(Claim { by: user.clone(), at: now, stale: false }),
            _ => {}
        }
    }

    fn goer(by: Utterer<'_>, named: Option<&CaregiverId>) -> Result<CaregiverId, Refusal> {
        match (by.actor.role, by.caregiver, named) {
            (Role::Caregiver, Some(own), _) => Ok(own.clone()),
            (Role::Operator | Role::Supervisor, _, Some(named)) => Ok(named.clone()),
            _ => Err(Refusal::NoCaregiver),
        }
    }

    /// A caregiver ends what they have seen with their own eyes; the desk whatever it answers for.
    fn is_there(&self, by: Utterer<'_>) -> Result<(), Refusal> {
        if by.actor.role != Role::Caregiver {
            return Ok(());
        }
        let caregiver = by.caregiver.ok_or(Refusal::NoCaregiver)?;
        let there = |responder: &&Responder| responder.caregiver == *caregiver && responder.arrived.is_some();
        let there = self.stage.responders().iter().find(there);
        there.map(|_| ()).ok_or_else(|| Refusal::NotOnScene(caregiver.clone()))
    }

    fn waiting_call(&mut self, caregiver: &CaregiverId) -> Option<&mut Call> {
        self.calls.iter_mut().rev().find(|call| {
            call.answer == Answer::Waiting
                && matches!(&call.callee, Callee::Caregiver { caregiver: c } if c == caregiver)
        })
    }

    /// The first to accept goes; the others are stood down. The desk may send one more.
    fn accept(
        &mut self,
        caregiver: CaregiverId,
        by: Utterer<'_>,
        deed: Deed,
        now: Timestamp,
    ) -> Result<(), Refusal> {
        if self.stage.responders().iter().any(|r| r.caregiver == caregiver) {
            return Err(Refusal::WrongStage { action: "accept", stage: self.stage.name() });
        }
        if by.actor.role == Role::Caregiver {
            if let Some(first) = self.stage.responders().first() {
                return Err(Refusal::Taken(first.caregiver.clone()));
            }
            if self.waiting_call(&caregiver).is_none() {
                return Err(Refusal::NotCalled(caregiver));
            }
        }
        if let Some(call) = self.waiting_call(&caregiver) {
            call.answer = Answer::Accepted;
        } else {
            let (step, round) = (self.escalation.taken, self.escalation.round);
            let callee = Callee::Caregiver { caregiver: caregiver.clone() };
            self.calls.push(Call { answer: Answer::Accepted, ..Call::new(callee, now, step, round) });
        }
        let responder = Responder { caregiver, accepted: deed, arrived: None };
        self.step("accept", |stage| stage.respond(responder))?;
        self.stand_down(false);
        Ok(())
    }

    fn close(&mut self, action: &'static str, outcome: Outcome, deed: Deed) -> Result<Happening, Refusal> {
        let told = outcome.clone();
        self.step(action, |stage| stage.close(outcome, deed))?;
        self.escalation.due = None;
        self.escalation.searching = None;
        self.stand_down(true);
        Ok(Happening::Closed { outcome: told })
    }

    /// Caregivers who were asked and did not answer need not any more; at the end nobody need.
    fn stand_down(&mut self, everyone: bool) {
        for call in self.calls.iter_mut().filter(|call| call.answer == Answer::Waiting) {
            if everyone || matches!(call.callee, Callee::Caregiver { .. }) {
                call.answer = Answer::StoodDown;
            }
        }
    }
}

//! The work order (工单): the aggregate that `dispatch` owns, and its life
//! (Jiayuguan Art. 16: chosen → accepted by the platform → served against the order → confirmed → rated).
//!
//! [`Order::apply`] consumes the order and a command and gives the next order or a [`Refusal`]; it plans nothing. An
//! order that it leaves [`Stage::Waiting`] is the matcher's to fill.

pub mod apply;
pub mod funding;
pub mod refusal;
pub mod stage;
pub mod timeline;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

pub use self::{
    funding::{Funding, FundingState, PayWith},
    refusal::Refusal,
    stage::Stage,
    timeline::{Actor, Entry, Happening, Role},
};
use crate::{
    command::Change,
    decision::{Decision, DecisionRef, Exclusion},
    geo::Wgs84,
    id::{CaregiverId, CommandId, CommunityId, DistrictId, ElderId, OfferId, OrderId, StreetId},
    order::stage::{AtDesk, Member, Seat, Visit, Waiting},
    order::timeline::{HandBack, Limit},
    priority::Priority,
    service::{Requirement, ServiceKind},
    time::{Timestamp, Window},
    unit::Metres,
};

/// The most commands one order remembers; more are refused, so that no client can grow an order without bound. What
/// ends an order or brings it to a human is always taken, see [`OrderAction::is_a_way_out`].
///
/// [`OrderAction::is_a_way_out`]: crate::command::OrderAction::is_a_way_out
pub const MAX_COMMANDS: usize = 128;
/// The most applications of staff one order takes.
pub const MAX_APPLICATIONS: usize = 16;
/// The most deeds of the platform itself that the timeline keeps; older ones stand in the earlier messages.
pub const MAX_NOTES: usize = 64;
/// What is kept of them when the order threatens to become too large to be stored.
const NOTES_AT_WORST: usize = 8;

/// A work order with its whole state; every message about it carries all of it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Order {
    /// Its name.
    pub id: OrderId,
    /// Whose.
    pub district: DistrictId,
    /// For whom.
    pub elder: ElderId,
    /// Where.
    pub place: Wgs84,
    /// The street of that place.
    pub street: StreetId,
    /// The community of that place.
    pub community: CommunityId,
    /// How close counts as arrived.
    pub arrival_radius: Metres,
    /// What.
    pub service: ServiceKind,
    /// What it takes.
    pub requirement: Requirement,
    /// A family member is there throughout.
    #[serde(default)]
    pub family_present: bool,
    /// When it may start.
    pub window: Window,
    /// Its rank in the queue.
    pub priority: Priority,
    /// When it was placed.
    pub created_at: Timestamp,
    /// By whom.
    pub created_by: Actor,
    /// Counts the events; 1 after creation.
    pub revision: u32,
    /// How often the matcher asked someone.
    #[serde(default)]
    pub tries: u16,
    /// Where it stands.
    #[serde(flatten)]
    pub stage: Stage,
    /// Who is not to be asked again, and why.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub ruled_out: Vec<RuledOut>,
    /// What staff applied for.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub applications: Vec<Application>,
    /// Already warned of: dispatch took too long.
    #[serde(default)]
    pub dispatch_overdue: bool,
    /// Already warned of: acceptance took too long.
    #[serde(default)]
    pub acceptance_overdue: bool,
    /// What else about the visit has been warned of.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub overdue: Vec<Limit>,
    /// When somebody was first asked, since it was last given to the matcher.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub first_offered_at: Option<Timestamp>,
    /// How it is paid; nothing where the district has no accounts.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub funding: Option<Funding>,
    /// What happened, oldest first.
    pub timeline: Vec<Entry>,
}

/// Someone who is not to be asked again for this order.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct RuledOut {
    /// Who.
    pub caregiver: CaregiverId,
    /// Why.
    pub reason: Exclusion,
    /// Since when.
    pub at: Timestamp,
}

/// A change staff applied for (Jiayuguan Art. 16(2)).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Application {
    /// The command id it came with.
    pub id: CommandId,
    /// Who.
    pub caregiver: CaregiverId,
    /// For what.
    pub change: Change,
    /// Why.
    pub reason: String,
    /// When.
    pub at: Timestamp,
    /// The platform's answer.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub verdict: Option<Verdict>,
}

/// The platform's answer to an application.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Verdict {
    /// Granted or not.
    pub approved: bool,
    /// By whom.
    pub by: Actor,
    /// When.
    pub at: Timestamp,
    /// Why.
    pub reason: String,
}

impl Order {
    /// Whether the command was applied before.
    pub fn has_applied(&self, command: &CommandId) -> bool {
        self.applied(command).is_some()
    }

    /// What came of the command, if it was applied before.
    pub fn applied(&self, command: &CommandId) -> Option<&Entry> {
        self.timeline.iter().find(|e| e.command.as_ref() == Some(command))
    }

    /// Keeps a digest of what the command asked.
    pub fn seal(&mut self, command: &CommandId, digest: String) {
        if let Some(entry) = self.timeline.iter_mut().rev().find(|e| e.command.as_ref() == Some(command)) {
            entry.digest = Some(digest);
        }
    }

    /// Seats still to be filled.
    pub fn missing(&self) -> usize {
        match &self.stage {
            Stage::Waiting(w) => usize::from(self.requirement.team_size).saturating_sub(w.seats.len()),
            _ => 0,
        }
    }

    /// When the next of its offers runs out.
    pub fn offer_ends_at(&self) -> Option<Timestamp> {
        self.stage.seats().iter().filter(|s| s.accepted_at.is_none()).map(|s| s.expires_at).min()
    }

    /// Whether a supervisor has to look at the visit: somebody's arrival was not seen by the geofence, or the elder was
    /// identified by other means than the documents name (Jiayuguan Art. 16(3), 18).
    pub fn is_exception(&self) -> bool {
        let arrived = self.stage.visit().is_some_and(|v| v.team.iter().any(|m| m.exception.is_some()));
        let done = self.stage.done().map(|done| &done.service);
        let began = self.stage.service().or(done).is_some_and(|s| s.identified.method.is_exception());
        let confirmed = matches!(&self.stage, Stage::Confirmed(c) if c.confirmed_by.method.is_exception());
        arrived || began || confirmed
    }

    /// Whether that has been warned of.
    pub fn has_warned(&self, limit: Limit) -> bool {
        match limit {
            Limit::Dispatch => self.dispatch_overdue,
            Limit::Acceptance => self.acceptance_overdue,
            limit => self.overdue.contains(&limit),
        }
    }

    /// Warns that a patience has run out.
    pub fn warn(&mut self, limit: Limit, at: Timestamp) {
        match limit {
            Limit::Dispatch => self.dispatch_overdue = true,
            Limit::Acceptance => self.acceptance_overdue = true,
            limit => self.overdue.push(limit),
        }
        self.note(at, Happening::Overdue { limit });
    }

    /// Everyone who is asked, coming or there.
    pub fn people(&self) -> impl Iterator<Item = &CaregiverId> {
        let seats = self.stage.seats().iter().map(|s| &s.caregiver);
        let team = self.stage.visit().map(|v| v.team.as_slice()).unwrap_or_default();
        seats.chain(team.iter().map(|m| &m.caregiver))
    }

    /// Rules someone out for this order.
    pub fn rule_out(&mut self, caregiver: CaregiverId, reason: Exclusion, at: Timestamp) {
        if !self.ruled_out.iter().any(|r| r.caregiver == caregiver) {
            self.ruled_out.push(RuledOut { caregiver, reason, at });
        }
    }

    /// Adds a deed of the platform itself to the timeline.
    pub fn note(&mut self, at: Timestamp, what: Happening) {
        self.timeline.push(Entry {
            at,
            occurred_at: None,
            by: Actor::SYSTEM,
            command: None,
            digest: None,
            what,
        });
    }

    /// How many commands it has taken.
    pub fn commands(&self) -> usize {
        self.timeline.iter().filter(|e| e.command.is_some()).count()
    }

    /// Drops the oldest of the platform's own entries beyond [`MAX_NOTES`]. Commands stay, so that none is applied
    /// twice; what is dropped can still be read in the order's earlier messages.
    pub fn compact(&mut self) {
        self.keep_notes(MAX_NOTES);
    }

    /// Leaves out whatever the order can do without: old notes, the words of answered applications and of all but
    /// the latest assignment by hand. All of it stands in the order's earlier messages.
    pub fn shed(&mut self) {
        self.keep_notes(NOTES_AT_WORST);
        for application in &mut self.applications {
            if let Some(verdict) = &mut application.verdict {
                application.reason.clear();
                verdict.reason.clear();
            }
        }
        let reasons = self.timeline.iter_mut().rev().filter_map(|e| match &mut e.what {
            Happening::Assigned { reason, .. } => Some(reason),
            _ => None,
        });
        for reason in reasons.skip(1) {
            reason.clear();
        }
    }

    fn keep_notes(&mut self, most: usize) {
        let notes = self.timeline.iter().filter(|e| e.command.is_none()).count();
        let mut surplus = notes.saturating_sub(most);
        self.timeline.retain(|e| {
            let drop = surplus > 0 && e.command.is_none() && e.what != Happening::Created;
            surplus -= usize::from(drop);
            !drop
        });
    }

    /// Offers the free seats. Leaves any other stage than [`Stage::Waiting`] as it is.
    #[must_use]
    pub fn offer(mut self, seats: Vec<Seat>, decision: &Decision, at: Timestamp) -> Self {
        let Stage::Waiting(waiting) = self.stage else { return self };
        let to = seats.iter().map(|s| s.caregiver.clone()).collect();
        let reference = DecisionRef { id: decision.id.clone(), method: decision.method };
        self.stage = Stage::Offered(waiting.offer(seats, reference));
        self.tries = self.tries.saturating_add(1);
        self.first_offered_at.get_or_insert(at);
        self.note(at, Happening::Offered { to, decision: decision.id.clone() });
        self
    }

    /// Empties the seats whose offers have run out by `at`; those people are not asked again.
    #[must_use]
    pub fn expire_offers(mut self, at: Timestamp) -> Self {
        let late: Vec<CaregiverId> = self
            .stage
            .seats()
            .iter()
            .filter(|s| s.accepted_at.is_none() && s.expires_at <= at)
            .map(|s| s.caregiver.clone())
            .collect();
        for caregiver in late {
            self = self.vacate(&caregiver, at);
            self.rule_out(caregiver.clone(), Exclusion::TimedOut, at);
            self.note(at, Happening::TimedOut { caregiver });
        }
        self
    }

    /// Empties one seat or takes one off the team, before the service begins.
    #[must_use]
    pub fn vacate(mut self, caregiver: &CaregiverId, at: Timestamp) -> Self {
        self.stage = match self.stage {
            Stage::Offered(offered) => Stage::Waiting(offered.vacate(caregiver, at)),
            Stage::Accepted(visit) | Stage::EnRoute(visit) | Stage::Arrived(visit)
                if visit.includes(caregiver) =>
            {
                self.overdue.clear();
                Stage::Waiting(visit.release(caregiver, at))
            }
            Stage::Waiting(mut waiting) => {
                waiting.seats.retain(|s| s.caregiver != *caregiver);
                Stage::Waiting(waiting)
            }
            other => other,
        };
        self
    }

    /// Withdraws every offer and releases everyone, back to waiting. Closed orders and running services stay.
    #[must_use]
    pub fn release_all(mut self, at: Timestamp) -> Self {
        let people: Vec<CaregiverId> = self.people().cloned().collect();
        if self.stage.is_closed() || self.stage.service().is_some() {
            return self;
        }
        for caregiver in people {
            self.note(at, Happening::Released { caregiver });
        }
        self.overdue.clear();
        self.stage = Stage::Waiting(Waiting { since: at, seats: Vec::new(), shortage: None, retry_at: at });
        self
    }

    /// Gives it to these people by an operator's hand; the caller has checked that they may serve.
    #[must_use]
    pub fn assign(
        mut self,
        team: Vec<(CaregiverId, OfferId)>,
        start: Timestamp,
        decision: &Decision,
        at: Timestamp,
    ) -> Self {
        self = self.release_all(at);
        let reference = DecisionRef { id: decision.id.clone(), method: decision.method };
        let team = team
            .into_iter()
            .map(|(caregiver, offer)| Member {
                caregiver,
                offer,
                accepted_at: at,
                leg: None,
                departed_at: None,
                arrived_at: None,
                exception: None,
            })
            .collect();
        self.stage = Stage::Accepted(Visit { start, team, decision: reference });
        self
    }

    /// Hands it to a human. Everyone is released, except from a service that has begun.
    #[must_use]
    pub fn hand_back(mut self, reason: HandBack, at: Timestamp) -> Self {
        self = self.release_all(at);
        let interrupted = self.stage.service().cloned().map(Box::new);
        self.stage = Stage::AtDesk(AtDesk { since: at, reason, interrupted });
        self
    }
}

//! The stages of an order as types. A transition consumes the stage it leaves, so none can happen twice, and data
//! exists only in the stages that have it.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::{
    command::{ArrivalException, CancelReason, Verification},
    decision::{DecisionRef, Leg, Shortage},
    id::{CaregiverId, OfferId},
    order::timeline::HandBack,
    time::Timestamp,
};

/// Where an order stands.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "stage", rename_all = "snake_case")]
pub enum Stage {
    /// Nobody is being asked, or too few of a team (待派单).
    Waiting(Waiting),
    /// All seats of the team are offered or taken (已派单).
    Offered(Offered),
    /// The team is complete (已接单).
    Accepted(Visit),
    /// At least one is on the way (前往中).
    EnRoute(Visit),
    /// All are at the door (已到达).
    Arrived(Visit),
    /// The elder was identified and is being served (服务中).
    InService(InService),
    /// Served, not confirmed yet (待确认).
    Done(Done),
    /// Confirmed by the elder (已确认).
    Confirmed(Confirmed),
    /// Called off (已取消).
    Cancelled(Cancelled),
    /// Nobody opened the door (上门无人).
    NoShow(NoShow),
    /// A human decides (转人工).
    AtDesk(AtDesk),
}

/// Waiting for capacity or for its time.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Waiting {
    /// Since when nobody could be asked.
    pub since: Timestamp,
    /// Seats of a team that are offered or taken while others are being sought.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub seats: Vec<Seat>,
    /// Why nobody could be offered it; `None` for an appointment ahead.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub shortage: Option<Shortage>,
    /// Not tried before; for an appointment the time it is released.
    pub retry_at: Timestamp,
}

/// One place in the team, offered to one caregiver.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Seat {
    /// The offer's name.
    pub offer: OfferId,
    /// To whom.
    pub caregiver: CaregiverId,
    /// When it was offered.
    pub offered_at: Timestamp,
    /// When it runs out.
    pub expires_at: Timestamp,
    /// When the visit would start.
    pub start: Timestamp,
    /// The way there; `None` where someone was assigned by hand.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub leg: Option<Leg>,
    /// When it was taken; `None` while pending.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub accepted_at: Option<Timestamp>,
}

/// All seats are offered or taken.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Offered {
    /// Since when the order has had no complete team.
    pub since: Timestamp,
    /// As many as the team needs.
    pub seats: Vec<Seat>,
    /// The latest decision.
    pub decision: DecisionRef,
}

/// A team on its way to and at the door.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Visit {
    /// When it is planned to start.
    pub start: Timestamp,
    /// The team.
    pub team: Vec<Member>,
    /// The decision that brought them here.
    pub decision: DecisionRef,
}

/// One of the team.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Member {
    /// Who.
    pub caregiver: CaregiverId,
    /// The offer that brought them.
    pub offer: OfferId,
    /// Since when.
    pub accepted_at: Timestamp,
    /// The way there as planned.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub leg: Option<Leg>,
    /// Set off.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub departed_at: Option<Timestamp>,
    /// At the door.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub arrived_at: Option<Timestamp>,
    /// Why the geofence did not say so.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub exception: Option<ArrivalException>,
}

/// Being served.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct InService {
    /// The team's way here.
    #[serde(flatten)]
    pub visit: Visit,
    /// Since when.
    pub started_at: Timestamp,
    /// How the elder was identified.
    pub identified: Verification,
}

/// Served.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Done {
    /// The service.
    #[serde(flatten)]
    pub service: InService,
    /// Until when.
    pub finished_at: Timestamp,
}

/// Confirmed by the elder.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Confirmed {
    /// The service.
    #[serde(flatten)]
    pub done: Done,
    /// When.
    pub confirmed_at: Timestamp,
    /// How.
    pub confirmed_by: Verification,
    /// One to five stars.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub stars: Option<u8>,
}

/// Called off.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Cancelled {
    /// When.
    pub at: Timestamp,
    /// Why.
    pub reason: CancelReason,
    /// Who was coming.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub team: Vec<CaregiverId>,
}

/// Nobody opened.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct NoShow {
    /// When they gave up.
    pub at: Timestamp,
    /// Who stood there.
    #[serde(flatten)]
    pub visit: Visit,
}

/// A human's.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct AtDesk {
    /// Since when.
    pub since: Timestamp,
    /// Why.
    pub reason: HandBack,
    /// The service that was interrupted; it can still be finished, or go on.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub interrupted: Option<Box<InService>>,
}

impl Waiting {
    /// Offers the free seats.
    pub fn offer(mut self, seats: Vec<Seat>, decision: DecisionRef) -> Offered {
        self.seats.extend(seats);
        Offered { since: self.since, seats: self.seats, decision }
    }
}

impl Offered {
    /// Takes a seat; the team is complete when the last is taken.
    ///
    /// # Errors
    /// The untouched stage when there is no such pending seat.
    pub fn accept(mut self, caregiver: &CaregiverId, offer: &OfferId, at: Timestamp) -> Result<Stage, Self> {
        if !take_seat(&mut self.seats, caregiver, offer, at) {
            return Err(self);
        }
        if self.seats.iter().any(|s| s.accepted_at.is_none()) {
            return Ok(Stage::Offered(self));
        }
        let start = self.seats.iter().map(|s| s.start).max().unwrap_or(at);
        let team = self
            .seats
            .into_iter()
            .map(|s| Member {
                caregiver: s.caregiver,
                offer: s.offer,
                accepted_at: s.accepted_at.unwrap_or(at),
                leg: s.leg,
                departed_at: None,
                arrived_at: None,
                exception: None,
            })
            .collect();
        Ok(Stage::Accepted(Visit { start, team, decision: self.decision }))
    }

    /// Empties a seat; the others keep theirs.
    pub fn vacate(mut self, caregiver: &CaregiverId, at: Timestamp) -> Waiting {
        self.seats.retain(|s| s.caregiver != *caregiver);
        Waiting { since: self.since, seats: self.seats, shortage: None, retry_at: at }
    }
}

/// Marks a pending seat as taken; `false` when there is none such.
pub(super) fn take_seat(seats: &mut [Seat], caregiver: &CaregiverId, offer: &OfferId, at: Timestamp) -> bool {
    let seat =
        seats.iter_mut().find(|s| s.caregiver == *caregiver && s.offer == *offer && s.accepted_at.is_none());
    match seat {
        Some(seat) => {
            seat.accepted_at = Some(at);
            true
        }
        None => false,
    }
}

impl Visit {
    /// Whether this caregiver is of the team.
    pub fn includes(&self, caregiver: &CaregiverId) -> bool {
        self.team.iter().any(|m| m.caregiver == *caregiver)
    }

    /// One sets off.
    #[must_use]
    pub fn depart(mut self, caregiver: &CaregiverId, at: Timestamp) -> Self {
        for member in self.team.iter_mut().filter(|m| m.caregiver == *caregiver) {
            member.departed_at.get_or_insert(at);
        }
        self
    }

    /// One is at the door; the order has arrived when the whole team has (a team arrives together).
    pub fn arrive(
        mut self,
        caregiver: &CaregiverId,
        at: Timestamp,
        exception: Option<ArrivalException>,
    ) -> Stage {
        for member in self.team.iter_mut().filter(|m| m.caregiver == *caregiver) {
            member.departed_at.get_or_insert(at);
            if member.arrived_at.is_none() {
                member.arrived_at = Some(at);
                member.exception = exception;
            }
        }
        if self.team.iter().all(|m| m.arrived_at.is_some()) {
            Stage::Arrived(self)
        } else {
            Stage::EnRoute(self)
        }
    }

    /// The elder is identified; the service begins.
    pub fn start(self, at: Timestamp, identified: Verification) -> InService {
        InService { visit: self, started_at: at, identified }
    }

    /// Takes one off; the others keep their seats while a replacement is sought.
    pub fn release(self, caregiver: &CaregiverId, at: Timestamp) -> Waiting {
        let start = self.start;
        let keep = self.team.into_iter().filter(|m| m.caregiver != *caregiver);
        let seats = keep
            .map(|m| Seat {
                offer: m.offer,
                caregiver: m.caregiver,
                offered_at: m.accepted_at,
                expires_at: m.accepted_at,
                start,
                leg: m.leg,
                accepted_at: Some(m.accepted_at),
            })
            .collect();
        Waiting { since: at, seats, shortage: None, retry_at: at }
    }
}

impl InService {
    /// The service is over.
    pub fn finish(self, at: Timestamp) -> Done {
        Done { service: self, finished_at: at }
    }
}

impl Done {
    /// The elder confirms.
    pub fn confirm(self, at: Timestamp, by: Verification) -> Confirmed {
        Confirmed { done: self, confirmed_at: at, confirmed_by: by, stars: None }
    }
}

impl Stage {
    /// The name on the wire.
    pub const fn name(&self) -> &'static str {
        match self {
            Self::Waiting(_) => "waiting",
            Self::Offered(_) => "offered",
            Self::Accepted(_) => "accepted",
            Self::EnRoute(_) => "en_route",
            Self::Arrived(_) => "arrived",
            Self::InService(_) => "in_service",
            Self::Done(_) => "done",
            Self::Confirmed(_) => "confirmed",
            Self::Cancelled(_) => "cancelled",
            Self::NoShow(_) => "no_show",
            Self::AtDesk(_) => "at_desk",
        }
    }

    /// The service under way, even while a human sees to what interrupted it.
    pub fn service(&self) -> Option<&InService> {
        match self {
            Self::InService(service) => Some(service),
            Self::AtDesk(desk) => desk.interrupted.as_deref(),
            _ => None,
        }
    }

    /// The team on its way, at the door or serving.
    pub fn visit(&self) -> Option<&Visit> {
        match self {
            Self::Accepted(v) | Self::EnRoute(v) | Self::Arrived(v) => Some(v),
            Self::InService(s) => Some(&s.visit),
            Self::Done(d) => Some(&d.service.visit),
            Self::Confirmed(c) => Some(&c.done.service.visit),
            Self::NoShow(n) => Some(&n.visit),
            Self::AtDesk(d) => d.interrupted.as_ref().map(|s| &s.visit),
            Self::Waiting(_) | Self::Offered(_) | Self::Cancelled(_) => None,
        }
    }

    /// The service once it is over, confirmed or not.
    pub const fn done(&self) -> Option<&Done> {
        match self {
            Self::Done(done) => Some(done),
            Self::Confirmed(confirmed) => Some(&confirmed.done),
            _ => None,
        }
    }

    /// The seats offered or taken while the team is not complete.
    pub fn seats(&self) -> &[Seat] {
        match self {
            Self::Waiting(w) => &w.seats,
            Self::Offered(o) => &o.seats,
            _ => &[],
        }
    }

    /// Whether nothing more is to be done by dispatch.
    pub const fn is_closed(&self) -> bool {
        matches!(self, Self::Done(_) | Self::Confirmed(_) | Self::Cancelled(_) | Self::NoShow(_))
    }
}

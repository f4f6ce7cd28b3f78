//! What happened to an order, entry by entry: who, when, by which method. The auditor's reading.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::{
    command::{ArrivalException, CancelReason, DeclineReason, Problem, Verification},
    decision::Shortage,
    geo::Wgs84,
    id::{CaregiverId, CommandId, DecisionId, IncidentId, UserId},
    time::Timestamp,
};

/// In which capacity someone acts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Role {
    /// Desk operator of the command centre (调度员).
    Operator,
    /// Supervisor of the command centre (主管).
    Supervisor,
    /// Auditor (审计).
    Auditor,
    /// Civil-affairs bureau (民政局).
    Bureau,
    /// Service organisation (服务组织).
    Organisation,
    /// Front desk of a community centre (前台).
    FrontDesk,
    /// Kitchen (厨房).
    Kitchen,
    /// Caregiver (护理员).
    Caregiver,
    /// Courier (送餐员).
    Courier,
    /// Elder or their family (老人及家属).
    Elder,
    /// Device (设备).
    Device,
    /// The platform itself: deadlines, geofences, the matcher.
    System,
}

/// Who acts.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Actor {
    /// In which capacity.
    pub role: Role,
    /// Which account; `None` for the platform itself.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub user: Option<UserId>,
}

impl Actor {
    /// The platform itself.
    pub const SYSTEM: Self = Self { role: Role::System, user: None };
}

/// One entry of an order's timeline.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Entry {
    /// When it was recorded.
    pub at: Timestamp,
    /// When it happened, where that is earlier (a phone without signal).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub occurred_at: Option<Timestamp>,
    /// Who.
    pub by: Actor,
    /// The command behind it; `None` for the platform's own deeds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub command: Option<CommandId>,
    /// A digest of what that command asked, so that its id cannot be used for anything else.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub digest: Option<String>,
    /// What.
    #[serde(flatten)]
    pub what: Happening,
}

/// What can happen to an order. The names are the last part of the event types (`care.order.<name>.v1`).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "what", rename_all = "snake_case")]
pub enum Happening {
    /// Placed.
    Created,
    /// Offered to one or several caregivers.
    Offered {
        /// To whom.
        to: Vec<CaregiverId>,
        /// Explained there.
        decision: DecisionId,
    },
    /// Nobody can be offered it now.
    Waiting {
        /// Why.
        shortage: Shortage,
        /// Explained there.
        decision: DecisionId,
    },
    /// An appointment ahead; it is offered when its time comes.
    Scheduled {
        /// When it will be offered.
        release_at: Timestamp,
    },
    /// A caregiver took the offer.
    Accepted {
        /// Who.
        caregiver: CaregiverId,
    },
    /// A caregiver declined.
    Declined {
        /// Who.
        caregiver: CaregiverId,
        /// Why.
        reason: DeclineReason,
    },
    /// An offer ran out.
    TimedOut {
        /// Whose.
        caregiver: CaregiverId,
    },
    /// Somebody goes to an emergency instead; the visit is planned anew.
    CalledAway {
        /// Who.
        caregiver: CaregiverId,
        /// To which.
        incident: IncidentId,
    },
    /// An offer was withdrawn or a member taken off.
    Released {
        /// Who.
        caregiver: CaregiverId,
    },
    /// Assigned by hand.
    Assigned {
        /// To whom.
        to: Vec<CaregiverId>,
        /// Why.
        reason: String,
        /// Explained there.
        decision: DecisionId,
    },
    /// On the way.
    EnRoute {
        /// Who.
        caregiver: CaregiverId,
    },
    /// At the door.
    Arrived {
        /// Who.
        caregiver: CaregiverId,
        /// Where, if known.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        place: Option<Wgs84>,
        /// Why it was not the geofence that said so.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        exception: Option<ArrivalException>,
    },
    /// The elder was identified; the service began.
    InService {
        /// How.
        verification: Verification,
    },
    /// The service ended.
    Done,
    /// The elder confirmed.
    Confirmed {
        /// How.
        verification: Verification,
    },
    /// The elder rated.
    Rated {
        /// One to five stars.
        stars: u8,
    },
    /// Cancelled.
    Cancelled {
        /// Why.
        reason: CancelReason,
    },
    /// Nobody opened the door.
    NoShow {
        /// Who stood there.
        caregiver: CaregiverId,
    },
    /// Handed to a human at the desk.
    HandedBack {
        /// Why.
        reason: HandBack,
    },
    /// A human gave it back to the matcher.
    Resumed,
    /// A caregiver reported a problem.
    ProblemReported {
        /// Who.
        caregiver: CaregiverId,
        /// What.
        problem: Problem,
    },
    /// Staff applied for a change (Jiayuguan Art. 16(2)).
    Applied,
    /// The platform answered an application.
    Answered {
        /// Granted or not.
        approved: bool,
    },
    /// Content, duration or window changed.
    Changed,
    /// Nothing pays for it as things stand.
    Unfunded {
        /// Why: a stable code of `accounts`.
        code: String,
    },
    /// The offer has been out, or the order waiting, too long.
    Overdue {
        /// Which limit.
        limit: Limit,
    },
}

/// Which patience ran out.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Limit {
    /// Too long until offered (超时未派单).
    Dispatch,
    /// Too long until accepted (超时未接单).
    Acceptance,
    /// Accepted, and nobody has set off.
    Departure,
    /// On the way for too long.
    Arrival,
    /// At the door for too long without the service having begun.
    Start,
    /// Served for much longer than ordered.
    Overrun,
}

/// Why an order is a human's.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum HandBack {
    /// The last automatic try failed.
    TriesExhausted,
    /// It can no longer start inside its window.
    WindowMissed,
    /// An operator took it.
    Operator,
    /// The caregiver cannot go on.
    Problem,
    /// The service is too short of people.
    Shortage,
    /// So much has happened to it that no more can be kept.
    TooLarge,
    /// Whoever accepted went off duty or may not serve any more.
    CaregiverGone,
    /// Whoever served was called to an emergency.
    CalledAway,
    /// The elder's file was closed.
    ElderClosed,
    /// Nothing pays for it, and the elder did not agree to.
    Unfunded,
}

impl Happening {
    /// The name in event types.
    pub const fn name(&self) -> &'static str {
        match self {
            Self::Created => "created",
            Self::Offered { .. } => "offered",
            Self::Waiting { .. } => "waiting",
            Self::Scheduled { .. } => "scheduled",
            Self::Accepted { .. } => "accepted",
            Self::Declined { .. } => "declined",
            Self::TimedOut { .. } => "timed_out",
            Self::Released { .. } => "released",
            Self::CalledAway { .. } => "called_away",
            Self::Assigned { .. } => "assigned",
            Self::EnRoute { .. } => "en_route",
            Self::Arrived { .. } => "arrived",
            Self::InService { .. } => "in_service",
            Self::Done => "done",
            Self::Confirmed { .. } => "confirmed",
            Self::Rated { .. } => "rated",
            Self::Cancelled { .. } => "cancelled",
            Self::NoShow { .. } => "no_show",
            Self::HandedBack { .. } => "handed_back",
            Self::Resumed => "resumed",
            Self::ProblemReported { .. } => "problem_reported",
            Self::Applied => "applied",
            Self::Answered { .. } => "answered",
            Self::Changed => "changed",
            Self::Unfunded { .. } => "unfunded",
            Self::Overdue { .. } => "overdue",
        }
    }
}

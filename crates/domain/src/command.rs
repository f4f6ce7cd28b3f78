//! What people may ask of an order. Each command carries an id made by whoever first uttered it, so that a phone's
//! outbox may repeat it hours later without harm.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::{
    geo::Wgs84,
    id::{CaregiverId, CommandId, ElderId, OfferId, OrderId},
    order::{funding::PayWith, timeline::Role},
    priority::Urgency,
    service::ServiceKind,
    time::{Timestamp, Window},
    unit::{Fen, Seconds},
};

/// A new work order, as an elder, a front desk or an operator places it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct PlaceOrder {
    /// For whom.
    pub elder: ElderId,
    /// What.
    pub service: ServiceKind,
    /// When the visit may start; `None` is now, within the district's usual wait.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub window: Option<Window>,
    /// Minutes at the door where they differ from the standard, 5 to 480.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub minutes: Option<u16>,
    /// Haste.
    #[serde(default)]
    pub urgency: Urgency,
    /// A family member will be there throughout (bathing: Changji annex 1).
    #[serde(default)]
    pub family_present: bool,
    /// What pays; the allowance where nothing is said.
    #[serde(default, skip_serializing_if = "PayWith::is_usual")]
    pub pay_with: PayWith,
    /// What the elder agrees to pay themselves, at most, in fen; nothing where nothing is said.
    #[serde(default, skip_serializing_if = "is_nothing")]
    pub self_pay_up_to: Fen,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "as the serializer calls it")]
fn is_nothing(fen: &Fen) -> bool {
    *fen == Fen::ZERO
}

/// A command to one order.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct OrderCommand {
    /// Repeating the same id is a no-op that answers as the first time.
    pub id: CommandId,
    /// To which order.
    pub order: OrderId,
    /// When it happened, by the utterer's clock; `None` is now.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub occurred_at: Option<Timestamp>,
    /// Applied only if the order still has this revision: what the utterer saw is what they change.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub if_revision: Option<u32>,
    /// What.
    #[serde(flatten)]
    pub action: OrderAction,
}

/// What a command asks.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "action", rename_all = "snake_case")]
pub enum OrderAction {
    /// Caregiver: takes the offer.
    Accept {
        /// Which offer.
        offer: OfferId,
    },
    /// Caregiver: declines the offer.
    Decline {
        /// Which offer.
        offer: OfferId,
        /// Why.
        reason: DeclineReason,
    },
    /// Caregiver: sets off.
    Depart,
    /// Caregiver or geofence: at the door.
    Arrive {
        /// Where the phone was.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        place: Option<Wgs84>,
        /// Why the geofence did not say so.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        exception: Option<ArrivalException>,
    },
    /// Caregiver: the elder is identified, the service begins.
    Start {
        /// How.
        verification: Verification,
    },
    /// Caregiver: the service is over.
    Finish,
    /// Elder, or caregiver with the elder's proof: confirms (Jiayuguan Art. 16(3)).
    Confirm {
        /// How.
        verification: Verification,
    },
    /// Elder: one to five stars (Jiayuguan Art. 16(3)).
    Rate {
        /// One to five.
        stars: u8,
    },
    /// Caregiver: nobody opens.
    NoShow,
    /// Caregiver: something is wrong.
    ReportProblem {
        /// What.
        problem: Problem,
        /// Whether they can go on with the visit.
        can_continue: bool,
    },
    /// Caregiver: applies for a change (Jiayuguan Art. 16(2)).
    Apply {
        /// Which.
        change: Change,
        /// Why; no personal data.
        reason: String,
    },
    /// Operator: answers an application.
    Answer {
        /// The command id of the application.
        application: CommandId,
        /// Granted or not.
        approve: bool,
        /// Why; no personal data.
        #[serde(default)]
        reason: String,
    },
    /// Elder or operator: changes the order.
    Change {
        /// How.
        change: Change,
    },
    /// Elder or operator: cancels; the platform what it placed itself, until somebody is at the door.
    Cancel {
        /// Why.
        reason: CancelReason,
    },
    /// Operator: gives it to these people.
    Assign {
        /// As many as the team needs.
        caregivers: Vec<CaregiverId>,
        /// Why; no personal data.
        reason: String,
    },
    /// Operator: takes it to the desk.
    HandBack,
    /// Operator: gives it back to the matcher.
    Resume,
}

/// A change of content.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "change", rename_all = "snake_case")]
pub enum Change {
    /// More time at the door (增加).
    Add {
        /// By how much.
        minutes: u16,
    },
    /// Less time at the door (减少).
    Reduce {
        /// By how much.
        minutes: u16,
    },
    /// Another service (变更).
    Service {
        /// Which.
        service: ServiceKind,
    },
    /// Another time.
    Window {
        /// Which.
        window: Window,
    },
    /// The elder agrees to pay so much themselves, at most, in fen.
    SelfPay {
        /// How much.
        up_to: Fen,
    },
    /// None at all (撤销).
    Cancel,
}

/// Why a caregiver declines.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum DeclineReason {
    /// Too far.
    TooFar,
    /// Busy.
    Busy,
    /// Not able to do this.
    NotAble,
    /// Unwell.
    Unwell,
    /// Something else.
    Other,
}

/// Why an order is cancelled.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum CancelReason {
    /// The elder no longer wants it.
    ElderWish,
    /// The elder is in hospital.
    Hospital,
    /// Placed twice.
    Duplicate,
    /// Placed by mistake.
    Mistake,
    /// Nobody can be found.
    NoCapacity,
    /// Staff applied, the platform granted (Jiayuguan Art. 16(2)).
    StaffApplication,
    /// Something else.
    Other,
}

/// What can be wrong at a visit.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Problem {
    /// The elder is unwell.
    ElderUnwell,
    /// The caregiver is unwell or hurt.
    CaregiverUnwell,
    /// The vehicle broke down.
    Breakdown,
    /// The address is wrong.
    WrongAddress,
    /// It is not safe there.
    Unsafe,
    /// Something needed is missing.
    MissingEquipment,
    /// Something else.
    Other,
}

/// Why an arrival was not seen by the geofence (electronic visit verification's failure kinds).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum ArrivalException {
    /// Location services are off.
    LocationOff,
    /// The phone has no fix.
    NoFix,
    /// The phone says elsewhere.
    OutsideRadius,
    /// Entered later by hand.
    EnteredByHand,
}

/// How a person was identified. The platform sees a verifier's signed result, never a biometric.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Verification {
    /// By which means.
    pub method: VerificationMethod,
    /// The verifier's receipt number, where there is one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub receipt: Option<String>,
}

/// Means of identification (Jiayuguan Art. 16(3), 18: face or fingerprint; other means are supervised exceptions).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum VerificationMethod {
    /// A face terminal's signed result.
    Face,
    /// A fingerprint reader's signed result.
    Fingerprint,
    /// The elder's card.
    Card,
    /// A passkey of the elder or family.
    Passkey,
    /// By telephone, an exception.
    Telephone,
    /// By hand, an exception that a supervisor sees.
    Manual,
}

impl VerificationMethod {
    /// Whether the document names it, or it is a supervised exception.
    pub const fn is_exception(self) -> bool {
        matches!(self, Self::Telephone | Self::Manual)
    }
}

impl Change {
    /// Minutes as seconds.
    pub(crate) fn minutes(minutes: u16) -> Seconds {
        Seconds::minutes(i64::from(minutes))
    }
}

impl OrderAction {
    /// The name on the wire.
    pub const fn name(&self) -> &'static str {
        match self {
            Self::Accept { .. } => "accept",
            Self::Decline { .. } => "decline",
            Self::Depart => "depart",
            Self::Arrive { .. } => "arrive",
            Self::Start { .. } => "start",
            Self::Finish => "finish",
            Self::Confirm { .. } => "confirm",
            Self::Rate { .. } => "rate",
            Self::NoShow => "no_show",
            Self::ReportProblem { .. } => "report_problem",
            Self::Apply { .. } => "apply",
            Self::Answer { .. } => "answer",
            Self::Change { .. } => "change",
            Self::Cancel { .. } => "cancel",
            Self::Assign { .. } => "assign",
            Self::HandBack => "hand_back",
            Self::Resume => "resume",
        }
    }

    /// Whether it is a step of the visit, each of which happens after the one before.
    pub const fn is_step(&self) -> bool {
        matches!(
            self,
            Self::Depart
                | Self::Arrive { .. }
                | Self::Start { .. }
                | Self::Finish
                | Self::NoShow
                | Self::Confirm { .. }
        )
    }

    /// Whether it ends the order, or a step that cannot be repeated.
    pub const fn ends_it(&self) -> bool {
        matches!(self, Self::Cancel { .. } | Self::Finish | Self::Confirm { .. } | Self::NoShow)
    }

    /// Whether it ends the order or brings it to a human: never refused because too much has happened before.
    pub const fn is_a_way_out(&self) -> bool {
        self.ends_it() || matches!(self, Self::HandBack | Self::Assign { .. })
    }

    /// Who may utter it. Staff never change or cancel: they apply and are answered (Jiayuguan Art. 16(2)).
    pub fn allowed(&self, role: Role) -> bool {
        let desk = matches!(role, Role::Operator | Role::Supervisor);
        match self {
            Self::Accept { .. } | Self::Decline { .. } | Self::NoShow | Self::ReportProblem { .. } => {
                role == Role::Caregiver
            }
            Self::Apply { .. } => role == Role::Caregiver,
            Self::Depart | Self::Start { .. } | Self::Finish => role == Role::Caregiver || desk,
            Self::Arrive { .. } => matches!(role, Role::Caregiver | Role::System) || desk,
            Self::Confirm { .. } => matches!(role, Role::Caregiver | Role::Elder) || desk,
            Self::Rate { .. } => role == Role::Elder || desk,
            Self::Change { .. } => matches!(role, Role::Elder | Role::FrontDesk) || desk,
            // The platform withdraws what it placed itself, for a care plan that no longer wants it.
            Self::Cancel { .. } => matches!(role, Role::Elder | Role::FrontDesk | Role::System) || desk,
            Self::Answer { .. } | Self::Assign { .. } | Self::HandBack | Self::Resume => desk,
        }
    }
}

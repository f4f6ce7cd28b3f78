//! Rosters (排班): when a caregiver is to work, their leave, and shifts that change hands. What comes of it stands in the
//! published profile: `shifts` for the time on, `off` for the time away.

use domain::{
    id::{CaregiverId, LeaveId, OrganisationId, SwapId},
    time::Window,
};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::account::matter::Record;

/// A caregiver's roster.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Roster {
    /// Whose.
    pub caregiver: CaregiverId,
    /// Whose employee.
    pub organisation: OrganisationId,
    /// Counts the changes.
    pub revision: u32,
    /// Shifts as planned, before leave and swaps.
    pub shifts: Vec<Window>,
    /// Breaks inside the shifts.
    #[serde(default)]
    pub breaks: Vec<Window>,
    /// Leave asked for, granted or not.
    #[serde(default)]
    pub leaves: Vec<Leave>,
    /// Shifts offered to somebody else.
    #[serde(default)]
    pub swaps: Vec<Swap>,
    /// Shifts taken from somebody else.
    #[serde(default)]
    pub taken: Vec<Taken>,
    /// Something waits for an answer.
    pub open: bool,
    /// Who did what, oldest first.
    #[serde(default)]
    pub record: Vec<Record>,
}

/// Time away.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Leave {
    /// Its name.
    pub id: LeaveId,
    /// From when to when.
    pub span: Window,
    /// Of which kind.
    pub kind: LeaveKind,
    /// How far it has come.
    pub stage: Answer,
}

/// Why somebody is away.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum LeaveKind {
    /// Holidays (年休假).
    Annual,
    /// Illness (病假).
    Sick,
    /// A matter of their own (事假).
    Personal,
    /// A course (培训).
    Training,
}

/// A question and what became of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Answer {
    /// Asked.
    Asked,
    /// The other agrees; the supervisor decides.
    Agreed,
    /// Granted.
    Granted,
    /// Refused.
    Refused,
    /// Taken back.
    Withdrawn,
}

/// A shift that is to change hands.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Swap {
    /// Its name.
    pub id: SwapId,
    /// Which shift.
    pub shift: Window,
    /// To whom.
    pub to: CaregiverId,
    /// How far it has come.
    pub stage: Answer,
}

/// A shift taken from somebody.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Taken {
    /// By which swap.
    pub swap: SwapId,
    /// From whom.
    pub from: CaregiverId,
    /// Which shift.
    pub shift: Window,
}

/// What is done about a roster.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "step", rename_all = "snake_case")]
pub enum RosterStep {
    /// Supervisor or organisation: the shifts as planned.
    SetShifts {
        /// The shifts.
        shifts: Vec<Window>,
        /// Breaks inside them.
        #[serde(default)]
        breaks: Vec<Window>,
    },
    /// Caregiver, or the desk for them: leave is asked for.
    AskLeave {
        /// Its name, chosen by who asks.
        leave: LeaveId,
        /// From when to when.
        span: Window,
        /// Of which kind.
        kind: LeaveKind,
    },
    /// Supervisor or organisation: granted or not.
    DecideLeave {
        /// Which.
        leave: LeaveId,
        /// Granted.
        grant: bool,
    },
    /// Caregiver, or the desk for them: they come after all.
    WithdrawLeave {
        /// Which.
        leave: LeaveId,
    },
    /// Caregiver: a shift is offered to somebody else.
    OfferSwap {
        /// Its name, chosen by who asks.
        swap: SwapId,
        /// Which shift.
        shift: Window,
        /// To whom.
        to: CaregiverId,
    },
    /// The other caregiver: agrees or not.
    AnswerSwap {
        /// Which.
        swap: SwapId,
        /// Agrees.
        agree: bool,
    },
    /// Supervisor or organisation: the shift changes hands, or not.
    DecideSwap {
        /// Which.
        swap: SwapId,
        /// It does.
        grant: bool,
    },
}

impl RosterStep {
    /// Its name on the wire.
    pub const fn name(&self) -> &'static str {
        match self {
            Self::SetShifts { .. } => "set_shifts",
            Self::AskLeave { .. } => "ask_leave",
            Self::DecideLeave { .. } => "decide_leave",
            Self::WithdrawLeave { .. } => "withdraw_leave",
            Self::OfferSwap { .. } => "offer_swap",
            Self::AnswerSwap { .. } => "answer_swap",
            Self::DecideSwap { .. } => "decide_swap",
        }
    }
}

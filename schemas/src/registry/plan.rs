//! Care plans (照护计划): visits that come again every week. The registry places their orders with `dispatch` some days
//! ahead, each under a name that follows from the plan and the day, so that no day is ordered twice.

use std::collections::BTreeSet;

use domain::{
    calendar::{Day, Weekday},
    id::{CommandId, ElderId, OrderId, PlanId},
    order::PayWith,
    service::ServiceKind,
    unit::Fen,
};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::account::matter::Record;

/// A care plan as it stands.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct CarePlan {
    /// Which.
    pub id: PlanId,
    /// For whom.
    pub elder: ElderId,
    /// Counts the steps.
    pub revision: u32,
    /// What comes again.
    pub visit: Visit,
    /// How far it has come.
    pub stage: PlanStage,
    /// Days on which nobody comes, of those to come.
    #[serde(default)]
    pub skipped: BTreeSet<Day>,
    /// Who did what, oldest first.
    #[serde(default)]
    pub record: Vec<Record>,
}

/// A visit that comes again.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Visit {
    /// What.
    pub service: ServiceKind,
    /// On which days of the week.
    pub weekdays: BTreeSet<Weekday>,
    /// The earliest beginning, in minutes after the city's midnight, below 1440.
    pub starts: u16,
    /// How many minutes later it may begin, 0 to 480.
    pub within: u16,
    /// Minutes at the door where they differ from the standard, 5 to 480.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub minutes: Option<u16>,
    /// A family member will be there throughout.
    #[serde(default)]
    pub family_present: bool,
    /// What pays.
    #[serde(default)]
    pub pay_with: PayWith,
    /// What the elder agrees to pay themselves each time, at most.
    #[serde(default)]
    pub self_pay_up_to: Fen,
    /// The first day.
    pub from: Day,
    /// The last day, where there is one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub until: Option<Day>,
}

/// Whether a plan makes orders.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum PlanStage {
    /// It does.
    Running,
    /// Not for now.
    Paused,
    /// Not any more.
    Ended,
}

/// A day of a plan and what came of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Made {
    /// The day.
    pub day: Day,
    /// The order's name.
    pub order: OrderId,
    /// What came of it.
    #[serde(flatten)]
    pub came: Came,
}

/// What came of a day of a plan.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "came", rename_all = "snake_case")]
pub enum Came {
    /// `dispatch` is being asked; it may have the order already.
    Asked,
    /// There is an order.
    Ordered,
    /// There is none.
    Refused {
        /// The code of `dispatch`'s refusal.
        refused: String,
    },
    /// There was an order, and the plan took it back.
    Withdrawn,
    /// The plan would have taken it back, and it stays: somebody is at the door, it is over, or somebody else has
    /// called it off.
    Stays {
        /// The code of `dispatch`'s refusal.
        stays: String,
    },
}

impl Came {
    /// Its name on the wire.
    pub const fn name(&self) -> &'static str {
        match self {
            Self::Asked => "asked",
            Self::Ordered => "ordered",
            Self::Refused { .. } => "refused",
            Self::Withdrawn => "withdrawn",
            Self::Stays { .. } => "stays",
        }
    }

    /// The code of `dispatch`'s refusal, where there was one.
    pub fn code(&self) -> Option<&str> {
        match self {
            Self::Refused { refused: code } | Self::Stays { stays: code } => Some(code),
            Self::Asked | Self::Ordered | Self::Withdrawn => None,
        }
    }

    /// What is named so.
    pub fn of(name: &str, code: Option<String>) -> Option<Self> {
        Some(match (name, code) {
            ("asked", _) => Self::Asked,
            ("ordered", _) => Self::Ordered,
            ("withdrawn", _) => Self::Withdrawn,
            ("refused", Some(refused)) => Self::Refused { refused },
            ("stays", Some(stays)) => Self::Stays { stays },
            _ => return None,
        })
    }
}

/// What is done about a plan.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "step", rename_all = "snake_case")]
pub enum PlanStep {
    /// Desk or elder: it begins.
    Begin {
        /// For whom.
        elder: ElderId,
        /// What comes again.
        visit: Visit,
    },
    /// Desk or elder: it is another visit from now on; orders made already stay, except on days that it
    /// no longer comes on.
    Change {
        /// What comes again.
        visit: Visit,
    },
    /// Desk or elder: no orders for now; those made already that nobody has come for are withdrawn.
    Pause,
    /// Desk or elder: orders again, also for the days whose orders were withdrawn.
    Resume,
    /// Desk or elder: nobody comes on that day; an order it has already is withdrawn.
    Skip {
        /// Which.
        day: Day,
    },
    /// Desk or elder: it ends; orders made already that nobody has come for are withdrawn.
    End,
}

impl PlanStep {
    /// Its name on the wire.
    pub const fn name(&self) -> &'static str {
        match self {
            Self::Begin { .. } => "begin",
            Self::Change { .. } => "change",
            Self::Pause => "pause",
            Self::Resume => "resume",
            Self::Skip { .. } => "skip",
            Self::End => "end",
        }
    }
}

/// More days than a calendar has: names of different rounds never meet.
const A_ROUND: u64 = 10_000_000;

impl CarePlan {
    /// The names of a day's order and of the command that places it: the same plan, day and round always give the same.
    /// The round counts the orders of that day which were withdrawn before.
    pub fn names(&self, day: Day, round: u32) -> (CommandId, OrderId) {
        let number = u64::try_from(day.begins().as_millis() / 86_400_000 + 1).unwrap_or_default();
        let number = number + u64::from(round) * A_ROUND;
        let base = format!("plan-{}", self.id);
        (CommandId::derived(&base, number), OrderId::derived(&base, number))
    }

    /// Whether somebody is to come on that day.
    pub fn comes_on(&self, day: Day) -> bool {
        self.stage == PlanStage::Running
            && self.visit.from <= day
            && self.visit.until.is_none_or(|until| day <= until)
            && self.visit.weekdays.contains(&day.weekday())
            && !self.skipped.contains(&day)
    }
}

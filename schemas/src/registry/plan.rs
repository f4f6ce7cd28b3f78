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
    /// Why there is none: the code of `dispatch`'s refusal.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub refused: Option<String>,
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
    /// Desk or elder: it is another visit from now on; orders made already stay.
    Change {
        /// What comes again.
        visit: Visit,
    },
    /// Desk or elder: no orders for now; those made already stay.
    Pause,
    /// Desk or elder: orders again.
    Resume,
    /// Desk or elder: nobody comes on that day, if it has no order yet.
    Skip {
        /// Which.
        day: Day,
    },
    /// Desk or elder: it ends.
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

impl CarePlan {
    /// The names of a day's order and of the command that places it: the same plan and day always give the same.
    pub fn names(&self, day: Day) -> (CommandId, OrderId) {
        let number = u64::try_from(day.begins().as_millis() / 86_400_000 + 1).unwrap_or_default();
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

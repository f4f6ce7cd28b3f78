//! How an order is paid: held, captured, released. `dispatch` asks for a hold while it plans, with a bounded wait; an
//! order whose hold is not answered in time goes on as *funding pending*, and the answer follows on the stream FUNDING.

use domain::{
    calendar::{Day, Month},
    id::{CommandId, ElderId, MatterId, OrderId, OrganisationId, UserId},
    order::Actor,
    service::ServiceKind,
    unit::Fen,
};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{
    assessment::Kind,
    matter::{Matter, Step},
    person::Person,
};
use crate::envelope::EventData;

/// A command to `accounts` (`care.v1.<district>.cmd.accounts`), answered by [`crate::problem::Reply`] of [`Funding`]
/// or [`Noted`]. Repeating an id is harmless and answered as the first time.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "request", rename_all = "snake_case")]
pub enum AccountsCommand {
    /// What decides about an elder's entitlements, as it is from now on.
    PutPerson {
        /// Who.
        elder: ElderId,
        /// As they are.
        person: Person,
    },
    /// Sets money aside for an order.
    Hold(HoldRequest),
    /// Takes what was held, after the service.
    Capture(CaptureRequest),
    /// Gives back what was held: the order will not be served.
    Release {
        /// The command's id.
        id: CommandId,
        /// Which order's.
        order: OrderId,
    },
    /// Somebody does something about a matter, or opens one.
    Step {
        /// The command's id.
        id: CommandId,
        /// Which matter; a new name opens one.
        matter: MatterId,
        /// By whom.
        by: Actor,
        /// In words; no personal data.
        #[serde(default)]
        note: String,
        /// What.
        step: Box<Step>,
    },
    /// Draws the settlement of a period that is over.
    Settle {
        /// `2026-03` or `2026-Q1`.
        period: String,
        /// By whom.
        by: UserId,
    },
    /// Approves a settlement that somebody else drew.
    ApproveSettlement {
        /// `2026-03` or `2026-Q1`.
        period: String,
        /// By whom.
        by: UserId,
    },
    /// A dispute was decided: what was captured is changed by a new entry, never by rewriting the old one.
    Correct {
        /// The command's id.
        id: CommandId,
        /// Which order's.
        order: OrderId,
        /// More (or, below zero, less) from the allowance, in fen or points.
        change: i64,
        /// Why; no personal data.
        reason: String,
        /// By whom.
        by: UserId,
    },
}

/// Sets money aside for an order.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct HoldRequest {
    /// The command's id.
    pub id: CommandId,
    /// For which order.
    pub order: OrderId,
    /// Whose.
    pub elder: ElderId,
    /// What is ordered; the price is the catalogue's.
    pub service: ServiceKind,
    /// The day of service. The month that pays is the month of service.
    pub service_day: Day,
    /// What pays; the allowance where nothing is said.
    #[serde(default = "allowance")]
    pub pay_with: Kind,
    /// Whose purse, where a city lets a quarter's months stand for each other.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub from_month: Option<Month>,
    /// Who will serve, where that is known already.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub organisation: Option<OrganisationId>,
    /// A meal is delivered: the elder pays the fee (Jiayuguan Art. 5(5)).
    #[serde(default)]
    pub delivery: bool,
    /// What it costs, where it has a price of its own (a meal: the menu's) and not the catalogue's.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub price: Option<Fen>,
    /// What the elder agreed beforehand to pay themselves, at most; nothing is ever billed silently.
    #[serde(default)]
    pub self_pay_up_to: Fen,
    /// The order has changed: what was set aside for it before is given back first, whatever comes of this.
    #[serde(default)]
    pub instead: bool,
}

const fn allowance() -> Kind {
    Kind::ServiceAllowance
}

/// Takes what was held.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct CaptureRequest {
    /// The command's id.
    pub id: CommandId,
    /// Which order's.
    pub order: OrderId,
    /// Who served.
    pub organisation: OrganisationId,
    /// The day it was served.
    pub served_on: Day,
    /// Less than was held, in fen or points; all of it where nothing is said.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub amount: Option<i64>,
}

/// Where the money of an order stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum FundingState {
    /// Set aside.
    Held,
    /// Taken: owed to the organisation.
    Captured,
    /// Given back.
    Released,
    /// Not used in its month of service.
    Lapsed,
}

/// How an order is paid, as it is from now on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Funding {
    /// Which order.
    pub order: OrderId,
    /// Whose.
    pub elder: ElderId,
    /// What pays.
    pub kind: Kind,
    /// Which month's.
    pub month: Month,
    /// Where it stands.
    pub state: FundingState,
    /// From the allowance, in fen or points: held, or captured once it is.
    pub amount: i64,
    /// The elder pays, in fen; delivery is in it.
    pub self_pay: Fen,
    /// For delivery, in fen.
    pub delivery_fee: Fen,
}

impl EventData for Funding {
    fn event_type(&self) -> String {
        let state = match self.state {
            FundingState::Held => "held",
            FundingState::Captured => "captured",
            FundingState::Released => "released",
            FundingState::Lapsed => "lapsed",
        };
        format!("care.funding.{state}.v1")
    }
    fn aggregate(&self) -> &str {
        self.order.as_str()
    }
}

/// The answer to an [`AccountsCommand`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Noted {
    /// An order's money.
    Funding(Funding),
    /// A person.
    Person(ElderId),
    /// A matter as it stands now.
    Matter(Box<Matter>),
    /// A settlement was drawn or approved.
    Settlement {
        /// Of which period.
        period: String,
        /// The last entry that counts.
        cutoff: i64,
    },
}

/// A question (`care.v1.<district>.ask.accounts.balance` or `.eligibility`).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct ElderQuery {
    /// About whom.
    pub elder: ElderId,
    /// On which day.
    pub on: Day,
}

/// What someone has left in the month of the day asked about.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Balances {
    /// Whose.
    pub elder: ElderId,
    /// In which month.
    pub month: Month,
    /// By kind; kinds never drawn on yet are not listed.
    pub purses: Vec<Balance>,
}

/// One purse.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Balance {
    /// What.
    pub kind: Kind,
    /// Given for the month, in fen or points.
    pub granted: i64,
    /// Free.
    pub available: i64,
    /// Set aside.
    pub held: i64,
    /// Spent.
    pub captured: i64,
    /// Lapsed.
    pub lapsed: i64,
}

//! How an order is paid, as far as `dispatch` has to know. Care does not wait for billing: an order is offered while the
//! money is asked for, and what `accounts` answers comes to it later. What the elder did not agree to pay beforehand is
//! never billed: it goes to the desk.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::unit::Fen;

/// What pays, before the elder does.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum PayWith {
    /// The service allowance (服务补贴).
    #[default]
    Allowance,
    /// Silver points (银发积分, Kangbashi § 3(3)).
    SilverPoints,
}

impl PayWith {
    /// Whether it goes without saying.
    pub fn is_usual(&self) -> bool {
        *self == Self::default()
    }
}

/// How an order is paid.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Funding {
    /// What pays.
    #[serde(default, skip_serializing_if = "PayWith::is_usual")]
    pub pay_with: PayWith,
    /// What the elder agreed to pay themselves, at most, in fen.
    pub self_pay_up_to: Fen,
    /// Counts how often it had to be asked for anew, because the order or the agreement changed.
    #[serde(default)]
    pub round: u16,
    /// Where it stands.
    #[serde(flatten)]
    pub state: FundingState,
}

/// Where the money stands, as `dispatch` knows it; what becomes of it after the service is the ledger's.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "state", rename_all = "snake_case")]
pub enum FundingState {
    /// Asked for, not answered yet.
    Pending,
    /// Set aside.
    Held {
        /// From the allowance in fen, or in points.
        allowance: i64,
        /// What the elder pays, within what they agreed to.
        self_pay: Fen,
    },
    /// Nothing pays.
    Refused {
        /// Why: a stable code of `accounts`.
        code: String,
    },
}

impl Funding {
    /// To be asked for.
    pub const fn asked(pay_with: PayWith, self_pay_up_to: Fen) -> Self {
        Self { pay_with, self_pay_up_to, round: 0, state: FundingState::Pending }
    }

    /// Whether an answer is still to come.
    pub const fn is_pending(&self) -> bool {
        matches!(self.state, FundingState::Pending)
    }

    /// Asked for anew: the order is another one now.
    #[must_use]
    pub fn anew(self) -> Self {
        Self { round: self.round.saturating_add(1), state: FundingState::Pending, ..self }
    }

    /// The elder agrees to pay more, or less, themselves; what is set aside already stays as it is.
    #[must_use]
    pub fn agreed(self, self_pay_up_to: Fen) -> Self {
        let agreed = Self { self_pay_up_to, ..self };
        if matches!(agreed.state, FundingState::Held { .. }) { agreed } else { agreed.anew() }
    }
}

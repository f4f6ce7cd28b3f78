//! Why something may not happen to a purse. Each has a stable code.

use domain::calendar::{Day, Month};
use schemas::{account::assessment::RefusalCode, problem::Problem};

use crate::matter::MatterRefusal;

/// Why not.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// The policy gives nothing.
    #[error("the policy gives nothing here ({}): rule {rule}, {article}", code.as_str())]
    Policy {
        /// Why.
        code: RefusalCode,
        /// By which rule.
        rule: String,
        /// Where it stands.
        article: String,
    },
    /// Nothing is known of this elder.
    #[error("nothing is known that would decide about this elder; set the person first")]
    UnknownElder,
    /// The allowance does not cover the price, and the elder did not agree to pay the rest.
    #[error("{left} is left, {price} is asked, and the elder agreed to pay {agreed}, not {needed}")]
    NothingLeft {
        /// Free in the purse.
        left: i64,
        /// The price.
        price: i64,
        /// What the elder agreed to.
        agreed: i64,
        /// What they would have to pay.
        needed: i64,
    },
    /// One order may not take so much.
    #[error("one order may take {cap}, this one would take {price}")]
    OverOrderCap {
        /// At most.
        cap: i64,
        /// Asked.
        price: i64,
    },
    /// One day's orders may not take so much.
    #[error("the orders of {day} may take {cap}, {used} is taken, {price} is asked")]
    OverDayCap {
        /// Which day.
        day: Day,
        /// At most.
        cap: i64,
        /// Taken.
        used: i64,
        /// Asked.
        price: i64,
    },
    /// The elder pays a fee and did not agree to.
    #[error("the elder would pay {needed} fen themselves and agreed to {agreed}")]
    SelfPayNotAgreed {
        /// What they agreed to.
        agreed: i64,
        /// What they would have to pay.
        needed: i64,
    },
    /// Long-term-care insurance covers it.
    #[error("long-term-care insurance covers this service: the allowance does not pay for it")]
    InsuranceCovers,
    /// Points are spent at designated organisations only.
    #[error("silver points are spent at designated organisations only, and this one is not")]
    NotDesignated,
    /// Nobody knows yet which are.
    #[error("the registry has not said yet which organisations are designated; try again")]
    OrganisationsUnknown,
    /// The document leaves a figure open and nobody set it.
    #[error("{what} is not set in the policy pack (rule {rule}); set it")]
    NotConfigured {
        /// Which key of the pack.
        what: &'static str,
        /// By which rule.
        rule: String,
    },
    /// The month that pays is the month of service.
    #[error("the money is of {month} and cannot pay for a service on {day}")]
    OtherMonth {
        /// Whose.
        month: Month,
        /// When it is served.
        day: Day,
    },
    /// The month is over.
    #[error("{0} is over; nothing of it can be held any more")]
    MonthClosed(Month),
    /// The order has money set aside already.
    #[error("this order has money set aside already; release it first")]
    AlreadyHeld,
    /// The order has no money set aside.
    #[error("no money was set aside for this order")]
    UnknownHold,
    /// The order was cancelled, or nobody was there.
    #[error("this order is closed; nothing is set aside for it any more")]
    OrderClosed,
    /// It was given back.
    #[error("what was set aside for this order was given back")]
    HoldReleased,
    /// It was taken.
    #[error("what was set aside for this order was taken already")]
    AlreadyCaptured,
    /// More than was held.
    #[error("{amount} is more than the {held} that was held")]
    OverHold {
        /// Asked.
        amount: i64,
        /// Held.
        held: i64,
    },
    /// Nothing was taken that could be corrected.
    #[error("nothing was taken for this order that could be corrected")]
    NotCaptured,
    /// A correction would take more than there is, or give back more than was taken.
    #[error("a change by {change} is not possible: {captured} was taken, {left} is left")]
    ImpossibleCorrection {
        /// Asked.
        change: i64,
        /// Taken.
        captured: i64,
        /// Left to take.
        left: i64,
    },
    /// A step of a matter.
    #[error(transparent)]
    Matter(#[from] MatterRefusal),
    /// An amount below zero.
    #[error("{0} is below zero")]
    Negative(i64),
}

impl Refusal {
    /// Stable, in snake_case.
    pub const fn code(&self) -> &'static str {
        match self {
            Self::Policy { code, .. } => code.as_str(),
            Self::UnknownElder => "unknown_elder",
            Self::NothingLeft { .. } => "nothing_left",
            Self::OverOrderCap { .. } => "over_order_cap",
            Self::OverDayCap { .. } => "over_day_cap",
            Self::SelfPayNotAgreed { .. } => "self_pay_not_agreed",
            Self::InsuranceCovers => "insurance_covers",
            Self::NotDesignated => "not_designated",
            Self::OrganisationsUnknown => "organisations_unknown",
            Self::NotConfigured { .. } => "amount_not_configured",
            Self::OtherMonth { .. } => "other_month",
            Self::MonthClosed(_) => "month_closed",
            Self::AlreadyHeld => "already_held",
            Self::UnknownHold => "unknown_hold",
            Self::OrderClosed => "order_closed",
            Self::HoldReleased => "hold_released",
            Self::AlreadyCaptured => "already_captured",
            Self::OverHold { .. } => "over_hold",
            Self::NotCaptured => "not_captured",
            Self::ImpossibleCorrection { .. } => "impossible_correction",
            Self::Matter(refusal) => refusal.code(),
            Self::Negative(_) => "negative_amount",
        }
    }
}

impl From<Refusal> for Problem {
    fn from(refusal: Refusal) -> Self {
        let status = match &refusal {
            Refusal::Matter(refusal) => refusal.status(),
            // Not an answer: whoever asked does without for now, and asks again.
            Refusal::OrganisationsUnknown => 503,
            _ => 409,
        };
        Self::new(status, refusal.code(), refusal.to_string())
    }
}

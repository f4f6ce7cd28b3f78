//! How the support is spent, and how organisations are paid.

use serde::{Deserialize, Serialize};

use super::RuleId;

/// How money and points are spent.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Ledger {
    /// When what is not used lapses.
    pub zeroing: Zeroing,
    /// By which rule; without one the document is silent.
    #[serde(default)]
    pub zeroing_rule: Option<RuleId>,
    /// The document caps an order and a day, by this rule. A cap that is not set is a gap: orders are refused.
    #[serde(default)]
    pub caps_rule: Option<RuleId>,
    /// The most one order may take from the allowance, in fen.
    #[serde(default)]
    pub per_order_cap_fen: Option<i64>,
    /// The most one elder's orders of one day of service may take, in fen.
    #[serde(default)]
    pub per_day_cap_fen: Option<i64>,
    /// What elders pay themselves is so much cheaper than the market.
    #[serde(default)]
    pub self_pay_discount: Option<Discount>,
    /// Each delivery of a meal costs a fee that the elder pays, by this rule.
    #[serde(default)]
    pub delivery_fee_rule: Option<RuleId>,
    /// That fee, in fen.
    #[serde(default)]
    pub delivery_fee_fen: Option<i64>,
    /// Points are spent at designated organisations only, by this rule.
    #[serde(default)]
    pub designated_only: Option<RuleId>,
    /// The allowance pays for services only, never goods, cash or medical fees, by this rule.
    #[serde(default)]
    pub services_only: Option<RuleId>,
}

/// When what is not used lapses.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Zeroing {
    /// At the city's midnight after the month's last day.
    Monthly,
    /// At the city's midnight after the quarter's last day.
    Quarterly,
}

/// A discount on the market price.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Discount {
    /// By which rule.
    pub rule: RuleId,
    /// The least, in percent.
    pub at_least: u8,
    /// The most, in percent.
    pub at_most: u8,
    /// What is set, in percent. Not set: a gap.
    #[serde(default)]
    pub percent: Option<u8>,
}

/// How organisations are paid.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Settlement {
    /// How often.
    pub period: SettlementPeriod,
    /// By which rule; without one the document is silent and the period is ours.
    #[serde(default)]
    pub rule: Option<RuleId>,
}

/// How often organisations are paid.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SettlementPeriod {
    /// Each month.
    Monthly,
    /// Each quarter.
    Quarterly,
}

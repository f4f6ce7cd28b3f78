//! Double entry: a transfer takes an amount from one account and gives it to another, so that the books balance by
//! construction. Entries are only ever added.

use std::fmt;

use domain::id::{ElderId, OrganisationId};
use schemas::account::assessment::Kind;
use serde::{Deserialize, Serialize};

use super::purse::PurseKey;

/// What is counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Unit {
    /// Money.
    Fen,
    /// Silver points; a hundred are worth one yuan.
    Points,
}

impl Unit {
    /// What a kind is counted in.
    pub const fn of(kind: Kind) -> Self {
        match kind {
            Kind::SilverPoints => Self::Points,
            Kind::ServiceAllowance | Kind::CanteenSubsidy | Kind::BedGrant => Self::Fen,
        }
    }
}

/// Where an amount is.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Account {
    /// The treasury's budget for a kind; what was given to elders stands here below zero.
    Budget(Kind),
    /// Free to be held.
    Available(PurseKey),
    /// Held for orders.
    Held(PurseKey),
    /// Not used in its month.
    Lapsed(PurseKey),
    /// Owed to an organisation for services.
    Owed(OrganisationId, Kind),
    /// Paid to an organisation.
    Paid(OrganisationId, Kind),
    /// What an elder pays themselves; what they paid stands here below zero.
    SelfPay(ElderId),
    /// What elders pay an organisation.
    Collected(OrganisationId),
}

impl fmt::Display for Account {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Budget(kind) => write!(f, "budget/{}", kind.as_str()),
            Self::Available(key) => write!(f, "available/{key}"),
            Self::Held(key) => write!(f, "held/{key}"),
            Self::Lapsed(key) => write!(f, "lapsed/{key}"),
            Self::Owed(organisation, kind) => write!(f, "owed/{organisation}/{}", kind.as_str()),
            Self::Paid(organisation, kind) => write!(f, "paid/{organisation}/{}", kind.as_str()),
            Self::SelfPay(elder) => write!(f, "self_pay/{elder}"),
            Self::Collected(organisation) => write!(f, "collected/{organisation}"),
        }
    }
}

/// An amount that goes from one account to another; never below zero, never nothing.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Transfer {
    /// From where.
    pub from: Account,
    /// To where.
    pub to: Account,
    /// How much.
    pub amount: i64,
    /// Of what.
    pub unit: Unit,
}

/// Adds a transfer unless it is of nothing; of less than nothing it goes the other way.
pub(super) fn push(transfers: &mut Vec<Transfer>, from: Account, to: Account, amount: i64, unit: Unit) {
    let (from, to) = if amount < 0 { (to, from) } else { (from, to) };
    if amount != 0 {
        transfers.push(Transfer { from, to, amount: amount.saturating_abs(), unit });
    }
}

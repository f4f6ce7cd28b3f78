//! What the city's pack says about spending, as the ledger needs it.

use domain::calendar::{Day, Month};
use schemas::account::assessment::Kind;

use crate::policy::pack::{RuleId, Version, Zeroing};

/// A figure that a document may speak of.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Figure {
    /// The document does not speak of it.
    Silent,
    /// It does, and nobody set it.
    Gap(RuleId),
    /// It is set.
    Set(i64),
}

impl Figure {
    fn of(rule: Option<&RuleId>, set: Option<i64>) -> Self {
        match (set, rule) {
            (Some(set), _) => Self::Set(set),
            (None, Some(rule)) => Self::Gap(rule.clone()),
            (None, None) => Self::Silent,
        }
    }
}

/// How one kind is spent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Terms {
    /// The most one order may take.
    pub per_order_cap: Figure,
    /// The most one elder's orders of one day may take.
    pub per_day_cap: Figure,
    /// What the elder pays is so many percent below the market.
    pub self_pay_discount: Figure,
    /// What a delivery costs the elder.
    pub delivery_fee: Figure,
    /// At designated organisations only.
    pub designated_only: bool,
    /// What long-term-care insurance covers is not paid for.
    pub excludes_insured: bool,
    /// Stays until the quarter's end instead of the month's.
    pub lasts_the_quarter: bool,
}

impl Terms {
    /// A document that says nothing about spending.
    pub const SILENT: Self = Self {
        per_order_cap: Figure::Silent,
        per_day_cap: Figure::Silent,
        self_pay_discount: Figure::Silent,
        delivery_fee: Figure::Silent,
        designated_only: false,
        excludes_insured: false,
        lasts_the_quarter: false,
    };

    /// The first day on which nothing of a month's purse can be used.
    pub fn end_of(&self, month: Month) -> Day {
        let last = if self.lasts_the_quarter { month.quarter().last() } else { month };
        last.next().first()
    }

    /// Whether a month's purse pays for a service on that day.
    pub fn lasts(&self, month: Month, day: Day) -> bool {
        month.first() <= day && day < self.end_of(month)
    }

    /// What a version says about a kind.
    pub fn of(version: &Version, kind: Kind) -> Self {
        let ledger = &version.ledger;
        // Caps are about what is spent of the allowance.
        let caps = ledger.caps_rule.as_ref().filter(|_| kind == Kind::ServiceAllowance);
        let discount = ledger.self_pay_discount.as_ref();
        let percent = discount.and_then(|discount| discount.percent).map(i64::from);
        Self {
            per_order_cap: Figure::of(caps, ledger.per_order_cap_fen.filter(|_| caps.is_some())),
            per_day_cap: Figure::of(caps, ledger.per_day_cap_fen.filter(|_| caps.is_some())),
            self_pay_discount: Figure::of(discount.map(|discount| &discount.rule), percent),
            delivery_fee: Figure::of(ledger.delivery_fee_rule.as_ref(), ledger.delivery_fee_fen),
            designated_only: kind == Kind::SilverPoints && ledger.designated_only.is_some(),
            excludes_insured: version.kind(kind).is_some_and(|rule| rule.excludes_insured.is_some()),
            lasts_the_quarter: ledger.zeroing == Zeroing::Quarterly && !version.readings.lapses_monthly,
        }
    }
}

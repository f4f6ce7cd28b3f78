//! How a price is shared: first the allowance, as far as it and the caps go; the rest is the elder's, below the market
//! price where the city says so (Jiayuguan Art. 4), and only what they agreed to beforehand.

use domain::calendar::Day;

use super::{
    refusal::Refusal,
    terms::{Figure, Terms},
};

/// What is asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Ask {
    /// The market price, in fen; a point is worth a fen.
    pub price: i64,
    /// A meal is delivered.
    pub delivery: bool,
    /// What the elder agreed to pay, at most.
    pub agreed: i64,
    /// Insurance covers it.
    pub insured: bool,
    /// The day of service.
    pub day: Day,
}

/// Who pays what.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Split {
    /// From the allowance.
    pub allowance: i64,
    /// The elder; delivery is in it.
    pub self_pay: i64,
    /// For delivery.
    pub delivery_fee: i64,
}

/// Shares the price, `left` being free and `used` taken on that day already.
///
/// # Errors
/// [`Refusal`] with what stood in the way.
pub fn split(terms: &Terms, ask: &Ask, left: i64, used: i64) -> Result<Split, Refusal> {
    let Ask { price, agreed, day, .. } = *ask;
    if price < 0 || agreed < 0 {
        return Err(Refusal::Negative(price.min(agreed)));
    }
    let per_order = set(&terms.per_order_cap, "ledger.per_order_cap_fen")?.unwrap_or(i64::MAX);
    let per_day = set(&terms.per_day_cap, "ledger.per_day_cap_fen")?;
    let day_left = per_day.map_or(i64::MAX, |cap| cap.saturating_sub(used).max(0));
    let covered = terms.excludes_insured && ask.insured;
    let allowance = if covered { 0 } else { price.min(left).min(per_order).min(day_left) };
    let rest = price - allowance;
    let delivery_fee = match &terms.delivery_fee {
        fee if ask.delivery => set(fee, "ledger.delivery_fee_fen")?.unwrap_or(0),
        _ => 0,
    };
    let percent = if rest > 0 && agreed > 0 {
        set(&terms.self_pay_discount, "ledger.self_pay_discount.percent")?.unwrap_or(0)
    } else {
        0
    };
    // Rounded down to the fen: never less of a discount than the city says.
    let self_pay = rest.saturating_mul(100 - percent) / 100 + delivery_fee;
    if self_pay <= agreed {
        return Ok(Split { allowance, self_pay, delivery_fee });
    }
    Err(if rest == 0 {
        Refusal::SelfPayNotAgreed { agreed, needed: self_pay }
    } else if covered {
        Refusal::InsuranceCovers
    } else if allowance == left {
        Refusal::NothingLeft { left, price, agreed, needed: self_pay }
    } else if allowance == per_order {
        Refusal::OverOrderCap { cap: per_order, price }
    } else {
        Refusal::OverDayCap { day, cap: per_day.unwrap_or(0), used, price }
    })
}

fn set(figure: &Figure, what: &'static str) -> Result<Option<i64>, Refusal> {
    match figure {
        Figure::Silent => Ok(None),
        Figure::Set(value) => Ok(Some(*value)),
        Figure::Gap(rule) => Err(Refusal::NotConfigured { what, rule: rule.to_string() }),
    }
}

//! What an elder has of one kind for one month, and what may happen to it.
//!
//! `granted = available + held + captured + lapsed` at all times, and none of them is ever below zero.

use std::{collections::BTreeMap, fmt};

use domain::{
    calendar::{Day, Month},
    id::{CommandId, ElderId, OrderId, OrganisationId},
    unit::Fen,
};
use schemas::account::{
    assessment::Kind,
    funding::{Balance, Funding, FundingState},
};
use serde::{Deserialize, Serialize};

use super::{
    refusal::Refusal,
    split::{Ask, split},
    terms::Terms,
    transfer::{Account, Transfer, Unit, push},
};

/// Whose, what, and for which month.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct PurseKey {
    /// Whose.
    pub elder: ElderId,
    /// What.
    pub kind: Kind,
    /// For which month.
    pub month: Month,
}

impl fmt::Display for PurseKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}/{}", self.elder, self.kind.as_str(), self.month)
    }
}

/// The purse.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Purse {
    /// Which.
    pub key: PurseKey,
    /// Given for the month.
    pub granted: i64,
    /// Free.
    pub available: i64,
    /// Not used in time.
    pub lapsed: i64,
    /// Its time is over.
    pub closed: bool,
    /// What was set aside, by order.
    pub holds: BTreeMap<OrderId, Hold>,
}

/// Money set aside for an order, and what became of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Hold {
    /// The command that asked for it.
    pub id: CommandId,
    /// The day of service.
    pub day: Day,
    /// From the allowance: held, then taken.
    pub amount: i64,
    /// The elder pays; delivery is in it.
    pub self_pay: i64,
    /// For delivery.
    pub delivery_fee: i64,
    /// Where it stands.
    pub state: HoldState,
}

/// Where a hold stands.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum HoldState {
    /// Set aside.
    Held,
    /// Taken by who served.
    Captured(OrganisationId),
    /// Given back.
    Released,
    /// Its month went by.
    Lapsed,
}

/// A service was rendered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Capture {
    /// Who served.
    pub organisation: OrganisationId,
    /// Silver points may be spent there.
    pub designated: bool,
    /// When.
    pub served_on: Day,
    /// Less than was held.
    pub amount: Option<i64>,
}

type Done = Result<Vec<Transfer>, Refusal>;

impl Purse {
    /// An empty one.
    pub const fn new(key: PurseKey) -> Self {
        Self { key, granted: 0, available: 0, lapsed: 0, closed: false, holds: BTreeMap::new() }
    }

    /// Set aside.
    pub fn held(&self) -> i64 {
        self.sum(|state| *state == HoldState::Held)
    }

    /// Taken.
    pub fn captured(&self) -> i64 {
        self.sum(|state| matches!(state, HoldState::Captured(_)))
    }

    fn sum(&self, of: impl Fn(&HoldState) -> bool) -> i64 {
        self.holds.values().filter(|hold| of(&hold.state)).map(|hold| hold.amount).sum()
    }

    /// Set aside or taken for services of that day.
    pub fn used_on(&self, day: Day) -> i64 {
        let counts =
            |hold: &&Hold| hold.day == day && matches!(hold.state, HoldState::Held | HoldState::Captured(_));
        self.holds.values().filter(counts).map(|hold| hold.amount).sum()
    }

    /// The first day on which nothing of it can be used.
    pub fn ends(&self, terms: &Terms) -> Day {
        terms.end_of(self.key.month)
    }

    /// Who took what was held for an order.
    pub fn captured_by(&self, order: &OrderId) -> Option<&OrganisationId> {
        match &self.holds.get(order)?.state {
            HoldState::Captured(organisation) => Some(organisation),
            HoldState::Held | HoldState::Released | HoldState::Lapsed => None,
        }
    }

    /// Given for the month: the amount stands for the month, however often it is given. A higher one replaces the
    /// lower; they never add up. A lower one takes back what is still free.
    pub fn grant(&mut self, amount: i64) -> Done {
        if amount < 0 {
            return Err(Refusal::Negative(amount));
        }
        if self.closed {
            return Ok(Vec::new());
        }
        let change = (amount - self.granted).max(-self.available);
        self.granted += change;
        self.available += change;
        Ok(self.transfer(Account::Budget(self.key.kind), Account::Available(self.key.clone()), change))
    }

    /// Sets money aside for an order; `order` must not have any.
    pub fn hold(&mut self, terms: &Terms, id: CommandId, order: OrderId, ask: &Ask) -> Done {
        let again = match self.holds.get(&order).map(|hold| &hold.state) {
            None | Some(HoldState::Released) => false,
            Some(HoldState::Held | HoldState::Captured(_)) => return Err(Refusal::AlreadyHeld),
            Some(HoldState::Lapsed) => true,
        };
        if self.closed || again {
            return Err(Refusal::MonthClosed(self.key.month));
        }
        if !terms.lasts(self.key.month, ask.day) {
            return Err(Refusal::OtherMonth { month: self.key.month, day: ask.day });
        }
        let shares = split(terms, ask, self.available, self.used_on(ask.day))?;
        self.available -= shares.allowance;
        let hold = Hold {
            id,
            day: ask.day,
            amount: shares.allowance,
            self_pay: shares.self_pay,
            delivery_fee: shares.delivery_fee,
            state: HoldState::Held,
        };
        self.holds.insert(order, hold);
        Ok(self.transfer(
            Account::Available(self.key.clone()),
            Account::Held(self.key.clone()),
            shares.allowance,
        ))
    }

    /// Takes what was held, or less. It may come after the month was closed: what counts is the day of service.
    pub fn capture(&mut self, terms: &Terms, order: &OrderId, capture: &Capture) -> Done {
        let hold = self.holds.get(order).ok_or(Refusal::UnknownHold)?.clone();
        let amount = capture.amount.unwrap_or(hold.amount);
        match hold.state {
            HoldState::Held | HoldState::Lapsed => {}
            HoldState::Released => return Err(Refusal::HoldReleased),
            HoldState::Captured(_) => return Err(Refusal::AlreadyCaptured),
        }
        if amount < 0 {
            return Err(Refusal::Negative(amount));
        }
        if amount > hold.amount {
            return Err(Refusal::OverHold { amount, held: hold.amount });
        }
        if terms.designated_only && !capture.designated {
            return Err(Refusal::NotDesignated);
        }
        let day = capture.served_on;
        if !terms.lasts(self.key.month, day) {
            return Err(Refusal::OtherMonth { month: self.key.month, day });
        }
        if let super::terms::Figure::Set(cap) = terms.per_day_cap
            && day != hold.day
            && self.used_on(day).saturating_add(amount) > cap
        {
            return Err(Refusal::OverDayCap { day, cap, used: self.used_on(day), price: amount });
        }
        let (key, organisation) = (self.key.clone(), capture.organisation.clone());
        let source = if hold.state == HoldState::Held {
            Account::Held(key.clone())
        } else {
            self.lapsed -= amount;
            Account::Lapsed(key.clone())
        };
        let mut transfers =
            self.transfer(source.clone(), Account::Owed(organisation.clone(), key.kind), amount);
        if hold.state == HoldState::Held {
            transfers.extend(self.give_back(hold.amount - amount));
        }
        let collected = Account::Collected(organisation.clone());
        push(&mut transfers, Account::SelfPay(key.elder), collected, hold.self_pay, Unit::Fen);
        let taken = Hold { day, amount, state: HoldState::Captured(organisation), ..hold };
        self.holds.insert(order.clone(), taken);
        Ok(transfers)
    }

    /// Gives back what was held. What was given back or has lapsed already stays so.
    pub fn release(&mut self, order: &OrderId) -> Done {
        let hold = self.holds.get_mut(order).ok_or(Refusal::UnknownHold)?;
        match hold.state {
            HoldState::Captured(_) => Err(Refusal::AlreadyCaptured),
            HoldState::Released => Ok(Vec::new()),
            // The money has lapsed and stays so.
            HoldState::Lapsed => {
                hold.state = HoldState::Released;
                Ok(Vec::new())
            }
            HoldState::Held => {
                hold.state = HoldState::Released;
                let amount = hold.amount;
                Ok(self.give_back(amount))
            }
        }
    }

    /// From the city's midnight of that day on nothing of it can be used: what is free and what was held lapses.
    pub fn close(&mut self, terms: &Terms, today: Day) -> Vec<Transfer> {
        if self.closed || today < self.ends(terms) {
            return Vec::new();
        }
        self.closed = true;
        let (free, held) = (self.available, self.held());
        for hold in self.holds.values_mut().filter(|hold| hold.state == HoldState::Held) {
            hold.state = HoldState::Lapsed;
        }
        self.available = 0;
        self.lapsed += free + held;
        let lapsed = Account::Lapsed(self.key.clone());
        let mut transfers = self.transfer(Account::Available(self.key.clone()), lapsed.clone(), free);
        transfers.extend(self.transfer(Account::Held(self.key.clone()), lapsed, held));
        transfers
    }

    /// What lapsed while it was held: a service of that month that is reported late still takes it.
    fn claimable(&self) -> i64 {
        let lapsed = self.holds.values().filter(|hold| hold.state == HoldState::Lapsed);
        lapsed.map(|hold| hold.amount).sum()
    }

    /// Changes what was taken, by a new entry. More is taken from what is free, or, once the month is over, from what
    /// lapsed and no order can claim any more; less goes back there.
    pub fn correct(&mut self, terms: &Terms, order: &OrderId, change: i64) -> Done {
        let hold = self.holds.get(order).ok_or(Refusal::UnknownHold)?;
        let HoldState::Captured(organisation) = hold.state.clone() else { return Err(Refusal::NotCaptured) };
        let (captured, day) = (hold.amount, hold.day);
        let left = if self.closed { self.lapsed - self.claimable() } else { self.available };
        if change > left || captured.saturating_add(change) < 0 {
            return Err(Refusal::ImpossibleCorrection { change, captured, left });
        }
        if let super::terms::Figure::Set(cap) = terms.per_order_cap
            && captured + change > cap
        {
            return Err(Refusal::OverOrderCap { cap, price: captured + change });
        }
        if let super::terms::Figure::Set(cap) = terms.per_day_cap
            && self.used_on(day) + change > cap
        {
            return Err(Refusal::OverDayCap { day, cap, used: self.used_on(day), price: change });
        }
        if let Some(hold) = self.holds.get_mut(order) {
            hold.amount += change;
        }
        let source = if self.closed {
            self.lapsed -= change;
            Account::Lapsed(self.key.clone())
        } else {
            self.available -= change;
            Account::Available(self.key.clone())
        };
        Ok(self.transfer(source, Account::Owed(organisation, self.key.kind), change))
    }

    /// How an order is paid.
    pub fn funding(&self, order: &OrderId) -> Option<Funding> {
        let hold = self.holds.get(order)?;
        let state = match hold.state {
            HoldState::Held => FundingState::Held,
            HoldState::Captured(_) => FundingState::Captured,
            HoldState::Released => FundingState::Released,
            HoldState::Lapsed => FundingState::Lapsed,
        };
        Some(Funding {
            order: order.clone(),
            elder: self.key.elder.clone(),
            kind: self.key.kind,
            month: self.key.month,
            state,
            amount: hold.amount,
            self_pay: Fen(hold.self_pay),
            delivery_fee: Fen(hold.delivery_fee),
        })
    }

    /// What is in it.
    pub fn balance(&self) -> Balance {
        Balance {
            kind: self.key.kind,
            granted: self.granted,
            available: self.available,
            held: self.held(),
            captured: self.captured(),
            lapsed: self.lapsed,
        }
    }

    /// To what is free, or, once the month is over, to what lapsed.
    fn give_back(&mut self, amount: i64) -> Vec<Transfer> {
        let held = Account::Held(self.key.clone());
        if self.closed {
            self.lapsed += amount;
            self.transfer(held, Account::Lapsed(self.key.clone()), amount)
        } else {
            self.available += amount;
            self.transfer(held, Account::Available(self.key.clone()), amount)
        }
    }

    fn transfer(&self, from: Account, to: Account, amount: i64) -> Vec<Transfer> {
        let mut transfers = Vec::with_capacity(2);
        push(&mut transfers, from, to, amount, Unit::of(self.key.kind));
        transfers
    }
}

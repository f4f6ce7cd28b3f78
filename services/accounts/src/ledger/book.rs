//! Many purses in memory, each event applied once: what the simulator and the property tests run on. The database
//! does the same with rows, see [`crate::store`].

use std::collections::{BTreeMap, BTreeSet};

use domain::{
    calendar::Day,
    id::{CommandId, OrderId},
};

use super::{
    purse::{Capture, Purse, PurseKey},
    refusal::Refusal,
    split::Ask,
    terms::Terms,
    transfer::{Account, Transfer, Unit},
};

/// What may happen to a purse. The id of an event makes repeating it harmless.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Event {
    /// The month's amount.
    Grant(i64),
    /// Money is set aside.
    Hold(OrderId, Ask),
    /// A service was rendered.
    Capture(OrderId, Capture),
    /// An order will not be served.
    Release(OrderId),
    /// The city's midnight of this day has passed.
    Midnight(Day),
    /// A dispute was decided.
    Correct(OrderId, i64),
}

/// The books.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Book {
    /// By key.
    pub purses: BTreeMap<PurseKey, Purse>,
    /// Every transfer ever, oldest first.
    pub entries: Vec<Transfer>,
    applied: BTreeSet<CommandId>,
}

impl Book {
    /// Applies an event, or, if it was applied before, does nothing. A refused event leaves no trace, and may be tried
    /// again.
    ///
    /// # Errors
    /// [`Refusal`].
    pub fn apply(
        &mut self,
        id: &CommandId,
        key: &PurseKey,
        event: &Event,
        terms: &Terms,
    ) -> Result<(), Refusal> {
        if self.applied.contains(id) {
            return Ok(());
        }
        let mut purse = self.purses.get(key).cloned().unwrap_or_else(|| Purse::new(key.clone()));
        let transfers = purse.apply(id, event, terms)?;
        self.purses.insert(key.clone(), purse);
        self.entries.extend(transfers);
        self.applied.insert(id.clone());
        Ok(())
    }

    /// What is on every account, from the entries alone.
    pub fn balances(&self) -> BTreeMap<(Account, Unit), i64> {
        let mut balances = BTreeMap::new();
        for Transfer { from, to, amount, unit } in &self.entries {
            *balances.entry((from.clone(), *unit)).or_insert(0) -= amount;
            *balances.entry((to.clone(), *unit)).or_insert(0) += amount;
        }
        balances
    }
}

impl Purse {
    /// Applies one event.
    ///
    /// # Errors
    /// [`Refusal`]; nothing has changed then.
    pub fn apply(&mut self, id: &CommandId, event: &Event, terms: &Terms) -> Result<Vec<Transfer>, Refusal> {
        match event {
            Event::Grant(amount) => self.grant(*amount),
            Event::Hold(order, ask) => self.hold(terms, id.clone(), order.clone(), ask),
            Event::Capture(order, capture) => self.capture(terms, order, capture),
            Event::Release(order) => self.release(order),
            Event::Midnight(day) => Ok(self.close(terms, *day)),
            Event::Correct(order, change) => self.correct(terms, order, *change),
        }
    }
}

//! What time brings: offers run out, orders are tried again, warnings are due, a human is called.

use domain::{
    order::{
        Happening, Order, Stage,
        timeline::{HandBack, Limit},
    },
    time::Timestamp,
};

use super::Core;

impl Core {
    /// When something about this order is due next.
    pub(super) fn due(&self, order: &Order) -> Option<Timestamp> {
        let due = [order.deadline(), self.warning_at(order).map(|(at, _)| at), self.give_up_at(order)];
        due.into_iter().flatten().min()
    }

    /// Deals with everything due, then with waiting orders whose moment has come.
    pub(super) fn deadlines(&mut self, now: Timestamp) {
        while let Some(id) = self.agenda.pop_due(now) {
            let Some(order) = self.orders.get(&id).cloned() else { continue };
            self.overdue(order, now);
        }
        if self.settle_at.is_some_and(|at| at <= now) {
            self.settle_at = None;
            self.settle(now);
        }
    }

    fn overdue(&mut self, mut order: Order, now: Timestamp) {
        let entries = order.timeline.len();
        if let Some((at, limit)) = self.warning_at(&order)
            && at <= now
        {
            match limit {
                Limit::Dispatch => order.dispatch_overdue = true,
                Limit::Acceptance => order.acceptance_overdue = true,
            }
            order.note(now, Happening::Overdue { limit });
        }
        if self.give_up_at(&order).is_some_and(|at| at <= now) {
            order = order.hand_back(HandBack::WindowMissed, now);
            order.note(now, Happening::HandedBack { reason: HandBack::WindowMissed });
            return self.commit(order, None, None, now);
        }
        order = order.expire_offers(now);
        if order.timeline.len() > entries {
            return self.fill_and_commit(order, None, now);
        }
        // Only a retry was due: solved together with whatever else waits.
        self.settle_at = Some(now);
        let retry = now + self.settings.retry;
        let due = [Some(retry), self.warning_at(&order).map(|(at, _)| at), self.give_up_at(&order)];
        self.agenda.set(&order.id, due.into_iter().flatten().min());
    }

    /// The next warning, if one is still to come.
    fn warning_at(&self, order: &Order) -> Option<(Timestamp, Limit)> {
        let from = order.created_at.max(order.window.earliest - self.settings.lead);
        match &order.stage {
            Stage::Waiting(w) if order.tries == 0 && !order.dispatch_overdue && w.seats.is_empty() => {
                Some((from + self.settings.dispatch_limit, Limit::Dispatch))
            }
            Stage::Waiting(_) | Stage::Offered(_) if order.tries > 0 && !order.acceptance_overdue => {
                Some((from + self.settings.acceptance_limit, Limit::Acceptance))
            }
            _ => None,
        }
    }

    /// When a human must decide, because nobody can start in time any more.
    fn give_up_at(&self, order: &Order) -> Option<Timestamp> {
        matches!(order.stage, Stage::Waiting(_)).then(|| order.window.latest + self.settings.grace)
    }
}

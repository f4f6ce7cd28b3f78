//! What time brings: offers run out, orders are tried again, warnings are due, a human is called.

use domain::{
    order::{
        Happening, Order, Stage,
        stage::Visit,
        timeline::{HandBack, Limit},
    },
    time::Timestamp,
    unit::Seconds,
};

use super::{Core, settings::next_multiple};

impl Core {
    /// When something about this order is due next, when it has just been dealt with.
    pub(super) fn due(&self, order: &Order, now: Timestamp) -> Option<Timestamp> {
        let warning = self.warning_at(order).map(|(at, _)| at);
        let due = [order.offer_ends_at(), self.try_at(order, now), warning, self.give_up_at(order)];
        due.into_iter().flatten().min()
    }

    /// When a waiting order is tried again: at its release, and then at even steps of the clock. All that wait have the
    /// same steps, so that they are solved once in each and not once for each of them; another process that takes over
    /// finds them as well.
    fn try_at(&self, order: &Order, now: Timestamp) -> Option<Timestamp> {
        let Stage::Waiting(waiting) = &order.stage else { return None };
        if order.missing() == 0 {
            return None;
        }
        if waiting.retry_at > now {
            return Some(waiting.retry_at);
        }
        Some(next_multiple(self.settings.retry, now))
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
        if self.improve_at.is_some_and(|at| at <= now) {
            self.improve(now);
        }
    }

    fn overdue(&mut self, mut order: Order, now: Timestamp) {
        let entries = order.timeline.len();
        if let Some((at, limit)) = self.warning_at(&order)
            && at <= now
        {
            order.warn(limit, now);
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
        // Only a retry was due: in a moment, solved together with whatever else waits.
        self.agenda.set(&order.id, self.due(&order, now));
        self.capacity(now);
    }

    /// The next warning, if one is still to come.
    fn warning_at(&self, order: &Order) -> Option<(Timestamp, Limit)> {
        let s = &self.settings;
        let (at, limit) = match &order.stage {
            Stage::Waiting(w) if order.tries == 0 && w.seats.is_empty() => {
                let from = w.since.max(order.window.earliest - s.lead);
                (from + s.dispatch_limit, Limit::Dispatch)
            }
            Stage::Waiting(_) | Stage::Offered(_) => {
                (order.first_offered_at? + s.acceptance_limit, Limit::Acceptance)
            }
            Stage::Accepted(visit) => (visit.start + s.departure_limit, Limit::Departure),
            Stage::EnRoute(visit) => (expected(visit) + s.arrival_limit, Limit::Arrival),
            Stage::Arrived(visit) => {
                let there = visit.team.iter().filter_map(|m| m.arrived_at).max();
                (there.map_or(visit.start, |at| at.max(visit.start)) + s.start_limit, Limit::Start)
            }
            Stage::InService(service) => {
                (service.started_at + order.requirement.duration + s.overrun_limit, Limit::Overrun)
            }
            _ => return None,
        };
        (!order.has_warned(limit)).then_some((at, limit))
    }

    /// When a human must decide, because nobody can start in time any more.
    fn give_up_at(&self, order: &Order) -> Option<Timestamp> {
        match &order.stage {
            Stage::Waiting(_) => Some(order.window.latest + self.settings.grace),
            Stage::Accepted(visit) => Some(visit.start.max(order.window.latest) + self.settings.grace),
            _ => None,
        }
    }
}

/// When a team on its way should be there: as planned, or by the ways of those who set off late.
fn expected(visit: &Visit) -> Timestamp {
    let ways =
        visit.team.iter().filter_map(|m| Some(m.departed_at? + m.leg.map_or(Seconds::ZERO, |l| l.seconds)));
    ways.fold(visit.start, Timestamp::max)
}

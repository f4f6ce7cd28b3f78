//! The one way an order changes: indices, the roster's commitments and deadlines follow, and the change is committed.

use std::collections::BTreeSet;

use domain::{
    decision::Decision,
    id::{CaregiverId, OrderId},
    order::{Happening, Order, Refusal, Stage, timeline::HandBack},
    time::Timestamp,
    unit::Seconds,
};
use schemas::order::OrderEvent;

use super::{Core, Effect, Ticket};

/// How many caregivers per elder count as familiar.
const FAMILIAR: usize = 3;
/// Beyond so many bytes an order sheds what it can do without.
const ROOMY: usize = 96 * 1024;
/// The largest decision in bytes; the stream takes a good deal more, envelope and headers included.
const LARGEST: usize = 224 * 1024;

/// The stream keeps an order's messages so long.
const STREAM_KEEPS: Seconds = Seconds::hours(24 * 90);
/// Names of forgotten orders are looked through whenever so many more have come.
const PRUNE_EVERY: usize = 4096;

/// How many bytes the decision takes as JSON.
fn encoded(order: &Order, decision: Option<&Decision>) -> usize {
    let mut bytes = Counted(0);
    let counted = serde_json::to_writer(&mut bytes, order)
        .and_then(|()| decision.map_or(Ok(()), |d| serde_json::to_writer(&mut bytes, d)));
    // What cannot be encoded cannot be stored either.
    counted.map_or(usize::MAX, |()| bytes.0)
}

/// Counts what is written.
struct Counted(usize);

impl std::io::Write for Counted {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0 += bytes.len();
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

impl Core {
    /// Takes the order as it now is, and commits it. What would be too large to be stored is refused before anything
    /// is taken over, and the order as it was goes to a human, so that no timer tries the same again.
    pub(super) fn commit(
        &mut self,
        mut order: Order,
        mut decision: Option<Decision>,
        answer: Option<Ticket>,
        now: Timestamp,
    ) {
        self.funds.carry(&mut order);
        order.revision = order.revision.saturating_add(1);
        order.compact();
        if encoded(&order, decision.as_ref()) > ROOMY {
            order.shed();
            if let Some(decision) = &mut decision {
                decision.shorten();
            }
            if encoded(&order, decision.as_ref()) > LARGEST {
                return self.too_large(&order.id, answer, now);
            }
        }
        self.adopt(order.clone(), now);
        let event = Box::new(OrderEvent { order, decision });
        self.effects.push(Effect::Commit { event, answer });
    }

    fn too_large(&mut self, id: &OrderId, answer: Option<Ticket>, now: Timestamp) {
        tracing::error!(order = %id, "the order would be too large to be stored; a human must see to it");
        if let Some(ticket) = answer {
            self.refuse(ticket, &Refusal::TooLarge);
        }
        self.agenda.set(id, None);
        let Some(before) = self.orders.get(id).cloned() else { return };
        if before.stage.is_closed() || matches!(before.stage, Stage::AtDesk(_)) {
            return;
        }
        let mut order = before.hand_back(HandBack::TooLarge, now);
        order.note(now, Happening::HandedBack { reason: HandBack::TooLarge });
        order.revision = order.revision.saturating_add(1);
        order.shed();
        if encoded(&order, None) <= LARGEST {
            self.adopt(order.clone(), now);
            self.effects
                .push(Effect::Commit { event: Box::new(OrderEvent { order, decision: None }), answer: None });
        }
    }

    /// Takes an order from the stream, without committing anything.
    pub fn restore(&mut self, order: Order, now: Timestamp) {
        let forgotten = order.stage.is_closed()
            && order.timeline.last().is_none_or(|e| e.at + self.settings.remember_closed < now);
        if forgotten {
            self.remember_service(&order);
            self.forget(&order.id, order.timeline.last().map_or(now, |e| e.at), now);
        } else {
            if !order.stage.is_closed() {
                self.compare_with_elder(&order);
            }
            self.adopt(order, now);
            self.capacity(now);
        }
    }

    /// Takes back a closed order that was forgotten, as the stream has it.
    pub fn recall(&mut self, order: Order) {
        if self.forgotten.remove(&order.id).is_some()
            && let Some(last) = order.timeline.last()
        {
            self.closed.insert((last.at, order.id.clone()));
            self.orders.insert(order.id.clone(), order);
        }
    }

    /// Leaves an order to the stream, but not its name: the same key must not make a second order of it.
    fn forget(&mut self, id: &OrderId, closed_at: Timestamp, now: Timestamp) {
        self.forgotten.insert(id.clone(), closed_at);
        if self.forgotten.len().is_multiple_of(PRUNE_EVERY) {
            self.forgotten.retain(|_, at| *at + STREAM_KEEPS >= now);
        }
    }

    fn adopt(&mut self, order: Order, now: Timestamp) {
        let id = order.id.clone();
        let remembered = self.orders.get(&id).is_some_and(|o| o.stage.done().is_some());
        let before = self.forget_indices(&id);
        let after: Vec<CaregiverId> = order.people().cloned().collect();

        let closed = order.stage.is_closed();
        if !closed {
            self.roster.open_door(&order);
        }
        if closed {
            let at = order.timeline.last().map_or(now, |e| e.at);
            self.closed.insert((at, id.clone()));
            if !remembered {
                self.remember_service(&order);
            }
        } else if order.missing() > 0 {
            self.waiting.insert((order.priority, order.created_at, id.clone()));
        }
        self.agenda.set(&id, self.due(&order, now));
        self.funds.follow(&order, now);
        self.may_move(&order, now);
        self.orders.insert(id.clone(), order);

        let mut freed = false;
        for caregiver in before.iter().chain(&after) {
            let serving = !closed && after.contains(caregiver);
            freed |= self.roster.engage(caregiver, &id, serving, &self.orders);
        }
        if closed {
            self.roster.close_door(&id);
            self.at_door.remove(&id);
        }
        if freed {
            self.capacity(now);
        }
        self.forget_closed(now);
    }

    /// Takes the order out of the indices and tells who was on it.
    fn forget_indices(&mut self, id: &OrderId) -> Vec<CaregiverId> {
        let Some(old) = self.orders.get(id) else { return Vec::new() };
        self.waiting.remove(&(old.priority, old.created_at, id.clone()));
        if let Some(visit) = old.stage.visit() {
            self.movable.remove(&(visit.start, id.clone()));
        }
        if let Some(last) = old.timeline.last().filter(|_| old.stage.is_closed()) {
            self.closed.remove(&(last.at, id.clone()));
        }
        old.people().cloned().collect()
    }

    /// Continuity: who served this elder lately, and how much each has worked.
    fn remember_service(&mut self, order: &Order) {
        let Some(done) = order.stage.done() else { return };
        let (until, span) = (done.finished_at, done.finished_at.since(done.service.started_at));
        let familiar = self.served.entry(order.elder.clone()).or_default();
        for member in &done.service.visit.team {
            familiar.push((until, member.caregiver.clone()));
            self.roster.worked(&member.caregiver, until, span);
        }
        // Whatever the order in which services are learned, the latest come first, each person once.
        familiar.sort_by(|a, b| b.cmp(a));
        let mut seen = BTreeSet::new();
        familiar.retain(|(_, who)| seen.insert(who.clone()));
        familiar.truncate(FAMILIAR);
    }

    fn forget_closed(&mut self, now: Timestamp) {
        while let Some((at, id)) = self.closed.first().cloned() {
            if at + self.settings.remember_closed >= now {
                return;
            }
            self.closed.remove(&(at, id.clone()));
            self.orders.remove(&id);
            self.agenda.set(&id, None);
            self.forget(&id, at, now);
        }
    }
}

//! Placing orders, and commands to them. What a command leaves with free seats is filled in the same decision, so
//! that declining and offering anew is one durable message.

use std::collections::BTreeSet;

use domain::{
    command::{Change, OrderAction, OrderCommand, PlaceOrder},
    decision::Decision,
    id::{CaregiverId, CommandId, DecisionId, OfferId, OrderId},
    order::{Actor, Entry, Happening, Order, Refusal, Stage, apply::Utterer, timeline::HandBack},
    time::Timestamp,
    unit::Seconds,
};

use schemas::digest::digest;

use super::{Core, Effect, Ticket, place};

impl Core {
    pub(super) fn place(
        &mut self,
        ticket: Ticket,
        actor: &Actor,
        (command, id): (CommandId, OrderId),
        request: &PlaceOrder,
        now: Timestamp,
    ) -> Result<(), Refusal> {
        place::may_place(actor.role)?;
        if self.forgotten.contains_key(&id) {
            return Err(Refusal::KeyReused);
        }
        if let Some(order) = self.orders.get(&id) {
            let created = order.timeline.first().ok_or(Refusal::KeyReused)?;
            same(created, actor, &digest(request))?;
            let order = Box::new(order.clone());
            self.effects.push(Effect::Repeat { ticket, order });
            return Ok(());
        }
        let elder = self.elders.get(&request.elder);
        let elder = elder.ok_or_else(|| Refusal::UnknownElder(request.elder.clone()))?;
        let names = (id, command, actor.clone());
        let order = place::order(&self.settings, &self.district, elder, names, request, now)?;
        self.fill_and_commit(order, Some(ticket), now);
        Ok(())
    }

    /// Applies a command and commits what comes of it.
    pub(super) fn command(
        &mut self,
        ticket: Option<Ticket>,
        actor: &Actor,
        caregiver: Option<&CaregiverId>,
        command: &OrderCommand,
        now: Timestamp,
    ) -> Result<(), Refusal> {
        let order = self.orders.get(&command.order);
        let order = order.ok_or_else(|| Refusal::UnknownOrder(command.order.clone()))?;
        let digest = digest(&command.action);
        if let Some(entry) = order.applied(&command.id) {
            same(entry, actor, &digest)?;
            if let Some(ticket) = ticket {
                let order = Box::new(order.clone());
                self.effects.push(Effect::Repeat { ticket, order });
            }
            return Ok(());
        }
        let by = Utterer { actor, caregiver };
        if let OrderAction::Assign { caregivers, reason } = &command.action {
            order.check(command, by, now)?;
            let (mut order, decision) =
                self.assign(order.clone(), command, actor, (caregivers, reason), now)?;
            order.seal(&command.id, digest);
            self.commit(order, Some(decision), ticket, now);
            return Ok(());
        }
        self.check_change(order, command, now)?;
        let mut order = order.clone().apply(command, by, now)?;
        order.seal(&command.id, digest);
        if matches!(command.action, OrderAction::Resume) {
            order.window.latest = order.window.latest.max(now + self.settings.now_window);
        }
        let id = order.id.clone();
        self.fill_and_commit(order, ticket, now);
        if let (OrderAction::Depart, Some(caregiver)) = (&command.action, caregiver) {
            self.arrive_if_there(&id, caregiver, now);
        }
        Ok(())
    }

    /// What the order alone cannot tell about a change: how far ahead orders are taken, and what its people have
    /// promised elsewhere.
    fn check_change(&self, order: &Order, command: &OrderCommand, now: Timestamp) -> Result<(), Refusal> {
        let change = match &command.action {
            OrderAction::Change { change } => Some(change),
            OrderAction::Answer { application, approve: true, .. } => {
                order.applications.iter().find(|a| a.id == *application).map(|a| &a.change)
            }
            _ => None,
        };
        match change {
            Some(Change::Window { window }) => place::check_window(&self.settings, window, now),
            Some(Change::Add { minutes }) => {
                let longer = order.requirement.duration + Seconds::minutes(i64::from(*minutes));
                self.roster.check_room(order, longer, &self.orders, now)
            }
            _ => Ok(()),
        }
    }

    /// Fills free seats whose time has come, hands back what was tried too often, and commits.
    pub(super) fn fill_and_commit(&mut self, mut order: Order, answer: Option<Ticket>, now: Timestamp) {
        let mut decision = None;
        self.postpone(&mut order, now);
        if Self::is_fillable(&order, now) {
            if order.tries >= self.settings.max_tries {
                order = order.hand_back(HandBack::TriesExhausted, now);
                order.note(now, Happening::HandedBack { reason: HandBack::TriesExhausted });
            } else if let Some(end) = self.settings.batch_ends(now) {
                self.settle_at = Some(self.settle_at.map_or(end, |at| at.min(end)));
            } else {
                (order, decision) = self.fill(order, now);
            }
        }
        self.commit(order, decision, answer, now);
    }

    /// A visit whose time is far ahead waits to be released.
    fn postpone(&self, order: &mut Order, now: Timestamp) {
        let release_at = order.window.earliest - self.settings.lead;
        if let Stage::Waiting(waiting) = &mut order.stage
            && release_at > now
            && waiting.retry_at != release_at
        {
            waiting.retry_at = release_at;
            order.note(now, Happening::Scheduled { release_at });
        }
    }

    pub(super) fn is_fillable(order: &Order, now: Timestamp) -> bool {
        matches!(&order.stage, Stage::Waiting(w) if w.retry_at <= now) && order.missing() > 0
    }

    /// By an operator's hand: what the law forbids stays forbidden, the rest is the operator's word.
    fn assign(
        &self,
        order: Order,
        command: &OrderCommand,
        actor: &Actor,
        (caregivers, reason): (&[CaregiverId], &str),
        now: Timestamp,
    ) -> Result<(Order, Decision), Refusal> {
        if order.stage.is_closed() || order.stage.service().is_some() {
            return Err(Refusal::WrongStage { action: "assign", stage: order.stage.name() });
        }
        let distinct: BTreeSet<&CaregiverId> = caregivers.iter().collect();
        if distinct.len() != usize::from(order.requirement.team_size) || distinct.len() != caregivers.len() {
            let needed = order.requirement.team_size;
            return Err(Refusal::TeamSize { needed, given: caregivers.len() });
        }
        let elder = self.elders.get(&order.elder);
        for caregiver in caregivers {
            if let Some(reason) = self.roster.forbidden(caregiver, &order, elder, now)? {
                return Err(Refusal::CannotServe { caregiver: caregiver.clone(), reason });
            }
        }
        let decision = self.by_hand(&order, caregivers, reason, now);
        let start = self.roster.earliest_start(caregivers, &order, now);
        let team =
            caregivers.iter().enumerate().map(|(seat, c)| (c.clone(), offer_id(&order, seat))).collect();
        let mut order = order.assign(team, start, &decision, now);
        order.timeline.push(Entry {
            at: now,
            occurred_at: None,
            by: actor.clone(),
            command: Some(command.id.clone()),
            digest: None,
            what: Happening::Assigned {
                to: caregivers.to_vec(),
                reason: reason.to_owned(),
                decision: decision.id.clone(),
            },
        });
        Ok((order, decision))
    }
}

/// A command's id is its utterer's, and stands for one request.
fn same(entry: &Entry, actor: &Actor, digest: &str) -> Result<(), Refusal> {
    let as_before = entry.digest.as_ref().is_none_or(|before| before == digest);
    if entry.by.user == actor.user && as_before { Ok(()) } else { Err(Refusal::KeyReused) }
}

/// A decision is named after the revision of the order it will make.
pub(super) fn decision_id(order: &Order) -> DecisionId {
    DecisionId::derived(order.id.as_str(), u64::from(order.revision) + 1)
}

/// An offer is named after the revision and the seat.
pub(super) fn offer_id(order: &Order, seat: usize) -> OfferId {
    OfferId::derived(decision_id(order).as_str(), seat as u64)
}

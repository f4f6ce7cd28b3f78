//! Filling free seats: one order into the current rounds, or all waiting orders together.

use std::collections::HashMap;

use domain::{
    decision::{Decision, Method},
    id::{CaregiverId, DecisionId, OrderId},
    order::{Happening, Order, Stage, stage::Seat, timeline::HandBack},
    time::Timestamp,
};
use planner::{Report, Task};

use super::{
    Core,
    commands::{decision_id, offer_id},
    settings::Policy,
};

impl Core {
    /// One order into the current rounds: offered, or waiting with the reason.
    pub(super) fn fill(&mut self, order: Order, now: Timestamp) -> (Order, Option<Decision>) {
        self.roster.open_door(&order);
        let Some(task) = self.task(&order) else { return (order, None) };
        let (board, goals, ways) = self.roster.plan();
        let report = planner::insert(board, &task, goals, ways, now, decision_id(&order));
        self.take_report(order, report, now)
    }

    /// All waiting orders whose time has come, together: whoever became free goes where it helps most.
    pub(super) fn settle(&mut self, now: Timestamp) {
        let due = self.turn(now);
        let mut tasks = Vec::with_capacity(due.len());
        let mut names: HashMap<OrderId, DecisionId> = HashMap::with_capacity(due.len());
        for id in due {
            let Some(order) = self.orders.get(&id).cloned() else { continue };
            if order.tries >= self.settings.max_tries {
                let mut order = order.hand_back(HandBack::TriesExhausted, now);
                order.note(now, Happening::HandedBack { reason: HandBack::TriesExhausted });
                self.commit(order, None, None, now);
            } else if let Some(task) = self.task(&order) {
                names.insert(id, decision_id(&order));
                tasks.push(task);
            }
        }
        if self.settings.policy == Policy::Greedy {
            return self.one_by_one(&tasks, now);
        }
        let name = |order: &OrderId| {
            names.get(order).cloned().unwrap_or_else(|| DecisionId::derived(order.as_str(), 0))
        };
        let (board, goals, ways) = self.roster.plan();
        let reports = match tasks.as_slice() {
            [] => return,
            [task] => vec![planner::insert(board, task, goals, ways, now, name(&task.order))],
            _ => planner::match_many(board, &tasks, goals, ways, now, name),
        };
        for report in reports {
            let Some(order) = self.orders.get(&report.decision.order).cloned() else { continue };
            if let (order, Some(decision)) = self.take_report(order, report, now) {
                self.commit(order, Some(decision), None, now);
            }
        }
    }

    /// Whose turn it is. Half of them are the first served, whatever came of them before; the others are the first of
    /// those not tried in this round, so that a crowd in front keeps nobody behind from being tried.
    fn turn(&mut self, now: Timestamp) -> Vec<OrderId> {
        let waiting = self.waiting.iter().filter_map(|(_, _, id)| self.orders.get(id));
        let due: Vec<&OrderId> = waiting.filter(|o| Self::is_fillable(o, now)).map(|o| &o.id).collect();
        let limit = self.settings.match_limit.max(1);
        if due.len() <= limit {
            self.tried.clear();
            return due.into_iter().cloned().collect();
        }
        let turn: Vec<OrderId> = due
            .iter()
            .enumerate()
            .filter(|(rank, id)| *rank < limit / 2 || !self.tried.contains(**id))
            .map(|(_, id)| (*id).clone())
            .take(limit)
            .collect();
        self.tried.extend(turn.iter().cloned());
        if due.iter().all(|id| self.tried.contains(*id)) {
            self.tried.clear();
        } else {
            self.settle_at = Some(now.plus_millis(self.settings.settle_millis));
        }
        turn
    }

    /// A decision by an operator's hand, with what the matcher would have said to it.
    pub(super) fn by_hand(
        &self,
        order: &Order,
        chosen: &[CaregiverId],
        reason: &str,
        now: Timestamp,
    ) -> Decision {
        let id = decision_id(order);
        let (board, goals, ways) = self.roster.plan();
        let advice = self
            .task(&order.clone().release_all(now))
            .map(|task| planner::insert(board, &task, goals, ways, now, id.clone()).decision);
        Decision {
            id,
            order: order.id.clone(),
            at: now,
            method: Method::ByHand,
            considered: self.roster.len() as u32,
            chosen: chosen.to_vec(),
            passed_over: None,
            reason: Some(reason.to_owned()),
            shortage: advice.as_ref().and_then(|a| a.shortage),
            ranked: advice.as_ref().map(|a| a.ranked.clone()).unwrap_or_default(),
            excluded: advice.map(|a| a.excluded).unwrap_or_default(),
        }
    }

    /// Waiting orders in their turn, each to whoever serves it best.
    fn one_by_one(&mut self, tasks: &[Task], now: Timestamp) {
        for task in tasks {
            let Some(order) = self.orders.get(&task.order).cloned() else { continue };
            let (board, goals, ways) = self.roster.plan();
            let report = planner::insert(board, task, goals, ways, now, decision_id(&order));
            if let (order, Some(decision)) = self.take_report(order, report, now) {
                self.commit(order, Some(decision), None, now);
            }
        }
    }

    pub(super) fn task(&self, order: &Order) -> Option<Task> {
        let served = self.served.get(&order.elder).map(Vec::as_slice).unwrap_or_default();
        let familiar: Vec<CaregiverId> = served.iter().map(|(_, who)| who.clone()).collect();
        self.roster.task(order, self.elders.get(&order.elder), &familiar)
    }

    /// Offers what the planner found. Without anyone the order waits; the decision is told only if the reason is new.
    pub(super) fn take_report(
        &self,
        mut order: Order,
        report: Report,
        now: Timestamp,
    ) -> (Order, Option<Decision>) {
        let Report { decision, placements } = report;
        if placements.is_empty() {
            let Stage::Waiting(waiting) = &mut order.stage else { return (order, None) };
            if waiting.shortage == decision.shortage {
                return (order, None);
            }
            waiting.shortage = decision.shortage;
            if let Some(shortage) = decision.shortage {
                order.note(now, Happening::Waiting { shortage, decision: decision.id.clone() });
            }
            return (order, Some(decision));
        }
        let seats = placements
            .into_iter()
            .enumerate()
            .map(|(seat, placement)| Seat {
                offer: offer_id(&order, seat),
                caregiver: placement.caregiver,
                offered_at: now,
                expires_at: now + self.settings.offer,
                start: placement.start,
                leg: Some(placement.leg),
                accepted_at: None,
            })
            .collect();
        (order.offer(seats, &decision, now), Some(decision))
    }
}

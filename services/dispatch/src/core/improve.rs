//! Promised visits that nobody has set off to yet, looked at again in the background: one moves to somebody else only
//! if that is better by more than the disturbance is worth ([`Settings::disturbance`](super::settings::Settings)).
//!
//! A bounded step on a tick, against the rounds as they are at that instant, so that there is no plan that could have
//! grown old. What moves is offered like any other visit, and its decision says what is gained.

use domain::{
    id::OrderId,
    order::{Order, Stage},
    time::Timestamp,
};
use planner::Report;

use super::{
    Core,
    commands::decision_id,
    settings::{Policy, next_multiple},
};

/// So many promised visits are looked at in one step, those that begin first.
const STEP: usize = 24;

impl Core {
    /// Remembers the order if it may move.
    pub(super) fn may_move(&mut self, order: &Order, now: Timestamp) {
        if self.settings.policy != Policy::Rolling || order.requirement.team_size != 1 {
            return;
        }
        if let Stage::Accepted(visit) = &order.stage
            && visit.team.iter().all(|member| member.departed_at.is_none())
        {
            self.movable.insert((visit.start, order.id.clone()));
            let next = next_multiple(self.settings.retry, now);
            self.improve_at.get_or_insert(next);
        }
    }

    /// Looks at those that begin first, and moves what is worth it.
    pub(super) fn improve(&mut self, now: Timestamp) {
        let first: Vec<OrderId> = self.movable.iter().take(STEP).map(|(_, id)| id.clone()).collect();
        self.improve_at = None;
        for id in first {
            self.reconsider(&id, now);
        }
        if !self.movable.is_empty() {
            self.improve_at = Some(next_multiple(self.settings.retry, now));
        }
    }

    fn reconsider(&mut self, id: &OrderId, now: Timestamp) {
        let Some(order) = self.orders.get(id) else { return };
        let Some(holder) = order.people().next().cloned() else { return };
        let Some(task) = self.task(order) else { return };
        let decision = decision_id(order);
        // As if it were not promised: what would it cost with them, and what with the best of all?
        let Some(round) = self.roster.without(&holder, id) else { return };
        let (board, goals, ways) = self.roster.plan();
        let stay = planner::cost_with(board, &task, &holder, goals, ways, now);
        let Report { mut decision, placements } = planner::insert(board, &task, goals, ways, now, decision);
        self.roster.put_back(&holder, round);
        let Some((stay, _)) = stay else { return };
        let Some(best) = decision.ranked.iter().find(|ranked| ranked.team == decision.chosen) else { return };
        let gain = stay.saturating_sub(best.score);
        if decision.chosen.contains(&holder) || gain <= self.settings.disturbance.get().saturating_mul(1000) {
            return;
        }
        decision.passed_over = Some(format!(
            "moved from {holder}: better by as much as {} s of waiting, and moving it counts as {} s",
            gain / 1000,
            self.settings.disturbance.get()
        ));
        let Some(order) = self.orders.get(id).cloned() else { return };
        let report = Report { decision, placements };
        if let (order, Some(decision)) = self.take_report(order.release_all(now), report, now) {
            self.moved += 1;
            self.commit(order, Some(decision), None, now);
        }
    }
}

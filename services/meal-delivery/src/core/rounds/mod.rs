//! Rounds: planned when ordering has ended, planned anew when something changes, frozen where a courier has set off.
//!
//! - [`problem`] is what the planner is asked, [`solve`] asks it; both know no core and are used as well by benchmarks.
//! - `gather` makes the problem of what the core knows, `adopt` takes the answer over as far as it still holds.
//! - `timetable` tells when a courier is where, and checks what people change by hand.

mod adopt;
mod gather;
pub mod problem;
pub mod solve;
mod timetable;

use std::collections::{BTreeMap, BTreeSet};

use domain::{id::MealId, time::Timestamp};

use super::{Core, Due, Effect, Shift};

/// Questions that are out.
#[derive(Debug, Default)]
pub struct Planning {
    out: BTreeMap<Shift, u64>,
    attempts: u64,
    /// Something changed since the question.
    stale: BTreeSet<Shift>,
}

impl Planning {
    /// The shift is over.
    pub fn forget(&mut self, shift: Shift) {
        self.out.remove(&shift);
        self.stale.remove(&shift);
    }
}

impl Core {
    /// Plans a shift in a moment, with whatever else changes until then.
    pub(super) fn plan_soon(&mut self, shift: Shift, now: Timestamp) {
        if self.planning.out.contains_key(&shift) {
            self.planning.stale.insert(shift);
            return;
        }
        let due = Due::Plan(shift);
        if self.agenda.get(&due).is_none() {
            self.agenda.set(&due, Some(now.plus_millis(self.settings.settle_millis)));
        }
    }

    /// Plans the shift of a meal anew, once its ordering has ended.
    pub(super) fn replan_for(&mut self, id: &MealId, now: Timestamp) {
        let Some(meal) = self.meals.get(id) else { return };
        if self.sittings.get(&meal.sitting).is_some_and(|sitting| sitting.cut_off.is_some()) {
            self.plan_soon((meal.sitting.day, meal.sitting.slot), now);
        }
    }

    pub(super) fn solve(&mut self, shift: Shift, now: Timestamp) {
        let attempt = self.planning.attempts + 1;
        let Some(problem) = self.gather(shift, attempt, now) else { return };
        self.planning.attempts = attempt;
        self.planning.out.insert(shift, attempt);
        self.effects.push(Effect::Solve(Box::new(problem)));
    }

    /// An answer to the question that is out.
    pub(super) fn planned(&mut self, plan: &problem::Plan, now: Timestamp) {
        let shift = plan.problem.shift;
        if self.planning.out.get(&shift) != Some(&plan.problem.attempt) {
            return;
        }
        self.planning.out.remove(&shift);
        self.adopt_plan(plan, now);
        if self.planning.stale.remove(&shift) {
            self.plan_soon(shift, now);
        }
    }
}

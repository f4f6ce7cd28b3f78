//! Standing orders (长期订餐): who eats on which days without asking each time.

use std::collections::BTreeSet;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::food::{Serving, Slot};
use crate::{
    calendar::{Day, Weekday},
    id::{DishId, ElderId, KitchenId, StandingId},
    order::PayWith,
    unit::Fen,
};

/// The most dishes a standing order prefers.
pub const MAX_PREFERRED: usize = 20;
/// The most pauses a standing order keeps.
pub const MAX_PAUSES: usize = 20;

/// Days on which nothing comes, both included: a hospital, a visit to the children.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
pub struct Pause {
    /// The first.
    pub from: Day,
    /// The last.
    pub to: Day,
}

/// A standing order.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Standing {
    /// Which.
    pub id: StandingId,
    /// For whom.
    pub elder: ElderId,
    /// From which kitchen.
    pub kitchen: KitchenId,
    /// Which meal.
    pub slot: Slot,
    /// On which days of the week.
    pub weekdays: BTreeSet<Weekday>,
    /// From then on.
    pub from: Day,
    /// Up to and including then.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub until: Option<Day>,
    /// Not on these days.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub pauses: Vec<Pause>,
    /// The first of these that is on the menu and suits; otherwise whatever suits best.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub preferred: Vec<DishId>,
    /// How it reaches them.
    pub serving: Serving,
    /// What pays.
    #[serde(default, skip_serializing_if = "PayWith::is_usual")]
    pub pay_with: PayWith,
    /// What the elder agreed to pay for each meal, at most; delivery is in it.
    pub self_pay_up_to: Fen,
    /// Over.
    #[serde(default)]
    pub ended: bool,
}

/// What is wrong with a standing order.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum StandingFault {
    /// It never comes.
    #[error("a standing order needs a day of the week")]
    NoWeekday,
    /// It ends before it begins.
    #[error("the standing order ends on {until}, before it begins on {from}")]
    EndsBefore {
        /// The last day.
        until: Day,
        /// The first day.
        from: Day,
    },
    /// A pause ends before it begins.
    #[error("the pause from {0} ends before it begins")]
    Pause(Day),
    /// Too many pauses.
    #[error("a standing order has at most {MAX_PAUSES} pauses; end it and make a new one")]
    Pauses,
    /// Too many dishes.
    #[error("a standing order prefers at most {MAX_PREFERRED} dishes")]
    Preferred,
    /// No amount.
    #[error("self-pay of {0} is no amount; give 0 to 10000000 fen")]
    SelfPay(Fen),
}

impl Standing {
    /// What is wrong with it.
    pub fn fault(&self) -> Option<StandingFault> {
        if self.weekdays.is_empty() {
            return Some(StandingFault::NoWeekday);
        }
        if let Some(until) = self.until.filter(|until| *until < self.from) {
            return Some(StandingFault::EndsBefore { until, from: self.from });
        }
        if self.pauses.len() > MAX_PAUSES {
            return Some(StandingFault::Pauses);
        }
        if let Some(pause) = self.pauses.iter().find(|pause| pause.to < pause.from) {
            return Some(StandingFault::Pause(pause.from));
        }
        if self.preferred.len() > MAX_PREFERRED {
            return Some(StandingFault::Preferred);
        }
        let sensible = (Fen::ZERO..=Fen(10_000_000)).contains(&self.self_pay_up_to);
        (!sensible).then_some(StandingFault::SelfPay(self.self_pay_up_to))
    }

    /// Whether it means a meal on that day.
    pub fn covers(&self, day: Day) -> bool {
        let paused = self.pauses.iter().any(|pause| (pause.from..=pause.to).contains(&day));
        let running = self.from <= day && self.until.is_none_or(|until| day <= until);
        !self.ended && running && !paused && self.weekdays.contains(&day.weekday())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_covers_its_days_and_no_others() {
        let day = |text: &str| text.parse::<Day>().unwrap();
        let standing = Standing {
            id: StandingId::new("s").unwrap(),
            elder: ElderId::new("e").unwrap(),
            kitchen: KitchenId::new("k").unwrap(),
            slot: Slot::Lunch,
            weekdays: BTreeSet::from([Weekday::Monday, Weekday::Tuesday]),
            from: day("2026-03-02"),
            until: Some(day("2026-03-17")),
            pauses: vec![Pause { from: day("2026-03-09"), to: day("2026-03-09") }],
            preferred: vec![],
            serving: Serving::Delivery,
            pay_with: PayWith::Allowance,
            self_pay_up_to: Fen(500),
            ended: false,
        };
        let covered: Vec<u8> =
            (1..=31u8).filter(|n| standing.covers(day(&format!("2026-03-{n:02}")))).collect();
        assert_eq!(covered, [2, 3, 10, 16, 17]);
        assert_eq!(standing.fault(), None);
        assert_eq!(
            Standing { weekdays: BTreeSet::new(), ..standing }.fault(),
            Some(StandingFault::NoWeekday)
        );
    }
}

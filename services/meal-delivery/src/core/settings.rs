//! The kitchens' and couriers' habits, as data.

use domain::unit::Seconds;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Limits of a meal's life. Times are the district's.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Settings {
    /// A meal is never older than this at the door, counted from when it was cooked.
    pub oldest: Seconds,
    /// It should not be longer on the way than this, counted from the kitchen's door: planned for, never refused.
    pub on_the_way: Seconds,
    /// Loading one box takes so long.
    pub per_box: Seconds,
    /// Menus and meals are taken so many days ahead.
    pub horizon_days: i64,
    /// A courier counts as late when the next stop is overdue by so much.
    pub overdue: Seconds,
    /// `accounts` is asked for the money of every meal.
    pub funding: bool,
    /// Sittings are remembered so long after they were served, for commands that come late.
    pub remember: Seconds,
    /// The planner may search so long for a sitting's rounds.
    pub plan: Seconds,
    /// And so long when something went wrong on the way, in milliseconds.
    pub replan_millis: i64,
    /// Changes are collected so long before rounds are planned anew, in milliseconds.
    pub settle_millis: i64,
    /// A second too late costs as much as so many seconds on the road.
    pub lateness: i32,
    /// A second longer on the way than a meal should be costs as much as so many seconds on the road.
    pub long_way: i32,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            oldest: Seconds::hours(2),
            on_the_way: Seconds::minutes(45),
            per_box: Seconds(5),
            horizon_days: 30,
            overdue: Seconds::minutes(5),
            funding: false,
            remember: Seconds::hours(24),
            plan: Seconds(10),
            replan_millis: 200,
            settle_millis: 100,
            lateness: 20,
            long_way: 2,
        }
    }
}

/// Habits that would stop the kitchens.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("meals.rules.{0} must be more than nothing")]
pub struct Useless(&'static str);

impl Settings {
    /// Whether the kitchens can work by them.
    ///
    /// # Errors
    /// [`Useless`] names the key.
    pub fn check(&self) -> Result<(), Useless> {
        let all = [
            ("oldest", self.oldest.get()),
            ("on_the_way", self.on_the_way.get()),
            ("horizon_days", self.horizon_days),
            ("overdue", self.overdue.get()),
            ("remember", self.remember.get()),
            ("plan", self.plan.get()),
            ("replan_millis", self.replan_millis),
            ("settle_millis", self.settle_millis),
            ("per_box", self.per_box.get().saturating_add(1)),
            ("lateness", i64::from(self.lateness)),
            ("long_way", i64::from(self.long_way).saturating_add(1)),
        ];
        all.into_iter().find(|(_, value)| *value <= 0).map_or(Ok(()), |(key, _)| Err(Useless(key)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn habits_that_would_stop_the_kitchens_are_refused() {
        assert_eq!(Settings::default().check(), Ok(()));
        let bad = Settings { oldest: Seconds::ZERO, ..Settings::default() };
        assert_eq!(bad.check(), Err(Useless("oldest")));
    }
}

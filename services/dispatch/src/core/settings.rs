//! The district's patience and habits, as data.

use domain::{time::Timestamp, unit::Seconds};
use planner::Goals;
use schemars::JsonSchema;
use serde::{Deserialize, Deserializer, Serialize, de::Error};

/// How orders and people come together.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Policy {
    /// Each order at once to whoever serves it best, as far ahead as rounds reach; waiting orders one by one.
    Greedy,
    /// Orders are collected for two seconds and matched together, as far ahead as rounds reach.
    #[serde(rename = "batch-2s")]
    Batch,
    /// Each order at once to whoever is free or soon will be. What is not promised yet is planned anew, together, as
    /// people come free; what is promised moves where the gain is worth the disturbance.
    #[default]
    Rolling,
}

/// Orders of [`Policy::Batch`] are collected so long.
const BATCH: Seconds = Seconds(2);

/// Limits of the order's life. Times are the district's.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Settings {
    /// How long a caregiver may consider an offer.
    #[serde(deserialize_with = "some_time")]
    pub offer: Seconds,
    /// The window of an order for "now": it may start until so much later.
    #[serde(deserialize_with = "some_time")]
    pub now_window: Seconds,
    /// How late after its window a visit may still start before a human decides.
    #[serde(deserialize_with = "no_negative_time")]
    pub grace: Seconds,
    /// An appointment is offered so long before its window.
    #[serde(deserialize_with = "no_negative_time")]
    pub lead: Seconds,
    /// How many times the matcher asks before a human decides.
    #[serde(deserialize_with = "one_or_more")]
    pub max_tries: u16,
    /// A waiting order is tried again after so long even if nobody became free.
    #[serde(deserialize_with = "some_time")]
    pub retry: Seconds,
    /// Waiting orders are collected for so long after someone became free, and solved together.
    #[serde(deserialize_with = "one_or_more")]
    pub settle_millis: i64,
    /// At most so many waiting orders are solved together.
    #[serde(deserialize_with = "one_or_more")]
    pub match_limit: usize,
    /// A warning when nobody was offered the order for so long (超时未派单).
    #[serde(deserialize_with = "some_time")]
    pub dispatch_limit: Seconds,
    /// A warning when nobody accepted for so long after the first offer (超时未接单).
    #[serde(deserialize_with = "some_time")]
    pub acceptance_limit: Seconds,
    /// A warning when nobody has set off so long after the visit was to start; after its window and the grace it is a
    /// human's.
    #[serde(deserialize_with = "some_time")]
    pub departure_limit: Seconds,
    /// A warning when a team is on its way so much longer than expected.
    #[serde(deserialize_with = "some_time")]
    pub arrival_limit: Seconds,
    /// A warning when a team is at the door so long and the service has not begun.
    #[serde(deserialize_with = "some_time")]
    pub start_limit: Seconds,
    /// A warning when a service takes so much longer than ordered.
    #[serde(deserialize_with = "some_time")]
    pub overrun_limit: Seconds,
    /// Orders are taken so many days ahead.
    #[serde(deserialize_with = "one_or_more")]
    pub horizon_days: i64,
    /// `accounts` is asked for the money of every order.
    pub funding: bool,
    /// Closed orders are remembered so long, for commands that come late.
    #[serde(deserialize_with = "some_time")]
    pub remember_closed: Seconds,
    /// What makes one candidate better than another.
    pub goals: Goals,
    /// How orders and people come together.
    pub policy: Policy,
    /// Under [`Policy::Rolling`] nobody is asked about a visit for which they are free only so much later: what is
    /// promised late is promised to whoever turns out to be near.
    #[serde(deserialize_with = "no_negative_time")]
    pub ahead: Seconds,
    /// Under [`Policy::Rolling`] a promised visit moves to somebody else only if that is better by more than so many
    /// seconds of response: two people have to change their minds, and the new one may decline.
    #[serde(deserialize_with = "no_negative_time")]
    pub disturbance: Seconds,
}

impl Settings {
    /// The planner's goals under this policy.
    pub(super) fn planner_goals(&self) -> Goals {
        let ahead = (self.policy == Policy::Rolling).then_some(self.ahead);
        Goals { lateness_limit: self.grace, ahead, ..self.goals.clone() }
    }

    /// When orders that come now are planned: the end of the batch, or now.
    pub(super) fn batch_ends(&self, now: Timestamp) -> Option<Timestamp> {
        (self.policy == Policy::Batch).then(|| next_multiple(BATCH, now))
    }
}

/// The next instant after `now` that is a multiple of the period.
pub(super) fn next_multiple(period: Seconds, now: Timestamp) -> Timestamp {
    let every = period.get().max(1).saturating_mul(1000);
    now.plus_millis(every - now.as_millis().rem_euclid(every))
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            offer: Seconds(60),
            now_window: Seconds::minutes(60),
            grace: Seconds::minutes(30),
            lead: Seconds::minutes(45),
            max_tries: 6,
            retry: Seconds(30),
            settle_millis: 50,
            match_limit: 300,
            dispatch_limit: Seconds::minutes(5),
            acceptance_limit: Seconds::minutes(5),
            departure_limit: Seconds::minutes(15),
            arrival_limit: Seconds::minutes(20),
            start_limit: Seconds::minutes(20),
            overrun_limit: Seconds::minutes(30),
            horizon_days: 60,
            funding: false,
            remember_closed: Seconds::hours(24),
            goals: Goals::default(),
            policy: Policy::default(),
            ahead: Seconds::minutes(5),
            disturbance: Seconds::minutes(10),
        }
    }
}

/// A length of time that lets something happen. The error carries the key, since the configuration reader names where
/// it stands.
fn some_time<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Seconds, D::Error> {
    let span = Seconds::deserialize(deserializer)?;
    if span > Seconds::ZERO {
        Ok(span)
    } else {
        Err(D::Error::custom(format_args!("{} is no length of time; give one second or more", span.get())))
    }
}

fn no_negative_time<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Seconds, D::Error> {
    let span = Seconds::deserialize(deserializer)?;
    if span >= Seconds::ZERO {
        Ok(span)
    } else {
        Err(D::Error::custom(format_args!("{} is negative; give no seconds or more", span.get())))
    }
}

fn one_or_more<'de, D, T>(deserializer: D) -> Result<T, D::Error>
where
    D: Deserializer<'de>,
    T: Deserialize<'de> + PartialOrd + From<u8> + std::fmt::Display,
{
    let number = T::deserialize(deserializer)?;
    if number >= T::from(1) {
        Ok(number)
    } else {
        Err(D::Error::custom(format_args!("{number} is too few; give one or more")))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn habits_that_would_stop_the_district_are_refused() {
        assert_eq!(serde_json::from_str::<Settings>("{}").unwrap(), Settings::default());
        for bad in [
            r#"{"offer": 0}"#,
            r#"{"retry": 0}"#,
            r#"{"lead": -60}"#,
            r#"{"max_tries": 0}"#,
            r#"{"match_limit": 0}"#,
            r#"{"settle_millis": -5}"#,
        ] {
            assert!(serde_json::from_str::<Settings>(bad).is_err(), "{bad}");
        }
    }
}

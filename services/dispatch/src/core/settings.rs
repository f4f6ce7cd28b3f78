//! The district's patience and habits, as data.

use domain::unit::Seconds;
use planner::Goals;
use serde::{Deserialize, Serialize};

/// Limits of the order's life. Times are the district's.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Settings {
    /// How long a caregiver may consider an offer.
    pub offer: Seconds,
    /// The window of an order for "now": it may start until so much later.
    pub now_window: Seconds,
    /// How late after its window a visit may still start before a human decides.
    pub grace: Seconds,
    /// An appointment is offered so long before its window.
    pub lead: Seconds,
    /// How many times the matcher asks before a human decides.
    pub max_tries: u16,
    /// A waiting order is tried again after so long even if nobody became free.
    pub retry: Seconds,
    /// Waiting orders are collected for so long after someone became free, and solved together.
    pub settle_millis: i64,
    /// At most so many waiting orders are solved together.
    pub match_limit: usize,
    /// A warning when nobody was offered the order for so long (超时未派单).
    pub dispatch_limit: Seconds,
    /// A warning when nobody accepted for so long after the first offer (超时未接单).
    pub acceptance_limit: Seconds,
    /// Orders are taken so many days ahead.
    pub horizon_days: i64,
    /// Closed orders are remembered so long, for commands that come late.
    pub remember_closed: Seconds,
    /// What makes one candidate better than another.
    pub goals: Goals,
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
            horizon_days: 60,
            remember_closed: Seconds::hours(24),
            goals: Goals::default(),
        }
    }
}

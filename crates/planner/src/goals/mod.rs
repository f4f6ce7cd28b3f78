//! The wishes, one per file: what makes one candidate better than another. Each gives an amount in its own unit;
//! amount × weight is a cost in thousandths of a second of response, and less is better.

pub mod continuity;
pub mod detour;
pub mod displacement;
pub mod idle;
pub mod rating;
pub mod response;
pub mod staleness;
pub mod tardiness;
pub mod workload;

use domain::{
    decision::{Term, TermKind},
    priority::Priority,
    time::Timestamp,
    unit::Seconds,
};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::task::Task;

/// What each wish weighs, in thousandths of a second of response per unit of its [`TermKind`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Weights {
    /// Per second until the visit starts.
    pub response: i64,
    /// Per second after the end of the window.
    pub tardiness: i64,
    /// Per extra second on the road.
    pub detour: i64,
    /// Per second another elder's visit starts later after its window.
    pub displacement: i64,
    /// Per second of standing about.
    pub idle: i64,
    /// Per minute of work above the average.
    pub workload: i64,
    /// For a preferred caregiver; negative, it is a wish fulfilled.
    pub continuity: i64,
    /// Per hundredth of a star below five.
    pub rating: i64,
    /// For a stale position.
    pub staleness: i64,
}

impl Weights {
    /// For every order that is no emergency; the reasons stand with each goal.
    pub const USUAL: Self = Self {
        response: response::WEIGHT,
        tardiness: tardiness::WEIGHT,
        detour: detour::WEIGHT,
        displacement: displacement::WEIGHT,
        idle: idle::WEIGHT,
        workload: workload::WEIGHT,
        continuity: continuity::WEIGHT,
        rating: rating::WEIGHT,
        staleness: staleness::WEIGHT,
    };

    /// With danger to life or health only the time until someone is there counts, whether their place can be
    /// believed, and, far behind, the others they would keep waiting.
    pub const EMERGENCY: Self = Self {
        response: response::WEIGHT,
        tardiness: tardiness::WEIGHT,
        detour: 0,
        displacement: displacement::WEIGHT / 10,
        idle: 0,
        workload: 0,
        continuity: 0,
        rating: 0,
        staleness: staleness::WEIGHT,
    };
}

/// What the district wishes and allows.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Goals {
    /// Weights of every order that is no emergency.
    pub usual: Weights,
    /// Weights of an emergency.
    pub emergency: Weights,
    /// How many of the nearest, as the crow flies, are examined with real travel times before the planner is
    /// content; it goes on beyond them only while nobody suits. 48 covers every plausible winner in a street where
    /// the road is up to twice the crow's way, and keeps an insertion in the tens of microseconds.
    pub shortlist: usize,
    /// How long after its window a visit may start at the latest, unless the task says otherwise.
    pub lateness_limit: Seconds,
    /// How long a visit that is not served now is taken to wait: under contention, those that would be late by then
    /// go before those that have time. The longer, the more the late ones push aside those that could still be in
    /// time (`docs/planner.md`).
    pub patience: Seconds,
    /// The most promises one person may carry; a round longer than a day's visits helps nobody.
    pub max_commitments: usize,
    /// What an unrated person counts as, in hundredths of a star.
    pub unrated: u16,
    /// Nobody is asked now about a visit for which they are free only so long after it could begin: until then
    /// somebody nearer may become free, or something nearer to them may come up. `None` promises as far ahead as
    /// rounds reach; an emergency always does.
    pub ahead: Option<Seconds>,
}

impl Default for Goals {
    fn default() -> Self {
        Self {
            usual: Weights::USUAL,
            emergency: Weights::EMERGENCY,
            shortlist: 48,
            lateness_limit: Seconds::minutes(60),
            patience: Seconds::minutes(5),
            max_commitments: 16,
            unrated: rating::UNRATED,
            ahead: None,
        }
    }
}

/// Goals that would make the planner's answers meaningless.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum BadGoals {
    /// A cost that falls the later a visit starts would make waiting for ever the best plan.
    #[error("the weight of {kind:?} is {weight}; it must not be negative, or later would be better")]
    Negative {
        /// Which.
        kind: TermKind,
        /// The weight.
        weight: i64,
    },
    /// Nobody would ever be examined.
    #[error("the {what} is 0; set it to at least 1, or nobody is ever found")]
    Zero {
        /// Which limit.
        what: &'static str,
    },
}

impl Goals {
    /// The weights for an order of that rank.
    pub const fn weights(&self, priority: Priority) -> &Weights {
        match priority {
            Priority::Emergency => &self.emergency,
            Priority::Urgent | Priority::Guaranteed | Priority::Ordinary => &self.usual,
        }
    }

    /// The last instant from which someone may still be free to be asked now for a visit that could begin then.
    pub(crate) fn free_by(&self, task: &Task, begin: Timestamp) -> Timestamp {
        match self.ahead {
            Some(ahead) if task.priority != Priority::Emergency => begin + ahead,
            _ => Timestamp::from_millis(i64::MAX),
        }
    }

    /// What it costs, on the scale of the scores, to let a visit wait a while longer: its lateness by then. Without
    /// it, late visits, which are dear to whoever serves them, would be left waiting for ever.
    pub fn price_of_waiting(&self, task: &Task, now: Timestamp) -> i64 {
        let late = tardiness::amount(task.window.latest, now + self.patience);
        late.saturating_mul(self.weights(task.priority).tardiness)
    }

    /// Checks what a configuration file may get wrong.
    ///
    /// # Errors
    /// [`BadGoals`] names the first offence.
    pub fn check(&self) -> Result<(), BadGoals> {
        for weights in [&self.usual, &self.emergency] {
            for (kind, weight) in [
                (TermKind::Response, weights.response),
                (TermKind::Tardiness, weights.tardiness),
                (TermKind::Displacement, weights.displacement),
                (TermKind::Idle, weights.idle),
            ] {
                if weight < 0 {
                    return Err(BadGoals::Negative { kind, weight });
                }
            }
        }
        if self.shortlist == 0 {
            return Err(BadGoals::Zero { what: "shortlist" });
        }
        if self.max_commitments == 0 {
            return Err(BadGoals::Zero { what: "limit of commitments" });
        }
        Ok(())
    }
}

/// One amount per goal; those of a team add up.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Amounts {
    pub response: i64,
    pub tardiness: i64,
    pub detour: i64,
    pub displacement: i64,
    pub idle: i64,
    pub workload: i64,
    pub continuity: i64,
    pub rating: i64,
    pub staleness: i64,
}

impl Amounts {
    /// What depends on nothing but the start.
    pub fn of_start(now: Timestamp, due: Timestamp, start: Timestamp) -> Self {
        Self {
            response: response::amount(now, start),
            tardiness: tardiness::amount(due, start),
            ..Self::default()
        }
    }

    /// Sum, goal by goal.
    pub const fn plus(self, other: Self) -> Self {
        Self {
            response: self.response.saturating_add(other.response),
            tardiness: self.tardiness.saturating_add(other.tardiness),
            detour: self.detour.saturating_add(other.detour),
            displacement: self.displacement.saturating_add(other.displacement),
            idle: self.idle.saturating_add(other.idle),
            workload: self.workload.saturating_add(other.workload),
            continuity: self.continuity.saturating_add(other.continuity),
            rating: self.rating.saturating_add(other.rating),
            staleness: self.staleness.saturating_add(other.staleness),
        }
    }

    /// The terms as they are stored.
    pub const fn terms(&self, weights: &Weights) -> [Term; 9] {
        const fn term(kind: TermKind, value: i64, weight: i64) -> Term {
            Term { kind, value, weight }
        }
        [
            term(TermKind::Response, self.response, weights.response),
            term(TermKind::Tardiness, self.tardiness, weights.tardiness),
            term(TermKind::Detour, self.detour, weights.detour),
            term(TermKind::Displacement, self.displacement, weights.displacement),
            term(TermKind::Idle, self.idle, weights.idle),
            term(TermKind::Workload, self.workload, weights.workload),
            term(TermKind::Continuity, self.continuity, weights.continuity),
            term(TermKind::Rating, self.rating, weights.rating),
            term(TermKind::Staleness, self.staleness, weights.staleness),
        ]
    }

    /// The sum of the terms' costs.
    pub fn score(&self, weights: &Weights) -> i64 {
        self.terms(weights).iter().map(Term::cost).fold(0, i64::saturating_add)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_weight_that_rewards_waiting_is_refused() {
        assert_eq!(Goals::default().check(), Ok(()));
        let mut goals = Goals::default();
        goals.usual.idle = -1;
        let error = goals.check().unwrap_err();
        assert_eq!(error, BadGoals::Negative { kind: TermKind::Idle, weight: -1 });
        assert_eq!(
            Goals { shortlist: 0, ..Goals::default() }.check().unwrap_err().to_string(),
            "the shortlist is 0; set it to at least 1, or nobody is ever found"
        );
    }

    #[test]
    fn the_score_is_the_sum_of_the_terms() {
        let amounts =
            Amounts { response: 600, tardiness: 60, continuity: 1, workload: -30, ..Amounts::default() };
        let terms = amounts.terms(&Weights::USUAL);
        assert_eq!(amounts.score(&Weights::USUAL), 600_000 + 180_000 - 500_000 - 60_000);
        assert_eq!(terms.iter().map(Term::cost).sum::<i64>(), amounts.score(&Weights::USUAL));
    }

    #[test]
    fn an_emergency_counts_little_but_time() {
        let amounts =
            Amounts { response: 10, workload: 500, rating: 300, continuity: 1, ..Amounts::default() };
        assert_eq!(amounts.score(&Weights::EMERGENCY), 10_000);
    }
}

//! Why this person: every decision of the matcher with the ranked candidates, the terms of each score and who was
//! left out for what. Adding up the stored terms gives the stored ranking again; [`Decision::verify`] proves it.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::{
    id::{CaregiverId, DecisionId, OrderId},
    time::Timestamp,
    unit::{Metres, Seconds},
};

/// Where a travel time came from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum TravelSource {
    /// The road network.
    Network,
    /// Great circle × factor: no map, or a place off it.
    GreatCircle,
}

/// A way from one place to another.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Leg {
    /// Travel time.
    pub seconds: Seconds,
    /// Length of the way.
    pub metres: Metres,
    /// How it was found.
    pub source: TravelSource,
}

/// What a score is made of. All terms are costs: less is better; a wish fulfilled is a negative cost.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum TermKind {
    /// Seconds from now until the visit can start.
    Response,
    /// Seconds the start lies after the end of the window.
    Tardiness,
    /// Extra seconds of travel this visit adds to the person's round.
    Detour,
    /// Seconds other visits of this person would be delayed past their windows.
    Displacement,
    /// Seconds the person would stand waiting for the window or the partner.
    Idle,
    /// Minutes of work the person already has today, against the average (fairness).
    Workload,
    /// 1 when the person is preferred by the elder or came before (continuity).
    Continuity,
    /// Hundredths of a star below five.
    Rating,
    /// 1 when the last position is stale.
    Staleness,
}

/// One term of a score: `cost = value × weight`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Term {
    /// Which.
    pub kind: TermKind,
    /// The amount in the unit of the kind.
    pub value: i64,
    /// Cost per unit, in thousandths of a second of response.
    pub weight: i64,
}

impl Term {
    /// `value × weight`.
    pub const fn cost(&self) -> i64 {
        self.value.saturating_mul(self.weight)
    }
}

/// One candidate (or team) with its score.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Ranked {
    /// One caregiver, or the whole team.
    pub team: Vec<CaregiverId>,
    /// The way of each, in the team's order.
    pub legs: Vec<Leg>,
    /// When the visit would start.
    pub start: Timestamp,
    /// Sum of the terms' costs.
    pub score: i64,
    /// What the score is made of.
    pub terms: Vec<Term>,
}

/// Why someone was no candidate.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Exclusion {
    /// Suspended.
    Suspended,
    /// Not trained yet (Changsha Art. 25).
    Untrained,
    /// No valid health certificate (Changsha Art. 25).
    NoHealthCertificate,
    /// Lacks a qualification, or its certificate is not valid at the time of service.
    Unqualified,
    /// On leave, the shift given away, or not covered by the employer's contract at the time of service.
    Unavailable,
    /// Blocked by the elder.
    Blocked,
    /// Declined this order before.
    Declined,
    /// Let an offer of this order run out.
    TimedOut,
    /// Taken off this order by hand.
    Removed,
    /// Not on shift.
    OffDuty,
    /// On a break.
    OnBreak,
    /// The visit would not fit into the shift.
    ShiftEnds,
    /// Position lost.
    PositionLost,
    /// Farther than the person's radius.
    OutsideRadius,
    /// Considering an offer right now.
    HoldsOffer,
    /// Committed elsewhere at that time.
    Committed,
    /// Cannot be there before the latest acceptable time.
    TooLate,
    /// Farther than the nearest shortlist; not examined one by one.
    BeyondShortlist,
}

/// The people one reason excluded.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Excluded {
    /// The reason.
    pub reason: Exclusion,
    /// How many in all.
    pub count: u32,
    /// By name, nearest first; at most [`NAMED_PER_REASON`].
    pub caregivers: Vec<CaregiverId>,
}

/// How many are named per reason of exclusion.
pub const NAMED_PER_REASON: usize = 32;

/// How many ranked candidates are kept.
pub const RANKED_KEPT: usize = 8;

/// Why nobody could be offered the order.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Shortage {
    /// Nobody of the district holds the qualifications.
    NobodyQualified,
    /// Qualified people exist, none is on shift.
    NobodyOnShift,
    /// Some are on shift, all too far.
    OutsideRadius,
    /// Some are near, all busy.
    AllBusy,
    /// Everyone left has declined or let the offer run out.
    AllDeclined,
    /// Fewer than the team needs.
    TeamIncomplete,
}

/// How a decision was made.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Method {
    /// One order into the current plan.
    Insert,
    /// Many waiting orders against many free people at once.
    Match,
    /// By an operator.
    ByHand,
}

/// One decision with its explanation.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Decision {
    /// Its name.
    pub id: DecisionId,
    /// For which order.
    pub order: OrderId,
    /// When.
    pub at: Timestamp,
    /// How.
    pub method: Method,
    /// How many caregivers the district has in all.
    pub considered: u32,
    /// Candidates, best first.
    pub ranked: Vec<Ranked>,
    /// Who was offered it; empty when nobody could be.
    pub chosen: Vec<CaregiverId>,
    /// Why the chosen are not the first of `ranked`, where they are not (a match weighs all waiting orders).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub passed_over: Option<String>,
    /// Why, in the words of the operator who decided by hand.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    /// Who was left out and why.
    pub excluded: Vec<Excluded>,
    /// Why nobody could be offered it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub shortage: Option<Shortage>,
}

/// A stored decision whose terms do not give its ranking.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Unexplained {
    /// A score is not the sum of its terms.
    #[error(
        "candidate {position} of decision {decision}: the terms add up to {terms}, the score says {score}"
    )]
    Sum {
        /// Which decision.
        decision: DecisionId,
        /// Index in the ranking.
        position: usize,
        /// Sum of the terms.
        terms: i64,
        /// The stored score.
        score: i64,
    },
    /// The ranking is not by score.
    #[error("decision {decision}: candidate {position} ranks behind a worse one")]
    Order {
        /// Which decision.
        decision: DecisionId,
        /// Index in the ranking.
        position: usize,
    },
}

impl Decision {
    /// Leaves out the names of the excluded; their numbers stay.
    pub fn shorten(&mut self) {
        for excluded in &mut self.excluded {
            excluded.caregivers.clear();
        }
    }

    /// Recomputes every score from its terms and the ranking from the scores.
    ///
    /// # Errors
    /// The first candidate that does not come out as stored.
    pub fn verify(&self) -> Result<(), Unexplained> {
        let mut last = i64::MIN;
        for (position, ranked) in self.ranked.iter().enumerate() {
            let terms = ranked.terms.iter().map(Term::cost).fold(0_i64, i64::saturating_add);
            if terms != ranked.score {
                return Err(Unexplained::Sum {
                    decision: self.id.clone(),
                    position,
                    terms,
                    score: ranked.score,
                });
            }
            if ranked.score < last {
                return Err(Unexplained::Order { decision: self.id.clone(), position });
            }
            last = ranked.score;
        }
        Ok(())
    }
}

/// A pointer to a decision and how its travel times were found, kept in the order.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct DecisionRef {
    /// Its name.
    pub id: DecisionId,
    /// How it was made.
    pub method: Method,
}

//! How a day turns out. The dispatcher does not see it; the simulator and the load driver act by it.
//!
//! Everything random was resolved when the file was written, so a day plays the same again, and two dispatchers can
//! be compared on the same day.

use domain::{
    command::{CancelReason, DeclineReason, Problem},
    id::CaregiverId,
    time::{Timestamp, Window},
    unit::Seconds,
};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// How an order turns out. The default is an order that goes smoothly: whoever is asked first accepts after 15 s, and
/// the visit takes as long as ordered.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct OrderTruth {
    /// What the first, second, … caregiver asked does. Whoever is asked after the last of these accepts.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub answers: Vec<Reaction>,
    /// What these caregivers do whenever they are asked; goes before `answers`, and takes no turn of it.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub personal: Vec<PersonalAnswer>,
    /// How long whoever is asked after the last of `answers` takes to accept.
    pub answer_after: Seconds,
    /// From accepting to setting off, when it is time to.
    pub depart_after: Seconds,
    /// Real travel time in percent of the planned.
    pub travel_percent: u16,
    /// From arriving to the elder being identified.
    pub identify_after: Seconds,
    /// Real time at the door; `None` is as ordered.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub duration: Option<Seconds>,
    /// From finishing to the elder confirming; `null` is never.
    pub confirm_after: Option<Seconds>,
    /// The elder's rating, 1 to 5.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub stars: Option<u8>,
    /// The order is called off, unless it has been served by then.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cancelled: Option<Cancellation>,
    /// Nobody opens the door.
    pub no_show: bool,
    /// The first to set off breaks down on the way.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub breakdown: Option<Breakdown>,
}

impl Default for OrderTruth {
    fn default() -> Self {
        Self {
            answers: Vec::new(),
            personal: Vec::new(),
            answer_after: Seconds(15),
            depart_after: Seconds(30),
            travel_percent: 100,
            identify_after: Seconds(60),
            duration: None,
            confirm_after: Some(Seconds(60)),
            stars: None,
            cancelled: None,
            no_show: false,
            breakdown: None,
        }
    }
}

impl OrderTruth {
    /// What a caregiver does who is asked now.
    ///
    /// `turn` counts the offers of this order before this one to people not named in `personal`.
    pub fn reaction(&self, caregiver: &CaregiverId, turn: usize) -> Reaction {
        let personal = self.personal.iter().find(|p| p.caregiver == *caregiver).map(|p| p.reaction);
        personal
            .or_else(|| self.answers.get(turn).copied())
            .unwrap_or(Reaction::Accept { after: self.answer_after })
    }
}

/// What someone does with an offer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "answer", rename_all = "snake_case", deny_unknown_fields)]
pub enum Reaction {
    /// Takes it.
    Accept {
        /// After so long.
        after: Seconds,
    },
    /// Declines it.
    Decline {
        /// After so long.
        after: Seconds,
        /// Why.
        reason: DeclineReason,
    },
    /// Lets it run out.
    Ignore,
}

impl Reaction {
    /// After how long; `None` for never.
    pub const fn after(self) -> Option<Seconds> {
        match self {
            Self::Accept { after } | Self::Decline { after, .. } => Some(after),
            Self::Ignore => None,
        }
    }
}

/// What one certain caregiver does, whenever they are asked for this order.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct PersonalAnswer {
    /// Who.
    pub caregiver: CaregiverId,
    /// What they do.
    pub reaction: Reaction,
}

/// An order is called off.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Cancellation {
    /// When.
    pub at: Timestamp,
    /// Why.
    pub reason: CancelReason,
}

/// Someone cannot go on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Breakdown {
    /// So long after setting off.
    pub after: Seconds,
    /// What is wrong.
    pub problem: Problem,
}

/// How a caregiver's day turns out. The default is a day as rostered.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct CaregiverTruth {
    /// Does not come at all.
    pub absent: bool,
    /// Comes so much later than rostered.
    pub late_by: Seconds,
    /// The phone has no signal: what is done meanwhile arrives afterwards.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub offline: Vec<Window>,
}

impl CaregiverTruth {
    /// Whether the day goes as rostered.
    pub fn is_as_planned(&self) -> bool {
        *self == Self::default()
    }
}

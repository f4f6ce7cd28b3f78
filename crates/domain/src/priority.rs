//! Who is served first: Changsha Art. 5 names six classes; an emergency goes before all.

use std::collections::BTreeSet;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// The classes that Changsha Art. 5 guarantees first (优先保障).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum PriorityClass {
    /// Lives alone without kin (孤寡).
    Alone,
    /// Loss of ability, assessed (失能).
    Disabled,
    /// Certified severe handicap (重度残疾).
    SeverelyHandicapped,
    /// Advanced age (高龄).
    AdvancedAge,
    /// Special family-planning family (计生特扶).
    SpecialFamilyPlanning,
    /// Key special care (重点优抚).
    KeySpecialCare,
}

/// The order in which the queue is served; smaller goes first.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "snake_case")]
pub enum Priority {
    /// Danger to life or health (助急).
    Emergency,
    /// Cannot wait for its turn, by the operator's word.
    Urgent,
    /// The elder is of a class that Changsha Art. 5 guarantees first.
    Guaranteed,
    /// Everyone else.
    #[default]
    Ordinary,
}

impl Priority {
    /// The rank of an order: an explicit urgency first, then the elder's classes.
    pub fn of(urgency: Urgency, classes: &BTreeSet<PriorityClass>) -> Self {
        match urgency {
            Urgency::Emergency => Self::Emergency,
            Urgency::Urgent => Self::Urgent,
            Urgency::Normal if classes.is_empty() => Self::Ordinary,
            Urgency::Normal => Self::Guaranteed,
        }
    }

    /// 0 for the first served.
    pub const fn rank(self) -> u8 {
        self as u8
    }
}

/// What whoever places the order says about its haste.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Urgency {
    /// In its turn.
    #[default]
    Normal,
    /// Before its turn.
    Urgent,
    /// Before everything.
    Emergency,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_emergency_goes_before_a_guaranteed_elder() {
        let classes = BTreeSet::from([PriorityClass::Alone]);
        assert!(Priority::of(Urgency::Emergency, &BTreeSet::new()) < Priority::of(Urgency::Normal, &classes));
        assert!(Priority::of(Urgency::Normal, &classes) < Priority::of(Urgency::Normal, &BTreeSet::new()));
    }
}

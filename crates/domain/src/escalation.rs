//! Escalation as data: who is asked when, what counts as an answer, and how often it goes round.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::{
    alarm::AlarmCause,
    device::DeviceClass,
    service::Qualification,
    time::Timestamp,
    unit::{Metres, Seconds},
};

/// Who a step calls.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "party", rename_all = "snake_case")]
pub enum Party {
    /// The desk of the command centre (值班席).
    Desk,
    /// The nearest qualified caregivers by road time, in parallel; the first to accept goes.
    Nearest {
        /// How many.
        k: u16,
        /// As the crow flies, at most.
        within: Metres,
        /// Only those who hold all of these.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        qualifications: Vec<Qualification>,
    },
    /// The doctor of the community (社区医生).
    Doctor,
    /// The so-manieth contact of the emergency card, from 1 (家属).
    Family {
        /// Which.
        order: u8,
    },
    /// The supervisor on duty (主管).
    Supervisor,
    /// The medical emergency centre (120).
    Ambulance,
}

/// One rung.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Step {
    /// So long after the rung before; the first rung counts from the alarm.
    pub after: Seconds,
    /// Who is called.
    pub call: Vec<Party>,
}

/// What ends the climbing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Until {
    /// A human has acknowledged it.
    Acknowledged,
    /// Somebody is on the way.
    #[default]
    Responding,
    /// Somebody is there.
    OnScene,
}

/// A ladder of a district, for some classes and causes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Plan {
    /// Its name; incidents carry it.
    pub name: String,
    /// For which devices; empty is all.
    #[serde(default)]
    pub classes: Vec<DeviceClass>,
    /// For which causes; empty is all.
    #[serde(default)]
    pub causes: Vec<AlarmCause>,
    /// The rungs, at least one.
    pub steps: Vec<Step>,
    /// What ends the climbing.
    #[serde(default)]
    pub until: Until,
    /// An acknowledgement at the desk moves the next rung so much further away, once.
    #[serde(default)]
    pub acknowledged_adds: Seconds,
    /// How many times the ladder is climbed again from `loop_from`.
    #[serde(default)]
    pub loops: u16,
    /// The rung a new round begins with, from 0.
    #[serde(default)]
    pub loop_from: u16,
    /// A new round begins so long after the last rung.
    #[serde(default = "round_after")]
    pub round_after: Seconds,
}

const fn round_after() -> Seconds {
    Seconds(60)
}

impl Plan {
    /// Whether it speaks of such an alarm.
    pub fn covers(&self, class: DeviceClass, cause: AlarmCause) -> bool {
        (self.classes.is_empty() || self.classes.contains(&class))
            && (self.causes.is_empty() || self.causes.contains(&cause))
    }

    /// The rung after `taken` rungs of this round: its number, and after how long it is due. `None` at the end of the
    /// last round.
    pub fn next(&self, taken: u16, round: u16) -> Option<Due> {
        if let Some(step) = self.steps.get(usize::from(taken)) {
            return Some(Due { step: taken, round, after: step.after });
        }
        let again = self.loop_from.min((self.steps.len().saturating_sub(1)) as u16);
        (round < self.loops && !self.steps.is_empty()).then(|| Due {
            step: again,
            round: round.saturating_add(1),
            after: self.round_after,
        })
    }
}

/// A rung to come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Due {
    /// Its number, from 0.
    pub step: u16,
    /// The round, from 0.
    pub round: u16,
    /// After how long.
    pub after: Seconds,
}

/// How far an incident has climbed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Progress {
    /// Which ladder.
    pub plan: String,
    /// Rungs taken in this round.
    pub taken: u16,
    /// The round, from 0.
    pub round: u16,
    /// When the next rung is due; `None` when nothing more will happen by itself.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub due: Option<Timestamp>,
    /// The rung whose nearest people are being looked for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub searching: Option<Search>,
    /// The ladder is at its end and nobody answered.
    #[serde(default)]
    pub exhausted: bool,
    /// The desk's acknowledgement has moved the next rung.
    #[serde(default)]
    pub extended: bool,
}

/// A search that is not answered yet; taken up again by whoever takes over.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Search {
    /// For which rung.
    pub step: u16,
    /// In which round.
    pub round: u16,
    /// How many.
    pub k: u16,
    /// As the crow flies, at most.
    pub within: Metres,
    /// Only those who hold all of these.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub qualifications: Vec<Qualification>,
}

#[cfg(test)]
mod tests {
    use super::*;

    fn plan(steps: usize, loops: u16, loop_from: u16) -> Plan {
        let step = Step { after: Seconds(15), call: vec![Party::Desk] };
        Plan {
            name: "p".to_owned(),
            classes: vec![],
            causes: vec![],
            steps: vec![step; steps],
            until: Until::default(),
            acknowledged_adds: Seconds::ZERO,
            loops,
            loop_from,
            round_after: Seconds(60),
        }
    }

    #[test]
    fn a_ladder_ends_after_its_last_round() {
        let plan = plan(2, 1, 1);
        let mut at = (0, 0);
        let mut climbed = Vec::new();
        while let Some(due) = plan.next(at.0, at.1) {
            climbed.push((due.round, due.step));
            at = (due.step + 1, due.round);
        }
        assert_eq!(climbed, [(0, 0), (0, 1), (1, 1)]);
    }

    #[test]
    fn an_empty_ladder_or_a_foolish_loop_ends_too() {
        assert_eq!(plan(0, 9, 0).next(0, 0), None);
        assert_eq!(plan(1, 1, 99).next(1, 0).map(|d| d.step), Some(0));
    }
}

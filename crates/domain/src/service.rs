//! What can be ordered, and what serving it takes.

use std::collections::BTreeSet;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::unit::Seconds;

/// The kinds of home service: Yuncheng's six helps (六助), and the rest of the five cities' lists.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum ServiceKind {
    /// Help with meals at home (助餐).
    MealHelp,
    /// Medical help: escort, collecting medicine, reminders (助医).
    MedicalHelp,
    /// Cleaning (助洁).
    Cleaning,
    /// Bathing (助浴).
    Bathing,
    /// Walking out (助行).
    Walking,
    /// Urgent help (助急).
    UrgentHelp,
    /// Errands and shopping (代办, 助购).
    Errands,
    /// Personal care (生活照料).
    PersonalCare,
    /// Home nursing (家庭护理).
    Nursing,
    /// Rehabilitation (康复).
    Rehabilitation,
    /// Visit and comfort (巡访探访, 精神慰藉).
    ComfortVisit,
    /// Household repair (维修).
    Repair,
    /// Ability or needs assessment (评估).
    Assessment,
}

/// What a caregiver may be qualified for (Jiayuguan Art. 13, Changsha Art. 25).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Qualification {
    /// Elder-care worker (养老护理员).
    ElderCare,
    /// Nurse (护士).
    Nurse,
    /// Rehabilitation therapist (康复师).
    Rehabilitation,
    /// Social worker (社会工作者).
    SocialWork,
    /// Counsellor (心理咨询).
    Psychology,
    /// Ability assessor (评估员).
    Assessor,
    /// Household craftsman (维修工).
    Repair,
}

/// What serving an order takes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Requirement {
    /// Time at the door, from start to finish.
    pub duration: Seconds,
    /// How many caregivers, all there for the whole visit; 1 to 4.
    pub team_size: u8,
    /// Each of the team holds all of these, valid at the time of service.
    pub qualifications: BTreeSet<Qualification>,
}

impl ServiceKind {
    /// All of them.
    pub const ALL: [Self; 13] = [
        Self::MealHelp,
        Self::MedicalHelp,
        Self::Cleaning,
        Self::Bathing,
        Self::Walking,
        Self::UrgentHelp,
        Self::Errands,
        Self::PersonalCare,
        Self::Nursing,
        Self::Rehabilitation,
        Self::ComfortVisit,
        Self::Repair,
        Self::Assessment,
    ];

    /// The standard visit. Bathing takes two attendants throughout, unless a family member is present
    /// (Changji annex 1, 助浴).
    pub fn standard(self, family_present: bool) -> Requirement {
        use Qualification as Q;
        let (minutes, team_size, qualification) = match self {
            Self::MealHelp | Self::Errands | Self::ComfortVisit => (30, 1, None),
            Self::MedicalHelp => (60, 1, Some(Q::ElderCare)),
            Self::Cleaning => (60, 1, None),
            Self::Bathing => (60, if family_present { 1 } else { 2 }, Some(Q::ElderCare)),
            Self::Walking | Self::PersonalCare => (45, 1, Some(Q::ElderCare)),
            Self::UrgentHelp => (30, 1, Some(Q::ElderCare)),
            Self::Nursing => (45, 1, Some(Q::Nurse)),
            Self::Rehabilitation => (45, 1, Some(Q::Rehabilitation)),
            Self::Repair => (60, 1, Some(Q::Repair)),
            Self::Assessment => (60, 1, Some(Q::Assessor)),
        };
        Requirement {
            duration: Seconds::minutes(minutes),
            team_size,
            qualifications: qualification.into_iter().collect(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bathing_takes_two_or_a_family_member() {
        assert_eq!(ServiceKind::Bathing.standard(false).team_size, 2);
        assert_eq!(ServiceKind::Bathing.standard(true).team_size, 1);
    }
}

//! What services must keep to: read by dispatch and by devices' supervision.

use std::collections::BTreeSet;

use domain::{command::VerificationMethod, priority::PriorityClass};
use serde::{Deserialize, Serialize};

use super::RuleId;

/// What services must keep to.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Service {
    /// Who is served first.
    pub priority: Option<Priority>,
    /// How an elder confirms.
    pub identification: Option<Identification>,
    /// How bathing is done.
    pub bathing: Option<Bathing>,
    /// Walking out is for self-reliant elders, by this rule.
    pub walking_self_reliant: Option<RuleId>,
    /// How devices must be.
    pub devices: Option<Devices>,
    /// A lunch must be ordered on its day or counts as given up, by this rule.
    pub lunch_ordered_same_day: Option<RuleId>,
    /// Staff hold a health certificate and the qualification and were trained, by this rule.
    pub certified_staff: Option<RuleId>,
}

/// Who is served first.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Priority {
    /// By which rule.
    pub rule: RuleId,
    /// The classes.
    pub classes: BTreeSet<PriorityClass>,
    /// From which age is age advanced. Not set: a gap, and the class is given by hand.
    #[serde(default)]
    pub advanced_age_from: Option<u16>,
}

/// How an elder confirms.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Identification {
    /// By which rule.
    pub rule: RuleId,
    /// The means the document names; others are supervised exceptions.
    pub methods: Vec<VerificationMethod>,
}

/// How bathing is done.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Bathing {
    /// By which rule.
    pub rule: RuleId,
    /// So many attendants throughout where no family member is there.
    pub attendants: u8,
    /// A safety reminder comes first.
    pub safety_reminder: bool,
}

/// How devices must be.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Devices {
    /// By which rule.
    pub rule: RuleId,
    /// So many percent in working order.
    pub working_percent: u8,
}

//! What the city gives, to whom, and what stops it.

use std::collections::{BTreeMap, BTreeSet};

use domain::elder::Ability;
use schemas::account::{assessment::Kind, person::Category};
use serde::{Deserialize, Serialize};

use super::RuleId;

/// One kind of support.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct KindRule {
    /// Which.
    pub kind: Kind,
    /// The rule that names who may have it at all.
    pub rule: RuleId,
    /// The household must be registered in the city, by this rule.
    #[serde(default)]
    pub registered: Option<RuleId>,
    /// They must ordinarily live in the city, by this rule.
    #[serde(default)]
    pub resident: Option<RuleId>,
    /// An application must have been approved, by this rule; served from the next month.
    #[serde(default)]
    pub approval: Option<RuleId>,
    /// Ends the month after death, by this rule; without one, by the kind's own (ours: nobody is served after death).
    #[serde(default)]
    pub ends_with_death: Option<RuleId>,
    /// Ends the month after moving into an institution, by this rule.
    #[serde(default)]
    pub ends_in_institution: Option<RuleId>,
    /// Ends the month after a family bed is set up, by this rule (a reading: see `readings.family_bed_ends`).
    #[serde(default)]
    pub ends_with_family_bed: Option<RuleId>,
    /// Reduced by what long-term-care insurance covers, by this rule: an item it covers is not paid for.
    #[serde(default)]
    pub excludes_insured: Option<RuleId>,
    /// Goes to the facility, never to the person.
    #[serde(default)]
    pub paid_to_facility: bool,
    /// Who gets how much; of several that hold the highest one only, never added up.
    #[serde(rename = "tier")]
    pub tiers: Vec<Tier>,
}

/// One amount, and who gets it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Tier {
    /// The rule.
    pub rule: RuleId,
    /// The least the document allows, in fen a month.
    #[serde(default)]
    pub floor_fen: Option<i64>,
    /// What is set, in fen a month. Not set: a gap.
    #[serde(default)]
    pub amount_fen: Option<i64>,
    /// What is set, in points a month.
    #[serde(default)]
    pub points: Option<i64>,
    /// What a facility gets, in fen for each elder housed and month, by assessed ability.
    #[serde(default)]
    pub facility_fen: BTreeMap<Ability, i64>,
    /// One of these holds.
    pub any: Vec<AnyOf>,
}

/// All of these hold.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AnyOf {
    /// At least so old.
    #[serde(default)]
    pub age_from: Option<u16>,
    /// Younger than this.
    #[serde(default)]
    pub age_below: Option<u16>,
    /// Recognised as one of these.
    #[serde(default)]
    pub categories: BTreeSet<Category>,
    /// Assessed as this or worse.
    #[serde(default)]
    pub ability_from: Option<Ability>,
}

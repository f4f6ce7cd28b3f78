//! What dispatch may know of an elder: where, what needs, which wishes. Names and phones stay in the vault.

use std::collections::BTreeSet;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::{
    geo::Wgs84,
    id::{CaregiverId, CommunityId, ElderId, StreetId},
    priority::PriorityClass,
    unit::Metres,
};

/// Assessed ability (能力评估); not the same as a handicap grade.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Ability {
    /// Self-reliant (能力完好).
    #[default]
    Intact,
    /// Mild loss (轻度失能).
    Mild,
    /// Moderate loss (中度失能).
    Moderate,
    /// Severe loss (重度失能).
    Severe,
    /// Complete loss (完全失能).
    Complete,
}

/// An elder as dispatch and the map see them.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct ElderProfile {
    /// Who.
    pub id: ElderId,
    /// Where they live.
    pub place: Wgs84,
    /// The street of that place.
    pub street: StreetId,
    /// The community of that place.
    pub community: CommunityId,
    /// Assessed ability.
    #[serde(default)]
    pub ability: Ability,
    /// Classes that are served first (Changsha Art. 5).
    #[serde(default)]
    pub priority_classes: BTreeSet<PriorityClass>,
    /// Caregivers this elder does not want.
    #[serde(default)]
    pub blocked: BTreeSet<CaregiverId>,
    /// Caregivers this elder asks for, or who came before (continuity).
    #[serde(default)]
    pub preferred: BTreeSet<CaregiverId>,
    /// How close counts as arrived.
    #[serde(default = "default_radius")]
    pub arrival_radius: Metres,
    /// Gone from the district: no new orders.
    #[serde(default)]
    pub closed: bool,
}

/// The usual radius around a door in which a phone counts as arrived.
pub const DEFAULT_ARRIVAL_RADIUS: Metres = Metres(150);

fn default_radius() -> Metres {
    DEFAULT_ARRIVAL_RADIUS
}

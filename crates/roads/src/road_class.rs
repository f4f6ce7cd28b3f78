//! What kind of street it is: OpenStreetMap's `highway=*`, as far as anyone can travel on it.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// The class of a street, from the widest down.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum RoadClass {
    /// Motorway (高速公路).
    Motorway,
    /// Trunk road; in Chinese cities mostly the urban expressway (城市快速路).
    Trunk,
    /// Primary road, an arterial (主干路).
    Primary,
    /// Secondary road (次干路).
    Secondary,
    /// Tertiary road, a branch road (支路).
    Tertiary,
    /// A minor public road of no other class.
    Unclassified,
    /// A street along which people live.
    Residential,
    /// A street where people on foot come first, as inside a compound (小区).
    LivingStreet,
    /// An access road: to a compound, a car park, a yard, an alley.
    Service,
    /// A street or square for people on foot (步行街).
    Pedestrian,
    /// A farm or forest track.
    Track,
    /// A way for cycles.
    Cycleway,
    /// A way for people on foot.
    Footway,
    /// A path for anyone without a car.
    Path,
    /// Stairs.
    Steps,
}

impl RoadClass {
    /// The class of a `highway=*` value and whether it is a slip road (`*_link`); `None` for what is no street to
    /// travel on: under construction, proposed, raceways, bus guideways, platforms, lifts.
    pub fn from_highway(value: &str) -> Option<(Self, bool)> {
        let (value, link) = value.strip_suffix("_link").map_or((value, false), |v| (v, true));
        let class = match value {
            "motorway" => Self::Motorway,
            "trunk" => Self::Trunk,
            "primary" => Self::Primary,
            "secondary" => Self::Secondary,
            "tertiary" => Self::Tertiary,
            "unclassified" | "road" => Self::Unclassified,
            "residential" => Self::Residential,
            "living_street" => Self::LivingStreet,
            "service" => Self::Service,
            "pedestrian" => Self::Pedestrian,
            "track" => Self::Track,
            "cycleway" => Self::Cycleway,
            "footway" | "corridor" => Self::Footway,
            "path" | "bridleway" => Self::Path,
            "steps" => Self::Steps,
            _ => return None,
        };
        Some((class, link))
    }
}

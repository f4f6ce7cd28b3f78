//! The direction of vehicles on a way: `oneway=*`, roundabouts, motorways.

use super::Tags;
use crate::road_class::RoadClass;

/// Which way along a street one may go.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Direction {
    /// Both ways.
    Both,
    /// Only as it is drawn.
    Forward,
    /// Only against it.
    Backward,
    /// Neither at a time one could plan for (`reversible`, `alternating`).
    Neither,
}

impl Direction {
    pub(super) const fn allows_forward(self) -> bool {
        matches!(self, Self::Both | Self::Forward)
    }

    pub(super) const fn allows_backward(self) -> bool {
        matches!(self, Self::Both | Self::Backward)
    }

    /// Reads one value of a `oneway`-like key; `None` for a value that says nothing.
    pub(super) fn parse(value: &str) -> Option<Self> {
        match value {
            "yes" | "true" | "1" => Some(Self::Forward),
            "-1" | "reverse" => Some(Self::Backward),
            "no" | "false" | "0" => Some(Self::Both),
            "reversible" | "alternating" => Some(Self::Neither),
            _ => None,
        }
    }
}

/// The rule for vehicles in general.
pub(super) fn of_vehicles(tags: &Tags, class: RoadClass) -> Direction {
    if let Some(direction) = tags.get("oneway").and_then(Direction::parse) {
        return direction;
    }
    let roundabout = matches!(tags.get("junction"), Some("roundabout" | "circular"));
    let motorway = class == RoadClass::Motorway && tags.is("highway", "motorway");
    if roundabout || motorway { Direction::Forward } else { Direction::Both }
}

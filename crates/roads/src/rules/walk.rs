//! On foot: everywhere but expressways and what is closed to people on foot; one-way streets do not bind.

use super::{
    Speed, Tags,
    access::{Access, access},
    oneway::Direction,
};
use crate::road_class::RoadClass;

/// 4.5 km/h: an adult with a bag in a city, slower than the 5 km/h of a brisk walk.
pub const WALKING_SPEED: Speed = Speed::tenths(45);

/// Stairs, along their length on the map: 2 km/h.
const STEPS: Speed = Speed::tenths(20);

pub(super) fn speed(tags: &Tags, class: RoadClass) -> Option<Speed> {
    let allowed = match access(tags, &["foot", "access"]) {
        Access::Refused => false,
        Access::Granted => true,
        Access::Unsaid | Access::Open | Access::Dismount => open_by_default(tags, class),
    };
    allowed.then_some(if class == RoadClass::Steps { STEPS } else { WALKING_SPEED })
}

/// Expressways only where a pavement or the right to walk is mapped: a wrong *no* costs a detour, a wrong *yes*
/// sends a person onto one.
fn open_by_default(tags: &Tags, class: RoadClass) -> bool {
    match class {
        RoadClass::Motorway => false,
        RoadClass::Trunk => {
            !tags.is("motorroad", "yes")
                && tags
                    .first(&["sidewalk", "sidewalk:both", "sidewalk:left", "sidewalk:right"])
                    .is_some_and(|side| !matches!(side, "no" | "none" | "separate"))
        }
        _ => !tags.is("motorroad", "yes"),
    }
}

/// Only what is one-way for walkers: `oneway:foot`, and escalators (`conveying`).
pub(super) fn direction(tags: &Tags) -> Direction {
    if let Some(direction) = tags.get("oneway:foot").and_then(Direction::parse) {
        return direction;
    }
    match tags.get("conveying") {
        Some("forward") => Direction::Forward,
        Some("backward") => Direction::Backward,
        _ => Direction::Both,
    }
}

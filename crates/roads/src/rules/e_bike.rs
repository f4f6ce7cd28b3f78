//! On an e-bike: a non-motor vehicle, so the rules of the bicycle hold. It rides on streets, is pushed where only
//! people on foot may go, and keeps off expressways and stairs.

use super::{
    Speed, Tags,
    access::{Access, access},
    car,
    oneway::{self, Direction},
};
use crate::road_class::RoadClass;

/// The design cap of GB 17761-2018.
const CAP: Speed = Speed::kmh(25);

/// Beside the machine, pushing.
const PUSHED: Speed = Speed::kmh(4);

/// What the class alone admits.
enum Usage {
    Ride,
    Push,
    Keep,
}

/// Effective averages; the arterials have their own lanes for non-motor vehicles, but lights every few hundred metres.
fn riding_speed(class: RoadClass) -> Speed {
    Speed::kmh(match class {
        RoadClass::Motorway
        | RoadClass::Trunk
        | RoadClass::Primary
        | RoadClass::Secondary
        | RoadClass::Cycleway => 20,
        RoadClass::Tertiary | RoadClass::Unclassified | RoadClass::Residential => 18,
        RoadClass::LivingStreet | RoadClass::Service | RoadClass::Track | RoadClass::Path => 12,
        RoadClass::Footway | RoadClass::Pedestrian => 8,
        RoadClass::Steps => 2,
    })
}

fn by_default(tags: &Tags, class: RoadClass) -> Usage {
    match class {
        RoadClass::Motorway | RoadClass::Steps => Usage::Keep,
        _ if tags.is("motorroad", "yes") => Usage::Keep,
        // As for walkers: an expressway only where a cycle lane is mapped.
        RoadClass::Trunk if !has_cycle_lane(tags) => Usage::Keep,
        RoadClass::Footway | RoadClass::Pedestrian => Usage::Push,
        _ => Usage::Ride,
    }
}

fn has_cycle_lane(tags: &Tags) -> bool {
    ["cycleway", "cycleway:both", "cycleway:left", "cycleway:right"]
        .iter()
        .any(|key| tags.get(key).is_some_and(|value| !matches!(value, "no" | "none" | "separate")))
}

pub(super) fn speed(tags: &Tags, class: RoadClass) -> Option<Speed> {
    let ride = || Some(riding_speed(class).min(car::limit(tags).unwrap_or(CAP)).min(CAP));
    match access(tags, &["electric_bicycle", "bicycle", "vehicle", "access"]) {
        Access::Refused => None,
        Access::Dismount => Some(PUSHED),
        Access::Granted => ride(),
        Access::Unsaid | Access::Open => match by_default(tags, class) {
            Usage::Ride => ride(),
            // Pushing is walking: where walkers are refused, so is the one who pushes.
            Usage::Push => (access(tags, &["foot", "access"]) != Access::Refused).then_some(PUSHED),
            Usage::Keep => None,
        },
    }
}

/// Like vehicles, unless the tags say that cycles may go against the traffic.
pub(super) fn direction(tags: &Tags, class: RoadClass) -> Direction {
    if let Some(direction) = tags.get("oneway:bicycle").and_then(Direction::parse) {
        return direction;
    }
    let against = ["cycleway", "cycleway:left", "cycleway:right", "cycleway:both"]
        .iter()
        .any(|key| tags.get(key).is_some_and(|value| value.starts_with("opposite")))
        || ["cycleway:left:oneway", "cycleway:right:oneway", "cycleway:both:oneway"]
            .iter()
            .any(|key| matches!(tags.get(key), Some("no" | "-1")))
        || matches!(tags.get("bicycle:backward"), Some("yes" | "designated"));
    match oneway::of_vehicles(tags, class) {
        Direction::Forward if against => Direction::Both,
        direction => direction,
    }
}

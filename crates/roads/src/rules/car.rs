//! By car: streets open to motor vehicles, one-way streets and roundabouts respected.

use super::{
    Speed, Tags,
    access::{Access, access},
    oneway::{self, Direction},
};
use crate::road_class::RoadClass;

/// Effective averages of city traffic; `None` where cars do not go unless named.
fn usual_speed(class: RoadClass) -> Option<Speed> {
    Some(Speed::kmh(match class {
        RoadClass::Motorway => 80,
        RoadClass::Trunk => 55,
        RoadClass::Primary => 35,
        RoadClass::Secondary => 32,
        RoadClass::Tertiary => 28,
        RoadClass::Unclassified => 25,
        RoadClass::Residential => 20,
        RoadClass::LivingStreet | RoadClass::Service => 10,
        RoadClass::Pedestrian
        | RoadClass::Track
        | RoadClass::Cycleway
        | RoadClass::Footway
        | RoadClass::Path
        | RoadClass::Steps => return None,
    }))
}

/// Where a car is admitted by name on a way not meant for it.
const GUEST: Speed = Speed::kmh(8);

pub(super) fn speed(tags: &Tags, class: RoadClass, link: bool) -> Option<Speed> {
    let usual = usual_speed(class);
    let speed = match access(tags, &["motorcar", "motor_vehicle", "vehicle", "access"]) {
        Access::Refused | Access::Dismount => None,
        Access::Granted if class == RoadClass::Steps => None,
        Access::Granted => Some(usual.unwrap_or(GUEST)),
        Access::Unsaid | Access::Open => usual,
    }?;
    // Slip roads bend and wait: three quarters of the road they belong to.
    let speed = if link { Speed::tenths((speed.as_kmh() * 7.5) as u16) } else { speed };
    Some(limit(tags).map_or(speed, |limit| speed.min(limit)))
}

/// The posted limit, where it is a number; `30 mph` counts, `CN:urban` says nothing.
pub(super) fn limit(tags: &Tags) -> Option<Speed> {
    let value = tags.get("maxspeed")?.trim();
    let (number, factor) = value.strip_suffix("mph").map_or((value, 1.0), |mph| (mph.trim_end(), 1.609_344));
    let kmh = number.parse::<f64>().ok()? * factor;
    (1.0..=200.0).contains(&kmh).then(|| Speed::tenths((kmh * 10.0) as u16))
}

pub(super) fn direction(tags: &Tags, class: RoadClass) -> Direction {
    oneway::of_vehicles(tags, class)
}

//! Nodes that stop some: bollards, stiles, gates that are locked.

use super::{
    Tags,
    access::{Access, access},
};
use crate::profile::{Profile, ProfileSet};

/// The profiles that cannot pass this node.
pub fn blocked(tags: &Tags) -> ProfileSet {
    let Some(barrier) = tags.get("barrier") else {
        return ProfileSet::EMPTY;
    };
    Profile::ALL
        .into_iter()
        .filter(|profile| {
            let keys: &[&str] = match profile {
                Profile::Walk => &["foot", "access"],
                Profile::EBike => &["electric_bicycle", "bicycle", "vehicle", "access"],
                Profile::Car => &["motorcar", "motor_vehicle", "vehicle", "access"],
            };
            match access(tags, keys) {
                Access::Refused => true,
                Access::Granted | Access::Dismount => false,
                Access::Unsaid | Access::Open => stops_by_default(barrier, *profile),
            }
        })
        .collect()
}

fn stops_by_default(barrier: &str, profile: Profile) -> bool {
    match barrier {
        "bollard" | "block" | "cycle_barrier" | "motorcycle_barrier" | "planter" | "jersey_barrier"
        | "bus_trap" | "sump_buster" | "log" | "rope" | "chain" => profile == Profile::Car,
        "stile" | "turnstile" | "full-height_turnstile" | "kissing_gate" | "horse_stile" => {
            profile != Profile::Walk
        }
        "wall" | "fence" | "debris" | "ditch" | "hedge" | "retaining_wall" => true,
        // Gates of compounds stand open or have a guard; only their access tags can close them.
        _ => false,
    }
}

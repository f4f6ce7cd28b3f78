//! `access=*` and its more specific keys: the most specific key present decides.

use super::Tags;

/// What the tags say about a mode of travel.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Access {
    /// Nothing: the class of the street decides.
    Unsaid,
    /// `access=yes` and the like: open, as far as the class admits the mode at all.
    Open,
    /// The mode itself is admitted by name, even where its class would not.
    Granted,
    /// Forbidden, private, or reserved for others.
    Refused,
    /// A cycle may be pushed, not ridden.
    Dismount,
}

/// Reads the keys from the most to the least specific; the last one is the general `access`.
pub fn access(tags: &Tags, keys: &[&str]) -> Access {
    let Some((key, value)) = keys.iter().find_map(|key| tags.get(key).map(|value| (*key, value))) else {
        return Access::Unsaid;
    };
    match value {
        "no"
        | "private"
        | "agricultural"
        | "forestry"
        | "agricultural;forestry"
        | "emergency"
        | "military"
        | "use_sidepath"
        | "residents"
        | "permit"
        | "employees"
        | "psv"
        | "bus" => Access::Refused,
        "dismount" => Access::Dismount,
        _ if key == "access" || key == "vehicle" => Access::Open,
        _ => Access::Granted,
    }
}

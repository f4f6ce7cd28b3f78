//! What is believed of a phone, and for how long. Every threshold of the core in one place.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Thresholds of the core. Seconds are of the district's clock.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Rules {
    /// Which fixes are believed.
    pub fixes: FixRules,
    /// When a signal is stale or lost.
    pub signal: SignalRules,
    /// When a door is reached or left.
    pub fences: FenceRules,
    /// How often a position is written down.
    pub saving: SavingRules,
}

/// Which fixes are believed.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct FixRules {
    /// Nobody moves faster, in metres per second; beyond it a fix is a teleport.
    pub max_speed: f64,
    /// So many metres are forgiven, whatever the time between two fixes: receivers jitter.
    pub jitter_metres: f64,
    /// The radius of uncertainty of a fix that names none, in metres.
    pub assumed_accuracy: f32,
    /// A fix with a larger radius of uncertainty is of no use, in metres.
    pub max_accuracy: f32,
    /// A phone's clock may be ahead by so many seconds.
    pub future_seconds: i64,
    /// Older fixes are rejected, in seconds.
    pub max_age_seconds: i64,
    /// After so many fixes that agree with each other and not with the last accepted one, they are believed.
    pub teleport_confirmations: u8,
    /// These fixes must span so many seconds.
    pub teleport_confirm_seconds: i64,
}

/// When a signal is stale or lost.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct SignalRules {
    /// Stale when the last fix is older, in seconds.
    pub stale_after_seconds: i64,
    /// Lost when the last fix is older, in seconds.
    pub lost_after_seconds: i64,
}

/// When a door is reached or left.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct FenceRules {
    /// So many metres beyond the radius a phone must surely be to have left: the hysteresis.
    pub margin_metres: f64,
    /// So many fixes in a row must say so to have left.
    pub exit_fixes: u8,
    /// Inside for so many seconds is dwelling.
    pub dwell_seconds: i64,
}

/// How often a position is written down.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct SavingRules {
    /// Each caregiver's at most every so many seconds …
    pub every_seconds: i64,
    /// … unless they moved this far since, in metres.
    pub moved_metres: f64,
    /// Everyone's again every so many seconds: the stream lives in memory and nobody acknowledges.
    pub refresh_seconds: i64,
}

impl Default for FixRules {
    fn default() -> Self {
        Self {
            max_speed: 40.0,
            jitter_metres: 50.0,
            assumed_accuracy: 30.0,
            max_accuracy: 1_000.0,
            future_seconds: 60,
            max_age_seconds: 900,
            teleport_confirmations: 3,
            teleport_confirm_seconds: 10,
        }
    }
}

impl Default for SignalRules {
    fn default() -> Self {
        Self { stale_after_seconds: 60, lost_after_seconds: 300 }
    }
}

impl Default for FenceRules {
    fn default() -> Self {
        Self { margin_metres: 30.0, exit_fixes: 2, dwell_seconds: 60 }
    }
}

impl Default for SavingRules {
    fn default() -> Self {
        Self { every_seconds: 5, moved_metres: 300.0, refresh_seconds: 30 }
    }
}

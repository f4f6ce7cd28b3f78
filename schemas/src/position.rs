//! Positions, presence and geofences. Positions are data, not events: plain JSON without an envelope, for their rate.

use domain::{
    caregiver::{Duty, Signal},
    decision::Leg,
    geo::{Datum, Wgs84},
    id::{CaregiverId, CommandId, GeofenceId, OrderId},
    order::Actor,
    service::Qualification,
    time::Timestamp,
    unit::Metres,
};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::envelope::EventData;

/// What a phone reports (subject `care.v1.<district>.position.report.<caregiver>`), oldest fix first or not.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct PositionReport {
    /// At most 100 fixes.
    pub fixes: Vec<Fix>,
}

/// One fix as the phone made it.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Fix {
    /// By the phone's clock.
    pub at: Timestamp,
    /// Degrees of `datum`.
    pub lon: f64,
    /// Degrees of `datum`.
    pub lat: f64,
    /// Without it the fix is rejected (`missing_datum`).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub datum: Option<Datum>,
    /// Radius of uncertainty in metres.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub accuracy: Option<f32>,
    /// Battery in percent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub battery: Option<u8>,
}

/// Why a fix was rejected; counted by these codes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum FixRejection {
    /// No datum given.
    MissingDatum,
    /// Not on the globe.
    OutsideTheWorld,
    /// Too far from the district to be true.
    OutsideTheDistrict,
    /// Ahead of our clock.
    FutureClock,
    /// Older than is kept.
    TooOld,
    /// The same fix again.
    Duplicate,
    /// Older than the newest already known; kept for nothing.
    OutOfOrder,
    /// Nobody moves that fast.
    Teleport,
    /// Too inaccurate to be of use.
    Inaccurate,
    /// Not on shift: nobody is tracked off duty.
    OffDuty,
    /// The registry does not know this caregiver.
    UnknownCaregiver,
    /// Not JSON of the right shape.
    Malformed,
}

/// A position that was accepted; also the last-value message of `POSITIONS_<district>`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Position {
    /// Whose.
    pub caregiver: CaregiverId,
    /// When, by the phone's clock.
    pub at: Timestamp,
    /// Where.
    pub place: Wgs84,
    /// Radius of uncertainty in metres.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub accuracy: Option<f32>,
    /// Battery in percent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub battery: Option<u8>,
}

/// Everyone who moved since the last batch (core subject `care.v1.<district>.position.moved`, several a second).
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize, JsonSchema)]
pub struct Moved {
    /// One per caregiver, the latest.
    pub positions: Vec<Position>,
}

/// Whether a caregiver works, and how fresh their position is (stream `PRESENCE_<district>`).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Presence {
    /// Whose.
    pub caregiver: CaregiverId,
    /// By their own word.
    pub duty: Duty,
    /// Since when.
    pub duty_since: Timestamp,
    /// By the age of the last position.
    pub signal: Signal,
    /// Since when.
    pub signal_since: Timestamp,
    /// Why fixes are not taken just now, where that is so and their sender can do something about it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rejected: Option<Rejected>,
    /// The last few command ids applied, so that an outbox may repeat them.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub applied: Vec<CommandId>,
}

/// A fix was rejected.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Rejected {
    /// Why.
    pub code: FixRejection,
    /// When it was judged.
    pub at: Timestamp,
}

impl EventData for Presence {
    fn event_type(&self) -> String {
        "care.caregiver.presence.v1".to_owned()
    }
    fn aggregate(&self) -> &str {
        self.caregiver.as_str()
    }
}

/// A command to `caregiver-location` (`care.v1.<district>.cmd.caregiver-location`), answered by
/// [`crate::problem::Reply`] of [`Presence`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct DutyCommand {
    /// Repeating the same id is a no-op that answers with the presence as it is.
    pub id: CommandId,
    /// Who asks.
    pub actor: Actor,
    /// Whose duty.
    pub caregiver: CaregiverId,
    /// What it becomes.
    pub duty: Duty,
    /// When it happened, by the phone's clock; `None` is now.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub occurred_at: Option<Timestamp>,
}

/// What happened at a fence.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Crossing {
    /// Came in.
    Enter,
    /// Went out.
    Exit,
    /// Has been inside for the dwell time.
    Dwell,
}

/// A caregiver crossed a geofence (stream `GEOFENCE_<district>`). The fence of a visit is named like its order.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct GeofenceCrossed {
    /// Who.
    pub caregiver: CaregiverId,
    /// Which fence.
    pub fence: GeofenceId,
    /// The order whose door it is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub order: Option<OrderId>,
    /// In, out, dwelling.
    pub crossing: Crossing,
    /// When, by the phone's clock.
    pub at: Timestamp,
    /// Where the phone was.
    pub place: Wgs84,
}

impl EventData for GeofenceCrossed {
    fn event_type(&self) -> String {
        let what = match self.crossing {
            Crossing::Enter => "entered",
            Crossing::Exit => "left",
            Crossing::Dwell => "dwelled",
        };
        format!("care.geofence.{what}.v1")
    }
    fn aggregate(&self) -> &str {
        self.caregiver.as_str()
    }
}

/// Who is nearest (`care.v1.<district>.ask.caregiver-location.nearest`), answered by [`crate::problem::Reply`] of
/// [`Nearest`].
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct NearestQuery {
    /// To where.
    pub place: Wgs84,
    /// How many, 1 to 100.
    pub k: u16,
    /// As the crow flies, at most; up to 100 km.
    pub within: Metres,
    /// Ranked by road time rather than by distance.
    #[serde(default)]
    pub by_road: bool,
    /// Only those who hold all of these now.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub qualifications: Vec<Qualification>,
    /// Only those on shift, not on a break, with a position that is not lost.
    #[serde(default)]
    pub available: bool,
    /// Nobody who is under way to, at, or serving a visit at least as pressing as this.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub spare: Option<domain::priority::Priority>,
}

/// The nearest, nearest first.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize, JsonSchema)]
pub struct Nearest {
    /// Found.
    pub found: Vec<Near>,
}

/// One of the nearest.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Near {
    /// Who.
    pub caregiver: CaregiverId,
    /// Where.
    pub place: Wgs84,
    /// When they were there.
    pub at: Timestamp,
    /// As the crow flies.
    pub distance: Metres,
    /// By road, where asked.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub leg: Option<Leg>,
}

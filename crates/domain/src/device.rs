//! A device in an elder's home or on a person: what it is, how often it must be heard, and how it is.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::{
    alarm::{Channel, Fault},
    geo::Wgs84,
    id::{CaregiverId, DeviceId, ElderId, OrderId, StreetId},
    time::Timestamp,
    unit::Seconds,
};

/// What kind of device it is; escalation and supervision go by it.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "snake_case")]
pub enum DeviceClass {
    /// A button on the body, with a unit at home (呼叫器).
    Pendant,
    /// A fixed button or cord (拉绳).
    Cord,
    /// A watch with its own SIM (定位手表).
    Watch,
    /// A fall detector or radar (跌倒雷达).
    FallSensor,
    /// Smoke (烟感).
    SmokeSensor,
    /// Gas (气感).
    GasSensor,
    /// Water where none should be (水浸).
    FloodSensor,
    /// A water meter watched for use (智能水表).
    WaterMeter,
    /// Movement (红外).
    MotionSensor,
    /// A mattress (床垫).
    BedSensor,
    /// A door contact (门磁).
    DoorSensor,
    /// A person's phone.
    Phone,
    /// Anything else, and every device nobody has registered.
    #[default]
    Other,
}

/// A device as it is registered.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Device {
    /// Which; the name its protocol gives it, with the protocol in front (`lora-24e124…`).
    pub id: DeviceId,
    /// What it is.
    #[serde(default)]
    pub class: DeviceClass,
    /// How it reports.
    pub via: Channel,
    /// Whose home or body it watches.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub elder: Option<ElderId>,
    /// The caregiver who carries it (lone worker).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub caregiver: Option<CaregiverId>,
    /// Where it hangs.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub street: Option<StreetId>,
    /// Where it hangs.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub place: Option<Wgs84>,
    /// How often it says that it lives; `None` takes its class's interval.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub interval: Option<Seconds>,
    /// Alarms of it are a drill (演练) until this is taken back.
    #[serde(default)]
    pub drill: bool,
    /// Taken down: no longer supervised. Its alarms still are alarms.
    #[serde(default)]
    pub retired: bool,
}

impl Device {
    /// A device nobody registered: heard, so it exists.
    pub fn unknown(id: DeviceId, via: Channel) -> Self {
        Self {
            id,
            class: DeviceClass::Other,
            via,
            elder: None,
            caregiver: None,
            street: None,
            place: None,
            interval: None,
            drill: false,
            retired: false,
        }
    }
}

/// A fault that stands.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct StandingFault {
    /// Since when.
    pub since: Timestamp,
    /// Until when it must be mended or a substitute be there (2 h).
    pub repair_due: Timestamp,
    /// That time has passed, and it was said.
    #[serde(default)]
    pub overdue: bool,
    /// The work order for its repair, once dispatch has taken it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub order: Option<OrderId>,
    /// A substitute device is in place.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub substitute: Option<DeviceId>,
}

/// A test call that was asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Trial {
    /// When.
    pub asked_at: Timestamp,
    /// It did not come in time.
    #[serde(default)]
    pub failed: bool,
}

/// How a device is.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
pub struct Condition {
    /// What is wrong; empty is as it should be.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub faults: BTreeMap<Fault, StandingFault>,
    /// It comes and goes: its silence stands until it has been heard steadily.
    #[serde(default)]
    pub flapping: bool,
    /// When it fell silent lately, oldest first; what flapping is judged by.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub silences: Vec<Timestamp>,
    /// When it was last heard, as of this record.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub heard_at: Option<Timestamp>,
    /// When its last test call came.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tested_at: Option<Timestamp>,
    /// The test call that was asked for and has not come yet.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub trial: Option<Trial>,
    /// Battery in percent, as of this record.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub battery: Option<u8>,
    /// Counts the changes of this record.
    #[serde(default)]
    pub revision: u32,
}

impl Condition {
    /// Whether nothing is wrong.
    pub fn is_sound(&self) -> bool {
        self.faults.is_empty()
    }
}

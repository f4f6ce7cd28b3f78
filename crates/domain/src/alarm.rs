//! What a device can say, whatever its protocol: an alarm, a fault, a sign of life.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::{geo::Wgs84, id::DeviceId, time::Timestamp};

/// Why help is called. The order is that of urgency, most urgent first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum AlarmCause {
    /// Smoke or heat (烟感).
    Smoke,
    /// Gas (燃气泄漏).
    Gas,
    /// A fall was detected (跌倒).
    Fall,
    /// A vital sign is out of its bounds (生命体征异常).
    Vitals,
    /// The call button (一键呼叫).
    Sos,
    /// A caregiver calls for help on the job (护理员求助).
    LoneWorker,
    /// Out of bed and not back (离床未归).
    BedExit,
    /// Left the area agreed upon (走失).
    Wandering,
    /// No movement or no water drawn for too long (长时间无活动).
    Inactivity,
    /// Water where none should be (水浸).
    Flood,
    /// The device calls an alarm without saying of which kind.
    Unspecified,
}

/// What can be wrong with a device itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Fault {
    /// It has not been heard for longer than its interval and grace (离线).
    Silent,
    /// The battery is nearly empty (低电量).
    LowBattery,
    /// It was opened or moved by force (防拆).
    Tamper,
    /// It was taken off the body (脱落).
    Removed,
    /// It runs on its battery because the mains failed (断电).
    MainsLost,
    /// Its signal is too weak to rely on.
    WeakSignal,
    /// It reports a defect of its own.
    Technical,
}

impl Fault {
    /// All of them.
    pub const ALL: [Self; 7] = [
        Self::Silent,
        Self::LowBattery,
        Self::Tamper,
        Self::Removed,
        Self::MainsLost,
        Self::WeakSignal,
        Self::Technical,
    ];
}

/// The way a signal came in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Channel {
    /// MQTT 3.1.1 or 5, straight from the device.
    Mqtt,
    /// A vendor's cloud, by signed HTTP.
    Webhook,
    /// SCAIP (TS 50134-9) over SIP.
    Scaip,
    /// A LoRaWAN uplink, through its network server.
    Lorawan,
    /// A JT/T 808 terminal.
    Jt808,
    /// An elder's GPS watch.
    Watch,
    /// The caregiver's or the family's app.
    App,
    /// Entered at the desk, for a phone call.
    Desk,
    /// A rule of the platform's own, such as inactivity.
    Rule,
}

/// How far the device's own retry guards an alarm.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Assurance {
    /// The device repeats until the platform itself has answered.
    EndToEnd,
    /// Somebody in between answers the device; what is lost behind them is lost. A weaker class.
    Relayed,
}

impl Channel {
    /// How far the device's own retry reaches.
    pub const fn assurance(self) -> Assurance {
        match self {
            Self::Webhook | Self::Lorawan => Assurance::Relayed,
            Self::Mqtt | Self::Scaip | Self::Jt808 | Self::Watch | Self::App | Self::Desk | Self::Rule => {
                Assurance::EndToEnd
            }
        }
    }

    /// The name as metrics and documents have it.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Mqtt => "mqtt",
            Self::Webhook => "webhook",
            Self::Scaip => "scaip",
            Self::Lorawan => "lorawan",
            Self::Jt808 => "jt808",
            Self::Watch => "watch",
            Self::App => "app",
            Self::Desk => "desk",
            Self::Rule => "rule",
        }
    }
}

/// What a signal says.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "says", rename_all = "snake_case")]
pub enum Says {
    /// Help is needed.
    Alarm {
        /// Why.
        cause: AlarmCause,
    },
    /// The device takes its alarm back (reset by hand). For humans to judge: nothing is closed by it.
    Cleared,
    /// Something is wrong with the device.
    Fault {
        /// What.
        fault: Fault,
    },
    /// It is right again.
    Restored {
        /// What.
        fault: Fault,
    },
    /// Somebody moved, or water ran: thousandths of a movement, millilitres.
    Activity {
        /// How much.
        amount: u32,
    },
    /// The device lives.
    Alive,
}

/// One thing a device said. A frame may hold several.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Signal {
    /// Which device.
    pub device: DeviceId,
    /// By which way.
    pub via: Channel,
    /// What.
    #[serde(flatten)]
    pub says: Says,
    /// The device's own name for this signal, the same in every repetition; at most 64 characters.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub key: Option<String>,
    /// By the device's clock, which may be years off: shown, never used to decide.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub occurred_at: Option<Timestamp>,
    /// Where the device was.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub place: Option<Wgs84>,
    /// Battery in percent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub battery: Option<u8>,
    /// A test or a drill, marked so by the device.
    #[serde(default)]
    pub test: bool,
}

impl Signal {
    /// A bare signal of a device.
    pub fn new(device: DeviceId, via: Channel, says: Says) -> Self {
        Self { device, via, says, key: None, occurred_at: None, place: None, battery: None, test: false }
    }

    /// The cause, where it is an alarm.
    pub const fn alarm(&self) -> Option<AlarmCause> {
        match self.says {
            Says::Alarm { cause } => Some(cause),
            _ => None,
        }
    }
}

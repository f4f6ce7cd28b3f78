//! The envelope of every event: CloudEvents 1.0 in structured JSON mode.
//!
//! Commands, replies and the high-rate positions are not events; they travel as plain JSON, see [`crate::subject`].

use domain::{id::DistrictId, time::Timestamp};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// The one version of CloudEvents spoken here.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
pub enum SpecVersion {
    /// CloudEvents 1.0.
    #[default]
    #[serde(rename = "1.0")]
    V1,
}

/// An event on a stream. `id` is also its `Nats-Msg-Id`, so publishing it twice stores it once.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct CloudEvent<T> {
    /// Always `1.0`.
    pub specversion: SpecVersion,
    /// Unique within `source`; the key of deduplication.
    pub id: String,
    /// The service that says so, e.g. `/dispatch`.
    pub source: String,
    /// What happened, e.g. `care.order.offered.v1`.
    #[serde(rename = "type")]
    pub kind: String,
    /// The aggregate it happened to, e.g. an order's id.
    pub subject: String,
    /// When it was decided.
    pub time: Timestamp,
    /// The district that owns the aggregate (CloudEvents extension attribute).
    pub district: DistrictId,
    /// W3C trace context of the cause (CloudEvents distributed tracing extension).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub traceparent: Option<String>,
    /// The event's content.
    pub data: T,
}

/// Content of an event: knows its own type name and the aggregate it speaks of.
pub trait EventData: Serialize {
    /// The CloudEvents `type`, e.g. `care.order.offered.v1`.
    fn event_type(&self) -> String;
    /// The aggregate's id.
    fn aggregate(&self) -> &str;
}

impl<T: EventData> CloudEvent<T> {
    /// Wraps the content.
    pub fn new(id: impl Into<String>, source: &str, district: DistrictId, time: Timestamp, data: T) -> Self {
        Self {
            specversion: SpecVersion::V1,
            id: id.into(),
            source: source.to_owned(),
            kind: data.event_type(),
            subject: data.aggregate().to_owned(),
            time,
            district,
            traceparent: None,
            data,
        }
    }
}

//! What a service could not handle, kept for the desk to see.

use domain::{id::DistrictId, time::Timestamp};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::envelope::EventData;

/// The most bytes of the poison message that are kept.
pub const MAX_PAYLOAD: usize = 4096;

/// A message that was given up.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct DeadLetter {
    /// Who gave up.
    pub service: String,
    /// Whose district.
    pub district: DistrictId,
    /// Where the message came from.
    pub subject: String,
    /// Its stream sequence, where it has one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sequence: Option<u64>,
    /// Stable code, e.g. `undecodable`.
    pub code: String,
    /// What exactly.
    pub detail: String,
    /// The message's first [`MAX_PAYLOAD`] bytes as text, undecodable bytes replaced.
    pub payload: String,
    /// When.
    pub at: Timestamp,
}

impl EventData for DeadLetter {
    fn event_type(&self) -> String {
        "care.dead_letter.kept.v1".to_owned()
    }
    fn aggregate(&self) -> &str {
        &self.service
    }
}

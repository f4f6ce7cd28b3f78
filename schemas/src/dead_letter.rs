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

/// A request to the service that gave a stream's message up, to handle it once more
/// (`care.v1.<district>.again.<service>.<stream>`), answered by [`crate::problem::Reply`] of [`DeliveredAgain`]. If it
/// is given up again there is a new letter.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct DeliverAgain {
    /// Where the message came from.
    pub subject: String,
    /// Its place in the stream.
    pub sequence: u64,
    /// Names this delivery, so that a letter about it is not taken for the one before.
    pub again: String,
}

/// The answer: the service has the message in hand.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
pub struct DeliveredAgain {
    /// How many bytes it has.
    pub bytes: u64,
}

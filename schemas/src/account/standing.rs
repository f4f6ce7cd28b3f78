//! What `accounts` rules about organisations, as others obey and keep it.

use domain::{
    id::{MatterId, OrganisationId},
    time::Timestamp,
};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::envelope::EventData;

/// Whether work orders may go to an organisation: an event of `accounts` that `dispatch` obeys.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Standing {
    /// Which organisation.
    pub organisation: OrganisationId,
    /// No work orders until this is taken back.
    pub stopped: bool,
    /// Because of which matter.
    pub matter: MatterId,
    /// Since when.
    pub at: Timestamp,
}

impl EventData for Standing {
    fn event_type(&self) -> String {
        let word = if self.stopped { "stopped" } else { "restored" };
        format!("care.standing.{word}.v1")
    }
    fn aggregate(&self) -> &str {
        self.organisation.as_str()
    }
}

/// The yearly rating of an organisation (Jiayuguan Art. 12): an event of `accounts` that the registry keeps.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Rated {
    /// Which organisation.
    pub organisation: OrganisationId,
    /// For which year.
    pub year: i16,
    /// 1 to 5.
    pub stars: u8,
    /// By which matter.
    pub matter: MatterId,
    /// Since when.
    pub at: Timestamp,
}

impl EventData for Rated {
    fn event_type(&self) -> String {
        "care.organisation.rated.v1".to_owned()
    }
    fn aggregate(&self) -> &str {
        self.organisation.as_str()
    }
}

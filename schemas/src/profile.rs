//! The PROFILES stream: what dispatch and the map may know of elders and caregivers. No names, no phones.

use domain::{caregiver::CaregiverProfile, elder::ElderProfile};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::envelope::EventData;

/// An elder's profile as it is from now on.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct ElderProfiled {
    /// The profile.
    pub elder: ElderProfile,
}

impl EventData for ElderProfiled {
    fn event_type(&self) -> String {
        "care.elder.profiled.v1".to_owned()
    }
    fn aggregate(&self) -> &str {
        self.elder.id.as_str()
    }
}

/// A caregiver's profile as it is from now on.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct CaregiverProfiled {
    /// The profile.
    pub caregiver: CaregiverProfile,
}

impl EventData for CaregiverProfiled {
    fn event_type(&self) -> String {
        "care.caregiver.profiled.v1".to_owned()
    }
    fn aggregate(&self) -> &str {
        self.caregiver.id.as_str()
    }
}

/// A question to the registry (`care.v1.<district>.ask.registry.names`): names for display, by id. The edge asks for
/// those its user may read; the reading is audited by the registry.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct NamesQuery {
    /// Who reads.
    pub reader: domain::order::Actor,
    /// Elders' or caregivers' ids, at most 500.
    pub ids: Vec<String>,
}

/// Elders or caregivers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// Elders.
    Elder,
    /// Caregivers.
    Caregiver,
}

/// A question to the registry (`care.v1.<district>.ask.registry.find`): who is called so? Only for those who see names
/// in full: to whoever sees hints, a search would tell the rest. Answered by [`Names`]; the reading is audited by the
/// registry.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct FindQuery {
    /// Who reads.
    pub reader: domain::order::Actor,
    /// Elders or caregivers.
    pub kind: Kind,
    /// Part of a name or an id, 1 to 64 characters; upper and lower case are the same.
    pub words: String,
    /// Only those of this street.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub street: Option<domain::id::StreetId>,
    /// Only elders of this community.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub community: Option<domain::id::CommunityId>,
    /// Only ids after this one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub after: Option<String>,
    /// At most so many, 1 to 501, in the order of their ids.
    pub limit: u16,
}

/// Names by id; ids without a name are left out.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
pub struct Names {
    /// `id → name`; masked (张*三) where the reader's role asks for it.
    pub names: std::collections::BTreeMap<String, String>,
}

/// A command to the registry (`care.v1.<district>.cmd.registry`).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "request", rename_all = "snake_case")]
pub enum RegistryCommand {
    /// Sets an elder's dispatch profile (and name and phone number, kept in the vault).
    PutElder {
        /// The profile.
        elder: ElderProfile,
        /// The name, where it is to be set.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        name: Option<String>,
        /// The phone number, where it is to be set: 3 to 15 digits, `+` in front if international.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        phone: Option<String>,
        /// The identity number, where it is to be set: 18 characters with the check digit (GB 11643).
        #[serde(default, skip_serializing_if = "Option::is_none")]
        identity: Option<String>,
        /// The street address, where it is to be set.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        address: Option<String>,
    },
    /// Sets a caregiver's dispatch profile (and name and phone number, kept in the vault).
    PutCaregiver {
        /// The profile.
        caregiver: CaregiverProfile,
        /// The name, where it is to be set.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        name: Option<String>,
        /// The phone number, where it is to be set: 3 to 15 digits, `+` in front if international.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        phone: Option<String>,
        /// The identity number, where it is to be set: 18 characters with the check digit (GB 11643).
        #[serde(default, skip_serializing_if = "Option::is_none")]
        identity: Option<String>,
        /// The street address, where it is to be set.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        address: Option<String>,
    },
    /// Somebody does something about an organisation, a facility, a roster, a care plan, or a person's data.
    Step {
        /// Repeating the same id is a no-op that answers as the first time.
        id: domain::id::CommandId,
        /// By whom.
        by: domain::order::Actor,
        /// Who the utterer is as a caregiver: whose roster is their own.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        as_caregiver: Option<domain::id::CaregiverId>,
        /// In words; no personal data.
        #[serde(default)]
        note: String,
        /// What.
        #[serde(flatten)]
        step: Box<crate::registry::Step>,
    },
}

/// The answer to a [`RegistryCommand`]: it is durable, and will be published even if the bus is away right now.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Registered {
    /// Whose profile, or what the step was about.
    pub id: String,
    /// Counts the changes of this profile; 1 after the first.
    pub revision: u64,
    /// The profile stood like this already; nothing was published.
    pub unchanged: bool,
}

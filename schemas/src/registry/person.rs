//! People's rights in their own data: to have all of it, and to have it destroyed. And who is calling, for the desk.

use domain::order::Actor;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::audit::Ground;
use crate::account::matter::Record;

/// A request to erase somebody.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Erasure {
    /// An elder's or a caregiver's id; it stays, so that it never names somebody else.
    pub person: String,
    /// Counts the steps.
    pub revision: u32,
    /// How far it has come.
    pub stage: ErasureStage,
    /// Who did what, oldest first.
    pub record: Vec<Record>,
}

/// How far a request has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum ErasureStage {
    /// Asked for; waits for a second person.
    Asked,
    /// Refused: a law wants the data kept, or the request was a mistake.
    Refused,
    /// Done: the person's key is destroyed.
    Erased,
}

/// What is done about a person's data.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "step", rename_all = "snake_case")]
pub enum PersonStep {
    /// Supervisor: somebody is to be erased.
    AskErasure,
    /// Bureau, another person: their key is destroyed.
    Erase,
    /// Bureau: not.
    RefuseErasure,
}

impl PersonStep {
    /// Its name on the wire.
    pub const fn name(&self) -> &'static str {
        match self {
            Self::AskErasure => "ask_erasure",
            Self::Erase => "erase",
            Self::RefuseErasure => "refuse_erasure",
        }
    }
}

/// A question to the registry (`care.v1.<district>.ask.registry.export`): all that is held of somebody. Audited.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct ExportQuery {
    /// Who reads.
    pub reader: Actor,
    /// An elder's or a caregiver's id.
    pub person: String,
}

/// All that the registry holds of somebody.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct PersonFile {
    /// An elder's or a caregiver's id.
    pub person: String,
    /// `elder` or `caregiver`.
    pub kind: String,
    /// The published profile.
    pub profile: serde_json::Value,
    /// What lies in the vault, by field.
    pub sealed: std::collections::BTreeMap<String, String>,
    /// Roster, care plans, requests: everything that names them, by kind.
    pub kept: std::collections::BTreeMap<String, Vec<serde_json::Value>>,
    /// Who read what of them, newest first.
    pub readings: Vec<ReadingNote>,
}

/// One reading.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct ReadingNote {
    /// When.
    pub at: domain::time::Timestamp,
    /// In which capacity.
    pub role: String,
    /// Which account.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub user: Option<String>,
    /// Only a hint was given.
    pub masked: bool,
    /// What: `names`, `phones`, `search`, `caller`, `export`.
    #[serde(default)]
    pub what: String,
    /// Why that was lawful; none in notes from before grounds were written down.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ground: Option<Ground>,
}

/// A question to the registry (`care.v1.<district>.ask.registry.caller`): whose number is this? For desks; audited.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct CallerQuery {
    /// Who reads.
    pub reader: Actor,
    /// The number as the telephone system shows it.
    pub number: String,
}

/// Whose number it is: several where a family shares it, none where nobody is known by it.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
pub struct Caller {
    /// Elders' and caregivers' ids.
    pub people: Vec<String>,
}

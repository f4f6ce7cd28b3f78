//! What happened to people's data, for those who watch over it: each reading with the ground on which it was lawful (J22),
//! and what was refused, of organisations and facilities as well.

use domain::{order::Actor, time::Timestamp};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// A question to the registry (`care.v1.<district>.ask.registry.audit`).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct AuditQuery {
    /// Who reads: bureau or auditor.
    pub reader: Actor,
    /// Only what is about this one: a person's id, or `organisation/<id>`, `facility/<id>` and the like.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub about: Option<String>,
    /// Only what stands before that number.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub before: Option<i64>,
    /// At most so many, 1 to 500; 0 is 200.
    pub limit: u16,
}

/// Notes, newest first.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
pub struct AuditTrail {
    /// The notes.
    pub items: Vec<AuditNote>,
}

/// One note.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct AuditNote {
    /// Its number; grows.
    pub seq: i64,
    /// When.
    pub at: Timestamp,
    /// In which capacity.
    pub role: String,
    /// Which account.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub user: Option<String>,
    /// What.
    #[serde(flatten)]
    pub what: Audited,
}

/// What happened.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "happened", rename_all = "snake_case")]
pub enum Audited {
    /// Something was handed out.
    HandedOut {
        /// `names`, `phones`, `search`, `caller`, `export`.
        what: String,
        /// Only hints.
        masked: bool,
        /// Why that is lawful; none in notes from before grounds were written down.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        ground: Option<Ground>,
        /// Of whom.
        people: Vec<String>,
    },
    /// Something was refused.
    Refused {
        /// The step, or what was asked for.
        what: String,
        /// About what or whom; empty where many or nobody were meant.
        about: String,
        /// The refusal's code.
        code: String,
        /// In words; no personal data.
        why: String,
    },
}

/// Why handing out personal data is lawful (个人信息保护法).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Ground {
    /// The service that was ordered cannot be given without it (Art. 13(2)).
    Service,
    /// Those who supervise the service do so by law (Art. 13(3)).
    Duty,
    /// A life or somebody's health is in danger (Art. 13(4)).
    Emergency,
    /// The person has a right to their own data (Art. 45).
    Subject,
}

impl Ground {
    /// All of them.
    pub const ALL: [Self; 4] = [Self::Service, Self::Duty, Self::Emergency, Self::Subject];

    /// Its name on the wire.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Service => "service",
            Self::Duty => "duty",
            Self::Emergency => "emergency",
            Self::Subject => "subject",
        }
    }
}

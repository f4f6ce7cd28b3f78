//! Why a command to an incident is refused: each with a stable code, and a sentence that says what to do.

use crate::{
    id::{CaregiverId, IncidentId, UserId},
    order::Role,
    time::Timestamp,
};

/// A command that was not applied; the incident is as it was.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// There is no such incident.
    #[error("there is no incident {0} in this district; it may have been closed days ago")]
    UnknownIncident(IncidentId),
    /// The role may not do that.
    #[error("the role {role:?} may not {action} an incident")]
    NotAllowed {
        /// The role.
        role: Role,
        /// The action.
        action: &'static str,
    },
    /// The stage does not lead there.
    #[error("{action} is not possible while the incident is {stage}; reload it")]
    WrongStage {
        /// The action.
        action: &'static str,
        /// The stage.
        stage: &'static str,
    },
    /// Somebody else has it, freshly.
    #[error("{by} has claimed it; it can be taken over from {from}, by saying so")]
    Claimed {
        /// Who.
        by: UserId,
        /// From when on.
        from: Timestamp,
    },
    /// The claim is not this account's.
    #[error("this incident is not claimed by this account; claim it first")]
    NotClaimed,
    /// No account stands behind it.
    #[error("a claim needs an account; sign in")]
    NoAccount,
    /// The account is tied to no caregiver.
    #[error("this account is tied to no caregiver; sign in as one")]
    NoCaregiver,
    /// The caregiver was not called, or was stood down.
    #[error("caregiver {0} is not being asked; the desk can add a responder by hand")]
    NotCalled(CaregiverId),
    /// Somebody was quicker.
    #[error("{0} was quicker and is on the way; thank you")]
    Taken(CaregiverId),
    /// Only who is there can say that it is over.
    #[error("{0} is not on the scene; arrive first, or tell the desk")]
    NotOnScene(CaregiverId),
    /// Nobody is phoned in a drill.
    #[error("this is a drill: nobody is phoned")]
    Drill,
    /// A text is empty or too long.
    #[error("a text of 1 to {limit} characters is needed")]
    Text {
        /// The limit.
        limit: usize,
    },
    /// The time lies ahead.
    #[error("it cannot have happened at {0}, which lies ahead; check the clock")]
    FromTheFuture(Timestamp),
    /// Too much happened to it.
    #[error("this incident has too many entries; close it and open a new one")]
    TooManyEntries,
}

impl Refusal {
    /// The stable code.
    pub const fn code(&self) -> &'static str {
        match self {
            Self::UnknownIncident(_) => "unknown_incident",
            Self::NotAllowed { .. } => "not_allowed",
            Self::WrongStage { .. } => "wrong_stage",
            Self::Claimed { .. } => "claimed_by_another",
            Self::NotClaimed => "not_claimed",
            Self::NoAccount => "no_account",
            Self::NoCaregiver => "no_caregiver",
            Self::NotCalled(_) => "not_called",
            Self::Taken(_) => "taken",
            Self::NotOnScene(_) => "not_on_scene",
            Self::Drill => "drill",
            Self::Text { .. } => "text_length",
            Self::FromTheFuture(_) => "from_the_future",
            Self::TooManyEntries => "too_many_entries",
        }
    }

    /// The HTTP status that fits.
    pub const fn status(&self) -> u16 {
        match self {
            Self::UnknownIncident(_) => 404,
            Self::NotAllowed { .. } | Self::NoAccount | Self::NoCaregiver => 403,
            Self::Text { .. } | Self::FromTheFuture(_) => 422,
            _ => 409,
        }
    }
}

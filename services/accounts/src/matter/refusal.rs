//! Why a step may not be taken. Each has a stable code.

use domain::{
    calendar::Day,
    id::{MatterId, UserId},
    order::Role,
};

/// Why not.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum MatterRefusal {
    /// There is none of that name.
    #[error("there is no matter {0}")]
    Unknown(MatterId),
    /// The name is taken.
    #[error("a matter of that name was opened before; choose another name")]
    Exists,
    /// Another role's.
    #[error("the role {role:?} may not take the step {step}")]
    NotAllowed {
        /// Theirs.
        role: Role,
        /// Which.
        step: &'static str,
    },
    /// Not as it stands.
    #[error("the step {step} cannot be taken as this {kind} stands; look at it again")]
    WrongStep {
        /// Which matter.
        kind: &'static str,
        /// Which step.
        step: &'static str,
    },
    /// Four eyes.
    #[error("{0} took the step before; somebody else takes this one")]
    SamePerson(UserId),
    /// The platform does not sign.
    #[error("this step is a person's; sign in")]
    Nobody,
    /// The notice has not hung long enough.
    #[error("the notice hangs until the end of {0}; go on after that")]
    NoticeHangs(Day),
    /// The city's document does not know it.
    #[error("the city's document does not know {0}")]
    NoProcedure(&'static str),
    /// The rules do not give it.
    #[error("the rules do not give it ({code}, rule {rule}); correct what the survey found, or refuse")]
    NotEntitled {
        /// Why.
        code: &'static str,
        /// By which rule.
        rule: String,
    },
    /// Out of range.
    #[error("{what} is out of range: {range}")]
    OutOfRange {
        /// What.
        what: &'static str,
        /// What it may be.
        range: String,
    },
    /// Not a note.
    #[error("a note has at most {0} characters in one line")]
    Note(usize),
    /// Enough.
    #[error("this matter has taken its {0} steps; open a new one")]
    TooManySteps(usize),
    /// There is one already.
    #[error("an application of this elder is open already: {0}")]
    AlreadyOpen(MatterId),
}

impl MatterRefusal {
    /// Stable, in snake_case.
    pub const fn code(&self) -> &'static str {
        match self {
            Self::Unknown(_) => "unknown_matter",
            Self::Exists => "matter_exists",
            Self::NotAllowed { .. } => "not_allowed",
            Self::WrongStep { .. } => "wrong_step",
            Self::SamePerson(_) => "same_person",
            Self::Nobody => "not_signed",
            Self::NoticeHangs(_) => "notice_hangs",
            Self::NoProcedure(_) => "no_procedure",
            Self::NotEntitled { .. } => "not_entitled",
            Self::OutOfRange { .. } => "out_of_range",
            Self::Note(_) => "note_malformed",
            Self::TooManySteps(_) => "too_many_steps",
            Self::AlreadyOpen(_) => "already_open",
        }
    }

    /// The HTTP status that tells it best.
    pub const fn status(&self) -> u16 {
        match self {
            Self::Unknown(_) => 404,
            Self::NotAllowed { .. } | Self::SamePerson(_) | Self::Nobody => 403,
            Self::OutOfRange { .. } | Self::Note(_) => 422,
            _ => 409,
        }
    }
}

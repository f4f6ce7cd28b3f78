//! Why a step may not be taken: each with a code that stays, and what to do.

use domain::{calendar::Day, id::UserId, order::Role};
use schemas::problem::Problem;

/// Why a step may not be taken.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum KeepRefusal {
    /// Nothing of that name.
    #[error("there is no {0}")]
    Unknown(String),
    /// Another role's step.
    #[error("the role {role:?} may not take the step {step}")]
    NotAllowed {
        /// Which role.
        role: Role,
        /// Which step.
        step: &'static str,
    },
    /// Not now.
    #[error("{step} does not follow from {stage}")]
    WrongStep {
        /// Which step.
        step: &'static str,
        /// How it stands.
        stage: &'static str,
    },
    /// Two eyes too few.
    #[error("{0} has taken the first step; another person takes the second")]
    SamePerson(UserId),
    /// Nobody in particular.
    #[error("this step is somebody's by name; sign in")]
    Nobody,
    /// A note that is none.
    #[error("a note has at most {0} characters and no control characters")]
    Note(usize),
    /// A reason has to be given.
    #[error("say why, in the note")]
    NoReason,
    /// Not all of what is looked at holds.
    #[error("not all of what is looked at holds; an organisation is registered once it does")]
    Checks,
    /// Outside of what may be.
    #[error("{what} is {range}")]
    OutOfRange {
        /// What.
        what: &'static str,
        /// What it may be.
        range: String,
    },
    /// A building that is not what the document asks for.
    #[error("{what}: {found}; the document asks for {wanted}")]
    Building {
        /// What.
        what: &'static str,
        /// As it is.
        found: String,
        /// As it should be.
        wanted: String,
    },
    /// Too early.
    #[error("not before {0}")]
    TooEarly(Day),
    /// The grade was raised once already.
    #[error("the grade was raised once already within its term, until {0}")]
    RaisedAlready(Day),
    /// It is not there.
    #[error("the roster has no such {0}")]
    NoSuch(&'static str),
    /// It is there already.
    #[error("there is a {0} of that name already")]
    Exists(&'static str),
    /// Another employer's.
    #[error("shifts change hands within one organisation only")]
    OtherEmployer,
    /// The other works then already.
    #[error("the other caregiver is away or on a shift of their own then")]
    Busy,
    /// More than fits.
    #[error("at most {0} at once")]
    TooMany(usize),
}

impl KeepRefusal {
    /// The code, which stays.
    pub const fn code(&self) -> &'static str {
        match self {
            Self::Unknown(_) => "unknown_entry",
            Self::NotAllowed { .. } => "not_allowed",
            Self::WrongStep { .. } => "wrong_step",
            Self::SamePerson(_) => "same_person",
            Self::Nobody => "nobody",
            Self::Note(_) => "malformed_note",
            Self::NoReason => "no_reason",
            Self::Checks => "checks_open",
            Self::OutOfRange { .. } => "out_of_range",
            Self::Building { .. } => "building_unfit",
            Self::TooEarly(_) => "too_early",
            Self::RaisedAlready(_) => "raised_already",
            Self::NoSuch(_) => "no_such",
            Self::Exists(_) => "exists",
            Self::OtherEmployer => "other_employer",
            Self::Busy => "busy",
            Self::TooMany(_) => "too_many",
        }
    }

    const fn status(&self) -> u16 {
        match self {
            Self::Unknown(_) | Self::NoSuch(_) => 404,
            Self::NotAllowed { .. } => 403,
            Self::WrongStep { .. }
            | Self::SamePerson(_)
            | Self::TooEarly(_)
            | Self::RaisedAlready(_)
            | Self::Exists(_)
            | Self::Busy => 409,
            _ => 422,
        }
    }
}

impl From<KeepRefusal> for Problem {
    fn from(refusal: KeepRefusal) -> Self {
        Self::new(refusal.status(), refusal.code(), refusal.to_string())
    }
}

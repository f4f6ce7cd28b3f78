//! Facilities (社区居家养老服务机构): from the application to the grade, with the terms that Changsha Art. 14–17 and 29–31
//! set. Terms in working days are counted by the calendar file.

use domain::{
    calendar::Day,
    id::{FacilityId, OrganisationId},
};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::account::matter::Record;

/// A facility as it stands.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Facility {
    /// Which.
    pub id: FacilityId,
    /// Counts the steps.
    pub revision: u32,
    /// What it is and how large.
    pub building: Building,
    /// Who runs it, once somebody does.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub operator: Option<OrganisationId>,
    /// How far it has come.
    pub stage: FacilityStage,
    /// On which day it opened.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub opened_on: Option<Day>,
    /// Its grade, where it has one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub grade: Option<Grade>,
    /// A grade that waits for a second person.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub proposed: Option<u8>,
    /// After a grade was lowered or cancelled no grading may be asked for before this day.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub not_before: Option<Day>,
    /// It is being rebuilt: no running grant meanwhile (Changsha Art. 34).
    #[serde(default)]
    pub rebuilding: bool,
    /// The last day for the next step; none where nothing sets a term or nothing is awaited.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub due: Option<Day>,
    /// Who did what, oldest first.
    #[serde(default)]
    pub record: Vec<Record>,
}

/// A building.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Building {
    /// As the city names it, e.g. 街道综合养老服务中心(新建).
    pub kind: String,
    /// Its name (Changsha Art. 46).
    pub name: String,
    /// Asked for by a community: the street looks at it first (Changsha Art. 14).
    #[serde(default)]
    pub by_community: bool,
    /// Floor space.
    pub square_metres: u32,
    /// Beds.
    #[serde(default)]
    pub beds: u16,
    /// Households it is for, where its floor space is measured by them.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub households: Option<u32>,
    /// Inside an institution.
    #[serde(default)]
    pub in_institution: bool,
}

/// How far a facility has come.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "is", rename_all = "snake_case")]
pub enum FacilityStage {
    /// Applied for by a community; the street looks at it.
    Applied,
    /// Applied for by the street, or looked at by it; the district decides.
    Reviewed,
    /// Agreed to; it is built.
    Building,
    /// Acceptance was asked for; within so many working days it is accepted or not.
    Inspected,
    /// Accepted.
    Accepted,
    /// Open; to be filed within a month.
    Opened,
    /// Filed; within so many working days it is checked on site.
    Filed,
    /// Checked; made public at the quarter's end.
    Checked,
    /// Public.
    Published,
    /// Refused, for good.
    Refused,
    /// Closed.
    Closed,
}

/// A grade, 1A to 5A.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Grade {
    /// 1 to 5.
    pub grade: u8,
    /// Since when.
    pub since: Day,
    /// Its last day.
    pub until: Day,
    /// When it was last reviewed (yearly).
    pub reviewed_on: Day,
    /// Raised once already within its three years.
    pub upgraded: bool,
}

/// What is done about a facility.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "step", rename_all = "snake_case")]
pub enum FacilityStep {
    /// Street or community: it is to be built.
    Apply {
        /// What.
        building: Building,
    },
    /// Street: a community's application is in order, or not.
    Review {
        /// In order.
        fits: bool,
    },
    /// Bureau: it may be built, or not.
    Consent {
        /// It may.
        fits: bool,
    },
    /// Street or community: it is built; its measures as they are now.
    AskAcceptance {
        /// What stands there.
        building: Building,
    },
    /// Bureau: accepted, or back to building with the reason as the note.
    Accept {
        /// Accepted.
        fits: bool,
    },
    /// Supervisor or bureau: it opens, run by an organisation.
    Open {
        /// Who runs it.
        operator: OrganisationId,
        /// From which day, not later than today.
        on: Day,
    },
    /// Organisation: what the district has to know was entered.
    File,
    /// Bureau: checked on site; passed, or rejected with the reason as the note.
    Check {
        /// As it was filed.
        fits: bool,
    },
    /// Bureau: made public.
    Publish,
    /// Supervisor or bureau: a grade, 1 to 5; the first, the next after three years, or one higher within them.
    ProposeGrade {
        /// 1 to 5.
        grade: u8,
    },
    /// Bureau, another person: the grade is given.
    ApproveGrade,
    /// Bureau: the proposal is dropped.
    RejectGrade,
    /// Bureau: the yearly review; the grade as before, a lower one, or 0 which cancels it.
    ReviewGrade {
        /// 0 to 5.
        grade: u8,
    },
    /// Organisation: rebuilding begins, or is over.
    Rebuild {
        /// Begins.
        begins: bool,
    },
    /// Bureau: it closes.
    Close,
}

impl FacilityStep {
    /// Its name on the wire.
    pub const fn name(&self) -> &'static str {
        match self {
            Self::Apply { .. } => "apply",
            Self::Review { .. } => "review",
            Self::Consent { .. } => "consent",
            Self::AskAcceptance { .. } => "ask_acceptance",
            Self::Accept { .. } => "accept",
            Self::Open { .. } => "open",
            Self::File => "file",
            Self::Check { .. } => "check",
            Self::Publish => "publish",
            Self::ProposeGrade { .. } => "propose_grade",
            Self::ApproveGrade => "approve_grade",
            Self::RejectGrade => "reject_grade",
            Self::ReviewGrade { .. } => "review_grade",
            Self::Rebuild { .. } => "rebuild",
            Self::Close => "close",
        }
    }
}

//! What the registry keeps beside people's profiles: organisations, facilities, rosters, care plans, and the requests of
//! people about their own data. Each is a state with a record of who did what; ids only, and notes that hold no personal
//! data.

pub mod audit;
pub mod facility;
pub mod organisation;
pub mod person;
pub mod plan;
pub mod roster;

use domain::{
    calendar::Day,
    id::{CaregiverId, ElderId, FacilityId, OrganisationId, PlanId},
};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use self::{
    facility::{Facility, FacilityStep},
    organisation::{Organisation, OrganisationStep},
    person::{Erasure, PersonStep},
    plan::{CarePlan, Made, PlanStep},
    roster::{Roster, RosterStep},
};

/// A step, and what it is about. One name for both, so that a command says in one place what it changes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "about", rename_all = "snake_case")]
pub enum Step {
    /// About an organisation.
    Organisation {
        /// Which.
        organisation: OrganisationId,
        /// What is done.
        #[serde(flatten)]
        step: OrganisationStep,
    },
    /// About a facility.
    Facility {
        /// Which.
        facility: FacilityId,
        /// What is done.
        #[serde(flatten)]
        step: FacilityStep,
    },
    /// About a caregiver's roster.
    Roster {
        /// Whose.
        caregiver: CaregiverId,
        /// What is done.
        #[serde(flatten)]
        step: RosterStep,
    },
    /// About a care plan.
    Plan {
        /// Which.
        plan: PlanId,
        /// What is done.
        #[serde(flatten)]
        step: PlanStep,
    },
    /// About what is held of a person.
    Person {
        /// An elder's or a caregiver's id.
        person: String,
        /// What is done.
        #[serde(flatten)]
        step: PersonStep,
    },
}

/// Which entries; what is left out narrows nothing.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
pub struct KeptQuery {
    /// Only this one: an organisation's, facility's, caregiver's, plan's or person's id.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub id: Option<String>,
    /// Only of this organisation.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub organisation: Option<OrganisationId>,
    /// Only of this elder.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub elder: Option<ElderId>,
    /// Only those that wait for somebody.
    pub open: bool,
    /// Only ids after this one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub after: Option<String>,
    /// At most so many, 1 to 500; 0 is 200.
    pub limit: u16,
}

/// Organisations by id, and what day it is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Organisations {
    /// The day it is in the city: what is due before it is overdue.
    pub today: Day,
    /// The organisations.
    pub items: Vec<Organisation>,
}

/// Facilities, those due first before the others, and what day it is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Facilities {
    /// The day it is in the city: what is due before it is overdue.
    pub today: Day,
    /// Whether this year's holidays are known; otherwise working days are counted by weekends alone.
    pub holidays_known: bool,
    /// The facilities.
    pub items: Vec<Facility>,
}

/// Rosters by caregiver.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Rosters {
    /// The rosters.
    pub items: Vec<Roster>,
}

/// A care plan with the orders it has made lately.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct PlanWithOrders {
    /// The plan.
    #[serde(flatten)]
    pub plan: CarePlan,
    /// Its latest days, newest first.
    pub made: Vec<Made>,
}

/// Care plans by id.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct CarePlans {
    /// The plans.
    pub items: Vec<PlanWithOrders>,
}

/// Requests to erase somebody.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Erasures {
    /// The requests.
    pub items: Vec<Erasure>,
}

//! Matters (事项) that people see to beside the orders: applications, follow-ups, complaints, violations, star ratings,
//! corrections and grants. Each has a stage, a clock in working days where a document or the city sets one, and a record
//! of who did what; nothing about people but ids, and notes that hold no personal data.

use std::collections::{BTreeMap, BTreeSet};

use domain::{
    calendar::Day,
    elder::Ability,
    id::{ElderId, MatterId, OrderId, OrganisationId},
    order::Actor,
    service::ServiceKind,
};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::person::Person;

/// A matter as it stands.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Matter {
    /// Its name.
    pub id: MatterId,
    /// Counts the steps.
    pub revision: u32,
    /// About whom.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub elder: Option<ElderId>,
    /// About which organisation.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub organisation: Option<OrganisationId>,
    /// About which order.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub order: Option<OrderId>,
    /// The last day for the next step; none where nothing sets a term or nothing is awaited.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub due: Option<Day>,
    /// Somebody still has to do something.
    pub open: bool,
    /// What it is and how far it has come.
    #[serde(flatten)]
    pub case: Case,
    /// Who did what, oldest first.
    pub record: Vec<Record>,
}

/// What was done.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Record {
    /// On which day.
    pub on: Day,
    /// By whom.
    pub by: Actor,
    /// Which step.
    pub step: String,
    /// In words; no personal data.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub note: String,
}

/// What a matter is, and its stage.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Case {
    /// An application for the allowance (Changji § 5).
    Application(Application),
    /// A poor rating is followed up by telephone (Jiayuguan Art. 16(4)).
    FollowUp {
        /// One to five.
        stars: u8,
        /// What was served.
        service: ServiceKind,
        /// How often it was tried in vain.
        tries: u8,
        /// Where it stands.
        stage: FollowUpStage,
    },
    /// A complaint (Jiayuguan Art. 17, Changji § 6).
    Complaint {
        /// Where it stands.
        stage: ComplaintStage,
    },
    /// A violation of those the document names (Changsha Art. 43).
    Violation {
        /// Its number in the document.
        number: u8,
        /// In the document's words.
        says: String,
        /// Where it stands.
        stage: ViolationStage,
    },
    /// The yearly star rating of an organisation (Jiayuguan Art. 12).
    Rating {
        /// Of which year.
        year: i16,
        /// One to five.
        stars: u8,
        /// Where it stands.
        stage: ProposalStage,
    },
    /// A dispute about what was taken for an order: decided by two people, booked as a new entry.
    Correction {
        /// More, or below zero less, from the allowance, in fen or points.
        change: i64,
        /// Where it stands.
        stage: ProposalStage,
    },
    /// Grants of a facility's operator, as the document computes them.
    Grant {
        /// For which half-year, quarter or year, in words.
        period: String,
        /// What was computed.
        grants: Vec<ComputedGrant>,
        /// Where it stands.
        stage: GrantStage,
    },
}

/// An application.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Application {
    /// Who applied.
    pub applicant: Applicant,
    /// What was handed in.
    pub evidence: BTreeSet<Evidence>,
    /// What the survey found.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub found: Option<Person>,
    /// Where it stands.
    pub stage: ApplicationStage,
}

/// Who applies (Changji § 5(1)).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Applicant {
    /// The elder (本人).
    Elder,
    /// A relative (亲属).
    Relative,
    /// A neighbour (邻居).
    Neighbour,
    /// A community worker (社区工作人员).
    CommunityWorker,
}

/// What proves an application (Changji § 5(1)).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Evidence {
    /// The household register (户口簿).
    HouseholdRegister,
    /// The identity card (身份证); seen, never copied here.
    IdentityCard,
    /// Proof of minimum living or low income (低保或低收入家庭证明).
    Income,
    /// An ability assessment (能力评估).
    Ability,
    /// Another.
    Other,
}

/// Where an application stands.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "is", rename_all = "snake_case")]
pub enum ApplicationStage {
    /// The community surveys.
    Survey,
    /// The notice hangs until the end of that day; an objection sends it back.
    Notice {
        /// Its last day.
        until: Day,
    },
    /// The street has found it in order; the bureau decides.
    Decision,
    /// Served from that day, checked again by that one.
    Approved {
        /// The first of the month after approval.
        from: Day,
        /// When it is to be checked again.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        check_by: Option<Day>,
    },
    /// Refused; to be told in writing.
    Refused,
    /// Told in writing.
    Told,
    /// Withdrawn by the applicant.
    Withdrawn,
    /// No longer eligible: ends that day.
    Ending {
        /// The first of the month after.
        on: Day,
    },
    /// Ended.
    Ended,
}

/// Where a follow-up stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum FollowUpStage {
    /// To be called.
    ToCall,
    /// Reached, and settled.
    Settled,
    /// Reached, and a complaint was made of it.
    Complained,
    /// Not reached however often it was tried.
    NotReached,
}

/// What came of a call.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum CallOutcome {
    /// Reached, and settled.
    Settled,
    /// Reached, and a complaint is made of it.
    Complaint,
    /// Nobody answered.
    NoAnswer,
}

/// Where a complaint stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "is", rename_all = "snake_case")]
pub enum ComplaintStage {
    /// To be looked into.
    Open,
    /// There was nothing in it.
    Unfounded,
    /// It was true.
    Founded {
        /// Whose fault.
        fault: Fault,
        /// How bad.
        severity: Severity,
        /// Work orders of the organisation are stopped because of it.
        stopped: bool,
    },
}

/// Whose fault.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Fault {
    /// The organisation's.
    Organisation,
    /// One of its staff's.
    Staff,
    /// Nobody's.
    Nobody,
}

/// How bad (视情节严重程度, Jiayuguan Art. 17). What each brings is ours: a serious one is weighed in the yearly rating, a
/// grave one of an organisation stops its work orders until somebody lifts that.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Severity {
    /// Talked about.
    Light,
    /// Weighed in the rating.
    Serious,
    /// Stops work orders.
    Grave,
}

/// Where a violation stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "is", rename_all = "snake_case")]
pub enum ViolationStage {
    /// To be put right by that day.
    ToRectify {
        /// The term.
        by: Day,
    },
    /// Put right.
    Rectified,
    /// Not put right: the running grant is stopped until that day, the operator is listed, work orders are stopped (ours).
    Stopped {
        /// The first day on which the grant may be given again.
        grant_until: Day,
    },
    /// The stop of work orders was lifted.
    Lifted {
        /// The first day on which the grant may be given again.
        grant_until: Day,
    },
}

/// Where something stands that one proposes and another one approves.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum ProposalStage {
    /// Proposed.
    Proposed,
    /// Approved by somebody else.
    Approved,
    /// Rejected.
    Rejected,
}

/// Where grants stand.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "is", rename_all = "snake_case")]
pub enum GrantStage {
    /// Computed.
    Proposed,
    /// Approved by somebody else; published until the end of that day (Changsha Art. 37).
    Published {
        /// The last day.
        until: Day,
    },
    /// Handed on for payment.
    Paid,
    /// Rejected.
    Rejected,
}

/// A facility as grants see it.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
#[expect(clippy::struct_excessive_bools, reason = "each is a fact about the facility")]
pub struct GrantFacts {
    /// What it is, in the pack's words.
    pub facility: Option<String>,
    /// Accepted, filed and published.
    pub filed: bool,
    /// 1A to 5A.
    pub grade: Option<u8>,
    /// How many graded facilities its operator runs.
    pub facilities_of_operator: u8,
    /// Inside an institution.
    pub in_institution: bool,
    /// Being rebuilt.
    pub rebuilding: bool,
    /// Floor area built or rebuilt.
    pub square_metres: u32,
    /// In the municipal district.
    pub municipal: bool,
    /// How many it houses this month, by assessed ability.
    pub housed: BTreeMap<Ability, u32>,
    /// What it paid for insurance, in fen.
    pub invoice_fen: Option<u32>,
    /// What the yearly assessment proposes, in fen.
    pub assessed_fen: Option<u32>,
}

/// One grant, computed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct ComputedGrant {
    /// Which, e.g. `operating`.
    pub grant: String,
    /// By which rule.
    pub rule: String,
    /// Where it stands.
    pub article: String,
    /// How much, in fen.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub amount_fen: Option<i64>,
    /// Why nothing.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub refused: Option<String>,
}

/// What someone does about a matter. The first ones open one.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "step", rename_all = "snake_case")]
pub enum Step {
    /// Opens an application.
    Apply {
        /// For whom.
        elder: ElderId,
        /// By whom.
        applicant: Applicant,
        /// With what.
        evidence: BTreeSet<Evidence>,
    },
    /// Opens a complaint.
    Complain {
        /// About which organisation.
        organisation: OrganisationId,
        /// Whose.
        #[serde(default)]
        elder: Option<ElderId>,
        /// About which order.
        #[serde(default)]
        order: Option<OrderId>,
    },
    /// Opens a violation: a notice to put it right.
    Notify {
        /// To whom.
        organisation: OrganisationId,
        /// Which of those the document names.
        number: u8,
        /// By when.
        by: Day,
    },
    /// Opens a yearly rating.
    ProposeRating {
        /// Of which organisation.
        organisation: OrganisationId,
        /// Of which year.
        year: i16,
        /// One to five.
        stars: u8,
    },
    /// Opens a correction.
    ProposeCorrection {
        /// Of which order.
        order: OrderId,
        /// More, or below zero less, in fen or points.
        change: i64,
    },
    /// Opens grants.
    ProposeGrants {
        /// To whom.
        organisation: OrganisationId,
        /// For which time, in words.
        period: String,
        /// About which facility.
        facts: GrantFacts,
    },
    /// Application: the community has surveyed; in order, the notice goes up.
    Survey {
        /// What was found.
        found: Person,
    },
    /// Application: an objection during the notice.
    Object,
    /// Application: the street has reviewed it.
    Review {
        /// In order; otherwise it goes back to the survey.
        in_order: bool,
    },
    /// Application: the bureau decides.
    Decide {
        /// Approved.
        approve: bool,
    },
    /// Application: the refusal was told in writing.
    Tell,
    /// Application: withdrawn.
    Withdraw,
    /// Application: checked again after a year, or in between.
    Check {
        /// Still eligible.
        eligible: bool,
    },
    /// Follow-up: the call.
    Call {
        /// What came of it.
        outcome: CallOutcome,
    },
    /// Complaint: nothing in it.
    Dismiss,
    /// Complaint: true.
    Uphold {
        /// Whose fault.
        fault: Fault,
        /// How bad.
        severity: Severity,
    },
    /// Violation: put right, or not.
    Rectify {
        /// Put right.
        done: bool,
    },
    /// Violation, complaint: work orders may go to the organisation again.
    Lift,
    /// Rating, correction, grants: by somebody else than who proposed it.
    Approve,
    /// Rating, correction, grants.
    Reject,
    /// Grants: the publication is over; handed on for payment.
    Pay,
}

impl Step {
    /// The name on the wire.
    pub const fn name(&self) -> &'static str {
        match self {
            Self::Apply { .. } => "apply",
            Self::Complain { .. } => "complain",
            Self::Notify { .. } => "notify",
            Self::ProposeRating { .. } => "propose_rating",
            Self::ProposeCorrection { .. } => "propose_correction",
            Self::ProposeGrants { .. } => "propose_grants",
            Self::Survey { .. } => "survey",
            Self::Object => "object",
            Self::Review { .. } => "review",
            Self::Decide { .. } => "decide",
            Self::Tell => "tell",
            Self::Withdraw => "withdraw",
            Self::Check { .. } => "check",
            Self::Call { .. } => "call",
            Self::Dismiss => "dismiss",
            Self::Uphold { .. } => "uphold",
            Self::Rectify { .. } => "rectify",
            Self::Lift => "lift",
            Self::Approve => "approve",
            Self::Reject => "reject",
            Self::Pay => "pay",
        }
    }
}

impl Case {
    /// The name on the wire.
    pub const fn name(&self) -> &'static str {
        match self {
            Self::Application(_) => "application",
            Self::FollowUp { .. } => "follow_up",
            Self::Complaint { .. } => "complaint",
            Self::Violation { .. } => "violation",
            Self::Rating { .. } => "rating",
            Self::Correction { .. } => "correction",
            Self::Grant { .. } => "grant",
        }
    }
}

/// Which matters (`ask.accounts.matters`).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct MattersQuery {
    /// Only this one.
    #[serde(default)]
    pub id: Option<MatterId>,
    /// Only of this kind, e.g. `application`.
    #[serde(default)]
    pub kind: Option<String>,
    /// Only about this elder.
    #[serde(default)]
    pub elder: Option<ElderId>,
    /// Only about this organisation.
    #[serde(default)]
    pub organisation: Option<OrganisationId>,
    /// Only about one of these elders: whom the asker's scope covers. What is about no elder is left out then.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub among: Option<BTreeSet<ElderId>>,
    /// Only those that wait for somebody.
    pub open: bool,
    /// At most so many, 1 to 500.
    pub limit: u16,
}

/// Matters, those due first before the others, and what day it is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Matters {
    /// The day it is in the city: what is due before it is overdue.
    pub today: Day,
    /// The matters.
    pub items: Vec<Matter>,
}

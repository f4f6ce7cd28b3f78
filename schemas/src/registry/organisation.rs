//! Organisations (服务组织): the contract under which they serve, whether they are designated, and what `accounts` decided
//! about them. Published on PROFILES: outside its contract nobody is given an organisation's people.

use domain::{calendar::Day, id::MatterId, id::OrganisationId, time::Timestamp, time::Window};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::{account::matter::Record, envelope::EventData};

/// The longest name, in characters.
pub const MAX_NAME: usize = 100;

/// An organisation as it stands.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Organisation {
    /// Which.
    pub id: OrganisationId,
    /// Counts the changes.
    pub revision: u32,
    /// As registered; empty while it is known from its people only.
    #[serde(default)]
    pub name: String,
    /// How it stands with its contract.
    pub contract: Contract,
    /// Silver points may be spent there (Kangbashi § 4(2)).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub designated: Option<Designation>,
    /// The latest yearly rating (Jiayuguan Art. 12), by word of `accounts`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub stars: Option<Stars>,
    /// No work orders at present (Changsha Art. 43), by word of `accounts`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub stopped: Option<Stopped>,
    /// The last day for the next step: the yearly check, or the end that wants a successor.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub due: Option<Day>,
    /// Who did what, oldest first.
    #[serde(default)]
    pub record: Vec<Record>,
}

/// How it stands with a contract.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "is", rename_all = "snake_case")]
pub enum Contract {
    /// Nobody has registered it here: its people are taken as they are.
    Unregistered,
    /// Registered, and no contract yet.
    Registered,
    /// A contract is proposed and waits for a second person.
    Proposed {
        /// From when to when.
        term: Term,
        /// The contract that runs until then.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        running: Option<Term>,
    },
    /// A contract is signed.
    Signed {
        /// From when to when.
        term: Term,
        /// When it was last checked (yearly: Changsha Art. 20).
        checked_on: Day,
    },
    /// Ended before its time.
    Ended {
        /// From when to when it was to run.
        term: Term,
        /// On which day it ended.
        on: Day,
    },
}

/// From when to when, both days included.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Term {
    /// The first day.
    pub from: Day,
    /// The last day.
    pub until: Day,
}

impl Term {
    /// The same as instants: from the first midnight to the last moment.
    pub fn window(self) -> Option<Window> {
        Window::new(self.from.begins(), self.until.next().begins().plus_millis(-1)).ok()
    }

    /// Whether the day lies in it.
    pub fn contains(self, day: Day) -> bool {
        self.from <= day && day <= self.until
    }
}

/// When an organisation's people may be given work, as far as its contract goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Served {
    /// Whenever.
    Always,
    /// Within this span.
    Within(Window),
    /// Not at all.
    Never,
}

/// Since when it is designated.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Designation {
    /// Since when.
    pub since: Day,
    /// When it was last re-checked.
    pub checked_on: Day,
}

/// A yearly rating.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Stars {
    /// For which year.
    pub year: i16,
    /// 1 to 5.
    pub stars: u8,
    /// By which matter.
    pub matter: MatterId,
}

/// Why there are no work orders.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Stopped {
    /// Because of which matter.
    pub matter: MatterId,
    /// Since when.
    pub since: Timestamp,
}

/// What is done about an organisation.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "step", rename_all = "snake_case")]
pub enum OrganisationStep {
    /// Bureau: it is registered, or its name changes.
    Register {
        /// Its registered name.
        name: String,
        /// What was looked at before; all of it must hold (Changsha Art. 19, Changji § 3).
        checks: Checks,
    },
    /// Supervisor or bureau: a contract, or the next one.
    ProposeContract {
        /// From when to when.
        term: Term,
    },
    /// Bureau, another person: the contract is signed.
    SignContract,
    /// Bureau: the proposal is dropped.
    DropContract,
    /// Bureau: the yearly check of the agreement found it in order.
    CheckContract,
    /// Bureau: the contract ends today, before its time.
    EndContract,
    /// Bureau: designated for silver points, or re-checked (Kangbashi § 4(2)).
    Designate,
    /// Bureau: no longer designated.
    Undesignate,
}

/// What is looked at before an organisation is registered.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[expect(clippy::struct_excessive_bools, reason = "a form with boxes to tick")]
pub struct Checks {
    /// A legal person with elder care in its scope.
    pub legal_person: bool,
    /// Whoever leads it has two years in the field.
    pub experienced_lead: bool,
    /// Its staff hold their certificates.
    pub certified_staff: bool,
    /// Neither it nor its people are on a list of bad credit.
    pub clean_credit: bool,
    /// Two years without a major accident or a mass petition.
    pub no_accident: bool,
}

impl Checks {
    /// Whether all of it holds.
    pub const fn hold(self) -> bool {
        self.legal_person
            && self.experienced_lead
            && self.certified_staff
            && self.clean_credit
            && self.no_accident
    }
}

impl OrganisationStep {
    /// Its name on the wire.
    pub const fn name(&self) -> &'static str {
        match self {
            Self::Register { .. } => "register",
            Self::ProposeContract { .. } => "propose_contract",
            Self::SignContract => "sign_contract",
            Self::DropContract => "drop_contract",
            Self::CheckContract => "check_contract",
            Self::EndContract => "end_contract",
            Self::Designate => "designate",
            Self::Undesignate => "undesignate",
        }
    }
}

impl Organisation {
    /// When its people may be given work, as far as its contract goes.
    pub fn served(&self) -> Served {
        match &self.contract {
            Contract::Unregistered => Served::Always,
            Contract::Proposed { running: Some(term), .. } | Contract::Signed { term, .. } => {
                term.window().map_or(Served::Never, Served::Within)
            }
            Contract::Registered | Contract::Proposed { running: None, .. } | Contract::Ended { .. } => {
                Served::Never
            }
        }
    }
}

/// An organisation as it is from now on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct OrganisationProfiled {
    /// The organisation.
    pub organisation: Organisation,
}

impl EventData for OrganisationProfiled {
    fn event_type(&self) -> String {
        "care.organisation.profiled.v1".to_owned()
    }
    fn aggregate(&self) -> &str {
        self.organisation.id.as_str()
    }
}

//! What the ledger asks of the city's pack and catalogue: how much someone is given, on which terms it is spent, what
//! a service costs.

use std::path::{Path, PathBuf};

use domain::{calendar::Day, id::OrganisationId, service::ServiceKind, working_days::WorkCalendar};
use schemas::account::{
    assessment::{Amount, Assessment, Kind, RefusalCode},
    funding::HoldRequest,
    person::Person,
};

use crate::{
    builtin,
    catalogue::Catalogue,
    config::Config,
    designation::Designations,
    ledger::{Refusal, Terms, split::Ask},
    policy::{self, LoadError, Pack, assess::AssessError},
};

/// The rules of one city.
#[derive(Debug, Clone)]
pub struct Rulebook {
    /// Its policy.
    pub pack: Pack,
    /// What can be ordered, and what it costs.
    pub catalogue: Catalogue,
    /// Where silver points may be spent, as far as the registry was heard.
    pub designations: Designations,
    /// By which working days are counted.
    pub calendar: WorkCalendar,
    /// The font of statements on paper.
    pub font: Option<PathBuf>,
}

/// What someone is given.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Given {
    /// In fen or points a month.
    pub amount: i64,
    /// By which rule.
    pub rule: String,
}

impl Rulebook {
    /// Reads the configured pack and catalogue.
    ///
    /// # Errors
    /// [`LoadError`] names the file and what is wrong with it.
    pub fn load(config: &Config) -> Result<Self, LoadError> {
        let built_in = builtin::city(&config.policy);
        let pack = match built_in {
            Some((pack, _)) => policy::load::from_text(&config.policy, pack)?,
            None => policy::load(Path::new(&config.policy))?,
        };
        let catalogue = match (&config.catalogue, builtin::city(&pack.city)) {
            (Some(file), _) => Catalogue::load(file)?,
            (None, Some((_, catalogue))) => Catalogue::from_text(&pack.city, catalogue)?,
            (None, None) => Catalogue { city: pack.city.clone(), items: Vec::new() },
        };
        let calendar = match &config.calendar {
            Some(file) => policy::load::calendar(file)?,
            None => policy::load::calendar_text("calendar.toml", builtin::CALENDAR)?,
        };
        Ok(Self {
            pack,
            catalogue,
            designations: Designations::default(),
            calendar,
            font: config.font.clone(),
        })
    }

    /// What the policy gives of a kind, as of that day.
    ///
    /// # Errors
    /// [`Refusal::Policy`] with the policy's own code.
    pub fn given(&self, person: &Person, kind: Kind, on: Day) -> Result<Given, Refusal> {
        let assessment = self.assess(person, on).map_err(|error| {
            let (rule, article) = (error.code().to_owned(), error.to_string());
            Refusal::Policy { code: RefusalCode::NotEligible, rule, article }
        })?;
        if let Some(given) = assessment.entitlements.into_iter().find(|given| given.kind == kind) {
            let (Amount::AmountFen(amount) | Amount::Points(amount)) = given.amount;
            return Ok(Given { amount, rule: given.rule });
        }
        let refused = assessment.refused.into_iter().find(|refused| refused.kind == kind);
        Err(refused.map_or_else(
            || Refusal::Policy {
                code: RefusalCode::NotEligible,
                rule: String::new(),
                article: format!("{} knows no {}", self.pack.city, kind.as_str()),
            },
            |refused| Refusal::Policy { code: refused.code, rule: refused.rule, article: refused.article },
        ))
    }

    /// What the policy gives someone and what it refuses.
    ///
    /// # Errors
    /// [`AssessError`].
    pub fn assess(&self, person: &Person, on: Day) -> Result<Assessment, AssessError> {
        policy::assess(&self.pack, person, on)
    }

    /// On which terms a kind is spent on that day.
    pub fn terms(&self, kind: Kind, on: Day) -> Terms {
        self.pack.version_on(on).map_or(Terms::SILENT, |(version, _)| Terms::of(version, kind))
    }

    /// The market price of a service, in fen.
    ///
    /// # Errors
    /// [`Refusal::NotConfigured`] if it has none.
    pub fn price(&self, service: ServiceKind) -> Result<i64, Refusal> {
        let item = self.catalogue.item(service);
        item.and_then(|item| if item.free { Some(0) } else { item.price_fen }).ok_or_else(|| {
            Refusal::NotConfigured {
                what: "the catalogue's price_fen of this service",
                rule: item.map_or_else(String::new, |item| item.rule.clone()),
            }
        })
    }

    /// What an order asks of a purse.
    ///
    /// # Errors
    /// [`Refusal::NotConfigured`] if the service has no price.
    pub fn ask(&self, person: &Person, ask: &HoldRequest) -> Result<Ask, Refusal> {
        let item = self.catalogue.item(ask.service);
        let price = match ask.price {
            Some(price) => price.get(),
            None => self.price(ask.service)?,
        };
        let since = person.long_term_care_insured_since;
        let insured = since.is_some_and(|since| since <= ask.service_day);
        Ok(Ask {
            price,
            delivery: ask.delivery,
            agreed: ask.self_pay_up_to.get(),
            insured: insured && item.is_some_and(|item| item.covered_by_insurance),
            day: ask.service_day,
        })
    }

    /// Whether what is spent on these terms may be spent there, for a service of that day.
    ///
    /// # Errors
    /// [`Refusal::NotDesignated`], or [`Refusal::OrganisationsUnknown`] while the registry was not heard.
    pub fn accepts(&self, terms: &Terms, organisation: &OrganisationId, day: Day) -> Result<(), Refusal> {
        if !terms.designated_only {
            return Ok(());
        }
        match self.designations.on(organisation, day) {
            Some(true) => Ok(()),
            Some(false) => Err(Refusal::NotDesignated),
            None => Err(Refusal::OrganisationsUnknown),
        }
    }
}

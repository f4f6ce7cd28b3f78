//! The decision about every kind the city knows. Pure: pack, person and day in, decisions out.
//!
//! The order of the questions: does the policy stand · registered · resident · eligible · assessed · approved · in
//! effect · ended by death · in an institution · family bed · whose money it is · how much. The first that is answered
//! with no is the refusal.

use std::cmp::Reverse;

use domain::calendar::{Day, Month};
use schemas::account::{
    assessment::{Amount, Assessment, Entitlement, Kind, RefusalCode, Refused},
    person::{ImpossiblePerson, Person},
};

use super::{
    condition::Met,
    pack::{KindRule, Pack, RuleId, Standing, Tier, Version},
};

/// Why nothing can be said.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum AssessError {
    /// The person cannot be.
    #[error(transparent)]
    Person(#[from] ImpossiblePerson),
    /// The pack has no version at all.
    #[error("no_version: the pack of {0} has no version")]
    NoVersion(String),
}

impl AssessError {
    /// Stable, in snake_case.
    pub const fn code(&self) -> &'static str {
        match self {
            Self::Person(person) => person.code,
            Self::NoVersion(_) => "no_version",
        }
    }
}

/// What was decided about one kind, and how.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Decision {
    /// About which.
    pub kind: Kind,
    /// How much, or why not.
    pub outcome: Result<Amount, RefusalCode>,
    /// By which rule.
    pub rule: RuleId,
    /// Where it stands.
    pub article: String,
    /// The questions and their answers, in order; the last one decided.
    pub steps: Vec<Step>,
}

/// One question, answered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Step {
    /// By which rule it is asked.
    pub rule: RuleId,
    /// What was found.
    pub found: String,
    /// Whether it may go on.
    pub passed: bool,
}

/// Every kind the city knows, in the pack's order.
///
/// # Errors
/// [`AssessError`].
pub fn decide(pack: &Pack, person: &Person, on: Day) -> Result<Vec<Decision>, AssessError> {
    person.check(on)?;
    let (version, standing) = pack.version_on(on).ok_or_else(|| AssessError::NoVersion(pack.city.clone()))?;
    let about = |rule| Question { pack, version, standing, person, on, rule, steps: Vec::new() }.decide();
    Ok(version.kinds.iter().map(about).collect())
}

/// The decisions as they are told.
///
/// # Errors
/// [`AssessError`].
pub fn assess(pack: &Pack, person: &Person, on: Day) -> Result<Assessment, AssessError> {
    let mut assessment =
        Assessment { on, city: pack.city.clone(), entitlements: Vec::new(), refused: Vec::new() };
    for Decision { kind, outcome, rule, article, .. } in decide(pack, person, on)? {
        let rule = rule.to_string();
        match outcome {
            Ok(amount) => {
                let period: Month = on.month();
                assessment.entitlements.push(Entitlement { kind, amount, period, rule, article });
            }
            Err(code) => assessment.refused.push(Refused { kind, code, rule, article }),
        }
    }
    Ok(assessment)
}

struct Question<'a> {
    pack: &'a Pack,
    version: &'a Version,
    standing: Standing,
    person: &'a Person,
    on: Day,
    rule: &'a KindRule,
    steps: Vec<Step>,
}

/// A no, with what it stands on.
struct No {
    code: RefusalCode,
    rule: RuleId,
    article: Option<String>,
}

type Answer<T = ()> = Result<T, No>;

impl Question<'_> {
    fn decide(mut self) -> Decision {
        let kind = self.rule.kind;
        let (outcome, rule, article) = match self.answer() {
            Ok((amount, rule)) => (Ok(amount), rule, None),
            Err(No { code, rule, article }) => (Err(code), rule, article),
        };
        let article = article.unwrap_or_else(|| self.version.article(&rule).to_owned());
        Decision { kind, outcome, rule, article, steps: self.steps }
    }

    fn answer(&mut self) -> Answer<(Amount, RuleId)> {
        self.policy_stands()?;
        self.belongs_here()?;
        let tiers = self.eligible()?;
        self.approved()?;
        self.goes_on()?;
        if self.rule.paid_to_facility {
            let rule = self.rule.rule.clone();
            return self.no(
                RefusalCode::PaidToFacility,
                rule,
                "it goes to the facility that houses the elder",
            );
        }
        self.highest(tiers)
    }

    /// The policy's own dates; cited is the article that sets them.
    fn policy_stands(&mut self) -> Answer {
        let (own, on) = (self.rule.rule.clone(), self.on);
        let (code, found) = match self.standing {
            Standing::InForce => {
                self.yes(own, format!("{} stands on {on}", self.version.document));
                return Ok(());
            }
            Standing::NotYet => {
                (RefusalCode::NotYetEffective, format!("takes effect on {}", self.version.from))
            }
            Standing::Lapsed => {
                let end = self.version.ends().map_or(String::new(), |end| format!(" on {end}"));
                (RefusalCode::PolicyLapsed, format!("ceased to stand{end}"))
            }
        };
        let article = Some(self.version.in_force.clone());
        self.no(code, own, found).map_err(|no| No { article, ..no })
    }

    fn belongs_here(&mut self) -> Answer {
        let (registration, residence) = (self.person.household_registration, self.person.residence);
        let questions = [
            (&self.rule.registered, registration, RefusalCode::NotRegistered, "registered in"),
            (&self.rule.resident, residence, RefusalCode::NotResident, "living in"),
        ];
        for (rule, division, code, what) in questions {
            let Some(rule) = rule.clone() else { continue };
            let found = format!("{what} {division}");
            if !self.pack.covers(division) {
                return self.no(code, rule, found);
            }
            self.yes(rule, found);
        }
        Ok(())
    }

    /// The tiers that hold, at least one.
    fn eligible(&mut self) -> Answer<Vec<Tier>> {
        let mut held = Vec::new();
        let mut once_assessed = None;
        for tier in &self.rule.tiers {
            let best =
                tier.any.iter().map(|any| any.holds(self.person, self.on, &self.version.readings)).max();
            match best.unwrap_or(Met::No) {
                Met::Yes => held.push(tier.clone()),
                Met::OnceAssessed => once_assessed = once_assessed.or_else(|| Some(tier.rule.clone())),
                Met::No => {}
            }
        }
        let age = super::condition::counted_age(self.person, self.on);
        match (held.is_empty(), once_assessed) {
            (false, _) => {
                for tier in &held {
                    self.yes(tier.rule.clone(), format!("a condition holds (age counted as {age})"));
                }
                Ok(held)
            }
            (true, Some(rule)) => {
                self.no(RefusalCode::NotAssessed, rule, "would hold, but ability is not assessed")
            }
            (true, None) => {
                let found = format!("no condition holds (age counted as {age})");
                self.no(RefusalCode::NotEligible, self.rule.rule.clone(), found)
            }
        }
    }

    /// Approval takes effect on the first of the next month.
    fn approved(&mut self) -> Answer {
        let Some(rule) = self.rule.approval.clone() else { return Ok(()) };
        let Some(approved) = self.person.approved_on else {
            return self.no(RefusalCode::NotApproved, rule, "no application was approved");
        };
        let served_from = approved.month().next().first();
        let found = format!("approved on {approved}, served from {served_from}");
        if self.on < served_from {
            return self.no(RefusalCode::NotYetEffective, rule, found);
        }
        self.yes(rule, found);
        Ok(())
    }

    /// What ends it ends it on the first of the month after.
    fn goes_on(&mut self) -> Answer {
        let (kind, person) = (self.rule, self.person);
        let own = Some(kind.rule.clone());
        let family_bed = kind.ends_with_family_bed.clone().filter(|_| self.version.readings.family_bed_ends);
        let ends = [
            (kind.ends_with_death.clone().or(own), person.died_on, RefusalCode::Ended, "died"),
            (
                kind.ends_in_institution.clone(),
                person.institution_since,
                RefusalCode::InInstitution,
                "in an institution since",
            ),
            (family_bed, person.family_bed_since, RefusalCode::FamilyBed, "has a family bed since"),
        ];
        for (rule, event, code, what) in ends {
            let (Some(rule), Some(event)) = (rule, event) else { continue };
            let ends = event.month().next().first();
            let found = format!("{what} {event}, ends on {ends}");
            if ends <= self.on {
                return self.no(code, rule, found);
            }
            self.yes(rule, found);
        }
        Ok(())
    }

    /// The highest of the tiers that hold, never their sum. One without an amount might be the highest.
    fn highest(&mut self, tiers: Vec<Tier>) -> Answer<(Amount, RuleId)> {
        let mut best: Option<(Amount, RuleId)> = None;
        let mut ranked: Vec<(i64, Tier)> = Vec::new();
        for tier in tiers {
            let Some(amount) = tier.amount_fen.or(tier.points) else {
                let rule = tier.rule;
                return self.no(RefusalCode::AmountNotConfigured, rule, "the amount is not set");
            };
            ranked.push((amount, tier));
        }
        ranked.sort_by_key(|(amount, _)| Reverse(*amount));
        for (amount, tier) in ranked {
            let told = if tier.points.is_some() { Amount::Points(amount) } else { Amount::AmountFen(amount) };
            best.get_or_insert((told, tier.rule));
        }
        // At least one tier holds, so this is never empty.
        match best {
            Some((amount, rule)) => {
                self.yes(rule.clone(), format!("the highest that holds: {amount:?}"));
                Ok((amount, rule))
            }
            None => self.no(RefusalCode::NotEligible, self.rule.rule.clone(), "no condition holds"),
        }
    }

    fn yes(&mut self, rule: RuleId, found: String) {
        self.steps.push(Step { rule, found, passed: true });
    }

    fn no<T>(&mut self, code: RefusalCode, rule: RuleId, found: impl Into<String>) -> Answer<T> {
        self.steps.push(Step { rule: rule.clone(), found: found.into(), passed: false });
        Err(No { code, rule, article: None })
    }
}

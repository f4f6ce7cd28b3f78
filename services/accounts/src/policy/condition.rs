//! Whether one condition of a tier holds for a person on a day.

use domain::calendar::Day;
use schemas::account::person::{Category, Person};

use super::pack::{AnyOf, Readings};

/// What came of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Met {
    /// It does not hold.
    No,
    /// It would, if the ability that is claimed had been assessed.
    OnceAssessed,
    /// It holds.
    Yes,
}

/// Age counts for the whole month it is reached in: what counts is the age at the month's end.
pub(super) fn counted_age(person: &Person, on: Day) -> u16 {
    on.month().last().age_since(person.birth_date)
}

impl AnyOf {
    pub(super) fn holds(&self, person: &Person, on: Day, readings: &Readings) -> Met {
        let age = counted_age(person, on);
        let old_enough = self.age_from.is_none_or(|from| from <= age);
        let young_enough = self.age_below.is_none_or(|below| age < below);
        if !old_enough || !young_enough || !self.recognises(person, readings) {
            return Met::No;
        }
        let Some(least) = self.ability_from else { return Met::Yes };
        match person.ability {
            Some(ability) if ability < least => Met::No,
            // Nobody can tell without an assessment; neither can a claim that was not assessed.
            Some(_) if is_assessed(person, on, readings) => Met::Yes,
            Some(_) | None => Met::OnceAssessed,
        }
    }

    fn recognises(&self, person: &Person, readings: &Readings) -> bool {
        let stands_for = |wanted: Category| match wanted {
            Category::SpecialCare if readings.key_special_care_is_special_care => {
                Some(Category::KeySpecialCare)
            }
            Category::LowIncome if readings.marginal_is_low_income => Some(Category::MinimumLivingMarginal),
            _ => None,
        };
        self.categories.is_empty()
            || self.categories.iter().any(|wanted| {
                person.categories.contains(wanted)
                    || stands_for(*wanted).is_some_and(|other| person.categories.contains(&other))
            })
    }
}

/// An assessment counts from its day on; where the pack reads it so, that of long-term-care insurance serves.
fn is_assessed(person: &Person, on: Day, readings: &Readings) -> bool {
    let by = |day: Option<Day>| day.is_some_and(|day| day <= on);
    by(person.ability_assessed_on)
        || (readings.insurance_assessment_serves && by(person.long_term_care_insured_since))
}

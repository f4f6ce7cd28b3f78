//! What the city's document rules about facilities and operators: the part of the policy pack that the registry keeps,
//! and the calendar by which working days are counted. Whether the document is in force is for `accounts` to say; whoever
//! configures a city here wants its terms kept.

use std::path::Path;

use domain::{calendar::Day, working_days::WorkCalendar};
use serde::Deserialize;

use crate::config::Config;

/// Holidays and worked weekends, as they are built in.
const CALENDAR: &str = include_str!("../../../policies/calendar.toml");

/// A city's pack that is built in.
fn built_in(city: &str) -> Option<&'static str> {
    match city {
        "jiayuguan" => Some(include_str!("../../../policies/jiayuguan.toml")),
        "changsha" => Some(include_str!("../../../policies/changsha.toml")),
        "changji" => Some(include_str!("../../../policies/changji.toml")),
        "yuncheng" => Some(include_str!("../../../policies/yuncheng.toml")),
        "kangbashi" => Some(include_str!("../../../policies/kangbashi.toml")),
        _ => None,
    }
}

/// Why the terms cannot be read.
#[derive(Debug, thiserror::Error)]
pub enum TermsError {
    /// The file cannot be read.
    #[error("{file} cannot be read: {source}; check registry.policy and registry.calendar")]
    Unreadable {
        /// Which.
        file: String,
        /// What the operating system says.
        source: std::io::Error,
    },
    /// The file is no pack or no calendar.
    #[error("{file}: {detail}")]
    Malformed {
        /// Which.
        file: String,
        /// What is wrong.
        detail: String,
    },
}

/// What is ruled.
#[derive(Debug, Clone, Default)]
pub struct Terms {
    /// About facilities; where nothing is ruled, nothing is due.
    pub facility: FacilityTerms,
    /// The longest an operator's contract may run, in months.
    pub operator_term_months: Option<u8>,
    /// Working days.
    pub calendar: WorkCalendar,
}

/// What is ruled about facilities.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub struct FacilityTerms {
    /// Acceptance follows so many working days after it was asked for.
    pub acceptance_working_days: Option<u8>,
    /// Filed so many months after opening.
    pub filing_months: Option<u8>,
    /// Checked on site so many working days after filing.
    pub check_working_days: Option<u8>,
    /// The first grading, so many months after opening.
    pub graded_after_months: Option<u8>,
    /// A grade holds so many years.
    pub grade_years: Option<i16>,
    /// Graded again so many months after that.
    pub regrade_months: Option<u8>,
    /// So many months after a grade was lowered or cancelled before the next is asked for.
    pub reapply_months: Option<u8>,
    /// The least sizes.
    pub sizes: Vec<Size>,
}

/// The least size of one kind of facility; what is not set is a gap.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub struct Size {
    /// Which.
    pub facility: String,
    /// Floor area, in square metres.
    pub square_metres_from: Option<u32>,
    /// Floor area at most.
    pub square_metres_to: Option<u32>,
    /// Floor area for each hundred households.
    pub square_metres_per_100_households: Option<u32>,
    /// Beds.
    pub beds_from: Option<u16>,
    /// Whether it lies inside an institution.
    pub in_institution: Option<bool>,
    /// How its name ends.
    pub name_ends: Option<String>,
}

#[derive(Deserialize)]
struct Pack {
    #[serde(default)]
    version: Vec<Version>,
}

#[derive(Deserialize)]
struct Version {
    from: Day,
    #[serde(default)]
    facility: FacilityTerms,
    #[serde(default)]
    quality: Quality,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Quality {
    operator_term_months: Option<u8>,
}

impl Terms {
    /// Those of the configuration.
    ///
    /// # Errors
    /// [`TermsError`] names the file.
    pub fn load(config: &Config) -> Result<Self, TermsError> {
        let calendar = match &config.calendar {
            Some(file) => read(file)?,
            None => CALENDAR.to_owned(),
        };
        let calendar = parse("the calendar", &calendar)?;
        let Some(policy) = &config.policy else { return Ok(Self { calendar, ..Self::default() }) };
        let text = match built_in(policy) {
            Some(text) => text.to_owned(),
            None => read(Path::new(policy))?,
        };
        Ok(Self { calendar, ..Self::from_pack(policy, &text)? })
    }

    /// Those of a pack's text, with no holidays.
    ///
    /// # Errors
    /// [`TermsError::Malformed`].
    pub fn from_pack(name: &str, text: &str) -> Result<Self, TermsError> {
        let pack: Pack = parse(name, text)?;
        let Some(latest) = pack.version.into_iter().max_by_key(|version| version.from) else {
            return Ok(Self::default());
        };
        let operator_term_months = latest.quality.operator_term_months;
        Ok(Self { facility: latest.facility, operator_term_months, calendar: WorkCalendar::default() })
    }
}

fn read(file: &Path) -> Result<String, TermsError> {
    std::fs::read_to_string(file)
        .map_err(|source| TermsError::Unreadable { file: file.display().to_string(), source })
}

fn parse<T: serde::de::DeserializeOwned>(file: &str, text: &str) -> Result<T, TermsError> {
    toml::from_str(text)
        .map_err(|error| TermsError::Malformed { file: file.to_owned(), detail: error.to_string() })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_city_that_is_built_in_is_read() {
        for city in ["jiayuguan", "changsha", "changji", "yuncheng", "kangbashi"] {
            Terms::from_pack(city, built_in(city).unwrap()).unwrap();
        }
        let changsha = Terms::from_pack("changsha", built_in("changsha").unwrap()).unwrap();
        assert_eq!(changsha.facility.acceptance_working_days, Some(10));
        assert_eq!(changsha.facility.sizes.len(), 5);
        let jiayuguan = Terms::from_pack("jiayuguan", built_in("jiayuguan").unwrap()).unwrap();
        assert_eq!(jiayuguan.operator_term_months, Some(24));
    }
}

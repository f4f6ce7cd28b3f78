//! Reading a pack: what is wrong is said with the place it stands at.

use std::{fs, path::Path};

use domain::working_days::WorkCalendar;
use serde::de::DeserializeOwned;

use super::{
    check::{self, Fault},
    pack::Pack,
};

/// Why a pack cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum LoadError {
    /// The file cannot be read.
    #[error("policy_unreadable: {file}: {source}")]
    Unreadable {
        /// As named.
        file: String,
        /// What the operating system says.
        source: std::io::Error,
    },
    /// It is not a pack: not TOML, an unknown key, a value of the wrong kind.
    #[error("policy_malformed: {file}: {detail}")]
    Malformed {
        /// As named.
        file: String,
        /// Where, and what is wrong.
        detail: String,
    },
    /// It contradicts itself.
    #[error("{code}: {file}: {faults}", code = faults.code(), faults = faults.text())]
    Faulty {
        /// As named.
        file: String,
        /// What is wrong, at least one thing.
        faults: Faults,
    },
}

/// Everything that is wrong with a pack.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Faults(pub Vec<Fault>);

impl Faults {
    fn code(&self) -> &'static str {
        self.0.first().map_or("policy_faulty", |fault| fault.code)
    }

    fn text(&self) -> String {
        self.0.iter().map(|fault| fault.detail.as_str()).collect::<Vec<_>>().join("; ")
    }
}

/// Reads and checks a pack.
///
/// # Errors
/// [`LoadError`] names the file, the place and what to do.
pub fn load(file: &Path) -> Result<Pack, LoadError> {
    let name = file.display().to_string();
    let text = fs::read_to_string(file);
    let text = text.map_err(|source| LoadError::Unreadable { file: name.clone(), source })?;
    from_text(&name, &text)
}

/// Reads and checks a pack's text; `name` is told where something is wrong.
///
/// # Errors
/// [`LoadError`].
pub fn from_text(name: &str, text: &str) -> Result<Pack, LoadError> {
    let file = name.to_owned();
    let pack = parse(text).map_err(|detail| LoadError::Malformed { file: file.clone(), detail })?;
    let faults = check::check(&pack);
    if faults.is_empty() { Ok(pack) } else { Err(LoadError::Faulty { file, faults: Faults(faults) }) }
}

/// Reads a pack's text without checking what it says.
///
/// # Errors
/// Where it stands and what is wrong, in words.
pub fn parse(text: &str) -> Result<Pack, String> {
    read(text)
}

/// Reads a calendar of holidays and worked weekends.
///
/// # Errors
/// [`LoadError`].
pub fn calendar(file: &Path) -> Result<WorkCalendar, LoadError> {
    let name = file.display().to_string();
    let text = fs::read_to_string(file);
    let text = text.map_err(|source| LoadError::Unreadable { file: name.clone(), source })?;
    calendar_text(&name, &text)
}

/// Reads a calendar's text; `name` is told where something is wrong.
///
/// # Errors
/// [`LoadError::Malformed`].
pub fn calendar_text(name: &str, text: &str) -> Result<WorkCalendar, LoadError> {
    read(text).map_err(|detail| LoadError::Malformed { file: name.to_owned(), detail })
}

/// Reads TOML; an error names the place.
pub(crate) fn read<T: DeserializeOwned>(text: &str) -> Result<T, String> {
    let document = toml::Deserializer::parse(text).map_err(|error| one_line(&error.to_string()))?;
    serde_path_to_error::deserialize(document).map_err(|error| {
        let path = error.path().to_string();
        format!("at {path}: {}", one_line(&error.into_inner().to_string()))
    })
}

fn one_line(text: &str) -> String {
    text.lines().map(str::trim).filter(|line| !line.is_empty()).collect::<Vec<_>>().join(" ")
}

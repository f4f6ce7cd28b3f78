//! People brought along at a start: what decides about elders, from a file with a JSON object per line, as
//! `{"elder":"e1","person":{…}}`. Who is known already stays as they are.

use std::{collections::BTreeSet, fs, path::Path};

use domain::{id::ElderId, time::Timestamp};
use schemas::account::person::Person;
use serde::Deserialize;

use crate::{
    ledger::Work,
    rulebook::Rulebook,
    store::{Store, WriteError},
};

/// So many are written at once.
const AT_ONCE: usize = 1000;

/// Why they cannot be brought along.
#[derive(Debug, thiserror::Error)]
pub enum PeopleError {
    /// The file.
    #[error("people_unreadable: {file}: {source}; check accounts.people")]
    Unreadable {
        /// As configured.
        file: String,
        /// What the operating system says.
        source: std::io::Error,
    },
    /// A line.
    #[error("people_malformed: {file}, line {line}: {source}")]
    Malformed {
        /// As configured.
        file: String,
        /// Counts from 1.
        line: usize,
        /// What is wrong.
        source: serde_json::Error,
    },
    /// The books.
    #[error(transparent)]
    Books(#[from] WriteError),
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Brought {
    elder: ElderId,
    person: Person,
}

/// Takes over whoever is not known yet; how many that were.
///
/// # Errors
/// [`PeopleError`].
pub async fn bring(
    store: &Store,
    rules: &Rulebook,
    path: &Path,
    now: Timestamp,
) -> Result<usize, PeopleError> {
    let file = path.display().to_string();
    let text = fs::read_to_string(path);
    let text = text.map_err(|source| PeopleError::Unreadable { file: file.clone(), source })?;
    let known: BTreeSet<ElderId> = store.known().await?;
    let mut new = Vec::new();
    for (line, text) in (1..).zip(text.lines()).filter(|(_, text)| !text.trim().is_empty()) {
        let brought = serde_json::from_str(text);
        let Brought { elder, person } =
            brought.map_err(|source| PeopleError::Malformed { file: file.clone(), line, source })?;
        if !known.contains(&elder) {
            new.push(Work::PutPerson(elder, person));
        }
    }
    for some in new.chunks(AT_ONCE) {
        store.work(some, rules, now).await?;
    }
    Ok(new.len())
}

//! Brings people in from files: day files, CSV (UTF-8 or GB 18030), Excel workbooks. A file that cannot be read at all is
//! an error; a row that is wrong is named, and the others go through.

mod caregivers;
mod elders;
mod heads;
mod table;

use std::{
    collections::BTreeMap,
    fmt, fs, io,
    path::{Path, PathBuf},
};

use domain::time::Timestamp;
use schemas::day::{Day, DayProblems};

pub use self::{caregivers::read_caregivers, elders::read_elders};
use crate::{
    answer,
    store::{Person, Put, Store},
};

/// Why a whole file is refused.
#[derive(Debug, thiserror::Error)]
pub enum ImportError {
    /// The file cannot be read.
    #[error("{file} cannot be read: {source}")]
    Unreadable {
        /// Which.
        file: PathBuf,
        /// What the operating system says.
        source: io::Error,
    },
    /// The day file is not sound.
    #[error("{file}: {problems}")]
    Day {
        /// Which.
        file: PathBuf,
        /// What is wrong.
        problems: DayProblems,
    },
    /// The table has no head, a column too few or one nobody knows, or is too large.
    #[error("{file}: {what}")]
    Header {
        /// Which.
        file: PathBuf,
        /// What is wrong and what to do.
        what: String,
    },
    /// The database fails.
    #[error("the registry's database: {0}")]
    Database(#[from] sqlx::Error),
}

/// Where a row stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Place {
    file: PathBuf,
    /// A line number, or a JSON pointer.
    at: String,
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} at {}", self.file.display(), self.at)
    }
}

/// A row that was not taken.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{place}: {what}")]
pub struct Refused {
    /// Which row.
    pub place: Place,
    /// What is wrong and what to do.
    pub what: String,
}

/// A row as read: a person, or why not.
pub type Row = (Place, Result<Put, String>);

/// What an import came to.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Report {
    /// Profiles that were new or different.
    pub changed: usize,
    /// Profiles that stood like this already.
    pub unchanged: usize,
    /// Rows that were not taken.
    pub refused: Vec<Refused>,
}

/// Reads the people of a day file.
///
/// # Errors
/// [`ImportError::Unreadable`], [`ImportError::Day`].
pub fn read_day(file: &Path) -> Result<Vec<Row>, ImportError> {
    let text = fs::read_to_string(file)
        .map_err(|source| ImportError::Unreadable { file: file.to_owned(), source })?;
    let day = Day::parse(&text).map_err(|problems| ImportError::Day { file: file.to_owned(), problems })?;
    let place = |list: &str, index: usize| Place { file: file.to_owned(), at: format!("/{list}/{index}") };
    let elders = day.elders.into_iter().enumerate().map(|(index, elder)| {
        let put = Put { name: elder.name, ..Put::of(Person::Elder(elder.profile)) };
        (place("elders", index), Ok(put))
    });
    let caregivers = day.caregivers.into_iter().enumerate().map(|(index, caregiver)| {
        let put = Put { name: caregiver.name, ..Put::of(Person::Caregiver(caregiver.profile)) };
        (place("caregivers", index), Ok(put))
    });
    Ok(elders.chain(caregivers).collect())
}

/// Imports the people of a day file.
///
/// # Errors
/// [`ImportError`]; nothing is changed then.
pub async fn day(store: &Store, file: &Path, now: Timestamp) -> Result<Report, ImportError> {
    self::store(store, read_day(file)?, now).await
}

/// Checks rows without touching the database.
pub fn check(rows: Vec<Row>) -> Report {
    let (good, refused) = sort(rows);
    Report { changed: good.len(), unchanged: 0, refused }
}

/// Rows that are set together.
const AT_ONCE: usize = 500;

/// Sets the people of all good rows, some hundred in one transaction: an import that is broken off is begun again from
/// the start, and what stands already is passed over. A row with somebody else's identity number is refused.
///
/// # Errors
/// [`ImportError::Database`]; what was set before stays.
pub async fn store(store: &Store, rows: Vec<Row>, now: Timestamp) -> Result<Report, ImportError> {
    let (good, refused) = sort(rows);
    let (places, puts): (Vec<Place>, Vec<Put>) = good.into_iter().unzip();
    let mut report = Report { refused, ..Report::default() };
    let mut places = places.into_iter();
    for some in puts.chunks(AT_ONCE) {
        let results = store.put_all(some, now).await?;
        for (place, result) in places.by_ref().take(some.len()).zip(results) {
            match result {
                Ok(registered) if registered.unchanged => report.unchanged += 1,
                Ok(_) => report.changed += 1,
                Err(error) => report.refused.push(Refused { place, what: error.to_string() }),
            }
        }
    }
    Ok(report)
}

fn sort(rows: Vec<Row>) -> (Vec<(Place, Put)>, Vec<Refused>) {
    let (mut good, mut refused, mut seen) = (Vec::new(), Vec::new(), Seen::default());
    for (place, row) in rows {
        let checked = row.and_then(|mut put| match answer::check(&mut put) {
            Ok(()) => Ok(put),
            Err(problem) => Err(problem.detail),
        });
        match checked.and_then(|put| seen.once(&place, put)) {
            Ok(put) => good.push((place, put)),
            Err(what) => refused.push(Refused { place, what }),
        }
    }
    (good, refused)
}

/// Who has stood in the files before. Kept in memory, and only while they are read.
#[derive(Default)]
struct Seen {
    ids: BTreeMap<(&'static str, String), Place>,
    identities: BTreeMap<String, Place>,
}

impl Seen {
    /// The row, if neither its id nor its identity number has stood before: of two that contradict each other, neither
    /// the last nor the first is more likely to be right, and somebody has to look.
    fn once(&mut self, place: &Place, put: Put) -> Result<Put, String> {
        let key = (put.person.kind(), put.person.id().to_owned());
        if let Some(before) = self.ids.get(&key) {
            return Err(format!("the id {} stands already in {before}; one row for each", key.1));
        }
        if let Some(before) = put.identity.as_ref().and_then(|identity| self.identities.get(identity)) {
            return Err(format!("the identity number stands already in {before}; one row for each"));
        }
        self.ids.insert(key, place.clone());
        self.identities.extend(put.identity.clone().map(|identity| (identity, place.clone())));
        Ok(put)
    }
}

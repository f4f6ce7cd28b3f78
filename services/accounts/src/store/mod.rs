//! The books in a database: SQLite in the state folder, or PostgreSQL where one is configured. The same statements and
//! migrations run on both.
//!
//! | file | is |
//! | --- | --- |
//! | `books.rs` | a batch of work: read, decide, write, in one transaction |
//! | `look.rs` | questions: balances, people, what is due |
//! | `matters.rs` | matters that people see to, and how organisations do |
//! | `outbox.rs` | events that are decided and not yet known to be on the bus |
//! | `settlement.rs` | statements, corrections' effect on them, four eyes |
//! | `backup.rs` | everything out to a file and in again, from either database to either |
//!
//! Every transaction that writes first takes the one row of `head`: whoever has it is alone, in this process and in all
//! others, so that no two decisions are made on the same money.

mod backup;
mod books;
mod look;
mod matters;
mod outbox;
mod settlement;

use database::{Database, OpenError, Step, own, rows};
use domain::id::DistrictId;
use schemas::problem::Problem;
use sqlx::AnyPool;

pub use self::{
    backup::BackupError,
    books::Outcome,
    outbox::Waiting,
    settlement::{Line, Period, Settlement, SettlementError},
};
pub use database::Place;

/// What the SQLite file is called.
const NAME: &str = "accounts";
const STEPS: [Step; 2] = [
    (1, "accounts", include_str!("../../migrations/0001_accounts.sql")),
    (2, "matters", include_str!("../../migrations/0002_matters.sql")),
];

/// Why the books do not open.
#[derive(Debug, thiserror::Error)]
#[error("the books of accounts: {0}")]
pub struct StoreError(#[from] OpenError);

/// Why a batch was not written. Nothing of it was.
#[derive(Debug, thiserror::Error)]
pub enum WriteError {
    /// The database refuses.
    #[error("the accounts' database: {0}")]
    Database(#[from] sqlx::Error),
    /// What stands there is not what this program writes.
    #[error("the accounts' database holds something unreadable: {0}")]
    Damaged(#[from] serde_json::Error),
    /// An id or a date that is none.
    #[error("the accounts' database holds something unreadable: {0}")]
    Unreadable(String),
}

/// The open store. Clones share it.
#[derive(Debug, Clone)]
pub struct Store {
    database: Database,
    pool: AnyPool,
    district: DistrictId,
}

impl Store {
    /// Opens the books and brings them up to date.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn open(place: &Place, district: &DistrictId) -> Result<Self, StoreError> {
        let database = Database::claim(place, NAME, &STEPS, district).await?;
        Ok(Self { pool: database.pool().clone(), database, district: district.clone() })
    }

    /// Whose books these are.
    pub const fn district(&self) -> &DistrictId {
        &self.district
    }

    /// Closes the database.
    pub async fn close(&self) {
        self.database.close().await;
    }

    /// Begins a transaction that is alone on the books; returns it with the last entry's number.
    async fn begin_alone(&self) -> Result<(sqlx::Transaction<'static, sqlx::Any>, i64), sqlx::Error> {
        self.database.begin_alone().await
    }
}

/// What to answer when the database fails: the details are for the log.
pub fn failed(error: &(impl std::fmt::Display + ?Sized)) -> Problem {
    tracing::error!(%error, "the accounts' database failed");
    Problem::unavailable("the accounts' database does not answer; try again")
}

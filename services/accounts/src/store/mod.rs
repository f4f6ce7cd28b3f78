//! The books in a database: SQLite in the state folder, or PostgreSQL where one is configured. The same statements and
//! migrations run on both.
//!
//! | file | is |
//! | --- | --- |
//! | `books.rs` | a batch of work: read, decide, write, in one transaction |
//! | `rows.rs` | reading and writing many rows at once |
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
mod rows;
mod settlement;

use std::{
    fs, io,
    os::unix::fs::DirBuilderExt,
    path::{Path, PathBuf},
    sync::Once,
    time::Duration,
};

use domain::id::DistrictId;
use runtime::Secret;
use schemas::problem::Problem;
use sqlx::{
    AnyPool, AssertSqlSafe, SqlSafeStr,
    any::AnyPoolOptions,
    migrate::{MigrateError, Migration, MigrationType, Migrator},
};

pub use self::{
    backup::BackupError,
    books::Outcome,
    outbox::Waiting,
    settlement::{Line, Period, Settlement, SettlementError},
};

/// How long a statement may wait for its turn.
const WAIT: Duration = Duration::from_secs(5);
/// Open connections; writes go one after the other anyway.
const CONNECTIONS: u32 = 8;

/// Where the books are.
#[derive(Debug, Clone)]
pub enum Place {
    /// `accounts.sqlite` in this folder, which is made if need be.
    Folder(PathBuf),
    /// A PostgreSQL database, `postgres://…`.
    Postgres(Secret<String>),
}

/// Why the store does not open.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// The folder cannot be made.
    #[error("the state folder {folder} cannot be used: {source}; check accounts.state and its permissions")]
    Folder {
        /// As configured.
        folder: String,
        /// What the operating system says.
        source: io::Error,
    },
    /// The database refuses.
    #[error("the accounts' database: {0}")]
    Database(#[from] sqlx::Error),
    /// The database is of a newer program or was changed by hand.
    #[error("the accounts' database cannot be brought up to date: {0}")]
    Migrate(#[from] MigrateError),
    /// The books are of another district.
    #[error("the books are of district {kept}, not of {wanted}; check accounts.state or accounts.database")]
    OtherDistrict {
        /// Whose they are.
        kept: String,
        /// Whose they should be.
        wanted: DistrictId,
    },
}

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
    pool: AnyPool,
    sqlite: bool,
    district: DistrictId,
}

impl Store {
    /// Opens the books and brings them up to date.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn open(place: &Place, district: &DistrictId) -> Result<Self, StoreError> {
        let store = Self::connect(place, district).await?;
        sqlx::query("INSERT INTO head (district, seq) SELECT $1, 0 WHERE NOT EXISTS (SELECT 1 FROM head)")
            .bind(district.as_str())
            .execute(&store.pool)
            .await?;
        let kept: String = sqlx::query_scalar("SELECT district FROM head").fetch_one(&store.pool).await?;
        if kept != district.as_str() {
            return Err(StoreError::OtherDistrict { kept, wanted: district.clone() });
        }
        Ok(store)
    }

    /// Opens the database without claiming it for the district: a backup brings its own.
    async fn connect(place: &Place, district: &DistrictId) -> Result<Self, StoreError> {
        let (pool, sqlite) = pool(place).await?;
        migrator().run(&pool).await?;
        Ok(Self { pool, sqlite, district: district.clone() })
    }

    /// Whose books these are.
    pub const fn district(&self) -> &DistrictId {
        &self.district
    }

    /// Closes the database.
    pub async fn close(&self) {
        self.pool.close().await;
    }

    /// Begins a transaction that is alone on the books; returns it with the last entry's number.
    async fn begin_alone(&self) -> Result<(sqlx::Transaction<'static, sqlx::Any>, i64), sqlx::Error> {
        let begin = if self.sqlite { "BEGIN IMMEDIATE" } else { "BEGIN" };
        let mut transaction = self.pool.begin_with(begin).await?;
        let seq = sqlx::query_scalar("UPDATE head SET seq = seq RETURNING seq")
            .fetch_one(&mut *transaction)
            .await?;
        Ok((transaction, seq))
    }
}

/// An acknowledged write is on disk; readers and the writer do not block each other.
const SQLITE_HABITS: [&str; 4] = [
    "PRAGMA busy_timeout = 5000",
    "PRAGMA journal_mode = WAL",
    "PRAGMA synchronous = FULL",
    "PRAGMA foreign_keys = ON",
];
/// A statement that waits longer than this fails rather than pile up behind a stuck one.
const POSTGRES_HABITS: [&str; 2] = ["SET lock_timeout = '5s'", "SET synchronous_commit = on"];

/// Connections with the habits of this house, and whether it is SQLite.
pub(crate) async fn pool(place: &Place) -> Result<(AnyPool, bool), StoreError> {
    static DRIVERS: Once = Once::new();
    DRIVERS.call_once(sqlx::any::install_default_drivers);
    let (url, sqlite) = match place {
        Place::Folder(folder) => {
            make_folder(folder)?;
            (format!("sqlite://{}?mode=rwc", folder.join("accounts.sqlite").display()), true)
        }
        Place::Postgres(url) => (url.expose().clone(), false),
    };
    let pool = AnyPoolOptions::new()
        .max_connections(CONNECTIONS)
        .acquire_timeout(WAIT)
        .after_connect(move |connection, _| {
            Box::pin(async move {
                let habits: &[&'static str] = if sqlite { &SQLITE_HABITS } else { &POSTGRES_HABITS };
                for habit in habits {
                    sqlx::query(*habit).execute(&mut *connection).await?;
                }
                Ok(())
            })
        })
        .connect(&url)
        .await?;
    Ok((pool, sqlite))
}

/// Makes the folder, open to its owner only, if it is not there.
fn make_folder(folder: &Path) -> Result<(), StoreError> {
    fs::DirBuilder::new()
        .recursive(true)
        .mode(0o700)
        .create(folder)
        .map_err(|source| StoreError::Folder { folder: folder.display().to_string(), source })
}

fn migrator() -> Migrator {
    let step = |number, name: &'static str, sql: &'static str| {
        Migration::new(number, name.into(), MigrationType::Simple, sql.into_sql_str(), false)
    };
    Migrator::with_migrations(vec![
        step(1, "accounts", include_str!("../../migrations/0001_accounts.sql")),
        step(2, "matters", include_str!("../../migrations/0002_matters.sql")),
    ])
}

/// SQL that this program made up from its own parts and numbers only.
fn own(sql: String) -> AssertSqlSafe<String> {
    AssertSqlSafe(sql)
}

/// What to answer when the database fails: the details are for the log.
pub fn failed(error: &(impl std::fmt::Display + ?Sized)) -> Problem {
    tracing::error!(%error, "the accounts' database failed");
    Problem::unavailable("the accounts' database does not answer; try again")
}

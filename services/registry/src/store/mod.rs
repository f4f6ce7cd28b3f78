//! What the registry keeps: one SQLite file in the state folder. Several processes may have it open; each change is one
//! transaction.

mod outbox;
mod people;
mod phones;
mod readings;

use std::{fs, io, os::unix::fs::DirBuilderExt, path::Path, time::Duration};

use domain::id::DistrictId;
use schemas::problem::Problem;
use sqlx::{
    SqlSafeStr, SqlitePool,
    migrate::{MigrateError, Migration, MigrationType, Migrator},
    sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePoolOptions, SqliteSynchronous},
};

pub use self::{
    outbox::Waiting,
    people::{Named, Person, Put, PutError},
    readings::Reading,
};
use crate::vault::{Vault, VaultError};

/// Open connections to the file; writes go one after the other anyway.
const CONNECTIONS: u32 = 4;
/// How long a statement may wait for its turn.
const WAIT: Duration = Duration::from_secs(5);

/// Why the store does not open.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// The folder cannot be made.
    #[error("the state folder {folder} cannot be used: {source}; check registry.state and its permissions")]
    Folder {
        /// As configured.
        folder: String,
        /// What the operating system says.
        source: io::Error,
    },
    /// SQLite refuses.
    #[error("the registry's database: {0}")]
    Database(#[from] sqlx::Error),
    /// The file is of a newer program or was changed by hand.
    #[error("the registry's database cannot be brought up to date: {0}")]
    Migrate(#[from] MigrateError),
    /// The file is of another district.
    #[error("the database in {folder} is of district {kept}, not of {wanted}; check registry.state")]
    OtherDistrict {
        /// As configured.
        folder: String,
        /// Whose it is.
        kept: String,
        /// Whose it should be.
        wanted: DistrictId,
    },
    /// The vault does not open.
    #[error(transparent)]
    Vault(#[from] VaultError),
}

/// The open store. Clones share it.
#[derive(Debug, Clone)]
pub struct Store {
    pool: SqlitePool,
    district: DistrictId,
    vault: Vault,
}

impl Store {
    /// Opens `registry.sqlite` in the folder, making both if need be.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn open(folder: &Path, district: &DistrictId, vault: Vault) -> Result<Self, StoreError> {
        make_folder(folder)?;
        let options = SqliteConnectOptions::new()
            .filename(folder.join("registry.sqlite"))
            .create_if_missing(true)
            .journal_mode(SqliteJournalMode::Wal)
            .synchronous(SqliteSynchronous::Full)
            .foreign_keys(true)
            .busy_timeout(WAIT);
        let pool = SqlitePoolOptions::new()
            .max_connections(CONNECTIONS)
            .acquire_timeout(WAIT)
            .connect_with(options)
            .await?;
        migrator().run(&pool).await?;
        sqlx::query("INSERT INTO registry (district) SELECT ? WHERE NOT EXISTS (SELECT 1 FROM registry)")
            .bind(district.as_str())
            .execute(&pool)
            .await?;
        let kept: String = sqlx::query_scalar("SELECT district FROM registry").fetch_one(&pool).await?;
        if kept != district.as_str() {
            let folder = folder.display().to_string();
            return Err(StoreError::OtherDistrict { folder, kept, wanted: district.clone() });
        }
        Ok(Self { pool, district: district.clone(), vault })
    }

    /// Whose people these are.
    pub const fn district(&self) -> &DistrictId {
        &self.district
    }

    /// Closes the file, with everything in it.
    pub async fn close(&self) {
        self.pool.close().await;
    }
}

/// Makes the folder, open to its owner only, if it is not there.
///
/// # Errors
/// [`StoreError::Folder`].
pub fn make_folder(folder: &Path) -> Result<(), StoreError> {
    fs::DirBuilder::new()
        .recursive(true)
        .mode(0o700)
        .create(folder)
        .map_err(|source| StoreError::Folder { folder: folder.display().to_string(), source })
}

fn migrator() -> Migrator {
    let simple = |version: i64, name: &'static str, sql: &'static str| {
        Migration::new(version, name.into(), MigrationType::Simple, sql.into_sql_str(), false)
    };
    Migrator::with_migrations(vec![
        simple(1, "registry", include_str!("../../migrations/0001_registry.sql")),
        simple(2, "find", include_str!("../../migrations/0002_find.sql")),
        simple(3, "phone", include_str!("../../migrations/0003_phone.sql")),
    ])
}

/// What to answer when the database fails: the details are for the log.
pub fn failed(error: &sqlx::Error) -> Problem {
    tracing::error!(%error, "the registry's database failed");
    Problem::unavailable("the registry's database does not answer; try again")
}

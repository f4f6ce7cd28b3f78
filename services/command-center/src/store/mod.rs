//! What the edge keeps for itself: accounts, sign-ins, tracker tokens, the audit log. One SQLite file in the
//! state folder, written by this process alone.

pub mod audit;
pub mod failures;
pub mod letters;
pub mod push;
pub mod sessions;
pub mod sign_ins;
pub mod trackers;
pub mod users;

use std::{path::Path, time::Duration};

use schemas::problem::Problem;
use sqlx::{
    SqlSafeStr, SqlitePool,
    migrate::{MigrateError, Migration, MigrationType, Migrator},
    sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePoolOptions, SqliteSynchronous},
};

/// Open connections to the file; writes go one after the other anyway.
const CONNECTIONS: u32 = 4;
/// How long a statement may wait for its turn.
const WAIT: Duration = Duration::from_secs(3);

/// Why the store cannot be opened.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// The folder cannot be made or protected.
    #[error("the state folder {folder} cannot be used: {source}; check edge.state and its permissions")]
    Folder {
        /// As configured.
        folder: String,
        /// What the operating system says.
        source: std::io::Error,
    },
    /// SQLite refuses.
    #[error("the accounts cannot be opened: {0}")]
    Open(#[from] sqlx::Error),
    /// The file is of a newer program or was changed by hand.
    #[error("the accounts cannot be brought up to date: {0}")]
    Migrate(#[from] MigrateError),
}

/// The open store. Clones share it.
#[derive(Debug, Clone)]
pub struct Store {
    pool: SqlitePool,
}

impl Store {
    /// Opens `accounts.sqlite` in the folder, making both if need be.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn open(folder: &Path) -> Result<Self, StoreError> {
        make_private_folder(folder)
            .map_err(|source| StoreError::Folder { folder: folder.display().to_string(), source })?;
        let options = SqliteConnectOptions::new()
            .filename(folder.join("accounts.sqlite"))
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
        Ok(Self { pool })
    }

    /// Closes the file, with everything in it.
    pub async fn close(&self) {
        self.pool.close().await;
    }
}

fn migrator() -> Migrator {
    let simple = |version: i64, name: &'static str, sql: &'static str| {
        Migration::new(version, name.into(), MigrationType::Simple, sql.into_sql_str(), false)
    };
    Migrator::with_migrations(vec![
        simple(1, "accounts", include_str!("../../migrations/0001_accounts.sql")),
        simple(2, "sign-ins", include_str!("../../migrations/0002_sign_ins.sql")),
        simple(3, "standing", include_str!("../../migrations/0003_standing.sql")),
        simple(4, "letters", include_str!("../../migrations/0004_letters.sql")),
        simple(5, "push", include_str!("../../migrations/0005_push.sql")),
    ])
}

/// Readable by its owner only.
pub fn make_private_folder(folder: &Path) -> std::io::Result<()> {
    use std::os::unix::fs::{DirBuilderExt, PermissionsExt};
    if !folder.is_dir() {
        return std::fs::DirBuilder::new().recursive(true).mode(0o700).create(folder);
    }
    std::fs::set_permissions(folder, std::fs::Permissions::from_mode(0o700))
}

/// A new file readable by its owner only; one that is there is replaced.
pub fn write_private_file(path: &Path, text: &str) -> std::io::Result<()> {
    use std::{io::Write, os::unix::fs::OpenOptionsExt};
    let beside = path.with_extension("part");
    // A leftover of a crash would keep its old mode.
    let _ = std::fs::remove_file(&beside);
    let mut file = std::fs::OpenOptions::new().write(true).create_new(true).mode(0o600).open(&beside)?;
    file.write_all(text.as_bytes())?;
    file.sync_all()?;
    std::fs::rename(&beside, path)
}

/// A statement that failed; the details are for the log, not for the caller.
#[derive(Debug, thiserror::Error)]
#[error("the account store does not answer: {0}")]
pub struct StoreFailure(#[from] sqlx::Error);

impl From<StoreFailure> for Problem {
    fn from(failure: StoreFailure) -> Self {
        tracing::error!(error = %failure, "account store");
        Self::unavailable("the account store does not answer just now; try again")
    }
}

/// The result of a statement.
pub type Stored<T> = Result<T, StoreFailure>;

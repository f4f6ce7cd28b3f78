//! Where a database is, and connections with the habits of this house.

use std::{
    fs, io,
    os::unix::fs::DirBuilderExt,
    path::{Path, PathBuf},
    sync::Once,
    time::Duration,
};

use domain::id::DistrictId;
use runtime::Secret;
use sqlx::{AnyPool, any::AnyPoolOptions, migrate::MigrateError};

/// How long a statement may wait for its turn.
const WAIT: Duration = Duration::from_secs(5);
/// Open connections; writes go one after the other anyway.
const CONNECTIONS: u32 = 8;

/// An acknowledged write is on disk; readers and the writer do not block each other; what is erased is overwritten.
const SQLITE_HABITS: [&str; 5] = [
    "PRAGMA busy_timeout = 5000",
    "PRAGMA journal_mode = WAL",
    "PRAGMA synchronous = FULL",
    "PRAGMA foreign_keys = ON",
    "PRAGMA secure_delete = ON",
];
/// A statement that waits longer than this fails rather than pile up behind a stuck one.
const POSTGRES_HABITS: [&str; 2] = ["SET lock_timeout = '5s'", "SET synchronous_commit = on"];

/// Where a database is.
#[derive(Debug, Clone)]
pub enum Place {
    /// A SQLite file in this folder, which is made if need be.
    Folder(PathBuf),
    /// A PostgreSQL database, `postgres://…`.
    Postgres(Secret<String>),
}

/// Why a database does not open.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    /// The folder cannot be made.
    #[error(
        "the state folder {folder} cannot be used: {source}; check the service's `state` and its permissions"
    )]
    Folder {
        /// As configured.
        folder: String,
        /// What the operating system says.
        source: io::Error,
    },
    /// The database refuses.
    #[error("the database: {0}")]
    Database(#[from] sqlx::Error),
    /// The database is of a newer program or was changed by hand.
    #[error("the database cannot be brought up to date: {0}")]
    Migrate(#[from] MigrateError),
    /// It is another district's.
    #[error(
        "the database is of district {kept}, not of {wanted}; check the service's `state` and `database` settings"
    )]
    OtherDistrict {
        /// Whose it is.
        kept: String,
        /// Whose it should be.
        wanted: DistrictId,
    },
}

/// Connections, and whether it is SQLite.
pub(crate) async fn pool(place: &Place, name: &str) -> Result<(AnyPool, bool), OpenError> {
    static DRIVERS: Once = Once::new();
    DRIVERS.call_once(sqlx::any::install_default_drivers);
    let (url, sqlite) = match place {
        Place::Folder(folder) => {
            make_folder(folder)?;
            (format!("sqlite://{}?mode=rwc", folder.join(format!("{name}.sqlite")).display()), true)
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
///
/// # Errors
/// [`OpenError::Folder`].
pub fn make_folder(folder: &Path) -> Result<(), OpenError> {
    fs::DirBuilder::new()
        .recursive(true)
        .mode(0o700)
        .create(folder)
        .map_err(|source| OpenError::Folder { folder: folder.display().to_string(), source })
}

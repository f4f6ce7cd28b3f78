//! What the registry keeps: SQLite in the state folder, or PostgreSQL where one is configured; the same statements and
//! migrations run on both. Several processes may have it open; each change is one transaction that is alone.
//!
//! | file | is |
//! | --- | --- |
//! | `people.rs` | profiles, with the event that tells of each |
//! | `sealed.rs` | the vault's rows: names, numbers, addresses |
//! | `kept.rs` | organisations, facilities, rosters, care plans, requests; each command once |
//! | `plans.rs` | the days of care plans |
//! | `erase.rs` | one person out: to a file, or for ever |
//! | `rotate.rs` | all keys under another key |
//! | `outbox.rs` | events that are decided and not yet known to be on the bus |
//! | `readings.rs` | who read whose data, on which ground |
//! | `refusals.rs` | who was refused what, and both together as the audit |
//! | `backup.rs` | everything out to a file and in again |

mod backup;
mod erase;
mod kept;
mod outbox;
mod people;
mod plans;
mod readings;
mod refusals;
mod rotate;
mod sealed;

use std::path::Path;

use database::{Database, Step};
pub use database::{OpenError, Place, backup::BackupError, make_folder};
use domain::id::DistrictId;
use schemas::problem::Problem;
use sqlx::{AnyConnection, AnyPool, Row};

pub use self::{
    kept::{StepError, Taker},
    outbox::Waiting,
    people::{Named, Person, Put, PutError},
    plans::PlanDay,
    readings::Reading,
    refusals::Refused,
};
use crate::vault::{Finder, Vault, VaultError};

/// What the SQLite file is called.
const NAME: &str = "registry";
const STEPS: [Step; 3] = [
    (1, "registry", include_str!("../../migrations/0001_registry.sql")),
    (2, "plan rounds", include_str!("../../migrations/0002_plan_rounds.sql")),
    (3, "grounds and refusals", include_str!("../../migrations/0003_grounds_and_refusals.sql")),
];

/// Why the store does not open.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// The database.
    #[error("the registry: {0}")]
    Open(#[from] OpenError),
    /// The database, once open.
    #[error("the registry's database: {0}")]
    Database(#[from] sqlx::Error),
    /// The vault does not open.
    #[error(transparent)]
    Vault(#[from] VaultError),
}

/// The open store. Clones share it.
#[derive(Debug, Clone)]
pub struct Store {
    database: Database,
    pool: AnyPool,
    district: DistrictId,
    vault: Vault,
    finder: Finder,
}

impl Store {
    /// Opens the database and brings it up to date.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn open(place: &Place, district: &DistrictId, vault: Vault) -> Result<Self, StoreError> {
        let database = Database::claim(place, NAME, &STEPS, district).await?;
        let finder = finder(&database, &vault).await?;
        Ok(Self { pool: database.pool().clone(), database, district: district.clone(), vault, finder })
    }

    /// Whose people these are.
    pub const fn district(&self) -> &DistrictId {
        &self.district
    }

    /// Closes the database, with everything in it.
    pub async fn close(&self) {
        self.database.close().await;
    }

    /// The next number of all that happens here.
    async fn next(db: &mut AnyConnection) -> Result<i64, sqlx::Error> {
        sqlx::query_scalar("UPDATE head SET seq = seq + 1 RETURNING seq").fetch_one(db).await
    }
}

/// The finder, made at the first opening; a database that was sealed with another key is refused.
async fn finder(database: &Database, vault: &Vault) -> Result<Finder, StoreError> {
    let (mut transaction, _) = database.begin_alone().await?;
    let row = sqlx::query("SELECT index_key, key_check FROM head").fetch_one(&mut *transaction).await?;
    let (wrapped, check): (String, String) = (row.try_get("index_key")?, row.try_get("key_check")?);
    if wrapped.is_empty() {
        let (finder, wrapped) = vault.new_finder()?;
        sqlx::query("UPDATE head SET index_key = $1, key_check = $2")
            .bind(wrapped)
            .bind(vault.check())
            .execute(&mut *transaction)
            .await?;
        transaction.commit().await?;
        return Ok(finder);
    }
    if check != vault.check() {
        return Err(VaultError::OtherKey.into());
    }
    Ok(vault.open_finder(&wrapped)?)
}

/// Which key the database is sealed with; none while it has none.
///
/// # Errors
/// [`StoreError`].
pub async fn key_check(place: &Place, district: &DistrictId) -> Result<Option<String>, StoreError> {
    let database = Database::claim(place, NAME, &STEPS, district).await?;
    let check: String = sqlx::query_scalar("SELECT key_check FROM head").fetch_one(database.pool()).await?;
    database.close().await;
    Ok(Some(check).filter(|check| !check.is_empty()))
}

/// Makes the state folder.
///
/// # Errors
/// [`StoreError::Open`].
pub fn make_state(folder: &Path) -> Result<(), StoreError> {
    Ok(make_folder(folder)?)
}

/// What to answer when the database fails: the details are for the log.
pub fn failed(error: &(impl std::fmt::Display + ?Sized)) -> Problem {
    tracing::error!(%error, "the registry's database failed");
    Problem::unavailable("the registry's database does not answer; try again")
}

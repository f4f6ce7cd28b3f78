//! The database of a service: SQLite in its state folder by default, PostgreSQL where one is configured. The same
//! statements and migrations run on both, so that what is tested on one holds on the other.
//!
//! - [`Database`] opens either with the habits of this house: an acknowledged write is on disk.
//! - [`rows`] reads and writes many rows with one statement that both understand.
//! - [`backup`] writes every row to a file and brings it into either database again.
//! - [`testing`] (feature `testing`) starts a real PostgreSQL.
//!
//! Each database has a table `head` of one row, `(district, seq)`: whose it is, and a counter that whoever writes takes
//! first. Who has the row is alone, in this process and in all others, so that no two decisions rest on the same data.
//!
//! Portable SQL: `$1` for values, `TEXT` and `BIGINT` only, no triggers, no JSON functions.

pub mod backup;
mod place;
pub mod rows;
#[cfg(feature = "testing")]
pub mod testing;

use sqlx::{Any, AnyPool, AssertSqlSafe, SqlSafeStr, Transaction, migrate::Migrator};

pub use self::place::{OpenError, Place, make_folder};
use domain::id::DistrictId;
use sqlx::migrate::{Migration, MigrationType};

/// A step of the way to today's tables: its number, its name, its SQL. Steps are added, never changed.
pub type Step = (i64, &'static str, &'static str);

/// An open database. Clones share it.
#[derive(Debug, Clone)]
pub struct Database {
    pool: AnyPool,
    sqlite: bool,
}

impl Database {
    /// Opens the database and takes the steps that are missing. `name` is the file's, without its ending.
    ///
    /// # Errors
    /// [`OpenError`].
    pub async fn open(place: &Place, name: &str, steps: &[Step]) -> Result<Self, OpenError> {
        let (pool, sqlite) = place::pool(place, name).await?;
        let steps = steps.iter().map(|(number, name, sql)| {
            Migration::new(*number, (*name).into(), MigrationType::Simple, (*sql).into_sql_str(), false)
        });
        Migrator::with_migrations(steps.collect()).run(&pool).await?;
        Ok(Self { pool, sqlite })
    }

    /// Opens the database for a district; one of another is refused.
    ///
    /// # Errors
    /// [`OpenError`].
    pub async fn claim(
        place: &Place,
        name: &str,
        steps: &[Step],
        district: &DistrictId,
    ) -> Result<Self, OpenError> {
        let database = Self::open(place, name, steps).await?;
        sqlx::query("INSERT INTO head (district, seq) SELECT $1, 0 WHERE NOT EXISTS (SELECT 1 FROM head)")
            .bind(district.as_str())
            .execute(&database.pool)
            .await?;
        let kept: String = sqlx::query_scalar("SELECT district FROM head").fetch_one(&database.pool).await?;
        if kept != district.as_str() {
            return Err(OpenError::OtherDistrict { kept, wanted: district.clone() });
        }
        Ok(database)
    }

    /// Its connections, for reading and for single statements.
    pub const fn pool(&self) -> &AnyPool {
        &self.pool
    }

    /// A transaction that will write.
    ///
    /// # Errors
    /// [`sqlx::Error`].
    pub async fn begin(&self) -> Result<Transaction<'static, Any>, sqlx::Error> {
        // SQLite takes the writer's place at once: taking it later can fail.
        self.pool.begin_with(if self.sqlite { "BEGIN IMMEDIATE" } else { "BEGIN" }).await
    }

    /// A transaction that reads everything as of one moment.
    ///
    /// # Errors
    /// [`sqlx::Error`].
    pub async fn begin_moment(&self) -> Result<Transaction<'static, Any>, sqlx::Error> {
        let begin = if self.sqlite { "BEGIN" } else { "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY" };
        self.pool.begin_with(begin).await
    }

    /// A transaction that is alone, with the counter as it stands.
    ///
    /// # Errors
    /// [`sqlx::Error`].
    pub async fn begin_alone(&self) -> Result<(Transaction<'static, Any>, i64), sqlx::Error> {
        let mut transaction = self.begin().await?;
        let sql = "UPDATE head SET seq = seq RETURNING seq";
        let seq = sqlx::query_scalar(sql).fetch_one(&mut *transaction).await?;
        Ok((transaction, seq))
    }

    /// Closes it, with everything in it.
    pub async fn close(&self) {
        self.pool.close().await;
    }
}

/// SQL that this program made up from its own parts and numbers only.
pub fn own(sql: String) -> AssertSqlSafe<String> {
    AssertSqlSafe(sql)
}

//! Everything out to a file and in again: a line of JSON per row, from either database to either. A backup is one
//! moment; restoring needs an empty database and gives the same rows.

use std::io::{self, BufRead, Write};

use domain::id::DistrictId;
use futures::TryStreamExt;
use serde::{Deserialize, Serialize};
use serde_json::Value as Json;
use sqlx::Row;

use crate::{
    Database, OpenError, own,
    rows::{self, Value},
};

/// Why a backup or its restoring failed.
#[derive(Debug, thiserror::Error)]
pub enum BackupError {
    /// The file.
    #[error("the backup file: {0}")]
    File(#[from] io::Error),
    /// A line is none of a backup.
    #[error("the backup file is damaged at line {line}: {detail}")]
    Damaged {
        /// Counts from 1.
        line: usize,
        /// What is wrong.
        detail: String,
    },
    /// The database holds something.
    #[error("the database holds data already; restore into an empty one")]
    NotEmpty,
    /// The database does not open.
    #[error(transparent)]
    Open(#[from] OpenError),
    /// The database.
    #[error("the database: {0}")]
    Database(#[from] sqlx::Error),
    /// A row that cannot be written down.
    #[error("a row cannot be written as JSON: {0}")]
    Unwritable(#[from] serde_json::Error),
}

/// A table: its name, its columns (`#` before those that are numbers), and how its rows are ordered.
#[derive(Debug)]
pub struct Table {
    /// Its name.
    pub name: &'static str,
    /// Its columns.
    pub columns: &'static [&'static str],
    /// What its rows are ordered by.
    pub order: &'static str,
}

/// What a backup is of: every table of a service, `head` the first of them.
#[derive(Debug)]
pub struct Plan {
    /// Whose, in the file's first line.
    pub of: &'static str,
    /// The tables' version; a backup of another one is refused.
    pub version: u32,
    /// In the order in which they are restored.
    pub tables: &'static [Table],
}

/// The first line.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Head {
    backup_of: String,
    version: u32,
}

/// Rows restored with one statement.
const AT_ONCE: usize = 500;

impl Table {
    fn column(column: &str) -> (&str, bool) {
        column.strip_prefix('#').map_or((column, false), |name| (name, true))
    }

    fn names(&self) -> String {
        self.columns.iter().map(|column| Self::column(column).0).collect::<Vec<_>>().join(", ")
    }

    fn values(&self, cells: Vec<Json>) -> Option<Vec<Value>> {
        if cells.len() != self.columns.len() {
            return None;
        }
        let values = self.columns.iter().zip(cells).map(|(column, cell)| {
            Some(match (Self::column(column).1, cell) {
                (true, Json::Number(number)) => Value::Number(number.as_i64()?),
                (true, Json::Null) => Value::Absent,
                (false, Json::String(text)) => Value::Text(text),
                (false, Json::Null) => Value::Maybe(None),
                _ => return None,
            })
        });
        values.collect()
    }
}

impl Database {
    /// Writes everything down as of one moment; returns how many rows.
    ///
    /// # Errors
    /// [`BackupError`]; the file is then of no use.
    pub async fn back_up(&self, plan: &Plan, mut out: impl Write) -> Result<u64, BackupError> {
        let mut transaction = self.begin_moment().await?;
        let head = Head { backup_of: plan.of.to_owned(), version: plan.version };
        writeln!(out, "{}", serde_json::to_string(&head)?)?;
        let mut count = 0;
        for table in plan.tables {
            let sql = format!("SELECT {} FROM {} ORDER BY {}", table.names(), table.name, table.order);
            let mut found = sqlx::query(own(sql)).fetch(&mut *transaction);
            while let Some(row) = found.try_next().await? {
                let mut cells = Vec::with_capacity(table.columns.len());
                for (index, column) in table.columns.iter().enumerate() {
                    cells.push(if Table::column(column).1 {
                        row.try_get::<Option<i64>, _>(index)?.map_or(Json::Null, Json::from)
                    } else {
                        row.try_get::<Option<String>, _>(index)?.map_or(Json::Null, Json::from)
                    });
                }
                writeln!(out, "{}", serde_json::to_string(&(table.name, cells))?)?;
                count += 1;
            }
        }
        out.flush()?;
        Ok(count)
    }

    /// Brings a backup into an empty database; returns how many rows.
    ///
    /// # Errors
    /// [`BackupError`]; the database is then as it was.
    pub async fn restore(
        &self,
        plan: &Plan,
        district: &DistrictId,
        backup: impl BufRead,
    ) -> Result<u64, BackupError> {
        let mut transaction = self.begin().await?;
        let there: i64 = sqlx::query_scalar("SELECT COUNT(*) FROM head").fetch_one(&mut *transaction).await?;
        if there > 0 {
            return Err(BackupError::NotEmpty);
        }
        let mut count = 0;
        let mut waiting: Option<(&Table, Vec<Vec<Value>>)> = None;
        for (line, text) in (1..).zip(backup.lines()) {
            let text = text?;
            let damaged = |detail: String| BackupError::Damaged { line, detail };
            if line == 1 {
                let head: Head = serde_json::from_str(&text).map_err(|error| damaged(error.to_string()))?;
                if head.backup_of != plan.of || head.version != plan.version {
                    return Err(damaged(format!(
                        "a backup of {} in version {}",
                        head.backup_of, head.version
                    )));
                }
                continue;
            }
            let (name, cells): (String, Vec<Json>) =
                serde_json::from_str(&text).map_err(|error| damaged(error.to_string()))?;
            let table = plan.tables.iter().find(|table| table.name == name);
            let table = table.ok_or_else(|| damaged(format!("there is no table {name:?}")))?;
            let values = table.values(cells).ok_or_else(|| damaged(format!("no row of {name}")))?;
            count += 1;
            match &mut waiting {
                Some((of, some)) if of.name == table.name && some.len() < AT_ONCE => some.push(values),
                _ => {
                    if let Some((of, some)) = waiting.replace((table, vec![values])) {
                        insert(&mut transaction, of, some).await?;
                    }
                }
            }
        }
        if let Some((of, some)) = waiting {
            insert(&mut transaction, of, some).await?;
        }
        let kept: Option<String> =
            sqlx::query_scalar("SELECT district FROM head").fetch_optional(&mut *transaction).await?;
        match kept {
            Some(kept) if kept == district.as_str() => {}
            Some(kept) => {
                return Err(OpenError::OtherDistrict { kept, wanted: district.clone() }.into());
            }
            None => return Err(BackupError::Damaged { line: 2, detail: "it ends too early".to_owned() }),
        }
        transaction.commit().await?;
        Ok(count)
    }
}

async fn insert(
    db: &mut sqlx::AnyConnection,
    table: &Table,
    rows: Vec<Vec<Value>>,
) -> Result<(), sqlx::Error> {
    let head = format!("INSERT INTO {} ({})", table.name, table.names());
    rows::insert(db, &head, "", table.columns.len(), rows).await
}

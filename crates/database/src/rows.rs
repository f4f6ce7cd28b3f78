//! Many rows in one statement, the same text for SQLite and PostgreSQL.

use std::fmt::Write as _;

use sqlx::{
    Any, AnyConnection,
    any::{AnyArguments, AnyRow},
    query::Query,
};

use crate::own;

/// A value of a column.
#[derive(Debug, Clone)]
pub enum Value {
    /// A text.
    Text(String),
    /// A text that may not be there.
    Maybe(Option<String>),
    /// A number.
    Number(i64),
    /// A number that is not there.
    Absent,
}

impl From<String> for Value {
    fn from(text: String) -> Self {
        Self::Text(text)
    }
}

impl From<&str> for Value {
    fn from(text: &str) -> Self {
        Self::Text(text.to_owned())
    }
}

impl From<i64> for Value {
    fn from(number: i64) -> Self {
        Self::Number(number)
    }
}

impl From<Option<String>> for Value {
    fn from(text: Option<String>) -> Self {
        Self::Maybe(text)
    }
}

/// So many values go into one statement; both databases take 32 thousand.
const MOST_VALUES: usize = 8_000;

fn bind(query: Query<'_, Any, AnyArguments>, value: Value) -> Query<'_, Any, AnyArguments> {
    match value {
        Value::Text(text) => query.bind(text),
        Value::Maybe(text) => query.bind(text),
        Value::Number(number) => query.bind(number),
        Value::Absent => query.bind(None::<i64>),
    }
}

/// Inserts rows of so many columns; `head` is `INSERT INTO t (a, b)`, `tail` what follows the values.
///
/// # Errors
/// [`sqlx::Error`].
pub async fn insert(
    db: &mut AnyConnection,
    head: &str,
    tail: &str,
    columns: usize,
    rows: Vec<Vec<Value>>,
) -> Result<(), sqlx::Error> {
    let at_once = (MOST_VALUES / columns.max(1)).max(1);
    let mut rows = rows.into_iter().peekable();
    while rows.peek().is_some() {
        let some: Vec<Vec<Value>> = rows.by_ref().take(at_once).collect();
        let mut sql = format!("{head} VALUES ");
        for row in 0..some.len() {
            sql.push_str(if row == 0 { "(" } else { ", (" });
            places(&mut sql, row * columns, columns);
            sql.push(')');
        }
        sql.push_str(tail);
        let mut query = sqlx::query(own(sql));
        for value in some.into_iter().flatten() {
            query = bind(query, value);
        }
        query.execute(&mut *db).await?;
    }
    Ok(())
}

/// Selects rows whose column is one of these; `sql` ends before the list.
///
/// # Errors
/// [`sqlx::Error`].
pub async fn select_in(
    db: &mut AnyConnection,
    sql: &str,
    keys: Vec<String>,
) -> Result<Vec<AnyRow>, sqlx::Error> {
    let mut found = Vec::new();
    let mut keys = keys.into_iter().peekable();
    while keys.peek().is_some() {
        let some: Vec<String> = keys.by_ref().take(MOST_VALUES).collect();
        let mut sql = format!("{sql} IN (");
        places(&mut sql, 0, some.len());
        sql.push(')');
        let mut query = sqlx::query(own(sql));
        for key in some {
            query = query.bind(key);
        }
        found.extend(query.fetch_all(&mut *db).await?);
    }
    Ok(found)
}

fn places(sql: &mut String, before: usize, count: usize) {
    for place in 0..count {
        let comma = if place == 0 { "" } else { ", " };
        // Writing to a string cannot fail.
        let _ = write!(sql, "{comma}${}", before + place + 1);
    }
}

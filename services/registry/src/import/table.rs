//! CSV by column name. A missing or unknown column refuses the file; a wrong cell names its column.

use std::{collections::BTreeSet, fmt::Display, path::Path, str::FromStr};

use domain::time::{Timestamp, Window};
use serde::de::{
    DeserializeOwned, IntoDeserializer,
    value::{Error as NotAWord, StrDeserializer},
};

use super::{ImportError, Place, Row};
use crate::store::Put;

/// The columns of a table.
pub(super) struct Columns {
    pub required: &'static [&'static str],
    pub optional: &'static [&'static str],
}

/// One row, by column name.
pub(super) struct Cells<'a> {
    header: &'a csv::StringRecord,
    record: &'a csv::StringRecord,
}

/// Reads a table, row by row.
pub(super) fn read(
    file: &Path,
    columns: &Columns,
    row: impl Fn(&Cells<'_>) -> Result<Put, String>,
) -> Result<Vec<Row>, ImportError> {
    let header_error = |what: String| ImportError::Header { file: file.to_owned(), what };
    let mut reader = csv::ReaderBuilder::new().trim(csv::Trim::All).from_path(file).map_err(|error| {
        let source = std::io::Error::other(error);
        ImportError::Unreadable { file: file.to_owned(), source }
    })?;
    let header = reader.headers().map_err(|error| header_error(error.to_string()))?;
    // Spreadsheets begin a UTF-8 file with a byte order mark.
    let header: csv::StringRecord = header.iter().map(|name| name.trim_start_matches('\u{feff}')).collect();
    let given: BTreeSet<&str> = header.iter().collect();
    if let Some(missing) = columns.required.iter().find(|name| !given.contains(**name)) {
        return Err(header_error(format!(
            "there is no column {missing}; required are {}",
            columns.required.join(", ")
        )));
    }
    let known = |name: &&str| columns.required.contains(name) || columns.optional.contains(name);
    if let Some(unknown) = given.iter().find(|name| !known(name)) {
        let all = [columns.required, columns.optional].concat().join(", ");
        return Err(header_error(format!("nobody knows the column {unknown:?}; there are {all}")));
    }
    let rows = reader.records().zip(2_u64..).map(|(record, number)| {
        let line =
            record.as_ref().ok().and_then(csv::StringRecord::position).map_or(number, csv::Position::line);
        let place = Place { file: file.to_owned(), at: format!("line {line}") };
        let put = match &record {
            Ok(record) => row(&Cells { header: &header, record }),
            Err(error) => Err(format!("not a row of this table: {error}")),
        };
        (place, put)
    });
    Ok(rows.collect())
}

impl Cells<'_> {
    /// The cell's text; `None` when it is empty or the column is left out.
    pub fn text(&self, column: &str) -> Option<&str> {
        let index = self.header.iter().position(|name| name == column)?;
        self.record.get(index).filter(|text| !text.is_empty())
    }

    /// A cell that must hold something.
    pub fn required<T: FromStr<Err: Display>>(&self, column: &str) -> Result<T, String> {
        self.optional(column)?.ok_or_else(|| format!("{column} is empty; fill it in"))
    }

    /// A cell that may be empty.
    pub fn optional<T: FromStr<Err: Display>>(&self, column: &str) -> Result<Option<T>, String> {
        self.parsed(column, |text| text.parse().map_err(|error: T::Err| error.to_string()))
    }

    /// A word of a closed list, as it stands on the wire.
    pub fn word<T: DeserializeOwned + Default>(&self, column: &str) -> Result<T, String> {
        Ok(self.parsed(column, word)?.unwrap_or_default())
    }

    /// Several, separated by `;`.
    pub fn list<T>(&self, column: &str, item: impl Fn(&str) -> Result<T, String>) -> Result<Vec<T>, String> {
        let items =
            self.text(column).unwrap_or_default().split(';').map(str::trim).filter(|text| !text.is_empty());
        items.map(|text| item(text).map_err(|what| blame(column, text, &what))).collect()
    }

    /// `true` or `false`; empty is `false`.
    pub fn flag(&self, column: &str) -> Result<bool, String> {
        Ok(self.optional(column)?.unwrap_or_default())
    }

    /// A cell read by the function; `None` when it is empty.
    pub fn parsed<T>(
        &self,
        column: &str,
        read: impl Fn(&str) -> Result<T, String>,
    ) -> Result<Option<T>, String> {
        self.text(column).map(|text| read(text).map_err(|what| blame(column, text, &what))).transpose()
    }
}

fn blame(column: &str, text: &str, what: &str) -> String {
    format!("{column} {text:?}: {what}")
}

/// A word of a closed list.
pub(super) fn word<T: DeserializeOwned>(text: &str) -> Result<T, String> {
    let word: StrDeserializer<'_, NotAWord> = text.into_deserializer();
    T::deserialize(word).map_err(|error| error.to_string())
}

/// `FROM/TO`.
pub(super) fn window(text: &str) -> Result<Window, String> {
    let (from, to) = text.split_once('/').ok_or("write a span as FROM/TO")?;
    let instant = |text: &str| text.trim().parse::<Timestamp>().map_err(|error| error.to_string());
    Window::new(instant(from)?, instant(to)?).map_err(|error| error.to_string())
}

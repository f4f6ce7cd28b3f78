//! Tables by column name, CSV or Excel workbooks. A missing or unknown column refuses the file; a wrong cell names its
//! column. Columns may be called as on the wire or as a front desk calls them.

use std::{fmt::Display, fs, path::Path, str::FromStr};

use ::table::{Limits, Row as TableRow};
use domain::time::{Timestamp, Window};
use serde::de::{
    DeserializeOwned, IntoDeserializer,
    value::{Error as NotAWord, StrDeserializer},
};

use super::{ImportError, Place, Row, heads};
use crate::store::Put;

/// The columns of a table.
pub(super) struct Columns {
    pub required: &'static [&'static str],
    pub optional: &'static [&'static str],
}

impl Columns {
    /// The column that is called so in a file.
    fn named(&self, head: &str) -> Option<&'static str> {
        let mut all = self.required.iter().chain(self.optional).copied();
        all.find(|name| *name == head || heads::chinese(name) == Some(head))
    }
}

/// One row, by column name.
pub(super) struct Cells<'a>(&'a TableRow);

/// Reads a table, row by row.
pub(super) fn read(
    file: &Path,
    columns: &Columns,
    row: impl Fn(&Cells<'_>) -> Result<Put, String>,
) -> Result<Vec<Row>, ImportError> {
    let header_error = |what: String| ImportError::Header { file: file.to_owned(), what };
    let bytes = fs::read(file).map_err(|source| ImportError::Unreadable { file: file.to_owned(), source })?;
    let table =
        ::table::read_within(&bytes, Limits::FILE).map_err(|error| header_error(error.to_string()))?;
    let given = || table.head.iter().filter(|head| !head.is_empty());
    let is_given = |name: &str| given().any(|head| columns.named(head) == Some(name));
    if let Some(missing) = columns.required.iter().find(|name| !is_given(name)) {
        return Err(header_error(format!(
            "there is no column {missing}; required are {}",
            columns.required.join(", ")
        )));
    }
    if let Some(unknown) = given().find(|head| columns.named(head).is_none()) {
        let all = [columns.required, columns.optional].concat().join(", ");
        return Err(header_error(format!("nobody knows the column {unknown:?}; there are {all}")));
    }
    let unit = if ::table::is_workbook(&bytes) { "row" } else { "line" };
    let place = |number: usize| Place { file: file.to_owned(), at: format!("{unit} {number}") };
    let read = table.rows.iter().map(|cells| (cells.number, row(&Cells(cells))));
    let faults = table.faults.iter().map(|(number, fault)| (*number, Err(fault.to_string())));
    let mut rows: Vec<_> = read.chain(faults).collect();
    rows.sort_by_key(|(number, _)| *number);
    Ok(rows.into_iter().map(|(number, put)| (place(number), put)).collect())
}

impl Cells<'_> {
    /// The cell's text; `None` when it is empty or the column is left out.
    pub fn text(&self, column: &str) -> Option<&str> {
        match heads::chinese(column) {
            Some(chinese) => self.0.get(&[column, chinese]),
            None => self.0.get(&[column]),
        }
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

//! Rows of a CSV file or an Excel workbook, as front desks and kitchens make them: in UTF-8 or GB 18030, even mixed in one
//! file, with empty rows, merged cells and columns in any order. What is wrong with a row is told with its number, and the
//! other rows go through. Pure: bytes in, rows out.

mod text;
mod xlsx;

use std::collections::BTreeMap;

/// The most rows of one file.
pub const MAX_ROWS: usize = 5000;
/// The most columns.
pub const MAX_COLUMNS: usize = 64;
/// The longest cell, in characters.
pub const MAX_CELL: usize = 500;

/// A row, as the spreadsheet numbers it: the head is 1.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Row {
    /// Its number.
    pub number: usize,
    cells: BTreeMap<String, String>,
}

impl Row {
    /// The cell under any of these heads, trimmed; `None` where it is empty.
    pub fn get(&self, heads: &[&str]) -> Option<&str> {
        heads
            .iter()
            .filter_map(|head| self.cells.get(*head))
            .map(String::as_str)
            .find(|cell| !cell.is_empty())
    }
}

/// What is wrong with a row.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum RowFault {
    /// A cell is in no encoding that is known.
    #[error("a cell is neither UTF-8 nor GB 18030; save the file as UTF-8")]
    Encoding,
    /// A cell is part of a merged one.
    #[error("a cell is merged with others; take the merging back and fill in each row")]
    Merged,
    /// A cell is too long.
    #[error("a cell has more than {MAX_CELL} characters")]
    TooLong,
    /// It has more cells than the head.
    #[error("there are more cells than the head has")]
    TooMany,
    /// It cannot be read as a row.
    #[error("the row cannot be read: {0}")]
    Unreadable(String),
}

/// What is wrong with a file as a whole.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum TableError {
    /// There is nothing in it.
    #[error("there is no row with column names")]
    Empty,
    /// A name stands twice in the head.
    #[error("the column {0:?} stands twice in the head")]
    Twice(String),
    /// Too much.
    #[error("a file has at most {MAX_ROWS} rows and {MAX_COLUMNS} columns; divide it")]
    TooLarge,
    /// It is no workbook.
    #[error("this is no Excel workbook that can be read: {0}")]
    Workbook(String),
    /// The head is in no encoding that is known.
    #[error("the head is neither UTF-8 nor GB 18030")]
    Encoding,
}

/// What a file holds.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Table {
    /// Rows that can be read, empty ones left out.
    pub rows: Vec<Row>,
    /// Rows that cannot, by number.
    pub faults: Vec<(usize, RowFault)>,
}

/// Reads a file: a workbook by its first bytes, anything else as CSV.
///
/// # Errors
/// [`TableError`] where nothing of it can be used.
pub fn read(bytes: &[u8]) -> Result<Table, TableError> {
    let lines = if bytes.starts_with(b"PK") { xlsx::lines(bytes)? } else { text::lines(bytes)? };
    let mut lines = lines.into_iter();
    let (_, head) = lines.next().ok_or(TableError::Empty)?;
    let head = head.map_err(|_| TableError::Encoding)?;
    let head: Vec<String> = head.into_iter().map(|name| name.trim().to_owned()).collect();
    if head.len() > MAX_COLUMNS {
        return Err(TableError::TooLarge);
    }
    let named = || head.iter().filter(|name| !name.is_empty());
    if let Some(twice) = named().find(|name| named().filter(|other| other == name).count() > 1) {
        return Err(TableError::Twice(twice.clone()));
    }
    let mut table = Table::default();
    for (number, cells) in lines {
        match cells.and_then(|cells| row(number, &head, cells)) {
            Ok(row) if row.cells.values().all(String::is_empty) => {}
            Ok(row) => table.rows.push(row),
            Err(fault) => table.faults.push((number, fault)),
        }
        if table.rows.len() + table.faults.len() > MAX_ROWS {
            return Err(TableError::TooLarge);
        }
    }
    Ok(table)
}

/// A line: its number, its cells or what is wrong with it.
type Line = (usize, Result<Vec<String>, RowFault>);

fn row(number: usize, head: &[String], cells: Vec<String>) -> Result<Row, RowFault> {
    let cells: Vec<String> = cells.into_iter().map(|cell| cell.trim().to_owned()).collect();
    if cells.iter().any(|cell| cell.chars().count() > MAX_CELL) {
        return Err(RowFault::TooLong);
    }
    if cells.iter().skip(head.len()).any(|cell| !cell.is_empty()) {
        return Err(RowFault::TooMany);
    }
    Ok(Row { number, cells: head.iter().cloned().zip(cells).collect() })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use rust_xlsxwriter::{Format, Workbook};

    use super::*;

    fn cells(table: &Table, head: &str) -> Vec<(usize, String)> {
        table.rows.iter().map(|row| (row.number, row.get(&[head]).unwrap_or_default().to_owned())).collect()
    }

    #[test]
    fn encodings_may_be_mixed_row_by_row() {
        let mut file = "姓名,菜\n张三,鱼\n".as_bytes().to_vec();
        file.extend(encoding_rs::GB18030.encode("李四,豆腐\n").0.iter());
        file.extend(b"\xff\xff,x\n");
        file.extend("王五,\n".as_bytes());
        let table = read(&file).unwrap();
        let expected = [(2, "张三"), (3, "李四"), (5, "王五")].map(|(n, name)| (n, name.to_owned()));
        assert_eq!(cells(&table, "姓名"), expected);
        assert_eq!(table.faults, [(4, RowFault::Encoding)]);
    }

    #[test]
    fn merged_cells_of_a_workbook_are_told_and_the_rest_goes_through() {
        let mut book = Workbook::new();
        let sheet = book.add_worksheet();
        for (column, name) in ["菜", "价"].into_iter().enumerate() {
            sheet.write(0, column as u16, name).unwrap();
        }
        sheet.write(1, 0, "豆腐").unwrap();
        sheet.write(1, 1, 12.5).unwrap();
        sheet.merge_range(2, 0, 3, 0, "鱼", &Format::new()).unwrap();
        sheet.write(2, 1, 15).unwrap();
        sheet.write(3, 1, 16).unwrap();
        sheet.write(4, 0, "面").unwrap();
        let table = read(&book.save_to_buffer().unwrap()).unwrap();
        assert_eq!(cells(&table, "菜"), [(2, "豆腐".to_owned()), (5, "面".to_owned())]);
        assert_eq!(table.rows[0].get(&["price", "价"]), Some("12.5"));
        assert_eq!(table.faults, [(3, RowFault::Merged), (4, RowFault::Merged)]);
    }

    #[test]
    fn a_head_is_needed_and_each_name_once() {
        assert_eq!(read(b""), Err(TableError::Empty));
        assert_eq!(read(b"a,a\n1,2\n"), Err(TableError::Twice("a".to_owned())));
        assert_eq!(read(b"a\n1,2\n").unwrap().faults, [(2, RowFault::TooMany)]);
    }

    proptest! {
        #[test]
        fn noise_gets_an_answer(bytes in proptest::collection::vec(any::<u8>(), 0..200), zip: bool) {
            let bytes = if zip { [b"PK".as_slice(), &bytes].concat() } else { bytes };
            let _ = read(&bytes);
        }
    }
}

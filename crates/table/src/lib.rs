//! Rows of a CSV file or an Excel workbook, as front desks and kitchens make them: in UTF-8 or GB 18030, even mixed in one
//! file, with empty rows, merged cells and columns in any order. What is wrong with a row is told with its number, and the
//! other rows go through. Pure: bytes in, rows out.

mod text;
mod xlsx;

use std::collections::BTreeMap;

/// How much of a file is read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// The most rows.
    pub rows: usize,
    /// The most bytes of one part of a workbook, unpacked.
    pub unpacked: u64,
}

impl Limits {
    /// For what comes in over the network.
    pub const UPLOAD: Self = Self { rows: 5000, unpacked: 16 << 20 };
    /// For what an operator hands to a program: a whole district's people.
    pub const FILE: Self = Self { rows: 100_000, unpacked: 256 << 20 };
}

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
    #[error("a file has at most {} rows and {MAX_COLUMNS} columns, and unpacks to {} MiB; divide it", .0.rows, .0.unpacked >> 20)]
    TooLarge(Limits),
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
    /// The names of the columns, as they stand.
    pub head: Vec<String>,
    /// Rows that can be read, empty ones left out.
    pub rows: Vec<Row>,
    /// Rows that cannot, by number.
    pub faults: Vec<(usize, RowFault)>,
}

/// Reads a file that came over the network: a workbook by its first bytes, anything else as CSV.
///
/// # Errors
/// [`TableError`] where nothing of it can be used.
pub fn read(bytes: &[u8]) -> Result<Table, TableError> {
    read_within(bytes, Limits::UPLOAD)
}

/// Whether these are a workbook's first bytes.
pub fn is_workbook(bytes: &[u8]) -> bool {
    bytes.starts_with(b"PK")
}

/// The same within other limits. A title above the head, in merged cells, is passed over.
///
/// # Errors
/// [`TableError`] where nothing of it can be used.
pub fn read_within(bytes: &[u8], limits: Limits) -> Result<Table, TableError> {
    let lines = if is_workbook(bytes) { xlsx::lines(bytes, limits)? } else { text::lines(bytes, limits)? };
    let title = |(_, cells): &Line| matches!(cells, Err(RowFault::Merged));
    let mut lines = lines.into_iter().skip_while(title);
    let (_, head) = lines.next().ok_or(TableError::Empty)?;
    let head = head.map_err(|_| TableError::Encoding)?;
    let head: Vec<String> = head.into_iter().map(|name| name.trim().to_owned()).collect();
    if head.len() > MAX_COLUMNS {
        return Err(TableError::TooLarge(limits));
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
        if table.rows.len() + table.faults.len() > limits.rows {
            return Err(TableError::TooLarge(limits));
        }
    }
    table.head = head;
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
    fn a_title_over_the_table_is_passed_over_and_what_is_true_is_true() {
        let mut book = Workbook::new();
        let sheet = book.add_worksheet();
        sheet.merge_range(0, 0, 0, 1, "护理员名册", &Format::new()).unwrap();
        for (column, name) in ["姓名", "已培训"].into_iter().enumerate() {
            sheet.write(1, column as u16, name).unwrap();
        }
        sheet.write(2, 0, "李敏").unwrap();
        sheet.write(2, 1, true).unwrap();
        let table = read(&book.save_to_buffer().unwrap()).unwrap();
        assert_eq!(table.head, ["姓名", "已培训"]);
        assert_eq!(cells(&table, "已培训"), [(3, "true".to_owned())]);
    }

    #[test]
    fn more_than_the_limit_is_refused_as_a_whole() {
        let (limits, text) = (Limits { rows: 2, ..Limits::UPLOAD }, b"a\n1\n2\n3\n");
        assert_eq!(read_within(text, limits), Err(TableError::TooLarge(limits)));
        assert_eq!(read_within(&text[..6], limits).unwrap().rows.len(), 2);
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

//! CSV, each row in the encoding it is in.

use csv::{ByteRecord, ReaderBuilder};
use encoding_rs::GB18030;

use crate::{Limits, Line, RowFault, TableError};

pub(crate) fn lines(bytes: &[u8], limits: Limits) -> Result<Vec<Line>, TableError> {
    let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    let mut reader = ReaderBuilder::new().has_headers(false).flexible(true).from_reader(bytes);
    let mut lines = Vec::new();
    let mut record = ByteRecord::new();
    loop {
        match reader.read_byte_record(&mut record) {
            Ok(false) => return Ok(lines),
            Ok(true) => {
                let number = record.position().map_or(lines.len() + 1, |at| at.line() as usize);
                lines.push((number, record.iter().map(decoded).collect()));
            }
            Err(error) => lines.push((lines.len() + 1, Err(RowFault::Unreadable(error.to_string())))),
        }
        // The head is one more.
        if lines.len() > limits.rows.saturating_add(1) {
            return Err(TableError::TooLarge(limits));
        }
    }
}

fn decoded(cell: &[u8]) -> Result<String, RowFault> {
    if let Ok(text) = std::str::from_utf8(cell) {
        return Ok(text.to_owned());
    }
    let text = GB18030.decode_without_bom_handling_and_without_replacement(cell);
    text.map(std::borrow::Cow::into_owned).ok_or(RowFault::Encoding)
}

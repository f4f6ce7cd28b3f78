//! The first sheet of an Excel workbook (ECMA-376), as far as cells have text: shared and inline strings, numbers, the
//! results of formulas. Bounded: a workbook that unpacks to more than it should is refused.

use std::{
    collections::{BTreeMap, BTreeSet},
    io::{Cursor, Read},
};

use quick_xml::{
    Reader, XmlVersion,
    events::{BytesStart, Event},
};
use zip::ZipArchive;

use crate::{Limits, Line, MAX_COLUMNS, RowFault, TableError};

pub(crate) fn lines(bytes: &[u8], limits: Limits) -> Result<Vec<Line>, TableError> {
    let mut archive = ZipArchive::new(Cursor::new(bytes)).map_err(|error| unreadable(&error))?;
    let names = archive.file_names().filter_map(|name| Some(name.ok()?.into_owned()));
    let sheet = names.filter(|name| name.starts_with("xl/worksheets/sheet")).min();
    let sheet = sheet.ok_or_else(|| TableError::Workbook("it has no sheet".to_owned()))?;
    let shared = match part(&mut archive, "xl/sharedStrings.xml", limits)? {
        Some(text) => shared(&text)?,
        None => Vec::new(),
    };
    let text = part(&mut archive, &sheet, limits)?.unwrap_or_default();
    let (cells, merged) = cells(&text, &shared, limits)?;
    let mut lines = Vec::new();
    for (number, row) in cells {
        if merged.contains(&number) {
            lines.push((number, Err(RowFault::Merged)));
            continue;
        }
        let width = row.last_key_value().map_or(0, |(column, _)| column + 1);
        let cells = (0..width).map(|column| row.get(&column).cloned().unwrap_or_default()).collect();
        lines.push((number, Ok(cells)));
    }
    Ok(lines)
}

fn unreadable(error: &dyn std::fmt::Display) -> TableError {
    TableError::Workbook(error.to_string())
}

fn part(
    archive: &mut ZipArchive<Cursor<&[u8]>>,
    name: &str,
    limits: Limits,
) -> Result<Option<String>, TableError> {
    if archive.index_for_name(name).is_none() {
        return Ok(None);
    }
    let file = archive.by_name(name).map_err(|error| unreadable(&error))?;
    let mut text = String::new();
    let read = file
        .take(limits.unpacked.saturating_add(1))
        .read_to_string(&mut text)
        .map_err(|error| unreadable(&error))?;
    if read as u64 > limits.unpacked { Err(TableError::TooLarge(limits)) } else { Ok(Some(text)) }
}

/// The texts cells refer to by number.
fn shared(text: &str) -> Result<Vec<String>, TableError> {
    let mut texts = Vec::new();
    let mut reader = Reader::from_str(text);
    let (mut inside, mut phonetic) = (false, false);
    loop {
        match reader.read_event().map_err(|error| unreadable(&error))? {
            Event::Start(tag) if tag.local_name().as_ref() == "si" => texts.push(String::new()),
            Event::Start(tag) if tag.local_name().as_ref() == "rPh" => phonetic = true,
            Event::End(tag) if tag.local_name().as_ref() == "rPh" => phonetic = false,
            Event::Start(tag) if tag.local_name().as_ref() == "t" => inside = !phonetic,
            Event::End(tag) if tag.local_name().as_ref() == "t" => inside = false,
            Event::Eof => return Ok(texts),
            event => {
                if let Some(last) = texts.last_mut().filter(|_| inside) {
                    append(last, &event);
                }
            }
        }
    }
}

fn append(to: &mut String, event: &Event<'_>) {
    match event {
        Event::Text(text) => to.push_str(&text.xml_content(XmlVersion::Implicit1_0)),
        Event::CData(text) => to.push_str(&text.xml_content(XmlVersion::Implicit1_0)),
        Event::GeneralRef(entity) => {
            if let Ok(Some(character)) = entity.resolve_char_ref() {
                to.push(character);
            } else {
                let name: &str = entity;
                to.push_str(match name {
                    "lt" => "<",
                    "gt" => ">",
                    "amp" => "&",
                    "quot" => "\"",
                    "apos" => "'",
                    _ => "",
                });
            }
        }
        _ => {}
    }
}

/// What a cell's value is.
#[derive(Clone, Copy)]
enum Kind {
    /// The number of a text that several cells may share.
    Shared,
    /// 1 for true.
    Truth,
    /// As it stands.
    Plain,
}

type Cells = BTreeMap<usize, BTreeMap<usize, String>>;

/// The cells by row and column, and the rows a merged cell touches.
fn cells(text: &str, shared: &[String], limits: Limits) -> Result<(Cells, BTreeSet<usize>), TableError> {
    let (mut cells, mut merged) = (Cells::new(), BTreeSet::new());
    let mut reader = Reader::from_str(text);
    let mut open: Option<(usize, usize, Kind, String)> = None;
    let mut inside = false;
    loop {
        let event = reader.read_event().map_err(|error| unreadable(&error))?;
        match &event {
            Event::Start(tag) if tag.local_name().as_ref() == "c" => {
                let place = attribute(tag, "r").as_deref().and_then(place);
                let kind = match attribute(tag, "t").as_deref() {
                    Some("s") => Kind::Shared,
                    Some("b") => Kind::Truth,
                    _ => Kind::Plain,
                };
                open = place.map(|(row, column)| (row, column, kind, String::new()));
            }
            Event::Start(tag) if matches!(tag.local_name().as_ref(), "v" | "t") => inside = true,
            Event::End(tag) if matches!(tag.local_name().as_ref(), "v" | "t") => inside = false,
            Event::End(tag) if tag.local_name().as_ref() == "c" => {
                if let Some((row, column, kind, value)) = open.take() {
                    let by_number = || shared.get(value.trim().parse::<usize>().ok()?).cloned();
                    let value = match kind {
                        Kind::Shared => by_number().unwrap_or_default(),
                        Kind::Truth => if value.trim() == "1" { "true" } else { "false" }.to_owned(),
                        Kind::Plain => value,
                    };
                    cells.entry(row).or_default().insert(column, value);
                }
            }
            Event::Start(tag) | Event::Empty(tag) if tag.local_name().as_ref() == "mergeCell" => {
                let span = attribute(tag, "ref").and_then(|span| {
                    let (from, to) = span.split_once(':')?;
                    Some((place(from)?.0, place(to)?.0))
                });
                if let Some((from, to)) = span {
                    merged.extend((from..=to).take(limits.rows));
                }
            }
            Event::Eof => return Ok((cells, merged)),
            event => {
                if let Some((.., value)) = open.as_mut().filter(|_| inside) {
                    append(value, event);
                }
            }
        }
    }
}

fn attribute(tag: &BytesStart<'_>, name: &str) -> Option<String> {
    let attribute = tag.try_get_attribute(name).ok()??;
    Some(attribute.normalized_value(XmlVersion::Implicit1_0).ok()?.into_owned())
}

/// `B12` as row 12, column 1.
fn place(text: &str) -> Option<(usize, usize)> {
    let end = text.find(|c: char| c.is_ascii_digit())?;
    let (letters, digits) = text.split_at(end);
    let mut column = 0_usize;
    for letter in letters.bytes() {
        let number = letter.to_ascii_uppercase().checked_sub(b'A').filter(|number| *number < 26)?;
        column = column.checked_mul(26)?.checked_add(usize::from(number) + 1)?;
    }
    let row: usize = digits.parse().ok().filter(|row| (1..=1_048_576).contains(row))?;
    // What lies further right than any head is no cell of ours.
    let column = column.checked_sub(1).filter(|column| *column < MAX_COLUMNS * 4)?;
    Some((row, column))
}

#[cfg(test)]
mod tests {
    #[test]
    fn a_place_is_row_and_column() {
        assert_eq!(super::place("A1"), Some((1, 0)));
        assert_eq!(super::place("AB12"), Some((12, 27)));
        for bad in ["", "12", "A", "A0", "?1", "ZZZZZZ1"] {
            assert_eq!(super::place(bad), None, "{bad}");
        }
    }
}

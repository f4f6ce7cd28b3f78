//! Labels of boxes: 24 on a sheet of A4 (70 × 35 mm, the common size), in the order they are loaded, so that a round's
//! labels come off the sheet one after the other.

use domain::meal::{Clash, Size, Texture};

use crate::{A4, PaperError, Sheet, Typeface, words};

const COLUMNS: usize = 3;
const ROWS: usize = 8;
/// From the label's edge to its text.
const INSET: f32 = 9.0;
/// How wide the code in the upper right corner is, 15 mm: a cheap phone's camera reads it at arm's length.
const CODE: f32 = 42.0;

/// What stands on one box.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Label {
    /// The courier and which of their trips, or how it is served where nobody carries it.
    pub round: String,
    /// Which stop, from 1; none where nobody carries it.
    pub stop: Option<u16>,
    /// For whom, as the kitchen needs it.
    pub name: String,
    /// What.
    pub dish: String,
    /// How much.
    pub size: Size,
    /// How soft.
    pub texture: Texture,
    /// What has to be watched.
    pub clashes: Vec<Clash>,
    /// What is scanned or read aloud at the door.
    pub code: String,
}

/// All labels.
///
/// # Errors
/// [`PaperError::Unprintable`].
pub fn print(face: &Typeface, labels: &[Label]) -> Result<Vec<u8>, PaperError> {
    let mut sheet = Sheet::new(face, A4);
    let (width, height) = (A4.0 / COLUMNS as f32, A4.1 / ROWS as f32);
    for (number, label) in labels.iter().enumerate() {
        let place = number % (COLUMNS * ROWS);
        if number > 0 && place == 0 {
            sheet.turn();
        }
        let (row, column) = (place / COLUMNS, place % COLUMNS);
        let (left, top) = (column as f32 * width, row as f32 * height);
        for (down, size, text) in label.lines() {
            sheet.put(left + INSET, top + down, size, text);
        }
        sheet.put_code(left + width - INSET - CODE, top + INSET, CODE, &label.code)?;
    }
    sheet.print()
}

impl Label {
    /// The texts on it from the top: how far down, how large, what.
    pub fn lines(&self) -> [(f32, f32, String); 6] {
        let stop = self.stop.map_or_else(String::new, |stop| format!(" · 第{stop}站"));
        let kind = format!("{} {} {}", self.dish, self.size.chinese(), self.texture.chinese());
        // Nothing of what has to be watched is cut: a second line, smaller, takes the rest.
        let (first, rest) = broken(&words::clashes(&self.clashes), 36);
        [
            (20.0, 10.0, words::fitting(&format!("{}{stop}", self.round), 26)),
            (42.0, 15.0, words::fitting(&self.name, 16)),
            (66.0, 9.5, words::fitting(&kind, 37)),
            (78.0, 9.5, first),
            (88.0, 7.5, rest),
            (99.0, 8.0, self.code.clone()),
        ]
    }
}

/// A text in two lines, the first of so many columns.
fn broken(text: &str, columns: usize) -> (String, String) {
    let mut used = 0;
    let end = text.char_indices().find(|(_, c)| {
        used += if c.is_ascii() { 1 } else { 2 };
        used > columns
    });
    match end {
        Some((at, _)) => {
            let (first, rest) = text.split_at(at);
            (first.to_owned(), rest.to_owned())
        }
        None => (text.to_owned(), String::new()),
    }
}

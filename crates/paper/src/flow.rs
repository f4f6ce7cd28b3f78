//! Pages of lines, filled from the top.

use crate::{A4, PaperError, Sheet, Typeface};

const MARGIN: f32 = 50.0;
const LEADING: f32 = 17.0;

/// Lines on A4.
pub struct Flow {
    sheet: Sheet,
    down: f32,
}

impl Flow {
    /// The usual size of a text, in points.
    pub const SIZE: f32 = 10.5;

    /// Nothing on it yet.
    pub fn new(face: &Typeface) -> Self {
        Self { sheet: Sheet::new(face, A4), down: MARGIN }
    }

    /// A line of cells, each beginning so far right of the margin.
    pub fn line(&mut self, size: f32, cells: impl IntoIterator<Item = (f32, String)>) {
        if self.down > A4.1 - 2.0 * MARGIN {
            self.page();
        }
        self.down += LEADING.max(size * 1.6);
        for (right, text) in cells {
            self.sheet.put(MARGIN + right, self.down, size, text);
        }
    }

    /// A line of one text.
    pub fn text(&mut self, size: f32, text: impl Into<String>) {
        self.line(size, [(0.0, text.into())]);
    }

    /// Half a line of nothing.
    pub fn gap(&mut self) {
        self.down += LEADING / 2.0;
    }

    /// The next line begins another page.
    pub fn page(&mut self) {
        self.sheet.turn();
        self.down = MARGIN;
    }

    /// The numbered pages as PDF.
    ///
    /// # Errors
    /// [`PaperError::Unprintable`].
    pub fn print(mut self) -> Result<Vec<u8>, PaperError> {
        self.sheet.number();
        self.sheet.print()
    }
}

//! Pages on which text is put anywhere. Lengths are points, a seventy-second of an inch, from the upper left corner.

use krilla::{Document, geom::Point, page::PageSettings, text::TextDirection};

use crate::{PaperError, Typeface};

/// A4, in points: width, height.
pub const A4: (f32, f32) = (595.0, 842.0);

/// A text: right, down, size, the text.
type Mark = (f32, f32, f32, String);

/// Pages.
pub struct Sheet {
    face: Typeface,
    size: (f32, f32),
    pages: Vec<Vec<Mark>>,
}

impl Sheet {
    /// One empty page of that size.
    pub fn new(face: &Typeface, size: (f32, f32)) -> Self {
        Self { face: face.clone(), size, pages: vec![Vec::new()] }
    }

    /// The size of a page.
    pub const fn size(&self) -> (f32, f32) {
        self.size
    }

    /// Another page.
    pub fn turn(&mut self) {
        self.pages.push(Vec::new());
    }

    /// Puts a text on the last page; its baseline begins there.
    pub fn put(&mut self, right: f32, down: f32, size: f32, text: impl Into<String>) {
        if let Some(page) = self.pages.last_mut() {
            page.push((right, down, size, text.into()));
        }
    }

    /// Numbers the pages at their feet.
    pub fn number(&mut self) {
        let count = self.pages.len();
        for (number, page) in self.pages.iter_mut().enumerate() {
            page.push((
                self.size.0 / 2.0 - 15.0,
                self.size.1 - 50.0,
                9.0,
                format!("{} / {count}", number + 1),
            ));
        }
    }

    /// The pages as PDF.
    ///
    /// # Errors
    /// [`PaperError::Unprintable`].
    pub fn print(self) -> Result<Vec<u8>, PaperError> {
        let mut document = Document::new();
        for marks in self.pages {
            let settings = PageSettings::from_wh(self.size.0, self.size.1)
                .ok_or(PaperError::Unprintable("there is no such page size"))?;
            let mut page = document.start_page_with(settings);
            let mut surface = page.surface();
            for (right, down, size, text) in marks.into_iter().filter(|(.., text)| !text.is_empty()) {
                let at = Point::from_xy(right, down);
                surface.draw_text(at, self.face.0.clone(), size, &text, false, TextDirection::LeftToRight);
            }
            surface.finish();
            page.finish();
        }
        document.finish().map_err(|_| PaperError::Unprintable("the pages cannot be written"))
    }
}

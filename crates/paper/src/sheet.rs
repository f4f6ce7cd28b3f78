//! Pages on which text and codes to be scanned are put anywhere. Lengths are points, a seventy-second of an inch, from the
//! upper left corner.

use krilla::{
    Document,
    geom::{Path, PathBuilder, Point, Rect},
    page::PageSettings,
    text::TextDirection,
};
use qrcode::{Color, EcLevel, QrCode};

use crate::{PaperError, Typeface};

/// A4, in points: width, height.
pub const A4: (f32, f32) = (595.0, 842.0);

/// What stands on a page.
enum Mark {
    /// A text: right, down, size, the text.
    Text(f32, f32, f32, String),
    /// Blocks that are black.
    Black(Path),
}

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
            page.push(Mark::Text(right, down, size, text.into()));
        }
    }

    /// Puts a QR code on the last page, so wide without the blank margin that whoever scans it needs around it: four
    /// blocks. A quarter of it may be torn or wet.
    ///
    /// # Errors
    /// [`PaperError::Unprintable`] for a text that is too long.
    pub fn put_code(&mut self, left: f32, top: f32, width: f32, text: &str) -> Result<(), PaperError> {
        let too_long = |_| PaperError::Unprintable("the text is too long for a code");
        let code = QrCode::with_error_correction_level(text, EcLevel::H).map_err(too_long)?;
        let side = code.width().max(1);
        let block = width / side as f32;
        let mut black = PathBuilder::new();
        for (number, _) in code.to_colors().iter().enumerate().filter(|(_, color)| **color == Color::Dark) {
            let (row, column) = (number / side, number % side);
            let rect = Rect::from_xywh(left + column as f32 * block, top + row as f32 * block, block, block);
            if let Some(rect) = rect {
                black.push_rect(rect);
            }
        }
        if let Some((page, black)) = self.pages.last_mut().zip(black.finish()) {
            page.push(Mark::Black(black));
        }
        Ok(())
    }

    /// Numbers the pages at their feet.
    pub fn number(&mut self) {
        let count = self.pages.len();
        for (number, page) in self.pages.iter_mut().enumerate() {
            page.push(Mark::Text(
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
            for mark in marks {
                match mark {
                    Mark::Text(.., text) if text.is_empty() => {}
                    Mark::Text(right, down, size, text) => {
                        let (at, face) = (Point::from_xy(right, down), self.face.0.clone());
                        surface.draw_text(at, face, size, &text, false, TextDirection::LeftToRight);
                    }
                    Mark::Black(blocks) => surface.draw_path(&blocks),
                }
            }
            surface.finish();
            page.finish();
        }
        document.finish().map_err(|_| PaperError::Unprintable("the pages cannot be written"))
    }
}

//! The courier's sheet, for when the phone is dead: one page a round, door by door.

use crate::{Flow, PaperError, Typeface, words};

/// A door on the sheet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Door {
    /// When.
    pub at: domain::time::Timestamp,
    /// Who, or which kitchen.
    pub name: String,
    /// Where, as the courier needs it.
    pub place: String,
    /// How many boxes.
    pub boxes: usize,
    /// Which.
    pub what: String,
}

/// A round on the sheet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Route {
    /// Whose and which.
    pub title: String,
    /// In order.
    pub doors: Vec<Door>,
}

/// One page, or more, for each round.
///
/// # Errors
/// [`PaperError::Unprintable`].
pub fn print(face: &Typeface, routes: &[Route]) -> Result<Vec<u8>, PaperError> {
    let mut paper = Flow::new(face);
    for (number, route) in routes.iter().enumerate() {
        if number > 0 {
            paper.page();
        }
        paper.text(15.0, route.title.clone());
        paper.gap();
        for (stop, door) in route.doors.iter().enumerate() {
            let cells = [
                (0.0, format!("{}", stop + 1)),
                (22.0, words::clock(door.at)),
                (65.0, words::fitting(&door.name, 18)),
                (175.0, words::fitting(&door.place, 30)),
                (345.0, format!("{} 盒", door.boxes)),
                (385.0, words::fitting(&door.what, 20)),
            ];
            paper.line(Flow::SIZE, cells);
        }
        paper.gap();
        paper.text(Flow::SIZE, "出发 ________　返回 ________　签名 ________________");
    }
    paper.print()
}

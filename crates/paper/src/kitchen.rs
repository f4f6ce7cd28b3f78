//! The kitchen's sheet: what goes into the pots, and what has to be watched.

use schemas::meal::KitchenCount;

use crate::{Flow, PaperError, Typeface, words};

/// The sheet of one sitting.
///
/// # Errors
/// [`PaperError::Unprintable`].
pub fn print(face: &Typeface, kitchen: &str, count: &KitchenCount) -> Result<Vec<u8>, PaperError> {
    let mut paper = Flow::new(face);
    let key = &count.sitting;
    paper.text(16.0, format!("{kitchen} · {} {}", key.day, key.slot.chinese()));
    let closed = words::clock(count.cut_off_at);
    paper.text(
        Flow::SIZE,
        format!("订餐截止 {closed} · 未订餐 {} 人 · 待联系 {} 人", count.given_up, count.unmet),
    );
    let servings = count.servings.iter().map(|(serving, n)| format!("{} {n}", serving.chinese()));
    paper.text(Flow::SIZE, servings.collect::<Vec<_>>().join(" · "));
    for dish in &count.dishes {
        paper.gap();
        paper.text(13.0, format!("{}　{} 份", dish.name, dish.portions));
        for kind in &dish.kinds {
            let cells = [
                (20.0, kind.size.chinese().to_owned()),
                (120.0, kind.texture.chinese().to_owned()),
                (220.0, format!("{} 份", kind.portions)),
            ];
            paper.line(Flow::SIZE, cells);
        }
        for watched in &dish.clashes {
            paper.line(
                Flow::SIZE,
                [(20.0, words::clash(&watched.clash)), (220.0, format!("{} 份", watched.portions))],
            );
        }
    }
    paper.print()
}

//! What is printed: pages of text with a Chinese font embedded, so that they look the same on every printer. The same
//! content gives the same bytes. Pure but for reading the font.
//!
//! - [`Typeface`] finds a font, [`Sheet`] is pages on which text is put anywhere, [`Flow`] fills pages from the top.
//! - [`labels`] is for boxes, [`kitchen`] for the pots, [`route`] for couriers.

mod face;
mod flow;
pub mod kitchen;
pub mod labels;
pub mod route;
mod sheet;
pub mod words;

pub use self::{
    face::Typeface,
    flow::Flow,
    sheet::{A4, Sheet},
};

/// Why nothing can be printed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum PaperError {
    /// There is no font for it.
    #[error(
        "font_missing: no font with Chinese characters is here; install Noto Sans CJK or name a font file"
    )]
    NoFont,
    /// The pages cannot be written.
    #[error("unprintable: {0}")]
    Unprintable(&'static str),
}

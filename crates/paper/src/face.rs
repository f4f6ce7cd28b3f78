//! The font: one with Chinese characters, as the system brings it along or as it is named.

use std::{
    fs,
    path::{Path, PathBuf},
};

use krilla::text::Font;

use crate::PaperError;

/// Fonts with Chinese in them as systems bring them along, and which of a collection is the mainland's.
const FONTS: [(&str, u32); 4] = [
    ("/usr/share/fonts/opentype/noto/NotoSansCJK-Regular.ttc", 2),
    ("/usr/share/fonts/noto-cjk/NotoSansCJK-Regular.ttc", 2),
    ("/usr/share/fonts/google-noto-cjk/NotoSansCJK-Regular.ttc", 2),
    ("/usr/share/fonts/truetype/wqy/wqy-microhei.ttc", 0),
];

/// A font that is read. Clones share it.
#[derive(Clone)]
pub struct Typeface(pub(crate) Font);

impl Typeface {
    /// The font in this file, or the first the system has.
    ///
    /// # Errors
    /// [`PaperError::NoFont`].
    pub fn open(file: Option<&Path>) -> Result<Self, PaperError> {
        let candidates: Vec<(PathBuf, u32)> = match file {
            // Of a collection the mainland's is the third, as in the fonts above; a single font has but one.
            Some(file) if file.extension().is_some_and(|ending| ending == "ttc") => vec![(file.into(), 2)],
            Some(file) => vec![(file.into(), 0)],
            None => FONTS.iter().map(|(file, index)| (PathBuf::from(file), *index)).collect(),
        };
        let font = candidates.iter().find_map(|(file, index)| Font::new(fs::read(file).ok()?.into(), *index));
        font.map(Self).ok_or(PaperError::NoFont)
    }
}

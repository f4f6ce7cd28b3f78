//! A set of small numbers that hands out its first or last in a few instructions: the queue of a propagation.

#[derive(Debug, Default)]
pub(super) struct Bits {
    words: Vec<u64>,
}

impl Bits {
    #[inline]
    pub(super) fn insert(&mut self, i: u32) {
        let word = i as usize / 64;
        if word >= self.words.len() {
            self.words.resize(word + 1, 0);
        }
        self.words[word] |= 1 << (i % 64);
    }

    #[inline]
    pub(super) fn pop_first(&mut self) -> Option<u32> {
        let at = self.words.iter().position(|w| *w != 0)?;
        let word = &mut self.words[at];
        let bit = word.trailing_zeros();
        *word &= *word - 1;
        Some(at as u32 * 64 + bit)
    }

    #[inline]
    pub(super) fn pop_last(&mut self) -> Option<u32> {
        let at = self.words.iter().rposition(|w| *w != 0)?;
        let word = &mut self.words[at];
        let bit = 63 - word.leading_zeros();
        *word &= !(1 << bit);
        Some(at as u32 * 64 + bit)
    }

    pub(super) fn clear(&mut self) {
        self.words.fill(0);
    }
}

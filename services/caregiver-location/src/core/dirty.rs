//! Who has changed since somebody last looked. Each person stands in the list once, so it is bounded by their
//! number, and whoever looks sees the latest: coalescing for nothing.

/// A set of slots in the order they were first marked.
#[derive(Debug, Default)]
pub(crate) struct Dirty {
    marked: Vec<bool>,
    order: Vec<u32>,
}

impl Dirty {
    pub(crate) fn mark(&mut self, slot: u32) {
        let index = slot as usize;
        if self.marked.len() <= index {
            self.marked.resize(index + 1, false);
        }
        if let Some(mark @ false) = self.marked.get_mut(index) {
            *mark = true;
            self.order.push(slot);
        }
    }

    /// Takes one out, if it is marked.
    pub(crate) fn clear(&mut self, slot: u32) -> bool {
        let was = self.marked.get_mut(slot as usize).is_some_and(std::mem::take);
        if was {
            self.order.retain(|other| *other != slot);
        }
        was
    }

    /// Takes up to so many for which `due` holds; the others stay marked.
    pub(crate) fn take(&mut self, most: usize, mut due: impl FnMut(u32) -> bool) -> Vec<u32> {
        let mut taken = Vec::new();
        let marked = &mut self.marked;
        self.order.retain(|slot| {
            let take = taken.len() < most && due(*slot);
            if take {
                taken.push(*slot);
                if let Some(mark) = marked.get_mut(*slot as usize) {
                    *mark = false;
                }
            }
            !take
        });
        taken
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.order.is_empty()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_stands_once_and_the_rest_stays() {
        let mut dirty = Dirty::default();
        for slot in [3, 1, 3, 2] {
            dirty.mark(slot);
        }
        assert_eq!(dirty.take(2, |slot| slot != 3), [1, 2]);
        assert!(dirty.clear(3));
        assert!(!dirty.clear(3));
        assert!(dirty.is_empty());
        dirty.mark(1);
        assert_eq!(dirty.take(9, |_| true), [1]);
    }
}

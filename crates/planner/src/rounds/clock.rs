//! Working hours on a round: neither a way nor a visit lies in a break; work moves behind it.

/// The first instant from `t` on at which `span` ticks lie in no break.
#[inline]
pub(super) fn clear(breaks: &[(i32, i32)], t: i32, span: i32) -> i32 {
    let mut at = t;
    for (from, to) in breaks {
        if at < *to && at + span > *from {
            at = *to;
        }
    }
    at
}

/// The last instant up to `t` at which `span` ticks lie in no break.
#[inline]
pub(super) fn clear_back(breaks: &[(i32, i32)], t: i32, span: i32) -> i32 {
    let mut at = t;
    for (from, to) in breaks.iter().rev() {
        if at < *to && at + span > *from {
            at = *from - span;
        }
    }
    at
}

#[cfg(test)]
mod tests {
    use super::{clear, clear_back};

    #[test]
    fn work_moves_behind_breaks_and_back_before_them() {
        let breaks = [(10, 20), (25, 30)];
        assert_eq!(clear(&breaks, 0, 10), 0);
        assert_eq!(clear(&breaks, 1, 10), 30);
        assert_eq!(clear(&breaks, 1, 5), 1);
        assert_eq!(clear(&breaks, 12, 5), 20);
        assert_eq!(clear_back(&breaks, 40, 10), 40);
        assert_eq!(clear_back(&breaks, 24, 10), 0);
        assert_eq!(clear_back(&breaks, 29, 5), 20);
    }

    #[test]
    fn one_is_the_other_seen_from_behind() {
        let breaks = [(10, 20), (23, 30), (30, 31)];
        for span in 0..12 {
            for t in -5..45 {
                let first = clear(&breaks, t, span);
                assert!(first >= t && clear_back(&breaks, first, span) == first);
                let last = clear_back(&breaks, t, span);
                assert!(last <= t && clear(&breaks, last, span) == last);
            }
        }
    }
}

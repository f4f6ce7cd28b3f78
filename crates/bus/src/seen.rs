//! Remembers the last so many ids, for consumers to whom a message may come twice.

use std::collections::{HashSet, VecDeque};

/// A bounded memory of ids; the oldest is forgotten first.
#[derive(Debug, Clone)]
pub struct SeenIds {
    capacity: usize,
    order: VecDeque<String>,
    known: HashSet<String>,
}

impl SeenIds {
    /// Remembers at most so many.
    pub fn new(capacity: usize) -> Self {
        Self { capacity, order: VecDeque::new(), known: HashSet::new() }
    }

    /// Whether the id is new; it is remembered from now on.
    pub fn is_new(&mut self, id: &str) -> bool {
        if self.capacity == 0 {
            return true;
        }
        if self.known.contains(id) {
            return false;
        }
        if self.order.len() >= self.capacity
            && let Some(oldest) = self.order.pop_front()
        {
            self.known.remove(&oldest);
        }
        self.order.push_back(id.to_owned());
        self.known.insert(id.to_owned())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_repeated_id_is_known_until_pushed_out() {
        let mut seen = SeenIds::new(2);
        assert!(seen.is_new("a"));
        assert!(seen.is_new("b"));
        assert!(!seen.is_new("a"));
        assert!(seen.is_new("c"), "pushes out a, the oldest");
        assert!(seen.is_new("a"));
        assert!(!seen.is_new("c"));
    }
}

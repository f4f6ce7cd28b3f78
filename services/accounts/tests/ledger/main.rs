//! The ledger's promises: books that balance, nothing below zero, caps that hold, the same totals in whatever order
//! and however often events come, wherever the process dies.

#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test may panic")]

mod any_order;
mod rules;
mod support;

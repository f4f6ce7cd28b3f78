//! The five cities' packs, each against its document, rule by rule; and the `accounts` program as people use it.

#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test may panic")]

mod cases;
mod catalogue;
mod changji;
mod changsha;
mod command;
mod docs;
mod grants;
mod jiayuguan;
mod kangbashi;
mod packs;
mod support;
mod yuncheng;

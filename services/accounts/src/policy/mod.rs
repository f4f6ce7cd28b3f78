//! What a city's document rules, as data, and what follows from it for one person.
//!
//! | file | is |
//! | --- | --- |
//! | `pack.rs`, `pack/` | a policy pack: the TOML file of one city, typed |
//! | `load.rs` | reading a pack, with what is wrong said in words |
//! | `check.rs` | what the types alone do not forbid: dates, rule ids, floors |
//! | `condition.rs` | whether one condition holds for a person on a day |
//! | `assess.rs` | the decision about every kind, with its steps |
//! | `explain.rs` | the same in words, article by article |
//! | `diff.rs` | what changes between two packs |
//! | `trial.rs` | a pack tried on a recorded month before it is switched on |

pub mod assess;
pub mod check;
mod condition;
pub mod diff;
pub mod explain;
pub mod load;
pub mod pack;
pub mod trial;

pub use assess::{Decision, assess, decide};
pub use load::{LoadError, load};
pub use pack::Pack;

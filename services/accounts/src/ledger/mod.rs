//! The ledger's rules, without I/O: one purse in, transfers out.
//!
//! | file | is |
//! | --- | --- |
//! | `transfer.rs` | double entry: an amount leaves one account and enters another |
//! | `terms.rs` | what the city's pack says about spending |
//! | `split.rs` | how a price is shared between the allowance and the elder |
//! | `purse.rs` | what an elder has of one kind for one month, and what may happen to it |
//! | `refusal.rs` | why something may not |
//! | `work.rs` | what there is to do |
//! | `sheet.rs` | a batch of work decided on paper, ready to be written down |
//! | `matters.rs` | matters on the sheet, with what follows from a step |
//! | `book.rs` | many purses in memory, each event applied once |
//!
//! An elder's support of one kind and month is a purse of its own, so that nothing carries over, nobody's two kinds add
//! up, and one row is all that a decision reads and writes.

pub mod book;
mod matters;
pub mod purse;
pub mod refusal;
pub mod sheet;
pub mod split;
pub mod terms;
pub mod transfer;
pub mod work;

pub use book::Book;
pub use purse::{Capture, Hold, HoldState, Purse, PurseKey};
pub use refusal::Refusal;
pub use sheet::Sheet;
pub use terms::Terms;
pub use transfer::{Account, Transfer, Unit};
pub use work::Work;

//! What is written: [`ledger`] durably, [`positions`] cheaply, [`mirror`] to Redis.

pub(crate) mod ledger;
pub(crate) mod mirror;
pub(crate) mod positions;

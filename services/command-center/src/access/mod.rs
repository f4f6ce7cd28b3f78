//! Who may come in: accounts, passwords, one-time codes, tokens, scopes.
//!
//! | question | module |
//! | --- | --- |
//! | how far someone sees | [`scope`] |
//! | what a token says and how it is signed | [`token`], [`keys`] |
//! | coming back after a token's end | [`refresh`] |
//! | who is still welcome | [`sessions`] |
//! | signing in, renewing, setting passwords, making accounts | [`sign_in`], [`accounts`] |
//! | the first supervisor, accounts from a file | [`bootstrap`] |
//! | how long a name is shut out | [`lockout`] |
//! | how often someone may | [`rate`] |
//! | where a request comes from | [`address`] |
//! | tracker apps | [`trackers`] |

pub mod accounts;
pub mod address;
pub mod bootstrap;
pub mod code;
pub mod keys;
pub mod lockout;
pub mod password;
pub mod rate;
pub mod refresh;
pub mod scope;
pub mod sessions;
pub mod sign_in;
pub mod token;
pub mod trackers;

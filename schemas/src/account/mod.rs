//! Money and eligibility: what is asked of `accounts`, and what it answers.

pub mod assessment;
pub mod books;
pub mod funding;
pub mod matter;
pub mod person;
pub mod standing;

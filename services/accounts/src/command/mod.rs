//! What can be asked on the command line. Each command prints its result, or fails with one sentence that says why.

mod books;
mod policy;

use std::{
    io::{self, Write},
    process::ExitCode,
};

use clap::Parser;

/// Eligibility, policies and money. Without a command it serves.
#[derive(Debug, Parser)]
#[command(name = "accounts", version, arg_required_else_help = true)]
enum Cli {
    #[command(flatten)]
    Policy(policy::Policy),
    #[command(flatten)]
    Books(books::Books),
}

/// The words that are commands; anything else is for the service.
pub const WORDS: [&str; 13] = [
    "assess",
    "explain",
    "check",
    "diff",
    "try",
    "backup",
    "restore",
    "settle",
    "approve",
    "statement",
    "catalogue",
    "help",
    "trial-balance",
];

/// Runs the command.
pub fn run() -> ExitCode {
    let outcome = match Cli::parse() {
        Cli::Policy(policy) => policy.run(),
        Cli::Books(books) => books.run(),
    };
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            // Nobody left to tell if standard error is closed.
            let _ = writeln!(io::stderr(), "accounts: {error:#}");
            ExitCode::FAILURE
        }
    }
}

//! The `accounts` program: connect → start → run until stopped; or a command on policies and books, which needs no
//! bus.

mod command;

use std::process::ExitCode;

use accounts::{ProgramConfig, start};
use runtime::{BoxError, Context, Service};

fn main() -> ExitCode {
    if std::env::args().nth(1).is_some_and(|word| command::WORDS.contains(&word.as_str())) {
        return command::run();
    }
    runtime::run(Service { name: "accounts", version: env!("CARGO_PKG_VERSION") }, build)
}

async fn build(config: ProgramConfig, ctx: Context) -> Result<(), BoxError> {
    let bus = bus::Bus::open(&config.nats, "accounts", &ctx).await?;
    Ok(start(&config.accounts, &config.nats, &bus, &ctx).await?)
}

//! The `emergency-call` program: connect → start → run until stopped.

use std::process::ExitCode;

use emergency_call::{ProgramConfig, start};
use runtime::{BoxError, Context, Service};

fn main() -> ExitCode {
    runtime::run(Service { name: "emergency-call", version: env!("CARGO_PKG_VERSION") }, build)
}

async fn build(config: ProgramConfig, ctx: Context) -> Result<(), BoxError> {
    let bus = bus::Bus::open(&config.nats, "emergency-call", &ctx).await?;
    start(&config.emergency, &config.nats, &bus, &ctx).await?;
    Ok(())
}

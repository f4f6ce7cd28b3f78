//! The `registry` program: connect → start → run until stopped; or one of the commands that need no bus.

mod data_command;
mod import_command;

use std::process::ExitCode;

use registry::{ProgramConfig, start};
use runtime::{BoxError, Context, Service};

fn main() -> ExitCode {
    match std::env::args().nth(1).as_deref() {
        Some("import") => import_command::run(),
        Some("backup" | "restore" | "rotate-key") => data_command::run(),
        _ => runtime::run(Service { name: "registry", version: env!("CARGO_PKG_VERSION") }, build),
    }
}

async fn build(config: ProgramConfig, ctx: Context) -> Result<(), BoxError> {
    let bus = bus::Bus::open(&config.nats, "registry", &ctx).await?;
    Ok(start(&config.registry, &config.nats, &bus, &ctx).await?)
}

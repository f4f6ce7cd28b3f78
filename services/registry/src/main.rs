//! The `registry` program: connect → start → run until stopped; or `registry import`, which needs no bus.

mod import_command;

use std::process::ExitCode;

use registry::{ProgramConfig, start};
use runtime::{BoxError, Context, Service};

fn main() -> ExitCode {
    if std::env::args().nth(1).as_deref() == Some("import") {
        return import_command::run();
    }
    runtime::run(Service { name: "registry", version: env!("CARGO_PKG_VERSION") }, build)
}

async fn build(config: ProgramConfig, ctx: Context) -> Result<(), BoxError> {
    let bus = bus::Bus::open(&config.nats, "registry", &ctx).await?;
    Ok(start(&config.registry, &config.nats, &bus, &ctx).await?)
}

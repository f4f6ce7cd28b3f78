//! The `command-center` program: map → connect → start → run until stopped.

use std::process::ExitCode;

use command_center::{ProgramConfig, start};
use runtime::{BoxError, Context, Service};

fn main() -> ExitCode {
    runtime::run(Service { name: "command-center", version: env!("CARGO_PKG_VERSION") }, build)
}

async fn build(config: ProgramConfig, ctx: Context) -> Result<(), BoxError> {
    let roads = start::roads(config.edge.district.map.as_deref()).await?;
    let bus = bus::Bus::open(&config.nats, "command-center", &ctx).await?;
    start(&config.edge, &config.nats, roads, &bus, &ctx).await?;
    Ok(())
}

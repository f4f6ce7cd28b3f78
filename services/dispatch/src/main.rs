//! The `dispatch` program: connect → start → run until stopped.

use std::process::ExitCode;

use dispatch::{ProgramConfig, start};
use runtime::{BoxError, Context, Service};

fn main() -> ExitCode {
    runtime::run(Service { name: "dispatch", version: env!("CARGO_PKG_VERSION") }, build)
}

async fn build(config: ProgramConfig, ctx: Context) -> Result<(), BoxError> {
    let roads = start::roads(config.dispatch.map.as_deref()).await?;
    let bus = bus::Bus::open(&config.nats, "dispatch", &ctx).await?;
    start(&config.dispatch, &config.nats, roads, &bus, &ctx).await
}

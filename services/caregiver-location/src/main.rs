//! The `caregiver-location` program: map → connect → start → run until stopped.

use std::process::ExitCode;

use caregiver_location::{ProgramConfig, roads, start};
use runtime::{BoxError, Context, Service};

fn main() -> ExitCode {
    runtime::run(Service { name: "caregiver-location", version: env!("CARGO_PKG_VERSION") }, build)
}

async fn build(config: ProgramConfig, ctx: Context) -> Result<(), BoxError> {
    let roads = roads(config.location.map.as_deref()).await?;
    let bus = bus::Bus::open(&config.nats, "caregiver-location", &ctx).await?;
    Ok(start(&config.location, &config.nats, roads, &bus, &ctx).await?)
}

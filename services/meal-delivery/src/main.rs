//! The `meal-delivery` program: map → connect → start → run until stopped.

use std::process::ExitCode;

use meal_delivery::{ProgramConfig, start};
use runtime::{BoxError, Context, Service};

fn main() -> ExitCode {
    runtime::run(Service { name: "meal-delivery", version: env!("CARGO_PKG_VERSION") }, build)
}

async fn build(config: ProgramConfig, ctx: Context) -> Result<(), BoxError> {
    let roads = start::roads(config.meals.map.clone()).await?;
    let bus = bus::Bus::open(&config.nats, "meal-delivery", &ctx).await?;
    start(&config.meals, &config.nats, roads, &bus, &ctx).await
}

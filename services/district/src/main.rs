//! The `district` program: every service of one district in one process, joined by the same bus as when they run
//! apart. Map → connect → registry → location → accounts → dispatch → alarms → meals → edge → run until stopped.

mod config;

use std::process::ExitCode;

use config::ProgramConfig;
use runtime::{BoxError, Context, Service};

fn main() -> ExitCode {
    runtime::run(Service { name: "district", version: env!("CARGO_PKG_VERSION") }, build)
}

async fn build(mut config: ProgramConfig, ctx: Context) -> Result<(), BoxError> {
    let roads = dispatch::start::roads(config.map()?).await?;
    let bus = bus::Bus::open(&config.nats, "district", &ctx).await?;
    config.join_accounts();
    let nats = &config.nats;
    registry::start(&config.registry, nats, &bus, &ctx).await?;
    caregiver_location::start(&config.location, nats, roads.clone(), &bus, &ctx).await?;
    if let Some(accounts) = &config.accounts {
        accounts::start(accounts, nats, &bus, &ctx).await?;
    }
    dispatch::start(&config.dispatch, nats, roads.clone(), &bus, &ctx).await?;
    if let Some(emergency) = &config.emergency {
        emergency_call::start(emergency, nats, &bus, &ctx).await?;
    }
    if let Some(meals) = &config.meals {
        meal_delivery::start(meals, nats, roads.clone(), &bus, &ctx).await?;
    }
    let edge = command_center::start(&config.edge, nats, roads, &bus, &ctx).await?;
    tracing::info!(address = %edge.address, "the page answers here");
    Ok(())
}

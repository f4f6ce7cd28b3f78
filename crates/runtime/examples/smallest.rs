//! The smallest service: one section of its own, one task, one metric. The tests run it as a process.

use std::process::ExitCode;

use runtime::{
    AppConfig, BoxError, Context, RuntimeConfig, Secret, Service, TaskKind,
    metrics::{self, Metric},
};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

#[derive(Debug, Default, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
struct Config {
    runtime: RuntimeConfig,
    greeter: GreeterConfig,
}

#[derive(Debug, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
struct GreeterConfig {
    /// How often to greet.
    times: u32,
    /// Whom to greet.
    names: Vec<String>,
    /// The word that opens the door.
    password: Option<Secret>,
    /// Fall over after greeting.
    fail: bool,
    /// Do not listen when told to stop.
    stubborn: bool,
}

impl Default for GreeterConfig {
    fn default() -> Self {
        Self { times: 1, names: vec!["world".to_owned()], password: None, fail: false, stubborn: false }
    }
}

impl AppConfig for Config {
    fn runtime(&self) -> &RuntimeConfig {
        &self.runtime
    }
}

#[derive(Clone, Copy)]
struct Greetings;

impl Metric for Greetings {
    const SCOPE: &'static str = "smallest";

    fn name(self) -> &'static str {
        "smallest.greetings"
    }

    fn unit(self) -> &'static str {
        "{greeting}"
    }

    fn help(self) -> &'static str {
        "Greetings given."
    }
}

async fn build(config: Config, context: Context) -> Result<(), BoxError> {
    let greetings = metrics::counter(Greetings);
    context.tasks.spawn(TaskKind::Worker, "greeter", |stop| async move {
        for name in &config.greeter.names {
            let _span = tracing::info_span!("greet", name).entered();
            tracing::info!(name, "hello");
            greetings.add(u64::from(config.greeter.times), &[]);
        }
        if config.greeter.fail {
            return Err("the greeter fell over".into());
        }
        if config.greeter.stubborn {
            return std::future::pending().await;
        }
        stop.cancelled().await;
        Ok(())
    });
    Ok(())
}

fn main() -> ExitCode {
    runtime::run(Service { name: "smallest", version: "1.2.3" }, build)
}

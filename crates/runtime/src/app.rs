//! From `main` to exit code: configuration → telemetry → build → wait → drain.

use std::{future::Future, process::ExitCode, sync::Arc, time::Duration};

use clap::{Command, FromArgMatches};
use schemars::{JsonSchema, schema_for};
use serde::{Serialize, de::DeserializeOwned};

use crate::{
    BoxError, Entropy, ScaledClock, SharedClock, SystemClock, admin,
    config::{self, Cli, EXIT_BAD_CONFIG, sections::RuntimeConfig},
    health::Health,
    signal::stop_signal,
    tasks::{Stop, TaskKind, Tasks},
    telemetry::Telemetry,
};

/// Who this program is.
#[derive(Debug, Clone, Copy)]
pub struct Service {
    /// As the crate is called, e.g. `dispatch`.
    pub name: &'static str,
    /// `env!("CARGO_PKG_VERSION")`.
    pub version: &'static str,
}

/// A program's whole configuration: one section struct per part, each with `#[serde(default, deny_unknown_fields)]`.
pub trait AppConfig: Serialize + DeserializeOwned + JsonSchema {
    /// The section that [`run`] itself needs.
    fn runtime(&self) -> &RuntimeConfig;
}

/// What `main` hands to the parts it builds. Clones share everything.
#[derive(Debug, Clone)]
pub struct Context {
    /// The time.
    pub clock: SharedClock,
    /// Ids and seeds.
    pub entropy: Entropy,
    /// Where parts report whether they are ready.
    pub health: Health,
    /// Where parts spawn what they do.
    pub tasks: Tasks,
}

impl Context {
    /// A context with the real clock and randomness.
    pub fn system() -> Self {
        Self {
            clock: Arc::new(SystemClock),
            entropy: Entropy::system(),
            health: Health::default(),
            tasks: Tasks::default(),
        }
    }

    /// The same with a simulated district's clock, where one is configured.
    fn configured(config: &RuntimeConfig) -> Self {
        let system = Self::system();
        match config.clock {
            None => system,
            Some(c) => Self { clock: Arc::new(ScaledClock::new(c.wall, c.shown, c.speed)), ..system },
        }
    }
}

/// Runs a program to its end.
///
/// `build` connects, spawns its tasks through [`Context::tasks`] and returns; the program then runs until a signal,
/// [`Tasks::stop`] or the failure of a critical task, and shuts down in order within the configured grace.
///
/// A second signal ends it at once.
///
/// Exit codes: 0 after an orderly end, 1 after a failure or a second signal, 64 for a configuration that is not usable.
pub fn run<C, F, Fut>(service: Service, build: F) -> ExitCode
where
    C: AppConfig,
    F: FnOnce(C, Context) -> Fut,
    Fut: Future<Output = Result<(), BoxError>>,
{
    let cli = flags(service);
    if cli.explain_config {
        print_out(&config::reference(service.name, schema_for!(C).as_value()));
        return ExitCode::SUCCESS;
    }
    let config: C = match config::load(&cli) {
        Ok(config) => config,
        Err(error) => return refuse(service, &error),
    };
    if cli.print_config {
        return match config::to_toml(&config) {
            Ok(text) => {
                print_out(&text);
                ExitCode::SUCCESS
            }
            Err(error) => refuse(service, &error),
        };
    }
    let telemetry = match Telemetry::start(service, &config.runtime().telemetry) {
        Ok(telemetry) => telemetry,
        Err(error) => return refuse(service, &error),
    };
    match start(service, telemetry, config, build) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            print_error(service, &error);
            ExitCode::FAILURE
        }
    }
}

fn flags(service: Service) -> Cli {
    use clap::Args;
    let example =
        format!("Example: {} --config care.toml --set nats.url=nats://127.0.0.1:4222", service.name);
    let command = Cli::augment_args(Command::new(service.name).version(service.version)).after_help(example);
    Cli::from_arg_matches(&command.get_matches()).unwrap_or_else(|error| error.exit())
}

fn start<C, F, Fut>(service: Service, telemetry: Telemetry, config: C, build: F) -> Result<(), BoxError>
where
    C: AppConfig,
    F: FnOnce(C, Context) -> Fut,
    Fut: Future<Output = Result<(), BoxError>>,
{
    let runtime_config = config.runtime().clone();
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    let stop = runtime.block_on(live(service, &runtime_config, &telemetry, config, build));
    telemetry.shut_down();
    // Everything supervised has ended; a stuck blocking call must not hold the process.
    runtime.shutdown_timeout(Duration::from_secs(1));
    match stop? {
        Stop::Failed { task, error } => Err(format!("task {task} failed: {error}").into()),
        Stop::Signal(_) | Stop::Asked(_) => Ok(()),
    }
}

async fn live<C, F, Fut>(
    service: Service,
    config: &RuntimeConfig,
    telemetry: &Telemetry,
    whole: C,
    build: F,
) -> Result<Stop, BoxError>
where
    F: FnOnce(C, Context) -> Fut,
    Fut: Future<Output = Result<(), BoxError>>,
{
    let context = Context::configured(config);
    let listener = admin::listen(&config.admin).await?;
    tracing::info!(service = service.name, version = service.version, admin = %listener.local_addr()?, "starting");
    let routes = admin::router(context.health.clone(), telemetry.metrics());
    // Among the connections, so that probes see "stopping" until the end.
    context.tasks.spawn(TaskKind::Connection, "admin", |stop| admin::serve(listener, routes, stop));

    let process = context.health.part("process");
    let stop = tokio::select! {
        signal = stop_signal() => Stop::Signal(signal?),
        stop = serve_until_stopped(build(whole, context.clone()), &context.tasks, &process) => stop?,
    };
    context.tasks.first_stop(stop);
    let stop = context.tasks.stopping().await;
    tracing::info!(?stop, grace_seconds = config.grace_seconds, "stopping");
    process.not_ready("stopping");
    let grace = Duration::from_secs(config.grace_seconds);
    tokio::select! {
        overdue = context.tasks.shut_down(grace) => tracing::info!(?overdue, "stopped"),
        signal = stop_signal() => return Err(format!("stopped at once by a second signal, {}", signal?).into()),
    }
    Ok(stop)
}

async fn serve_until_stopped(
    build: impl Future<Output = Result<(), BoxError>>,
    tasks: &Tasks,
    process: &crate::health::Part,
) -> Result<Stop, BoxError> {
    tokio::select! {
        built = build => built?,
        stop = tasks.stopping() => return Ok(stop),
    }
    process.ready();
    tracing::info!("started");
    Ok(tasks.stopping().await)
}

fn refuse(service: Service, error: &dyn std::fmt::Display) -> ExitCode {
    print_error(service, error);
    ExitCode::from(EXIT_BAD_CONFIG)
}

fn print_error(service: Service, error: &dyn std::fmt::Display) {
    use std::io::Write;
    // Nobody left to tell if standard error is closed.
    let _ = writeln!(std::io::stderr(), "{}: {error}", service.name);
}

fn print_out(text: &str) {
    use std::io::Write;
    let _ = writeln!(std::io::stdout(), "{text}");
}

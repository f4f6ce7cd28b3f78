//! What a scenario runs against: a nats-server with a store of its own that syncs every write, the services as
//! processes of their own, a redis-server where one is wanted. All of it goes with the stage.

use std::{
    fs::File,
    path::{Path, PathBuf},
    process::{Child, Command, ExitStatus, Stdio},
    time::{Duration, Instant},
};

use anyhow::{Context, Result, anyhow, bail, ensure};
use bus::{Bus, testing::NatsServer};
use runtime::Health;
use tempfile::TempDir;

/// How long a process may take until it is ready.
const READY_WITHIN: Duration = Duration::from_mins(1);
/// Lines of a log that are shown when something failed.
const TAIL: usize = 20;

/// The servers and services of one run. Processes end when it is dropped.
#[derive(Debug)]
pub struct Stage {
    // Dropped in this order: those who use the server before the server, its files last.
    processes: Vec<Process>,
    nats: NatsServer,
    folder: TempDir,
    http: reqwest::Client,
}

#[derive(Debug)]
struct Process {
    name: String,
    child: Child,
    log: PathBuf,
}

/// A service that runs, by its admin listener.
#[derive(Debug, Clone)]
pub struct Service {
    admin: String,
    http: reqwest::Client,
}

impl Stage {
    /// Starts a nats-server.
    ///
    /// # Errors
    /// If there is none, with how to get it.
    pub fn start() -> Result<Self> {
        let nats = NatsServer::try_start().map_err(|reason| anyhow!(reason))?;
        let folder = TempDir::new().context("cannot make a folder for the run")?;
        Ok(Self { processes: Vec::new(), nats, folder, http: reqwest::Client::new() })
    }

    /// A folder for files of this run.
    pub fn folder(&self) -> &Path {
        self.folder.path()
    }

    /// The nats-server's address.
    pub fn nats_url(&self) -> String {
        self.nats.url()
    }

    /// A connection to the nats-server.
    ///
    /// # Errors
    /// If it is refused.
    pub async fn bus(&self, name: &str) -> Result<Bus> {
        Ok(Bus::connect(&self.nats.config(), name, Health::default().part("nats")).await?)
    }

    /// Starts a program of this workspace with these settings, and waits until it is ready.
    ///
    /// # Errors
    /// If it was not built or does not get ready, with the end of its log.
    pub async fn service(&mut self, program: &str, settings: &[(&str, String)]) -> Result<Service> {
        let admin = format!("127.0.0.1:{}", bus::testing::free_port()?);
        let mut command = Command::new(beside_this_program(program)?);
        let own = [("nats.url", self.nats_url()), ("runtime.admin.listen", admin.clone())];
        for (key, value) in own.iter().chain(settings) {
            command.arg("--set").arg(format!("{key}={value}"));
        }
        command.env("RUST_LOG", "warn");
        self.spawn(program, &mut command)?;
        let service = Service { admin: format!("http://{admin}"), http: self.http.clone() };
        self.until_ready(async || service.is_ready().await).await?;
        Ok(service)
    }

    /// Starts this very program with these arguments, as a process of its own.
    ///
    /// # Errors
    /// If it cannot be started.
    pub fn itself(&mut self, args: &[&str]) -> Result<()> {
        self.spawn("loadtest", Command::new(std::env::current_exe()?).args(args))
    }

    /// Starts a redis-server that keeps nothing on disk; answers with its address.
    ///
    /// # Errors
    /// If there is none, or it does not get ready.
    pub async fn redis(&mut self) -> Result<String> {
        let port = bus::testing::free_port()?.to_string();
        let mut command = Command::new("redis-server");
        command.args(["--port", &port, "--bind", "127.0.0.1", "--save", "", "--appendonly", "no"]);
        self.spawn("redis-server", &mut command)
            .context("redis-server is needed: apt install redis-server")?;
        let address = format!("127.0.0.1:{port}");
        self.until_ready(async || tokio::net::TcpStream::connect(&address).await.is_ok()).await?;
        Ok(address)
    }

    fn spawn(&mut self, name: &str, command: &mut Command) -> Result<()> {
        let log = self.folder.path().join(format!("{name}-{}.log", self.processes.len()));
        let out = File::create(&log)?;
        let child = command
            .stdin(Stdio::null())
            .stdout(out.try_clone()?)
            .stderr(out)
            .spawn()
            .with_context(|| format!("cannot start {name}"))?;
        self.processes.push(Process { name: name.to_owned(), child, log });
        Ok(())
    }

    /// Waits for the process started last.
    async fn until_ready(&mut self, ready: impl AsyncFn() -> bool) -> Result<()> {
        let process = self.processes.last_mut().context("no process was started")?;
        let deadline = Instant::now() + READY_WITHIN;
        while !ready().await {
            if let Some(status) = process.child.try_wait()? {
                bail!("{}", process.failed(&format!("ended with {status}")));
            }
            ensure!(Instant::now() < deadline, process.failed(&format!("not ready within {READY_WITHIN:?}")));
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        Ok(())
    }

    /// Takes the processes off the stage; dropping them kills them.
    pub fn take_processes(&mut self) -> impl Sized + use<> {
        std::mem::take(&mut self.processes)
    }

    /// Fails if a process of the stage has ended, with the end of its log.
    ///
    /// # Errors
    /// Names it.
    pub fn check(&mut self) -> Result<()> {
        for process in &mut self.processes {
            let ended: Option<ExitStatus> = process.child.try_wait()?;
            ensure!(ended.is_none(), process.failed("ended in the middle of the run"));
        }
        Ok(())
    }
}

impl Service {
    async fn is_ready(&self) -> bool {
        let answer = self.http.get(format!("{}/readyz", self.admin)).send().await;
        answer.is_ok_and(|answer| answer.status().is_success())
    }

    /// The sum of a metric over all its labels; 0 while nothing was counted.
    ///
    /// # Errors
    /// If the service does not answer.
    pub async fn metric(&self, name: &str) -> Result<f64> {
        let text = self.http.get(format!("{}/metrics", self.admin)).send().await?.text().await?;
        let values = text.lines().filter(|line| !line.starts_with('#')).filter_map(|line| {
            let (series, value) = line.rsplit_once(' ')?;
            let of = series.split('{').next()?;
            (of == name).then(|| value.parse::<f64>().ok())?
        });
        Ok(values.sum())
    }
}

impl Process {
    fn failed(&self, what: &str) -> String {
        let said = std::fs::read_to_string(&self.log).unwrap_or_default();
        let lines: Vec<_> = said.lines().collect();
        let tail = lines.get(lines.len().saturating_sub(TAIL)..).unwrap_or_default().join("\n");
        format!("{} {what}; it said:\n{tail}", self.name)
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        // Already gone is as good.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Programs of this workspace are built side by side. Under `cargo run` what is missing or older than its sources is
/// built first, so that a scenario is one command; elsewhere it has to be there.
///
/// # Errors
/// If it cannot be built, or is not there.
pub fn beside_this_program(name: &str) -> Result<PathBuf> {
    let program = std::env::current_exe()?.with_file_name(name);
    if let Some(cargo) = std::env::var_os("CARGO") {
        let mut build = Command::new(cargo);
        // All of them, as the demo does: other sets mean other features and so another build.
        build.args(["build", "--quiet", "--workspace", "--bins"]);
        if !cfg!(debug_assertions) {
            build.arg("--release");
        }
        let built = build.current_dir(env!("CARGO_MANIFEST_DIR")).status()?;
        ensure!(built.success(), "{name} could not be built; what cargo said stands above");
    }
    ensure!(
        program.is_file(),
        "{} is not built; `cargo build --release --workspace --bins` makes it",
        program.display()
    );
    Ok(program)
}

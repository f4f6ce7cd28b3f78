//! A nats-server as this run wants it: where its store lies, which network it lives in. Elsewhere
//! [`bus::testing::NatsServer`] will do.

use std::{
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    time::{Duration, Instant},
};

use anyhow::{Context, Result, anyhow, ensure};
use bus::testing::find_binary;

use super::disk::run;

/// Whoever is stopped does so within so long.
const STANDS_STILL: Duration = Duration::from_secs(5);

/// A server that can be killed and started again.
#[derive(Debug)]
pub struct Server {
    binary: PathBuf,
    config: PathBuf,
    log: PathBuf,
    namespace: Option<String>,
    process: Option<Child>,
}

impl Server {
    /// Not started yet. These settings and its log are kept in the folder under this name.
    ///
    /// # Errors
    /// If there is no nats-server.
    pub fn new(folder: &Path, name: &str, settings: &str) -> Result<Self> {
        let binary = find_binary().map_err(|reason| anyhow!(reason))?;
        let config = folder.join(format!("{name}.conf"));
        std::fs::write(&config, settings)?;
        let log = folder.join(format!("{name}.log"));
        Ok(Self { binary, config, log, namespace: None, process: None })
    }

    /// The same in this network namespace.
    #[must_use]
    pub fn within(mut self, namespace: String) -> Self {
        self.namespace = Some(namespace);
        self
    }

    /// Starts it; it answers a little later.
    ///
    /// # Errors
    /// If it cannot be started.
    pub fn start(&mut self) -> Result<()> {
        // `ip netns exec` becomes the server, so the child is the server itself either way.
        let mut command = match &self.namespace {
            Some(namespace) => {
                let mut command = Command::new("ip");
                command.args(["netns", "exec", namespace]).arg(&self.binary);
                command
            }
            None => Command::new(&self.binary),
        };
        command.arg("--config").arg(&self.config).arg("--log").arg(&self.log);
        command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
        self.process = Some(command.spawn().context("cannot start nats-server")?);
        Ok(())
    }

    /// Stands still: says nothing more until it is killed.
    ///
    /// # Errors
    /// If it is not stopped at once.
    pub fn freeze(&self) -> Result<()> {
        let Some(process) = &self.process else { return Ok(()) };
        run("kill", &["-STOP", &process.id().to_string()])?;
        let state = format!("/proc/{}/stat", process.id());
        let deadline = Instant::now() + STANDS_STILL;
        // The state stands behind the name in brackets (proc(5)): T is stopped, Z has died by itself.
        while !std::fs::read_to_string(&state)
            .is_ok_and(|stat| stat.contains(") T ") || stat.contains(") Z "))
        {
            ensure!(Instant::now() < deadline, "nats-server does not stand still within {STANDS_STILL:?}");
            std::thread::sleep(Duration::from_millis(1));
        }
        Ok(())
    }

    /// `kill -9`.
    pub fn kill(&mut self) {
        if let Some(mut process) = self.process.take() {
            // Already gone is as good.
            let _ = process.kill();
            let _ = process.wait();
        }
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.kill();
    }
}

//! A program of this workspace that is killed and started again.

use std::{
    fs::File,
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
};

use anyhow::{Context, Result, ensure};

/// A program, to be killed.
pub struct Program {
    name: &'static str,
    settings: Vec<String>,
    config: Option<PathBuf>,
    log: PathBuf,
    child: Option<Child>,
}

impl Program {
    /// With these settings; its log goes to that file.
    pub fn new(name: &'static str, settings: Vec<String>, log: PathBuf) -> Self {
        Self { name, settings, config: None, log, child: None }
    }

    /// The same with a configuration file.
    #[must_use]
    pub fn with_config(mut self, file: &Path) -> Self {
        self.config = Some(file.to_owned());
        self
    }

    /// Starts it.
    ///
    /// # Errors
    /// If it was not built.
    pub fn start(&mut self) -> Result<()> {
        let program = std::env::current_exe()?.with_file_name(self.name);
        ensure!(
            program.is_file(),
            "{} is not built; `cargo build --release -p {}` makes it",
            program.display(),
            self.name
        );
        let mut command = Command::new(program);
        if let Some(config) = &self.config {
            command.arg("--config").arg(config);
        }
        for setting in &self.settings {
            command.args(["--set", setting]);
        }
        let out = File::options().create(true).append(true).open(&self.log)?;
        command.env("RUST_LOG", "warn").stdin(Stdio::null()).stdout(out.try_clone()?).stderr(out);
        self.child = Some(command.spawn().with_context(|| format!("cannot start {}", self.name))?);
        Ok(())
    }

    /// `kill -9`.
    pub fn kill(&mut self) {
        if let Some(mut child) = self.child.take() {
            // Already gone is as good.
            let _ = child.kill();
            let _ = child.wait();
        }
    }

    /// Starts it again if it has ended by itself, as whatever supervises services does; true if it had to.
    ///
    /// # Errors
    /// If it cannot be started.
    pub fn revive(&mut self) -> Result<bool> {
        let ended = match &mut self.child {
            Some(child) => child.try_wait()?.is_some(),
            None => false,
        };
        if ended {
            self.start()?;
        }
        Ok(ended)
    }

    /// Its memory in use, in MB.
    ///
    /// # Errors
    /// If it does not run.
    pub fn rss_mb(&self) -> Result<f64> {
        let pid = self.child.as_ref().with_context(|| format!("{} does not run", self.name))?.id();
        let status = std::fs::read_to_string(format!("/proc/{pid}/status"))?;
        let line = status.lines().find(|line| line.starts_with("VmRSS:")).context("no VmRSS")?;
        let kib: f64 = line.split_whitespace().nth(1).context("no figure")?.parse()?;
        Ok(kib / 1024.0)
    }
}

impl Drop for Program {
    fn drop(&mut self) {
        self.kill();
    }
}

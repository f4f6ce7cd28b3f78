//! Other solvers beside ours, each a program of its own on one thread: small drivers in `loadtest/peers/`, their
//! libraries in environments of their own under `target/tools/`.

use std::{
    path::{Path, PathBuf},
    process::Command,
    time::Instant,
};

use anyhow::{Context, Result, bail};

use super::{
    Effort, Format,
    one::{Outcome, judge},
};

/// A solver to run beside.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub enum Peer {
    /// PyVRP.
    Pyvrp,
    /// VROOM, through pyvroom.
    Vroom,
    /// OR-Tools.
    Ortools,
    /// vrp-cli of reinterpretcat/vrp.
    VrpCli,
}

/// Peers compute with rounded numbers.
const ROUNDED: f64 = 0.02;

impl Peer {
    /// As it is called on the command line.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Pyvrp => "pyvrp",
            Self::Vroom => "vroom",
            Self::Ortools => "ortools",
            Self::VrpCli => "vrp-cli",
        }
    }

    /// The Python that has it, made where it is missing.
    pub fn python(self) -> Result<PathBuf> {
        match self.package() {
            Some(package) => environment(&tools()?, self.name(), package),
            None => Ok(PathBuf::from("python3")),
        }
    }

    /// What `pip` installs for it.
    const fn package(self) -> Option<&'static str> {
        match self {
            Self::Pyvrp => Some("pyvrp==0.14.1"),
            Self::Vroom => Some("pyvroom==1.15.2"),
            Self::Ortools => Some("ortools==9.15.6755"),
            Self::VrpCli => None,
        }
    }

    /// One instance, judged like ours.
    pub fn solve(self, file: &Path, effort: &Effort) -> Result<Outcome> {
        if effort.format == Format::Hhcrsp {
            bail!("{} has no linked visits; peers run on solomon and lilim", self.name());
        }
        let tools = tools()?;
        let scratch = tempfile::tempdir()?;
        let out = scratch.path().join("solution.sol");
        let started = Instant::now();
        let mut command = self.command(&tools, file, effort, &out)?;
        let status = command.status().with_context(|| format!("cannot start {command:?}"))?;
        if !status.success() {
            bail!("{} failed on {}: {status}", self.name(), file.display());
        }
        let seconds = started.elapsed().as_secs_f64();
        let text = std::fs::read_to_string(file)?;
        let solution = std::fs::read_to_string(&out).unwrap_or_default();
        let verdict = judge(effort.format, &text, &solution, ROUNDED)?;
        Ok(Outcome {
            cost: verdict.cost,
            vehicles: verdict.vehicles,
            feasible: verdict.violations.is_empty(),
            seconds,
            iterations: 0,
            violations: verdict.violations,
        })
    }

    fn command(self, tools: &Path, file: &Path, effort: &Effort, out: &Path) -> Result<Command> {
        let drivers = Path::new(env!("CARGO_MANIFEST_DIR")).join("peers");
        let mut command = Command::new(self.python()?);
        command.arg(drivers.join(format!("{}.py", self.name().replace('-', "_"))));
        command.arg(file).arg(out);
        command.arg(if effort.format == Format::Lilim { "lilim" } else { "solomon" });
        command.arg(effort.objective.name());
        command.arg(effort.seconds.to_string()).arg(effort.seed.to_string());
        if self == Self::VrpCli {
            command.arg(vrp_cli(tools)?);
        }
        Ok(command)
    }
}

/// Where tools are installed: `target/tools` of the workspace.
fn tools() -> Result<PathBuf> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().context("no workspace around loadtest")?;
    let tools = root.join("target/tools");
    std::fs::create_dir_all(&tools).with_context(|| format!("cannot make {}", tools.display()))?;
    Ok(tools)
}

/// The Python of an environment with one package, made where it is missing.
fn environment(tools: &Path, name: &str, package: &str) -> Result<PathBuf> {
    let venv = tools.join(format!("peer-{name}"));
    let (python, ready) = (venv.join("bin/python"), venv.join("ready"));
    if ready.is_file() {
        return Ok(python);
    }
    println!("installing {package} …");
    must(Command::new("python3").args(["-m", "venv", "--clear"]).arg(&venv))?;
    must(Command::new(&python).args(["-m", "pip", "install", "-q", package]))?;
    std::fs::write(ready, package)?;
    Ok(python)
}

/// `vrp-cli`, installed where it is missing.
fn vrp_cli(tools: &Path) -> Result<PathBuf> {
    let root = tools.join("peer-vrp-cli");
    let binary = root.join("bin/vrp-cli");
    if !binary.is_file() {
        println!("installing vrp-cli …");
        must(Command::new("cargo").args(["install", "vrp-cli", "--locked", "-q", "--root"]).arg(&root))?;
    }
    Ok(binary)
}

fn must(command: &mut Command) -> Result<()> {
    let status = command.status().with_context(|| format!("cannot start {command:?}"))?;
    if !status.success() {
        bail!("{command:?} failed: {status}");
    }
    Ok(())
}

//! The services' programs as processes: built, started, killed, paused.

use std::{
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    sync::OnceLock,
};

use bus::testing::free_port;

/// Where the programs are: beside this test, brought up to date once.
fn folder() -> &'static Path {
    static FOLDER: OnceLock<PathBuf> = OnceLock::new();
    FOLDER.get_or_init(|| {
        let test = std::env::current_exe().expect("a test knows where it is");
        // target/<profile>/deps/faults-…
        let folder = test.ancestors().nth(2).expect("tests lie in deps").to_owned();
        let mut build = Command::new(env!("CARGO"));
        // As `cargo xtask test` has built them beforehand: any other choice of packages means other features, and all
        // dependencies once more.
        build.args(["build", "--quiet", "--workspace", "--bins", "--examples"]);
        build.current_dir(env!("CARGO_MANIFEST_DIR"));
        if folder.file_name().is_some_and(|profile| profile == "release") {
            build.arg("--release");
        }
        assert!(build.status().expect("cargo runs").success(), "the services' programs do not build");
        folder
    })
}

/// A program that can be started again and again with the same configuration.
pub struct Program {
    pub name: String,
    binary: &'static str,
    config: PathBuf,
    log: PathBuf,
    /// Where it tells of itself.
    pub admin: u16,
    child: Option<Child>,
}

impl Program {
    /// Written down, not started. `name` tells two of one kind apart.
    pub fn new(binary: &'static str, name: &str, folder: &Path, mut config: serde_json::Value) -> Self {
        let admin = free_port().unwrap();
        let runtime = serde_json::json!({
            "admin": { "listen": format!("127.0.0.1:{admin}") },
            "telemetry": { "log": "info", "log_format": "human" },
        });
        config.as_object_mut().unwrap().insert("runtime".to_owned(), runtime);
        let file = folder.join(format!("{name}.toml"));
        std::fs::write(&file, toml::to_string(&config).unwrap()).unwrap();
        let log = folder.join(format!("{name}.log"));
        Self { name: name.to_owned(), binary, config: file, log, admin, child: None }
    }

    /// Starts it; returns at once.
    pub fn start(&mut self) {
        assert!(self.child.is_none(), "{} runs already", self.name);
        let log = std::fs::OpenOptions::new().create(true).append(true).open(&self.log).unwrap();
        let mut command = Command::new(folder().join(self.binary));
        command
            .arg("--config")
            .arg(&self.config)
            .env_remove("RUST_LOG")
            .env_remove("CARE_FAULT_SEED")
            .stdin(Stdio::null());
        let child = command.stdout(log.try_clone().unwrap()).stderr(log).spawn();
        self.child = Some(child.expect("the program starts"));
    }

    /// `kill -9`.
    pub fn kill(&mut self) -> u32 {
        let mut child = self.child.take().expect("only what runs is killed");
        assert!(child.try_wait().unwrap().is_none(), "{} ended by itself:\n{}", self.name, self.tail());
        let pid = child.id();
        child.kill().unwrap();
        child.wait().unwrap();
        pid
    }

    /// As a machine that hangs.
    pub fn pause(&self) {
        self.signal("-STOP");
    }

    /// It goes on as if nothing had been.
    pub fn go_on(&self) {
        self.signal("-CONT");
    }

    fn signal(&self, signal: &str) {
        let pid = self.child.as_ref().expect("only what runs gets signals").id().to_string();
        assert!(Command::new("kill").args([signal, &pid]).status().unwrap().success());
    }

    /// The end of its log.
    pub fn tail(&self) -> String {
        let text = std::fs::read_to_string(&self.log).unwrap_or_default();
        let lines: Vec<&str> = text.lines().collect();
        lines.get(lines.len().saturating_sub(40)..).unwrap_or_default().join("\n")
    }
}

impl Drop for Program {
    fn drop(&mut self) {
        if let Some(mut child) = self.child.take() {
            let _ = child.kill();
            let _ = child.wait();
        }
        if std::thread::panicking() {
            println!("--- the end of {}'s log:\n{}", self.name, self.tail());
        }
    }
}

//! A real nats-server for tests: on a free port, with a store of its own, every write synced to disk, gone when
//! dropped. It can be killed like a machine losing power, paused, and started again on the same port and store.
//!
//! The binary is found through `NATS_SERVER`, in the repository's `target/tools/`, or on the `PATH`. A test without
//! it fails rather than pass for nothing.

use std::{
    hash::{BuildHasher, RandomState},
    io::{BufRead, BufReader},
    net::{Ipv4Addr, TcpListener, TcpStream},
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    time::{Duration, Instant},
};

use runtime::{Health, NatsConfig};
use tempfile::TempDir;

use crate::Bus;

/// A running server.
#[derive(Debug)]
pub struct NatsServer {
    binary: PathBuf,
    port: u16,
    folder: TempDir,
    process: Option<Child>,
}

/// How long a server may take to answer on its port.
const START_LIMIT: Duration = Duration::from_secs(20);

impl NatsServer {
    /// Where it keeps its streams, to look at what lies in them.
    pub fn folder(&self) -> &Path {
        self.folder.path()
    }

    /// Starts one and waits until it answers.
    ///
    /// # Panics
    /// If there is no binary or it does not start, with the reason.
    #[expect(clippy::panic, reason = "a test that cannot have its server must fail and say why")]
    pub fn start() -> Self {
        match Self::try_start() {
            Ok(server) => server,
            Err(reason) => panic!("{reason}"),
        }
    }

    /// As [`NatsServer::start`], for a tool that tells its user rather than panic.
    ///
    /// # Errors
    /// The reason, in words.
    pub fn try_start() -> Result<Self, String> {
        let binary = find_binary()?;
        let folder = TempDir::new().map_err(|error| format!("no folder for nats-server: {error}"))?;
        let port = free_port().map_err(|error| format!("no free port for nats-server: {error}"))?;
        let mut server = Self { binary, port, folder, process: None };
        server.launch()?;
        Ok(server)
    }

    /// Its address, as `nats.url` has it.
    pub fn url(&self) -> String {
        format!("nats://127.0.0.1:{}", self.port)
    }

    /// A configuration that reaches it.
    pub fn config(&self) -> NatsConfig {
        NatsConfig { url: self.url(), ..NatsConfig::default() }
    }

    /// A connection to it.
    ///
    /// # Panics
    /// If it cannot be reached.
    #[expect(clippy::panic, reason = "a test that cannot reach its server must fail and say why")]
    pub async fn connect(&self, name: &str) -> Bus {
        match Bus::connect(&self.config(), name, Health::default().part("nats")).await {
            Ok(bus) => bus,
            Err(error) => panic!("{error}"),
        }
    }

    /// The process id, for signals of the test's own.
    pub fn pid(&self) -> Option<u32> {
        self.process.as_ref().map(Child::id)
    }

    /// Ends it at once, as losing power would (`kill -9`). Port and store stay reserved for [`NatsServer::restart`].
    pub fn kill(&mut self) {
        if let Some(mut process) = self.process.take() {
            // Already gone is as good.
            let _ = process.kill();
            let _ = process.wait();
        }
    }

    /// Starts it again on the same port and store.
    ///
    /// # Panics
    /// If it does not come up.
    #[expect(clippy::panic, reason = "a test that cannot have its server must fail and say why")]
    pub fn restart(&mut self) {
        self.kill();
        if let Err(reason) = self.launch() {
            panic!("{reason}");
        }
    }

    fn launch(&mut self) -> Result<(), String> {
        let folder = self.folder.path();
        let config = folder.join("server.conf");
        let log = folder.join("server.log");
        std::fs::write(&config, settings(self.port, folder))
            .map_err(|error| format!("{}: {error}", config.display()))?;
        let process = Command::new(&self.binary)
            .arg("--config")
            .arg(&config)
            .arg("--log")
            .arg(&log)
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .map_err(|error| format!("cannot start {}: {error}", self.binary.display()))?;
        self.process = Some(process);
        self.wait_until_ready(&log)
    }

    /// Ready when it greets a client.
    fn wait_until_ready(&self, log: &Path) -> Result<(), String> {
        let deadline = Instant::now() + START_LIMIT;
        while Instant::now() < deadline {
            if greets(self.port) {
                return Ok(());
            }
            std::thread::sleep(Duration::from_millis(10));
        }
        let said = std::fs::read_to_string(log).unwrap_or_default();
        Err(format!(
            "nats-server did not answer on port {} within {START_LIMIT:?}; it said:\n{said}",
            self.port
        ))
    }
}

impl Drop for NatsServer {
    fn drop(&mut self) {
        self.kill();
    }
}

fn settings(port: u16, folder: &Path) -> String {
    let store = folder.join("store");
    format!(
        "listen: \"127.0.0.1:{port}\"\n\
         jetstream {{ store_dir: \"{}\", sync_interval: always, max_mem: 256MB, max_file: 4GB }}\n",
        store.display()
    )
}

/// A port for a program that is killed and started again: one from below those the system hands to whoever asks for any and
/// to connections' own ends (`ip_local_port_range`), so that it is not gone when the program comes back.
///
/// # Errors
/// If none is free.
pub fn free_port() -> std::io::Result<u16> {
    let drawn = RandomState::new().hash_one(std::process::id());
    let ports = PORTS.cycle().skip((drawn % u64::from(PORTS.end - PORTS.start)) as usize);
    let free = |port: &u16| TcpListener::bind((Ipv4Addr::LOCALHOST, *port)).is_ok();
    ports.take(PORTS.len()).find(free).ok_or_else(|| std::io::ErrorKind::AddrInUse.into())
}

/// Where [`free_port`] looks.
const PORTS: std::ops::Range<u16> = 20_000..32_000;

fn greets(port: u16) -> bool {
    let Ok(stream) = TcpStream::connect((Ipv4Addr::LOCALHOST, port)) else { return false };
    let mut greeting = String::new();
    let _ = stream.set_read_timeout(Some(Duration::from_secs(1)));
    BufReader::new(stream).read_line(&mut greeting).is_ok() && greeting.starts_with("INFO ")
}

/// `NATS_SERVER`, then `target/tools/nats-server` of this repository, then the `PATH`.
///
/// # Errors
/// Says how to get one.
pub fn find_binary() -> Result<PathBuf, String> {
    if let Some(named) = std::env::var_os("NATS_SERVER") {
        return Ok(PathBuf::from(named));
    }
    let repository = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let fetched = repository.join("target/tools/nats-server");
    let on_path = std::env::var_os("PATH").map(|path| {
        std::env::split_paths(&path).map(|folder| folder.join("nats-server")).collect::<Vec<_>>()
    });
    std::iter::once(fetched).chain(on_path.into_iter().flatten()).find(|file| file.is_file()).ok_or_else(|| {
        "there is no nats-server: `cargo xtask tools` fetches it to target/tools, or NATS_SERVER names one".to_owned()
    })
}

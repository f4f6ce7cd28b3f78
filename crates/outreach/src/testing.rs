//! Real peers for tests of this and other crates: servers from npm and `sipp` as a phone, each on a free port of this
//! machine, gone when dropped. `cargo xtask tools` brings them; a test without them fails rather than pass for nothing.

#![expect(clippy::unwrap_used, clippy::expect_used, reason = "a test that cannot have its peer must fail")]

use std::{
    io::{BufRead, BufReader, Write},
    net::UdpSocket,
    path::{Path, PathBuf},
    process::{Child, ChildStdin, Command, Stdio},
    sync::{Mutex, mpsc},
    time::{Duration, Instant},
};

use serde_json::Value;
use tempfile::TempDir;

/// Longer than anything here takes on a busy machine.
pub const LIMIT: Duration = Duration::from_mins(1);
/// Between two looks.
const LOOK: Duration = Duration::from_millis(20);

fn tests_folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests")
}

/// A peer in Node.js that tells what it sees, a JSON object a line.
#[derive(Debug)]
pub struct Peer {
    process: Child,
    orders: ChildStdin,
    told: Mutex<mpsc::Receiver<Value>>,
    /// What it told first.
    pub hello: Value,
}

impl Peer {
    /// Starts a script of `tests/peers`.
    ///
    /// # Panics
    /// If it does not start.
    pub fn start(script: &str, arguments: &[&str]) -> Self {
        let modules =
            Path::new(env!("CARGO_MANIFEST_DIR")).join("../../target/tools/outreach-peers/node_modules");
        assert!(modules.is_dir(), "{} is missing: run `cargo xtask tools`", modules.display());
        let mut process = Command::new("node")
            .arg(tests_folder().join("peers").join(script))
            .args(arguments)
            .env("NODE_PATH", modules)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .expect("node runs");
        let (tell, told) = mpsc::channel();
        let lines = BufReader::new(process.stdout.take().unwrap()).lines();
        std::thread::spawn(move || {
            for line in lines.map_while(Result::ok) {
                let _ = tell.send(serde_json::from_str(&line).expect("a peer tells JSON"));
            }
        });
        let hello = told.recv_timeout(LIMIT).expect("the peer starts");
        let orders = process.stdin.take().unwrap();
        Self { process, orders, told: Mutex::new(told), hello }
    }

    /// Where it listens.
    ///
    /// # Panics
    /// If it told no port.
    pub fn port(&self) -> u16 {
        self.hello.get("port").and_then(Value::as_u64).unwrap() as u16
    }

    /// The next thing it told for which this holds; others are passed over.
    ///
    /// # Panics
    /// If nothing of the kind comes.
    pub fn tells(&self, what: impl Fn(&Value) -> bool) -> Value {
        tokio::task::block_in_place(|| {
            let told = self.told.lock().unwrap();
            loop {
                let event = told.recv_timeout(LIMIT).expect("the peer tells what is waited for");
                if what(&event) {
                    return event;
                }
            }
        })
    }

    /// How many things it told that nobody asked about, for which this holds.
    ///
    /// # Panics
    /// If a test panicked while it asked.
    pub fn told(&self, what: impl Fn(&Value) -> bool) -> usize {
        self.told.lock().unwrap().try_iter().filter(|event| what(event)).count()
    }

    /// Tells it to do something.
    ///
    /// # Panics
    /// If it is gone.
    pub fn order(&mut self, line: &str) {
        writeln!(self.orders, "{line}").unwrap();
    }
}

impl Drop for Peer {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

/// `sipp` as the phone that is called, by a scenario of `tests/sipp`.
#[derive(Debug)]
pub struct Sipp {
    process: Child,
    folder: TempDir,
    port: u16,
}

impl Sipp {
    /// A phone that does as the scenario says, once.
    ///
    /// # Panics
    /// If it does not start.
    pub fn answer(scenario: &str) -> Self {
        let port = UdpSocket::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
        let media = UdpSocket::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port() & !1;
        let folder = TempDir::new().unwrap();
        let file = tests_folder().join("sipp").join(format!("{scenario}.xml"));
        let process = Command::new("sipp")
            .current_dir(folder.path())
            .arg("-sf")
            .arg(file)
            .args(["-i", "127.0.0.1", "-p", &port.to_string(), "-mp", &media.to_string()])
            .args(["-m", "1", "-nostdin", "-rtp_echo", "-timeout", "60"])
            .args(["-trace_err", "-error_file", "errors", "-trace_msg", "-message_file", "messages"])
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .expect("sipp runs: `cargo xtask tools` installs it");
        Self { process, folder, port }
    }

    /// Where it listens.
    pub const fn port(&self) -> u16 {
        self.port
    }

    /// Waits until the phone rings.
    ///
    /// # Panics
    /// If it never does.
    pub async fn rings(&self) {
        self.sees("180 Ringing").await;
    }

    /// Waits until this text stands in a message that it sent or got.
    ///
    /// # Panics
    /// If it never does.
    pub async fn sees(&self, text: &str) {
        let end = Instant::now() + LIMIT;
        let seen = || std::fs::read_to_string(self.folder.path().join("messages")).unwrap_or_default();
        while !seen().contains(text) {
            assert!(Instant::now() < end, "sipp never saw {text:?}");
            tokio::time::sleep(LOOK).await;
        }
    }

    /// Waits until the phone has seen its whole scenario.
    ///
    /// # Panics
    /// If it does not.
    pub fn sees_it_through(mut self) {
        let end = Instant::now() + LIMIT;
        let status = loop {
            if let Some(status) = self.process.try_wait().unwrap() {
                break status;
            }
            assert!(Instant::now() < end, "sipp is still waiting for something");
            std::thread::sleep(LOOK);
        };
        let errors = std::fs::read_to_string(self.folder.path().join("errors")).unwrap_or_default();
        assert!(status.success(), "{status}: {errors}");
    }
}

impl Drop for Sipp {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

/// Writes a second of a tone as the prompt `alarm.wav`.
///
/// # Panics
/// If the folder cannot be written to.
pub fn prompt(folder: &Path) {
    let samples: Vec<u8> =
        (0..8000_i32).flat_map(|n| (((n * 17 % 200) - 100) as i16 * 80).to_le_bytes()).collect();
    let mut wav =
        b"RIFF\0\0\0\0WAVEfmt \x10\0\0\0\x01\0\x01\0\x40\x1f\0\0\x80\x3e\0\0\x02\0\x10\0data".to_vec();
    wav.extend((samples.len() as u32).to_le_bytes());
    wav.extend(samples);
    std::fs::write(folder.join("alarm.wav"), wav).unwrap();
}

//! What the tests share: peers as processes, a certificate, attempts.

use std::{
    io::{BufRead, BufReader, Write},
    path::{Path, PathBuf},
    process::{Child, ChildStdin, Command, Stdio},
    sync::{Arc, Mutex, mpsc},
    time::Duration,
};

use outreach::{Attempt, Content, Failure, Key, Reached, Sender, Urgency, Way};
use runtime::{Entropy, SharedClock, SystemClock};
use serde_json::Value;
use tempfile::TempDir;
use tokio_util::sync::CancellationToken;

/// Longer than anything here takes on a busy machine.
pub const LIMIT: Duration = Duration::from_mins(1);

pub fn clock() -> SharedClock {
    Arc::new(SystemClock)
}

pub fn entropy() -> Entropy {
    Entropy::system()
}

pub fn tests_folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests")
}

/// A peer in Node.js that tells what it sees, a JSON object a line.
pub struct Peer {
    process: Child,
    orders: ChildStdin,
    told: Mutex<mpsc::Receiver<Value>>,
    /// What it told first.
    pub hello: Value,
}

impl Peer {
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

    pub fn port(&self) -> u16 {
        self.hello["port"].as_u64().unwrap() as u16
    }

    /// The next thing it told for which this holds; others are passed over.
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
    pub fn told(&self, what: impl Fn(&Value) -> bool) -> usize {
        self.told.lock().unwrap().try_iter().filter(|event| what(event)).count()
    }

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

/// A certificate of this test's own for `localhost`.
pub struct Certificate {
    folder: TempDir,
}

impl Certificate {
    pub fn new() -> Self {
        let folder = TempDir::new().unwrap();
        let config = "[req]\nprompt=no\ndistinguished_name=n\nx509_extensions=x\n[n]\nCN=localhost\n\
                      [x]\nbasicConstraints=critical,CA:FALSE\nsubjectAltName=DNS:localhost\n";
        std::fs::write(folder.path().join("conf"), config).unwrap();
        let made = Command::new("openssl")
            .current_dir(folder.path())
            .args([
                "req",
                "-x509",
                "-config",
                "conf",
                "-newkey",
                "ec",
                "-pkeyopt",
                "ec_paramgen_curve:prime256v1",
            ])
            .args(["-nodes", "-days", "2", "-keyout", "key.pem", "-out", "cert.pem"])
            .output()
            .expect("openssl runs");
        assert!(made.status.success(), "{}", String::from_utf8_lossy(&made.stderr));
        Self { folder }
    }

    pub fn cert(&self) -> PathBuf {
        self.folder.path().join("cert.pem")
    }

    pub fn arguments(&self) -> [String; 2] {
        ["cert.pem", "key.pem"].map(|name| self.folder.path().join(name).display().to_string())
    }
}

pub fn content(body: &str) -> Content {
    Content {
        title: "呼叫器报警".to_owned(),
        body: body.to_owned(),
        link: Some("https://care.example.cn/a/1".to_owned()),
        prompt: None,
    }
}

pub fn attempt(way: Way, within: Duration) -> Attempt {
    Attempt {
        key: Key { message: "alarm-1".parse().unwrap(), person: 0, step: 0 },
        number: 1,
        way,
        content: content("王家老人按下了呼叫器"),
        urgency: Urgency::Alarm,
        within,
        stop: CancellationToken::new(),
    }
}

pub async fn send(sender: &dyn Sender, way: Way) -> Result<Reached, Failure> {
    tokio::time::timeout(LIMIT, sender.send(attempt(way, Duration::from_secs(20))))
        .await
        .expect("a try ends within its time")
}

//! What the tests share: peers, a certificate, attempts.

use std::{path::PathBuf, process::Command, sync::Arc, time::Duration};

use outreach::{Attempt, Content, Failure, Key, Reached, Sender, Urgency, Way};
use runtime::{Entropy, SharedClock, SystemClock};
use tempfile::TempDir;
use tokio_util::sync::CancellationToken;

pub use outreach::testing::{LIMIT, Peer, Sipp, prompt};

pub fn clock() -> SharedClock {
    Arc::new(SystemClock)
}

pub fn entropy() -> Entropy {
    Entropy::system()
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
        connect: false,
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

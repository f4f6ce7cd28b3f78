//! The program and the server die at any instant; the device repeats until it is answered. Nothing answered is lost,
//! nothing is there twice.

use std::{
    fs::{File, read_to_string},
    net::{Ipv4Addr, SocketAddr},
    process::{Child, Command, Stdio},
    time::Duration,
};

use super::{
    webhook::post,
    world::{LIMIT, World},
};

struct Program(Child);

impl Program {
    fn start(w: &World, http: SocketAddr) -> Self {
        let state = w.state.path().display().to_string();
        let set = [
            format!("nats.url={}", w.server.url()),
            "runtime.admin.listen=127.0.0.1:0".to_owned(),
            format!("emergency.district={}", w.district),
            format!("emergency.state={state}"),
            format!("emergency.listen.http={http}"),
            "emergency.vendors.acme=secret".to_owned(),
            "emergency.lease_ttl_ms=500".to_owned(),
        ];
        let mut command = Command::new(env!("CARGO_BIN_EXE_emergency-call"));
        for set in set {
            command.args(["--set", &set]);
        }
        let log = || File::options().create(true).append(true).open(Self::log(w)).unwrap();
        Self(command.stdin(Stdio::null()).stdout(log()).stderr(log()).spawn().unwrap())
    }

    /// What all of them said.
    fn log(w: &World) -> std::path::PathBuf {
        w.state.path().join("said.log")
    }

    fn kill(&mut self) {
        self.0.kill().unwrap();
        self.0.wait().unwrap();
    }
}

impl Drop for Program {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn killed_at_random_nothing_answered_is_lost_or_doubled() {
    const ALARMS: usize = 60;
    let mut w = World::new().await;
    let http = SocketAddr::from((Ipv4Addr::LOCALHOST, bus::testing::free_port().unwrap()));
    let mut program = Program::start(&w, http);
    // Each device presses once, some milliseconds after the other, and repeats until it is answered.
    let devices: Vec<_> = (0..ALARMS)
        .map(|n| {
            tokio::spawn(async move {
                let client = reqwest::Client::new();
                let body = format!(r#"{{"id":"{n}","device":"D{n}","event":"sos"}}"#);
                tokio::time::sleep(Duration::from_millis(80 * n as u64)).await;
                let repeat = async {
                    while post(&client, http, "secret", 0, &body).await != Some(204) {
                        tokio::time::sleep(Duration::from_millis(30)).await;
                    }
                };
                tokio::time::timeout(LIMIT * 2, repeat).await.is_ok()
            })
        })
        .collect();
    for n in 0..6u64 {
        // Uneven, so that the deaths fall on different instants of a life.
        tokio::time::sleep(Duration::from_millis(400 + 137 * n)).await;
        if n == 3 {
            w.server.restart();
        } else {
            program.kill();
            program = Program::start(&w, http);
        }
    }
    for device in devices {
        let answered = device.await.unwrap();
        let said = || read_to_string(Program::log(&w)).unwrap();
        assert!(answered, "a device was never answered; {:?}, {}", program.0.try_wait(), said());
    }
    // What is answered is there at once; only a glance at a stream that is being written may miss one that moves on.
    let deadline = tokio::time::Instant::now() + LIMIT;
    let mut incidents = w.incidents().await;
    while incidents.len() < ALARMS && tokio::time::Instant::now() < deadline {
        incidents = w.incidents().await;
    }
    assert_eq!(incidents.len(), ALARMS);
    for incident in incidents {
        assert_eq!(incident.presses.len(), 1, "{}", incident.id);
    }
}

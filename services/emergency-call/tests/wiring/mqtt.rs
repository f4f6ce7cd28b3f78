//! MQTT with a stock client, mosquitto_pub: it exits with 0 only once it has its PUBACK.

use std::{net::SocketAddr, process::Stdio, time::Duration};

use tokio::process::Command;

use super::world::World;

async fn publish(at: SocketAddr, options: &[&str]) -> bool {
    let port = at.port().to_string();
    let client = Command::new("mosquitto_pub")
        .args(["-h", "127.0.0.1", "-p", &port])
        .args(options)
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .kill_on_drop(true)
        .status();
    let ended = tokio::time::timeout(Duration::from_secs(5), client).await;
    ended.is_ok_and(|status| {
        status.unwrap_or_else(|e| panic!("mosquitto_pub: {e}; apt install mosquitto-clients")).success()
    })
}

#[tokio::test(flavor = "multi_thread")]
async fn every_version_and_quality_of_service() {
    let w = World::new().await;
    let process = w.process().await;
    let (at, password) = (process.app.mqtt.unwrap(), w.password("b1"));
    let mut id = 0;
    for version in ["mqttv311", "mqttv5"] {
        for qos in ["0", "1", "2"] {
            id += 1;
            let payload = format!(r#"{{"id":"{id}","event":"sos"}}"#);
            let topic = ["-t", "care/b1/alarm", "-m", &payload, "-q", qos, "-V", version];
            let mut options = vec!["-u", "b1", "-P", &password];
            options.extend(topic);
            assert!(publish(at, &options).await, "{version} with QoS {qos}");
        }
    }
    super::world::eventually("six presses", async || (w.only().await.presses.len() == 6).then_some(())).await;
    process.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_speaks_for_another_device() {
    let w = World::new().await;
    let process = w.process().await;
    let (at, password) = (process.app.mqtt.unwrap(), w.password("b1"));
    let alarm = ["-t", "care/b1/alarm", "-m", "", "-q", "1"];
    for wrong in [&["-u", "b1", "-P", "wrong"][..], &["-u", "b2", "-P", &password], &[]] {
        let options: Vec<&str> = wrong.iter().chain(&alarm).copied().collect();
        assert!(!publish(at, &options).await, "{wrong:?}");
    }
    let other = ["-u", "b1", "-P", &password, "-t", "care/b2/alarm", "-m", "x", "-q", "1"];
    assert!(!publish(at, &other).await);
    assert_eq!(w.incidents().await.len(), 0);
    process.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn no_acknowledgement_before_it_is_durable() {
    let mut w = World::new().await;
    let process = w.process().await;
    let (at, password) = (process.app.mqtt.unwrap(), w.password("b1"));
    let alarm = ["-u", "b1", "-P", &password, "-t", "care/b1/alarm", "-m", r#"{"id":"1"}"#, "-q", "1"];
    w.server.kill();
    assert!(!publish(at, &alarm).await, "there is nowhere to keep it");
    w.server.restart();
    super::world::eventually("an acknowledgement", async || publish(at, &alarm).await.then_some(())).await;
    let incident = w.only().await;
    assert_eq!(incident.presses.len(), 1);
    process.stop().await;
}

/// A certificate of one's own for `localhost`, made by openssl.
fn certificate(folder: &std::path::Path) -> emergency_call::config::Tls {
    let (certificate, key) = (folder.join("devices.pem"), folder.join("devices-key.pem"));
    let made = std::process::Command::new("openssl")
        .args([
            "req",
            "-x509",
            "-newkey",
            "ec",
            "-pkeyopt",
            "ec_paramgen_curve:prime256v1",
            "-nodes",
            "-days",
            "2",
        ])
        .args(["-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost", "-keyout"])
        .arg(&key)
        .arg("-out")
        .arg(&certificate)
        .output()
        .unwrap();
    assert!(made.status.success(), "{}", String::from_utf8_lossy(&made.stderr));
    emergency_call::config::Tls { certificate, key }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_stock_client_over_tls() {
    let w = World::new().await;
    let tls = certificate(w.state.path());
    let mut config = w.config();
    config.listen.mqtts = Some(([127, 0, 0, 1], 0).into());
    config.tls = Some(tls.clone());
    let process = w.process_with(&config).await;
    let (at, password) = (process.app.mqtts.unwrap(), w.password("b1"));
    let known = tls.certificate.to_str().unwrap();
    let alarm =
        ["-u", "b1", "-P", &password, "-t", "care/b1/alarm", "-m", r#"{"id":"1","event":"sos"}"#, "-q", "1"];
    // The later `-h` wins: the certificate is for the name.
    let private: Vec<&str> = alarm.iter().copied().chain(["-h", "localhost", "--cafile", known]).collect();
    assert!(publish(at, &private).await, "with the certificate known");
    assert!(!publish(at, &alarm).await, "in the clear");
    assert_eq!(w.only().await.presses.len(), 1);
    process.stop().await;
}

//! A device that speaks as much MQTT 3.1.1 as a button does: CONNECT, PUBLISH with QoS 1, wait for PUBACK.

use std::time::Duration;

use anyhow::{Context, Result, ensure};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
    time::{Instant, timeout},
};

/// How long an answer may take before the device gives the connection up.
const PATIENCE: Duration = Duration::from_secs(20);

/// How long emergency-call may take until it acts.
const OPEN_WITHIN: Duration = Duration::from_secs(30);

/// One connection.
pub struct Device {
    stream: TcpStream,
    packet: u16,
}

fn text(into: &mut Vec<u8>, text: &str) {
    into.extend_from_slice(&(text.len() as u16).to_be_bytes());
    into.extend_from_slice(text.as_bytes());
}

fn packet(kind: u8, body: &[u8]) -> Vec<u8> {
    let mut packet = vec![kind];
    let mut length = body.len();
    loop {
        let byte = (length % 128) as u8;
        length /= 128;
        packet.push(if length > 0 { byte | 0x80 } else { byte });
        if length == 0 {
            break;
        }
    }
    packet.extend_from_slice(body);
    packet
}

impl Device {
    /// Connects without a name and password.
    ///
    /// # Errors
    /// If nobody listens or the connection is refused.
    pub async fn connect(at: &str, client: &str) -> Result<Self> {
        let mut stream = TcpStream::connect(at).await?;
        stream.set_nodelay(true)?;
        let mut body = Vec::new();
        text(&mut body, "MQTT");
        // Level 4, clean session, no keep-alive.
        body.extend_from_slice(&[4, 0b10, 0, 0]);
        text(&mut body, client);
        stream.write_all(&packet(0x10, &body)).await?;
        let mut answer = [0; 4];
        timeout(PATIENCE, stream.read_exact(&mut answer)).await.context("no CONNACK in time")??;
        ensure!(answer == [0x20, 2, 0, 0], "the connection was refused: {answer:02x?}");
        Ok(Self { stream, packet: 0 })
    }

    /// The same, tried again while emergency-call starts or changes hands.
    ///
    /// # Errors
    /// If it does not act in time.
    pub async fn connect_when_open(at: &str, client: &str) -> Result<Self> {
        let deadline = Instant::now() + OPEN_WITHIN;
        loop {
            match Self::connect(at, client).await {
                Ok(device) => return Ok(device),
                Err(error) => ensure!(Instant::now() < deadline, "emergency-call does not act: {error}"),
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }

    /// Presses the button of a device and waits until it is answered.
    ///
    /// # Errors
    /// If the connection ends first, or the answer is no PUBACK to it.
    pub async fn alarm(&mut self, device: &str, id: &str) -> Result<()> {
        let place = r#"{"lon":98.29,"lat":39.77,"datum":"wgs84"}"#;
        let payload = format!(r#"{{"id":"{id}","event":"sos","place":{place},"battery":80}}"#);
        self.publish(&format!("care/{device}/alarm"), payload.as_bytes()).await
    }

    /// Publishes with QoS 1 and waits for the answer.
    ///
    /// # Errors
    /// As [`Device::alarm`].
    pub async fn publish(&mut self, topic: &str, payload: &[u8]) -> Result<()> {
        self.packet = self.packet.wrapping_add(1).max(1);
        let mut body = Vec::new();
        text(&mut body, topic);
        body.extend_from_slice(&self.packet.to_be_bytes());
        body.extend_from_slice(payload);
        self.stream.write_all(&packet(0x32, &body)).await?;
        let mut answer = [0; 4];
        timeout(PATIENCE, self.stream.read_exact(&mut answer)).await.context("no PUBACK in time")??;
        let [high, low] = self.packet.to_be_bytes();
        ensure!(answer == [0x40, 2, high, low], "not the PUBACK waited for: {answer:02x?}");
        Ok(())
    }
}

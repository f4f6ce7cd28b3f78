//! MQTT 3.1.1 and 5 for devices: a listener that takes and never hands on. PUBACK (PUBREC for QoS 2) is withheld until
//! what was published is durable, so that a stock device's own retry is the guarantee.
//!
//! The protocol itself is the crate `mqtt-protocol-core`'s, sans-I/O. Subscriptions are granted, since stock devices
//! make them, and nothing is ever sent on them. A connection's messages are handled one after the other; that is its
//! back-pressure.

use std::{io, sync::Arc, time::Duration};

use mqtt_protocol_core::mqtt::{
    Connection, Version,
    common::Cursor,
    connection::{Event, TimerKind, role},
    packet::{GenericPacketTrait, Packet, Qos, v3_1_1, v5_0},
    result_code::{
        ConnectReasonCode, ConnectReturnCode, SubackReasonCode, SubackReturnCode, UnsubackReasonCode,
    },
};
use tokio::{
    io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt},
    time::{Instant, timeout_at},
};

use super::tcp::SILENT;
use crate::{
    credentials::{Client, Credentials},
    decode::{Garbage, MAX_FRAME, topic},
    ear::Ear,
};

/// A client must say who it is within so long.
const CONNECT_WITHIN: Duration = Duration::from_secs(10);

type Mqtt = Connection<role::Server>;

/// Speaks with one client until either ends it.
pub async fn speak<S>(stream: S, ear: Ear, credentials: Arc<Credentials>) -> io::Result<()>
where
    S: AsyncRead + AsyncWrite + Unpin,
{
    let mut connection = Mqtt::new(Version::Undetermined);
    connection.set_auto_ping_response(true);
    let mut session = Session {
        stream,
        connection,
        ear,
        credentials,
        client: None,
        deadline: Instant::now() + CONNECT_WITHIN,
    };
    let mut buffer = vec![0; 4096];
    loop {
        let read = timeout_at(session.deadline, session.stream.read(&mut buffer)).await??;
        if read == 0 {
            return Ok(());
        }
        if session.client.is_some() {
            session.deadline = session.deadline.max(Instant::now() + Duration::from_secs(1));
        }
        let mut cursor = Cursor::new(buffer.get(..read).unwrap_or_default());
        while (cursor.position() as usize) < read {
            let before = cursor.position();
            let events = session.connection.recv(&mut cursor);
            let idle = events.is_empty() && cursor.position() == before;
            if !session.carry_out(events).await? {
                return Ok(());
            }
            if idle {
                break;
            }
        }
    }
}

struct Session<S> {
    stream: S,
    connection: Mqtt,
    ear: Ear,
    credentials: Arc<Credentials>,
    client: Option<Client>,
    /// The client is gone if it says nothing until then.
    deadline: Instant,
}

impl<S: AsyncRead + AsyncWrite + Unpin> Session<S> {
    /// Returns whether the conversation goes on.
    async fn carry_out(&mut self, events: Vec<Event>) -> io::Result<bool> {
        for event in events {
            match event {
                Event::NotifyPacketReceived(packet) => {
                    let goes_on = self.received(packet).await?;
                    if !goes_on {
                        return Ok(false);
                    }
                }
                Event::RequestSendPacket { packet, .. } => {
                    self.stream.write_all(&packet.to_continuous_buffer()).await?;
                    self.stream.flush().await?;
                }
                Event::RequestTimerReset { kind: TimerKind::PingreqRecv, duration_ms } => {
                    self.deadline = Instant::now() + Duration::from_millis(duration_ms);
                }
                Event::NotifyError(error) => {
                    tracing::debug!(%error, "an MQTT client does not keep to the protocol");
                    self.ear.garbage("mqtt", Garbage::Syntax);
                }
                Event::RequestClose => return Ok(false),
                _ => {}
            }
        }
        Ok(true)
    }

    async fn send(&mut self, packet: impl Into<Packet>) -> io::Result<bool> {
        let events = self.connection.send(packet.into());
        // Sending brings no packets in, so this does not recurse any further.
        let mut goes_on = true;
        for event in events {
            match event {
                Event::RequestSendPacket { packet, .. } => {
                    self.stream.write_all(&packet.to_continuous_buffer()).await?;
                    self.stream.flush().await?;
                }
                Event::RequestTimerReset { kind: TimerKind::PingreqRecv, duration_ms } => {
                    self.deadline = Instant::now() + Duration::from_millis(duration_ms);
                }
                Event::RequestClose => goes_on = false,
                Event::NotifyError(error) => tracing::warn!(%error, "an MQTT answer could not be made"),
                _ => {}
            }
        }
        Ok(goes_on)
    }

    async fn received(&mut self, packet: Packet) -> io::Result<bool> {
        match packet {
            Packet::V3_1_1Connect(connect) => {
                self.client = self.credentials.check(connect.user_name(), connect.password());
                let code = if self.client.is_none() {
                    ConnectReturnCode::BadUserNameOrPassword
                } else if !self.ear.hears() {
                    ConnectReturnCode::ServerUnavailable
                } else {
                    ConnectReturnCode::Accepted
                };
                self.patience(connect.keep_alive());
                let ack = v3_1_1::Connack::builder().session_present(false).return_code(code).build();
                Ok(self.send(ack.map_err(malformed)?).await? && code == ConnectReturnCode::Accepted)
            }
            Packet::V5_0Connect(connect) => {
                self.client = self.credentials.check(connect.user_name(), connect.password());
                let code = if self.client.is_none() {
                    ConnectReasonCode::BadUserNameOrPassword
                } else if !self.ear.hears() {
                    ConnectReasonCode::ServerUnavailable
                } else {
                    ConnectReasonCode::Success
                };
                self.patience(connect.keep_alive());
                let ack = v5_0::Connack::builder().session_present(false).reason_code(code).build();
                Ok(self.send(ack.map_err(malformed)?).await? && code == ConnectReasonCode::Success)
            }
            Packet::V3_1_1Publish(publish) => {
                let heard = self.published(publish.topic_name(), publish.payload().as_slice()).await;
                match (heard, publish.qos(), publish.packet_id()) {
                    (false, ..) => Ok(false),
                    (true, Qos::AtLeastOnce, Some(id)) => {
                        let ack = v3_1_1::Puback::builder().packet_id(id).build();
                        self.send(ack.map_err(malformed)?).await
                    }
                    (true, Qos::ExactlyOnce, Some(id)) => {
                        let ack = v3_1_1::Pubrec::builder().packet_id(id).build();
                        self.send(ack.map_err(malformed)?).await
                    }
                    (true, ..) => Ok(true),
                }
            }
            Packet::V5_0Publish(publish) => {
                let heard = self.published(publish.topic_name(), publish.payload().as_slice()).await;
                match (heard, publish.qos(), publish.packet_id()) {
                    (false, ..) => Ok(false),
                    (true, Qos::AtLeastOnce, Some(id)) => {
                        let ack = v5_0::Puback::builder().packet_id(id).build();
                        self.send(ack.map_err(malformed)?).await
                    }
                    (true, Qos::ExactlyOnce, Some(id)) => {
                        let ack = v5_0::Pubrec::builder().packet_id(id).build();
                        self.send(ack.map_err(malformed)?).await
                    }
                    (true, ..) => Ok(true),
                }
            }
            other => self.kept_house(other).await,
        }
    }

    /// Whatever else a stock client sends.
    async fn kept_house(&mut self, packet: Packet) -> io::Result<bool> {
        match packet {
            Packet::V3_1_1Pubrel(release) => {
                let done = v3_1_1::Pubcomp::builder().packet_id(release.packet_id()).build();
                self.send(done.map_err(malformed)?).await
            }
            Packet::V5_0Pubrel(release) => {
                let done = v5_0::Pubcomp::builder().packet_id(release.packet_id()).build();
                self.send(done.map_err(malformed)?).await
            }
            Packet::V3_1_1Subscribe(subscribe) => {
                let codes = vec![SubackReturnCode::SuccessMaximumQos0; subscribe.entries().len()];
                let ack =
                    v3_1_1::Suback::builder().packet_id(subscribe.packet_id()).return_codes(codes).build();
                self.send(ack.map_err(malformed)?).await
            }
            Packet::V5_0Subscribe(subscribe) => {
                let codes = vec![SubackReasonCode::GrantedQos0; subscribe.entries().len()];
                let ack =
                    v5_0::Suback::builder().packet_id(subscribe.packet_id()).reason_codes(codes).build();
                self.send(ack.map_err(malformed)?).await
            }
            Packet::V3_1_1Unsubscribe(unsubscribe) => {
                let ack = v3_1_1::Unsuback::builder().packet_id(unsubscribe.packet_id()).build();
                self.send(ack.map_err(malformed)?).await
            }
            Packet::V5_0Unsubscribe(unsubscribe) => {
                let codes = vec![UnsubackReasonCode::Success; unsubscribe.entries().len()];
                let ack =
                    v5_0::Unsuback::builder().packet_id(unsubscribe.packet_id()).reason_codes(codes).build();
                self.send(ack.map_err(malformed)?).await
            }
            Packet::V3_1_1Disconnect(_) | Packet::V5_0Disconnect(_) => Ok(false),
            _ => Ok(true),
        }
    }

    /// One and a half times the client's own interval (MQTT 3.1.1, 3.1.2.10); without one the usual limit.
    fn patience(&mut self, keep_alive: u16) {
        let span = match keep_alive {
            0 => SILENT,
            seconds => Duration::from_millis(u64::from(seconds) * 1500),
        };
        self.deadline = Instant::now() + span;
    }

    /// Returns whether the client may be answered. Unheard, the connection ends without an answer: the client connects
    /// again and repeats. What is not understood is answered, for repeating it would not help.
    async fn published(&mut self, to: &str, payload: &[u8]) -> bool {
        let Some(client) = &self.client else { return false };
        if !client.may_publish(to) {
            self.ear.garbage("mqtt", Garbage::Signature);
            return false;
        }
        if payload.len() > MAX_FRAME {
            self.ear.garbage("mqtt", Garbage::TooLong);
        }
        match topic::decode(to, payload) {
            Ok(signal) => self.ear.say(signal).await.is_ok(),
            Err(garbage) => {
                self.ear.garbage("mqtt", garbage);
                true
            }
        }
    }
}

fn malformed(error: impl std::fmt::Display) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, error.to_string())
}

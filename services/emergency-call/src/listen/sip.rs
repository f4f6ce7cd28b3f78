//! SCAIP units over SIP, by UDP and TCP: MESSAGE is answered once durable, OPTIONS at once, all else with 405.

use std::{io, net::SocketAddr, sync::Arc};

use domain::unit::Seconds;
use runtime::BoxError;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpStream, UdpSocket},
    sync::Semaphore,
    time::timeout,
};
use tokio_util::sync::CancellationToken;

use super::tcp::SILENT;
use crate::{
    decode::{
        Garbage, fnv1a,
        scaip::{self, MessageType, Reply, StatusNumber},
        sip::{Framed, MAX_MESSAGE, Request, frame},
    },
    ear::{Ear, Unheard},
};

/// Datagrams answered at a time; beyond that they are dropped, and the unit sends them again.
const AT_A_TIME: usize = 4096;

/// What a SIP listener works with.
#[derive(Debug, Clone)]
pub struct Unit {
    /// Who hears.
    pub ear: Ear,
    /// How often a unit shall ping.
    pub heartbeat: Option<Seconds>,
}

impl Unit {
    /// The response to a request; `None` to what wants none.
    async fn respond(&self, bytes: &[u8], peer: &str) -> Option<String> {
        let request = match Request::read(bytes) {
            Ok(request) => request,
            Err(garbage) => {
                // To what is no request nothing is sent: no amplification.
                self.ear.garbage("scaip", garbage);
                return None;
            }
        };
        // The same request gets the same tag, so a retransmission is answered alike.
        let branch = request.header("via").unwrap_or_default();
        let tag = format!("{:016x}", fnv1a(branch.as_bytes()));
        match request.method {
            "MESSAGE" => {
                let (status, reply) = self.message(request.body).await;
                let reason = if status == 200 { "OK" } else { "Service Unavailable" };
                Some(request.response(status, reason, &tag, Some(peer), &reply.to_xml()))
            }
            "OPTIONS" => Some(request.response(200, "OK", &tag, Some(peer), "")),
            "ACK" => None,
            _ => {
                self.ear.garbage("scaip", Garbage::Unsupported);
                Some(request.response(405, "Method Not Allowed", &tag, Some(peer), ""))
            }
        }
    }

    async fn message(&self, body: &[u8]) -> (u16, Reply) {
        let message = match scaip::decode(body) {
            Ok(message) => message,
            Err(rejected) => {
                self.ear.garbage("scaip", rejected.garbage);
                return (200, rejected.reply);
            }
        };
        let status = message.complaint.unwrap_or(StatusNumber::Ok);
        match self.ear.say(message.signal).await {
            Ok(()) => {
                let interval = self.heartbeat.filter(|_| message.kind == MessageType::Ping);
                (200, Reply::new(status, &message.reference).with_heartbeat(interval))
            }
            Err(Unheard::Refused) => (200, Reply::new(StatusNumber::NotTreated, &message.reference)),
            // The unit tries again, here or at its next receiver.
            Err(Unheard::Away | Unheard::Late) => (503, Reply::new(StatusNumber::Busy, &message.reference)),
        }
    }
}

/// Speaks with one unit over TCP.
pub async fn speak(mut stream: TcpStream, unit: Unit) -> io::Result<()> {
    let peer = stream.peer_addr()?.ip().to_string();
    let mut buffer = Vec::with_capacity(2048);
    loop {
        match frame(&buffer) {
            Ok(Framed::Complete(length)) => {
                let message: Vec<u8> = buffer.drain(..length).collect();
                if let Some(response) = unit.respond(&message, &peer).await {
                    stream.write_all(response.as_bytes()).await?;
                }
            }
            Ok(Framed::KeepAlive(length)) => {
                buffer.drain(..length);
            }
            Ok(Framed::Partial) => {
                if timeout(SILENT, stream.read_buf(&mut buffer)).await?? == 0 {
                    return Ok(());
                }
            }
            Err(garbage) => {
                unit.ear.garbage("scaip", garbage);
                return Ok(());
            }
        }
    }
}

/// Answers datagrams until told to stop.
pub async fn datagrams(socket: UdpSocket, unit: Unit, stop: CancellationToken) -> Result<(), BoxError> {
    let socket = Arc::new(socket);
    let places = Arc::new(Semaphore::new(AT_A_TIME));
    let mut buffer = vec![0; MAX_MESSAGE + 1];
    loop {
        let received = tokio::select! {
            () = stop.cancelled() => return Ok(()),
            received = socket.recv_from(&mut buffer) => received,
        };
        // An error is one of an earlier answer (port unreachable), not of the socket.
        let Ok((length, from)) = received else { continue };
        let Ok(place) = Arc::clone(&places).try_acquire_owned() else { continue };
        let message = buffer.get(..length).unwrap_or_default().to_vec();
        let (socket, unit) = (Arc::clone(&socket), unit.clone());
        tokio::spawn(async move {
            answer(&socket, &unit, &message, from).await;
            drop(place);
        });
    }
}

async fn answer(socket: &UdpSocket, unit: &Unit, message: &[u8], from: SocketAddr) {
    // A keep-alive of a unit behind a router.
    if message.iter().all(|byte| matches!(byte, b'\r' | b'\n' | 0)) {
        return;
    }
    if let Some(response) = unit.respond(message, &from.ip().to_string()).await
        && let Err(error) = socket.send_to(response.as_bytes(), from).await
    {
        tracing::debug!(%error, "a SIP response did not go out");
    }
}

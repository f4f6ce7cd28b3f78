//! Stands between emergency-call and nats-server and counts its writes, so that the process can be killed at a chosen
//! point: after the n-th write has left it and before the server has it, or when the server has it and nobody was told.

use std::{
    io,
    sync::{Arc, Mutex, PoisonError},
};

use anyhow::Result;
use bytes::{Buf, BytesMut};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpListener, TcpStream, tcp},
    sync::oneshot,
};

/// Which side of a write.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Side {
    /// The server never gets it.
    Before,
    /// The server gets it; its answer never arrives.
    After,
}

#[derive(Debug)]
struct Armed {
    left: u32,
    side: Side,
    reached: oneshot::Sender<()>,
}

/// The gate. It is open until told otherwise.
#[derive(Debug, Clone)]
pub struct Gate {
    armed: Arc<Mutex<Option<Armed>>>,
    address: String,
}

impl Gate {
    /// Opens before the server at this address (`127.0.0.1:4222`).
    ///
    /// # Errors
    /// If there is no port.
    pub async fn open(server: String) -> Result<Self> {
        let listener = TcpListener::bind("127.0.0.1:0").await?;
        let gate = Self { armed: Arc::default(), address: listener.local_addr()?.to_string() };
        let own = gate.clone();
        tokio::spawn(async move {
            while let Ok((client, _)) = listener.accept().await {
                let (gate, server) = (own.clone(), server.clone());
                // Either side may be killed at any time; that is what this is for.
                tokio::spawn(async move { gate.pass(client, &server).await.ok() });
            }
        });
        Ok(gate)
    }

    /// Where emergency-call connects.
    pub fn url(&self) -> String {
        format!("nats://{}", self.address)
    }

    /// Shuts at the n-th write from now on; tells when it has. One at a time.
    pub fn shut_at(&self, write: u32, side: Side) -> oneshot::Receiver<()> {
        let (reached, told) = oneshot::channel();
        *self.lock() = Some(Armed { left: write.max(1), side, reached });
        told
    }

    /// Stays open after all.
    pub fn leave_open(&self) {
        *self.lock() = None;
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, Option<Armed>> {
        self.armed.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Counts a write; the side on which to shut, if it is this one.
    fn count(&self) -> Option<(Side, oneshot::Sender<()>)> {
        let mut armed = self.lock();
        let now = armed.as_mut()?;
        now.left -= 1;
        if now.left > 0 {
            return None;
        }
        armed.take().map(|armed| (armed.side, armed.reached))
    }

    async fn pass(&self, client: TcpStream, server: &str) -> io::Result<()> {
        let server = TcpStream::connect(server).await?;
        client.set_nodelay(true)?;
        server.set_nodelay(true)?;
        let (mut from_client, mut to_client) = client.into_split();
        let (mut from_server, mut to_server) = server.into_split();
        let shut = tokio::select! {
            shut = self.writes(&mut from_client, &mut to_server) => shut?,
            done = tokio::io::copy(&mut from_server, &mut to_client) => return done.map(|_| ()),
        };
        if let Some(reached) = shut {
            reached.send(()).ok();
            // Nothing passes any more; the server keeps the connection until the process is dead.
            let mut rest = [0; 4096];
            while from_client.read(&mut rest).await? > 0 {}
        }
        Ok(())
    }

    /// Passes on what the client says until it ends, or until the gate shuts.
    async fn writes(
        &self,
        from: &mut tcp::OwnedReadHalf,
        to: &mut tcp::OwnedWriteHalf,
    ) -> io::Result<Option<oneshot::Sender<()>>> {
        let mut said = BytesMut::with_capacity(64 * 1024);
        loop {
            while let Some((length, write)) = operation(&said) {
                let shut = if write { self.count() } else { None };
                let before = matches!(shut, Some((Side::Before, _)));
                if !before {
                    to.write_all(said.get(..length).unwrap_or_default()).await?;
                }
                if let Some((_, reached)) = shut {
                    return Ok(Some(reached));
                }
                said.advance(length);
            }
            if from.read_buf(&mut said).await? == 0 {
                return Ok(None);
            }
        }
    }
}

/// The bytes of the first whole operation, and whether it writes to a stream or a bucket.
fn operation(said: &[u8]) -> Option<(usize, bool)> {
    let line_end = memchr::memchr(b'\n', said)? + 1;
    let line = std::str::from_utf8(said.get(..line_end)?).unwrap_or_default();
    let mut words = line.split_ascii_whitespace();
    let publishes = matches!(words.next(), Some("PUB" | "HPUB"));
    if !publishes {
        return Some((line_end, false));
    }
    let subject = words.next().unwrap_or_default();
    let payload: usize = words.next_back().and_then(|total| total.parse().ok()).unwrap_or_default();
    let length = line_end + payload + 2;
    let kept = [".incident.", ".device."].iter().any(|stream| subject.contains(stream));
    (said.len() >= length).then_some((length, kept || subject.starts_with("$KV.")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn operations_are_told_apart() {
        assert_eq!(operation(b"PING\r\n"), Some((6, false)));
        assert_eq!(operation(b"PING"), None);
        assert_eq!(operation(b"PUB care.v1.d.incident.i1 _INBOX.1 5\r\nhello\r\n"), Some((45, true)));
        assert_eq!(operation(b"PUB care.v1.d.incident.i1 _INBOX.1 5\r\nhell"), None);
        assert_eq!(operation(b"HPUB $KV.lease.x 12 14\r\nNATS/1.0\r\n\r\nhi\r\n+"), Some((40, true)));
        assert_eq!(operation(b"PUB _INBOX.7 0\r\n\r\n"), Some((18, false)));
    }
}

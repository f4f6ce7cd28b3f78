//! Waiting until something answers.

use std::{
    io::{Read, Write},
    net::{SocketAddr, TcpListener, TcpStream},
    thread,
    time::{Duration, Instant},
};

use anyhow::{Result, bail};

/// A port of this machine nobody uses right now.
pub fn free_port() -> Result<SocketAddr> {
    Ok(TcpListener::bind("127.0.0.1:0")?.local_addr()?)
}

/// Waits until something listens there.
pub fn port(address: SocketAddr, within: Duration, ended: impl FnMut() -> bool) -> Result<()> {
    wait(&format!("{address}"), within, ended, || TcpStream::connect(address).is_ok())
}

/// Waits until a page answers with 200.
pub fn page(address: SocketAddr, path: &str, within: Duration, ended: impl FnMut() -> bool) -> Result<()> {
    wait(&format!("http://{address}{path}"), within, ended, || is_ok(address, path).unwrap_or(false))
}

fn wait(
    what: &str,
    within: Duration,
    mut ended: impl FnMut() -> bool,
    mut up: impl FnMut() -> bool,
) -> Result<()> {
    let began = Instant::now();
    while !up() {
        if ended() {
            bail!("the program behind {what} ended; its log in .demo says why");
        }
        if began.elapsed() > within {
            bail!("{what} did not answer within {} s; see the logs in .demo", within.as_secs());
        }
        thread::sleep(Duration::from_millis(50));
    }
    Ok(())
}

fn is_ok(address: SocketAddr, path: &str) -> Result<bool> {
    let mut stream = TcpStream::connect(address)?;
    stream.set_read_timeout(Some(Duration::from_secs(2)))?;
    write!(stream, "GET {path} HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\n\r\n")?;
    let mut start = [0; 12];
    stream.read_exact(&mut start)?;
    Ok(start.ends_with(b" 200"))
}

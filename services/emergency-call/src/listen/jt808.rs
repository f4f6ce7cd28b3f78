//! JT/T 808 terminals over TCP. Answered by 0x8001 or 0x8100 once durable.

use std::io;

use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
    time::timeout,
};

use super::tcp::SILENT;
use crate::{
    decode::jt808::{Splitter, Verdict, answer, decode},
    ear::Ear,
};

/// Speaks with one terminal until it ends the connection or falls silent.
pub async fn speak(mut stream: TcpStream, ear: Ear) -> io::Result<()> {
    let mut splitter = Splitter::default();
    let mut buffer = [0; 2048];
    let mut frames = Vec::new();
    let mut serial: u16 = 0;
    loop {
        let read = timeout(SILENT, stream.read(&mut buffer)).await??;
        if read == 0 {
            return Ok(());
        }
        splitter.push(buffer.get(..read).unwrap_or_default(), &mut frames);
        for frame in frames.drain(..) {
            let (header, verdict) = match frame.map_err(|garbage| (garbage, None)).and_then(|f| decode(&f)) {
                Ok(message) => {
                    let heard = ear.say_all(message.signals).await;
                    (Some(message.header), if heard.is_ok() { Verdict::Ok } else { Verdict::Failed })
                }
                Err((garbage, header)) => {
                    ear.garbage("jt808", garbage);
                    let unsupported = garbage == crate::decode::Garbage::Unsupported;
                    (header, if unsupported { Verdict::Unsupported } else { Verdict::Wrong })
                }
            };
            if let Some(reply) = header.and_then(|header| answer(&header, verdict, serial)) {
                serial = serial.wrapping_add(1);
                stream.write_all(&reply).await?;
            }
        }
    }
}

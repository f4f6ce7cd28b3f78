//! Elders' GPS watches over TCP. `AL` is answered once durable; unanswered, the watch repeats it.

use std::io;

use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
    time::timeout,
};

use super::tcp::SILENT;
use crate::{
    decode::watch::{Splitter, decode},
    ear::Ear,
};

/// Speaks with one watch until it ends the connection or falls silent.
pub async fn speak(mut stream: TcpStream, ear: Ear) -> io::Result<()> {
    let mut splitter = Splitter::default();
    let mut buffer = [0; 2048];
    let mut frames = Vec::new();
    loop {
        let read = timeout(SILENT, stream.read(&mut buffer)).await??;
        if read == 0 {
            return Ok(());
        }
        splitter.push(buffer.get(..read).unwrap_or_default(), &mut frames);
        for frame in frames.drain(..) {
            match frame.and_then(|frame| decode(&frame)) {
                Ok(message) => {
                    if ear.say_all(message.signals).await.is_ok()
                        && let Some(answer) = message.answer
                    {
                        stream.write_all(answer.as_bytes()).await?;
                    }
                }
                Err(garbage) => ear.garbage("watch", garbage),
            }
        }
    }
}

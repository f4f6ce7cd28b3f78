//! JT/T 808 (2011, 2013, 2019): terminals with a SIM. Heartbeat 0x0002, position 0x0200 with the alarm word, batch 0x0704,
//! registration 0x0100 and authentication 0x0102; answered by 0x8001 and 0x8100.

pub mod frame;
pub mod location;

use domain::alarm::{Channel, Says, Signal};

pub use self::frame::{Header, Splitter};
use self::frame::{be16, encode};
use super::{Garbage, device_id};

/// A terminal's general answer.
const TERMINAL_ANSWER: u16 = 0x0001;
const HEARTBEAT: u16 = 0x0002;
const REGISTER: u16 = 0x0100;
const UNREGISTER: u16 = 0x0003;
const AUTHENTICATE: u16 = 0x0102;
const LOCATION: u16 = 0x0200;
const BATCH: u16 = 0x0704;
const GENERAL_ANSWER: u16 = 0x8001;
const REGISTER_ANSWER: u16 = 0x8100;
/// Positions of a batch that are looked at; a frame has no room for more.
const MAX_BATCH: usize = 64;

/// A frame that was understood.
#[derive(Debug, Clone, PartialEq)]
pub struct Message {
    /// Whose, and which.
    pub header: Header,
    /// What it says; empty for what only wants an answer.
    pub signals: Vec<Signal>,
}

/// What the platform answers with (0x8001, result).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    /// Taken, durably.
    Ok = 0,
    /// Not taken: send it again.
    Failed = 1,
    /// The frame is wrong.
    Wrong = 2,
    /// Not supported here.
    Unsupported = 3,
    /// An alarm was taken and is being handled.
    AlarmConfirmed = 4,
}

/// Reads an unescaped frame without its delimiters.
///
/// # Errors
/// [`Garbage`]; the header, where it was readable, so that the terminal can be answered.
pub fn decode(frame: &[u8]) -> Result<Message, (Garbage, Option<Header>)> {
    let (header, body) = Header::read(frame).map_err(|garbage| (garbage, None))?;
    let Some(device) = device_id("jt", header.phone()) else {
        return Err((Garbage::Missing("phone"), Some(header)));
    };
    let alive = || Signal::new(device.clone(), Channel::Jt808, Says::Alive);
    let signals = match header.message {
        // A part of a split message cannot be read alone, but shows that the terminal lives.
        _ if header.is_part => vec![alive()],
        HEARTBEAT | AUTHENTICATE | REGISTER => vec![alive()],
        TERMINAL_ANSWER | UNREGISTER => Vec::new(),
        LOCATION => match location::read(&device, body, Some(header.serial)) {
            Ok(signals) => signals,
            Err(garbage) => return Err((garbage, Some(header))),
        },
        BATCH => match batch(&device, body) {
            Ok(signals) => signals,
            Err(garbage) => return Err((garbage, Some(header))),
        },
        _ => return Err((Garbage::Unsupported, Some(header))),
    };
    Ok(Message { header, signals })
}

/// 0x0704: count, kind, then each position with its length. One that is cut short ends the batch; those before it count.
fn batch(device: &domain::id::DeviceId, body: &[u8]) -> Result<Vec<Signal>, Garbage> {
    let mut rest = body.get(3..).ok_or(Garbage::Truncated)?;
    let mut signals = Vec::new();
    for _ in 0..MAX_BATCH {
        let Some(length) = be16(rest, 0) else { break };
        let Some(item) = rest.get(2..2 + usize::from(length)) else { break };
        match location::read(device, item, None) {
            Ok(found) => signals.extend(found),
            Err(garbage) if signals.is_empty() => return Err(garbage),
            Err(_) => break,
        }
        rest = rest.get(2 + usize::from(length)..).unwrap_or_default();
    }
    if signals.is_empty() { Err(Garbage::Truncated) } else { Ok(signals) }
}

/// The answer to a frame: 0x8100 to a registration, 0x8001 to all else that wants one.
pub fn answer(header: &Header, verdict: Verdict, serial: u16) -> Option<Vec<u8>> {
    match header.message {
        TERMINAL_ANSWER => None,
        REGISTER => {
            let mut body = header.serial.to_be_bytes().to_vec();
            body.push(if verdict == Verdict::Ok { 0 } else { 3 });
            if verdict == Verdict::Ok {
                // The authentication code the terminal will show with 0x0102; it proves nothing and is not relied on.
                body.extend_from_slice(header.phone().as_bytes());
            }
            Some(encode(header, REGISTER_ANSWER, serial, &body))
        }
        message => {
            let mut body = header.serial.to_be_bytes().to_vec();
            body.extend_from_slice(&message.to_be_bytes());
            body.push(verdict as u8);
            Some(encode(header, GENERAL_ANSWER, serial, &body))
        }
    }
}

#[cfg(test)]
mod tests;

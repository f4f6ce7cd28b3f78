//! Frames: `7E … 7E`, escaping, header, XOR checksum (JT/T 808-2019, 4.4).

use super::Garbage;

const FLAG: u8 = 0x7e;
const ESCAPE: u8 = 0x7d;
/// A body has at most 1023 bytes; header, checksum and escapes on top.
const MAX_FRAME: usize = 2 * (1023 + 32);
const VERSIONED: u16 = 1 << 14;
const PART: u16 = 1 << 13;
const ENCRYPTED: u16 = 0b111 << 10;
const LENGTH: u16 = 0x03ff;

/// A frame's header.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Header {
    /// Message id.
    pub message: u16,
    /// Of a split message.
    pub is_part: bool,
    /// The 2019 edition's version byte; `None` before.
    pub version: Option<u8>,
    /// The phone number as it came, for the answer.
    pub raw_phone: Vec<u8>,
    /// The sender's serial number.
    pub serial: u16,
    pub(super) phone: String,
}

pub(super) fn be16(bytes: &[u8], at: usize) -> Option<u16> {
    Some(u16::from_be_bytes(bytes.get(at..at + 2)?.try_into().ok()?))
}

pub(super) fn be32(bytes: &[u8], at: usize) -> Option<u32> {
    Some(u32::from_be_bytes(bytes.get(at..at + 4)?.try_into().ok()?))
}

impl Header {
    /// The phone number without leading zeros.
    pub fn phone(&self) -> &str {
        &self.phone
    }

    /// Splits an unescaped frame into header and body, after checking the checksum and the length.
    pub(super) fn read(frame: &[u8]) -> Result<(Self, &[u8]), Garbage> {
        let (checksum, content) = frame.split_last().ok_or(Garbage::Truncated)?;
        if content.iter().fold(0, |sum, byte| sum ^ byte) != *checksum {
            return Err(Garbage::Checksum);
        }
        let message = be16(content, 0).ok_or(Garbage::Truncated)?;
        let properties = be16(content, 2).ok_or(Garbage::Truncated)?;
        if properties & ENCRYPTED != 0 {
            return Err(Garbage::Unsupported);
        }
        let versioned = properties & VERSIONED != 0;
        let (version, start, width) = if versioned { (content.get(4).copied(), 5, 10) } else { (None, 4, 6) };
        let raw_phone = content.get(start..start + width).ok_or(Garbage::Truncated)?.to_vec();
        let serial = be16(content, start + width).ok_or(Garbage::Truncated)?;
        let is_part = properties & PART != 0;
        let body =
            content.get(start + width + 2 + if is_part { 4 } else { 0 }..).ok_or(Garbage::Truncated)?;
        if body.len() != usize::from(properties & LENGTH) {
            return Err(Garbage::Truncated);
        }
        // BCD: a digit in each half of a byte.
        let halves = raw_phone.iter().flat_map(|byte| [byte >> 4, byte & 0x0f]);
        let digits: String = halves.filter_map(|half| char::from_digit(u32::from(half), 16)).collect();
        let phone = digits.trim_start_matches('0').to_owned();
        Ok((Self { message, is_part, version, raw_phone, serial, phone }, body))
    }
}

/// A whole frame, escaped, with its delimiters.
pub(super) fn encode(to: &Header, message: u16, serial: u16, body: &[u8]) -> Vec<u8> {
    let mut content = message.to_be_bytes().to_vec();
    let versioned = if to.version.is_some() { VERSIONED } else { 0 };
    content.extend_from_slice(&((body.len() as u16 & LENGTH) | versioned).to_be_bytes());
    content.extend(to.version);
    content.extend_from_slice(&to.raw_phone);
    content.extend_from_slice(&serial.to_be_bytes());
    content.extend_from_slice(body);
    content.push(content.iter().fold(0, |sum, byte| sum ^ byte));
    let mut frame = vec![FLAG];
    for byte in content {
        match byte {
            FLAG => frame.extend([ESCAPE, 0x02]),
            ESCAPE => frame.extend([ESCAPE, 0x01]),
            other => frame.push(other),
        }
    }
    frame.push(FLAG);
    frame
}

/// Cuts a byte stream into frames. What is between frames, and a frame that grows too long, is dropped and counted.
#[derive(Debug, Default)]
pub struct Splitter {
    frame: Vec<u8>,
    inside: bool,
    escaped: bool,
}

impl Splitter {
    /// Takes bytes; gives the frames that are complete, unescaped and without delimiters.
    pub fn push(&mut self, bytes: &[u8], frames: &mut Vec<Result<Vec<u8>, Garbage>>) {
        for byte in bytes {
            match (*byte, self.inside, self.escaped) {
                // A delimiter ends one frame and may begin the next: some terminals send one between two frames.
                (FLAG, true, _) if !self.frame.is_empty() => {
                    let frame = std::mem::take(&mut self.frame);
                    frames.push(if self.escaped { Err(Garbage::Syntax) } else { Ok(frame) });
                    (self.inside, self.escaped) = (false, false);
                }
                (FLAG, _, _) => (self.inside, self.escaped) = (true, false),
                // After an end without a new beginning: the delimiter was shared.
                (other, false, _) if self.frame.is_empty() => {
                    self.inside = true;
                    self.take(other, frames);
                }
                (other, _, _) => self.take(other, frames),
            }
        }
    }

    fn take(&mut self, byte: u8, frames: &mut Vec<Result<Vec<u8>, Garbage>>) {
        match (byte, self.escaped) {
            (ESCAPE, false) => self.escaped = true,
            (0x01, true) => self.put(ESCAPE),
            (0x02, true) => self.put(FLAG),
            (_, true) => {
                self.put(byte);
            }
            (other, false) => self.put(other),
        }
        if self.frame.len() > MAX_FRAME {
            self.frame.clear();
            (self.inside, self.escaped) = (false, false);
            frames.push(Err(Garbage::TooLong));
        }
    }

    fn put(&mut self, byte: u8) {
        self.escaped = false;
        self.frame.push(byte);
    }
}

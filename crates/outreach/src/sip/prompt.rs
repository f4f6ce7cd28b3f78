//! Spoken prompts: WAV files of 8 000 samples a second, one channel, 16 bits or G.711 (formats 1, 6 and 7), or raw 16-bit
//! little-endian samples in a `.raw` file.

use std::{collections::BTreeMap, path::Path, sync::Arc};

use super::g711::Law;
use crate::Unusable;

/// The longest prompt, in seconds.
const MAX_SECONDS: usize = 120;
/// Samples a second.
pub const RATE: usize = 8000;

/// A prompt's samples.
pub type Samples = Arc<[i16]>;

/// Why a file is not a prompt.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum BadPrompt {
    /// Not a WAV file, or cut short.
    #[error("not a whole WAV file")]
    Form,
    /// A WAV file of the wrong kind.
    #[error(
        "it has {rate} samples a second, {channels} channels, {bits} bits, format {format}; wanted are 8000, 1, and 16 \
         bits or G.711: sox in.wav -r 8000 -c 1 -b 16 out.wav"
    )]
    Kind {
        /// Samples a second.
        rate: u32,
        /// Channels.
        channels: u16,
        /// Bits a sample.
        bits: u16,
        /// 1 is PCM, 6 A-law, 7 μ-law.
        format: u16,
    },
    /// Nothing to hear, or too much.
    #[error("a prompt has sound, and at most {MAX_SECONDS} seconds of it")]
    Length,
}

/// All prompts of a folder by name.
///
/// # Errors
/// [`Unusable`] names the file and what to do.
pub fn folder(path: &Path) -> Result<BTreeMap<String, Samples>, Unusable> {
    let unreadable = |path: &Path, why: &dyn std::fmt::Display| Unusable::file("sip.prompts", path, why);
    let mut prompts = BTreeMap::new();
    for entry in std::fs::read_dir(path).map_err(|error| unreadable(path, &error))? {
        let file = entry.map_err(|error| unreadable(path, &error))?.path();
        let raw = match file.extension().and_then(|extension| extension.to_str()) {
            Some("wav") => false,
            Some("raw") => true,
            _ => continue,
        };
        let Some(name) = file.file_stem().and_then(|name| name.to_str()) else { continue };
        let bytes = std::fs::read(&file).map_err(|error| unreadable(&file, &error))?;
        let samples = if raw { linear(&bytes) } else { wav(&bytes) };
        let samples = samples.and_then(bounded).map_err(|error| unreadable(&file, &error))?;
        prompts.insert(name.to_owned(), samples);
    }
    if prompts.is_empty() {
        return Err(unreadable(path, &"there is no .wav or .raw file in it"));
    }
    Ok(prompts)
}

fn bounded(samples: Vec<i16>) -> Result<Samples, BadPrompt> {
    if samples.is_empty() || samples.len() > MAX_SECONDS * RATE {
        return Err(BadPrompt::Length);
    }
    Ok(samples.into())
}

fn linear(bytes: &[u8]) -> Result<Vec<i16>, BadPrompt> {
    let (pairs, rest) = bytes.as_chunks::<2>();
    if rest.is_empty() {
        Ok(pairs.iter().map(|pair| i16::from_le_bytes(*pair)).collect())
    } else {
        Err(BadPrompt::Form)
    }
}

/// The samples of a WAV file: RIFF chunks `fmt ` and `data`, others are passed over.
///
/// # Errors
/// [`BadPrompt`] says what is wrong.
pub fn wav(bytes: &[u8]) -> Result<Vec<i16>, BadPrompt> {
    let mut rest = bytes.strip_prefix(b"RIFF").and_then(|rest| rest.get(4..)).ok_or(BadPrompt::Form)?;
    rest = rest.strip_prefix(b"WAVE").ok_or(BadPrompt::Form)?;
    let mut law = None;
    loop {
        let (head, body) = rest.split_at_checked(8).ok_or(BadPrompt::Form)?;
        let length = word(head, 4).ok_or(BadPrompt::Form)? as usize;
        // A file that was written to a pipe states the largest length there is for its last chunk.
        let whole = body.get(..length);
        if head.starts_with(b"data") {
            let data = whole.unwrap_or(body);
            return match law.ok_or(BadPrompt::Form)? {
                None => linear(data.get(..data.len() & !1).unwrap_or_default()),
                Some(law) => Ok(data.iter().map(|byte| Law::decode(law, *byte)).collect()),
            };
        }
        let chunk = whole.ok_or(BadPrompt::Form)?;
        if head.starts_with(b"fmt ") {
            law = Some(format(chunk)?);
        }
        // Chunks begin at even places.
        rest = body.get(length + (length & 1)..).ok_or(BadPrompt::Form)?;
    }
}

/// Which law the samples follow; `None` is linear.
fn format(chunk: &[u8]) -> Result<Option<Law>, BadPrompt> {
    let half = |at: usize| {
        chunk
            .get(at..at + 2)
            .and_then(|two| two.try_into().ok())
            .map(u16::from_le_bytes)
            .ok_or(BadPrompt::Form)
    };
    let rate = word(chunk, 4).ok_or(BadPrompt::Form)?;
    let (format, channels, bits) = (half(0)?, half(2)?, half(14)?);
    match (format, channels, rate, bits) {
        (1, 1, 8000, 16) => Ok(None),
        (6, 1, 8000, 8) => Ok(Some(Law::A)),
        (7, 1, 8000, 8) => Ok(Some(Law::Mu)),
        _ => Err(BadPrompt::Kind { rate, channels, bits, format }),
    }
}

fn word(bytes: &[u8], at: usize) -> Option<u32> {
    Some(u32::from_le_bytes(bytes.get(at..at + 4)?.try_into().ok()?))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn file(rate: u32, format: u16, bits: u16, data: &[u8]) -> Vec<u8> {
        let mut bytes = b"RIFF\0\0\0\0WAVELIST\x03\0\0\0abc\0fmt \x10\0\0\0".to_vec();
        bytes.extend(format.to_le_bytes());
        bytes.extend(1_u16.to_le_bytes());
        bytes.extend(rate.to_le_bytes());
        bytes.extend((rate * u32::from(bits) / 8).to_le_bytes());
        bytes.extend((bits / 8).to_le_bytes());
        bytes.extend(bits.to_le_bytes());
        bytes.extend(b"data");
        bytes.extend((data.len() as u32).to_le_bytes());
        bytes.extend(data);
        bytes
    }

    #[test]
    fn the_three_kinds_read_and_others_say_what_to_do() {
        assert_eq!(wav(&file(8000, 1, 16, &[1, 0, 0xFF, 0xFF])), Ok(vec![1, -1]));
        assert_eq!(wav(&file(8000, 6, 8, &[0xD5])), Ok(vec![8]));
        assert_eq!(wav(&file(8000, 7, 8, &[0xFF])), Ok(vec![0]));
        let error = wav(&file(22_050, 1, 16, &[])).unwrap_err();
        assert!(error.to_string().contains("sox"), "{error}");
        assert_eq!(wav(b"RIFF"), Err(BadPrompt::Form));
    }

    proptest! {
        #[test]
        fn any_bytes_do_not_panic(bytes: Vec<u8>, cut: usize) {
            let _ = wav(&bytes);
            let whole = file(8000, 1, 16, &bytes);
            let _ = wav(&whole[..cut % whole.len()]);
        }
    }
}

//! 0x0200: alarm word, status word, place, time (JT/T 808-2019, tables 23–25).

use domain::{
    alarm::{AlarmCause, Channel, Fault, Says, Signal},
    geo::Wgs84,
    id::DeviceId,
    time::Timestamp,
};

use super::{
    super::time::from_parts,
    Garbage,
    frame::{be16, be32},
};

/// Bit 0 of the alarm word: the emergency button. Cleared by the terminal once it is answered.
const SOS: u32 = 1;
const UNDERVOLTAGE: u32 = 1 << 7;
const MAINS_LOST: u32 = 1 << 8;
const GNSS_FAULT: u32 = 1 << 4;
/// Bit 2 and 3 of the status word: southern, western.
const SOUTH: u32 = 1 << 2;
const WEST: u32 = 1 << 3;
/// The terminal knows where it is.
const LOCATED: u32 = 1 << 1;
/// Beijing time.
const ZONE: i8 = 8;

/// Everything a position says. With `serial` it is a report of its own, without it one of a batch.
pub(super) fn read(device: &DeviceId, body: &[u8], serial: Option<u16>) -> Result<Vec<Signal>, Garbage> {
    let (Some(alarm), Some(status)) = (be32(body, 0), be32(body, 4)) else { return Err(Garbage::Truncated) };
    // The alarm word is enough to know that somebody calls; the rest may be cut short.
    let complete = body.len() >= 28;
    let at = body.get(22..28).and_then(bcd_time);
    let place = if complete { place(body, status) } else { None };
    let key = match (at, serial) {
        (Some(at), Some(serial)) => Some(format!("{}-{serial}", at.as_millis() / 1000)),
        (Some(at), None) => Some(format!("{}-batch", at.as_millis() / 1000)),
        (None, Some(serial)) => Some(format!("s-{serial}")),
        (None, None) => None,
    };
    let signal = |says| Signal {
        key: key.clone(),
        occurred_at: at,
        place,
        ..Signal::new(device.clone(), Channel::Jt808, says)
    };
    let mut signals = Vec::new();
    if alarm & SOS != 0 {
        signals.push(signal(Says::Alarm { cause: AlarmCause::Sos }));
    } else if !complete {
        return Err(Garbage::Truncated);
    }
    for (bit, fault) in
        [(UNDERVOLTAGE, Fault::LowBattery), (MAINS_LOST, Fault::MainsLost), (GNSS_FAULT, Fault::Technical)]
    {
        if alarm & bit != 0 {
            signals.push(signal(Says::Fault { fault }));
        }
    }
    if signals.is_empty() {
        signals.push(signal(Says::Alive));
    }
    Ok(signals)
}

fn place(body: &[u8], status: u32) -> Option<Wgs84> {
    let degrees = |at, negative: u32| {
        let value = f64::from(be32(body, at)?) / 1e6;
        Some(if status & negative != 0 { -value } else { value })
    };
    let (lat, lon) = (degrees(8, SOUTH)?, degrees(12, WEST)?);
    let speed_is_there = be16(body, 18).is_some();
    (status & LOCATED != 0 || (lat.abs() > 0.1 && lon.abs() > 0.1))
        .then(|| Wgs84::new(lon, lat).ok())
        .flatten()
        .filter(|_| speed_is_there)
}

/// Six bytes of two decimal digits each.
fn bcd_time(bytes: &[u8]) -> Option<Timestamp> {
    let digits = |byte: u8| {
        let (high, low) = (byte >> 4, byte & 0x0f);
        (high < 10 && low < 10).then_some(high * 10 + low)
    };
    let parts: Vec<u8> = bytes.iter().map(|byte| digits(*byte)).collect::<Option<_>>()?;
    from_parts(parts.try_into().ok()?, ZONE)
}

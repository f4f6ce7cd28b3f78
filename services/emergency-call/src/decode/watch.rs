//! The elder's GPS watch ("Beesure", "SeTracker", "Wonlex"): `[3G*8800000015*0002*LK]`, hexadecimal length of the content.
//!
//! `LK` keeps alive, `UD` reports a place, `AL` calls for help and repeats until it is answered with `AL`.

use domain::{
    alarm::{AlarmCause, Channel, Fault, Says, Signal},
    geo::Wgs84,
};

use super::{
    Garbage, device_id, fnv1a,
    time::{digit_pairs, from_parts},
};

/// Longer frames are voice and pictures, which nobody here wants.
const MAX_FRAME: usize = 8 * 1024;
/// Bits of the status word: low battery now; then what raised an `AL`.
const LOW_BATTERY: u32 = 1;
const REMOVED_NOW: u32 = 1 << 3;
const ALARMS: [(u32, AlarmCause); 4] = [
    (1 << 16, AlarmCause::Sos),
    (1 << 18, AlarmCause::Wandering),
    (1 << 21, AlarmCause::Fall),
    (1 << 22, AlarmCause::Fall),
];
const FAULTS: [(u32, Fault); 3] =
    [(1 << 17, Fault::LowBattery), (1 << 20, Fault::Removed), (1 << 14, Fault::MainsLost)];

/// A frame that was understood.
#[derive(Debug, Clone, PartialEq)]
pub struct Message {
    /// What it says.
    pub signals: Vec<Signal>,
    /// What the watch must hear, once the signals are durable.
    pub answer: Option<String>,
}

/// Reads a frame without its brackets.
///
/// # Errors
/// [`Garbage`].
pub fn decode(frame: &[u8]) -> Result<Message, Garbage> {
    if frame.len() > MAX_FRAME {
        return Err(Garbage::TooLong);
    }
    // Names may come in GBK; what decides is ASCII. Undecodable bytes become replacement characters.
    let (text, _, _) = encoding_rs::GBK.decode(frame);
    let mut parts = text.splitn(5, '*');
    let (Some(maker), Some(id), Some(third), Some(fourth)) =
        (parts.next(), parts.next(), parts.next(), parts.next())
    else {
        return Err(Garbage::Syntax);
    };
    // Some makers put a serial number between the id and the length.
    let (index, length, content) = match parts.next() {
        Some(content) => (Some(third), fourth, content),
        None => (None, third, fourth),
    };
    if maker.is_empty() || maker.len() > 4 || !maker.chars().all(|c| c.is_ascii_alphanumeric()) {
        return Err(Garbage::Syntax);
    }
    // The length is of bytes; it is checked only where the text is ASCII, and only for a frame cut short.
    let promised = usize::from_str_radix(length.trim(), 16).map_err(|_| Garbage::Syntax)?;
    let device = device_id("watch", id).ok_or(Garbage::Missing("id"))?;
    let (word, rest) = content.split_once(',').unwrap_or((content, ""));
    let word = word.trim();
    let is_alarm = word.starts_with("AL");
    if text.is_ascii() && content.len() < promised && !is_alarm {
        return Err(Garbage::Truncated);
    }
    let answer = |word: &str| Some(frame_of(maker, id, index, word));
    let alive = || vec![Signal::new(device.clone(), Channel::Watch, Says::Alive)];
    Ok(match word {
        "LK" => {
            let mut signals = alive();
            let battery = rest.split(',').nth(2).and_then(|b| b.trim().parse().ok());
            if let (Some(signal), Some(battery)) = (signals.first_mut(), battery) {
                signal.battery = Some(u8::min(battery, 100));
            }
            Message { signals, answer: answer("LK") }
        }
        "INIT" => Message { signals: alive(), answer: answer("INIT,1") },
        "TKQ" | "TKQ2" | "CONFIG" => Message { signals: alive(), answer: answer(word) },
        _ if is_alarm => Message { signals: report(&device, rest, true), answer: answer("AL") },
        _ if word.starts_with("UD") => Message { signals: report(&device, rest, false), answer: None },
        _ if word.chars().all(|c| c.is_ascii_alphanumeric()) && !word.is_empty() => {
            Message { signals: alive(), answer: None }
        }
        _ => return Err(Garbage::Unsupported),
    })
}

/// `[3G*8800000015*0002*AL]`
fn frame_of(maker: &str, id: &str, index: Option<&str>, content: &str) -> String {
    let index = index.map(|index| format!("{index}*")).unwrap_or_default();
    format!("[{maker}*{id}*{index}{:04X}*{content}]", content.len())
}

/// `220414,134652,A,22.571707,N,113.8613968,E,speed,course,height,satellites,signal,battery,steps,tumbles,status,…`
fn report(device: &domain::id::DeviceId, rest: &str, is_alarm: bool) -> Vec<Signal> {
    let fields: Vec<&str> = rest.split(',').map(str::trim).collect();
    let field = |n: usize| fields.get(n).copied().unwrap_or_default();
    let at = match (digit_pairs(field(0)), digit_pairs(field(1))) {
        // Day first; the watch keeps UTC.
        (Some([day, month, year]), Some([hour, minute, second])) => {
            from_parts([year, month, day, hour, minute, second], 0)
        }
        _ => None,
    };
    let place = place(field(2), [field(3), field(4)], [field(5), field(6)]);
    let status = u32::from_str_radix(field(15), 16).unwrap_or(0);
    let signal = |says| Signal {
        // A repetition is the same frame, byte by byte; a new press has a new time.
        key: is_alarm.then(|| format!("al-{:016x}", fnv1a(rest.as_bytes()))),
        occurred_at: at,
        place,
        battery: field(12).parse().ok().map(|b: u8| b.min(100)),
        ..Signal::new(device.clone(), Channel::Watch, says)
    };
    let mut signals: Vec<Signal> = Vec::new();
    if is_alarm {
        let mut causes: Vec<AlarmCause> =
            ALARMS.iter().filter(|(bit, _)| status & bit != 0).map(|(_, cause)| *cause).collect();
        causes.dedup();
        let faults: Vec<Fault> =
            FAULTS.iter().filter(|(bit, _)| status & bit != 0).map(|(_, fault)| *fault).collect();
        signals.extend(causes.iter().map(|cause| signal(Says::Alarm { cause: *cause })));
        signals.extend(faults.iter().map(|fault| signal(Says::Fault { fault: *fault })));
        if signals.is_empty() {
            // It says alarm and not which: a human looks.
            signals.push(signal(Says::Alarm { cause: AlarmCause::Unspecified }));
        }
    } else if status & REMOVED_NOW != 0 {
        signals.push(signal(Says::Fault { fault: Fault::Removed }));
    } else if status & LOW_BATTERY != 0 {
        signals.push(signal(Says::Fault { fault: Fault::LowBattery }));
    } else {
        signals.push(signal(Says::Alive));
    }
    signals
}

fn place(validity: &str, [lat, ns]: [&str; 2], [lon, ew]: [&str; 2]) -> Option<Wgs84> {
    let degrees = |text: &str, negative: bool| {
        let value: f64 = text.parse().ok()?;
        Some(if negative { -value } else { value })
    };
    if validity != "A" {
        return None;
    }
    Wgs84::new(degrees(lon, ew == "W")?, degrees(lat, ns == "S")?).ok()
}

/// Cuts a byte stream into frames between brackets.
#[derive(Debug, Default)]
pub struct Splitter {
    frame: Vec<u8>,
    inside: bool,
}

impl Splitter {
    /// Takes bytes; gives the frames that are complete.
    pub fn push(&mut self, bytes: &[u8], frames: &mut Vec<Result<Vec<u8>, Garbage>>) {
        for byte in bytes {
            match byte {
                b'[' => {
                    self.frame.clear();
                    self.inside = true;
                }
                b']' if self.inside => {
                    self.inside = false;
                    frames.push(Ok(std::mem::take(&mut self.frame)));
                }
                _ if !self.inside => {}
                _ if self.frame.len() >= MAX_FRAME => {
                    self.inside = false;
                    self.frame.clear();
                    frames.push(Err(Garbage::TooLong));
                }
                other => self.frame.push(*other),
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    // Frames of the tests of an open tracker server (traccar) and of a Go server's reply tests.
    const ALARM: &str = "SG*8800000015*0087*AL,220414,134652,A,22.571707,N,113.8613968,E,0.1,0.0,100,7,60,90,1000,50,0001,4,1,460,0,9360,4082,131,9360,4092,148,9360,4091,143,9360,4153,141";
    const PLACE: &str = "SG*8800000015*0087*UD,220414,134652,A,22.571707,N,113.8613968,E,0.1,0.0,100,7,60,90,1000,50,0000,4,1,460,0,9360,4082,131,9360,4092,148,9360,4091,143,9360,4153,141";

    fn says(frame: &str) -> Vec<Says> {
        decode(frame.as_bytes()).unwrap().signals.iter().map(|s| s.says).collect()
    }

    #[test]
    fn keep_alive_is_answered() {
        let message = decode(b"3G*8800000015*0002*LK").unwrap();
        assert_eq!(message.answer.as_deref(), Some("[3G*8800000015*0002*LK]"));
        assert_eq!(message.signals[0].device.as_str(), "watch-8800000015");
        let message = decode(b"3G*4700186508*000B*LK,0,10,100").unwrap();
        assert_eq!(message.signals[0].battery, Some(100));
    }

    #[test]
    fn an_alarm_is_answered_and_placed() {
        let message = decode(ALARM.as_bytes()).unwrap();
        assert_eq!(message.answer.as_deref(), Some("[SG*8800000015*0002*AL]"));
        // That frame's status word names no cause.
        assert_eq!(message.signals[0].says, Says::Alarm { cause: AlarmCause::Unspecified });
        assert_eq!(message.signals[0].occurred_at.unwrap().to_string(), "2014-04-22T13:46:52.000Z");
        let place = message.signals[0].place.unwrap();
        assert!((place.lat() - 22.57171).abs() < 1e-4 && (place.lon() - 113.8614).abs() < 1e-4);
    }

    #[test]
    fn the_bits_say_why() {
        let with = |status: &str| ALARM.replace(",0001,4,", &format!(",{status},4,"));
        assert_eq!(says(&with("00010000")), [Says::Alarm { cause: AlarmCause::Sos }]);
        assert_eq!(says(&with("00200000")), [Says::Alarm { cause: AlarmCause::Fall }]);
        assert_eq!(says(&with("00400000")), [Says::Alarm { cause: AlarmCause::Fall }]);
        assert_eq!(says(&with("00100000")), [Says::Fault { fault: Fault::Removed }]);
        assert_eq!(
            says(&with("00030000")),
            [Says::Alarm { cause: AlarmCause::Sos }, Says::Fault { fault: Fault::LowBattery }]
        );
    }

    #[test]
    fn a_place_without_alarm_is_a_sign_of_life() {
        assert_eq!(says(PLACE), [Says::Alive]);
        assert_eq!(decode(PLACE.as_bytes()).unwrap().answer, None);
    }

    #[test]
    fn an_alarm_cut_short_is_an_alarm() {
        assert_eq!(says("3G*8800000015*0087*AL,2204"), [Says::Alarm { cause: AlarmCause::Unspecified }]);
    }

    #[test]
    fn a_serial_number_in_between_is_answered_with() {
        let message = decode(b"ZJ*014111001332708*0077*0008*LK,0,0,7").unwrap();
        assert_eq!(message.answer.as_deref(), Some("[ZJ*014111001332708*0077*0002*LK]"));
    }

    proptest! {
        #[test]
        fn bytes_never_panic(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
            let mut frames = Vec::new();
            Splitter::default().push(&bytes, &mut frames);
            for frame in frames.iter().flatten() {
                let _ = decode(frame);
            }
            let _ = decode(&bytes);
        }

        #[test]
        fn any_text_in_any_field_never_panics(field in 0..18usize, text in "\\PC{0,12}") {
            let mut fields: Vec<&str> = ALARM.split(',').collect();
            fields[field] = &text;
            let _ = decode(fields.join(",").as_bytes());
        }
    }
}

//! SCAIP (SS 91100:2014, CLC/TS 50134-9): XML in a SIP MESSAGE, answered by XML.
//!
//! Real units differ from the letter of it: numbers come unpadded (`dty` 2 for 0002), `mty` may be missing on an alarm,
//! values may be padded with blanks. All of that is read.

pub mod codes;
pub mod reply;

use domain::{
    alarm::{Channel, Says, Signal},
    geo::Wgs84,
    id::DeviceId,
};
use quick_xml::{Reader, XmlVersion, events::Event};

pub use self::reply::{Reply, StatusNumber};
use super::{Garbage, device_id, key};

/// The longest body; a message of all fields at their longest is far below.
pub const MAX_BODY: usize = 4096;

/// What kind of message it is (`mty`).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MessageType {
    /// An alarm or event.
    Message,
    /// A reset of one.
    Reset,
    /// An addition to an alarm under way.
    Information,
    /// A heartbeat.
    Ping,
}

/// The fields that matter, as they came.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Fields {
    /// Reference: echoed, and the same in every repetition.
    pub reference: Option<String>,
    /// The controller (the unit in the home).
    pub controller: Option<String>,
    /// Device type.
    pub device_type: Option<u32>,
    /// The device behind the controller.
    pub device: Option<String>,
    /// Status code.
    pub status: Option<u32>,
    /// Message type.
    pub message: Option<String>,
    /// Location value (`lva`): coordinates where `lco` says so.
    pub location: Option<String>,
    /// The caller to connect (`crd`).
    pub caller: Option<String>,
    /// Free text on the device, for the desk.
    pub text: Option<String>,
}

/// A message that was understood.
#[derive(Debug, Clone, PartialEq)]
pub struct Message {
    /// The kind.
    pub kind: MessageType,
    /// What it says.
    pub signal: Signal,
    /// Where the unit wants to be called back or calls from, e.g. `gsm:+37284463906`.
    pub caller: Option<String>,
    /// What the answer must say although the message was taken: a field of the protocol is missing.
    pub complaint: Option<StatusNumber>,
    /// The reference to echo.
    pub reference: String,
}

/// Why a message is not taken, with the answer the protocol has for that.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rejected {
    /// For the count.
    pub garbage: Garbage,
    /// For the unit.
    pub reply: Reply,
}

/// Reads a body.
///
/// # Errors
/// [`Rejected`] with the status number the unit must hear.
pub fn decode(body: &[u8]) -> Result<Message, Rejected> {
    let rejected = |garbage, status, reference: Option<&str>| Rejected {
        garbage,
        reply: Reply::new(status, reference.unwrap_or_default()),
    };
    if body.len() > MAX_BODY {
        return Err(rejected(Garbage::TooLong, StatusNumber::TooLong, None));
    }
    let fields = fields(body).map_err(|garbage| rejected(garbage, StatusNumber::InvalidFormat, None))?;
    let reference = fields.reference.as_deref();
    let Some(device) = device(&fields) else {
        return Err(rejected(Garbage::Missing("cid"), StatusNumber::TagMissing, reference));
    };
    let kind = match fields.message.as_deref() {
        None | Some("ME") => MessageType::Message,
        Some("RE") => MessageType::Reset,
        Some("IN") => MessageType::Information,
        Some("PI") => MessageType::Ping,
        // A status that calls for help counts, whatever the letter of `mty`.
        Some(_) if fields.status.is_some() => MessageType::Message,
        Some(_) => return Err(rejected(Garbage::Value("mty"), StatusNumber::WrongContent, reference)),
    };
    let says = match kind {
        MessageType::Ping => Says::Alive,
        MessageType::Reset => Says::Cleared,
        MessageType::Message | MessageType::Information => codes::says(fields.device_type, fields.status),
    };
    let mut signal = Signal::new(device, Channel::Scaip, says);
    let valid = reference.filter(|r| r.len() <= 16 && r.chars().all(|c| c.is_ascii_alphanumeric()));
    // A heartbeat's reference may be the same for ever; only alarms are known by theirs.
    signal.key = if kind == MessageType::Ping { None } else { reference.and_then(key) };
    signal.place = fields.location.as_deref().and_then(place);
    signal.test = codes::is_test(fields.status);
    let complaint = match (reference, valid) {
        (None, _) => Some(StatusNumber::TagMissing),
        (Some(_), None) => Some(StatusNumber::WrongContent),
        (Some(_), Some(_)) => None,
    };
    let reference = reference.unwrap_or_default().to_owned();
    Ok(Message { kind, signal, caller: fields.caller, complaint, reference })
}

/// The controller, and the device behind it where it has a name of its own.
fn device(fields: &Fields) -> Option<DeviceId> {
    let controller = fields.controller.as_deref()?;
    match fields.device.as_deref().filter(|d| !d.trim_start_matches('0').is_empty()) {
        Some(device) if device != controller => device_id("scaip", &format!("{controller}_{device}")),
        _ => device_id("scaip", controller),
    }
}

/// `geo:39.77,98.29` (RFC 5870) or `39.77,98.29`; latitude first, WGS-84.
fn place(text: &str) -> Option<Wgs84> {
    let text = text.trim().trim_start_matches("geo:");
    let mut parts = text.split([',', ';']);
    let lat = parts.next()?.trim().parse().ok()?;
    let lon = parts.next()?.trim().parse().ok()?;
    Wgs84::new(lon, lat).ok()
}

/// Reads `<mrq><tag>value</tag>…</mrq>`; unknown tags are passed over.
fn fields(body: &[u8]) -> Result<Fields, Garbage> {
    let text = std::str::from_utf8(body).map_err(|_| Garbage::Encoding)?;
    let mut reader = Reader::from_str(text);
    let mut fields = Fields::default();
    let mut open: Vec<String> = Vec::new();
    let mut value = String::new();
    let mut seen_root = false;
    loop {
        match reader.read_event().map_err(|_| Garbage::Syntax)? {
            Event::Start(tag) => {
                let name = tag.local_name().as_ref().to_ascii_lowercase();
                if open.is_empty() {
                    seen_root |= matches!(name.as_str(), "mrq" | "scaip");
                }
                if open.len() > 4 {
                    return Err(Garbage::Syntax);
                }
                open.push(name);
                value.clear();
            }
            Event::Text(text) => value.push_str(&text.xml_content(XmlVersion::Implicit1_0)),
            Event::GeneralRef(entity) => match entity.resolve_char_ref() {
                Ok(Some(c)) => value.push(c),
                _ => value.push_str(predefined(&entity)),
            },
            Event::End(_) => {
                let Some(name) = open.pop() else { return Err(Garbage::Syntax) };
                if open.len() == 1 {
                    set(&mut fields, &name, value.trim());
                }
                value.clear();
            }
            Event::Eof => break,
            _ => {}
        }
    }
    if !seen_root || !open.is_empty() {
        return Err(Garbage::Syntax);
    }
    Ok(fields)
}

fn predefined(entity: &str) -> &'static str {
    match entity {
        "amp" => "&",
        "lt" => "<",
        "gt" => ">",
        "quot" => "\"",
        "apos" => "'",
        _ => "",
    }
}

fn set(fields: &mut Fields, name: &str, value: &str) {
    if value.is_empty() {
        return;
    }
    let text = || Some(value.chars().take(200).collect::<String>());
    match name {
        "ref" => fields.reference = text(),
        "cid" => fields.controller = text(),
        "dty" => fields.device_type = value.parse().ok(),
        "did" => fields.device = text(),
        "stc" => fields.status = value.parse().ok(),
        "mty" => fields.message = Some(value.to_ascii_uppercase()),
        "lva" => fields.location = text(),
        "crd" => fields.caller = text(),
        "dte" | "stt" | "ite" | "lte" => fields.text = text(),
        _ => {}
    }
}

#[cfg(test)]
mod tests;

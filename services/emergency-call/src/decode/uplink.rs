//! Uplinks as LoRaWAN network servers hand them on, over MQTT or HTTP: ChirpStack v4 and The Things Stack v3.
//!
//! The network server answers the button, not we: a weaker class ([`Assurance::Relayed`](domain::alarm::Assurance)).

use base64::{Engine, engine::general_purpose::STANDARD};
use domain::{
    alarm::{Channel, Signal},
    time::Timestamp,
};
use serde::Deserialize;

use super::{Garbage, MAX_FRAME, device_id, milesight};

#[derive(Deserialize)]
#[serde(untagged)]
enum Envelope {
    ChirpStack(ChirpStack),
    Things(Things),
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct ChirpStack {
    device_info: DeviceInfo,
    f_cnt: Option<u64>,
    #[serde(default)]
    data: String,
    time: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct DeviceInfo {
    dev_eui: String,
}

#[derive(Deserialize)]
struct Things {
    end_device_ids: EndDevice,
    uplink_message: Uplink,
    received_at: Option<String>,
}

#[derive(Deserialize)]
struct EndDevice {
    dev_eui: String,
}

#[derive(Deserialize)]
struct Uplink {
    f_cnt: Option<u64>,
    #[serde(default)]
    frm_payload: String,
}

/// Reads an uplink of a button.
///
/// # Errors
/// [`Garbage`]; a payload that is no button's is [`Garbage::Unsupported`], and the device has been heard none the less.
pub fn decode(json: &[u8]) -> Result<Signal, Garbage> {
    if json.len() > MAX_FRAME {
        return Err(Garbage::TooLong);
    }
    let envelope: Envelope = serde_json::from_slice(json).map_err(|_| Garbage::Syntax)?;
    let (eui, counter, data, time) = match envelope {
        Envelope::ChirpStack(c) => (c.device_info.dev_eui, c.f_cnt, c.data, c.time),
        // A frame counter of zero is left out of its JSON.
        Envelope::Things(t) => (
            t.end_device_ids.dev_eui,
            Some(t.uplink_message.f_cnt.unwrap_or(0)),
            t.uplink_message.frm_payload,
            t.received_at,
        ),
    };
    let eui = eui.to_ascii_lowercase();
    if eui.len() != 16 || !eui.chars().all(|c| c.is_ascii_hexdigit()) {
        return Err(Garbage::Value("devEui"));
    }
    let device = device_id("lora", &eui).ok_or(Garbage::Missing("devEui"))?;
    let payload = STANDARD.decode(data.as_bytes()).map_err(|_| Garbage::Encoding)?;
    let payload = milesight::decode(&payload)?;
    let mut signal = Signal::new(device, Channel::Lorawan, payload.says());
    signal.key = counter.map(|counter| format!("f-{counter}"));
    signal.battery = payload.battery;
    signal.occurred_at = time.and_then(|time| time.parse::<Timestamp>().ok());
    Ok(signal)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const CHIRPSTACK: &str = r#"{"deduplicationId":"d","time":"2026-11-22T08:00:00.5+00:00","deviceInfo":{
        "tenantName":"t","applicationName":"a","deviceName":"按钮","devEui":"24E124535B316056"},
        "devAddr":"01a2","fCnt":17,"fPort":85,"confirmed":true,"data":"AXUQ/y4B","rxInfo":[]}"#;
    const THINGS: &str = r#"{"end_device_ids":{"device_id":"eui-24e124128c140062","dev_eui":"24E124128C140062"},
        "received_at":"2023-07-18T02:44:18.227100018Z",
        "uplink_message":{"f_port":85,"f_cnt":23709,"frm_payload":"/y4C","rx_metadata":[]}}"#;

    #[test]
    fn both_network_servers() {
        let signal = decode(CHIRPSTACK.as_bytes()).unwrap();
        assert_eq!(signal.device.as_str(), "lora-24e124535b316056");
        assert_eq!((signal.key.as_deref(), signal.battery), (Some("f-17"), Some(16)));
        assert!(signal.alarm().is_some() && signal.occurred_at.is_some());
        let signal = decode(THINGS.as_bytes()).unwrap();
        assert_eq!(signal.device.as_str(), "lora-24e124128c140062");
        assert_eq!(signal.key.as_deref(), Some("f-23709"));
        assert!(signal.alarm().is_some());
    }

    #[test]
    fn what_is_no_uplink_has_a_reason() {
        assert_eq!(decode(b"{}"), Err(Garbage::Syntax));
        assert_eq!(decode(&vec![b' '; MAX_FRAME + 1]), Err(Garbage::TooLong));
        let wrong = CHIRPSTACK.replace("AXUQ/y4B", "*");
        assert_eq!(decode(wrong.as_bytes()), Err(Garbage::Encoding));
        let wrong = CHIRPSTACK.replace("24E124535B316056", "24");
        assert_eq!(decode(wrong.as_bytes()), Err(Garbage::Value("devEui")));
    }

    proptest! {
        #[test]
        fn bytes_never_panic(cut in 0..400usize, byte in any::<u8>()) {
            let mut frame = CHIRPSTACK.as_bytes().to_vec();
            if let Some(at) = frame.get_mut(cut) {
                *at = byte;
            }
            let _ = decode(&frame);
            frame.truncate(cut);
            let _ = decode(&frame);
        }
    }
}

//! What devices publish over MQTT.
//!
//! | topic | payload |
//! | --- | --- |
//! | `care/<device>/alarm`, `care/<device>/alarm/<cause>` | empty, or JSON as for the [webhook](super::webhook) |
//! | `care/<device>/<event>` | the same; the event's name is the webhook's |
//! | `care/<device>/event` | JSON with `event` |
//! | `application/<app>/device/<eui>/event/up` | ChirpStack's JSON |
//! | `v3/<app>/devices/<device>/up` | The Things Stack's JSON |
//!
//! A topic that says *alarm* is an alarm, whatever its payload.

use domain::alarm::{AlarmCause, Channel, Says, Signal};

use super::{Garbage, MAX_FRAME, device_id, uplink, webhook};

/// Reads a published message.
///
/// # Errors
/// [`Garbage`].
pub fn decode(topic: &str, payload: &[u8]) -> Result<Signal, Garbage> {
    let parts: Vec<&str> = topic.split('/').collect();
    match parts.as_slice() {
        ["application", _, "device", _, "event", "up"] | ["v3", _, "devices", _, "up"] => {
            uplink::decode(payload)
        }
        ["care", device, "event"] => own(device, None, payload),
        ["care", device, "alarm"] => {
            own(device, Some(Says::Alarm { cause: AlarmCause::Unspecified }), payload)
        }
        ["care", device, "alarm", cause] => {
            let alarm = Says::Alarm { cause: AlarmCause::Unspecified };
            own(device, webhook::says(cause, None).or(Some(alarm)), payload)
        }
        ["care", device, event] => {
            let says = webhook::says(event, None).ok_or(Garbage::Unsupported)?;
            own(device, Some(says), payload)
        }
        _ => Err(Garbage::Unsupported),
    }
}

/// The device a topic speaks of, for permissions.
pub fn device(topic: &str) -> Option<&str> {
    match topic.split('/').collect::<Vec<_>>().as_slice() {
        ["care", device, ..] => Some(device),
        _ => None,
    }
}

/// The payload's word counts where it is more exact than the topic's.
fn own(device: &str, topic: Option<Says>, payload: &[u8]) -> Result<Signal, Garbage> {
    let device = device_id("mqtt", device).ok_or(Garbage::Missing("device"))?;
    let is_alarm = matches!(topic, Some(Says::Alarm { .. }));
    let read = || -> Result<Signal, Garbage> {
        if payload.len() > MAX_FRAME {
            return Err(Garbage::TooLong);
        }
        let mut body: serde_json::Map<String, serde_json::Value> =
            serde_json::from_slice(payload).map_err(|_| Garbage::Syntax)?;
        body.insert("device".to_owned(), "-".into());
        if !body.contains_key("event") && topic.is_some() {
            body.insert("event".to_owned(), "alive".into());
        }
        let said = body.get("event").cloned();
        let body = serde_json::to_vec(&body).map_err(|_| Garbage::Syntax)?;
        let mut signal = webhook::decode("mqtt", &body, Channel::Mqtt)?;
        if said.as_ref().and_then(|e| e.as_str()) == Some("alive") {
            signal.says = topic.unwrap_or(Says::Alive);
        }
        Ok(signal)
    };
    let bare = |says| Signal::new(device.clone(), Channel::Mqtt, says);
    let mut signal = match (read(), topic) {
        // An alarm's topic is never talked down by its payload.
        (Ok(signal), Some(says)) if is_alarm && signal.alarm().is_none() => Signal { says, ..signal },
        (Ok(signal), _) => signal,
        (Err(_), Some(says)) if is_alarm || payload.is_empty() => bare(says),
        (Err(garbage), _) => return Err(garbage),
    };
    signal.device = device;
    Ok(signal)
}

#[cfg(test)]
mod tests {
    use domain::alarm::Fault;
    use proptest::prelude::*;

    use super::*;

    fn says(topic: &str, payload: &str) -> Result<Says, Garbage> {
        decode(topic, payload.as_bytes()).map(|signal| signal.says)
    }

    #[test]
    fn an_alarms_topic_is_enough() {
        let unspecified = Says::Alarm { cause: AlarmCause::Unspecified };
        for payload in ["", "garbage", "{}", r#"{"event":"alive"}"#, r#"{"event":"nonsense"}"#] {
            assert_eq!(says("care/b1/alarm", payload), Ok(unspecified), "{payload}");
        }
        assert_eq!(says("care/b1/alarm/smoke", ""), Ok(Says::Alarm { cause: AlarmCause::Smoke }));
        assert_eq!(says("care/b1/alarm", r#"{"event":"fall"}"#), Ok(Says::Alarm { cause: AlarmCause::Fall }));
    }

    #[test]
    fn the_rest_wants_to_be_understood() {
        assert_eq!(says("care/b1/alive", ""), Ok(Says::Alive));
        assert_eq!(says("care/b1/low_battery", "{}"), Ok(Says::Fault { fault: Fault::LowBattery }));
        assert_eq!(
            says("care/b1/event", r#"{"event":"sos","id":"1"}"#),
            Ok(Says::Alarm { cause: AlarmCause::Sos })
        );
        assert_eq!(says("care/b1/event", "garbage"), Err(Garbage::Syntax));
        assert_eq!(says("care/b1/what", ""), Err(Garbage::Unsupported));
        assert_eq!(says("elsewhere", ""), Err(Garbage::Unsupported));
        assert_eq!(decode("care/b1/alarm", br#"{"id":"42"}"#).unwrap().key.as_deref(), Some("42"));
    }

    proptest! {
        #[test]
        fn nothing_panics(topic in "(care|application|v3|[a-z/+#]{0,4}|/|alarm|up|event|\\PC){0,8}", bytes in prop::collection::vec(any::<u8>(), 0..80)) {
            let _ = decode(&topic, &bytes);
        }
    }
}

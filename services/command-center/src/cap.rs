//! An emergency in the Common Alerting Protocol 1.2 (OASIS, 1 July 2010), so that another centre can take it over
//! without typing it in. Pure: an incident goes in, a document comes out.
//!
//! | CAP | here |
//! | --- | --- |
//! | `status` | `Exercise` for a drill, else `Actual` |
//! | `msgType` | `Alert` at first, `Update` afterwards, `Cancel` for a false alarm |
//! | `references` | the first alert of the incident, for everything but the first |
//! | `urgency`, `severity`, `certainty` | by cause and stage, see [`weight`] |
//! | `scope` | `Private`: it is meant for one addressee and says where somebody lives |

use domain::{
    alarm::AlarmCause,
    incident::{Incident, Outcome, Stage, Subject},
    time::Timestamp,
};

const NAMESPACE: &str = "urn:oasis:names:tc:emergency:cap:1.2";
/// A person is looked for within so many kilometres of the last known place.
const AROUND_KM: &str = "0.05";

/// Who sends it.
#[derive(Debug, Clone)]
pub struct Sender {
    /// Unique in the world: the platform and its district.
    pub id: String,
    /// For people.
    pub name: String,
    /// The district's offset from UTC; CAP wants local time with its offset.
    pub utc_offset_minutes: i32,
}

/// The document.
pub fn cap(incident: &Incident, sender: &Sender, now: Timestamp) -> String {
    let first = format!("{}-1", incident.id);
    let identifier = format!("{}-{}", incident.id, incident.revision);
    let at = |at: Timestamp| local(at, sender.utc_offset_minutes);
    let closed = match &incident.stage {
        Stage::Closed(closed) => Some(&closed.outcome),
        _ => None,
    };
    let kind = match (closed, incident.revision) {
        (Some(Outcome::FalseAlarm { .. }), _) => "Cancel",
        (_, ..=1) => "Alert",
        _ => "Update",
    };
    let mut xml = String::from("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n");
    xml.push_str("<alert xmlns=\"");
    xml.push_str(NAMESPACE);
    xml.push_str("\">");
    let mut write = Writer { xml: &mut xml };
    write.element("identifier", &identifier);
    write.element("sender", &sender.id);
    write.element("sent", &at(now));
    write.element("status", if incident.drill { "Exercise" } else { "Actual" });
    write.element("msgType", kind);
    write.element("scope", "Private");
    write.element("addresses", "120");
    if let Some(Outcome::FalseAlarm { reason }) = closed {
        write.element("note", reason);
    } else if incident.drill {
        write.element("note", "演练 drill: do not act on it");
    }
    if kind != "Alert" {
        write.element("references", &format!("{},{first},{}", sender.id, at(incident.opened_at)));
    }
    write.element("incidents", incident.id.as_str());
    for language in ["zh-CN", "en"] {
        info(&mut write, incident, sender, language);
    }
    xml.push_str("</alert>\n");
    xml
}

fn info(write: &mut Writer<'_>, incident: &Incident, sender: &Sender, language: &str) {
    let chinese = language == "zh-CN";
    let (category, zh, en) = words(incident.cause);
    let (urgency, severity, certainty) = weight(incident);
    write.open("info");
    write.element("language", language);
    write.element("category", category);
    write.element("event", if chinese { zh } else { en });
    write.element("responseType", "Assess");
    write.element("urgency", urgency);
    write.element("severity", severity);
    write.element("certainty", certainty);
    write.element("onset", &local(incident.opened_at, sender.utc_offset_minutes));
    write.element("senderName", &sender.name);
    let drill = match (incident.drill, chinese) {
        (false, _) => "",
        (true, true) => "【演练】",
        (true, false) => "[EXERCISE] ",
    };
    write.element("headline", &format!("{drill}{}", if chinese { zh } else { en }));
    write.element("description", &description(incident, chinese));
    let (whom, id) = match &incident.subject {
        Subject::Elder(id) => ("elder", id.as_str()),
        Subject::Caregiver(id) => ("caregiver", id.as_str()),
        Subject::Device(id) => ("device", id.as_str()),
    };
    write.parameter("subject", &format!("{whom}:{id}"));
    write.parameter("device", incident.device.as_str());
    write.parameter("stage", incident.stage.name());
    write.parameter(
        "presses",
        &(incident.presses.len() as u64 + u64::from(incident.more_presses)).to_string(),
    );
    if let Stage::Closed(closed) = &incident.stage
        && let Outcome::HandedTo120 { reference } = &closed.outcome
    {
        write.parameter("reference", reference);
    }
    write.open("area");
    let street = incident.street.as_ref().map_or("", |street| street.as_str());
    let nowhere = if chinese { "地点未知" } else { "place unknown" };
    write.element("areaDesc", if street.is_empty() { nowhere } else { street });
    if let Some(place) = incident.place {
        // CAP says latitude first, in WGS-84.
        write.element("circle", &format!("{:.6},{:.6} {AROUND_KM}", place.lat(), place.lon()));
    }
    write.close("area");
    write.close("info");
}

fn description(incident: &Incident, chinese: bool) -> String {
    let presses = incident.presses.len() as u64 + u64::from(incident.more_presses);
    let going = incident.stage.responders().len();
    if chinese {
        format!("呼叫 {presses} 次，当前状态 {}，已出发 {going} 人", incident.stage.name())
    } else {
        format!("called {presses} times, stage {}, {going} on the way or there", incident.stage.name())
    }
}

/// Category, and the event in Chinese and English.
const fn words(cause: AlarmCause) -> (&'static str, &'static str, &'static str) {
    match cause {
        AlarmCause::Smoke => ("Fire", "烟雾报警", "Smoke alarm"),
        AlarmCause::Gas => ("Fire", "燃气泄漏", "Gas leak"),
        AlarmCause::Fall => ("Health", "老人跌倒", "Fall of an elder"),
        AlarmCause::Vitals => ("Health", "生命体征异常", "Vital signs out of bounds"),
        AlarmCause::Sos => ("Health", "紧急呼叫", "Call for help"),
        AlarmCause::LoneWorker => ("Security", "护理员求助", "A caregiver calls for help"),
        AlarmCause::BedExit => ("Health", "离床未归", "Out of bed and not back"),
        AlarmCause::Wandering => ("Safety", "走失", "Wandering"),
        AlarmCause::Inactivity => ("Health", "长时间无活动", "No activity"),
        AlarmCause::Flood => ("Infra", "水浸", "Flood in a home"),
        AlarmCause::Unspecified => ("Other", "报警", "Alarm"),
    }
}

/// How urgent, severe and certain: what a cause says by itself, until somebody has been there.
fn weight(incident: &Incident) -> (&'static str, &'static str, &'static str) {
    let severity = match incident.cause {
        AlarmCause::Smoke | AlarmCause::Gas | AlarmCause::Fall | AlarmCause::Vitals => "Severe",
        AlarmCause::Sos | AlarmCause::LoneWorker | AlarmCause::BedExit | AlarmCause::Wandering => "Moderate",
        AlarmCause::Inactivity | AlarmCause::Flood => "Minor",
        AlarmCause::Unspecified => "Unknown",
    };
    match &incident.stage {
        Stage::Closed(closed) => match &closed.outcome {
            Outcome::FalseAlarm { .. } => ("Past", "Minor", "Unlikely"),
            Outcome::Resolved { .. } => ("Past", severity, "Observed"),
            Outcome::HandedTo120 { .. } => ("Immediate", severity, "Observed"),
        },
        Stage::OnScene(_) => ("Immediate", severity, "Observed"),
        _ => ("Immediate", severity, "Likely"),
    }
}

/// `2026-11-27T10:00:00+08:00`: CAP takes neither `Z` nor fractions.
fn local(at: Timestamp, utc_offset_minutes: i32) -> String {
    let shifted = Timestamp::from_millis(at.as_millis() + i64::from(utc_offset_minutes) * 60_000).to_string();
    let seconds = shifted.get(..19).unwrap_or(&shifted);
    // CAP writes UTC as -00:00.
    let sign = if utc_offset_minutes > 0 { '+' } else { '-' };
    let minutes = utc_offset_minutes.unsigned_abs();
    format!("{seconds}{sign}{:02}:{:02}", minutes / 60, minutes % 60)
}

/// XML 1.0 has no control characters but these three, not even escaped.
fn is_outlawed(c: char) -> bool {
    (c.is_control() && !matches!(c, '\t' | '\n' | '\r')) || matches!(c, '\u{fffe}' | '\u{ffff}')
}

struct Writer<'a> {
    xml: &'a mut String,
}

impl Writer<'_> {
    fn open(&mut self, name: &str) {
        self.xml.push('<');
        self.xml.push_str(name);
        self.xml.push('>');
    }

    fn close(&mut self, name: &str) {
        self.xml.push_str("</");
        self.xml.push_str(name);
        self.xml.push('>');
    }

    fn element(&mut self, name: &str, text: &str) {
        self.open(name);
        for c in text.chars() {
            match c {
                '&' => self.xml.push_str("&amp;"),
                '<' => self.xml.push_str("&lt;"),
                '>' => self.xml.push_str("&gt;"),
                c if is_outlawed(c) => self.xml.push(' '),
                c => self.xml.push(c),
            }
        }
        self.close(name);
    }

    fn parameter(&mut self, name: &str, value: &str) {
        self.open("parameter");
        self.element("valueName", name);
        self.element("value", value);
        self.close("parameter");
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use std::process::Command;

    use domain::{id::IncidentId, order::Actor};
    use serde_json::json;

    use super::*;

    pub(crate) fn incident() -> Incident {
        let at = "2026-11-27T02:00:00.250Z";
        serde_json::from_value(json!({
            "id": "i-00aa-1", "revision": 3, "subject": { "whom": "elder", "id": "e1" }, "device": "mqtt-b1",
            "class": "pendant", "registered": true, "cause": "fall", "opened_at": at, "street": "s1",
            "place": { "lon": 98.29, "lat": 39.77 },
            "presses": [{ "at": at, "device": "mqtt-b1", "via": "mqtt", "cause": "fall" }],
            "stage": "acknowledged",
            "acknowledged": { "by": { "role": "operator", "user": "li" }, "at": at, "means": "desk" },
            "escalation": { "plan": "home", "taken": 1, "round": 0 },
            "timeline": [
                { "at": at, "by": { "role": "system" }, "what": "opened", "cause": "fall", "via": "mqtt" },
                { "at": at, "by": { "role": "operator", "user": "li" }, "command": "k1", "what": "acknowledged",
                  "means": "desk" },
                { "at": at, "by": { "role": "operator", "user": "li" }, "command": "k2", "what": "noted",
                  "text": "=cmd|'x', \"quoted\"" },
            ],
        }))
        .unwrap()
    }

    fn sender() -> Sender {
        Sender { id: "care-dispatch.here".into(), name: "嘉峪关 & 周边".into(), utc_offset_minutes: 480 }
    }

    /// The elements in the order of the schema of CAP 1.2, section 3.4; those that may be left out marked.
    fn names(xml: &str) -> Vec<String> {
        let mut rest = xml;
        let mut names = Vec::new();
        while let Some(at) = rest.find('<') {
            rest = &rest[at + 1..];
            if rest.starts_with(|c: char| c.is_ascii_alphabetic()) {
                names.push(rest.split(['>', ' ']).next().unwrap().to_owned());
            }
        }
        names
    }

    #[test]
    fn an_alert_has_its_elements_in_the_schemas_order() {
        let xml = cap(&incident(), &sender(), "2026-11-27T02:01:00Z".parse().unwrap());
        let expected = "alert identifier sender sent status msgType scope addresses references incidents \
            info language category event responseType urgency severity certainty onset senderName headline description \
            parameter valueName value parameter valueName value parameter valueName value parameter valueName value \
            area areaDesc circle";
        let names = names(&xml).join(" ");
        assert!(names.starts_with(&expected.split_whitespace().collect::<Vec<_>>().join(" ")), "{names}");
        assert!(xml.contains("<sent>2026-11-27T10:01:00+08:00</sent>"), "{xml}");
        assert!(
            xml.contains("<references>care-dispatch.here,i-00aa-1-1,2026-11-27T10:00:00+08:00</references>")
        );
        assert!(xml.contains("<senderName>嘉峪关 &amp; 周边</senderName>"));
        assert!(xml.contains("<circle>39.770000,98.290000 0.05</circle>"));
        assert!(xml.contains("<msgType>Update</msgType>") && xml.contains("<status>Actual</status>"));
    }

    #[test]
    fn a_drill_is_an_exercise_and_a_false_alarm_a_cancel() {
        let mut drill = Incident { drill: true, revision: 1, ..incident() };
        let now = "2026-11-27T02:01:00Z".parse().unwrap();
        let xml = cap(&drill, &sender(), now);
        assert!(xml.contains("<status>Exercise</status>") && xml.contains("<msgType>Alert</msgType>"));
        assert!(xml.contains("【演练】") && !xml.contains("<references>"));
        let deed =
            domain::incident::Deed { by: Actor::SYSTEM, at: now, means: domain::incident::Means::Desk };
        let stage = std::mem::replace(&mut drill.stage, Stage::Open);
        let outcome = Outcome::FalseAlarm { reason: "a <test>\u{1}".into() };
        drill.stage = stage.close(outcome, deed).unwrap();
        drill.revision = 4;
        let xml = cap(&drill, &sender(), now);
        assert!(
            xml.contains("<msgType>Cancel</msgType>") && xml.contains("<note>a &lt;test&gt; </note>"),
            "{xml}"
        );
        assert_eq!(IncidentId::new("i-00aa-1").unwrap(), drill.id);
    }

    /// Another reader's opinion, where Python is there: it is well-formed and in the namespace.
    #[test]
    fn a_parser_not_written_here_reads_it() {
        let xml = cap(&incident(), &sender(), "2026-11-27T02:01:00Z".parse().unwrap());
        let program =
            "import sys,xml.etree.ElementTree as e;r=e.fromstring(sys.argv[1].encode());print(r.tag,len(r))";
        let Ok(read) = Command::new("python3").args(["-c", program, &xml]).output() else { return };
        let said = String::from_utf8_lossy(&read.stdout).into_owned();
        assert_eq!(
            said.trim(),
            format!("{{{NAMESPACE}}}alert 11"),
            "{}",
            String::from_utf8_lossy(&read.stderr)
        );
    }
}

use domain::{
    alarm::{AlarmCause, Fault},
    unit::Seconds,
};
use proptest::prelude::*;

use super::*;

/// Frames of units in the field, as published in the comments of an open receiver (Essence, Possum, Telealarm, Doro).
const FIELD: [(&str, Says, &str); 10] = [
    (
        "<mrq><ref>00001A85</ref><cha>0</cha><mty>PI</mty><cid>26317</cid><dty>02</dty><did>00</did><crd>no-voice:</crd><stc>102</stc></mrq>",
        Says::Alive,
        "scaip-26317",
    ),
    (
        "<mrq><mty>PI</mty><ref>1998218577</ref><cid>10149471</cid><dty>2</dty></mrq>",
        Says::Alive,
        "scaip-10149471",
    ),
    (
        "<mrq><ref>v6l7eiuzBTfybE7j</ref><cid>999998</cid><dty>0002</dty><mty>PI</mty><stc>0009</stc><lco>002</lco><crd>gsm:</crd><cha>0</cha></mrq>",
        Says::Alive,
        "scaip-999998",
    ),
    (
        "<mrq><ref>00001883</ref><cha>0</cha><mty>ME</mty><cid>26317</cid><dty>02</dty><did>00</did><crd>gsm:+37284463906</crd><stc>010</stc></mrq>",
        Says::Alarm { cause: AlarmCause::Sos },
        "scaip-26317",
    ),
    (
        "<mrq><ref>1193308443</ref><cid>10149471</cid><dty>3</dty><stc>10</stc><crd>gsm:</crd></mrq>",
        Says::Alarm { cause: AlarmCause::Sos },
        "scaip-10149471",
    ),
    (
        "<mrq><ref>1925996942</ref><cid>10149471</cid><dty>4</dty><stc>10</stc><crd>gsm:</crd></mrq>",
        Says::Alarm { cause: AlarmCause::Sos },
        "scaip-10149471",
    ),
    (
        "<mrq><ref>lmepivnFqmI8Jvv1</ref><cid>999998</cid><dty>0002</dty><mty>ME</mty><stc>0067</stc><crd>gsm:</crd><cha>0</cha></mrq>",
        Says::Restored { fault: Fault::MainsLost },
        "scaip-999998",
    ),
    (
        "<mrq><ref>yhexGeV5E49zglfi</ref><cid>999998</cid><dty>0004</dty><mty>ME</mty><stc>0010</stc><lco>002</lco><crd>gsm:</crd><cha>0</cha></mrq>",
        Says::Alarm { cause: AlarmCause::Sos },
        "scaip-999998",
    ),
    (
        "<mrq><ref>803137200003</ref><mty>ME</mty><cid> 8031372</cid><dty>0004</dty><stc>0010</stc><crd>gsm:+</crd></mrq>",
        Says::Alarm { cause: AlarmCause::Sos },
        "scaip-8031372",
    ),
    (
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<mrq>\n <ref>1</ref><cid>9</cid><dty>0005</dty><did>77</did><stc>0010</stc></mrq>",
        Says::Alarm { cause: AlarmCause::Fall },
        "scaip-9_77",
    ),
];

#[test]
fn units_of_the_field_are_understood() {
    for (frame, says, device) in FIELD {
        let message = decode(frame.as_bytes()).unwrap_or_else(|e| panic!("{frame}: {e:?}"));
        assert_eq!(message.signal.says, says, "{frame}");
        assert_eq!(message.signal.device.as_str(), device, "{frame}");
        assert_eq!(message.complaint, None, "{frame}");
        let is_alarm = message.kind == MessageType::Message;
        assert_eq!(message.signal.key.is_some(), is_alarm, "{frame}");
    }
}

#[test]
fn every_refusal_has_the_number_of_the_protocol() {
    let status = |body: &str| match decode(body.as_bytes()) {
        Ok(message) => (true, message.complaint.unwrap_or(StatusNumber::Ok)),
        Err(rejected) => (false, rejected.reply.status),
    };
    let long = format!("<mrq><ref>1</ref><cid>9</cid><ite>{}</ite></mrq>", "x".repeat(MAX_BODY));
    assert_eq!(status(&long), (false, StatusNumber::TooLong));
    for syntax in ["", "hello", "<mrq>", "<mrq></cid>", "<mrs><cid>9</cid></mrs>", "<mrq><cid>9</mrq>"] {
        assert_eq!(status(syntax), (false, StatusNumber::InvalidFormat), "{syntax}");
    }
    assert_eq!(status("<mrq><ref>1</ref><dty>3</dty></mrq>"), (false, StatusNumber::TagMissing));
    assert_eq!(
        status("<mrq><ref>1</ref><cid>9</cid><mty>XX</mty></mrq>"),
        (false, StatusNumber::WrongContent)
    );
    // Taken, since somebody calls for help, and complained about.
    assert_eq!(status("<mrq><cid>9</cid><dty>3</dty><stc>10</stc></mrq>"), (true, StatusNumber::TagMissing));
    assert_eq!(
        status("<mrq><ref>a-b</ref><cid>9</cid><stc>10</stc></mrq>"),
        (true, StatusNumber::WrongContent)
    );
}

#[test]
fn the_answer_echoes_and_escapes() {
    let reply = Reply::new(StatusNumber::Ok, "a<b").with_heartbeat(Some(Seconds::hours(1)));
    let xml = reply.to_xml();
    assert!(xml.ends_with("<mrs><ref>a&lt;b</ref><snu>0</snu><ste>OK</ste><hbi>60</hbi></mrs>"), "{xml}");
}

#[test]
fn coordinates_come_latitude_first() {
    let xml = "<mrq><ref>1</ref><cid>9</cid><stc>10</stc><lva>geo:39.77,98.29;u=10</lva></mrq>";
    let place = decode(xml.as_bytes()).unwrap().signal.place.unwrap();
    assert!((place.lat() - 39.77).abs() < 1e-9 && (place.lon() - 98.29).abs() < 1e-9);
}

proptest! {
    #[test]
    fn bytes_never_panic(bytes in prop::collection::vec(any::<u8>(), 0..300)) {
        let _ = decode(&bytes);
    }

    #[test]
    fn xml_like_text_never_panics(text in "(<[/?!]?(mrq|ref|cid|stc|mty)>?|[a-z0-9&;#<> ]){0,40}") {
        let _ = decode(text.as_bytes());
    }

    #[test]
    fn whatever_the_codes_help_is_never_dropped(dty in 0u32..100, reference in "[A-Za-z0-9]{1,16}") {
        let xml = format!("<mrq><ref>{reference}</ref><cid>7</cid><dty>{dty}</dty><stc>0010</stc></mrq>");
        let message = decode(xml.as_bytes()).unwrap();
        prop_assert!(message.signal.alarm().is_some());
        prop_assert_eq!(message.signal.key, Some(reference));
    }
}

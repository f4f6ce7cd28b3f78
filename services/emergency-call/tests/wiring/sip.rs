//! SCAIP with a stock SIP peer, sipp, by UDP and by TCP.

use std::{path::Path, process::Stdio, time::Duration};

use tokio::process::Command;

use super::world::World;

/// Sends one MESSAGE and wants 200 with this text in its body.
fn scenario(body: &str, expected: &str) -> String {
    format!(
        r#"<?xml version="1.0" encoding="UTF-8" ?>
<scenario name="SCAIP">
  <send retrans="500"><![CDATA[
MESSAGE sip:alarm@[remote_ip]:[remote_port] SIP/2.0
Via: SIP/2.0/[transport] [local_ip]:[local_port];branch=[branch]
Max-Forwards: 70
From: <sip:unit@[local_ip]:[local_port]>;tag=[call_number]
To: <sip:alarm@[remote_ip]:[remote_port]>
Call-ID: [call_id]
CSeq: 1 MESSAGE
Content-Type: application/scaip+xml
Content-Length: [len]

{body}
  ]]></send>
  <recv response="200">
    <action>
      <ereg regexp="{expected}" search_in="body" check_it="true" assign_to="found"/>
      <log message="[$found]"/>
    </action>
  </recv>
</scenario>
"#
    )
}

async fn sipp(folder: &Path, port: u16, transport: &str, body: &str, expected: &str) -> bool {
    let file = folder.join(format!("{transport}-scenario.xml"));
    std::fs::write(&file, scenario(body, expected)).unwrap();
    let status = Command::new("sipp")
        .arg("-sf")
        .arg(&file)
        .args([
            &format!("127.0.0.1:{port}"),
            "-m",
            "1",
            "-t",
            transport,
            "-i",
            "127.0.0.1",
            "-timeout",
            "15s",
        ])
        .args(["-timeout_error", "-nostdin"])
        .current_dir(folder)
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .kill_on_drop(true)
        .status();
    let ended = tokio::time::timeout(Duration::from_secs(25), status).await;
    ended.is_ok_and(|status| status.unwrap_or_else(|e| panic!("sipp: {e}; apt install sip-tester")).success())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_unit_is_answered_by_its_codes() {
    let w = World::new().await;
    let process = w.process().await;
    let port = process.app.sip.unwrap().port();
    let folder = tempfile::tempdir().unwrap();
    let alarm = "<mrq><ref>REF</ref><cid>26317</cid><dty>0003</dty><mty>ME</mty><stc>0010</stc></mrq>";
    for (transport, reference) in [("u1", "00000001"), ("t1", "00000002")] {
        let body = alarm.replace("REF", reference);
        let expected = format!("ref.{reference}.*snu.0.");
        assert!(sipp(folder.path(), port, transport, &body, &expected).await, "{transport}");
    }
    let incident = w.only().await;
    assert_eq!(incident.device.as_str(), "scaip-26317");
    assert_eq!(incident.presses.len(), 2);
    let ping = "<mrq><ref>3</ref><cid>26317</cid><dty>0002</dty><mty>PI</mty></mrq>";
    assert!(sipp(folder.path(), port, "u1", ping, "snu.0.*hbi.5.").await);
    assert!(sipp(folder.path(), port, "u1", "<mrq><ref>4</ref></mrq>", "snu.7.").await);
    assert!(sipp(folder.path(), port, "u1", "nonsense", "snu.2.").await);
    assert_eq!(w.only().await.presses.len(), 2);
    process.stop().await;
}

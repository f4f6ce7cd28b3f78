use outreach::{
    MailAddress, Reached, Reason, Way,
    mail::{Mail, MailConfig, MailTls},
};
use runtime::Secret;

use crate::support::{Certificate, Peer, send};

fn channel(peer: &Peer, certificate: &Certificate, tls: MailTls, password: &str) -> Mail {
    Mail::new(&MailConfig {
        host: "localhost".to_owned(),
        port: Some(peer.port()),
        tls,
        from: "District <duty@care.example.cn>".to_owned(),
        user: Some("duty".to_owned()),
        password: Some(Secret::new(password.to_owned())),
        ca_file: Some(certificate.cert()),
    })
    .unwrap()
}

fn way(address: &str) -> Way {
    Way::Mail(address.parse::<MailAddress>().unwrap())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_mail_arrives_over_tls_of_both_kinds() {
    let certificate = Certificate::new();
    let [cert, key] = certificate.arguments();
    for (tls, word) in [(MailTls::Implicit, "implicit"), (MailTls::Starttls, "starttls")] {
        let peer = Peer::start("mail.cjs", &[&cert, &key, word]);
        let mail = channel(&peer, &certificate, tls, "opensesame");
        let id = "<alarm-1.0.0@care.example.cn>".to_owned();
        let reached = send(&mail, way("wang@example.cn")).await.unwrap();
        assert_eq!(reached, Reached::Taken { references: vec![id.clone()] });
        let seen = peer.tells(|seen| seen["raw"].is_string());
        assert_eq!((&seen["to"][0], &seen["tls"]), (&"wang@example.cn".into(), &true.into()));
        let raw = seen["raw"].as_str().unwrap();
        for header in
            [format!("Message-ID: {id}"), "Importance: high".into(), "Auto-Submitted: auto-generated".into()]
        {
            assert!(raw.contains(&header), "{header} in {raw}");
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn refusals_are_told_apart_and_do_not_repeat_the_address() {
    let certificate = Certificate::new();
    let [cert, key] = certificate.arguments();
    let peer = Peer::start("mail.cjs", &[&cert, &key, "implicit"]);
    let mail = channel(&peer, &certificate, MailTls::Implicit, "opensesame");
    let nobody = send(&mail, way("nobody@example.cn")).await.unwrap_err();
    assert_eq!(nobody.reason, Reason::AddressInvalid);
    assert!(!nobody.to_string().contains("nobody"), "{nobody}");
    let later = send(&mail, way("later@example.cn")).await.unwrap_err();
    assert_eq!(later.reason, Reason::Throttled);
    let wrong = channel(&peer, &certificate, MailTls::Implicit, "wrong");
    assert_eq!(send(&wrong, way("wang@example.cn")).await.unwrap_err().reason, Reason::Credentials);
    // A server that our authority did not sign.
    let stranger = channel(&peer, &Certificate::new(), MailTls::Implicit, "opensesame");
    assert_eq!(send(&stranger, way("wang@example.cn")).await.unwrap_err().reason, Reason::Unreachable);
}

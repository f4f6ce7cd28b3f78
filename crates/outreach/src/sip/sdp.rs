//! What is spoken with what, and where to send it (RFC 4566, offer and answer RFC 3264): G.711 by either law, keys as
//! telephone events.

use std::net::{IpAddr, SocketAddr};

use super::g711::Law;

/// The payload type under which we offer keys.
const EVENTS: u8 = 101;

/// Where the other side listens and what it takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Media {
    /// Where sound goes to.
    pub remote: SocketAddr,
    /// By which law.
    pub law: Law,
    /// Under which payload type its keys come; `None`: by INFO only.
    pub events: Option<u8>,
}

/// Our offer, and our answer when the other side asks again.
pub fn offer(local: SocketAddr, session: u32) -> String {
    let (ip, port) = (local.ip(), local.port());
    let family = if ip.is_ipv4() { "IP4" } else { "IP6" };
    format!(
        "v=0\r\no=- {session} 1 IN {family} {ip}\r\ns=-\r\nc=IN {family} {ip}\r\nt=0 0\r\n\
         m=audio {port} RTP/AVP 8 0 {EVENTS}\r\na=rtpmap:8 PCMA/8000\r\na=rtpmap:0 PCMU/8000\r\n\
         a=rtpmap:{EVENTS} telephone-event/8000\r\na=fmtp:{EVENTS} 0-15\r\na=ptime:20\r\na=sendrecv\r\n"
    )
}

/// Reads the other side's description; `None` if there is no sound that both know.
pub fn answer(body: &[u8]) -> Option<Media> {
    let text = std::str::from_utf8(body).ok()?;
    let mut lines = text.lines().map(str::trim);
    let mut ip = None;
    let audio = loop {
        let line = lines.next()?;
        if let Some(found) = connection(line) {
            ip = Some(found);
        } else if let Some(audio) = line.strip_prefix("m=audio ") {
            break audio;
        }
    };
    let mut words = audio.split_ascii_whitespace();
    let port: u16 = words.next()?.split('/').next()?.parse().ok()?;
    if words.next()? != "RTP/AVP" || port == 0 {
        return None;
    }
    let offered: Vec<u8> = words.filter_map(|word| word.parse().ok()).collect();
    let mut events = None;
    // The section ends where the next begins.
    for line in lines.take_while(|line| !line.starts_with("m=")) {
        // The section's own address goes before the session's.
        ip = connection(line).or(ip);
        if let Some(map) = line.strip_prefix("a=rtpmap:")
            && let Some((number, name)) = map.split_once(' ')
            && name.trim().to_ascii_lowercase().starts_with("telephone-event/8000")
        {
            events = number.parse().ok().filter(|number| offered.contains(number));
        }
    }
    let law = offered.iter().find_map(|number| match number {
        8 => Some(Law::A),
        0 => Some(Law::Mu),
        _ => None,
    })?;
    Some(Media { remote: SocketAddr::new(ip?, port), law, events })
}

fn connection(line: &str) -> Option<IpAddr> {
    let rest = line.strip_prefix("c=IN IP")?;
    rest.get(1..)?.trim().split('/').next()?.parse().ok()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// RFC 3264 §10.1's form of answer, with the sections' own address and keys as 97.
    #[test]
    fn an_answer_reads() {
        let text = "v=0\r\no=bob 2890844730 2890844730 IN IP4 host.example.com\r\ns=\r\nc=IN IP4 192.0.2.1\r\nt=0 0\r\n\
                    m=audio 49920 RTP/AVP 0 97\r\nc=IN IP4 192.0.2.9\r\na=rtpmap:0 PCMU/8000\r\n\
                    a=rtpmap:97 telephone-event/8000\r\nm=video 0 RTP/AVP 31\r\nc=IN IP4 192.0.2.2\r\n";
        let media = answer(text.as_bytes()).unwrap();
        assert_eq!(media.remote, "192.0.2.9:49920".parse().unwrap());
        assert_eq!((media.law, media.events), (Law::Mu, Some(97)));
    }

    #[test]
    fn our_own_offer_reads_and_others_without_common_sound_do_not() {
        let local: SocketAddr = "[2001:db8::1]:4000".parse().unwrap();
        let media = answer(offer(local, 1).as_bytes()).unwrap();
        assert_eq!(media, Media { remote: local, law: Law::A, events: Some(101) });
        assert!(answer(b"c=IN IP4 192.0.2.1\r\nm=audio 4000 RTP/AVP 18\r\n").is_none());
        assert!(answer(b"c=IN IP4 192.0.2.1\r\nm=audio 0 RTP/AVP 8\r\n").is_none());
        assert!(answer(b"m=audio 4000 RTP/AVP 8\r\n").is_none());
    }

    proptest! {
        #[test]
        fn any_text_does_not_panic(text in "([vocmas]=[ -~]{0,30}\r?\n){0,8}.*") {
            answer(text.as_bytes());
        }
    }
}

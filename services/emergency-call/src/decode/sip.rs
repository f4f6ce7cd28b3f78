//! As much SIP (RFC 3261, RFC 3428) as a receiver of MESSAGE needs: the request's outline, and its response.
//!
//! No dialog, no transaction timers: a MESSAGE outside a dialog is answered once, and a retransmission is answered again
//! from the incident it has become.

use std::fmt::Write;

use super::Garbage;

/// The longest message; a datagram has at most 64 KiB, an alarm a few hundred bytes.
pub const MAX_MESSAGE: usize = 8 * 1024;

/// The most proxies a request may have come by.
const MAX_VIAS: usize = 16;

/// A request, its headers by name in lower case and long form.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Request<'a> {
    /// `MESSAGE`, `OPTIONS` …
    pub method: &'a str,
    /// The request URI.
    pub uri: &'a str,
    headers: Vec<(&'static str, &'a str)>,
    /// The body, as long as `Content-Length` says.
    pub body: &'a [u8],
}

/// What a stream holds so far.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Framed {
    /// A message of so many bytes.
    Complete(usize),
    /// More is to come.
    Partial,
    /// A keep-alive of so many bytes (RFC 5626, 3.5.1).
    KeepAlive(usize),
}

const NAMES: [(&str, &str, &str); 8] = [
    ("via", "v", "Via"),
    ("from", "f", "From"),
    ("to", "t", "To"),
    ("call-id", "i", "Call-ID"),
    ("cseq", "cseq", "CSeq"),
    ("content-length", "l", "Content-Length"),
    ("content-type", "c", "Content-Type"),
    ("user-agent", "user-agent", "User-Agent"),
];

impl<'a> Request<'a> {
    /// The first header of that name, in lower case.
    pub fn header(&self, name: &str) -> Option<&'a str> {
        self.headers.iter().find(|(n, _)| *n == name).map(|(_, value)| *value)
    }

    /// Reads a whole request.
    ///
    /// # Errors
    /// [`Garbage`]; a response is [`Garbage::Unsupported`].
    pub fn read(bytes: &'a [u8]) -> Result<Self, Garbage> {
        if bytes.len() > MAX_MESSAGE {
            return Err(Garbage::TooLong);
        }
        let end = end_of_headers(bytes).ok_or(Garbage::Truncated)?;
        let head =
            std::str::from_utf8(bytes.get(..end).unwrap_or_default()).map_err(|_| Garbage::Encoding)?;
        let mut lines = head.split("\r\n");
        let mut words = lines.next().unwrap_or_default().split(' ');
        let (Some(method), Some(uri), Some(version)) = (words.next(), words.next(), words.next()) else {
            return Err(Garbage::Syntax);
        };
        if method == "SIP/2.0" {
            return Err(Garbage::Unsupported);
        }
        if version != "SIP/2.0" || method.is_empty() || !method.chars().all(|c| c.is_ascii_uppercase()) {
            return Err(Garbage::Syntax);
        }
        let headers: Vec<_> = lines
            .filter_map(|line| {
                let (name, value) = line.split_once(':')?;
                let name = name.trim().to_ascii_lowercase();
                let (long, _, _) = NAMES.iter().find(|(long, short, _)| name == *long || name == *short)?;
                Some((*long, value.trim()))
            })
            .collect();
        let rest = bytes.get(end + 4..).unwrap_or_default();
        let length = headers.iter().find(|(n, _)| *n == "content-length").map(|(_, v)| v.parse::<usize>());
        let body = match length {
            Some(Ok(length)) => rest.get(..length).ok_or(Garbage::Truncated)?,
            Some(Err(_)) => return Err(Garbage::Value("Content-Length")),
            None => rest,
        };
        let request = Self { method, uri, headers, body };
        for name in ["via", "from", "to", "call-id", "cseq"] {
            // What is repeated is answered in full: without a limit the answer could be much longer than the request.
            let most = if name == "via" { MAX_VIAS } else { 1 };
            match request.headers.iter().filter(|(n, _)| *n == name).count() {
                0 => return Err(Garbage::Missing("a mandatory header")),
                times if times > most => return Err(Garbage::Value("a header that is repeated")),
                _ => {}
            }
        }
        Ok(request)
    }

    /// The response to it. `tag` marks our side; the body is SCAIP's XML.
    pub fn response(&self, status: u16, reason: &str, tag: &str, peer: Option<&str>, body: &str) -> String {
        let mut out = format!("SIP/2.0 {status} {reason}\r\n");
        let mut top = true;
        for (name, value) in &self.headers {
            let Some((_, _, canonical)) = NAMES.iter().find(|(long, _, _)| long == name) else { continue };
            let added = match *name {
                "via" if top => {
                    top = false;
                    peer.map(|peer| format!(";received={peer}")).unwrap_or_default()
                }
                "via" | "from" | "call-id" | "cseq" => String::new(),
                "to" if value.contains(";tag=") => String::new(),
                "to" => format!(";tag={tag}"),
                _ => continue,
            };
            let _ = write!(out, "{canonical}: {value}{added}\r\n");
        }
        if !body.is_empty() {
            out.push_str("Content-Type: application/scaip+xml\r\n");
        }
        let _ = write!(out, "Content-Length: {}\r\n\r\n{body}", body.len());
        out
    }
}

fn end_of_headers(bytes: &[u8]) -> Option<usize> {
    bytes.windows(4).position(|four| four == b"\r\n\r\n")
}

/// Where the first message of a stream ends.
///
/// # Errors
/// [`Garbage`] when the stream cannot be followed any more.
pub fn frame(bytes: &[u8]) -> Result<Framed, Garbage> {
    let blank = bytes.iter().take_while(|b| matches!(b, b'\r' | b'\n')).count();
    if blank > 0 {
        return Ok(Framed::KeepAlive(blank));
    }
    let Some(end) = end_of_headers(bytes) else {
        return if bytes.len() > MAX_MESSAGE { Err(Garbage::TooLong) } else { Ok(Framed::Partial) };
    };
    let head = std::str::from_utf8(bytes.get(..end).unwrap_or_default()).map_err(|_| Garbage::Encoding)?;
    let length = head
        .split("\r\n")
        .filter_map(|line| line.split_once(':'))
        .find(|(name, _)| matches!(name.trim().to_ascii_lowercase().as_str(), "content-length" | "l"))
        .map_or(Ok(0), |(_, value)| value.trim().parse::<usize>())
        .map_err(|_| Garbage::Value("Content-Length"))?;
    let whole = end.saturating_add(4).saturating_add(length);
    if whole > MAX_MESSAGE {
        return Err(Garbage::TooLong);
    }
    Ok(if bytes.len() >= whole { Framed::Complete(whole) } else { Framed::Partial })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    // RFC 3428, section 9, message F1.
    const MESSAGE: &str = "MESSAGE sip:user2@domain.com SIP/2.0\r\nVia: SIP/2.0/TCP user1pc.domain.com;branch=z9hG4bK776sgdkse\r\nMax-Forwards: 70\r\nFrom: sip:user1@domain.com;tag=49583\r\nTo: sip:user2@domain.com\r\nCall-ID: asd88asd77a@1.2.3.4\r\nCSeq: 1 MESSAGE\r\nContent-Type: text/plain\r\nContent-Length: 18\r\n\r\nWatson, come here.";

    #[test]
    fn the_message_of_the_standard() {
        let request = Request::read(MESSAGE.as_bytes()).unwrap();
        assert_eq!((request.method, request.body), ("MESSAGE", &b"Watson, come here."[..]));
        let response = request.response(200, "OK", "x1", Some("10.0.0.1"), "");
        let lines: Vec<&str> = response.split("\r\n").collect();
        assert_eq!(lines[0], "SIP/2.0 200 OK");
        assert!(
            lines.contains(&"Via: SIP/2.0/TCP user1pc.domain.com;branch=z9hG4bK776sgdkse;received=10.0.0.1")
        );
        assert!(lines.contains(&"To: sip:user2@domain.com;tag=x1"));
        assert!(lines.contains(&"CSeq: 1 MESSAGE") && lines.contains(&"Content-Length: 0"));
    }

    #[test]
    fn a_stream_is_cut_where_it_should_be() {
        let two = format!("\r\n\r\n{MESSAGE}{MESSAGE}");
        assert_eq!(frame(two.as_bytes()), Ok(Framed::KeepAlive(4)));
        assert_eq!(frame(&two.as_bytes()[4..]), Ok(Framed::Complete(MESSAGE.len())));
        assert_eq!(frame(&MESSAGE.as_bytes()[..60]), Ok(Framed::Partial));
        let endless = "x".repeat(MAX_MESSAGE + 1);
        assert_eq!(frame(endless.as_bytes()), Err(Garbage::TooLong));
    }

    #[test]
    fn short_names_and_missing_headers() {
        let short = "MESSAGE sip:a SIP/2.0\r\nv: SIP/2.0/UDP h\r\nf: a;tag=1\r\nt: b\r\ni: c\r\nCSeq: 1 MESSAGE\r\nl: 0\r\n\r\n";
        assert!(Request::read(short.as_bytes()).is_ok());
        assert!(Request::read(short.replace("i: c\r\n", "").as_bytes()).is_err());
        let twice = short.replace("t: b\r\n", "t: b\r\nt: b\r\n");
        assert_eq!(Request::read(twice.as_bytes()), Err(Garbage::Value("a header that is repeated")));
        let hop = "v: SIP/2.0/UDP h\r\n";
        assert!(Request::read(short.replace(hop, &hop.repeat(16)).as_bytes()).is_ok());
        assert!(Request::read(short.replace(hop, &hop.repeat(17)).as_bytes()).is_err());
        assert_eq!(Request::read(b"SIP/2.0 200 OK\r\n\r\n"), Err(Garbage::Unsupported));
    }

    proptest! {
        #[test]
        fn bytes_never_panic(cut in 0..MESSAGE.len(), byte in any::<u8>(), junk in prop::collection::vec(any::<u8>(), 0..100)) {
            let mut bytes = MESSAGE.as_bytes().to_vec();
            bytes[cut] = byte;
            let _ = (Request::read(&bytes), frame(&bytes));
            bytes.truncate(cut);
            bytes.extend(&junk);
            let _ = (Request::read(&bytes), frame(&bytes));
            let _ = (Request::read(&junk), frame(&junk));
        }
    }
}

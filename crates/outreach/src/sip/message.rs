//! SIP messages as text (RFC 3261 §7). Reading takes anything and never panics; header names are known in any case and
//! in their short forms (§7.3.3), folded lines are joined (§7.3.1).

use std::fmt::Write;

/// The longest message that is read, in bytes: a datagram.
pub const MAX_MESSAGE: usize = 65_535;
/// More header lines than any honest peer writes.
const MAX_HEADERS: usize = 128;

/// The first line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Start {
    /// A request.
    Request {
        /// In capitals.
        method: String,
        /// Whom it is for.
        uri: String,
    },
    /// A response.
    Response {
        /// 100 to 699.
        code: u16,
        /// Words for a person.
        reason: String,
    },
}

/// One message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Message {
    /// The first line.
    pub start: Start,
    /// Names in their long form as written, values trimmed; in order.
    pub headers: Vec<(String, String)>,
    /// What follows the empty line.
    pub body: Vec<u8>,
}

/// Why bytes are not a SIP message.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum BadMessage {
    /// Longer than [`MAX_MESSAGE`], or with too many headers.
    #[error("longer than a message may be")]
    TooLong,
    /// The head is not UTF-8 or does not end.
    #[error("the head is no text that ends with an empty line")]
    Head,
    /// The first line.
    #[error("the first line is neither a request nor a response of SIP/2.0")]
    Start,
    /// A header line without a name.
    #[error("a header line has no name")]
    Header,
    /// `Content-Length` is no number or says more than is there.
    #[error("the body is shorter than Content-Length says")]
    Length,
}

impl Message {
    /// A request without headers.
    pub fn request(method: &str, uri: &str) -> Self {
        let start = Start::Request { method: method.to_owned(), uri: uri.to_owned() };
        Self { start, headers: Vec::new(), body: Vec::new() }
    }

    /// The answer to a request: what §8.2.6.2 wants copied is copied.
    pub fn response(to: &Self, code: u16, reason: &str) -> Self {
        let start = Start::Response { code, reason: reason.to_owned() };
        let copied = ["Via", "From", "To", "Call-ID", "CSeq", "Record-Route"];
        let headers = to
            .headers
            .iter()
            .filter(|(name, _)| copied.iter().any(|copied| name.eq_ignore_ascii_case(copied)))
            .cloned()
            .collect();
        Self { start, headers, body: Vec::new() }
    }

    /// The same with one more header. Line breaks in the value become spaces.
    #[must_use]
    #[expect(clippy::needless_pass_by_value, reason = "numbers and format_args! read best by value")]
    pub fn with(mut self, name: &str, value: impl ToString) -> Self {
        self.headers.push((name.to_owned(), value.to_string().replace(['\r', '\n'], " ")));
        self
    }

    /// The first header of this name.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.all(name).next()
    }

    /// All headers of this name, in order.
    pub fn all<'a, 'n>(&'a self, name: &'n str) -> impl Iterator<Item = &'a str> + use<'a, 'n> {
        self.headers
            .iter()
            .filter(move |(key, _)| key.eq_ignore_ascii_case(name))
            .map(|(_, value)| value.as_str())
    }

    /// Number and method of `CSeq` (§20.16).
    pub fn cseq(&self) -> Option<(u32, &str)> {
        let (number, method) = self.header("CSeq")?.split_once(char::is_whitespace)?;
        Some((number.parse().ok()?, method.trim()))
    }

    /// The status code of a response.
    pub const fn code(&self) -> Option<u16> {
        match self.start {
            Start::Response { code, .. } => Some(code),
            Start::Request { .. } => None,
        }
    }

    /// The branch of the topmost `Via` (§20.42).
    pub fn branch(&self) -> Option<&str> {
        parameter(self.header("Via")?.split(',').next()?, "branch")
    }

    /// Reads one datagram.
    ///
    /// # Errors
    /// [`BadMessage`] says what is wrong.
    pub fn parse(bytes: &[u8]) -> Result<Self, BadMessage> {
        if bytes.len() > MAX_MESSAGE {
            return Err(BadMessage::TooLong);
        }
        let (head, body) = split(bytes).ok_or(BadMessage::Head)?;
        let head = std::str::from_utf8(head).map_err(|_| BadMessage::Head)?;
        let mut lines = head.split('\n').map(|line| line.strip_suffix('\r').unwrap_or(line));
        let start = start(lines.next().unwrap_or_default()).ok_or(BadMessage::Start)?;
        let mut headers: Vec<(String, String)> = Vec::new();
        for line in lines {
            if line.starts_with([' ', '\t']) {
                let (_, value) = headers.last_mut().ok_or(BadMessage::Header)?;
                value.push(' ');
                value.push_str(line.trim());
                continue;
            }
            let (name, value) = line.split_once(':').ok_or(BadMessage::Header)?;
            let name = name.trim();
            if name.is_empty() || name.contains(|c: char| c.is_whitespace() || c.is_control()) {
                return Err(BadMessage::Header);
            }
            if headers.len() == MAX_HEADERS {
                return Err(BadMessage::TooLong);
            }
            headers.push((long(name).to_owned(), value.trim().to_owned()));
        }
        let mut message = Self { start, headers, body: Vec::new() };
        let body = match message.header("Content-Length") {
            // §18.3: over UDP the datagram's end is the body's.
            None => body,
            Some(length) => {
                let length: usize = length.parse().map_err(|_| BadMessage::Length)?;
                body.get(..length).ok_or(BadMessage::Length)?
            }
        };
        message.body = body.to_vec();
        Ok(message)
    }

    /// The bytes on the wire; `Content-Length` is added.
    pub fn encode(&self) -> Vec<u8> {
        let mut head = match &self.start {
            Start::Request { method, uri } => format!("{method} {uri} SIP/2.0\r\n"),
            Start::Response { code, reason } => format!("SIP/2.0 {code:03} {reason}\r\n"),
        };
        for (name, value) in
            self.headers.iter().filter(|(name, _)| !name.eq_ignore_ascii_case("Content-Length"))
        {
            let _ = write!(head, "{name}: {value}\r\n");
        }
        let _ = write!(head, "Content-Length: {}\r\n\r\n", self.body.len());
        let mut bytes = head.into_bytes();
        bytes.extend(&self.body);
        bytes
    }
}

/// Head and body; the empty line between belongs to neither.
fn split(bytes: &[u8]) -> Option<(&[u8], &[u8])> {
    let crlf = bytes.windows(4).position(|window| window == b"\r\n\r\n").map(|at| (at, at + 4));
    let lf = bytes.windows(2).position(|window| window == b"\n\n").map(|at| (at, at + 2));
    let (end, body) = [crlf, lf].into_iter().flatten().min()?;
    Some((bytes.get(..end)?, bytes.get(body..)?))
}

fn start(line: &str) -> Option<Start> {
    if let Some(rest) = line.strip_prefix("SIP/2.0 ") {
        let (code, reason) = rest.split_once(' ').unwrap_or((rest, ""));
        let code: u16 = code.parse().ok()?;
        return (100..700).contains(&code).then(|| Start::Response { code, reason: reason.to_owned() });
    }
    let mut words = line.split(' ');
    let (method, uri, version) = (words.next()?, words.next()?, words.next()?);
    let token =
        !method.is_empty() && method.bytes().all(|b| b.is_ascii_alphanumeric() || b"-.!%*_+`'~".contains(&b));
    let fits = token && !uri.is_empty() && version == "SIP/2.0" && words.next().is_none();
    fits.then(|| Start::Request { method: method.to_owned(), uri: uri.to_owned() })
}

/// §7.3.3 and the registry of short forms.
fn long(name: &str) -> &str {
    match name {
        "v" | "V" => "Via",
        "f" | "F" => "From",
        "t" | "T" => "To",
        "i" | "I" => "Call-ID",
        "m" | "M" => "Contact",
        "l" | "L" => "Content-Length",
        "c" | "C" => "Content-Type",
        "e" | "E" => "Content-Encoding",
        "s" | "S" => "Subject",
        "k" | "K" => "Supported",
        other => other,
    }
}

/// A parameter `;name=value` behind an address or value, outside of `<…>` and quotes.
pub fn parameter<'a>(value: &'a str, name: &str) -> Option<&'a str> {
    let outside = match value.rfind('>') {
        Some(end) => value.get(end..)?,
        None => value,
    };
    outside.split(';').skip(1).find_map(|part| {
        let (key, value) = part.split_once('=')?;
        key.trim().eq_ignore_ascii_case(name).then(|| value.trim().trim_matches('"'))
    })
}

/// The address inside `"Name" <sip:…>` or a bare one, without parameters of the header.
pub fn address(value: &str) -> &str {
    let inner = value.rsplit_once('<').and_then(|(_, rest)| rest.split_once('>')).map(|(inner, _)| inner);
    inner.unwrap_or_else(|| value.split(';').next().unwrap_or(value)).trim()
}

/// Host and port of a `sip:` address.
pub fn host_port(uri: &str) -> Option<(&str, u16)> {
    let rest = uri.split_once(':').filter(|(scheme, _)| scheme.eq_ignore_ascii_case("sip"))?.1;
    let rest = rest.split([';', '?']).next()?;
    let host = rest.rsplit_once('@').map_or(rest, |(_, host)| host);
    if let Some(end) = host.find(']') {
        let port = host.get(end + 1..)?.strip_prefix(':').map_or(Some(5060), |port| port.parse().ok())?;
        return Some((host.get(1..end)?, port));
    }
    match host.split_once(':') {
        Some((host, port)) => Some((host, port.parse().ok()?)),
        None => Some((host, 5060)),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// A 180 in the form of RFC 3665 §3.1, some headers in short form and one folded.
    const RINGING: &str = "SIP/2.0 180 Ringing\r\n\
        v: SIP/2.0/TCP client.atlanta.example.com:5060;branch=z9hG4bK74bf9\r\n ;received=192.0.2.101\r\n\
        From: Alice <sip:alice@atlanta.example.com>;tag=9fxced76sl\r\n\
        t: Bob <sip:bob@biloxi.example.com>;tag=8321234356\r\n\
        i: 3848276298220188511@atlanta.example.com\r\n\
        CSeq: 1 INVITE\r\n\
        m: <sip:bob@client.biloxi.example.com;transport=tcp>\r\n\
        l: 0\r\n\r\n";

    #[test]
    fn a_message_of_rfc_3665_reads() {
        let message = Message::parse(RINGING.as_bytes()).unwrap();
        assert_eq!(message.code(), Some(180));
        assert_eq!(message.branch(), Some("z9hG4bK74bf9"));
        assert_eq!(message.cseq(), Some((1, "INVITE")));
        assert_eq!(parameter(message.header("to").unwrap(), "tag"), Some("8321234356"));
        let contact = address(message.header("Contact").unwrap());
        assert_eq!(contact, "sip:bob@client.biloxi.example.com;transport=tcp");
        assert_eq!(host_port(contact), Some(("client.biloxi.example.com", 5060)));
        assert_eq!(host_port("sip:[2001:db8::1]:5070"), Some(("2001:db8::1", 5070)));
    }

    #[test]
    fn what_is_wrong_is_named() {
        let parse = |text: &str| Message::parse(text.as_bytes()).unwrap_err();
        assert_eq!(parse("SIP/2.0 180 Ringing\r\n"), BadMessage::Head);
        assert_eq!(parse("HTTP/1.1 200 OK\r\n\r\n"), BadMessage::Start);
        assert_eq!(parse("SIP/2.0 99 No\r\n\r\n"), BadMessage::Start);
        assert_eq!(parse("BYE sip:a@b SIP/2.0\r\nno name\r\n\r\n"), BadMessage::Header);
        assert_eq!(parse("BYE sip:a@b SIP/2.0\r\nl: 5\r\n\r\nab"), BadMessage::Length);
    }

    proptest! {
        #[test]
        fn any_bytes_do_not_panic(bytes: Vec<u8>, text in "(SIP/2.0 200 OK|BYE sip:a SIP/2.0)\r\n([a-zA-Z-]{0,9}:? ?[ -~]{0,20}\r\n){0,6}\r\n.{0,9}") {
            let _ = Message::parse(&bytes);
            if let Ok(message) = Message::parse(text.as_bytes()) {
                for (_, value) in &message.headers {
                    parameter(value, "tag");
                    host_port(address(value));
                }
                message.branch();
                message.cseq();
            }
        }

        #[test]
        fn what_is_written_reads_back(
            code in 100_u16..700,
            headers in prop::collection::vec(("X-[A-Za-z]{1,10}", "[!-~]([ -~]{0,20}[!-~])?"), 0..10),
            body: Vec<u8>,
        ) {
            let start = Start::Response { code, reason: "Said".to_owned() };
            let message = Message { start, headers, body };
            let mut read = Message::parse(&message.encode()).unwrap();
            prop_assert_eq!(read.headers.pop().unwrap().0, "Content-Length");
            prop_assert_eq!(read, message);
        }
    }
}

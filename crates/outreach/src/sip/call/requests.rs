//! The requests of one call: what stands in which header (RFC 3261 §8.1.1, §9.1, §12.2.1.1, §13.2.2.4, §17.1.1.3).

use std::{fmt, net::SocketAddr};

use runtime::Secret;

use super::super::{
    digest::{Challenge, Credentials, Signing},
    message::{Message, address, host_port, parameter},
    sdp,
};

/// Who calls whom from where.
pub struct Dial {
    /// The exchange's address.
    pub exchange: SocketAddr,
    /// Where we are reached, for answers and requests.
    pub local: SocketAddr,
    /// Where we take sound.
    pub media: SocketAddr,
    /// Whom: `sip:13800138000@exchange.example`.
    pub to: String,
    /// Who: `sip:4001@exchange.example`.
    pub from: String,
    /// User and password at the exchange.
    pub account: Option<(String, Secret)>,
    /// Names the call; unique.
    pub call_id: String,
    /// Random: tag, branches and the digest's own nonce are made of it.
    pub random: u64,
    /// Names the sound session.
    pub session: u32,
    /// Who takes the call over once it was accepted: `sip:8000@exchange.example`.
    pub transfer: Option<String>,
    pub(super) challenge: Option<(&'static str, Challenge)>,
    pub(super) sign_ins: u8,
    pub(super) sequence: u32,
    pub(super) signed: u32,
    pub(super) branches: u32,
}

impl fmt::Debug for Dial {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Dial").field("call_id", &self.call_id).finish_non_exhaustive()
    }
}

/// The other end, once somebody has picked up.
#[derive(Debug)]
pub(super) struct Dialog {
    /// The answer's `To`, with their tag.
    to: String,
    /// Their `Contact`.
    target: String,
    /// The way there (§12.1.2), nearest first.
    route: Vec<String>,
    /// Where datagrams go.
    hop: SocketAddr,
    /// The highest CSeq that they used.
    theirs: Option<u32>,
}

impl Dialog {
    pub(super) fn new(answer: &Message, dial: &Dial) -> Self {
        let to = answer.header("To").unwrap_or_default().to_owned();
        let target = answer.header("Contact").map_or(dial.to.as_str(), address).to_owned();
        let mut route: Vec<String> = answer
            .all("Record-Route")
            .flat_map(|value| value.split(','))
            .map(|value| value.trim().to_owned())
            .collect();
        route.reverse();
        let next = route.first().map_or(target.as_str(), |route| address(route));
        // A name would have to be looked up; the exchange knows the way.
        let hop = host_port(next)
            .and_then(|(host, port)| Some(SocketAddr::new(host.parse().ok()?, port)))
            .unwrap_or(dial.exchange);
        Self { to, target, route, hop, theirs: None }
    }

    pub(super) fn tag(&self) -> &str {
        parameter(&self.to, "tag").unwrap_or_default()
    }

    /// Whether a request with this number was not seen before.
    pub(super) fn is_new(&mut self, number: Option<u32>) -> bool {
        let new = number > self.theirs;
        self.theirs = self.theirs.max(number);
        new
    }
}

impl Dial {
    /// A call that was not made yet.
    #[expect(clippy::too_many_arguments, reason = "each is a different part of one address book entry")]
    pub const fn new(
        exchange: SocketAddr,
        local: SocketAddr,
        media: SocketAddr,
        to: String,
        from: String,
        account: Option<(String, Secret)>,
        call_id: String,
        random: u64,
    ) -> Self {
        Self {
            exchange,
            local,
            media,
            to,
            from,
            account,
            call_id,
            random,
            session: random as u32,
            transfer: None,
            challenge: None,
            sign_ins: 0,
            sequence: 0,
            signed: 0,
            branches: 0,
        }
    }

    pub(super) fn contact(&self) -> String {
        format!("<sip:{}>", self.local)
    }

    /// A new INVITE, signed if there was a challenge.
    pub(super) fn invite(&mut self) -> Message {
        self.sequence += 1;
        let to = self.to.clone();
        let mut invite = self
            .base("INVITE", &to)
            .with("To", format_args!("<{to}>"))
            .with("CSeq", format_args!("{} INVITE", self.sequence))
            .with("Contact", self.contact())
            .with("Allow", super::ALLOW)
            .with("Content-Type", "application/sdp");
        invite = self.signed(invite, "INVITE", &to);
        invite.body = sdp::offer(self.media, self.session).into_bytes();
        invite
    }

    /// §9.1: the same address, branch and number as the INVITE.
    pub(super) fn cancel(&self, invite: &Message) -> Message {
        let to = invite.header("To").unwrap_or_default();
        self.like(invite, "CANCEL", to)
    }

    /// §17.1.1.3: the same branch as the INVITE, the answer's `To`.
    pub(super) fn ack_refusal(&self, invite: &Message, answer: &Message) -> Message {
        let to = answer.header("To").unwrap_or_default();
        self.like(invite, "ACK", to)
    }

    fn like(&self, invite: &Message, method: &str, to: &str) -> Message {
        let number = invite.cseq().map_or(1, |(number, _)| number);
        Message::request(method, &self.to)
            .with("Via", invite.header("Via").unwrap_or_default())
            .with("Max-Forwards", 70)
            .with("From", self.caller())
            .with("To", to)
            .with("Call-ID", &self.call_id)
            .with("CSeq", format_args!("{number} {method}"))
    }

    /// A request inside the dialog and where it goes. An ACK has the INVITE's number and credentials.
    pub(super) fn within(
        &mut self,
        dialog: &Dialog,
        method: &str,
        invite: &Message,
    ) -> (SocketAddr, Vec<u8>) {
        let request = self.inside(dialog, method, invite);
        (dialog.hop, request.encode())
    }

    /// RFC 3515: the other end is to call somebody else in our place.
    pub(super) fn refer(&mut self, dialog: &Dialog, invite: &Message, to: &str) -> (SocketAddr, Vec<u8>) {
        let by = format!("<{}>", self.from);
        let request = self
            .inside(dialog, "REFER", invite)
            .with("Contact", self.contact())
            .with("Refer-To", format_args!("<{to}>"))
            .with("Referred-By", by);
        (dialog.hop, request.encode())
    }

    fn inside(&mut self, dialog: &Dialog, method: &str, invite: &Message) -> Message {
        let number = if method == "ACK" {
            invite.cseq().map_or(1, |(number, _)| number)
        } else {
            self.sequence += 1;
            self.sequence
        };
        let mut request = self
            .base(method, &dialog.target)
            .with("To", &dialog.to)
            .with("CSeq", format_args!("{number} {method}"));
        for route in &dialog.route {
            request = request.with("Route", route);
        }
        if method == "ACK" {
            for name in ["Authorization", "Proxy-Authorization"] {
                if let Some(value) = invite.header(name) {
                    request = request.with(name, value);
                }
            }
        } else {
            request = self.signed(request, method, &dialog.target);
        }
        request
    }

    fn base(&mut self, method: &str, uri: &str) -> Message {
        self.branches += 1;
        let branch = format!("z9hG4bK{:016x}{:x}", self.random, self.branches);
        Message::request(method, uri)
            .with("Via", format_args!("SIP/2.0/UDP {};branch={branch};rport", self.local))
            .with("Max-Forwards", 70)
            .with("From", self.caller())
            .with("Call-ID", &self.call_id)
            .with("User-Agent", "care-dispatch")
    }

    fn caller(&self) -> String {
        format!("<{}>;tag={:016x}", self.from, self.random.rotate_left(17))
    }

    fn signed(&mut self, request: Message, method: &str, uri: &str) -> Message {
        let (Some((header, challenge)), Some((user, password))) = (&self.challenge, &self.account) else {
            return request;
        };
        self.signed += 1;
        let cnonce = format!("{:016x}", self.random.rotate_left(31));
        let signing = Signing { method, uri, cnonce: &cnonce, count: self.signed };
        let value = challenge.answer(Credentials { user, password: password.expose() }, signing);
        request.with(header, value)
    }
}

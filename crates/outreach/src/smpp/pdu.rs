//! Protocol data units as bytes (§3.2 layout, §4 operations, §5 parameters). Reading never panics and never takes more
//! than the length says.

use std::fmt;

/// The longest PDU that is read. A `message_payload` is at most 64 KiB (§5.3.2.32); deliveries are far shorter.
pub const MAX_PDU: usize = 70 * 1024;

/// The header's length: length, id, status, sequence (§3.2).
const HEADER: usize = 16;

/// Set in the id of a response (§5.1.2.1).
const RESPONSE: u32 = 0x8000_0000;

/// Optional parameters used here (§5.3.2).
pub mod tag {
    /// The message where `short_message` is too short for it.
    pub const MESSAGE_PAYLOAD: u16 = 0x0424;
    /// Which message a receipt is about.
    pub const RECEIPTED_MESSAGE_ID: u16 = 0x001E;
    /// The state that a receipt reports.
    pub const MESSAGE_STATE: u16 = 0x0427;
}

/// One PDU.
#[derive(Clone, PartialEq, Eq)]
pub struct Pdu {
    /// 0 in a request and in a good response (§5.1.3).
    pub status: u32,
    /// Pairs a response with its request.
    pub sequence: u32,
    /// The rest.
    pub body: Body,
}

/// The operation and its parameters.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Body {
    /// §4.1.5.
    BindTransceiver(Bind),
    /// §4.1.6; the peer's name, which nobody needs.
    BindTransceiverResp,
    /// §4.4.1.
    SubmitSm(Box<ShortMessage>),
    /// §4.4.2; the centre's name for the message, empty if it was refused.
    SubmitSmResp(String),
    /// §4.6.1.
    DeliverSm(Box<ShortMessage>),
    /// §4.6.2.
    DeliverSmResp,
    /// §4.11.1.
    EnquireLink,
    /// §4.11.2.
    EnquireLinkResp,
    /// §4.2.1.
    Unbind,
    /// §4.2.2.
    UnbindResp,
    /// §4.3.1: the peer did not understand a header.
    GenericNack,
    /// An operation that is not used here; requests are answered with `generic_nack`.
    Other(u32),
}

/// Who wants to send and receive (§4.1.5).
#[derive(Clone, PartialEq, Eq)]
pub struct Bind {
    /// The account.
    pub system_id: String,
    /// Its password.
    pub password: String,
    /// As agreed with the carrier.
    pub system_type: String,
}

/// A message either way (§4.4.1 and §4.6.1 have the same parameters).
#[derive(Clone, PartialEq, Eq, Default)]
pub struct ShortMessage {
    /// As agreed with the carrier.
    pub service_type: String,
    /// Who sends.
    pub source: Address,
    /// Who receives.
    pub destination: Address,
    /// Mode, type and features (§5.2.12).
    pub esm_class: u8,
    /// §5.2.14.
    pub priority: u8,
    /// How long the centre tries, relative (§7.1.1); empty for its own rule.
    pub validity_period: String,
    /// Which receipts are wanted (§5.2.17).
    pub registered_delivery: u8,
    /// How the bytes are to be read (§5.2.19): 8 is UCS-2.
    pub data_coding: u8,
    /// At most 254 bytes (§5.2.22).
    pub short_message: Vec<u8>,
    /// Optional parameters in order.
    pub tlvs: Vec<(u16, Vec<u8>)>,
}

/// A phone number or a name, with its kind (§5.2.5) and plan (§5.2.6).
#[derive(Clone, PartialEq, Eq, Default)]
pub struct Address {
    /// Type of number.
    pub ton: u8,
    /// Numbering plan.
    pub npi: u8,
    /// At most 20 characters.
    pub number: String,
}

impl ShortMessage {
    /// An optional parameter's value.
    pub fn tlv(&self, tag: u16) -> Option<&[u8]> {
        self.tlvs.iter().find(|(key, _)| *key == tag).map(|(_, value)| value.as_slice())
    }
}

/// Why bytes are not a PDU.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum BadPdu {
    /// The header's length cannot be: the stream has no boundaries any more.
    #[error("the length {0} in the header cannot be")]
    Length(u32),
    /// A parameter ends after the PDU does.
    #[error("the body of command {id:#010x} is cut short")]
    Short {
        /// Of which operation.
        id: u32,
        /// Its sequence number, to answer with a `generic_nack`.
        sequence: u32,
    },
}

/// Takes one whole PDU off the front of `buffer`, or nothing while it is not all there.
///
/// # Errors
/// After [`BadPdu::Length`] the connection is of no use; after [`BadPdu::Short`] the PDU was taken off.
pub fn take(buffer: &mut Vec<u8>) -> Result<Option<Pdu>, BadPdu> {
    let Some(length) = be32(buffer, 0) else { return Ok(None) };
    let whole = length as usize;
    if !(HEADER..=MAX_PDU).contains(&whole) {
        return Err(BadPdu::Length(length));
    }
    if buffer.len() < whole {
        return Ok(None);
    }
    let bytes: Vec<u8> = buffer.drain(..whole).collect();
    let word = |at| be32(&bytes, at).unwrap_or_default();
    let (id, status, sequence) = (word(4), word(8), word(12));
    let mut reader = Reader(bytes.get(HEADER..).unwrap_or_default());
    let body = body(id, &mut reader).ok_or(BadPdu::Short { id, sequence })?;
    Ok(Some(Pdu { status, sequence, body }))
}

fn be32(bytes: &[u8], at: usize) -> Option<u32> {
    Some(u32::from_be_bytes(bytes.get(at..at + 4)?.try_into().ok()?))
}

fn body(id: u32, reader: &mut Reader<'_>) -> Option<Body> {
    Some(match id {
        0x0000_0009 => {
            let bind =
                Bind { system_id: reader.text()?, password: reader.text()?, system_type: reader.text()? };
            // interface_version, addr_ton, addr_npi, address_range
            reader.bytes(3)?;
            reader.text()?;
            Body::BindTransceiver(bind)
        }
        0x8000_0009 => Body::BindTransceiverResp,
        0x0000_0004 => Body::SubmitSm(Box::new(message(reader)?)),
        // A refusal may come without a body (§4.4.2).
        0x8000_0004 => Body::SubmitSmResp(reader.text().unwrap_or_default()),
        0x0000_0005 => Body::DeliverSm(Box::new(message(reader)?)),
        0x8000_0005 => Body::DeliverSmResp,
        0x0000_0015 => Body::EnquireLink,
        0x8000_0015 => Body::EnquireLinkResp,
        0x0000_0006 => Body::Unbind,
        0x8000_0006 => Body::UnbindResp,
        0x8000_0000 => Body::GenericNack,
        other => Body::Other(other),
    })
}

fn message(reader: &mut Reader<'_>) -> Option<ShortMessage> {
    let service_type = reader.text()?;
    let source = reader.address()?;
    let destination = reader.address()?;
    let (esm_class, _protocol_id, priority) = (reader.byte()?, reader.byte()?, reader.byte()?);
    let _schedule = reader.text()?;
    let validity_period = reader.text()?;
    let registered_delivery = reader.byte()?;
    let _replace = reader.byte()?;
    let data_coding = reader.byte()?;
    let _default_id = reader.byte()?;
    let length = reader.byte()?;
    let short_message = reader.bytes(length.into())?.to_vec();
    let mut tlvs = Vec::new();
    while !reader.0.is_empty() {
        let tag = u16::from_be_bytes([reader.byte()?, reader.byte()?]);
        let length = u16::from_be_bytes([reader.byte()?, reader.byte()?]);
        tlvs.push((tag, reader.bytes(length.into())?.to_vec()));
    }
    Some(ShortMessage {
        service_type,
        source,
        destination,
        esm_class,
        priority,
        validity_period,
        registered_delivery,
        data_coding,
        short_message,
        tlvs,
    })
}

struct Reader<'a>(&'a [u8]);

impl<'a> Reader<'a> {
    fn bytes(&mut self, count: usize) -> Option<&'a [u8]> {
        let (taken, rest) = self.0.split_at_checked(count)?;
        self.0 = rest;
        Some(taken)
    }

    fn byte(&mut self) -> Option<u8> {
        self.bytes(1)?.first().copied()
    }

    /// A C-octet string (§3.1).
    fn text(&mut self) -> Option<String> {
        let end = self.0.iter().position(|byte| *byte == 0)?;
        let text = String::from_utf8_lossy(self.bytes(end)?).into_owned();
        self.bytes(1)?;
        Some(text)
    }

    fn address(&mut self) -> Option<Address> {
        Some(Address { ton: self.byte()?, npi: self.byte()?, number: self.text()? })
    }
}

impl Body {
    const fn id(&self) -> u32 {
        match self {
            Self::BindTransceiver(_) => 0x09,
            Self::BindTransceiverResp => 0x09 | RESPONSE,
            Self::SubmitSm(_) => 0x04,
            Self::SubmitSmResp(_) => 0x04 | RESPONSE,
            Self::DeliverSm(_) => 0x05,
            Self::DeliverSmResp => 0x05 | RESPONSE,
            Self::EnquireLink => 0x15,
            Self::EnquireLinkResp => 0x15 | RESPONSE,
            Self::Unbind => 0x06,
            Self::UnbindResp => 0x06 | RESPONSE,
            Self::GenericNack => RESPONSE,
            Self::Other(id) => *id,
        }
    }
}

impl Pdu {
    /// The bytes on the wire. Texts are cut at a zero byte, a `short_message` at 254 bytes.
    pub fn encode(&self) -> Vec<u8> {
        let mut out = vec![0; 4];
        out.extend(self.body.id().to_be_bytes());
        out.extend(self.status.to_be_bytes());
        out.extend(self.sequence.to_be_bytes());
        match &self.body {
            Body::BindTransceiver(bind) => {
                text(&mut out, &bind.system_id);
                text(&mut out, &bind.password);
                text(&mut out, &bind.system_type);
                // interface_version 3.4 (§5.2.4), then any address.
                out.extend([0x34, 0, 0, 0]);
            }
            Body::SubmitSm(message) | Body::DeliverSm(message) => encode_message(&mut out, message),
            Body::SubmitSmResp(id) => text(&mut out, id),
            // Unused here, and must be empty (§4.6.2); the bind's answer names the peer.
            Body::DeliverSmResp | Body::BindTransceiverResp => out.push(0),
            _ => {}
        }
        let length = u32::try_from(out.len()).unwrap_or(u32::MAX).to_be_bytes();
        for (place, byte) in out.iter_mut().zip(length) {
            *place = byte;
        }
        out
    }
}

fn text(out: &mut Vec<u8>, text: &str) {
    out.extend(text.bytes().take_while(|byte| *byte != 0));
    out.push(0);
}

fn encode_message(out: &mut Vec<u8>, message: &ShortMessage) {
    text(out, &message.service_type);
    for address in [&message.source, &message.destination] {
        out.extend([address.ton, address.npi]);
        text(out, &address.number);
    }
    out.extend([message.esm_class, 0, message.priority]);
    text(out, "");
    text(out, &message.validity_period);
    out.extend([message.registered_delivery, 0, message.data_coding, 0]);
    let short = message.short_message.get(..254).unwrap_or(&message.short_message);
    out.push(short.len() as u8);
    out.extend(short);
    for (tag, value) in &message.tlvs {
        let value = value.get(..usize::from(u16::MAX)).unwrap_or(value);
        out.extend(tag.to_be_bytes());
        out.extend((value.len() as u16).to_be_bytes());
        out.extend(value);
    }
}

impl fmt::Debug for Pdu {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:#010x} status {:#x} sequence {}", self.body.id(), self.status, self.sequence)
    }
}

macro_rules! hide {
    ($($name:ident),+) => {$(
        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(concat!(stringify!($name), "(***)"))
            }
        }
    )+};
}
// Passwords, numbers and texts.
hide!(Bind, ShortMessage, Address);

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// §3.2.3's example of a bind, with `bind_transceiver` in place of `bind_transmitter`.
    #[test]
    fn the_example_of_the_specification() {
        let bind = Bind {
            system_id: "SMPP3TEST".to_owned(),
            password: "secret08".to_owned(),
            system_type: "SUBMIT1".to_owned(),
        };
        let bytes = Pdu { status: 0, sequence: 1, body: Body::BindTransceiver(bind) }.encode();
        let mut wanted = vec![0, 0, 0, 0x2F, 0, 0, 0, 9, 0, 0, 0, 0, 0, 0, 0, 1];
        wanted.extend(b"SMPP3TEST\0secret08\0SUBMIT1\0");
        // The document's own example has interface_version 0x00 and addr_ton 1, addr_npi 1.
        wanted.extend([0x34, 0, 0, 0]);
        assert_eq!(bytes, wanted);
    }

    #[test]
    fn a_length_that_cannot_be_ends_the_stream() {
        for length in [0_u32, 15, 1 << 20, u32::MAX] {
            let mut buffer = length.to_be_bytes().to_vec();
            assert_eq!(take(&mut buffer), Err(BadPdu::Length(length)));
        }
    }

    fn address() -> impl Strategy<Value = Address> {
        (any::<u8>(), any::<u8>(), "[0-9a-zA-Z]{0,20}").prop_map(|(ton, npi, number)| Address {
            ton,
            npi,
            number,
        })
    }

    prop_compose! {
        fn short_message()(
            service_type in "[A-Z]{0,5}", source in address(), destination in address(), esm_class: u8, priority: u8,
            validity_period in "([0-9]{15}R)?", registered_delivery: u8, data_coding: u8,
            short_message in prop::collection::vec(any::<u8>(), 0..=254),
            tlvs in prop::collection::vec((any::<u16>(), prop::collection::vec(any::<u8>(), 0..300)), 0..4),
        ) -> ShortMessage {
            ShortMessage {
                service_type, source, destination, esm_class, priority, validity_period, registered_delivery,
                data_coding, short_message, tlvs,
            }
        }
    }

    fn any_body() -> impl Strategy<Value = Body> {
        prop_oneof![
            ("[a-z]{0,15}", "[ -~]{0,8}", "[a-z]{0,12}").prop_map(|(system_id, password, system_type)| {
                Body::BindTransceiver(Bind { system_id, password, system_type })
            }),
            short_message().prop_map(|message| Body::SubmitSm(Box::new(message))),
            short_message().prop_map(|message| Body::DeliverSm(Box::new(message))),
            "[0-9a-f]{0,64}".prop_map(Body::SubmitSmResp),
            Just(Body::BindTransceiverResp),
            Just(Body::DeliverSmResp),
            Just(Body::EnquireLink),
            Just(Body::EnquireLinkResp),
            Just(Body::Unbind),
            Just(Body::UnbindResp),
            Just(Body::GenericNack),
        ]
    }

    proptest! {
        #[test]
        fn what_is_written_reads_back_however_it_is_cut(body in any_body(), status: u32, sequence: u32, cut: usize) {
            let pdu = Pdu { status, sequence, body };
            let bytes = pdu.encode();
            let cut = cut % bytes.len();
            let mut buffer = bytes[..cut].to_vec();
            prop_assert_eq!(take(&mut buffer), Ok(None));
            buffer.extend(&bytes[cut..]);
            prop_assert!(matches!(take(&mut buffer), Ok(Some(read)) if read == pdu));
            prop_assert!(buffer.is_empty());
        }

        #[test]
        fn any_bytes_do_not_panic(mut buffer: Vec<u8>, id in prop::sample::select(vec![4_u32, 5, 9, 0x8000_0004, 0x103])) {
            let mut framed = (16 + buffer.len() as u32).to_be_bytes().to_vec();
            framed.extend(id.to_be_bytes());
            framed.extend([0; 8]);
            framed.extend(&buffer);
            let _ = take(&mut framed);
            let _ = take(&mut buffer);
        }
    }
}

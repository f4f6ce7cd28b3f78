//! Whom to tell what: the message's id, the ways a person can be reached, and the words.

use std::{fmt, str::FromStr};

/// The kinds of channels.
pub use domain::reach::Medium as Channel;
use serde::{Deserialize, Serialize};

use crate::push::Subscription;

/// Names a message for good: the same id never reaches a person twice. 1–64 characters of `A–Z a–z 0–9 _ -`.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct MessageId(String);

/// Why a text is not an address or id. It never repeats the text.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum InvalidAddress {
    /// Not a message id.
    #[error("a message id has 1 to 64 characters of letters, digits, '_' and '-'")]
    MessageId,
    /// Not a phone number.
    #[error("a phone number has 3 to 15 digits, with '+' in front if it is international")]
    Phone,
    /// Not a mailbox.
    #[error("an e-mail address looks like name@host")]
    Mail,
}

impl MessageId {
    /// The id as it stands on the wire.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for MessageId {
    type Err = InvalidAddress;
    fn from_str(text: &str) -> Result<Self, InvalidAddress> {
        let fits = (1..=64).contains(&text.len());
        let plain = text.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'-'));
        if fits && plain { Ok(Self(text.to_owned())) } else { Err(InvalidAddress::MessageId) }
    }
}

impl TryFrom<String> for MessageId {
    type Error = InvalidAddress;
    fn try_from(text: String) -> Result<Self, InvalidAddress> {
        text.parse()
    }
}

impl From<MessageId> for String {
    fn from(id: MessageId) -> Self {
        id.0
    }
}

impl fmt::Display for MessageId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl fmt::Debug for MessageId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

macro_rules! hidden {
    ($($(#[$doc:meta])* $name:ident),+ $(,)?) => {$(
        $(#[$doc])*
        #[derive(Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
        #[serde(try_from = "String", into = "String")]
        pub struct $name(String);

        impl $name {
            /// The address itself. Take care where it goes.
            pub fn expose(&self) -> &str {
                &self.0
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("***")
            }
        }

        impl TryFrom<String> for $name {
            type Error = InvalidAddress;
            fn try_from(text: String) -> Result<Self, InvalidAddress> {
                text.parse()
            }
        }

        impl From<$name> for String {
            fn from(address: $name) -> Self {
                address.0
            }
        }
    )+};
}

hidden! {
    /// A phone number: 3 to 15 digits (ITU-T E.164), `+` in front if international. Spaces and dashes are dropped.
    PhoneNumber,
    /// A mailbox, `name@host`, without a display name.
    MailAddress,
}

impl FromStr for PhoneNumber {
    type Err = InvalidAddress;
    fn from_str(text: &str) -> Result<Self, InvalidAddress> {
        let text: String = text.trim().chars().filter(|c| !matches!(c, ' ' | '-')).collect();
        let digits = text.strip_prefix('+').unwrap_or(&text);
        let number = (3..=15).contains(&digits.len()) && digits.bytes().all(|b| b.is_ascii_digit());
        if number { Ok(Self(text)) } else { Err(InvalidAddress::Phone) }
    }
}

impl FromStr for MailAddress {
    type Err = InvalidAddress;
    fn from_str(text: &str) -> Result<Self, InvalidAddress> {
        let text = text.trim();
        text.parse::<lettre::Address>().map_err(|_| InvalidAddress::Mail)?;
        Ok(Self(text.to_owned()))
    }
}

/// One way to reach one person.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Way {
    /// Web push to a browser or an installed web app.
    Push(Subscription),
    /// SMS over SMPP.
    SmsSmpp(PhoneNumber),
    /// SMS over a gateway's HTTP.
    SmsHttp(PhoneNumber),
    /// A phone call.
    Call(PhoneNumber),
    /// E-mail.
    Mail(MailAddress),
}

impl Way {
    /// Which channel it goes by.
    pub const fn channel(&self) -> Channel {
        match self {
            Self::Push(_) => Channel::Push,
            Self::SmsSmpp(_) => Channel::SmsSmpp,
            Self::SmsHttp(_) => Channel::SmsHttp,
            Self::Call(_) => Channel::Call,
            Self::Mail(_) => Channel::Mail,
        }
    }
}

/// How a message stands against people's rest.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Urgency {
    /// Somebody needs help now: quiet hours do not exist.
    Alarm,
    /// Everything else: waits for the end of quiet hours.
    Notice,
}

/// What a message says. Personal data: it prints as `***`.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Content {
    /// A few words: subject of an e-mail, title of a push message.
    pub title: String,
    /// The message itself; an SMS carries only this.
    pub body: String,
    /// Where to read on and answer, for push, SMS and e-mail.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub link: Option<String>,
    /// Which prompt a phone call plays: the file's name in the folder of prompts, without extension.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub prompt: Option<String>,
    /// Whether whoever takes a phone call and presses 1 is put through to the desk, where it has a telephone.
    #[serde(default)]
    pub connect: bool,
}

impl fmt::Debug for Content {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Content(***)")
    }
}

impl Content {
    /// The body with the link behind it, for channels of plain text.
    pub fn text(&self) -> String {
        match &self.link {
            Some(link) => format!("{} {link}", self.body),
            None => self.body.clone(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_are_checked_and_never_shown() {
        let phone: PhoneNumber = "+86 138-0013 8000".parse().unwrap();
        assert_eq!(phone.expose(), "+8613800138000");
        assert_eq!(format!("{:?}", Way::Call(phone)), "Call(***)");
        for bad in ["", "12", "1234567890123456", "12a4", "sip:5@x", "１２０"] {
            let error = bad.parse::<PhoneNumber>().unwrap_err().to_string();
            assert!(bad.is_empty() || !error.contains(bad), "{error}");
        }
        assert!("wang@example.cn".parse::<MailAddress>().is_ok());
        assert!("wang@example.cn\r\nBcc: x@y.z".parse::<MailAddress>().is_err());
    }

    #[test]
    fn a_way_reads_and_writes() {
        let way: Way = serde_json::from_str(r#"{"sms-http":"13800138000"}"#).unwrap();
        assert_eq!(way.channel(), Channel::SmsHttp);
        assert_eq!(serde_json::to_string(&way).unwrap(), r#"{"sms-http":"13800138000"}"#);
        assert!(serde_json::from_str::<Way>(r#"{"call":"not a number"}"#).is_err());
    }
}

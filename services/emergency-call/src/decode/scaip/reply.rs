//! The answer to a unit: `<mrs>` with the reference echoed, a status number, and for a heartbeat the interval.

use domain::unit::Seconds;
use quick_xml::escape::escape;

/// `snu`: 0 is *taken*, all others make the unit try again or elsewhere.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum StatusNumber {
    /// Taken.
    Ok = 0,
    /// The message is too long.
    TooLong = 1,
    /// Not XML of the right form.
    InvalidFormat = 2,
    /// A field has a value that cannot be.
    WrongContent = 3,
    /// Hold the line.
    Hold = 4,
    /// Not treated here: try another receiver.
    NotTreated = 5,
    /// Busy: try again.
    Busy = 6,
    /// A mandatory tag is missing.
    TagMissing = 7,
}

impl StatusNumber {
    /// All of them.
    pub const ALL: [Self; 8] = [
        Self::Ok,
        Self::TooLong,
        Self::InvalidFormat,
        Self::WrongContent,
        Self::Hold,
        Self::NotTreated,
        Self::Busy,
        Self::TagMissing,
    ];

    const fn text(self) -> &'static str {
        match self {
            Self::Ok => "OK",
            Self::TooLong => "Message too long",
            Self::InvalidFormat => "Invalid format",
            Self::WrongContent => "Wrong data content",
            Self::Hold => "Hold",
            Self::NotTreated => "Not treated",
            Self::Busy => "Busy",
            Self::TagMissing => "Mandatory tag missing",
        }
    }
}

/// An answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reply {
    /// How it went.
    pub status: StatusNumber,
    /// Echoed.
    pub reference: String,
    /// How often the unit shall ping from now on.
    pub heartbeat: Option<Seconds>,
}

impl Reply {
    /// An answer without a heartbeat interval.
    pub fn new(status: StatusNumber, reference: &str) -> Self {
        Self { status, reference: reference.to_owned(), heartbeat: None }
    }

    /// The same with an interval, for heartbeats that were taken.
    #[must_use]
    pub fn with_heartbeat(self, interval: Option<Seconds>) -> Self {
        Self { heartbeat: interval, ..self }
    }

    /// As XML. `hbi` is in minutes, at least one.
    pub fn to_xml(&self) -> String {
        let mut xml = format!(
            "<?xml version=\"1.0\" encoding=\"UTF-8\"?><mrs><ref>{}</ref><snu>{}</snu><ste>{}</ste>",
            escape(self.reference.as_str()),
            self.status as u8,
            self.status.text(),
        );
        if let Some(interval) = self.heartbeat {
            let minutes = (interval.get() / 60).max(1);
            xml.push_str("<hbi>");
            xml.push_str(&minutes.to_string());
            xml.push_str("</hbi>");
        }
        xml.push_str("</mrs>");
        xml
    }
}

//! What a `command_status` means for the message (§5.1.3).

use crate::Reason;

/// All is well.
pub const OK: u32 = 0;
/// The peer wants us to send more slowly.
pub const THROTTLED: u32 = 0x58;
/// The peer's queue is full.
pub const QUEUE_FULL: u32 = 0x14;
/// An operation that the peer does not know.
pub const UNKNOWN_COMMAND: u32 = 0x03;
/// A length that cannot be.
pub const BAD_LENGTH: u32 = 0x02;

/// Whether the peer asks to send more slowly.
pub const fn is_throttling(status: u32) -> bool {
    matches!(status, THROTTLED | QUEUE_FULL)
}

/// Why the peer refused, in the words that all channels share.
pub const fn reason(status: u32) -> Reason {
    match status {
        THROTTLED | QUEUE_FULL => Reason::Throttled,
        // Bind failed, invalid password, invalid system id, not bound; already bound is our own old connection.
        0x0D | 0x0E | 0x0F | 0x04 => Reason::Credentials,
        // System error, already bound, temporary error of the receiving application.
        0x08 | 0x05 | 0x64 => Reason::Unavailable,
        // Invalid destination: address, type, plan.
        0x0B | 0x50 | 0x51 => Reason::AddressInvalid,
        // Message too long.
        0x01 => Reason::TooLarge,
        // The rest of the document's list, and what it reserves.
        0x02..=0x03FF => Reason::Refused,
        // The carrier's own (0x400–0x4FF) and whatever else: nobody knows.
        _ => Reason::Protocol,
    }
}

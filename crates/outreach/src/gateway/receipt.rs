//! Reads the gateway's report about a message, after its signature was checked.

use serde::Deserialize;

use super::sign::BadSignature;
use crate::{Channel, Delivery, Receipt};

/// The longest report that is looked at, in bytes.
pub const MAX_RECEIPT: usize = 16 * 1024;

/// Why a report is not taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum BadReceipt {
    /// Not signed by the gateway: answer 401.
    #[error(transparent)]
    Signature(#[from] BadSignature),
    /// Signed, but not of the form agreed: answer 400.
    #[error("the receipt must be JSON with reference, status (delivered, on_its_way, failed) and code")]
    Form,
}

#[derive(Deserialize)]
struct Wire {
    reference: String,
    status: Delivery,
    #[serde(default)]
    code: String,
}

/// The receipt in this body.
///
/// # Errors
/// [`BadReceipt::Form`] when it is not of the form agreed.
pub fn read_receipt(body: &[u8]) -> Result<Receipt, BadReceipt> {
    if body.len() > MAX_RECEIPT {
        return Err(BadReceipt::Form);
    }
    let wire: Wire = serde_json::from_slice(body).map_err(|_| BadReceipt::Form)?;
    if wire.reference.is_empty() || wire.reference.len() > 256 || wire.code.len() > 256 {
        return Err(BadReceipt::Form);
    }
    Ok(Receipt {
        channel: Channel::SmsHttp,
        reference: wire.reference,
        delivery: wire.status,
        code: wire.code,
    })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_receipt_reads() {
        let receipt = read_receipt(br#"{"reference":"r1","status":"failed","code":"MK:0001"}"#).unwrap();
        assert_eq!((receipt.reference.as_str(), receipt.delivery), ("r1", Delivery::Failed));
        assert_eq!(read_receipt(br#"{"reference":"","status":"failed"}"#), Err(BadReceipt::Form));
        assert_eq!(read_receipt(br#"{"reference":"r","status":"eaten"}"#), Err(BadReceipt::Form));
    }

    proptest! {
        #[test]
        fn any_bytes_do_not_panic(body: Vec<u8>) {
            let _ = read_receipt(&body);
        }
    }
}

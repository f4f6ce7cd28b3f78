//! SMS through a gateway that speaks HTTP: each request is signed, carries an idempotency key, and the gateway reports
//! back with a request that is signed the same way.
//!
//! ```text
//! POST <path>
//! Content-Type: application/json
//! Idempotency-Key: <message>.<person>.<step>
//! X-Care-Timestamp: <seconds since 1970>
//! X-Care-Signature: v1=<hex of HMAC-SHA256(secret, METHOD "\n" path?query "\n" timestamp "\n" body)>
//!
//! {"id": "…", "to": "+86…", "from": "…", "text": "…"}
//! ```
//! Answer 2xx with `{"reference": "…"}`; the same key answers with the same reference again. Receipts:
//! `{"reference": "…", "status": "delivered" | "on_its_way" | "failed", "code": "…"}`.

mod receipt;
mod send;
mod sign;

pub use receipt::{BadReceipt, read_receipt};
pub use send::{GatewayConfig, HttpSms};
pub use sign::{BadSignature, SIGNATURE, Signed, TIMESTAMP, sign, verify};

//! Web push: a message to a browser or an installed web app through its maker's push service, sealed so that only
//! the browser can read it.
//!
//! | what | source |
//! | --- | --- |
//! | request, TTL, Urgency, Topic, 404/410 when a subscription has ended | RFC 8030 §5, §7.3 |
//! | payload encryption | RFC 8291, content coding `aes128gcm` RFC 8188 |
//! | who sends | RFC 8292 (VAPID) |

mod encrypt;
mod send;
mod subscription;
mod vapid;

pub use encrypt::{MAX_PLAINTEXT, SealError, seal};
pub use send::{PushConfig, WebPush};
pub use subscription::{InvalidSubscription, Subscription};
pub use vapid::{VapidError, VapidKey};

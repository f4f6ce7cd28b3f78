//! Everything that knows NATS. The rest of the house speaks of events, requests, streams and leases.
//!
//! | question | module |
//! | --- | --- |
//! | how to connect, and how to close without losing anything | [`connection`] |
//! | publish, subscribe, ask, answer | [`publish`], [`subscribe`], [`request`], [`serve`] |
//! | which streams there are and how they are kept | [`stream`] |
//! | how one process writes a stream alone | [`fence`] |
//! | how such a writer takes over from another | [`leap`] |
//! | which process is the active one | [`lease`] |
//! | how a service rebuilds and stays up to date | [`follow`] |
//! | what becomes of messages nobody can read | [`dead_letter`] |
//! | handling such a message once more | [`again`] |
//! | starting while the server starts, too | [`patience`] |
//! | a real server for tests | `testing` (feature `testing`) |

pub mod again;
mod answers;
pub mod connection;
pub mod dead_letter;
pub mod fence;
pub mod follow;
pub mod leap;
pub mod lease;
pub mod message;
pub mod patience;
pub mod publish;
pub mod request;
pub mod sequence;
pub mod serve;
pub mod stream;
pub mod subscribe;
#[cfg(feature = "testing")]
pub mod testing;
mod trace;

pub use async_nats::subject::{Subject, ToSubject};
pub use connection::{Bus, ConnectError, Link};
pub use dead_letter::DeadLetters;
pub use fence::{FenceError, FencedWriter, PendingAck};
pub use follow::{Followed, Follower, StartFrom};
pub use lease::{Lease, LeaseConfig, LeaseState};
pub use message::{Message, StreamMessage};
pub use patience::patiently;
pub use publish::PublishError;
pub use request::RequestError;
pub use sequence::Sequence;
pub use serve::{Call, Endpoint, Server};
pub use stream::{StreamError, StreamSpec};
pub use subscribe::{SubscribeError, Subscription};

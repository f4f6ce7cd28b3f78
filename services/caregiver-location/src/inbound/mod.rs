//! What is read off the bus.

mod instant;
pub(crate) mod nearest;
pub(crate) mod orders;
pub(crate) mod parse;
pub(crate) mod profiles;
pub(crate) mod reports;

use std::time::Duration;

use bus::{Bus, DeadLetters, Follower, StartFrom};
use tokio_util::sync::CancellationToken;

/// Between two looks whether a stream is there by now.
const PAUSE: Duration = Duration::from_millis(250);

/// Follows a stream that another service owns, waiting for that service to make it. `None` once told to stop.
async fn follow_when_there(
    bus: &Bus,
    stream: &str,
    filters: &[&str],
    dead: &DeadLetters,
    stop: &CancellationToken,
) -> Option<Follower> {
    loop {
        match bus.follow(stream, filters, StartFrom::LastPerSubject).await {
            Ok(follower) => return Some(follower.and_again(dead)),
            Err(error) => tracing::debug!(stream, %error, "not there yet"),
        }
        tokio::select! {
            () = tokio::time::sleep(PAUSE) => {}
            () = stop.cancelled() => return None,
        }
    }
}

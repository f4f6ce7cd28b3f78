//! POSITIONS, the last known of each, and the batches of those who just moved.

use std::time::Duration;

use bus::{Followed, StartFrom};
use futures::StreamExt;
use runtime::{BoxError, health::Part};
use schemas::{
    position::{Moved, Position},
    subject::{self, StreamKind},
};
use tokio_util::sync::CancellationToken;

use super::{Feed, next, unless_stopped};

pub(super) async fn follow_latest(feed: Feed, health: Part, stop: CancellationToken) -> Result<(), BoxError> {
    let opening = feed.open(StreamKind::Positions, StartFrom::LastPerSubject, &health);
    let Some(mut follower) = unless_stopped(opening, &stop).await else { return Ok(()) };
    while let Some(followed) = next(&mut follower, &stop).await {
        match followed {
            Followed::Message(message) => match message.decode::<Position>() {
                Ok(position) => moved(&feed, vec![position]),
                Err(error) => feed.dead.keep_undecodable(&message, &error).await,
            },
            Followed::CaughtUp { .. } => health.ready(),
            // The stream is kept in memory; after a restart of the server everyone reports anew.
            Followed::Reset => {}
        }
    }
    Ok(())
}

pub(super) async fn follow_moves(feed: Feed, stop: CancellationToken) -> Result<(), BoxError> {
    let subject = subject::positions_moved(&feed.district);
    let mut moves = feed.bus.subscribe(&subject).await?;
    loop {
        let Some(message) = unless_stopped(moves.next(), &stop).await else { return Ok(()) };
        let Some(message) = message else {
            // Closed by the shutdown of the connection.
            return unless_stopped(std::future::pending::<Result<(), BoxError>>(), &stop)
                .await
                .unwrap_or(Ok(()));
        };
        match message.decode::<Moved>() {
            Ok(batch) => moved(&feed, batch.positions),
            Err(error) => {
                // Core messages are many and gone in a moment; a broken one is worth a line, not a letter.
                tracing::warn!(%error, "a batch of positions cannot be read");
                tokio::time::sleep(Duration::from_millis(10)).await;
            }
        }
    }
}

fn moved(feed: &Feed, positions: Vec<Position>) {
    feed.live.change(|core| {
        core.moved(positions);
        Vec::new()
    });
}

//! ORDERS: first the last state of each order, then the history clients may resume from, then whatever comes.

use std::{collections::HashMap, sync::Arc};

use bus::{Followed, Sequence, StartFrom, StreamMessage};
use domain::{id::OrderId, order::Order};
use runtime::{BoxError, Clock, health::Part};
use schemas::{
    envelope::CloudEvent,
    order::OrderEvent,
    subject::{self, StreamKind},
};
use tokio_util::sync::CancellationToken;

use super::{Feed, next, unless_stopped};
use crate::live::{
    core::{Core, OrderChange},
    stream::Source,
};

pub(super) async fn follow(feed: Feed, health: Part, stop: CancellationToken) -> Result<(), BoxError> {
    health.not_ready("reading the orders");
    let opening = feed.open(StreamKind::Orders, StartFrom::LastPerSubject, &health);
    let Some(mut follower) = unless_stopped(opening, &stop).await else { return Ok(()) };
    let mut caught_up = false;
    while let Some(followed) = next(&mut follower, &stop).await {
        match followed {
            Followed::Message(message) => {
                let span = message.span();
                let Some((event, sequence)) = decode(&feed, &message).await else { continue };
                let _in_span = span.enter();
                if message.again.is_some() {
                    feed.live.change(|core| core.order_again(Arc::new(event.data.order)));
                } else if caught_up {
                    let change = OrderChange::new(event.data.order, sequence, &event.kind, event.time);
                    feed.live.change(|core| core.order(&change));
                    feed.metrics.live_order(feed.wall.now().millis_since(message.stored));
                } else {
                    feed.live.change(|core| {
                        core.learn_order(Arc::new(event.data.order));
                        Vec::new()
                    });
                }
            }
            Followed::CaughtUp { through } if !caught_up => {
                if unless_stopped(read_history(&feed, through), &stop).await.is_none() {
                    return Ok(());
                }
                caught_up = true;
                feed.live.caught_up(Source::Orders);
                health.ready();
            }
            Followed::CaughtUp { .. } => {}
            Followed::Reset => {
                tracing::warn!("the stream of orders was made anew; everything known of orders is forgotten");
                caught_up = false;
                feed.live.fell_behind(Source::Orders);
                feed.live.change(Core::forget_orders);
            }
        }
    }
    Ok(())
}

/// Fills the log with the last messages up to that one, so that clients resume over a restart of the edge. Without
/// them they begin with a snapshot, which is no harm.
async fn read_history(feed: &Feed, through: Sequence) {
    let base = Sequence(through.0.saturating_sub(feed.resume_messages as u64));
    let stream = StreamKind::Orders.name(&feed.district);
    let mut follower = match feed.bus.follow(stream, &[], StartFrom::After(base)).await {
        Ok(follower) => follower,
        Err(error) => {
            tracing::warn!(%error, "the history of orders cannot be read; clients that resume begin anew");
            feed.live.change(|core| {
                core.hub.rebuild(through.0, Vec::new(), through.0);
                Vec::new()
            });
            return;
        }
    };
    let mut entries = Vec::new();
    let mut before: HashMap<OrderId, Arc<Order>> = HashMap::new();
    while let Followed::Message(message) = follower.next().await {
        if message.sequence > through {
            break;
        }
        // What cannot be read was set aside by the first reading, if it is the last of its order.
        let Ok(event) = message.decode::<CloudEvent<OrderEvent>>() else { continue };
        let change = OrderChange::new(event.data.order, message.sequence.0, &event.kind, event.time);
        let known = before.insert(change.order().id.clone(), change.order().clone());
        entries.push(feed.live.read(|core| change.entry(known.as_deref(), &core.world)));
    }
    tracing::info!(
        messages = entries.len(),
        through = through.0,
        "clients may resume from the history of orders"
    );
    feed.live.change(|core| {
        core.hub.rebuild(base.0, entries, through.0);
        Vec::new()
    });
}

/// The event, or nothing for the marks of a take-over and for what cannot be read, which is set aside.
async fn decode(feed: &Feed, message: &StreamMessage) -> Option<(CloudEvent<OrderEvent>, u64)> {
    if message.subject.as_str() == subject::takeover(&feed.district) {
        return None;
    }
    match message.decode::<CloudEvent<OrderEvent>>() {
        Ok(event) => Some((event, message.sequence.0)),
        Err(error) => {
            feed.dead.keep_undecodable(message, &error).await;
            None
        }
    }
}

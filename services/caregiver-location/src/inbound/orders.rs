//! Follows ORDERS: whose door is to be watched for whom.

use bus::{Bus, DeadLetters, Followed, StreamMessage};
use domain::id::DistrictId;
use runtime::{BoxError, SharedClock};
use schemas::{
    envelope::CloudEvent,
    order::OrderEvent,
    subject::{self, StreamKind},
};
use tokio_util::sync::CancellationToken;

use super::follow_when_there;
use crate::{core::Door, shared::Shared};

/// Follows until told to stop. Not part of readiness: positions do not wait for old orders.
pub(crate) async fn follow(
    bus: Bus,
    district: DistrictId,
    core: Shared,
    clock: SharedClock,
    dead: DeadLetters,
    stop: CancellationToken,
) -> Result<(), BoxError> {
    let stream = StreamKind::Orders.name(&district);
    let mark = subject::takeover(&district);
    let Some(mut orders) = follow_when_there(&bus, &stream, &[], &dead, &stop).await else { return Ok(()) };
    loop {
        let followed = tokio::select! {
            followed = orders.next() => followed,
            () = stop.cancelled() => return Ok(()),
        };
        let Followed::Message(message) = followed else { continue };
        if message.subject.as_str() != mark
            && let Err(error) = watch(&core, &message, &clock)
        {
            dead.keep_undecodable(&message, &error).await;
        }
    }
}

fn watch(
    core: &Shared,
    message: &StreamMessage,
    clock: &SharedClock,
) -> Result<(), bus::message::Undecodable> {
    let order = message.decode::<CloudEvent<OrderEvent>>()?.data.order;
    let door = Door::of(&order);
    core.write().visit(&order.id, door.as_ref(), clock.now());
    Ok(())
}

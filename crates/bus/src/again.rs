//! Handling a message once more that was given up: the desk asks the service, and whatever follows the stream there
//! hands the message out again.
//!
//! Streams carry states, each message the whole of one. So a message with a newer one after it on its subject is not
//! handed out: it would bring back what is no longer so.

use runtime::BoxError;
use schemas::{
    dead_letter::{DeliverAgain, DeliveredAgain},
    problem::Problem,
};
use tokio::sync::mpsc;
use tokio_util::sync::CancellationToken;

use crate::{Bus, Call, DeadLetters, Endpoint, Sequence, StreamMessage};

/// Messages waiting to be handled once more.
const WAITING: usize = 16;

/// Takes such requests for one follower until that is dropped.
pub(crate) fn listen(bus: &Bus, stream: &str, dead: &DeadLetters) -> mpsc::Receiver<StreamMessage> {
    let (hand, wanted) = mpsc::channel(WAITING);
    let (bus, stream, subject) = (bus.clone(), stream.to_owned(), dead.again(stream));
    tokio::spawn(async move {
        let done = hand.clone();
        tokio::select! {
            () = done.closed() => {}
            ended = serve(bus, stream, subject, hand) => {
                if let Err(error) = ended {
                    tracing::warn!(%error, "messages given up cannot be delivered again");
                }
            }
        }
    });
    wanted
}

async fn serve(
    bus: Bus,
    stream: String,
    subject: String,
    hand: mpsc::Sender<StreamMessage>,
) -> Result<(), BoxError> {
    let server = bus.serve(Endpoint::new(subject).concurrency(1)).await?;
    let handler = move |call: Call<DeliverAgain>| {
        let (bus, stream, hand) = (bus.clone(), stream.clone(), hand.clone());
        async move {
            let message = read(&bus, &stream, call.body).await?;
            let bytes = message.payload.len() as u64;
            let busy = |_| Problem::unavailable("too many messages are to be handled once more; try again");
            hand.try_send(message).map_err(busy)?;
            Ok(DeliveredAgain { bytes })
        }
    };
    server.run(CancellationToken::new(), handler).await
}

async fn read(bus: &Bus, stream: &str, wanted: DeliverAgain) -> Result<StreamMessage, Problem> {
    let away =
        |error: crate::StreamError| Problem::unavailable(format!("the stream cannot be read: {error}"));
    let last = bus.messages_for_subject(stream, &wanted.subject, 1).await.map_err(away)?.pop();
    match last {
        Some(mut message) if message.sequence == Sequence(wanted.sequence) => {
            message.again = Some(wanted.again);
            Ok(message)
        }
        Some(newer) if newer.sequence > Sequence(wanted.sequence) => {
            let detail = format!(
                "message {} on {} came after it and holds what is so now; dismiss the letter",
                newer.sequence.0, wanted.subject
            );
            Err(Problem::new(409, "superseded", detail))
        }
        _ => Err(Problem::new(
            410,
            "message_gone",
            "the message is no longer in its stream; dismiss the letter",
        )),
    }
}

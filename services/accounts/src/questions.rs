//! Which questions are answered on the bus, each by any replica.

use bus::{Bus, Endpoint, SubscribeError};
use domain::id::DistrictId;
use futures::{FutureExt, future::BoxFuture};
use runtime::BoxError;
use schemas::subject::{self, Service};
use tokio_util::sync::CancellationToken;

use crate::{desk::Desk, start::GROUP};

/// A task that answers one question until told to stop.
pub type Answering = Box<dyn FnOnce(CancellationToken) -> BoxFuture<'static, Result<(), BoxError>> + Send>;

/// Listens for all questions; they wait until the tasks run.
///
/// # Errors
/// [`SubscribeError`] for a subject that cannot be listened on.
pub async fn serve(
    bus: &Bus,
    district: &DistrictId,
    desk: &Desk,
) -> Result<Vec<(String, Answering)>, SubscribeError> {
    let mut all: Vec<(String, Answering)> = Vec::new();
    macro_rules! answer {
        ($($question:literal => |$desk:ident, $body:ident| $answer:expr),+ $(,)?) => {$({
            let endpoint = Endpoint::new(subject::ask(district, Service::Accounts, $question)).group(GROUP);
            let (server, desk) = (bus.serve(endpoint).await?, desk.clone());
            let task = move |stop: CancellationToken| {
                server
                    .run(stop, move |call| {
                        let $desk = desk.clone();
                        let $body = call.body;
                        async move { $answer }
                    })
                    .boxed()
            };
            all.push((format!("accounts {}", $question), Box::new(task)));
        })+};
    }
    answer! {
        "eligibility" => |desk, query| desk.eligibility(query).await,
        "balance" => |desk, query| desk.balance(query).await,
        "quote" => |desk, query| desk.quote(query).await,
        "entries" => |desk, query| desk.entries(query).await,
        "matters" => |desk, query| desk.matters(query).await,
        "settlements" => |desk, query| desk.settlements(query).await,
        "statement" => |desk, query| desk.statement(query).await,
        "quality" => |desk, query| desk.quality(query).await,
        "catalogue" => |desk, query| desk.catalogue(query),
    }
    Ok(all)
}

//! What is asked of `accounts` and `emergency-call`, each within a bounded time: kitchens do not stop when billing does, and
//! who does not answer is asked again.

use std::time::Duration;

use bus::{Bus, RequestError};
use domain::id::DistrictId;
use futures::{FutureExt, future::BoxFuture};
use schemas::{
    account::{
        books::{Quote, QuoteQuery},
        funding::{AccountsCommand, Noted},
    },
    emergency::EmergencyDone,
    meal::{MealQuote, Shares},
    problem::Problem,
    subject::{self, Service},
};

use crate::core::{
    Input,
    funding::{Answer, Question},
    welfare::{Raise, Raised},
};

/// Longer than a database needs to write; whoever does not answer by then is away.
const PATIENCE: Duration = Duration::from_secs(2);

/// Sets money aside; the answer as the core takes it.
pub fn hold(bus: Bus, district: DistrictId, question: Question) -> BoxFuture<'static, Input> {
    async move {
        let Question { meal, hold, round } = question;
        let to = subject::command(&district, Service::Accounts);
        let asked = bus.request::<_, Noted>(to, &AccountsCommand::Hold(hold), PATIENCE).await;
        let answer = match asked {
            Ok(Noted::Funding(funding)) => {
                Answer::Held { allowance: funding.amount, self_pay: funding.self_pay }
            }
            Err(RequestError::Refused(problem)) if problem.status < 500 => {
                Answer::Refused { code: problem.code.into_owned() }
            }
            Ok(_) | Err(_) => Answer::Away,
        };
        Input::Funded { meal, round, answer }
    }
    .boxed()
}

/// Asks for a welfare check.
pub fn raise(bus: Bus, district: DistrictId, raise: Raise) -> BoxFuture<'static, Input> {
    async move {
        let Raise { meal, request } = raise;
        let to = subject::command(&district, Service::EmergencyCall);
        let outcome = match bus.request::<_, EmergencyDone>(to, &request, PATIENCE).await {
            Ok(EmergencyDone { incident: Some(incident), .. }) => Raised::Taken(incident.id),
            Ok(_) => Raised::Away,
            Err(error) => {
                tracing::error!(%meal, %error, "nobody could be asked to look after an elder; asking again");
                Raised::Away
            }
        };
        Input::Raised { meal, outcome }
    }
    .boxed()
}

/// Completes a quote with who would pay.
pub async fn share(
    bus: Bus,
    district: DistrictId,
    mut quote: MealQuote,
    query: QuoteQuery,
) -> Result<MealQuote, Problem> {
    let to = subject::ask(&district, Service::Accounts, "quote");
    match bus.request::<_, Quote>(to, &query, PATIENCE).await {
        Ok(Quote { allowance, self_pay, delivery_fee, .. }) => {
            quote.shares = Some(Shares { allowance, self_pay, delivery_fee });
        }
        Err(RequestError::Refused(problem)) => quote.unpaid = Some(problem.code.into_owned()),
        Err(_) => quote.unpaid = Some("unavailable".to_owned()),
    }
    Ok(quote)
}

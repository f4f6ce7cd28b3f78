//! Asks `accounts` for the money of an order, within a bounded time.

use std::time::Duration;

use bus::{Bus, RequestError};
use domain::id::DistrictId;
use futures::{FutureExt, future::BoxFuture};
use schemas::{
    account::funding::{AccountsCommand, Noted},
    subject::{self, Service},
};

use crate::core::{
    Input,
    funding::{Answer, Question},
};

/// Longer than a database needs to write; whoever does not answer by then is away.
const PATIENCE: Duration = Duration::from_secs(2);

/// The answer, as the core takes it.
pub fn ask(bus: Bus, district: DistrictId, question: Question) -> BoxFuture<'static, Input> {
    async move {
        let Question { hold, round } = question;
        let order = hold.order.clone();
        let to = subject::command(&district, Service::Accounts);
        let asked = bus.request::<_, Noted>(to, &AccountsCommand::Hold(hold), PATIENCE).await;
        Input::Funded { order, round, answer: answer(asked) }
    }
    .boxed()
}

fn answer(asked: Result<Noted, RequestError>) -> Answer {
    match asked {
        Ok(Noted::Funding(funding)) => Answer::Held { allowance: funding.amount, self_pay: funding.self_pay },
        Err(RequestError::Refused(problem)) if problem.status < 500 => {
            Answer::Refused { code: problem.code.to_string() }
        }
        Ok(_) | Err(_) => Answer::Away,
    }
}

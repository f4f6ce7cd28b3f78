//! A message that another service asks for: the same channels, the same people, kept in memory only.

use domain::{
    id::{CommandId, DeviceId, ElderId},
    reach::Medium,
    time::Timestamp,
};
use outreach::{
    Content, MessageId, Urgency,
    back_off::BackOff,
    plan::{
        Ending, Enough, Person, Plan,
        driver::{Forgetful, Known},
    },
};
use schemas::{
    problem::Problem,
    reach::{ReachRequest, Reaching, Recipient, Standing},
};
use tokio_util::sync::CancellationToken;

use super::{
    Outbound,
    addresses::Whom,
    ways::{media, steps},
};

/// The longest body, in characters: what a text message of a few parts carries.
const MAX_BODY: usize = 500;
/// The longest title.
const MAX_TITLE: usize = 60;

impl Outbound {
    /// Asks an elder to press their button once.
    pub fn test_call(&self, device: &DeviceId, elder: ElderId, at: Timestamp) -> ReachRequest {
        let number = u64::try_from(at.as_millis() / 1000).unwrap_or_default();
        ReachRequest {
            id: CommandId::derived(&format!("test-{device}"), number),
            whom: Recipient::Elder { elder },
            title: "呼叫器周检".to_owned(),
            body: "请在方便时按一下呼叫器，接通后告诉坐席这是试呼。谢谢！".to_owned(),
            alarm: false,
            answer: false,
        }
    }

    /// Begins it, or tells how far it is.
    ///
    /// # Errors
    /// `text_length`, `unavailable` while too many are on their way.
    pub async fn notice(&self, request: ReachRequest) -> Result<Reaching, Problem> {
        for (text, most, at) in [(&request.title, MAX_TITLE, "/title"), (&request.body, MAX_BODY, "/body")] {
            if !(1..=most).contains(&text.chars().count()) {
                let detail = format!("a text of 1 to {most} characters is needed");
                return Err(Problem::new(422, "text_length", detail).at(at));
            }
        }
        let (whom, legs) = match request.whom {
            Recipient::Caregiver { caregiver } => (Whom::Caregiver(caregiver), &self.ways.staff),
            Recipient::Elder { elder } => (Whom::Elder(elder), &self.ways.family),
            Recipient::Supervisor => (Whom::Duty, &self.ways.duty),
        };
        let book = self.addresses.of(&whom).await;
        let (steps, missing) = steps(legs, &self.channels.configured, &book);
        let ways: Vec<Medium> = media(&steps);
        let message: MessageId = request
            .id
            .as_str()
            .parse()
            .map_err(|_| Problem::new(422, "malformed", "the id names no message").at("/id"))?;
        let reaching = |standing| Reaching { standing, ways: ways.clone(), missing: missing.clone() };
        match self.board.known(&message) {
            Known::OnItsWay => return Ok(reaching(Standing::OnItsWay)),
            Known::Ended(Ending::Enough { .. }) => return Ok(reaching(Standing::Done)),
            Known::Ended(_) => return Ok(reaching(Standing::Nobody)),
            Known::Not => {}
        }
        if steps.is_empty() {
            return Ok(reaching(Standing::Nobody));
        }
        let Ok(place) = self.notices.clone().try_acquire_owned() else {
            return Err(Problem::unavailable(
                "too many messages are on their way; ask again with the same id",
            ));
        };
        let plan = Plan {
            message,
            urgency: if request.alarm { Urgency::Alarm } else { Urgency::Notice },
            content: Content {
                title: request.title,
                body: request.body,
                link: None,
                prompt: None,
                connect: false,
            },
            enough: if request.answer { Enough::Accepted } else { Enough::Taken },
            people: vec![Person { after_ms: 0, steps }],
            back_off: BackOff::default(),
        };
        let board = self.board.clone();
        // Bounded in number by its place and in time by its plan; a notice may be lost with the process.
        tokio::spawn(async move {
            let _place = place;
            if let Err(error) = board.run(plan, None, &mut Forgetful, CancellationToken::new()).await {
                tracing::warn!(%error, "a message was not carried out");
            }
        });
        Ok(reaching(Standing::OnItsWay))
    }
}

//! What services could not handle: to be read, handed to the service once more, or laid aside.

use axum::{Json, extract::State};
use bus::{RequestError, Sequence};
use domain::time::Timestamp;
use runtime::Clock;
use schemars::JsonSchema;
use schemas::{
    dead_letter::{DeliverAgain, DeliveredAgain},
    live::{Letter, Settled, Settlement},
    problem::Problem,
    subject::{self, Service, StreamKind},
};
use serde::{Deserialize, Serialize};
use serde_json::json;

use super::{
    endpoint::{COMMAND, Endpoint},
    extract::{Body, Caller, Path, Query},
    page::{self, Page, Paging},
    problem::{Answer, not_found, out_of_scope},
};
use crate::{
    access::token::Claims,
    edge::{Edge, EdgeState},
    live::world::Kept,
    store::audit::Action,
};

/// The longest reason, in characters.
const REASON: usize = 200;

/// Which letters.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct Which {
    /// Those that were seen to, too; otherwise only those that still wait for somebody.
    #[serde(default)]
    pub settled: Option<bool>,
    /// Which page.
    #[serde(flatten)]
    pub paging: Paging,
}

/// A letter with the message it is about.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
pub struct LetterRead {
    /// The letter.
    #[serde(flatten)]
    pub letter: Letter,
    /// The message as it lies in its stream, in full; nothing if it came from no stream or is gone.
    pub message: Option<String>,
    /// When it was stored there.
    pub stored_at: Option<Timestamp>,
}

/// Why a letter is laid aside.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
pub struct Dismissal {
    /// In words, 1 to 200 characters; no personal data.
    pub reason: String,
}

pub(super) fn endpoints() -> Vec<Endpoint> {
    vec![
        Endpoint::get("/api/v1/dead-letters", COMMAND, list)
            .about("Messages a service gave up, newest first; for those whose scope is the whole district")
            .query::<Which>()
            .answers::<Page<Letter>>(200),
        Endpoint::get("/api/v1/dead-letters/{letter}", COMMAND, read)
            .about("One of them, with the whole message")
            .answers::<LetterRead>(200),
        Endpoint::post("/api/v1/dead-letters/{letter}/deliver", COMMAND, deliver)
            .about("Hands the message to the service once more; if that gives it up again, there is a new letter")
            .answers::<Letter>(200),
        Endpoint::post("/api/v1/dead-letters/{letter}/dismiss", COMMAND, dismiss)
            .about("Lays it aside, with the reason")
            .body::<Dismissal>()
            .answers::<Letter>(200),
    ]
}

async fn list(
    State(edge): State<Edge>,
    Caller(claims): Caller,
    Query(which): Query<Which>,
) -> Answer<Json<Page<Letter>>> {
    whole(&claims)?;
    let limit = which.paging.limit()?;
    let before = which.paging.place(|text| text.parse::<u64>().ok())?;
    let all = which.settled.unwrap_or_default();
    let page = edge.live.read(|core| {
        let letters = core.world.letters_before(before.unwrap_or(u64::MAX));
        let letters = letters.filter(|kept| all || kept.letter.settled.is_none());
        page::take(letters.map(|kept| (*kept.letter).clone()), limit, |letter| letter.id.to_string())
    });
    Ok(Json(page))
}

async fn read(
    State(edge): State<Edge>,
    Caller(claims): Caller,
    Path(letter): Path<u64>,
) -> Answer<Json<LetterRead>> {
    let kept = find(&edge, &claims, letter)?;
    let mut read = LetterRead { letter: (*kept.letter).clone(), message: None, stored_at: None };
    if let Some((stream, sequence)) = in_stream(&edge, &read.letter) {
        let found = edge.neighbours.bus().message_at(&stream, &read.letter.letter.subject, sequence).await;
        let found = found.map_err(|error| {
            tracing::warn!(%error, "a message given up cannot be read");
            Problem::unavailable("the stream cannot be read just now; try again")
        })?;
        read.stored_at = found.as_ref().map(|m| m.stored);
        read.message = found.map(|m| String::from_utf8_lossy(&m.payload).into_owned());
    }
    Ok(Json(read))
}

async fn deliver(
    State(edge): State<Edge>,
    Caller(claims): Caller,
    Path(letter): Path<u64>,
) -> Answer<Json<Letter>> {
    let kept = find(&edge, &claims, letter)?;
    unsettled(&kept)?;
    let poison = &kept.letter.letter;
    let impossible = |detail: &str| Problem::new(409, "not_deliverable", detail);
    let (stream, sequence) = in_stream(&edge, &kept.letter).ok_or_else(|| {
        impossible("the message came from no stream and is gone; what sent it may send it again")
    })?;
    let service =
        Service::named(&poison.service).ok_or_else(|| impossible("no such service is known here"))?;
    let wanted =
        DeliverAgain { subject: poison.subject.clone(), sequence: sequence.0, again: edge.entropy.text_id() };
    let to = subject::again(&edge.district, service, &stream);
    let taken: Result<DeliveredAgain, _> =
        edge.neighbours.bus().request(to, &wanted, edge.neighbours.ask_within()).await;
    match taken {
        Ok(_) => settle(&edge, &claims, &kept, Settlement::Redelivered, None).await,
        Err(RequestError::Refused(problem)) => Err(problem.into()),
        Err(error) => {
            tracing::warn!(%error, "a message given up cannot be delivered again");
            let detail = format!(
                "{} is away or does not follow {stream}; it reads the stream anew when it starts",
                poison.service
            );
            Err(Problem::unavailable(detail).into())
        }
    }
}

async fn dismiss(
    State(edge): State<Edge>,
    Caller(claims): Caller,
    Path(letter): Path<u64>,
    Body(dismissal): Body<Dismissal>,
) -> Answer<Json<Letter>> {
    let kept = find(&edge, &claims, letter)?;
    unsettled(&kept)?;
    let reason = dismissal.reason.trim();
    if !(1..=REASON).contains(&reason.chars().count()) || reason.chars().any(char::is_control) {
        let detail = format!("a reason has 1 to {REASON} printable characters");
        return Err(Problem::new(422, "reason_missing", detail).at("/reason").into());
    }
    settle(&edge, &claims, &kept, Settlement::Dismissed, Some(reason.to_owned())).await
}

async fn settle(
    edge: &EdgeState,
    claims: &Claims,
    kept: &Kept,
    how: Settlement,
    reason: Option<String>,
) -> Answer<Json<Letter>> {
    let settled = Settled { how, by: claims.actor(), at: edge.clock.now(), reason };
    let action = match how {
        Settlement::Redelivered => Action::LetterRedelivered,
        Settlement::Dismissed => Action::LetterDismissed,
    };
    edge.door.store.settle_letter(&kept.event, &settled).await?;
    let detail = json!({ "service": kept.letter.letter.service, "sequence": kept.letter.letter.sequence, "reason": settled.reason });
    edge.audit(claims, action, Some(&kept.letter.id.to_string()), detail).await?;
    let letter = Letter { settled: Some(settled), ..(*kept.letter).clone() };
    edge.live.change(|core| core.settle_letter(&letter));
    Ok(Json(letter))
}

/// The letter, for those who may see any.
fn find(edge: &EdgeState, claims: &Claims, letter: u64) -> Answer<Kept> {
    whole(claims)?;
    let kept = edge.live.read(|core| core.world.letter(letter).cloned());
    kept.ok_or_else(|| not_found("unknown_letter", "dead letter"))
}

fn whole(claims: &Claims) -> Answer<()> {
    if claims.scope.is_whole() {
        return Ok(());
    }
    Err(out_of_scope("a dead letter may hold anything of the district; only its whole desk may read it"))
}

fn unsettled(kept: &Kept) -> Result<(), Problem> {
    match &kept.letter.settled {
        None => Ok(()),
        Some(settled) => {
            let who = settled.by.user.as_ref().map_or("somebody", |user| user.as_str());
            Err(Problem::new(409, "letter_settled", format!("{who} saw to this letter at {}", settled.at)))
        }
    }
}

/// The stream and place of the message, if it lies in one.
fn in_stream(edge: &EdgeState, letter: &Letter) -> Option<(String, Sequence)> {
    let kind = StreamKind::keeping(&edge.district, &letter.letter.subject)?;
    Some((kind.name(&edge.district), Sequence(letter.letter.sequence?)))
}

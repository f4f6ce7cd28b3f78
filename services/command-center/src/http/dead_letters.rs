//! What services could not handle.

use axum::{Json, extract::State};
use schemars::JsonSchema;
use schemas::dead_letter::DeadLetter;
use serde::Deserialize;

use super::{
    endpoint::{COMMAND, Endpoint},
    extract::{Caller, Query},
    page::{self, Page},
    problem::{Answer, out_of_scope},
};
use crate::edge::Edge;

/// Which letters.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct Which {
    /// 1 to 500.
    #[serde(default)]
    pub limit: Option<u16>,
    /// From the page before.
    #[serde(default)]
    pub cursor: Option<String>,
}

pub(super) fn endpoints() -> Vec<Endpoint> {
    vec![
        Endpoint::get("/api/v1/dead-letters", COMMAND, list)
            .about("Messages a service gave up, newest first; for those whose scope is the whole district")
            .query::<Which>()
            .answers::<Page<DeadLetter>>(200),
    ]
}

async fn list(
    State(edge): State<Edge>,
    Caller(claims): Caller,
    Query(which): Query<Which>,
) -> Answer<Json<Page<DeadLetter>>> {
    if !claims.scope.is_whole() {
        return Err(out_of_scope(
            "a dead letter may hold anything of the district; only its whole desk may read it",
        ));
    }
    let limit = page::limit(which.limit)?;
    let before = page::place(which.cursor.as_deref(), |text| text.parse::<u64>().ok())?;
    let page = edge.live.read(|core| {
        let letters = core.world.dead_letters_before(before.unwrap_or(u64::MAX));
        let page = page::take(letters, limit, |(sequence, _)| sequence.to_string());
        Page {
            items: page.items.into_iter().map(|(_, letter)| (**letter).clone()).collect(),
            next: page.next,
        }
    });
    Ok(Json(page))
}

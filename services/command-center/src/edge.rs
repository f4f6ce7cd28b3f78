//! What every handler needs.

use std::sync::{Arc, OnceLock};

use domain::id::{CaregiverId, DistrictId};
use roads::Roads;
use runtime::{Clock, Entropy, Health, SharedClock};
use schemas::problem::Problem;

use crate::{
    access::{
        rate::{Knocks, Rate},
        sign_in::Door,
        token::Claims,
        trackers::Trackers,
    },
    config::Config,
    http::map::MapAnswer,
    live::stream::Live,
    metrics::Metrics,
    neighbours::Neighbours,
    store::audit::Action,
};

/// The edge of one district. Clones share it.
pub type Edge = Arc<EdgeState>;

/// See [`Edge`].
#[derive(Debug)]
pub struct EdgeState {
    pub(crate) config: Config,
    pub(crate) district: DistrictId,
    pub(crate) door: Door,
    pub(crate) live: Arc<Live>,
    pub(crate) neighbours: Neighbours,
    pub(crate) trackers: Trackers,
    pub(crate) report_rate: Rate<CaregiverId>,
    /// Of those who want to sign in.
    pub(crate) knocks: Knocks,
    /// Of tracker apps whose token is not known.
    pub(crate) strange_trackers: Knocks,
    pub(crate) roads: Arc<Roads>,
    /// The district's time.
    pub(crate) clock: SharedClock,
    pub(crate) entropy: Entropy,
    pub(crate) health: Health,
    pub(crate) metrics: Metrics,
    pub(crate) map: OnceLock<MapAnswer>,
}

impl EdgeState {
    /// Writes to the audit log, by the wall clock.
    pub(crate) async fn audit(
        &self,
        by: &Claims,
        action: Action,
        subject: Option<&str>,
        mut detail: serde_json::Value,
    ) -> Result<(), Problem> {
        let at = self.door.wall.now();
        if let (Some(ground), Some(more)) = (action.ground(by.role), detail.as_object_mut()) {
            more.insert("ground".to_owned(), ground.name().into());
        }
        Ok(self.door.store.audit(at, Some(&by.actor()), action, subject, &detail).await?)
    }
}

//! What is refused is noted like what is handed out, and both are shown to those who watch over it.

use domain::order::Actor;
use schemas::{
    problem::Problem,
    profile::RegistryCommand,
    registry::audit::{AuditQuery, AuditTrail},
};

use super::{Desk, not_allowed};
use crate::{
    handing::Handing,
    keep::{self, Kind},
    mask,
    store::{Refused, failed},
};

impl Desk {
    /// Counts a refusal and notes it. That the database is away is no refusal, and cannot be noted.
    pub(super) async fn refused(&self, by: &Actor, (about, what): (&str, &str), problem: &Problem) {
        self.metrics.refused(&problem.code);
        if problem.status >= 500 {
            return;
        }
        let refused = Refused { by, about, what, code: &problem.code, why: &problem.detail };
        if let Err(error) = self.store.note_refusal(refused, self.clock.now()).await {
            tracing::error!(%error, code = &*problem.code, what, "a refusal could not be noted");
        }
    }

    /// The outcome, noted where it is a refusal.
    pub(super) async fn noted<T>(
        &self,
        by: &Actor,
        about: &str,
        what: Handing,
        outcome: Result<T, Problem>,
    ) -> Result<T, Problem> {
        if let Err(problem) = &outcome {
            self.refused(by, (about, what.name()), problem).await;
        }
        outcome
    }

    /// What was handed out of people's data, and what was refused: for bureau and auditor.
    ///
    /// # Errors
    /// `not_allowed`, `unavailable`.
    pub async fn audit(&self, query: AuditQuery) -> Result<AuditTrail, Problem> {
        if !mask::may_audit(query.reader.role) {
            let problem = not_allowed(query.reader.role);
            let about = query.about.as_deref().unwrap_or_default();
            self.refused(&query.reader, (about, "audit"), &problem).await;
            return Err(problem);
        }
        let items = self.store.audit(&query).await.map_err(|error| failed(&error))?;
        Ok(AuditTrail { items })
    }
}

/// Who wants what about whom, as far as a command says.
pub(super) struct About {
    pub by: Actor,
    pub whom: String,
    pub what: &'static str,
}

impl About {
    pub fn of(command: &RegistryCommand) -> Self {
        // Profiles are set by the platform itself.
        let by = Actor::SYSTEM;
        match command {
            RegistryCommand::PutElder { elder, .. } => {
                Self { by, whom: elder.id.to_string(), what: "put_elder" }
            }
            RegistryCommand::PutCaregiver { caregiver, .. } => {
                Self { by, whom: caregiver.id.to_string(), what: "put_caregiver" }
            }
            RegistryCommand::Step { by, step, .. } => {
                let (kind, id) = Kind::of(step);
                Self { by: by.clone(), whom: format!("{}/{id}", kind.name()), what: keep::name(step) }
            }
        }
    }
}

/// The one who is meant, where it is one.
pub(super) fn only(ids: &[String]) -> String {
    match ids {
        [one] => one.clone(),
        _ => String::new(),
    }
}

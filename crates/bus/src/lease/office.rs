//! Standing by, acting while the lease is held, standing by again: the same for every service that owns a stream.

use std::{future::Future, time::Duration};

use runtime::BoxError;
use tokio::sync::watch;
use tokio_util::sync::CancellationToken;

use super::LeaseState;
use crate::FenceError;

/// Pause before rebuilding after the fence was lost.
const BREATH: Duration = Duration::from_millis(100);
/// Pause before trying again when a term of office could not begin.
const PATIENCE: Duration = Duration::from_millis(400);

/// Why a process no longer acts.
#[derive(Debug)]
pub enum StepDown {
    /// It was told to stop, and everything in flight is durable and answered.
    Stopped,
    /// The fence is lost, or nobody knows what is stored: rebuild.
    Fence(FenceError),
}

/// What a process does with the lease.
pub trait Office: Send + Sync {
    /// It is somebody else's turn.
    fn stands_by(&self);

    /// One term of office: read everything, fence whoever was before, act until told to stop or the fence is lost.
    fn term(
        &self,
        epoch: u64,
        stop: CancellationToken,
    ) -> impl Future<Output = Result<StepDown, BoxError>> + Send;

    /// The term is over, and this is not the end of the process.
    fn ended(&self);
}

/// Holds the office whenever the lease is held, until told to stop.
///
/// # Errors
/// If the lease is not run any more.
pub async fn hold(
    office: impl Office,
    mut lease: watch::Receiver<LeaseState>,
    stop: CancellationToken,
) -> Result<(), BoxError> {
    loop {
        let state = *lease.borrow_and_update();
        let epoch = match state {
            LeaseState::Held { epoch } => epoch,
            LeaseState::Standby => {
                office.stands_by();
                tokio::select! {
                    changed = lease.changed() => changed?,
                    () = stop.cancelled() => return Ok(()),
                }
                continue;
            }
        };
        let tenure = stop.child_token();
        let end = tenure.clone();
        let mut watched = lease.clone();
        let ended = tokio::select! {
            ended = office.term(epoch, tenure) => ended,
            _ = watched.wait_for(|state| *state != LeaseState::Held { epoch }) => {
                end.cancel();
                Ok(StepDown::Stopped)
            }
        };
        if stop.is_cancelled() && matches!(ended, Ok(StepDown::Stopped)) {
            return Ok(());
        }
        office.ended();
        match ended {
            Ok(StepDown::Stopped) => tracing::warn!(epoch, "the lease is lost; standing by"),
            Ok(StepDown::Fence(error)) => tracing::warn!(epoch, %error, "stepping down to rebuild"),
            Err(error) => {
                // Usually a neighbour that has not made its stream yet.
                tracing::warn!(epoch, %error, "cannot act yet; trying again");
                tokio::time::sleep(PATIENCE).await;
            }
        }
        tokio::time::sleep(BREATH).await;
    }
}

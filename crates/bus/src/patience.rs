//! Starting while the server starts, too: what it does not answer is asked again, what it refuses for good is not.

use std::{future::Future, time::Duration};

use runtime::health::Part;

use crate::StreamError;

/// Pause between two attempts.
const PAUSE: Duration = Duration::from_millis(400);

/// Tries until the server answers; `health` says meanwhile why it takes so long.
///
/// # Errors
/// What trying again cannot mend: [`StreamError::Incompatible`], [`StreamError::Missing`].
pub async fn patiently<T, F>(health: &Part, mut attempt: impl FnMut() -> F) -> Result<T, StreamError>
where
    F: Future<Output = Result<T, StreamError>>,
{
    loop {
        match attempt().await {
            Err(error @ StreamError::Server { .. }) => {
                health.not_ready(format!("{error}; trying again"));
                tracing::warn!(%error, "the streams cannot be had yet; trying again");
                tokio::time::sleep(PAUSE).await;
            }
            done => return done,
        }
    }
}

#[cfg(test)]
mod tests {
    use runtime::Health;

    use super::*;

    #[tokio::test(start_paused = true)]
    async fn what_is_not_answered_is_asked_again_and_what_is_refused_is_not() {
        let health = Health::default().part("test");
        let mut asked = 0;
        let away = || StreamError::Server { stream: "S".to_owned(), reason: "timed out".to_owned() };
        let done = patiently(&health, || {
            asked += 1;
            std::future::ready(if asked < 3 { Err(away()) } else { Ok(asked) })
        });
        assert_eq!(done.await.unwrap(), 3);
        let missing = || std::future::ready(Err::<(), _>(StreamError::Missing { stream: "S".to_owned() }));
        assert!(matches!(patiently(&health, missing).await, Err(StreamError::Missing { .. })));
    }
}

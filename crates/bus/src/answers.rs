//! What a reconnect means for those who wait for an answer: to what was sent on the old connection none will come.

use std::{
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use tokio::sync::watch;
use tokio_util::sync::CancellationToken;

use crate::Link;

/// Waits for a new connection; for ever once the link is closed.
pub(crate) async fn reconnected(link: &mut watch::Receiver<Link>) {
    loop {
        if link.changed().await.is_err() {
            return std::future::pending().await;
        }
        if matches!(*link.borrow_and_update(), Link::Up { .. }) {
            return;
        }
    }
}

/// Knows for which messages no answer can come any more: those sent on a connection that has been replaced.
#[derive(Debug, Clone, Default)]
pub(crate) struct Answers(Arc<Mutex<CancellationToken>>);

/// Messages the client had not written yet go out on the new connection and may be answered still.
const LATE_ANSWERS: Duration = Duration::from_millis(250);

impl Answers {
    pub(crate) fn current(&self) -> CancellationToken {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    pub(crate) fn watch(&self, mut link: watch::Receiver<Link>) {
        let answers = self.clone();
        tokio::spawn(async move {
            let mut connections = 1;
            let mut lost: Option<CancellationToken> = None;
            while link.changed().await.is_ok() {
                let now = *link.borrow_and_update();
                match now {
                    Link::Down { .. } => {
                        lost.get_or_insert_with(|| answers.begin_anew());
                    }
                    // A quick reconnect may hide the `Down` before it.
                    Link::Up { connection } if connection > connections => {
                        connections = connection;
                        let lost = lost.take().unwrap_or_else(|| answers.begin_anew());
                        tokio::spawn(async move {
                            tokio::time::sleep(LATE_ANSWERS).await;
                            lost.cancel();
                        });
                    }
                    Link::Up { .. } => {}
                    Link::Closed => {
                        answers.current().cancel();
                        if let Some(lost) = lost {
                            lost.cancel();
                        }
                        return;
                    }
                }
            }
        });
    }

    fn begin_anew(&self) -> CancellationToken {
        std::mem::take(&mut *self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

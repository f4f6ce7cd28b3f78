//! Who is called so? Names lie sealed, so they cannot be searched where they lie: an index of them is made in memory
//! with the first search and brought up to date with each, opening only the names that changed. It is never written
//! down, and it is forgotten once nobody has searched for a while.

use std::{collections::BTreeMap, fmt, sync::Arc};

use domain::{time::Timestamp, unit::Seconds};
use schemas::profile::FindQuery;
use tokio::sync::Mutex;

use crate::store::{PutError, Store};

/// Unused for so long, the index is forgotten.
const KEPT: Seconds = Seconds::minutes(30);

/// The index. Clones share it.
#[derive(Debug, Clone, Default)]
pub struct Index(Arc<Mutex<Inner>>);

#[derive(Default)]
struct Inner {
    /// Name by id.
    names: BTreeMap<String, String>,
    /// So many changes of names it has seen.
    changes: i64,
    used: Timestamp,
}

impl fmt::Debug for Inner {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Inner").field("names", &self.names.len()).finish_non_exhaustive()
    }
}

impl Index {
    /// The names of those the query means, by id.
    ///
    /// # Errors
    /// [`PutError`] if the database does not answer or a name does not open.
    pub async fn find(
        &self,
        store: &Store,
        query: &FindQuery,
        now: Timestamp,
    ) -> Result<BTreeMap<String, String>, PutError> {
        let words = query.words.trim().to_lowercase();
        let mut inner = self.0.lock().await;
        inner.used = now;
        inner.catch_up(store).await?;
        let after = query.after.as_deref().unwrap_or_default();
        let so = |(id, name): &(&String, &String)| {
            id.as_str() > after
                && (name.to_lowercase().contains(&words) || id.to_lowercase().contains(&words))
        };
        let called: Vec<&str> = inner.names.iter().filter(so).map(|(id, _)| id.as_str()).collect();
        let meant = store.meant(&called, query).await?;
        let named = meant.into_iter().filter_map(|id| inner.names.get(&id).cloned().map(|name| (id, name)));
        Ok(named.collect())
    }

    /// Forgets the names if nobody has searched for a while.
    pub async fn tidy(&self, now: Timestamp) {
        let mut inner = self.0.lock().await;
        if inner.used + KEPT < now {
            *inner = Inner::default();
        }
    }
}

impl Inner {
    /// Reads the names that changed; all of them anew where one was erased.
    async fn catch_up(&mut self, store: &Store) -> Result<(), PutError> {
        let news = store.named_since(self.changes).await?;
        self.names.extend(news.names);
        self.changes = news.changes;
        if self.names.len() == news.kept {
            return Ok(());
        }
        let all = store.named_since(0).await?;
        (self.names, self.changes) = (all.names.into_iter().collect(), all.changes);
        Ok(())
    }
}

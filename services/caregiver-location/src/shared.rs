//! One core for all tasks of the process. It is locked for a batch of reports or for one question, microseconds
//! each, and never across an await.

use std::sync::{Arc, PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard};

use crate::core::Core;

/// The core, shared.
#[derive(Debug, Clone)]
pub(crate) struct Shared(Arc<RwLock<Core>>);

impl Shared {
    pub(crate) fn new(core: Core) -> Self {
        Self(Arc::new(RwLock::new(core)))
    }

    /// To ask. Nothing in the core panics half-way, so a poisoned lock guards a sound core.
    pub(crate) fn read(&self) -> RwLockReadGuard<'_, Core> {
        self.0.read().unwrap_or_else(PoisonError::into_inner)
    }

    /// To change.
    pub(crate) fn write(&self) -> RwLockWriteGuard<'_, Core> {
        self.0.write().unwrap_or_else(PoisonError::into_inner)
    }
}

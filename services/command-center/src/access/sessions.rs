//! Who is still welcome. A token says who someone was up to 15 minutes ago; this says, from memory, whether the
//! account or the sign-in was ended since.

use std::{
    collections::HashMap,
    sync::{PoisonError, RwLock},
};

use domain::{
    id::{CaregiverId, UserId},
    time::Timestamp,
};

use super::token::Claims;
use crate::store::users::Account;

#[derive(Debug, Clone)]
struct Standing {
    epoch: u32,
    disabled: bool,
    caregiver: Option<CaregiverId>,
}

#[derive(Debug, Default)]
struct Inner {
    accounts: HashMap<UserId, Standing>,
    ended: HashMap<String, Timestamp>,
}

/// The standing of every account and the sign-ins ended early.
#[derive(Debug, Default)]
pub struct Sessions(RwLock<Inner>);

impl Sessions {
    /// From what the store holds.
    pub fn new(accounts: &[Account], ended: Vec<(String, Timestamp)>) -> Self {
        let sessions = Self::default();
        for account in accounts {
            sessions.note(account);
        }
        for (session, until) in ended {
            sessions.write().ended.insert(session, until);
        }
        sessions
    }

    /// The account is now so.
    pub fn note(&self, account: &Account) {
        let standing = Standing {
            epoch: account.epoch,
            disabled: account.user.disabled,
            caregiver: account.user.caregiver.clone(),
        };
        self.write().accounts.insert(account.user.user.clone(), standing);
    }

    /// The sign-in is over.
    pub fn end(&self, session: &str, until: Timestamp, now: Timestamp) {
        let mut inner = self.write();
        inner.ended.retain(|_, until| *until > now);
        inner.ended.insert(session.to_owned(), until);
    }

    /// Whether these claims still hold.
    pub fn stands(&self, claims: &Claims, now: Timestamp) -> bool {
        let inner = self.0.read().unwrap_or_else(PoisonError::into_inner);
        let account = inner.accounts.get(&claims.user);
        account.is_some_and(|a| a.epoch == claims.epoch && !a.disabled)
            && !inner.ended.contains_key(&claims.session)
            && now < claims.session_ends()
    }

    /// Whether the account is in good standing and that caregiver's.
    pub fn is_caregiver(&self, user: &UserId, caregiver: &CaregiverId) -> bool {
        let inner = self.0.read().unwrap_or_else(PoisonError::into_inner);
        inner.accounts.get(user).is_some_and(|a| !a.disabled && a.caregiver.as_ref() == Some(caregiver))
    }

    fn write(&self) -> std::sync::RwLockWriteGuard<'_, Inner> {
        self.0.write().unwrap_or_else(PoisonError::into_inner)
    }
}

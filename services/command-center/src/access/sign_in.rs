//! Signing in, renewing, signing out, setting a password.

use std::sync::Arc;

use domain::{
    id::{DistrictId, UserId},
    order::Actor,
    time::Timestamp,
};
use runtime::{Clock, Entropy, SharedClock};
use schemas::problem::Problem;
use serde_json::json;
use subtle::ConstantTimeEq;

use super::{
    code,
    password::Passwords,
    sessions::Sessions,
    token::{Claims, Keyring, LIFE, TokenError},
};
use crate::store::{
    Store,
    audit::Action,
    users::{Account, User},
};

/// The door.
#[derive(Debug, Clone)]
pub struct Door {
    pub(crate) district: DistrictId,
    pub(crate) store: Store,
    pub(crate) keys: Arc<Keyring>,
    pub(crate) passwords: Passwords,
    pub(crate) sessions: Arc<Sessions>,
    pub(crate) entropy: Entropy,
    /// The machine's time; a simulated district's clock runs too fast for passwords.
    pub(crate) wall: SharedClock,
}

/// A token and what it says.
#[derive(Debug, Clone)]
pub struct SignedIn {
    /// To be shown at each call.
    pub token: String,
    /// What it says.
    pub claims: Claims,
}

/// How someone proves who they are when setting a password.
#[derive(Debug, Clone)]
pub enum Proof {
    /// A one-time code.
    Code(String),
    /// The present password.
    Current(String),
}

impl Door {
    /// Signs someone in.
    ///
    /// # Errors
    /// `invalid_credentials` whether or not there is such a user, `locked_out` after too many failures, `busy`.
    pub async fn sign_in(&self, name: &str, password: String) -> Result<SignedIn, Problem> {
        let now = self.wall.now();
        let user = UserId::new(name).map_err(|_| invalid_credentials())?;
        self.refuse_locked(&user, now).await?;
        let account = self.store.account(&user).await?;
        let hash = account.as_ref().and_then(|a| a.password_hash.clone());
        let fits = self.passwords.fits(password, hash).await?;
        match account.filter(|a| fits && !a.user.disabled) {
            Some(account) => {
                self.store.clear_failures(&user).await?;
                self.store
                    .audit(now, Some(&actor(&account.user)), Action::SignedIn, None, &json!({}))
                    .await?;
                self.sessions.note(&account);
                self.issue(&account, self.entropy.text_id(), now, now)
            }
            None => Err(self.failed(&user, now).await?),
        }
    }

    /// A new token for a sign-in that still holds.
    ///
    /// # Errors
    /// `session_ended` when it does not, or twelve hours are over.
    pub async fn renew(&self, claims: &Claims) -> Result<SignedIn, Problem> {
        let now = self.wall.now();
        let account = self.store.account(&claims.user).await?.ok_or_else(session_ended)?;
        if !self.sessions.stands(claims, now) {
            return Err(session_ended());
        }
        self.issue(&account, claims.session.clone(), claims.signed_in, now)
    }

    /// Ends a sign-in.
    ///
    /// # Errors
    /// If the store does not answer.
    pub async fn sign_out(&self, claims: &Claims) -> Result<(), Problem> {
        let now = self.wall.now();
        let until = claims.session_ends();
        self.store.end_session(&claims.session, until, now).await?;
        self.sessions.end(&claims.session, until, now);
        Ok(self.store.audit(now, Some(&claims.actor()), Action::SignedOut, None, &json!({})).await?)
    }

    /// Sets a password. Every sign-in made before ends.
    ///
    /// # Errors
    /// `invalid_credentials`, `locked_out`, `weak_password`, `busy`.
    pub async fn set_password(&self, name: &str, proof: Proof, password: String) -> Result<(), Problem> {
        let now = self.wall.now();
        let user = UserId::new(name).map_err(|_| invalid_credentials())?;
        self.refuse_locked(&user, now).await?;
        let account = self.store.account(&user).await?.filter(|a| !a.user.disabled);
        let used_code = match proof {
            Proof::Code(code) => {
                let given = code::hash(&code);
                let kept = account.as_ref().and_then(|a| a.code.as_ref());
                let fits = kept.is_some_and(|(hash, ends)| bool::from(hash.ct_eq(&given)) && *ends > now);
                fits.then_some(Some(given))
            }
            Proof::Current(current) => {
                let hash = account.as_ref().and_then(|a| a.password_hash.clone());
                self.passwords.fits(current, hash).await?.then_some(None)
            }
        };
        let (Some(mut account), Some(used_code)) = (account, used_code) else {
            return Err(self.failed(&user, now).await?);
        };
        let hash = self.passwords.hash(password).await?;
        if !self.store.set_password(&user, &hash, used_code.as_ref().map(<[u8; 32]>::as_slice)).await? {
            return Err(invalid_credentials());
        }
        self.store.clear_failures(&user).await?;
        account.epoch = account.epoch.saturating_add(1);
        self.sessions.note(&account);
        let how = if used_code.is_some() { "code" } else { "current" };
        self.store
            .audit(now, Some(&actor(&account.user)), Action::PasswordSet, None, &json!({ "by": how }))
            .await?;
        Ok(())
    }

    /// Reads a token and makes sure it still holds.
    ///
    /// # Errors
    /// A problem per reason: `invalid_token`, `foreign_token`, `token_expired`, `foreign_district`, `session_ended`.
    pub fn read(&self, token: &str) -> Result<Claims, Problem> {
        let now = self.wall.now();
        let claims = self.keys.read(token, now).map_err(refused)?;
        if self.sessions.stands(&claims, now) { Ok(claims) } else { Err(session_ended()) }
    }

    fn issue(
        &self,
        account: &Account,
        session: String,
        at: Timestamp,
        now: Timestamp,
    ) -> Result<SignedIn, Problem> {
        let user = &account.user;
        let mut claims = Claims {
            user: user.user.clone(),
            role: user.role,
            district: self.district.clone(),
            scope: user.scope.clone(),
            caregiver: user.caregiver.clone(),
            elder: user.elder.clone(),
            name: user.display_name.clone(),
            session,
            epoch: account.epoch,
            signed_in: at,
            expires: now + LIFE,
        };
        claims.expires = claims.expires.min(claims.session_ends());
        let token = self
            .keys
            .issue(&claims)
            .ok_or_else(|| Problem::new(500, "internal", "no token could be signed"))?;
        Ok(SignedIn { token, claims })
    }

    async fn refuse_locked(&self, user: &UserId, now: Timestamp) -> Result<(), Problem> {
        match self.store.failures(user).await?.wait(now) {
            Some(seconds) => Err(locked_out(seconds)),
            None => Ok(()),
        }
    }

    /// Counts the failure; the problem to answer with.
    async fn failed(&self, user: &UserId, now: Timestamp) -> Result<Problem, Problem> {
        let failures = self.store.failures(user).await?.and_one_more(now);
        self.store.set_failures(user, failures).await?;
        let wait = failures.wait(now);
        let action = if wait.is_some() { Action::LockedOut } else { Action::SignInFailed };
        let detail = json!({ "failures": failures.count });
        self.store.audit(now, None, action, Some(user.as_str()), &detail).await?;
        Ok(wait.map_or_else(invalid_credentials, locked_out))
    }
}

fn actor(user: &User) -> Actor {
    Actor { role: user.role, user: Some(user.user.clone()) }
}

fn invalid_credentials() -> Problem {
    Problem::new(401, "invalid_credentials", "user, password or code do not fit, or the account is disabled")
}

fn locked_out(seconds: u32) -> Problem {
    let detail = format!(
        "too many failed attempts; try again in {seconds} s, or ask a supervisor to unlock the account"
    );
    Problem { retry_after: Some(seconds), ..Problem::new(423, "locked_out", detail) }
}

pub(crate) fn session_ended() -> Problem {
    Problem::new(
        401,
        "session_ended",
        "this sign-in is over: signed out, password changed, account disabled, or twelve hours passed; sign in again",
    )
}

fn refused(error: TokenError) -> Problem {
    let detail = error.to_string();
    match error {
        TokenError::Malformed | TokenError::Forged => Problem::new(401, "invalid_token", detail),
        TokenError::Foreign => Problem::new(401, "foreign_token", detail),
        TokenError::Expired => Problem::new(401, "token_expired", detail),
        TokenError::OtherDistrict => Problem::new(403, "foreign_district", detail),
    }
}

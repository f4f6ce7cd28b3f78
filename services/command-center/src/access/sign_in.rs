//! Signing in, coming back with a refresh token, signing out, setting a password.

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
    address::Address,
    code,
    password::Passwords,
    refresh,
    sessions::Sessions,
    token::{Claims, Keyring, LIFE, TokenError},
};
use crate::store::{
    Store,
    audit::Action,
    failures::Counted,
    sign_ins::{SignIn, Turned},
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
    /// To be exchanged for the next token, once.
    pub refresh: String,
    /// Unused until then, it is void.
    pub refresh_expires: Timestamp,
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
    pub async fn sign_in(&self, name: &str, password: String, from: &Address) -> Result<SignedIn, Problem> {
        let now = self.wall.now();
        let user = UserId::new(name).map_err(|_| invalid_credentials())?;
        let counted = self.count(&user, from, now).await?;
        let account = self.store.account(&user).await?;
        let hash = account.as_ref().and_then(|a| a.password_hash.clone());
        let fits = self.judged(&user, from, password, hash).await?;
        match account.filter(|a| fits && !a.user.disabled) {
            Some(account) => {
                self.store.clear_failures(&user).await?;
                self.store
                    .audit(now, Some(&actor(&account.user)), Action::SignedIn, None, &json!({}))
                    .await?;
                self.sessions.note(&account);
                self.begin(&account, now).await
            }
            None => Err(self.failed(&user, counted, now).await?),
        }
    }

    /// The first tokens of a new sign-in.
    async fn begin(&self, account: &Account, now: Timestamp) -> Result<SignedIn, Problem> {
        let session = self.entropy.text_id();
        let (refresh, hash) = refresh::make(&session, &self.entropy);
        let claims = self.claims(account, session, now, now);
        let sign_in = SignIn {
            session: claims.session.clone(),
            user: claims.user.clone(),
            epoch: account.epoch,
            signed_in: now,
            idle_ends: idle_ends(&claims, now),
        };
        self.store.add_sign_in(&sign_in, &hash, now).await?;
        self.sign(claims, refresh, sign_in.idle_ends)
    }

    /// New tokens for a refresh token, which is void from then on.
    ///
    /// # Errors
    /// `session_ended` when the sign-in is over, or the token was used before: then somebody has a copy of it, and the
    /// sign-in ends for both.
    pub async fn renew(&self, refresh: &str) -> Result<SignedIn, Problem> {
        let now = self.wall.now();
        let (session, used) = refresh::read(refresh).ok_or_else(session_ended)?;
        let sign_in = self.store.sign_in(session).await?.filter(|s| s.idle_ends > now);
        let sign_in = sign_in.ok_or_else(session_ended)?;
        let account = self.store.account(&sign_in.user).await?.ok_or_else(session_ended)?;
        let mut claims = self.claims(&account, sign_in.session, sign_in.signed_in, now);
        claims.epoch = sign_in.epoch;
        if !self.sessions.stands(&claims, now) {
            return Err(session_ended());
        }
        let (next, hash) = refresh::make(&claims.session, &self.entropy);
        let idle_ends = idle_ends(&claims, now);
        match self.store.turn_over(&claims.session, &used, &hash, idle_ends).await? {
            Turned::Over => self.sign(claims, next, idle_ends),
            Turned::Used => {
                tracing::warn!(user = %claims.user, session = claims.session, "a refresh token was used twice");
                self.end(&claims, Action::RefreshReused).await?;
                Err(session_ended())
            }
        }
    }

    /// Ends a sign-in.
    ///
    /// # Errors
    /// If the store does not answer.
    pub async fn sign_out(&self, claims: &Claims) -> Result<(), Problem> {
        self.end(claims, Action::SignedOut).await
    }

    async fn end(&self, claims: &Claims, why: Action) -> Result<(), Problem> {
        let now = self.wall.now();
        let until = claims.session_ends();
        self.store.end_session(&claims.session, until, now).await?;
        self.sessions.end(&claims.session, until, now);
        self.store.forget_sign_in(&claims.session).await?;
        Ok(self.store.audit(now, Some(&claims.actor()), why, None, &json!({})).await?)
    }

    /// Sets a password. Every sign-in made before ends.
    ///
    /// # Errors
    /// `invalid_credentials`, `locked_out`, `weak_password`, `busy`.
    pub async fn set_password(
        &self,
        name: &str,
        proof: Proof,
        password: String,
        from: &Address,
    ) -> Result<(), Problem> {
        let now = self.wall.now();
        let user = UserId::new(name).map_err(|_| invalid_credentials())?;
        let counted = self.count(&user, from, now).await?;
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
                self.judged(&user, from, current, hash).await?.then_some(None)
            }
        };
        let (Some(mut account), Some(used_code)) = (account, used_code) else {
            return Err(self.failed(&user, counted, now).await?);
        };
        let hash = match self.passwords.hash(password).await {
            Ok(hash) => hash,
            Err(problem) => {
                // They proved who they are; the new password is what is wrong.
                self.store.uncount_attempt(&user, from).await?;
                return Err(problem);
            }
        };
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

    /// Whose good token of another district that is; none where it is none.
    pub fn of_elsewhere(&self, token: &str) -> Option<Claims> {
        self.keys.of_elsewhere(token)
    }

    fn claims(&self, account: &Account, session: String, at: Timestamp, now: Timestamp) -> Claims {
        let user = &account.user;
        let mut claims = Claims {
            user: user.user.clone(),
            role: user.role,
            district: self.district.clone(),
            scope: user.scope.clone(),
            caregiver: user.caregiver.clone(),
            elder: user.elder.clone(),
            organisation: user.organisation.clone(),
            name: user.display_name.clone(),
            session,
            epoch: account.epoch,
            signed_in: at,
            expires: now + LIFE,
        };
        claims.expires = claims.expires.min(claims.session_ends());
        claims
    }

    fn sign(&self, claims: Claims, refresh: String, refresh_expires: Timestamp) -> Result<SignedIn, Problem> {
        let token = self
            .keys
            .issue(&claims)
            .ok_or_else(|| Problem::new(500, "internal", "no token could be signed"))?;
        Ok(SignedIn { token, claims, refresh, refresh_expires })
    }

    /// Counts an attempt before it is judged.
    async fn count(&self, user: &UserId, from: &Address, now: Timestamp) -> Result<Counted, Problem> {
        self.store.count_attempt(user, from, now).await?.map_err(locked_out)
    }

    /// Whether the password fits; an attempt that cannot be judged just now does not count.
    async fn judged(
        &self,
        user: &UserId,
        from: &Address,
        password: String,
        hash: Option<String>,
    ) -> Result<bool, Problem> {
        match self.passwords.fits(password, hash).await {
            Ok(fits) => Ok(fits),
            Err(problem) => {
                self.store.uncount_attempt(user, from).await?;
                Err(problem)
            }
        }
    }

    /// Writes the failure down; the problem to answer with.
    async fn failed(&self, user: &UserId, counted: Counted, now: Timestamp) -> Result<Problem, Problem> {
        let wait = counted.here.wait(now).max(counted.everywhere.wait(now));
        let action = if wait.is_some() { Action::LockedOut } else { Action::SignInFailed };
        let detail = json!({ "failures": counted.everywhere.count });
        self.store.audit(now, None, action, Some(user.as_str()), &detail).await?;
        Ok(wait.map_or_else(invalid_credentials, locked_out))
    }
}

/// When a sign-in used now is over if it is not used again.
fn idle_ends(claims: &Claims, now: Timestamp) -> Timestamp {
    (now + refresh::lives(claims.role).1).min(claims.session_ends())
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
        "this sign-in is over: signed out, password changed, account disabled, or its time has passed; sign in again",
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

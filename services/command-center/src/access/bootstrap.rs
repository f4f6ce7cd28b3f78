//! The first accounts. There is no default password: the first start makes a `supervisor` without one, and a one-time
//! code to set it, written to a file for nobody else to read and shown once on the terminal.
//!
//! A demonstration or a test brings accounts along in a JSON file (`edge.bootstrap_users`), a list of
//! `{"user","role","display_name","scope"?,"caregiver"?,"elder"?,"organisation"?,"password"}`. Each is made once; an account that is
//! there keeps its password.

use std::{io::IsTerminal, path::Path};

use domain::{id::UserId, order::Role};
use futures::StreamExt;
use runtime::Clock;
use schemas::problem::Problem;
use serde::Deserialize;

use super::{accounts::check, code, scope::Scope, sign_in::Door};
use crate::store::{
    StoreFailure,
    users::{Account, User},
    write_private_file,
};

const FIRST_USER: &str = "supervisor";
/// Beside the accounts.
const CODE_FILE: &str = "first-sign-in.txt";
/// Passwords in the making; how many are computed at once is [`Passwords`](super::password::Passwords)' to say.
const AT_A_TIME: usize = 16;

/// Why the first accounts could not be made.
#[derive(Debug, thiserror::Error)]
pub enum BootstrapError {
    /// The file of accounts cannot be read.
    #[error("cannot read the accounts in {path}: {reason}; check edge.bootstrap_users")]
    File {
        /// As configured.
        path: String,
        /// Why.
        reason: String,
    },
    /// One of its accounts makes no sense.
    #[error("the account {user} in the file of accounts is refused: {reason}")]
    Account {
        /// Which.
        user: UserId,
        /// Why.
        reason: String,
    },
    /// The code could not be written down.
    #[error("cannot write the first one-time code to {path}: {source}")]
    Code {
        /// Where.
        path: String,
        /// Why.
        source: std::io::Error,
    },
    /// The store does not answer.
    #[error(transparent)]
    Store(#[from] StoreFailure),
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Entry {
    user: UserId,
    role: Role,
    display_name: String,
    #[serde(default)]
    scope: Scope,
    #[serde(default)]
    caregiver: Option<domain::id::CaregiverId>,
    #[serde(default)]
    elder: Option<domain::id::ElderId>,
    #[serde(default)]
    organisation: Option<domain::id::OrganisationId>,
    password: String,
}

impl Door {
    /// Makes the accounts of the file that are not there yet.
    ///
    /// # Errors
    /// [`BootstrapError`] names the file or the account.
    pub async fn add_from_file(&self, path: &Path) -> Result<usize, BootstrapError> {
        let failed = |reason: String| BootstrapError::File { path: path.display().to_string(), reason };
        let text = tokio::fs::read_to_string(path).await.map_err(|error| failed(error.to_string()))?;
        let entries: Vec<Entry> = serde_json::from_str(&text).map_err(|error| failed(error.to_string()))?;
        let known: std::collections::HashSet<UserId> =
            self.store.accounts().await?.into_iter().map(|account| account.user.user).collect();
        let new = entries
            .into_iter()
            .filter(|entry| !known.contains(&entry.user))
            .map(|entry| self.prepared(entry));
        let mut accounts = futures::stream::iter(new).buffered(AT_A_TIME);
        let mut made = 0;
        while let Some(account) = accounts.next().await {
            let account = account?;
            if self.store.add_account(&account, None, self.wall.now()).await? {
                self.sessions.note(&account);
                made += 1;
            }
        }
        Ok(made)
    }

    /// An entry's account, its password hashed.
    async fn prepared(&self, entry: Entry) -> Result<Account, BootstrapError> {
        let name = entry.user.clone();
        let refused =
            |problem: Problem| BootstrapError::Account { user: name.clone(), reason: problem.detail };
        let user = User {
            user: entry.user,
            role: entry.role,
            scope: entry.scope,
            caregiver: entry.caregiver,
            elder: entry.elder,
            organisation: entry.organisation,
            display_name: entry.display_name,
            disabled: false,
        };
        check(&user).map_err(refused)?;
        let hash = self.passwords.hash(entry.password).await.map_err(refused)?;
        Ok(Account { user, password_hash: Some(hash), code: None, epoch: 0 })
    }

    /// While nobody who could let others in has a password, there is a `supervisor` with a one-time code.
    ///
    /// # Errors
    /// [`BootstrapError`].
    pub async fn make_first_supervisor(&self, folder: &Path) -> Result<(), BootstrapError> {
        let path = folder.join(CODE_FILE);
        let accounts = self.store.accounts().await?;
        let somebody = accounts.iter().any(|a| {
            a.user.role == Role::Supervisor
                && a.user.scope.is_whole()
                && !a.user.disabled
                && a.password_hash.is_some()
        });
        if somebody {
            // Its code was used: the file is of no more use to anyone.
            let _ = std::fs::remove_file(&path);
            return Ok(());
        }
        let Ok(user) = UserId::new(FIRST_USER) else { return Ok(()) };
        let now = self.wall.now();
        let (text, ends) = (code::make(&self.entropy), now + code::LIFE);
        let first = Account {
            user: User {
                user: user.clone(),
                role: Role::Supervisor,
                scope: Scope::default(),
                caregiver: None,
                elder: None,
                organisation: None,
                display_name: "主管 Supervisor".to_owned(),
                disabled: false,
            },
            password_hash: None,
            code: None,
            epoch: 0,
        };
        if self.store.add_account(&first, None, now).await? {
            self.sessions.note(&first);
        }
        self.store.set_code(&user, &code::hash(&text), ends).await?;
        let note = format!("user: {FIRST_USER}\none-time code: {text}\nvalid until: {ends}\n");
        write_private_file(&path, &note)
            .map_err(|source| BootstrapError::Code { path: path.display().to_string(), source })?;
        tracing::warn!(file = %path.display(), "nobody can sign in yet; a one-time code for the first supervisor is in the file");
        show_once(&note);
        Ok(())
    }
}

/// On a terminal only: a log is kept and read by others.
fn show_once(note: &str) {
    use std::io::Write;
    let mut terminal = std::io::stderr();
    if terminal.is_terminal() {
        // A closed terminal is no reason to stop; the file has it.
        let _ = writeln!(terminal, "\nSet the first supervisor's password with this one-time code:\n{note}");
    }
}

//! What supervisors do with accounts. Nobody hands out more than they have: a supervisor of a street makes accounts of
//! that street.

use domain::{
    id::{CaregiverId, ElderId, OrganisationId, UserId},
    order::{Actor, Role},
};
use runtime::Clock;
use schemas::problem::Problem;
use serde_json::json;

use super::{code, scope::Scope, sign_in::Door, token::Claims};
use crate::{
    http::endpoint::ROLES,
    store::{
        audit::Action,
        users::{Account, User},
    },
};

/// A one-time code and its end.
pub type Code = (String, domain::time::Timestamp);

/// The longest name shown.
const DISPLAY_NAME: usize = 64;

impl Door {
    /// Makes an account; its owner sets a password with the code.
    ///
    /// # Errors
    /// `user_exists`, `out_of_scope`, or what is wrong with the account.
    pub async fn create(&self, by: &Claims, user: User) -> Result<Code, Problem> {
        check(&user)?;
        within_own(by, &user)?;
        let now = self.wall.now();
        let (text, ends) = (code::make(&self.entropy), now + code::LIFE);
        let name = user.user.clone();
        let account =
            Account { user, password_hash: None, code: Some((code::hash(&text).to_vec(), ends)), epoch: 0 };
        if !self.store.add_account(&account, Some(&by.user), now).await? {
            let detail = format!("there is already an account {name}; choose another name");
            return Err(Problem::new(409, "user_exists", detail).at("/user"));
        }
        self.sessions.note(&account);
        self.note(&by.actor(), Action::UserCreated, &name, json!({ "role": account.user.role })).await?;
        Ok((text, ends))
    }

    /// A new one-time code.
    ///
    /// # Errors
    /// `unknown_user`.
    pub async fn reset(&self, by: &Claims, user: &UserId) -> Result<Code, Problem> {
        self.within(by, user).await?;
        let ends = self.wall.now() + code::LIFE;
        let text = code::make(&self.entropy);
        self.store.set_code(user, &code::hash(&text), ends).await?;
        self.note(&by.actor(), Action::CodeIssued, user, json!({})).await?;
        Ok((text, ends))
    }

    /// Disables or enables, unlocks, renames, gives another role or scope. What is wrong with any of it changes nothing.
    ///
    /// # Errors
    /// `unknown_user`, `not_yourself`, `out_of_scope`, or what would be wrong with the account.
    pub async fn change(&self, by: &Claims, user: &UserId, change: &Change) -> Result<User, Problem> {
        let before = self.within(by, user).await?.user;
        let yourself = |what: &str, at: &str| {
            Err(Problem::new(409, "not_yourself", format!("you cannot {what} your own account")).at(at))
        };
        if change.disabled == Some(true) && by.user == *user {
            return yourself("disable", "/disabled");
        }
        let moved = change.moved(&before);
        if let Some(moved) = &moved {
            if by.user == *user {
                return yourself("change the role or scope of", "/role");
            }
            check(moved)?;
            within_own(by, moved)?;
        }
        if let Some(name) = &change.display_name {
            check_name(name)?;
        }
        if let Some(moved) = &moved {
            self.store.set_role(moved).await?;
        }
        if let Some(name) = &change.display_name {
            self.store.set_display_name(user, name).await?;
        }
        if let Some(disabled) = change.disabled {
            self.store.set_disabled(user, disabled).await?;
        }
        if change.unlock {
            self.store.clear_failures(user).await?;
        }
        let account = self.within(by, user).await?;
        self.sessions.note(&account);
        let detail = json!({
            "disabled": change.disabled, "unlock": change.unlock, "renamed": change.display_name.is_some(),
            "role": moved.as_ref().map(|m| m.role), "scope": moved.as_ref().map(|m| &m.scope),
            "role_before": moved.is_some().then_some(before.role),
        });
        self.note(&by.actor(), Action::UserChanged, user, detail).await?;
        Ok(account.user)
    }

    /// The account, if it is within the scope of whoever asks; one outside is as good as none.
    async fn within(&self, by: &Claims, user: &UserId) -> Result<Account, Problem> {
        let account = self.store.account(user).await?;
        account.filter(|a| by.scope.contains(&a.user.scope)).ok_or_else(|| {
            Problem::new(404, "unknown_user", format!("there is no account {user} within your scope"))
        })
    }

    async fn note(
        &self,
        by: &Actor,
        action: Action,
        user: &UserId,
        detail: serde_json::Value,
    ) -> Result<(), Problem> {
        Ok(self.store.audit(self.wall.now(), Some(by), action, Some(user.as_str()), &detail).await?)
    }
}

/// What may be changed about an account.
#[derive(
    Debug, Clone, Default, PartialEq, Eq, serde::Serialize, serde::Deserialize, schemars::JsonSchema,
)]
#[serde(default)]
pub struct Change {
    /// Disable (and end every sign-in) or enable.
    pub disabled: Option<bool>,
    /// Forget failed sign-ins.
    pub unlock: bool,
    /// The name shown.
    pub display_name: Option<String>,
    /// Another role. Caregiver, elder or organisation go with it: they are then what is given here, or none. Every
    /// sign-in ends.
    pub role: Option<Role>,
    /// Another scope. Every sign-in ends.
    pub scope: Option<Scope>,
    /// With the role `caregiver`, or to name another one.
    pub caregiver: Option<CaregiverId>,
    /// With the role `elder`, or to name another one.
    pub elder: Option<ElderId>,
    /// With the role `organisation`, or to name another one.
    pub organisation: Option<OrganisationId>,
}

impl Change {
    /// The account with its other role or scope, if that is wanted.
    fn moved(&self, before: &User) -> Option<User> {
        let mut after = before.clone();
        if let Some(role) = self.role {
            after = User { role, caregiver: None, elder: None, organisation: None, ..after };
        }
        if let Some(scope) = &self.scope {
            after.scope = scope.clone();
        }
        let kept = self.role.is_none_or(|role| role == before.role);
        let before_it = kept.then_some(before);
        after.caregiver = self.caregiver.clone().or_else(|| before_it?.caregiver.clone());
        after.elder = self.elder.clone().or_else(|| before_it?.elder.clone());
        after.organisation = self.organisation.clone().or_else(|| before_it?.organisation.clone());
        (after != *before).then_some(after)
    }
}

/// Nobody hands out more than they have.
fn within_own(by: &Claims, user: &User) -> Result<(), Problem> {
    if by.scope.contains(&user.scope) {
        return Ok(());
    }
    let detail = "accounts you make or change stay within your own scope";
    Err(Problem::new(403, "out_of_scope", detail).at("/scope"))
}

/// Whether the account makes sense.
pub(super) fn check(user: &User) -> Result<(), Problem> {
    let wrong = |detail: &str, at: &str| Err(Problem::new(422, "unsound_account", detail).at(at));
    check_name(&user.display_name)?;
    if user.role == Role::System {
        return wrong("the platform itself does not sign in", "/role");
    }
    if !ROLES.contains(&user.role) {
        let role = crate::wire_name(&user.role);
        let detail = format!("the role {role} can do nothing here yet, so it gets no accounts");
        return Err(Problem::new(422, "role_not_served", detail).at("/role"));
    }
    if matches!(user.role, Role::Caregiver | Role::Courier) != user.caregiver.is_some() {
        let detail = "the account of a caregiver or courier names who they are, no other account does";
        return wrong(detail, "/caregiver");
    }
    if (user.role == Role::Elder) != user.elder.is_some() {
        return wrong("an elder's account names its elder, no other account does", "/elder");
    }
    if matches!(user.role, Role::Organisation | Role::Kitchen) != user.organisation.is_some() {
        let detail = "the account of an organisation or its kitchen names it, no other account does";
        return wrong(detail, "/organisation");
    }
    if !user.scope.is_sound() {
        return wrong("a community needs its street beside it", "/scope/street");
    }
    Ok(())
}

fn check_name(name: &str) -> Result<(), Problem> {
    if (1..=DISPLAY_NAME).contains(&name.chars().count()) && !name.chars().any(char::is_control) {
        return Ok(());
    }
    let detail = format!("the name shown has 1 to {DISPLAY_NAME} printable characters");
    Err(Problem::new(422, "unsound_account", detail).at("/display_name"))
}

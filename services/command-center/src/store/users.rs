//! Accounts.

use domain::{
    id::{CaregiverId, CommunityId, ElderId, OrganisationId, StreetId, UserId},
    order::Role,
    time::Timestamp,
};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use sqlx::{Row, sqlite::SqliteRow};

use super::{Store, Stored};
use crate::access::scope::Scope;

/// An account as supervisors see it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct User {
    /// The name to sign in with.
    pub user: UserId,
    /// In which capacity.
    pub role: Role,
    /// How far they see.
    #[serde(default)]
    pub scope: Scope,
    /// The caregiver the account is.
    #[serde(default)]
    pub caregiver: Option<CaregiverId>,
    /// The elder the account is.
    #[serde(default)]
    pub elder: Option<ElderId>,
    /// The organisation whose staff the account sees.
    #[serde(default)]
    pub organisation: Option<OrganisationId>,
    /// For display.
    pub display_name: String,
    /// May not sign in.
    #[serde(default)]
    pub disabled: bool,
}

/// An account with what signing in takes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Account {
    /// What supervisors see.
    pub user: User,
    /// argon2id in PHC form; `None` until a one-time code was used.
    pub password_hash: Option<String>,
    /// The one-time code's hash and end.
    pub code: Option<(Vec<u8>, Timestamp)>,
    /// Tokens of an earlier epoch are void.
    pub epoch: u32,
}

const COLUMNS: &str = "user, role, street, community, caregiver, elder, organisation, display_name, disabled, \
                       password_hash, code_hash, code_expires, epoch";

/// The role's name on the wire.
pub fn role_name(role: Role) -> String {
    serde_json::to_value(role).ok().and_then(|v| v.as_str().map(str::to_owned)).unwrap_or_default()
}

fn role_of(name: &str) -> Option<Role> {
    serde_json::from_value(serde_json::Value::String(name.to_owned())).ok()
}

fn account(row: &SqliteRow) -> Result<Account, sqlx::Error> {
    let bad = |column: &str| sqlx::Error::Decode(format!("column {column} holds no such value").into());
    let text = |column: &str| row.try_get::<Option<String>, _>(column);
    let role: String = row.try_get("role")?;
    let code = match (
        row.try_get::<Option<Vec<u8>>, _>("code_hash")?,
        row.try_get::<Option<i64>, _>("code_expires")?,
    ) {
        (Some(hash), Some(expires)) => Some((hash, Timestamp::from_millis(expires))),
        _ => None,
    };
    Ok(Account {
        user: User {
            user: UserId::new(row.try_get::<String, _>("user")?).map_err(|_| bad("user"))?,
            role: role_of(&role).ok_or_else(|| bad("role"))?,
            scope: Scope {
                street: text("street")?.map(StreetId::new).transpose().map_err(|_| bad("street"))?,
                community: text("community")?
                    .map(CommunityId::new)
                    .transpose()
                    .map_err(|_| bad("community"))?,
            },
            caregiver: text("caregiver")?.map(CaregiverId::new).transpose().map_err(|_| bad("caregiver"))?,
            elder: text("elder")?.map(ElderId::new).transpose().map_err(|_| bad("elder"))?,
            organisation: text("organisation")?
                .map(OrganisationId::new)
                .transpose()
                .map_err(|_| bad("organisation"))?,
            display_name: row.try_get("display_name")?,
            disabled: row.try_get::<i64, _>("disabled")? != 0,
        },
        password_hash: text("password_hash")?,
        code,
        epoch: u32::try_from(row.try_get::<i64, _>("epoch")?).unwrap_or(u32::MAX),
    })
}

impl Store {
    /// One account.
    pub async fn account(&self, user: &UserId) -> Stored<Option<Account>> {
        let sql = sqlx::AssertSqlSafe(format!("select {COLUMNS} from users where user = ?"));
        let row = sqlx::query(sql).bind(user.as_str()).fetch_optional(&self.pool).await?;
        Ok(row.as_ref().map(account).transpose()?)
    }

    /// All accounts, by name.
    pub async fn accounts(&self) -> Stored<Vec<Account>> {
        let sql = sqlx::AssertSqlSafe(format!("select {COLUMNS} from users order by user"));
        let rows = sqlx::query(sql).fetch_all(&self.pool).await?;
        Ok(rows.iter().map(account).collect::<Result<_, _>>()?)
    }

    /// A page of accounts after that name.
    pub async fn accounts_after(&self, after: &str, limit: usize) -> Stored<Vec<Account>> {
        let sql =
            sqlx::AssertSqlSafe(format!("select {COLUMNS} from users where user > ? order by user limit ?"));
        let limit = i64::try_from(limit).unwrap_or(i64::MAX);
        let rows = sqlx::query(sql).bind(after).bind(limit).fetch_all(&self.pool).await?;
        Ok(rows.iter().map(account).collect::<Result<_, _>>()?)
    }

    /// Adds an account; `false` if the name is taken.
    pub async fn add_account(&self, account: &Account, by: Option<&UserId>, now: Timestamp) -> Stored<bool> {
        let user = &account.user;
        let added = sqlx::query(
            "insert into users (user, role, street, community, caregiver, elder, organisation, display_name, \
             password_hash, code_hash, code_expires, epoch, disabled, created_at, created_by) \
             values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) on conflict (user) do nothing",
        )
        .bind(user.user.as_str())
        .bind(role_name(user.role))
        .bind(user.scope.street.as_ref().map(StreetId::as_str))
        .bind(user.scope.community.as_ref().map(CommunityId::as_str))
        .bind(user.caregiver.as_ref().map(CaregiverId::as_str))
        .bind(user.elder.as_ref().map(ElderId::as_str))
        .bind(user.organisation.as_ref().map(OrganisationId::as_str))
        .bind(&user.display_name)
        .bind(&account.password_hash)
        .bind(account.code.as_ref().map(|(hash, _)| hash.as_slice()))
        .bind(account.code.as_ref().map(|(_, expires)| expires.as_millis()))
        .bind(i64::from(account.epoch))
        .bind(i64::from(user.disabled))
        .bind(now.as_millis())
        .bind(by.map(UserId::as_str))
        .execute(&self.pool)
        .await?;
        Ok(added.rows_affected() == 1)
    }

    /// Sets a one-time code; a password that is there stays until the code is used.
    pub async fn set_code(&self, user: &UserId, hash: &[u8], expires: Timestamp) -> Stored<()> {
        sqlx::query("update users set code_hash = ?, code_expires = ? where user = ?")
            .bind(hash)
            .bind(expires.as_millis())
            .bind(user.as_str())
            .execute(&self.pool)
            .await?;
        Ok(())
    }

    /// Sets the password, uses up the code, and ends every sign-in made before. `code` guards against two people
    /// using one code: with it, nothing happens unless it is still there.
    pub async fn set_password(&self, user: &UserId, hash: &str, code: Option<&[u8]>) -> Stored<bool> {
        let set = sqlx::query(
            "update users set password_hash = ?1, code_hash = null, code_expires = null, epoch = epoch + 1 \
             where user = ?2 and (?3 is null or code_hash = ?3)",
        )
        .bind(hash)
        .bind(user.as_str())
        .bind(code)
        .execute(&self.pool)
        .await?;
        Ok(set.rows_affected() == 1)
    }

    /// Disables or enables; disabling ends every sign-in.
    pub async fn set_disabled(&self, user: &UserId, disabled: bool) -> Stored<()> {
        sqlx::query("update users set disabled = ?1, epoch = epoch + ?1 where user = ?2")
            .bind(i64::from(disabled))
            .bind(user.as_str())
            .execute(&self.pool)
            .await?;
        Ok(())
    }

    /// Gives the account another role, with what belongs to it; every sign-in made before ends.
    pub async fn set_role(&self, user: &User) -> Stored<()> {
        sqlx::query(
            "update users set role = ?, street = ?, community = ?, caregiver = ?, elder = ?, organisation = ?, \
             epoch = epoch + 1 where user = ?",
        )
        .bind(role_name(user.role))
        .bind(user.scope.street.as_ref().map(StreetId::as_str))
        .bind(user.scope.community.as_ref().map(CommunityId::as_str))
        .bind(user.caregiver.as_ref().map(CaregiverId::as_str))
        .bind(user.elder.as_ref().map(ElderId::as_str))
        .bind(user.organisation.as_ref().map(OrganisationId::as_str))
        .bind(user.user.as_str())
        .execute(&self.pool)
        .await?;
        Ok(())
    }

    /// Changes the name shown.
    pub async fn set_display_name(&self, user: &UserId, name: &str) -> Stored<()> {
        sqlx::query("update users set display_name = ? where user = ?")
            .bind(name)
            .bind(user.as_str())
            .execute(&self.pool)
            .await?;
        Ok(())
    }
}

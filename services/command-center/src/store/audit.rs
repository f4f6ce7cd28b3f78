//! Who signed in, who overrode the matcher, who read names. Entries are only ever added; the database itself refuses
//! to change or remove one.

use domain::{
    id::UserId,
    order::{Actor, Role},
    time::Timestamp,
};
use schemars::JsonSchema;
use schemas::registry::audit::Ground;
use serde::{Deserialize, Serialize};
use sqlx::Row;

use super::{Store, Stored, users::role_name};

/// What is worth remembering.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Action {
    /// Someone signed in.
    SignedIn,
    /// Someone could not.
    SignInFailed,
    /// A name was shut out.
    LockedOut,
    /// Someone signed out.
    SignedOut,
    /// A refresh token turned up a second time; the sign-in was ended.
    RefreshReused,
    /// A password was set.
    PasswordSet,
    /// An account was made.
    UserCreated,
    /// A one-time code was given out.
    CodeIssued,
    /// An account was disabled, enabled, unlocked, renamed, or given another role or scope.
    UserChanged,
    /// An order was assigned by hand.
    Assigned,
    /// An order was taken to the desk.
    HandedBack,
    /// Another deed of the desk in someone's place.
    ActedFor,
    /// Names of people were read.
    NamesRead,
    /// People were looked for by name.
    NamesSearched,
    /// A tracker token was issued.
    TrackerIssued,
    /// A tracker token was voided.
    TrackerRevoked,
    /// A dead letter was delivered again.
    LetterRedelivered,
    /// A dead letter was dismissed.
    LetterDismissed,
    /// An emergency card was opened.
    CardRead,
    /// A meal's code was read.
    MealCodeRead,
    /// A device or its card was registered or changed.
    DeviceRegistered,
    /// An emergency was taken out of the house, for 120 or for the file.
    IncidentExported,
    /// What an elder may get was read.
    EligibilityRead,
    /// The ledger of an elder was read.
    EntriesRead,
    /// A step was taken about a matter.
    MatterStep,
    /// A settlement was drawn.
    SettlementDrawn,
    /// A settlement was approved.
    SettlementApproved,
    /// A step was taken about an organisation, a facility, a roster, a care plan or a person's data.
    RegistryStep,
    /// All that is held of a person was taken out.
    PersonExported,
    /// Something about personal data, an organisation or a facility was refused.
    Refused,
}

impl Action {
    /// Why it is lawful, where personal data are handed out by it (J22).
    pub const fn ground(self, role: Role) -> Option<Ground> {
        match self {
            Self::CardRead | Self::IncidentExported => Some(Ground::Emergency),
            Self::PersonExported => Some(Ground::Subject),
            Self::NamesRead
            | Self::NamesSearched
            | Self::MealCodeRead
            | Self::EligibilityRead
            | Self::EntriesRead => Some(match role {
                Role::Bureau | Role::Auditor => Ground::Duty,
                _ => Ground::Service,
            }),
            _ => None,
        }
    }
}

/// One entry.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct AuditEntry {
    /// Its number; grows.
    pub id: i64,
    /// When, by the wall clock.
    pub at: Timestamp,
    /// Who; `None` for the platform itself.
    pub user: Option<UserId>,
    /// In which capacity.
    pub role: Option<String>,
    /// What.
    pub action: String,
    /// Of what or whom.
    pub subject: Option<String>,
    /// More; never personal data. Where personal data were handed out, `ground` says why that is lawful.
    pub detail: serde_json::Value,
}

impl Store {
    /// Adds an entry.
    pub async fn audit(
        &self,
        at: Timestamp,
        by: Option<&Actor>,
        action: Action,
        subject: Option<&str>,
        detail: &serde_json::Value,
    ) -> Stored<()> {
        let action =
            serde_json::to_value(action).ok().and_then(|v| v.as_str().map(str::to_owned)).unwrap_or_default();
        sqlx::query("insert into audit (at, user, role, action, subject, detail) values (?, ?, ?, ?, ?, ?)")
            .bind(at.as_millis())
            .bind(by.and_then(|a| a.user.as_ref()).map(UserId::as_str))
            .bind(by.map(|a: &Actor| a.role).map(|role: Role| role_name(role)))
            .bind(action)
            .bind(subject)
            .bind(detail.to_string())
            .execute(&self.pool)
            .await?;
        Ok(())
    }

    /// A page of entries before that number, newest first.
    pub async fn audit_before(&self, before: i64, limit: usize) -> Stored<Vec<AuditEntry>> {
        let rows = sqlx::query(
            "select id, at, user, role, action, subject, detail from audit where id < ? order by id desc limit ?",
        )
        .bind(before)
        .bind(i64::try_from(limit).unwrap_or(i64::MAX))
        .fetch_all(&self.pool)
        .await?;
        let read = |row: &sqlx::sqlite::SqliteRow| {
            Ok(AuditEntry {
                id: row.try_get("id")?,
                at: Timestamp::from_millis(row.try_get("at")?),
                user: row.try_get::<Option<String>, _>("user")?.and_then(|user| UserId::new(user).ok()),
                role: row.try_get("role")?,
                action: row.try_get("action")?,
                subject: row.try_get("subject")?,
                detail: serde_json::from_str(&row.try_get::<String, _>("detail")?).unwrap_or_default(),
            })
        };
        Ok(rows.iter().map(read).collect::<Result<_, sqlx::Error>>()?)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn entries_can_be_added_and_nothing_else() {
        let folder = tempfile::tempdir().unwrap();
        let store = Store::open(folder.path()).await.unwrap();
        let at = Timestamp::from_millis(1);
        for _ in 0..3 {
            store.audit(at, None, Action::SignedIn, Some("wang"), &serde_json::json!({})).await.unwrap();
        }
        let page = store.audit_before(i64::MAX, 2).await.unwrap();
        assert_eq!(page.iter().map(|e| e.id).collect::<Vec<_>>(), [3, 2]);
        assert!(sqlx::query("update audit set action = 'x'").execute(&store.pool).await.is_err());
        assert!(sqlx::query("delete from audit").execute(&store.pool).await.is_err());
        assert_eq!(store.audit_before(i64::MAX, 9).await.unwrap().len(), 3);
    }
}

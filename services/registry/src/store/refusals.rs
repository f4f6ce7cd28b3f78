//! Who was refused what, and the audit: what was handed out and what was refused, in one order.

use domain::{order::Actor, time::Timestamp};
use schemas::registry::audit::{AuditNote, AuditQuery, Audited};
use sqlx::{Row, any::AnyRow};

use super::{Reading, Store};

/// So many come where nothing is said.
const USUAL: u16 = 200;

/// What was refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Refused<'a> {
    /// Who wanted it.
    pub by: &'a Actor,
    /// `kind/id` of a step's entry, otherwise a person's id; empty where many or nobody were meant.
    pub about: &'a str,
    /// The step, or what was asked for.
    pub what: &'a str,
    /// The refusal's code.
    pub code: &'a str,
    /// In words; no personal data.
    pub why: &'a str,
}

impl Store {
    /// Notes that something was refused.
    ///
    /// # Errors
    /// [`sqlx::Error`].
    pub async fn note_refusal(&self, refused: Refused<'_>, at: Timestamp) -> Result<(), sqlx::Error> {
        let role =
            serde_json::to_value(refused.by.role).map_err(|error| sqlx::Error::Encode(error.into()))?;
        let mut transaction = self.database.begin().await?;
        let db = &mut *transaction;
        let seq = Self::next(db).await?;
        sqlx::query(
            "INSERT INTO refusal (seq, at, role, by_user, about, what, code, why)
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8)",
        )
        .bind(seq)
        .bind(at.as_millis())
        .bind(role.as_str().unwrap_or_default())
        .bind(refused.by.user.as_ref().map(|user| user.as_str().to_owned()))
        .bind(refused.about)
        .bind(refused.what)
        .bind(refused.code)
        .bind(refused.why)
        .execute(&mut *db)
        .await?;
        transaction.commit().await
    }

    /// What was handed out and what was refused, newest first.
    ///
    /// # Errors
    /// [`sqlx::Error`].
    pub async fn audit(&self, query: &AuditQuery) -> Result<Vec<AuditNote>, sqlx::Error> {
        let limit = if query.limit == 0 { USUAL } else { query.limit.clamp(1, 500) };
        let (before, about) = (query.before.unwrap_or(i64::MAX), query.about.as_deref());
        let handed_out = match about {
            None => {
                "SELECT seq, at, role, by_user, masked, what, ground FROM reading
                     WHERE seq < $1 ORDER BY seq DESC LIMIT $2"
            }
            Some(_) => {
                "SELECT seq, at, role, by_user, masked, what, ground FROM reading
                        WHERE seq < $1 AND seq IN (SELECT seq FROM reading_of WHERE person = $3)
                        ORDER BY seq DESC LIMIT $2"
            }
        };
        let refused = match about {
            None => {
                "SELECT seq, at, role, by_user, about, what, code, why FROM refusal
                     WHERE seq < $1 ORDER BY seq DESC LIMIT $2"
            }
            // A person's own requests stand under their kind.
            Some(_) => {
                "SELECT seq, at, role, by_user, about, what, code, why FROM refusal
                        WHERE seq < $1 AND about IN ($3, 'erasure/' || $3, 'roster/' || $3)
                        ORDER BY seq DESC LIMIT $2"
            }
        };
        let mut notes = Vec::new();
        for row in &self.page(handed_out, before, limit, about).await? {
            let Reading { at, role, user, masked, what, ground, people } = self.reading(row).await?;
            let what = Audited::HandedOut { what, masked, ground, people };
            notes.push(AuditNote { seq: row.try_get("seq")?, at, role, user, what });
        }
        for row in &self.page(refused, before, limit, about).await? {
            notes.push(AuditNote {
                seq: row.try_get("seq")?,
                at: Timestamp::from_millis(row.try_get("at")?),
                role: row.try_get("role")?,
                user: row.try_get("by_user")?,
                what: Audited::Refused {
                    what: row.try_get("what")?,
                    about: row.try_get("about")?,
                    code: row.try_get("code")?,
                    why: row.try_get("why")?,
                },
            });
        }
        notes.sort_unstable_by_key(|note| std::cmp::Reverse(note.seq));
        notes.truncate(usize::from(limit));
        Ok(notes)
    }

    async fn page(
        &self,
        sql: &'static str,
        before: i64,
        limit: u16,
        about: Option<&str>,
    ) -> Result<Vec<AnyRow>, sqlx::Error> {
        let mut asked = sqlx::query(sql).bind(before).bind(i64::from(limit));
        if let Some(about) = about {
            asked = asked.bind(about.to_owned());
        }
        asked.fetch_all(&self.pool).await
    }
}

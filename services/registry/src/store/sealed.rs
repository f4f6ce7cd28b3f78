//! The vault's rows. A person has one key; what is known of them lies under it, field by field.

use std::collections::BTreeMap;

use database::rows;
use sqlx::{AnyConnection, Row, any::AnyRow};

use super::{Named, PutError, Store};
use crate::vault::{Field, OwnKey, Vault};

const SELECT: &str = "SELECT sealed.person, sealed.field, sealed.content, person_key.wrapped_key FROM sealed
                      JOIN person_key ON person_key.person = sealed.person";

impl Store {
    /// The person's own key; a new one where there is none.
    async fn own_key(&self, db: &mut AnyConnection, person: &str) -> Result<OwnKey, PutError> {
        let sql = "SELECT wrapped_key FROM person_key WHERE person = $1";
        let kept: Option<String> = sqlx::query_scalar(sql).bind(person).fetch_optional(&mut *db).await?;
        if let Some(wrapped) = kept {
            return Ok(self.vault.open_key(person, &wrapped)?);
        }
        let (own, wrapped) = self.vault.new_key(person)?;
        sqlx::query("INSERT INTO person_key (person, wrapped_key) VALUES ($1, $2)")
            .bind(person)
            .bind(wrapped)
            .execute(db)
            .await?;
        Ok(own)
    }

    /// Seals a field of a person.
    pub(super) async fn put_sealed(
        &self,
        db: &mut AnyConnection,
        person: &str,
        field: Field,
        text: &str,
    ) -> Result<(), PutError> {
        let sealed = self.own_key(db, person).await?.seal(field, text)?;
        let change: i64 = match field {
            Field::Name => {
                let sql = "UPDATE head SET names = names + 1 RETURNING names";
                sqlx::query_scalar(sql).fetch_one(&mut *db).await?
            }
            _ => 0,
        };
        sqlx::query(
            "INSERT INTO sealed (person, field, content, found_by, change) VALUES ($1, $2, $3, $4, $5)
             ON CONFLICT (person, field) DO UPDATE SET content = excluded.content,
             found_by = excluded.found_by, change = excluded.change",
        )
        .bind(person)
        .bind(field.name())
        .bind(sealed)
        .bind(field.is_found().then(|| self.finder.hash(field, text)))
        .bind(change)
        .execute(db)
        .await?;
        Ok(())
    }

    /// Who else has this value, by its hash.
    pub(super) async fn holder(
        &self,
        db: &mut AnyConnection,
        person: &str,
        field: Field,
        text: &str,
    ) -> Result<Option<String>, sqlx::Error> {
        let sql = "SELECT person FROM sealed WHERE field = $1 AND found_by = $2 AND person <> $3 LIMIT 1";
        let hash = self.finder.hash(field, text);
        sqlx::query_scalar(sql).bind(field.name()).bind(hash).bind(person).fetch_optional(db).await
    }

    /// Who has this value.
    ///
    /// # Errors
    /// [`sqlx::Error`].
    pub async fn found(&self, field: Field, text: &str) -> Result<Vec<String>, sqlx::Error> {
        let sql = "SELECT person FROM sealed WHERE field = $1 AND found_by = $2 ORDER BY person LIMIT 20";
        let hash = self.finder.hash(field, text);
        sqlx::query_scalar(sql).bind(field.name()).bind(hash).fetch_all(&self.pool).await
    }

    /// A field of these people; who has none is left out.
    ///
    /// # Errors
    /// [`PutError::Database`] or [`PutError::Vault`].
    pub async fn fields(&self, field: Field, ids: &[String]) -> Result<BTreeMap<String, String>, PutError> {
        let sql = format!("{SELECT} WHERE sealed.field = '{}' AND sealed.person", field.name());
        let mut db = self.pool.acquire().await?;
        let found = rows::select_in(&mut db, &sql, ids.to_vec()).await?;
        found.iter().map(|row| opened(&self.vault, field, row)).collect()
    }

    /// Everything sealed of one person, by field.
    ///
    /// # Errors
    /// [`PutError::Database`] or [`PutError::Vault`].
    pub async fn all_fields(&self, person: &str) -> Result<BTreeMap<String, String>, PutError> {
        let mut all = BTreeMap::new();
        for field in Field::ALL {
            let mut one = self.fields(field, &[person.to_owned()]).await?;
            all.extend(one.remove(person).map(|text| (field.name().to_owned(), text)));
        }
        Ok(all)
    }

    /// The names set after so many changes; 0 is all of them.
    ///
    /// # Errors
    /// [`PutError::Database`] or [`PutError::Vault`].
    pub async fn named_since(&self, changes: i64) -> Result<Named, PutError> {
        let mut db = self.database.begin_moment().await?;
        let now: i64 = sqlx::query_scalar("SELECT names FROM head").fetch_one(&mut *db).await?;
        let kept: i64 = sqlx::query_scalar("SELECT COUNT(*) FROM sealed WHERE field = 'name'")
            .fetch_one(&mut *db)
            .await?;
        let sql = database::own(format!("{SELECT} WHERE sealed.field = 'name' AND sealed.change > $1"));
        let found = sqlx::query(sql).bind(changes).fetch_all(&mut *db).await?;
        drop(db);
        let vault = self.vault.clone();
        // Tens of thousands the first time.
        let opened = tokio::task::spawn_blocking(move || {
            found.iter().map(|row| opened(&vault, Field::Name, row)).collect::<Result<Vec<_>, _>>()
        });
        let names = opened.await.map_err(|error| sqlx::Error::Io(std::io::Error::other(error)))??;
        Ok(Named { names, changes: now, kept: usize::try_from(kept).unwrap_or_default() })
    }
}

fn opened(vault: &Vault, field: Field, row: &AnyRow) -> Result<(String, String), PutError> {
    let person: String = row.try_get("person")?;
    let (wrapped, content): (String, String) = (row.try_get("wrapped_key")?, row.try_get("content")?);
    let text = vault.open_key(&person, &wrapped)?.open(field, &content)?;
    Ok((person, text))
}

//! Where caregivers' browsers get push messages: one each, that of the phone they signed in with last.

use std::collections::BTreeMap;

use domain::{
    id::{CaregiverId, UserId},
    time::Timestamp,
};
use schemas::reach::{EndedPush, PushKeys, PushSubscription};
use sqlx::Row;

use super::{Store, Stored};

impl Store {
    /// Sets a caregiver's subscription; the one before is forgotten.
    pub async fn subscribe(
        &self,
        (caregiver, user): (&CaregiverId, &UserId),
        subscription: &PushSubscription,
        now: Timestamp,
    ) -> Stored<()> {
        sqlx::query(
            "insert into push (caregiver, user, endpoint, p256dh, auth, since) values (?, ?, ?, ?, ?, ?) \
             on conflict (caregiver) do update set user = excluded.user, endpoint = excluded.endpoint, \
             p256dh = excluded.p256dh, auth = excluded.auth, since = excluded.since",
        )
        .bind(caregiver.as_str())
        .bind(user.as_str())
        .bind(&subscription.endpoint)
        .bind(&subscription.keys.p256dh)
        .bind(&subscription.keys.auth)
        .bind(now.as_millis())
        .execute(&self.pool)
        .await?;
        Ok(())
    }

    /// Forgets a caregiver's subscription.
    pub async fn unsubscribe(&self, caregiver: &CaregiverId) -> Stored<()> {
        sqlx::query("delete from push where caregiver = ?")
            .bind(caregiver.as_str())
            .execute(&self.pool)
            .await?;
        Ok(())
    }

    /// Forgets a subscription that has ended; a newer one of the same person stays.
    pub async fn push_ended(&self, ended: &EndedPush) -> Stored<()> {
        sqlx::query("delete from push where caregiver = ? and endpoint = ?")
            .bind(ended.caregiver.as_str())
            .bind(&ended.endpoint)
            .execute(&self.pool)
            .await?;
        Ok(())
    }

    /// The subscriptions of these caregivers whose accounts are not disabled; whoever has none is left out.
    pub async fn subscriptions(
        &self,
        caregivers: &[CaregiverId],
    ) -> Stored<BTreeMap<CaregiverId, PushSubscription>> {
        let mut found = BTreeMap::new();
        for caregiver in caregivers {
            let row = sqlx::query(
                "select endpoint, p256dh, auth from push join users on users.user = push.user \
                 where push.caregiver = ? and users.caregiver = push.caregiver and users.disabled = 0",
            )
            .bind(caregiver.as_str())
            .fetch_optional(&self.pool)
            .await?;
            let Some(row) = row else { continue };
            let keys = PushKeys { p256dh: row.try_get("p256dh")?, auth: row.try_get("auth")? };
            let subscription = PushSubscription { endpoint: row.try_get("endpoint")?, keys };
            found.insert(caregiver.clone(), subscription);
        }
        Ok(found)
    }
}

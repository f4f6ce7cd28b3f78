//! Everything out to a file and in again, from either database to either. What is sealed stays sealed: a backup is of no
//! use without the key file, which is kept apart.

use std::io::{BufRead, Write};

use database::{
    Database, Place,
    backup::{BackupError, Plan, Table},
};
use domain::id::DistrictId;

use super::{NAME, STEPS, Store};

const PLAN: Plan = Plan { of: "registry", version: 2, tables: &TABLES };

const TABLES: [Table; 11] = [
    Table {
        name: "head",
        columns: &["district", "#seq", "#names", "index_key", "key_check"],
        order: "district",
    },
    Table {
        name: "person",
        columns: &[
            "id",
            "kind",
            "street",
            "community",
            "profile",
            "#revision",
            "event_id",
            "#changed_at",
            "#erased",
        ],
        order: "id",
    },
    Table { name: "person_key", columns: &["person", "wrapped_key"], order: "person" },
    Table {
        name: "sealed",
        columns: &["person", "field", "content", "found_by", "#change"],
        order: "person, field",
    },
    Table {
        name: "kept",
        columns: &[
            "kind",
            "id",
            "organisation",
            "elder",
            "#open",
            "due",
            "body",
            "#revision",
            "event_id",
            "#changed_at",
        ],
        order: "kind, id",
    },
    Table {
        name: "deed",
        columns: &["command", "#at", "role", "by_user", "about", "step", "answer"],
        order: "command",
    },
    Table {
        name: "plan_day",
        columns: &["plan", "day", "order_id", "refused", "came", "#round"],
        order: "plan, day",
    },
    Table { name: "outbox", columns: &["#seq", "event_id", "subject", "event"], order: "seq" },
    Table {
        name: "reading",
        columns: &["#seq", "#at", "role", "by_user", "#masked", "what", "ground"],
        order: "seq",
    },
    Table {
        name: "refusal",
        columns: &["#seq", "#at", "role", "by_user", "about", "what", "code", "why"],
        order: "seq",
    },
    Table { name: "reading_of", columns: &["#seq", "person"], order: "seq, person" },
];

impl Store {
    /// Writes everything down as of one moment; returns how many rows.
    ///
    /// # Errors
    /// [`BackupError`]; the file is then of no use.
    pub async fn back_up(&self, out: impl Write) -> Result<u64, BackupError> {
        self.database.back_up(&PLAN, out).await
    }

    /// Brings a backup into an empty database; returns how many rows.
    ///
    /// # Errors
    /// [`BackupError`]; the database is then as it was.
    pub async fn restore(
        place: &Place,
        district: &DistrictId,
        backup: impl BufRead,
    ) -> Result<u64, BackupError> {
        let database = Database::open(place, NAME, &STEPS).await?;
        let count = database.restore(&PLAN, district, backup).await?;
        database.close().await;
        Ok(count)
    }
}

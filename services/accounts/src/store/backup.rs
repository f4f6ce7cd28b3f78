//! Everything out to a file and in again, from either database to either. A backup is one moment of the books; restoring
//! needs an empty database and gives the same books, entry by entry.

use std::io::{BufRead, Write};

pub use database::backup::BackupError;
use database::{
    Database, Place,
    backup::{Plan, Table},
};
use domain::id::DistrictId;

use super::{NAME, STEPS, Store};

const PLAN: Plan = Plan { of: "accounts", version: 1, tables: &TABLES };

const TABLES: [Table; 10] = [
    Table { name: "head", columns: &["district", "#seq"], order: "district" },
    Table { name: "person", columns: &["elder", "facts", "#changed_at"], order: "elder" },
    Table {
        name: "purse",
        columns: &["id", "elder", "kind", "month", "ends", "#closed", "state"],
        order: "id",
    },
    Table { name: "hold", columns: &["order_id", "elder", "kind", "month"], order: "order_id" },
    Table {
        name: "entry",
        columns: &[
            "#seq",
            "event_id",
            "#at",
            "what",
            "answer",
            "detail",
            "order_id",
            "elder",
            "organisation",
            "kind",
            "month",
            "service_day",
            "#amount",
            "#self_pay",
        ],
        order: "seq",
    },
    Table {
        name: "transfer",
        columns: &["#seq", "#place", "debit", "credit", "#amount", "unit"],
        order: "seq, place",
    },
    Table { name: "refused", columns: &["#at", "event_id", "code", "detail"], order: "at, event_id" },
    Table {
        name: "outbox",
        columns: &["#seq", "#place", "event_id", "subject", "event"],
        order: "seq, place",
    },
    Table {
        name: "settlement",
        columns: &["period", "last_month", "#cutoff", "drawn_by", "#drawn_at", "approved_by", "#approved_at"],
        order: "period",
    },
    Table {
        name: "matter",
        columns: &["id", "kind", "elder", "organisation", "#open", "#stopping", "due", "body"],
        order: "id",
    },
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

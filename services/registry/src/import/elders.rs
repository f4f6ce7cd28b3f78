//! Elders from a table.

use std::path::Path;

use domain::{
    elder::{DEFAULT_ARRIVAL_RADIUS, ElderProfile},
    geo::{Datum, Reported},
    id::CaregiverId,
    unit::Metres,
};

use super::{
    ImportError, Row,
    table::{self, Cells, Columns, word},
};
use crate::store::{Person, Put};

const COLUMNS: Columns = Columns {
    required: &["id", "lon", "lat", "datum", "street", "community"],
    optional: &[
        "name",
        "phone",
        "identity",
        "address",
        "ability",
        "priority_classes",
        "blocked",
        "preferred",
        "arrival_radius",
        "closed",
    ],
};

/// Reads elders from a CSV file or a workbook. Coordinates come with their datum, `wgs84` or `gcj02`.
///
/// # Errors
/// [`ImportError::Unreadable`], [`ImportError::Header`].
pub fn read_elders(file: &Path) -> Result<Vec<Row>, ImportError> {
    table::read(file, &COLUMNS, elder)
}

fn elder(row: &Cells<'_>) -> Result<Put, String> {
    let datum: Datum = row.parsed("datum", word)?.ok_or("datum is empty; write wgs84 or gcj02")?;
    let reported = Reported { lon: row.required("lon")?, lat: row.required("lat")?, datum };
    let caregiver = |text: &str| CaregiverId::new(text).map_err(|error| error.to_string());
    let profile = ElderProfile {
        id: row.required("id")?,
        place: reported.to_wgs84().map_err(|error| error.to_string())?,
        street: row.required("street")?,
        community: row.required("community")?,
        ability: row.word("ability")?,
        priority_classes: row.list("priority_classes", word)?.into_iter().collect(),
        blocked: row.list("blocked", caregiver)?.into_iter().collect(),
        preferred: row.list("preferred", caregiver)?.into_iter().collect(),
        arrival_radius: row.optional("arrival_radius")?.map_or(DEFAULT_ARRIVAL_RADIUS, Metres),
        closed: row.flag("closed")?,
    };
    let text = |column| row.text(column).map(str::to_owned);
    Ok(Put {
        person: Person::Elder(profile),
        name: text("name"),
        phone: text("phone"),
        identity: text("identity"),
        address: text("address"),
    })
}

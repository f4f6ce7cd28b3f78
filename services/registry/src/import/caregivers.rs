//! Caregivers from a table.

use std::path::Path;

use domain::{
    caregiver::{CaregiverProfile, Certificate},
    unit::Metres,
};

use super::{
    ImportError, Row,
    table::{self, Cells, Columns, window, word},
};
use crate::store::{Person, Put};

const COLUMNS: Columns = Columns {
    required: &["id", "organisation", "street"],
    optional: &[
        "name",
        "phone",
        "identity",
        "address",
        "mode",
        "certificates",
        "health_certificate",
        "trained",
        "shifts",
        "breaks",
        "max_radius",
        "rating",
        "suspended",
    ],
};

/// How far from where they are work may lie when the file does not say.
const USUAL_RADIUS: Metres = Metres(8000);

/// Reads caregivers from a CSV file or a workbook.
///
/// # Errors
/// [`ImportError::Unreadable`], [`ImportError::Header`].
pub fn read_caregivers(file: &Path) -> Result<Vec<Row>, ImportError> {
    table::read(file, &COLUMNS, caregiver)
}

fn caregiver(row: &Cells<'_>) -> Result<Put, String> {
    let profile = CaregiverProfile {
        id: row.required("id")?,
        organisation: row.required("organisation")?,
        street: row.required("street")?,
        mode: row.word("mode")?,
        certificates: row.list("certificates", certificate)?,
        health_certificate: row.parsed("health_certificate", window)?,
        trained: row.flag("trained")?,
        shifts: row.list("shifts", window)?,
        breaks: row.list("breaks", window)?,
        off: Vec::new(),
        max_radius: row.optional("max_radius")?.map_or(USUAL_RADIUS, Metres),
        rating: row.parsed("rating", rating)?,
        suspended: row.flag("suspended")?,
    };
    let text = |column| row.text(column).map(str::to_owned);
    Ok(Put {
        person: Person::Caregiver(profile),
        name: text("name"),
        phone: text("phone"),
        identity: text("identity"),
        address: text("address"),
    })
}

/// `QUALIFICATION=FROM/TO`.
fn certificate(text: &str) -> Result<Certificate, String> {
    let (qualification, valid) =
        text.split_once('=').ok_or("write a certificate as QUALIFICATION=FROM/TO")?;
    Ok(Certificate { qualification: word(qualification.trim())?, valid: window(valid)? })
}

fn rating(text: &str) -> Result<u16, String> {
    let rating = text.parse().map_err(|_| "no whole number")?;
    if rating > 500 {
        Err("a rating is given in hundredths of a star, 0 to 500".to_owned())
    } else {
        Ok(rating)
    }
}

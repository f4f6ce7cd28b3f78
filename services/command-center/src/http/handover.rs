//! An emergency leaves the house: as a CAP 1.2 alert for 120 or another centre, and as a table of what happened for the
//! file.

use axum::{
    extract::State,
    http::{HeaderValue, header},
    response::{IntoResponse, Response},
};
use domain::{id::IncidentId, incident::Incident, order::Role};
use runtime::Clock;
use serde_json::json;

use super::{
    endpoint::{Endpoint, Who},
    extract::{Caller, Path},
    incidents::find,
    problem::Answer,
};
use crate::{
    access::token::Claims,
    cap::{Sender, cap},
    edge::{Edge, EdgeState},
    store::audit::Action,
};

const WHO: Who = Who::Roles(&[Role::Operator, Role::Supervisor, Role::Auditor]);

pub(super) fn endpoints() -> Vec<Endpoint> {
    vec![
        Endpoint::get("/api/v1/incidents/{id}/cap", WHO, alert)
            .about("The emergency as a CAP 1.2 alert, to hand it on; audited")
            .answers_other("application/cap+xml"),
        Endpoint::get("/api/v1/incidents/{id}/timeline", WHO, timeline)
            .about("What happened, entry by entry, as CSV; audited")
            .answers_other("text/csv"),
    ]
}

async fn alert(
    State(edge): State<Edge>,
    Caller(claims): Caller,
    Path(id): Path<IncidentId>,
) -> Answer<Response> {
    let incident = taken_out(&edge, &claims, &id, "cap").await?;
    let district = &edge.config.district;
    let sender = Sender {
        id: format!("care-dispatch.{}", district.id),
        name: if district.name.is_empty() { district.id.to_string() } else { district.name.clone() },
        utc_offset_minutes: edge.config.utc_offset_minutes,
    };
    let text = cap(&incident, &sender, edge.clock.now());
    Ok(file(
        text,
        "application/cap+xml; charset=utf-8",
        &format!("{}-{}.xml", incident.id, incident.revision),
    ))
}

async fn timeline(
    State(edge): State<Edge>,
    Caller(claims): Caller,
    Path(id): Path<IncidentId>,
) -> Answer<Response> {
    let incident = taken_out(&edge, &claims, &id, "timeline").await?;
    let text = table(&incident);
    Ok(file(text, "text/csv; charset=utf-8", &format!("{}-{}.csv", incident.id, incident.revision)))
}

async fn taken_out(edge: &EdgeState, claims: &Claims, id: &IncidentId, form: &str) -> Answer<Incident> {
    let incident = find(edge, claims, id)?;
    let detail = json!({ "form": form, "revision": incident.revision });
    edge.audit(claims, Action::IncidentExported, Some(id.as_str()), detail).await?;
    Ok(incident)
}

fn file(text: String, kind: &'static str, name: &str) -> Response {
    let mut response = text.into_response();
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(kind));
    // An incident's id is letters, digits and dashes.
    if let Ok(value) = HeaderValue::from_str(&format!("attachment; filename=\"{name}\"")) {
        headers.insert(header::CONTENT_DISPOSITION, value);
    }
    response
}

/// One line for each entry; what an entry says beyond its name stands in the last column as JSON. A byte-order mark tells
/// spreadsheets that it is UTF-8.
fn table(incident: &Incident) -> String {
    let mut text = String::from("\u{feff}recorded_at,occurred_at,role,user,what,command,detail\r\n");
    for entry in &incident.timeline {
        let occurred = entry.occurred_at.map(|at| at.to_string()).unwrap_or_default();
        let user = entry.by.user.as_ref().map(ToString::to_string).unwrap_or_default();
        let command = entry.command.as_ref().map(ToString::to_string).unwrap_or_default();
        let mut detail = serde_json::to_value(&entry.what).unwrap_or_default();
        if let Some(members) = detail.as_object_mut() {
            members.remove("what");
        }
        let detail = if detail.as_object().is_none_or(serde_json::Map::is_empty) {
            String::new()
        } else {
            detail.to_string()
        };
        let cells = [
            entry.at.to_string(),
            occurred,
            crate::wire_name(&entry.by.role),
            user,
            entry.what.name().to_owned(),
            command,
            detail,
        ];
        text.push_str(&cells.map(|cell| quoted(&cell)).join(","));
        text.push_str("\r\n");
    }
    text
}

/// RFC 4180. No cell begins as a formula does: detail is JSON in braces, all else comes from closed alphabets.
fn quoted(cell: &str) -> String {
    if cell.contains([',', '"', '\r', '\n']) {
        format!("\"{}\"", cell.replace('"', "\"\""))
    } else {
        cell.to_owned()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cap::tests::incident;

    #[test]
    fn a_table_holds_every_entry_and_keeps_texts_in_their_cell() {
        let incident = incident();
        let text = table(&incident);
        assert_eq!(text.matches("\r\n").count(), incident.timeline.len() + 1);
        assert!(text.starts_with('\u{feff}'));
        assert!(text.contains("opened"));
        let noted = text.lines().find(|line| line.contains("noted")).unwrap();
        assert!(noted.ends_with(r#""{""text"":""=cmd|'x', \""quoted\""""}""#), "{noted}");
    }
}

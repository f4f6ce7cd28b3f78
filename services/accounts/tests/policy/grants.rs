//! What operators get, with its conditions; computed for approval, never paid by itself.

use accounts::grant::{Facility, NoGrant, grants};
use accounts::policy::pack::{GrantAmount, GrantKind};
use domain::elder::Ability;

use crate::support::pack;

fn centre() -> Facility {
    Facility {
        kind: Some("街道综合养老服务中心".to_owned()),
        filed: true,
        grade: Some(4),
        facilities_of_operator: 1,
        in_institution: false,
        rebuilding: false,
        stopped: false,
        square_metres: 0,
        municipal: true,
        housed: [].into(),
        invoice_fen: None,
        assessed_fen: None,
    }
}

fn outcome(city: &str, facility: &Facility, kind: GrantKind) -> Result<i64, NoGrant> {
    let pack = pack(city);
    let all = grants(&pack.versions[0], facility);
    all.into_iter().find(|grant| grant.kind == kind).map(|grant| grant.outcome).unwrap()
}

#[test]
fn changshas_conditions() {
    use GrantKind::{Building, Chain, Operating};
    let ask = |facility: Facility, kind| outcome("changsha", &facility, kind);
    // Everything is met; the amount stands in no document at hand.
    assert_eq!(ask(centre(), Operating), Err(NoGrant::AmountNotConfigured));
    assert_eq!(ask(Facility { filed: false, ..centre() }, Operating), Err(NoGrant::NotFiled));
    assert_eq!(ask(Facility { grade: None, ..centre() }, Operating), Err(NoGrant::GradeTooLow));
    assert_eq!(ask(Facility { grade: Some(3), ..centre() }, Operating), Err(NoGrant::GradeTooLow));
    let station = Facility { kind: Some("居家养老服务站".to_owned()), grade: Some(1), ..centre() };
    assert_eq!(ask(station, Operating), Err(NoGrant::AmountNotConfigured));
    assert_eq!(ask(Facility { rebuilding: true, ..centre() }, Operating), Err(NoGrant::Rebuilding));
    assert_eq!(ask(Facility { stopped: true, ..centre() }, Operating), Err(NoGrant::Stopped));
    assert_eq!(ask(Facility { in_institution: true, ..centre() }, Building), Err(NoGrant::InInstitution));
    assert_eq!(
        ask(Facility { in_institution: true, ..centre() }, Operating),
        Err(NoGrant::AmountNotConfigured)
    );
    assert_eq!(
        ask(Facility { facilities_of_operator: 2, ..centre() }, Chain),
        Err(NoGrant::TooFewFacilities)
    );
    assert_eq!(
        ask(Facility { facilities_of_operator: 3, ..centre() }, Chain),
        Err(NoGrant::AmountNotConfigured)
    );
}

#[test]
fn insurance_is_refunded_in_full_against_the_invoice() {
    let with = |invoice_fen| outcome("changsha", &Facility { invoice_fen, ..centre() }, GrantKind::Insurance);
    assert_eq!(with(Some(123_456)), Ok(123_456));
    assert_eq!(with(None), Err(NoGrant::NoInvoice));
}

#[test]
fn yearly_grants_stay_within_their_bounds() {
    let yuncheng =
        |assessed_fen| outcome("yuncheng", &Facility { assessed_fen, ..centre() }, GrantKind::Operating);
    assert_eq!(yuncheng(None), Err(NoGrant::NotAssessed));
    assert_eq!(yuncheng(Some(4_999_999)), Err(NoGrant::OutOfBounds));
    assert_eq!(yuncheng(Some(5_000_000)), Ok(5_000_000));
    assert_eq!(yuncheng(Some(10_000_001)), Err(NoGrant::OutOfBounds));
    let kind = Some("项目单一的中心(站)".to_owned());
    let single = Facility { kind, assessed_fen: Some(15_000_000), ..centre() };
    assert_eq!(outcome("kangbashi", &single, GrantKind::Operating), Ok(15_000_000));
    let pack = pack("kangbashi");
    assert_eq!(
        pack.versions[0].grants[0].amount,
        Some(GrantAmount::Yearly { from_fen: 20_000_000, to_fen: 30_000_000 })
    );
}

#[test]
fn beds_by_ability_and_month() {
    let housed = [(Ability::Intact, 3), (Ability::Moderate, 2), (Ability::Complete, 1)].into();
    let fen = outcome("yuncheng", &Facility { housed, ..centre() }, GrantKind::Bed);
    assert_eq!(fen, Ok(3 * 10_000 + 2 * 20_000 + 30_000));
}

#[test]
fn building_by_area_up_to_its_limit() {
    let built = |square_metres, municipal| {
        outcome("yuncheng", &Facility { square_metres, municipal, ..centre() }, GrantKind::Building)
    };
    assert_eq!(built(1_000, true), Ok(30_000_000));
    assert_eq!(built(2_500, true), Ok(60_000_000));
    assert_eq!(built(2_500, false), Ok(45_000_000));
}

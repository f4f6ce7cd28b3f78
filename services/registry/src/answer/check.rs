//! What the types alone do not forbid.

use domain::unit::Metres;
use schemas::problem::Problem;

use super::{MAX_ADDRESS_LENGTH, MAX_NAME_LENGTH};
use crate::{
    identity,
    store::{Person, Put},
};

/// What the types alone do not forbid; an identity number is brought into the form in which it is kept.
///
/// # Errors
/// `invalid_profile`, `invalid_name`, `invalid_phone`, `invalid_identity` or `invalid_address`, with the member to blame.
pub fn check(put: &mut Put) -> Result<(), Problem> {
    if let Some(identity) = &put.identity {
        let checked = identity::checked(identity)
            .map_err(|fault| Problem::new(422, "invalid_identity", fault.to_string()).at("/identity"))?;
        put.identity = Some(checked);
    }
    if let Some(address) = &put.address
        && (address.trim().is_empty()
            || address.chars().count() > MAX_ADDRESS_LENGTH
            || address.chars().any(char::is_control))
    {
        let detail =
            format!("an address has 1 to {MAX_ADDRESS_LENGTH} characters, none of them control characters");
        return Err(Problem::new(422, "invalid_address", detail).at("/address"));
    }
    let (metres, range, member) = match &put.person {
        Person::Elder(elder) => (elder.arrival_radius, 10..=2000, "/elder/arrival_radius"),
        Person::Caregiver(caregiver) => (caregiver.max_radius, 100..=200_000, "/caregiver/max_radius"),
    };
    if !range.contains(&metres.get()) {
        let Metres(metres) = metres;
        let detail = format!("{metres} m; choose {} to {}", range.start(), range.end());
        return Err(Problem::new(422, "invalid_profile", detail).at(member));
    }
    if let Person::Caregiver(caregiver) = &put.person
        && let Some(rest) = caregiver.breaks.iter().find(|rest| !caregiver.rostered(rest))
    {
        let detail = format!("the break at {} lies outside every shift; put it inside one", rest.earliest);
        return Err(Problem::new(422, "invalid_profile", detail).at("/caregiver/breaks"));
    }
    if let Some(phone) = &put.phone {
        let digits = phone.strip_prefix('+').unwrap_or(phone);
        if !(3..=15).contains(&digits.len()) || !digits.bytes().all(|digit| digit.is_ascii_digit()) {
            let detail = "a phone number has 3 to 15 digits, with '+' in front if it is international";
            return Err(Problem::new(422, "invalid_phone", detail).at("/phone"));
        }
    }
    match &put.name {
        Some(name) if name.trim().is_empty() || name.chars().count() > MAX_NAME_LENGTH => {
            let detail = format!("a name has 1 to {MAX_NAME_LENGTH} characters");
            Err(Problem::new(422, "invalid_name", detail).at("/name"))
        }
        Some(name) if name.chars().any(char::is_control) => {
            Err(Problem::new(422, "invalid_name", "a name has no control characters").at("/name"))
        }
        _ => Ok(()),
    }
}

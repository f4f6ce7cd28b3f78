//! Identity numbers (公民身份号码, GB 11643-1999): 17 digits and a check character. One that does not check is a slip of the
//! pen, and would make two files of one person.

/// Why a text is no identity number.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum IdentityFault {
    /// Not 17 digits and a digit or X.
    #[error("an identity number has 17 digits and a check character")]
    Form,
    /// The birth date in it is none.
    #[error("the birth date in the identity number is no day of the calendar")]
    BirthDate,
    /// The check character is another one.
    #[error("the check character of the identity number does not fit; look at it again")]
    Check,
}

const WEIGHTS: [u32; 17] = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2];
const CHECKS: &[u8; 11] = b"10X98765432";

/// The number as it is kept: without blanks, with a capital X.
///
/// # Errors
/// [`IdentityFault`].
pub fn checked(text: &str) -> Result<String, IdentityFault> {
    let number: String = text.chars().filter(|c| !c.is_whitespace()).collect::<String>().to_ascii_uppercase();
    let (digits, check) = number.split_at_checked(17).ok_or(IdentityFault::Form)?;
    let values: Vec<u32> = digits.chars().filter_map(|c| c.to_digit(10)).collect();
    let [check] = check.as_bytes() else { return Err(IdentityFault::Form) };
    if values.len() != WEIGHTS.len() || !(check.is_ascii_digit() || *check == b'X') {
        return Err(IdentityFault::Form);
    }
    let date = digits.get(6..14).and_then(|date| {
        let (year, rest) = date.split_at_checked(4)?;
        let (month, day) = rest.split_at_checked(2)?;
        format!("{year}-{month}-{day}").parse::<domain::calendar::Day>().ok()
    });
    if date.is_none() {
        return Err(IdentityFault::BirthDate);
    }
    let sum: u32 = values.iter().zip(WEIGHTS).map(|(digit, weight)| digit * weight).sum();
    let wanted = CHECKS.get(usize::try_from(sum % 11).unwrap_or_default());
    if wanted == Some(check) { Ok(number) } else { Err(IdentityFault::Check) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_check_character_has_to_fit() {
        // The standard's own example.
        assert_eq!(checked("11010519491231002x").unwrap(), "11010519491231002X");
        assert_eq!(checked(" 440524 18800101 0014 ").unwrap(), "440524188001010014");
        assert_eq!(checked("440524188001010015"), Err(IdentityFault::Check));
        assert_eq!(checked("440524188013010014"), Err(IdentityFault::BirthDate));
        for odd in
            ["", "44052418800101001", "4405241880010100144", "44052418800101001Y", "4405241880010１0014"]
        {
            assert_eq!(checked(odd), Err(IdentityFault::Form), "{odd}");
        }
    }
}

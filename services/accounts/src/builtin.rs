//! The five cities' packs and catalogues, in the program itself.

/// Holidays and worked weekends, TOML.
pub const CALENDAR: &str = include_str!("../../../policies/calendar.toml");

/// A city's pack and catalogue, TOML.
pub fn city(id: &str) -> Option<(&'static str, &'static str)> {
    macro_rules! of {
        ($city:literal) => {
            Some((
                include_str!(concat!("../../../policies/", $city, ".toml")),
                include_str!(concat!("../../../policies/catalogue/", $city, ".toml")),
            ))
        };
    }
    match id {
        "jiayuguan" => of!("jiayuguan"),
        "changsha" => of!("changsha"),
        "changji" => of!("changji"),
        "yuncheng" => of!("yuncheng"),
        "kangbashi" => of!("kangbashi"),
        _ => None,
    }
}

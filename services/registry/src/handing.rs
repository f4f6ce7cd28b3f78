//! What of people's data is handed out, and why that is lawful. Nothing leaves without a ground, and each ground stands with
//! the reading (J22: nothing goes to a third party).

use domain::order::Role;
use schemas::registry::audit::Ground;

/// What is handed out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Handing {
    /// Who is called what.
    Names,
    /// Numbers by which the platform reaches people when an alarm is on.
    Phones,
    /// Who is called so.
    Search,
    /// Whose number rings.
    Caller,
    /// All that is held of a person.
    Export,
}

impl Handing {
    /// Its name in the audit.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Names => "names",
            Self::Phones => "phones",
            Self::Search => "search",
            Self::Caller => "caller",
            Self::Export => "export",
        }
    }

    /// Why whoever has that role may have it. Who may have it at all is for `mask` to say.
    pub const fn ground(self, role: Role) -> Ground {
        match (self, role) {
            (Self::Export, _) => Ground::Subject,
            (Self::Phones, _) => Ground::Emergency,
            (_, Role::Bureau | Role::Auditor) => Ground::Duty,
            (Self::Names | Self::Search | Self::Caller, _) => Ground::Service,
        }
    }
}

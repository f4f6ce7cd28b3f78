//! What a role sees of a name: all of it, a hint, or nothing.

use domain::order::Role;

/// How much of a name a role sees.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum View {
    /// The name: for whom a person must be spoken to or found.
    Full,
    /// A hint (张*三): enough to tell two people apart on a list.
    Masked,
}

/// How much of a name the role sees; `None` for who has no business with names.
pub const fn view(role: Role) -> Option<View> {
    match role {
        Role::Operator | Role::Supervisor | Role::FrontDesk | Role::Caregiver | Role::Elder => {
            Some(View::Full)
        }
        Role::Auditor | Role::Bureau | Role::Organisation | Role::Kitchen | Role::Courier | Role::System => {
            Some(View::Masked)
        }
        Role::Device => None,
    }
}

/// Whether the role may look people up by name: those at a desk. To whoever sees hints only, what is found tells the
/// rest; caregivers and elders know whom they are with.
pub const fn may_search(role: Role) -> bool {
    matches!(role, Role::Operator | Role::Supervisor | Role::FrontDesk)
}

/// Whether the role may have all that is held of a person: those who answer for the data.
pub const fn may_export(role: Role) -> bool {
    matches!(role, Role::Supervisor | Role::Bureau)
}

/// Whether the role may see what was handed out and refused: those who watch over it.
pub const fn may_audit(role: Role) -> bool {
    matches!(role, Role::Bureau | Role::Auditor)
}

/// The first and, of three characters or more, the last character; the rest as stars, at most three of them so that
/// the length tells nothing.
pub fn mask(name: &str) -> String {
    let mut characters = name.chars();
    let first = characters.next();
    let count = name.chars().count();
    let last = characters.next_back().filter(|_| count > 2);
    let hidden = count.saturating_sub(1).saturating_sub(usize::from(last.is_some())).min(3);
    first.into_iter().chain(std::iter::repeat_n('*', hidden)).chain(last).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_hint_is_not_the_name() {
        let cases = [
            ("张小三", "张*三"),
            ("张三", "张*"),
            ("欧阳秀英", "欧**英"),
            ("Anna Schmidt", "A***t"),
            ("", ""),
        ];
        for (name, hint) in cases {
            assert_eq!(mask(name), hint);
        }
    }
}

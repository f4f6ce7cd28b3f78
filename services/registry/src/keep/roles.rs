//! Who may take which step. Whose entries one sees at all is the edge's to say.

use domain::order::Role;
use schemas::registry::{
    Step, facility::FacilityStep as F, organisation::OrganisationStep as O, person::PersonStep as P,
    roster::RosterStep as R,
};

use super::Desk;

/// Whether the role may take the step; a caregiver takes their own steps only.
pub(super) fn may(desk: Desk<'_>, step: &Step) -> bool {
    let role = desk.by.role;
    let own = |whose: &domain::id::CaregiverId| role != Role::Caregiver || desk.caregiver == Some(whose);
    match step {
        Step::Organisation { step, .. } => match step {
            O::ProposeContract { .. } => matches!(role, Role::Supervisor | Role::Bureau),
            O::Register { .. }
            | O::SignContract
            | O::DropContract
            | O::CheckContract
            | O::EndContract
            | O::Designate
            | O::Undesignate => role == Role::Bureau,
        },
        Step::Facility { step, .. } => match step {
            F::Apply { .. } | F::AskAcceptance { .. } => {
                matches!(role, Role::FrontDesk | Role::Supervisor | Role::Bureau)
            }
            F::Review { .. } | F::Open { .. } | F::ProposeGrade { .. } => {
                matches!(role, Role::Supervisor | Role::Bureau)
            }
            F::File | F::Rebuild { .. } => matches!(role, Role::Organisation | Role::Bureau),
            F::Consent { .. }
            | F::Accept { .. }
            | F::Check { .. }
            | F::Publish
            | F::ApproveGrade
            | F::RejectGrade
            | F::ReviewGrade { .. }
            | F::Close => role == Role::Bureau,
        },
        Step::Roster { caregiver, step } => match step {
            R::SetShifts { .. } | R::DecideLeave { .. } | R::DecideSwap { .. } => {
                matches!(role, Role::Supervisor | Role::Organisation)
            }
            R::AskLeave { .. } | R::WithdrawLeave { .. } | R::OfferSwap { .. } => {
                matches!(role, Role::Operator | Role::Supervisor | Role::Organisation | Role::Caregiver)
                    && own(caregiver)
            }
            // Whose answer it is stands in the swap.
            R::AnswerSwap { .. } => {
                matches!(role, Role::Operator | Role::Supervisor | Role::Organisation | Role::Caregiver)
            }
        },
        Step::Plan { .. } => {
            matches!(role, Role::Operator | Role::Supervisor | Role::FrontDesk | Role::Elder)
        }
        Step::Person { step, .. } => match step {
            P::AskErasure => matches!(role, Role::Supervisor | Role::Bureau),
            P::Erase | P::RefuseErasure => role == Role::Bureau,
        },
    }
}

//! Who may take which step. Community and street are desks of the platform (front desk, supervisor) within their scope;
//! the bureau decides, and nobody else does.

use domain::order::Role;
use schemas::account::matter::Step;

/// Whether the role may.
pub(super) fn may(step: &Step, role: Role) -> bool {
    use Role::{Bureau, Elder, FrontDesk, Operator, Organisation, Supervisor};
    let roles: &[Role] = match step {
        Step::Apply { .. } | Step::Withdraw => &[FrontDesk, Operator, Supervisor, Elder],
        Step::Complain { .. } => &[FrontDesk, Operator, Supervisor, Elder, Bureau],
        Step::ProposeCorrection { .. } => &[FrontDesk, Operator, Supervisor, Organisation],
        Step::Survey { .. } | Step::Call { .. } | Step::Tell => &[FrontDesk, Operator, Supervisor],
        Step::Object => &[FrontDesk, Operator, Supervisor, Bureau],
        Step::Review { .. } => &[Supervisor],
        Step::ProposeRating { .. }
        | Step::ProposeGrants { .. }
        | Step::Check { .. }
        | Step::Dismiss
        | Step::Uphold { .. }
        | Step::Approve
        | Step::Reject => &[Supervisor, Bureau],
        Step::Decide { .. } | Step::Notify { .. } | Step::Rectify { .. } | Step::Lift | Step::Pay => {
            &[Bureau]
        }
    };
    roles.contains(&role)
}

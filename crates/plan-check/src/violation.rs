//! The rules a plan can break, each with who and what.

use domain::{
    id::{CaregiverId, OrderId},
    service::Qualification,
    time::Timestamp,
    unit::Metres,
};

/// A broken rule.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, thiserror::Error)]
pub enum Violation {
    /// A placement names an order nobody needs.
    #[error("{0} is not among the orders to plan")]
    UnknownOrder(OrderId),
    /// A placement names a stranger.
    #[error("{0} is not among the caregivers")]
    UnknownCaregiver(CaregiverId),
    /// Suspended.
    #[error("{0} is suspended")]
    Suspended(CaregiverId),
    /// Not trained (Changsha Art. 25).
    #[error("{0} is not trained")]
    Untrained(CaregiverId),
    /// No health certificate valid throughout the service (Changsha Art. 25).
    #[error("{who} has no health certificate valid at {at}")]
    HealthCertificate {
        /// Who.
        who: CaregiverId,
        /// When.
        at: Timestamp,
    },
    /// A qualification is missing altogether.
    #[error("{who} is not qualified as {what:?}")]
    Unqualified {
        /// Who.
        who: CaregiverId,
        /// For what.
        what: Qualification,
    },
    /// A certificate exists and is not valid then.
    #[error("{who}'s certificate as {what:?} is not valid at {at}")]
    CertificateLapsed {
        /// Who.
        who: CaregiverId,
        /// For what.
        what: Qualification,
        /// When.
        at: Timestamp,
    },
    /// Blocked by the elder or ruled out for this order.
    #[error("{who} must not be asked for {order}")]
    Unwanted {
        /// Who.
        who: CaregiverId,
        /// For which order.
        order: OrderId,
    },
    /// Off duty.
    #[error("{0} is off duty")]
    OffDuty(CaregiverId),
    /// On a break right now.
    #[error("{0} is on a break")]
    OnBreak(CaregiverId),
    /// No position to rely on.
    #[error("{0} has no position to rely on")]
    NoPosition(CaregiverId),
    /// Considering another offer.
    #[error("{0} holds an offer already")]
    HoldsOffer(CaregiverId),
    /// Too many promises.
    #[error("{0} carries as many promises as allowed")]
    TooManyPromises(CaregiverId),
    /// Put onto two visits at once.
    #[error("{0} is placed more than once")]
    PlacedTwice(CaregiverId),
    /// Farther than the person goes.
    #[error("{order} lies {distance} from {who}, who goes {radius}")]
    OutsideRadius {
        /// Who.
        who: CaregiverId,
        /// Which order.
        order: OrderId,
        /// How far.
        distance: Metres,
        /// How far they go.
        radius: Metres,
    },
    /// A position in the round that does not exist or lies before what is under way.
    #[error("{who} cannot take anything before commitment {position}")]
    Position {
        /// Who.
        who: CaregiverId,
        /// The position.
        position: usize,
    },
    /// The table of travel times has a hole.
    #[error("no travel time for {who} to {order}")]
    NoWay {
        /// Who.
        who: CaregiverId,
        /// Which order.
        order: OrderId,
    },
    /// Not there yet.
    #[error("{who} is not at {order} before {arrive:?}, it starts at {start}")]
    NotThere {
        /// Who.
        who: CaregiverId,
        /// Which order.
        order: OrderId,
        /// When they could be; `None` is never.
        arrive: Option<Timestamp>,
        /// When it starts.
        start: Timestamp,
    },
    /// Starts before the window.
    #[error("{order} starts at {start}, before its window")]
    TooEarly {
        /// Which order.
        order: OrderId,
        /// When it starts.
        start: Timestamp,
    },
    /// Starts after the latest acceptable instant.
    #[error("{order} starts at {start}, after the latest acceptable {latest}")]
    TooLate {
        /// Which order.
        order: OrderId,
        /// When it starts.
        start: Timestamp,
        /// When it may start at the latest.
        latest: Timestamp,
    },
    /// Part of the visit lies outside the shifts.
    #[error("{who} serves {order} outside the shift")]
    OutsideShift {
        /// Who.
        who: CaregiverId,
        /// Which order.
        order: OrderId,
    },
    /// Part of the visit lies in a rostered break.
    #[error("{who} serves {order} during a break")]
    DuringBreak {
        /// Who.
        who: CaregiverId,
        /// Which order.
        order: OrderId,
    },
    /// The team has another size.
    #[error("{order} takes {needed} people, {given} come")]
    TeamSize {
        /// Which order.
        order: OrderId,
        /// Needed.
        needed: usize,
        /// Given.
        given: usize,
    },
    /// The same person twice in one team.
    #[error("{who} is on {order} twice")]
    TwiceInTeam {
        /// Who.
        who: CaregiverId,
        /// Which order.
        order: OrderId,
    },
    /// The team does not start together.
    #[error("the team of {order} does not start together")]
    NotTogether {
        /// Which order.
        order: OrderId,
    },
    /// A promise is broken.
    #[error("{who} promised {order} by {latest}, and now starts at {start}")]
    PromiseBroken {
        /// Who.
        who: CaregiverId,
        /// Which promised order.
        order: OrderId,
        /// The promise.
        latest: Timestamp,
        /// The new start.
        start: Timestamp,
    },
    /// A promise that was kept in working hours is now kept in a break or after the shift.
    #[error("{who} now has to work in a break or off shift for {order}")]
    PromiseOffHours {
        /// Who.
        who: CaregiverId,
        /// Which promised order.
        order: OrderId,
    },
}

//! One entry per endpoint: the single source of routes, role checks, the OpenAPI document and the role tests.

use axum::{
    handler::Handler,
    http::Method,
    routing::{MethodFilter, MethodRouter, on},
};
use domain::order::Role;
use schemars::{JsonSchema, Schema, SchemaGenerator};

use crate::edge::Edge;

/// Who may call an endpoint.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Who {
    /// Without signing in.
    Anyone,
    /// Every role.
    SignedIn,
    /// These roles.
    Roles(&'static [Role]),
}

impl Who {
    /// Whether the role may.
    pub fn admits(self, role: Role) -> bool {
        match self {
            Self::Anyone | Self::SignedIn => true,
            Self::Roles(roles) => roles.contains(&role),
        }
    }
}

/// Those who command: operators and supervisors.
pub const COMMAND: Who = Who::Roles(&[Role::Operator, Role::Supervisor]);
/// Those at a desk.
pub const DESK: Who = Who::Roles(&[Role::Operator, Role::Supervisor, Role::FrontDesk]);
/// Supervisors alone.
pub const SUPERVISOR: Who = Who::Roles(&[Role::Supervisor]);
/// Caregivers and couriers: whoever is on the way with a phone.
pub const CAREGIVER: Who = Who::Roles(&[Role::Caregiver, Role::Courier]);

/// Every role an account may have. Devices have no rooms in this house: an account of theirs would see nothing, so none is
/// made.
pub const ROLES: [Role; 10] = [
    Role::Operator,
    Role::Supervisor,
    Role::Auditor,
    Role::Bureau,
    Role::Organisation,
    Role::FrontDesk,
    Role::Caregiver,
    Role::Elder,
    Role::Kitchen,
    Role::Courier,
];

/// Makes a type's schema.
pub type SchemaOf = fn(&mut SchemaGenerator) -> Schema;

/// What comes back.
#[derive(Debug, Clone, Copy)]
pub enum Content {
    /// JSON of that schema.
    Json(SchemaOf),
    /// Another kind of content.
    Other(&'static str),
    /// Nothing.
    Empty,
}

/// One endpoint.
#[derive(Debug)]
pub struct Endpoint {
    /// Its method.
    pub method: Method,
    /// Its path, parameters in braces.
    pub path: &'static str,
    /// Who may call it.
    pub who: Who,
    /// One sentence.
    pub summary: &'static str,
    /// The query's schema.
    pub query: Option<SchemaOf>,
    /// The body's schema.
    pub body: Option<SchemaOf>,
    /// The status when all is well.
    pub status: u16,
    /// What then comes back.
    pub content: Content,
    /// Takes an `Idempotency-Key`.
    pub idempotent: bool,
    /// Goes on for as long as the client likes.
    pub endless: bool,
    /// What it refuses to whom is on the audit log.
    pub watched: bool,
    /// Its handler.
    pub handler: MethodRouter<Edge>,
}

impl Endpoint {
    fn new<H, T>(method: Method, filter: MethodFilter, path: &'static str, who: Who, handler: H) -> Self
    where
        H: Handler<T, Edge>,
        T: 'static,
    {
        Self {
            method,
            path,
            who,
            summary: "",
            query: None,
            body: None,
            status: 200,
            content: Content::Empty,
            idempotent: false,
            endless: false,
            watched: false,
            handler: on(filter, handler),
        }
    }

    /// A GET endpoint.
    pub fn get<H: Handler<T, Edge>, T: 'static>(path: &'static str, who: Who, handler: H) -> Self {
        Self::new(Method::GET, MethodFilter::GET, path, who, handler)
    }

    /// A POST endpoint.
    pub fn post<H: Handler<T, Edge>, T: 'static>(path: &'static str, who: Who, handler: H) -> Self {
        Self::new(Method::POST, MethodFilter::POST, path, who, handler)
    }

    /// A PATCH endpoint.
    pub fn patch<H: Handler<T, Edge>, T: 'static>(path: &'static str, who: Who, handler: H) -> Self {
        Self::new(Method::PATCH, MethodFilter::PATCH, path, who, handler)
    }

    /// A DELETE endpoint.
    pub fn delete<H: Handler<T, Edge>, T: 'static>(path: &'static str, who: Who, handler: H) -> Self {
        Self::new(Method::DELETE, MethodFilter::DELETE, path, who, handler)
    }

    /// What it does.
    #[must_use]
    pub const fn about(mut self, summary: &'static str) -> Self {
        self.summary = summary;
        self
    }

    /// What its query takes.
    #[must_use]
    pub fn query<Q: JsonSchema>(mut self) -> Self {
        self.query = Some(Q::json_schema);
        self
    }

    /// What its body is.
    #[must_use]
    pub fn body<B: JsonSchema>(mut self) -> Self {
        self.body = Some(SchemaGenerator::subschema_for::<B>);
        self
    }

    /// What it answers.
    #[must_use]
    pub fn answers<A: JsonSchema>(mut self, status: u16) -> Self {
        self.status = status;
        self.content = Content::Json(SchemaGenerator::subschema_for::<A>);
        self
    }

    /// Answers nothing but a status.
    #[must_use]
    pub const fn answers_nothing(mut self, status: u16) -> Self {
        self.status = status;
        self.content = Content::Empty;
        self
    }

    /// Answers another kind of content.
    #[must_use]
    pub const fn answers_other(mut self, kind: &'static str) -> Self {
        self.content = Content::Other(kind);
        self
    }

    /// Takes an `Idempotency-Key`.
    #[must_use]
    pub const fn idempotent(mut self) -> Self {
        self.idempotent = true;
        self
    }

    /// Has no time limit.
    #[must_use]
    pub const fn endless(mut self) -> Self {
        self.endless = true;
        self
    }

    /// Who is refused is on the audit log: it is about personal data, or about who may serve.
    #[must_use]
    pub const fn watched(mut self) -> Self {
        self.watched = true;
        self
    }
}

/// All endpoints.
pub fn table() -> Vec<Endpoint> {
    use super::{
        audit, calls, dead_letters, devices, district, duty, handover, incidents, kept, kpi, live, map,
        matters, meal_day, meal_import, meals, money, nearest, openapi, orders, osmand, outreach, papers,
        people, positions, probes, route, session, users,
    };
    [
        session::endpoints(),
        district::endpoints(),
        map::endpoints(),
        live::endpoints(),
        orders::endpoints(),
        route::endpoints(),
        people::endpoints(),
        nearest::endpoints(),
        positions::endpoints(),
        osmand::endpoints(),
        duty::endpoints(),
        kpi::endpoints(),
        incidents::endpoints(),
        handover::endpoints(),
        devices::endpoints(),
        outreach::endpoints(),
        meals::endpoints(),
        papers::endpoints(),
        meal_import::endpoints(),
        meal_day::endpoints(),
        money::endpoints(),
        matters::endpoints(),
        kept::endpoints(),
        calls::endpoints(),
        dead_letters::endpoints(),
        users::endpoints(),
        audit::endpoints(),
        openapi::endpoints(),
        probes::endpoints(),
    ]
    .into_iter()
    .flatten()
    .collect()
}

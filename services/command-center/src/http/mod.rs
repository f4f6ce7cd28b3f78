//! The HTTP API. One table ([`endpoint::table`]) says which endpoints there are, who may call them and what they take
//! and give; the router, the role checks, the OpenAPI document and the role tests all come from it.

pub mod assets;
pub mod audit;
pub mod dead_letters;
pub mod devices;
pub mod district;
pub mod duty;
pub mod endpoint;
pub mod extract;
pub mod guard;
pub mod handover;
pub mod incidents;
pub mod kpi;
pub mod live;
pub mod map;
pub mod matters;
pub mod meal_day;
pub mod meal_import;
pub mod meals;
pub mod money;
pub mod nearest;
pub mod openapi;
pub mod orders;
pub mod osmand;
pub mod outreach;
pub mod page;
pub mod papers;
pub mod people;
pub mod positions;
pub mod probes;
pub mod problem;
pub mod route;
pub mod router;
pub mod server;
pub mod session;
pub mod users;

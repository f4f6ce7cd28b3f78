//! The service against a real nats-server, and a real redis-server where one is mirrored to.

mod faults;
mod flow;
mod mirror;
mod recovery;
mod world;

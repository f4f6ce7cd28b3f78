//! The edge as a whole: real HTTP, a real nats-server, and neighbours as small as can be.

#[cfg(test)]
mod accounts;
#[cfg(test)]
mod calls;
#[cfg(test)]
mod fan_out;
#[cfg(test)]
mod incidents;
#[cfg(test)]
mod letters;
#[cfg(test)]
mod live;
#[cfg(test)]
mod meals;
#[cfg(test)]
mod nonsense;
#[cfg(test)]
mod orders;
#[cfg(test)]
mod outreach;
#[cfg(test)]
mod positions;
#[cfg(test)]
mod roles;
#[cfg(test)]
mod sign_in;
#[cfg(test)]
mod support;

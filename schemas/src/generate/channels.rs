//! Every subject, made by the functions the services use, with who writes it and who answers.

use domain::id::{CaregiverId, DistrictId, ElderId, InvalidId, OrderId};

use crate::{
    catalog::{self, Message},
    subject::{
        self,
        Service::{self, CaregiverLocation, Dispatch, Registry},
    },
};

/// One subject.
pub(super) struct Channel {
    pub name: String,
    /// The subject, with `DISTRICT`, `ORDER`, `ELDER` and `CAREGIVER` where ids stand.
    pub address: String,
    pub summary: String,
    pub message: Message,
    pub used: Use,
}

/// How a subject is used.
pub(super) enum Use {
    /// `writer` publishes, any may follow.
    Publish { writer: Service },
    /// The edge publishes, `reader` listens.
    Report { reader: Service },
    /// Anyone asks, `owner` answers with `reply`.
    Request { owner: Service, reply: Message },
}

impl Channel {
    fn published(name: &str, address: String, summary: &str, message: Message, writer: Service) -> Self {
        let (name, summary) = (name.to_owned(), summary.to_owned());
        Self { name, address, summary, message, used: Use::Publish { writer } }
    }

    fn asked(name: &str, address: String, summary: &str, exchange: [Message; 2], owner: Service) -> Self {
        let [message, reply] = exchange;
        let (name, summary) = (name.to_owned(), summary.to_owned());
        Self { name, address, summary, message, used: Use::Request { owner, reply } }
    }

    /// Whether the message travels here, as itself or as the answer.
    pub fn carries(&self, message: &Message) -> bool {
        let reply = match &self.used {
            Use::Request { reply, .. } => Some(reply.name),
            Use::Publish { .. } | Use::Report { .. } => None,
        };
        self.message.name == message.name || reply == Some(message.name)
    }
}

/// All of them.
pub(super) fn all() -> Result<Vec<Channel>, InvalidId> {
    let d = DistrictId::new("DISTRICT")?;
    let mut channels = streams(&d)?;
    channels.extend(positions(&d)?);
    channels.extend(Service::ALL.map(|service| dead_letters(&d, service)));
    channels.extend(requests(&d));
    Ok(channels)
}

fn streams(d: &DistrictId) -> Result<Vec<Channel>, InvalidId> {
    let (order, elder) = (subject::order(d, &OrderId::new("ORDER")?), ElderId::new("ELDER")?);
    let caregiver = CaregiverId::new("CAREGIVER")?;
    let (elder, profile) = (subject::elder_profile(d, &elder), subject::caregiver_profile(d, &caregiver));
    let (presence, geofence) = (subject::presence(d, &caregiver), subject::geofence(d, &caregiver));
    let published = Channel::published;
    Ok(vec![
        published("orders", order, "Stream ORDERS: every durable decision.", catalog::ORDER_EVENT, Dispatch),
        published(
            "takeover",
            subject::takeover(d),
            "Stream ORDERS: take-overs.",
            catalog::TAKEOVER,
            Dispatch,
        ),
        published("elder-profiles", elder, "Stream PROFILES: elders.", catalog::ELDER_PROFILED, Registry),
        published(
            "caregiver-profiles",
            profile,
            "Stream PROFILES: caregivers.",
            catalog::CAREGIVER_PROFILED,
            Registry,
        ),
        published("presence", presence, "Stream PRESENCE.", catalog::PRESENCE, CaregiverLocation),
        published("geofence", geofence, "Stream GEOFENCE.", catalog::GEOFENCE_CROSSED, CaregiverLocation),
    ])
}

fn positions(d: &DistrictId) -> Result<Vec<Channel>, InvalidId> {
    let caregiver = CaregiverId::new("CAREGIVER")?;
    let (latest, moved) = (subject::latest_position(d, &caregiver), subject::positions_moved(d));
    Ok(vec![
        Channel::published(
            "latest-positions",
            latest,
            "Stream POSITIONS, in memory: the last of each.",
            catalog::POSITION,
            CaregiverLocation,
        ),
        Channel::published(
            "positions-moved",
            moved,
            "Core: batches, several a second.",
            catalog::MOVED,
            CaregiverLocation,
        ),
        Channel {
            name: "position-reports".to_owned(),
            address: subject::position_report(d, &caregiver),
            summary: "Core: fixes as phones make them, handed on by the edge.".to_owned(),
            message: catalog::POSITION_REPORT,
            used: Use::Report { reader: CaregiverLocation },
        },
    ])
}

fn dead_letters(d: &DistrictId, service: Service) -> Channel {
    Channel::published(
        &format!("dead-letters-{}", service.as_str()),
        subject::dead_letter(d, service),
        &format!("Stream DEAD: what {} gave up.", service.as_str()),
        catalog::DEAD_LETTER,
        service,
    )
}

fn requests(d: &DistrictId) -> Vec<Channel> {
    let command = |service| subject::command(d, service);
    let ask = |service, question| subject::ask(d, service, question);
    let orders = [catalog::DISPATCH_REQUEST, catalog::DISPATCH_REPLY];
    let duty = [catalog::DUTY_COMMAND, catalog::DUTY_REPLY];
    let profiles = [catalog::REGISTRY_COMMAND, catalog::REGISTRY_REPLY];
    let nearest = [catalog::NEAREST_QUERY, catalog::NEAREST_REPLY];
    let names = [catalog::NAMES_QUERY, catalog::NAMES_REPLY];
    let (at, called) = (ask(CaregiverLocation, "nearest"), ask(Registry, "names"));
    vec![
        Channel::asked(
            "dispatch-commands",
            command(Dispatch),
            "New orders, commands to orders.",
            orders,
            Dispatch,
        ),
        Channel::asked(
            "duty-commands",
            command(CaregiverLocation),
            "On and off duty.",
            duty,
            CaregiverLocation,
        ),
        Channel::asked("registry-commands", command(Registry), "Changes of profiles.", profiles, Registry),
        Channel::asked("nearest", at, "Who is nearest?", nearest, CaregiverLocation),
        Channel::asked("names", called, "Names by id; every reading is audited.", names, Registry),
    ]
}

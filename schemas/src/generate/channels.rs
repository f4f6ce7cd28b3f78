//! Every subject, made by the functions the services use, with who writes it and who answers.

use domain::{
    id::{
        CaregiverId, DeviceId, DistrictId, ElderId, IncidentId, InvalidId, OrderId, OrganisationId, StreetId,
    },
    incident::Callee,
};

use crate::{
    catalog::{self, Message},
    subject::{
        self,
        Service::{
            self, Accounts, CaregiverLocation, CommandCenter, Dispatch, EmergencyCall, MealDelivery, Registry,
        },
    },
};

/// One subject.
pub(super) struct Channel {
    pub name: String,
    /// The subject, with `DISTRICT`, `ORDER`, `ELDER`, `CAREGIVER` … where ids stand.
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
    channels.extend(emergencies(&d)?);
    channels.extend(meals(&d));
    channels.extend(Service::ALL.map(|service| dead_letters(&d, service)));
    channels.extend(Service::ALL.map(|service| again(&d, service)));
    channels.extend(requests(&d));
    Ok(channels)
}

fn streams(d: &DistrictId) -> Result<Vec<Channel>, InvalidId> {
    let (order, elder) = (subject::order(d, &OrderId::new("ORDER")?), ElderId::new("ELDER")?);
    let caregiver = CaregiverId::new("CAREGIVER")?;
    let (elder, profile) = (subject::elder_profile(d, &elder), subject::caregiver_profile(d, &caregiver));
    let funding = subject::funding(d, &OrderId::new("ORDER")?);
    let standing = subject::standing(d, &OrganisationId::new("ORGANISATION")?);
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
        published(
            "organisation-profiles",
            subject::organisation_profile(d, &OrganisationId::new("ORGANISATION")?),
            "Stream PROFILES: organisations.",
            catalog::ORGANISATION_PROFILED,
            Registry,
        ),
        published(
            "rating",
            subject::rating(d, &OrganisationId::new("ORGANISATION")?, 2026),
            "Stream FUNDING: yearly ratings.",
            catalog::RATED,
            Accounts,
        ),
        published("presence", presence, "Stream PRESENCE.", catalog::PRESENCE, CaregiverLocation),
        published("funding", funding, "Stream FUNDING: how orders are paid.", catalog::FUNDING, Accounts),
        published(
            "standing",
            standing,
            "Stream FUNDING: who gets no work orders.",
            catalog::STANDING,
            Accounts,
        ),
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

fn emergencies(d: &DistrictId) -> Result<Vec<Channel>, InvalidId> {
    let (incident, device) = (IncidentId::new("INCIDENT")?, DeviceId::new("DEVICE")?);
    let (street, caregiver) = (StreetId::new("STREET")?, CaregiverId::new("CAREGIVER")?);
    let published = |name: &str, address, summary: &str, message| {
        Channel::published(name, address, summary, message, EmergencyCall)
    };
    let command = subject::command(d, EmergencyCall);
    let supervision = subject::ask(d, EmergencyCall, "supervision");
    Ok(vec![
        published(
            "incidents",
            subject::incident(d, &incident),
            "Stream ALARMS: every durable decision.",
            catalog::INCIDENT_EVENT,
        ),
        published(
            "alarms-takeover",
            subject::alarms_takeover(d),
            "Stream ALARMS: take-overs.",
            catalog::TAKEOVER,
        ),
        published("devices", subject::device(d, &device), "Stream DEVICES: devices.", catalog::DEVICE_EVENT),
        published(
            "devices-takeover",
            subject::devices_takeover(d),
            "Stream DEVICES: take-overs.",
            catalog::TAKEOVER,
        ),
        published("outages", subject::outage(d, Some(&street)), "Stream DEVICES: outages.", catalog::OUTAGE),
        published("heard", subject::heard(d, 0), "Stream DEVICES: when devices were heard.", catalog::HEARD),
        published(
            "calls",
            subject::call(d, &Callee::Caregiver { caregiver }),
            "Core: somebody is called; also `desk`, `doctor`, `family`, `supervisor`, `ambulance`.",
            catalog::CALL_OUT,
        ),
        Channel::asked(
            "emergency-commands",
            command,
            "Commands to incidents and devices.",
            [catalog::EMERGENCY_REQUEST, catalog::EMERGENCY_REPLY],
            EmergencyCall,
        ),
        Channel::asked(
            "emergency-cards",
            subject::ask(d, EmergencyCall, "card"),
            "What must whoever helps know? Audited by who asks.",
            [catalog::CARD_QUERY, catalog::CARD_REPLY],
            EmergencyCall,
        ),
        Channel::asked(
            "supervision",
            supervision,
            "How many devices are proved alive?",
            [catalog::SUPERVISION_QUERY, catalog::SUPERVISION_REPLY],
            EmergencyCall,
        ),
        Channel::asked(
            "outreach-channels",
            subject::ask(d, EmergencyCall, "channels"),
            "By what can people be reached away from the screens?",
            [catalog::CHANNELS_QUERY, catalog::CHANNELS_REPLY],
            EmergencyCall,
        ),
        Channel::asked(
            "reach",
            subject::ask(d, EmergencyCall, "reach"),
            "Somebody has to be told something, by push, text, call or mail.",
            [catalog::REACH_REQUEST, catalog::REACH_REPLY],
            EmergencyCall,
        ),
    ])
}

fn meals(d: &DistrictId) -> Vec<Channel> {
    let asked =
        |name, address, summary, exchange| Channel::asked(name, address, summary, exchange, MealDelivery);
    let ask = |question| subject::ask(d, MealDelivery, question);
    vec![
        Channel::published(
            "meals",
            subject::meal(d, "order", "MEAL"),
            "Stream MEALS: every durable decision; also `round`, `sitting`.",
            catalog::MEAL_EVENT,
            MealDelivery,
        ),
        Channel::published(
            "diners",
            subject::diner(d, "needs", "ELDER"),
            "Stream DINERS: who eats; also `kitchen`, `courier`, `standing`.",
            catalog::MEAL_EVENT,
            MealDelivery,
        ),
        Channel::published(
            "diners-takeover",
            subject::diners_takeover(d),
            "Stream DINERS: take-overs.",
            catalog::TAKEOVER,
            MealDelivery,
        ),
        Channel::published(
            "meals-takeover",
            subject::meals_takeover(d),
            "Stream MEALS: take-overs.",
            catalog::TAKEOVER,
            MealDelivery,
        ),
        asked(
            "meal-commands",
            subject::command(d, MealDelivery),
            "Menus, meals, kitchens, rounds.",
            [catalog::MEAL_REQUEST, catalog::MEAL_REPLY],
        ),
        asked(
            "meal-quote",
            ask("quote"),
            "What would a meal cost?",
            [catalog::MEAL_QUOTE_QUERY, catalog::MEAL_QUOTE_REPLY],
        ),
        asked(
            "meal-count",
            ask("count"),
            "What is to be cooked?",
            [catalog::COUNT_QUERY, catalog::COUNT_REPLY],
        ),
        asked(
            "meal-code",
            ask("code"),
            "What proves that a meal is the elder's? Audited by who asks.",
            [catalog::CODE_QUERY, catalog::CODE_REPLY],
        ),
        asked(
            "meal-labels",
            ask("labels"),
            "What do the labels of boxes say?",
            [catalog::LABELS_QUERY, catalog::LABELS_REPLY],
        ),
    ]
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

fn again(d: &DistrictId, service: Service) -> Channel {
    let (name, address) =
        (format!("again-{}", service.as_str()), subject::again(d, service, "STREAM_DISTRICT"));
    let summary = format!("Messages that {} is to handle once more.", service.as_str());
    let exchange = [catalog::DELIVER_AGAIN, catalog::DELIVER_AGAIN_REPLY];
    Channel::asked(&name, address, &summary, exchange, service)
}

fn requests(d: &DistrictId) -> Vec<Channel> {
    let command = |service| subject::command(d, service);
    let ask = |service, question| subject::ask(d, service, question);
    let orders = [catalog::DISPATCH_REQUEST, catalog::DISPATCH_REPLY];
    let duty = [catalog::DUTY_COMMAND, catalog::DUTY_REPLY];
    let profiles = [catalog::REGISTRY_COMMAND, catalog::REGISTRY_REPLY];
    let nearest = [catalog::NEAREST_QUERY, catalog::NEAREST_REPLY];
    let names = [catalog::NAMES_QUERY, catalog::NAMES_REPLY];
    let money = [catalog::ACCOUNTS_COMMAND, catalog::ACCOUNTS_REPLY];
    let eligible = [catalog::ELDER_QUERY, catalog::ELIGIBILITY_REPLY];
    let left = [catalog::ELDER_QUERY, catalog::BALANCE_REPLY];
    let (eligibility, balance) = (ask(Accounts, "eligibility"), ask(Accounts, "balance"));
    let (at, called) = (ask(CaregiverLocation, "nearest"), ask(Registry, "names"));
    let find = [catalog::FIND_QUERY, catalog::NAMES_REPLY];
    let about =
        |name, summary, exchange| Channel::asked(name, ask(Accounts, name), summary, exchange, Accounts);
    let kept = |name: &str, summary: &str, reply| {
        Channel::asked(name, subject::ask(d, Registry, name), summary, [catalog::KEPT_QUERY, reply], Registry)
    };
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
        Channel::asked("accounts-commands", command(Accounts), "Holds, captures, releases.", money, Accounts),
        Channel::asked("eligibility", eligibility, "What may they get?", eligible, Accounts),
        about("quote", "How would the price be shared?", [catalog::QUOTE_QUERY, catalog::QUOTE_REPLY]),
        about("entries", "Entries of the ledger.", [catalog::ENTRIES_QUERY, catalog::ENTRIES_REPLY]),
        about("matters", "Matters people see to.", [catalog::MATTERS_QUERY, catalog::MATTERS_REPLY]),
        about("settlements", "Settlements.", [catalog::SETTLEMENTS_QUERY, catalog::SETTLEMENTS_REPLY]),
        about("statement", "A statement as a file.", [catalog::STATEMENT_QUERY, catalog::STATEMENT_REPLY]),
        about("quality", "How organisations do.", [catalog::AS_OF, catalog::QUALITY_REPLY]),
        about("catalogue", "What can be ordered.", [catalog::AS_OF, catalog::CATALOGUE_REPLY]),
        Channel::asked("balance", balance, "What have they left?", left, Accounts),
        Channel::asked("nearest", at, "Who is nearest?", nearest, CaregiverLocation),
        Channel::asked("names", called, "Names by id; every reading is audited.", names, Registry),
        Channel::asked(
            "push",
            ask(CommandCenter, "push"),
            "Where do caregivers' browsers get push messages? For the platform alone.",
            [catalog::PUSH_QUERY, catalog::PUSH_REPLY],
            CommandCenter,
        ),
        Channel::asked(
            "contacts",
            ask(Registry, "contacts"),
            "By which numbers are people called? For the platform alone; audited.",
            [catalog::CONTACTS_QUERY, catalog::CONTACTS_REPLY],
            Registry,
        ),
        kept("organisations", "Who is under contract?", catalog::ORGANISATIONS_REPLY),
        kept("facilities", "Which facilities, and what is due?", catalog::FACILITIES_REPLY),
        kept("rosters", "Who is to work, who is away?", catalog::ROSTERS_REPLY),
        kept("plans", "Which visits come again?", catalog::PLANS_REPLY),
        kept("erasures", "Who is to be erased?", catalog::ERASURES_REPLY),
        Channel::asked(
            "export",
            ask(Registry, "export"),
            "All that is held of somebody; audited.",
            [catalog::EXPORT_QUERY, catalog::EXPORT_REPLY],
            Registry,
        ),
        Channel::asked(
            "caller",
            ask(Registry, "caller"),
            "Whose telephone number is this? Audited.",
            [catalog::CALLER_QUERY, catalog::CALLER_REPLY],
            Registry,
        ),
        Channel::asked(
            "audit",
            ask(Registry, "audit"),
            "What was handed out of people's data and on which ground, and what was refused?",
            [catalog::AUDIT_QUERY, catalog::AUDIT_REPLY],
            Registry,
        ),
        Channel::asked("find", ask(Registry, "find"), "Who is called so? Audited as well.", find, Registry),
    ]
}

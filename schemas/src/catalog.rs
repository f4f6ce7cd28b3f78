//! Every message of the house by name: what the generated documents list and the golden samples are kept of.
//!
//! A message keeps its name for ever. A change that readers of old messages could not bear gets a new entry with the
//! next version, and the old one stays.

use schemars::{JsonSchema, Schema, generate::SchemaSettings};
use serde::{Serialize, de::DeserializeOwned};
use serde_json::Value;

use crate::{
    account::{
        assessment::Assessment,
        books::{
            AsOf, Entries, EntriesQuery, PublicList, Quality, Quote, QuoteQuery, Settlements,
            SettlementsQuery, StatementFile, StatementQuery,
        },
        funding::{AccountsCommand, Balances, ElderQuery, Funding, Noted},
        matter::{Matters, MattersQuery},
        person::Person,
        standing::{Rated, Standing},
    },
    day::Day,
    dead_letter::{DeadLetter, DeliverAgain, DeliveredAgain},
    emergency::{
        CallOut, Card, CardQuery, DeviceEvent, EmergencyDone, EmergencyRequest, Heard, IncidentEvent, Outage,
        Supervision, SupervisionQuery,
    },
    envelope::CloudEvent,
    live::LiveEvent,
    meal::{
        CodeQuery, CountQuery, KitchenCount, Labels, LabelsQuery, MealCode, MealDone, MealEvent, MealQuote,
        MealQuoteQuery, MealRequest,
    },
    order::{Accepted, DispatchRequest, OrderEvent, Takeover},
    position::{
        DutyCommand, GeofenceCrossed, Moved, Nearest, NearestQuery, Position, PositionReport, Presence,
    },
    problem::{Problem, Reply},
    profile::{CaregiverProfiled, ElderProfiled, FindQuery, Names, NamesQuery, Registered, RegistryCommand},
    reach::{
        Channels, ChannelsQuery, Contacts, ContactsQuery, PushQuery, PushSubscriptions, ReachRequest,
        Reaching,
    },
    registry::{
        CarePlans, Erasures, Facilities, KeptQuery, Organisations, Rosters,
        audit::{AuditQuery, AuditTrail},
        organisation::OrganisationProfiled,
        person::{Caller, CallerQuery, ExportQuery, PersonFile},
    },
};

/// One message version.
#[derive(Debug, Clone, Copy)]
pub struct Message {
    /// Its name in file names and documents, e.g. `order-event`.
    pub name: &'static str,
    /// Its major version.
    pub version: u8,
    /// What it says, in a sentence.
    pub summary: &'static str,
    schema: fn() -> Schema,
    recode: fn(&str) -> Result<Value, serde_json::Error>,
}

impl Message {
    const fn v1<T: JsonSchema + Serialize + DeserializeOwned>(
        name: &'static str,
        summary: &'static str,
    ) -> Self {
        Self { name, version: 1, summary, schema: schema::<T>, recode: recode::<T> }
    }

    /// Name and version, e.g. `order-event.v1`.
    pub fn full_name(&self) -> String {
        format!("{}.v{}", self.name, self.version)
    }

    /// Its JSON Schema, draft 2020-12, complete in itself.
    pub fn schema(&self) -> Value {
        let mut schema = (self.schema)();
        schema.insert("$id".to_owned(), format!("urn:care:schema:{}", self.full_name()).into());
        schema.insert("title".to_owned(), self.full_name().into());
        schema.insert("description".to_owned(), self.summary.into());
        schema.to_value()
    }

    /// Decodes a message and encodes it again.
    ///
    /// # Errors
    /// [`serde_json::Error`] when the text is no such message.
    pub fn recode(&self, text: &str) -> Result<Value, serde_json::Error> {
        (self.recode)(text)
    }
}

fn schema<T: JsonSchema>() -> Schema {
    SchemaSettings::draft2020_12().into_generator().into_root_schema_for::<T>()
}

fn recode<T: Serialize + DeserializeOwned>(text: &str) -> Result<Value, serde_json::Error> {
    serde_json::from_str::<T>(text).and_then(serde_json::to_value)
}

/// A decision about an order.
pub const ORDER_EVENT: Message = Message::v1::<CloudEvent<OrderEvent>>(
    "order-event",
    "A decision about an order, with the whole order after it.",
);
/// A dispatch process took over.
pub const TAKEOVER: Message =
    Message::v1::<CloudEvent<Takeover>>("takeover", "A dispatch process took the district over.");
/// An elder's profile.
pub const ELDER_PROFILED: Message =
    Message::v1::<CloudEvent<ElderProfiled>>("elder-profiled", "An elder's profile as it is from now on.");
/// A caregiver's profile.
pub const CAREGIVER_PROFILED: Message = Message::v1::<CloudEvent<CaregiverProfiled>>(
    "caregiver-profiled",
    "A caregiver's profile as it is from now on.",
);
/// A caregiver's presence.
pub const PRESENCE: Message = Message::v1::<CloudEvent<Presence>>(
    "presence",
    "Whether a caregiver works, and how fresh their position is.",
);
/// A geofence was crossed.
pub const GEOFENCE_CROSSED: Message =
    Message::v1::<CloudEvent<GeofenceCrossed>>("geofence-crossed", "A caregiver came to or left a place.");
/// A message was given up.
pub const DEAD_LETTER: Message =
    Message::v1::<CloudEvent<DeadLetter>>("dead-letter", "A message that a service could not handle.");
/// A phone's fixes.
pub const POSITION_REPORT: Message =
    Message::v1::<PositionReport>("position-report", "Fixes as a phone made them.");
/// An accepted position.
pub const POSITION: Message =
    Message::v1::<Position>("position", "The last accepted position of a caregiver.");
/// A batch of accepted positions.
pub const MOVED: Message = Message::v1::<Moved>("moved", "Everyone who moved since the last batch.");
/// A command to dispatch.
pub const DISPATCH_REQUEST: Message =
    Message::v1::<DispatchRequest>("dispatch-request", "A new order, or a command to one.");
/// The answer to it.
pub const DISPATCH_REPLY: Message =
    Message::v1::<Reply<Accepted>>("dispatch-reply", "The order after the command, or why it was refused.");
/// A command to caregiver-location.
pub const DUTY_COMMAND: Message =
    Message::v1::<DutyCommand>("duty-command", "A caregiver goes on duty, off duty, on a break.");
/// The answer to it.
pub const DUTY_REPLY: Message =
    Message::v1::<Reply<Presence>>("duty-reply", "The presence after the command, or why it was refused.");
/// A command to the registry.
pub const REGISTRY_COMMAND: Message =
    Message::v1::<RegistryCommand>("registry-command", "Sets a profile, and a name in the vault.");
/// The answer to it.
pub const REGISTRY_REPLY: Message =
    Message::v1::<Reply<Registered>>("registry-reply", "The profile is kept, or why it was refused.");
/// Who is nearest?
pub const NEAREST_QUERY: Message = Message::v1::<NearestQuery>("nearest-query", "Who is nearest to a place?");
/// The answer to it.
pub const NEAREST_REPLY: Message =
    Message::v1::<Reply<Nearest>>("nearest-reply", "The nearest, nearest first, or why not.");
/// What are they called?
pub const NAMES_QUERY: Message = Message::v1::<NamesQuery>("names-query", "What are these people called?");
/// The answer to it.
pub const NAMES_REPLY: Message =
    Message::v1::<Reply<Names>>("names-reply", "Their names, masked as the reader's role asks, or why not.");
/// Who is called so? Answered as the question after names.
pub const FIND_QUERY: Message = Message::v1::<FindQuery>("find-query", "Who is called so?");
/// Handle a message once more.
pub const DELIVER_AGAIN: Message = Message::v1::<DeliverAgain>(
    "deliver-again",
    "A message of a stream that was given up is to be handled once more.",
);
/// The answer to it.
pub const DELIVER_AGAIN_REPLY: Message =
    Message::v1::<Reply<DeliveredAgain>>("deliver-again-reply", "It is being handled, or why not.");
/// A decision about an incident.
pub const INCIDENT_EVENT: Message = Message::v1::<CloudEvent<IncidentEvent>>(
    "incident-event",
    "A decision about an emergency, with the whole incident after it.",
);
/// A device changed.
pub const DEVICE_EVENT: Message = Message::v1::<CloudEvent<DeviceEvent>>(
    "device-event",
    "A device as it is registered, and how it is from now on.",
);
/// A mass outage.
pub const OUTAGE: Message = Message::v1::<CloudEvent<Outage>>(
    "outage",
    "Many devices of a street fell silent together, or came back.",
);
/// When devices were heard.
pub const HEARD: Message =
    Message::v1::<CloudEvent<Heard>>("heard", "When a share of the devices was last heard.");
/// A call to a person.
pub const CALL_OUT: Message =
    Message::v1::<CallOut>("call-out", "Somebody is called because of an emergency.");
/// A command to emergency-call.
pub const EMERGENCY_REQUEST: Message = Message::v1::<EmergencyRequest>(
    "emergency-request",
    "A command to an incident, an alarm from the app or the desk, or a device's registration.",
);
/// The answer to it.
pub const EMERGENCY_REPLY: Message = Message::v1::<Reply<EmergencyDone>>(
    "emergency-reply",
    "The incident or device after the command, or why it was refused.",
);
/// What must whoever helps know?
pub const CARD_QUERY: Message = Message::v1::<CardQuery>("card-query", "What must whoever helps know?");
/// The answer to it.
pub const CARD_REPLY: Message =
    Message::v1::<Reply<Card>>("card-reply", "The emergency card as the reader may see it, or why not.");
/// How many devices live?
pub const SUPERVISION_QUERY: Message =
    Message::v1::<SupervisionQuery>("supervision-query", "How many devices are proved alive?");
/// The answer to it.
pub const SUPERVISION_REPLY: Message = Message::v1::<Reply<Supervision>>(
    "supervision-reply",
    "Devices proved alive, silent and faulty, by street, or why not.",
);
/// By what can people be reached?
pub const CHANNELS_QUERY: Message =
    Message::v1::<ChannelsQuery>("channels-query", "By what can people be reached away from the screens?");
/// The answer to it.
pub const CHANNELS_REPLY: Message =
    Message::v1::<Reply<Channels>>("channels-reply", "What there is and what is missing, or why not.");
/// Somebody has to be told something.
pub const REACH_REQUEST: Message =
    Message::v1::<ReachRequest>("reach-request", "Somebody has to be told something, or how far is it?");
/// The answer to it.
pub const REACH_REPLY: Message =
    Message::v1::<Reply<Reaching>>("reach-reply", "How far the message is, or why not.");
/// Where do browsers get push messages?
pub const PUSH_QUERY: Message =
    Message::v1::<PushQuery>("push-query", "Where do these caregivers' browsers get push messages?");
/// The answer to it.
pub const PUSH_REPLY: Message = Message::v1::<Reply<PushSubscriptions>>(
    "push-reply",
    "Their subscriptions, for the platform alone, or why not.",
);
/// By which numbers are people called?
pub const CONTACTS_QUERY: Message =
    Message::v1::<ContactsQuery>("contacts-query", "By which numbers are these people called?");
/// The answer to it.
pub const CONTACTS_REPLY: Message = Message::v1::<Reply<Contacts>>(
    "contacts-reply",
    "Their phone numbers, for the platform alone, or why not.",
);
/// A decision about meals.
pub const MEAL_EVENT: Message = Message::v1::<CloudEvent<MealEvent>>(
    "meal-event",
    "A decision about meals, with the whole meal, round, menu, kitchen, courier or need after it.",
);
/// A command to meal-delivery.
pub const MEAL_REQUEST: Message = Message::v1::<MealRequest>(
    "meal-request",
    "A menu, a meal, what the kitchen and the couriers do, what happens to them.",
);
/// The answer to it.
pub const MEAL_REPLY: Message = Message::v1::<Reply<MealDone>>(
    "meal-reply",
    "What it was about after the command, or why it was refused.",
);
/// What would this meal cost?
pub const MEAL_QUOTE_QUERY: Message =
    Message::v1::<MealQuoteQuery>("meal-quote-query", "What would this meal cost, and who would pay?");
/// The answer to it.
pub const MEAL_QUOTE_REPLY: Message = Message::v1::<Reply<MealQuote>>(
    "meal-quote-reply",
    "Price, subsidy, self-pay and what is not right about it, or why it cannot be had.",
);
/// What is to be cooked?
pub const COUNT_QUERY: Message = Message::v1::<CountQuery>("count-query", "What is to be cooked?");
/// The answer to it.
pub const COUNT_REPLY: Message = Message::v1::<Reply<KitchenCount>>(
    "count-reply",
    "Portions by dish, size, texture and clash, or why not.",
);
/// What proves that a meal is the elder's?
pub const CODE_QUERY: Message =
    Message::v1::<CodeQuery>("code-query", "What proves that a meal is the elder's?");
/// The answer to it.
pub const CODE_REPLY: Message =
    Message::v1::<Reply<MealCode>>("code-reply", "The elder's code and the label's, or why not.");
/// What do the labels say?
pub const LABELS_QUERY: Message =
    Message::v1::<LabelsQuery>("labels-query", "What do the labels of a sitting's boxes say?");
/// The answer to it.
pub const LABELS_REPLY: Message = Message::v1::<Reply<Labels>>(
    "labels-reply",
    "The codes of boxes and what has to be watched, or why not.",
);
/// The live stream.
pub const LIVE_EVENT: Message = Message::v1::<LiveEvent>(
    "live-event",
    "One message of the live stream of a district (Server-Sent Events).",
);
/// An error.
pub const PROBLEM: Message =
    Message::v1::<Problem>("problem", "Problem details of RFC 9457 with a stable code.");
/// A district's day.
pub const DAY: Message = Message::v1::<Day>("day", "A day file: a district's day, and how it turns out.");

/// A person as a policy sees them.
pub const PERSON: Message = Message::v1::<Person>("person", "What decides about someone's entitlements.");
/// What a policy gives them.
pub const ASSESSMENT: Message = Message::v1::<Assessment>(
    "assessment",
    "What a city's policy gives someone and what it refuses, each with its rule and article.",
);

/// A command to accounts.
pub const ACCOUNTS_COMMAND: Message = Message::v1::<AccountsCommand>(
    "accounts-command",
    "Sets money aside for an order, takes it, gives it back, corrects it; sets a person.",
);
/// The answer to it.
pub const ACCOUNTS_REPLY: Message =
    Message::v1::<Reply<Noted>>("accounts-reply", "How the order is paid, or why it was refused.");
/// How an order is paid.
pub const FUNDING: Message =
    Message::v1::<CloudEvent<Funding>>("funding", "How an order is paid from now on.");
/// A question about an elder.
pub const ELDER_QUERY: Message =
    Message::v1::<ElderQuery>("elder-query", "What may this elder get, or what have they left?");
/// The answer to what they may get.
pub const ELIGIBILITY_REPLY: Message = Message::v1::<Reply<Assessment>>(
    "eligibility-reply",
    "What the policy gives them and what it refuses, or why nobody can tell.",
);
/// The answer to what they have left.
pub const BALANCE_REPLY: Message = Message::v1::<Reply<Balances>>(
    "balance-reply",
    "What they have left of the month, or why nobody can tell.",
);

/// Whether work orders may go to an organisation.
pub const STANDING: Message = Message::v1::<CloudEvent<Standing>>(
    "standing",
    "Work orders may not, or may again, go to an organisation.",
);
/// What would it cost?
pub const QUOTE_QUERY: Message = Message::v1::<QuoteQuery>("quote-query", "How would the price be shared?");
/// The answer to it.
pub const QUOTE_REPLY: Message =
    Message::v1::<Reply<Quote>>("quote-reply", "How the price would be shared now, or why nothing pays.");
/// Which entries?
pub const ENTRIES_QUERY: Message = Message::v1::<EntriesQuery>("entries-query", "Entries of the ledger.");
/// The answer to it.
pub const ENTRIES_REPLY: Message =
    Message::v1::<Reply<Entries>>("entries-reply", "Entries of the ledger, the latest first.");
/// Which matters?
pub const MATTERS_QUERY: Message =
    Message::v1::<MattersQuery>("matters-query", "Matters that people see to.");
/// The answer to it.
pub const MATTERS_REPLY: Message =
    Message::v1::<Reply<Matters>>("matters-reply", "Matters, those due first before the others.");
/// Which settlements?
pub const SETTLEMENTS_QUERY: Message =
    Message::v1::<SettlementsQuery>("settlements-query", "Settlements that were drawn.");
/// The answer to it.
pub const SETTLEMENTS_REPLY: Message = Message::v1::<Reply<Settlements>>(
    "settlements-reply",
    "Settlements with what each organisation is owed.",
);
/// A statement as a file?
pub const STATEMENT_QUERY: Message =
    Message::v1::<StatementQuery>("statement-query", "A statement as a workbook or on paper.");
/// The answer to it.
pub const STATEMENT_REPLY: Message =
    Message::v1::<Reply<StatementFile>>("statement-reply", "The file in base64, or why there is none.");
/// What stands on a day?
pub const AS_OF: Message = Message::v1::<AsOf>("as-of", "A question about what stands on a day.");
/// How do organisations do?
pub const QUALITY_REPLY: Message = Message::v1::<Reply<Quality>>(
    "quality-reply",
    "How organisations do: ratings, complaints, yearly stars.",
);
/// What can be ordered?
pub const CATALOGUE_REPLY: Message = Message::v1::<Reply<PublicList>>(
    "catalogue-reply",
    "The public list: item, content, price, standard, subsidy, self-pay.",
);

/// An organisation.
pub const ORGANISATION_PROFILED: Message = Message::v1::<CloudEvent<OrganisationProfiled>>(
    "organisation-profiled",
    "An organisation as it is from now on.",
);
/// A yearly rating.
pub const RATED: Message = Message::v1::<CloudEvent<Rated>>("rated", "The yearly rating of an organisation.");
/// What is kept?
pub const KEPT_QUERY: Message =
    Message::v1::<KeptQuery>("kept-query", "Which organisations, facilities, rosters, care plans, requests?");
/// The answer to it.
pub const ORGANISATIONS_REPLY: Message =
    Message::v1::<Reply<Organisations>>("organisations-reply", "The organisations, or why not.");
/// The answer to it.
pub const FACILITIES_REPLY: Message =
    Message::v1::<Reply<Facilities>>("facilities-reply", "The facilities with their terms, or why not.");
/// The answer to it.
pub const ROSTERS_REPLY: Message = Message::v1::<Reply<Rosters>>("rosters-reply", "The rosters, or why not.");
/// The answer to it.
pub const PLANS_REPLY: Message =
    Message::v1::<Reply<CarePlans>>("plans-reply", "The care plans with the orders they made, or why not.");
/// The answer to it.
pub const ERASURES_REPLY: Message =
    Message::v1::<Reply<Erasures>>("erasures-reply", "Requests to erase somebody, or why not.");
/// All of somebody's data.
pub const EXPORT_QUERY: Message = Message::v1::<ExportQuery>("export-query", "What is held of somebody?");
/// The answer to it.
pub const EXPORT_REPLY: Message =
    Message::v1::<Reply<PersonFile>>("export-reply", "All that is held of somebody, or why not.");
/// Who calls?
pub const CALLER_QUERY: Message =
    Message::v1::<CallerQuery>("caller-query", "Whose telephone number is this?");
/// The answer to it.
pub const CALLER_REPLY: Message =
    Message::v1::<Reply<Caller>>("caller-reply", "Whose number it is, or why not.");
/// What happened to people's data?
pub const AUDIT_QUERY: Message =
    Message::v1::<AuditQuery>("audit-query", "What was handed out of people's data, what was refused?");
/// The answer to it.
pub const AUDIT_REPLY: Message =
    Message::v1::<Reply<AuditTrail>>("audit-reply", "What was handed out and refused, or why not.");

/// All of them.
pub const ALL: [Message; 92] = [
    ORDER_EVENT,
    TAKEOVER,
    ELDER_PROFILED,
    CAREGIVER_PROFILED,
    ORGANISATION_PROFILED,
    RATED,
    KEPT_QUERY,
    ORGANISATIONS_REPLY,
    FACILITIES_REPLY,
    ROSTERS_REPLY,
    PLANS_REPLY,
    ERASURES_REPLY,
    EXPORT_QUERY,
    EXPORT_REPLY,
    CALLER_QUERY,
    CALLER_REPLY,
    AUDIT_QUERY,
    AUDIT_REPLY,
    PRESENCE,
    GEOFENCE_CROSSED,
    DEAD_LETTER,
    DELIVER_AGAIN,
    DELIVER_AGAIN_REPLY,
    POSITION_REPORT,
    POSITION,
    MOVED,
    DISPATCH_REQUEST,
    DISPATCH_REPLY,
    DUTY_COMMAND,
    DUTY_REPLY,
    REGISTRY_COMMAND,
    REGISTRY_REPLY,
    NEAREST_QUERY,
    NEAREST_REPLY,
    NAMES_QUERY,
    NAMES_REPLY,
    FIND_QUERY,
    INCIDENT_EVENT,
    DEVICE_EVENT,
    OUTAGE,
    HEARD,
    CALL_OUT,
    EMERGENCY_REQUEST,
    EMERGENCY_REPLY,
    CARD_QUERY,
    CARD_REPLY,
    SUPERVISION_QUERY,
    SUPERVISION_REPLY,
    CHANNELS_QUERY,
    CHANNELS_REPLY,
    REACH_REQUEST,
    REACH_REPLY,
    CONTACTS_QUERY,
    CONTACTS_REPLY,
    PUSH_QUERY,
    PUSH_REPLY,
    MEAL_EVENT,
    MEAL_REQUEST,
    MEAL_REPLY,
    MEAL_QUOTE_QUERY,
    MEAL_QUOTE_REPLY,
    COUNT_QUERY,
    COUNT_REPLY,
    CODE_QUERY,
    CODE_REPLY,
    LABELS_QUERY,
    LABELS_REPLY,
    LIVE_EVENT,
    PROBLEM,
    DAY,
    PERSON,
    ASSESSMENT,
    ACCOUNTS_COMMAND,
    ACCOUNTS_REPLY,
    FUNDING,
    ELDER_QUERY,
    ELIGIBILITY_REPLY,
    BALANCE_REPLY,
    STANDING,
    QUOTE_QUERY,
    QUOTE_REPLY,
    ENTRIES_QUERY,
    ENTRIES_REPLY,
    MATTERS_QUERY,
    MATTERS_REPLY,
    SETTLEMENTS_QUERY,
    SETTLEMENTS_REPLY,
    STATEMENT_QUERY,
    STATEMENT_REPLY,
    AS_OF,
    QUALITY_REPLY,
    CATALOGUE_REPLY,
];

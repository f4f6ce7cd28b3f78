//! Reaching people away from the screens. `emergency-call` has the channels; whoever has to tell somebody something
//! asks it.

use domain::{
    id::{CaregiverId, CommandId, ElderId},
    order::Actor,
    reach::{Medium, Reason},
};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// A question (`care.v1.<district>.ask.emergency-call.channels`): by what can people be reached here?
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
pub struct ChannelsQuery {}

/// The answer: what is missing is shown, never passed over in silence.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
pub struct Channels {
    /// Configured in this district.
    pub configured: Vec<Medium>,
    /// Not configured: the desk has to do without.
    pub missing: Vec<Medium>,
    /// A number or address of the supervisor on duty is configured.
    pub duty: bool,
    /// What web apps subscribe to push with (VAPID, RFC 8292), where there is web push.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub push_key: Option<String>,
}

/// A request (`care.v1.<district>.ask.emergency-call.reach`): somebody has to be told something. The same id never
/// reaches a person twice; asked again, it tells how far the message is. Kept in memory: a notice may be lost with the
/// process, so whoever needs certainty asks again until it is done.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct ReachRequest {
    /// Names the message for good.
    pub id: CommandId,
    /// Whom.
    #[serde(flatten)]
    pub whom: Recipient,
    /// A few words: the title of a push message, the subject of an e-mail.
    pub title: String,
    /// The message itself, at most 500 characters.
    pub body: String,
    /// Somebody needs help now: quiet hours do not exist. Everything else waits for the morning.
    #[serde(default)]
    pub alarm: bool,
    /// Not done before the person said yes by a key; otherwise when it has arrived.
    #[serde(default)]
    pub answer: bool,
}

/// Whom.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "whom", rename_all = "snake_case")]
pub enum Recipient {
    /// A caregiver.
    Caregiver {
        /// Who.
        caregiver: CaregiverId,
    },
    /// An elder, by their own phone.
    Elder {
        /// Who.
        elder: ElderId,
    },
    /// The supervisor on duty.
    Supervisor,
}

/// The answer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Reaching {
    /// How far it is.
    pub standing: Standing,
    /// The ways that are tried, in order.
    pub ways: Vec<Medium>,
    /// What was wished for and is not there, and why.
    pub missing: Vec<Lacking>,
}

/// How far a message is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Standing {
    /// It is being tried, or waits for the end of quiet hours.
    OnItsWay,
    /// What was wanted happened.
    Done,
    /// Every way was tried.
    Nobody,
}

/// A way that is not there.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Lacking {
    /// Which.
    pub medium: Medium,
    /// Why.
    pub reason: Reason,
}

/// A question to the registry (`care.v1.<district>.ask.registry.contacts`): the phone numbers of people, for services
/// that call them. Only the platform itself may ask; the reading is audited.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct ContactsQuery {
    /// Who reads.
    pub reader: Actor,
    /// Elders' or caregivers' ids, at most 500.
    pub ids: Vec<String>,
}

/// Phone numbers by id; whoever has none is left out. Personal data: never in a stream.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
pub struct Contacts {
    /// `id → number`.
    pub phones: std::collections::BTreeMap<String, String>,
}

/// A question to the edge (`care.v1.<district>.ask.command-center.push`): where do these caregivers' browsers get push
/// messages? Personal data: never in a stream.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
pub struct PushQuery {
    /// Whose, at most 500.
    pub caregivers: Vec<CaregiverId>,
    /// Subscriptions that have ended: they are forgotten first.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub ended: Vec<EndedPush>,
}

/// A subscription that its push service does not know any more.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct EndedPush {
    /// Whose.
    pub caregiver: CaregiverId,
    /// Its address; a newer subscription of the same person stays.
    pub endpoint: String,
}

/// The answer: subscriptions by caregiver; whoever has none is left out.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
pub struct PushSubscriptions {
    /// `caregiver → subscription`.
    pub subscriptions: std::collections::BTreeMap<CaregiverId, PushSubscription>,
}

/// A browser's subscription, as `PushSubscription.toJSON()` writes it (W3C Push API).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct PushSubscription {
    /// Where messages are posted: an https address of the browser maker's push service.
    pub endpoint: String,
    /// What they are sealed with.
    pub keys: PushKeys,
}

/// The browser's keys, base64url.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct PushKeys {
    /// Its public key, 65 bytes.
    pub p256dh: String,
    /// The authentication secret, 16 bytes.
    pub auth: String,
}

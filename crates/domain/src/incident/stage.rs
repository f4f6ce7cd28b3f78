//! The stages of an incident as types. A transition consumes the stage it leaves.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::{id::CaregiverId, order::Actor, time::Timestamp};

/// By which means a human acted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Means {
    /// On the desk's screen.
    #[default]
    Desk,
    /// In the app.
    App,
    /// By a key press in a phone call.
    Phone,
    /// By text message.
    Sms,
}

/// Who did it, when, by which means.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Deed {
    /// Who.
    pub by: Actor,
    /// When.
    pub at: Timestamp,
    /// By which means.
    pub means: Means,
}

/// Somebody who goes there.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Responder {
    /// Who.
    pub caregiver: CaregiverId,
    /// Their acceptance.
    pub accepted: Deed,
    /// Their arrival.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub arrived: Option<Deed>,
}

/// How it ended.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "outcome", rename_all = "snake_case")]
pub enum Outcome {
    /// Help was given (已处置).
    Resolved {
        /// What was done.
        note: String,
    },
    /// There was no emergency (误报).
    FalseAlarm {
        /// Why it was called.
        reason: String,
    },
    /// The medical emergency centre has it (移交120).
    HandedTo120 {
        /// Their case number or the operator's name.
        reference: String,
    },
}

/// Where an incident stands.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "stage", rename_all = "snake_case")]
pub enum Stage {
    /// No human has answered yet (待响应).
    Open,
    /// A human has it (已响应).
    Acknowledged(Acknowledged),
    /// Somebody is on the way (处置中).
    Responding(Responding),
    /// Somebody is there (已到场).
    OnScene(Responding),
    /// Over (已结束).
    Closed(Closed),
}

/// A human has it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Acknowledged {
    /// Who answered.
    pub acknowledged: Deed,
}

/// Somebody goes or is there.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Responding {
    /// Who answered.
    pub acknowledged: Deed,
    /// Who goes, the first to accept first.
    pub responders: Vec<Responder>,
}

/// Over.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Closed {
    /// Who answered.
    pub acknowledged: Deed,
    /// Who went.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub responders: Vec<Responder>,
    /// How it ended.
    #[serde(flatten)]
    pub outcome: Outcome,
    /// Who ended it.
    pub closed: Deed,
}

/// The stage does not lead there; it is handed back as it was.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NoSuchWay(pub Stage);

impl Stage {
    /// The name as it stands on the wire.
    pub const fn name(&self) -> &'static str {
        match self {
            Self::Open => "open",
            Self::Acknowledged(_) => "acknowledged",
            Self::Responding(_) => "responding",
            Self::OnScene(_) => "on_scene",
            Self::Closed(_) => "closed",
        }
    }

    /// Whether it is over.
    pub const fn is_closed(&self) -> bool {
        matches!(self, Self::Closed(_))
    }

    /// The first human answer.
    pub const fn acknowledged(&self) -> Option<&Deed> {
        match self {
            Self::Open => None,
            Self::Acknowledged(s) => Some(&s.acknowledged),
            Self::Responding(s) | Self::OnScene(s) => Some(&s.acknowledged),
            Self::Closed(s) => Some(&s.acknowledged),
        }
    }

    /// Who goes or went.
    pub fn responders(&self) -> &[Responder] {
        match self {
            Self::Open | Self::Acknowledged(_) => &[],
            Self::Responding(s) | Self::OnScene(s) => &s.responders,
            Self::Closed(s) => &s.responders,
        }
    }

    /// Open → acknowledged.
    ///
    /// # Errors
    /// [`NoSuchWay`] from any other stage.
    pub fn acknowledge(self, deed: Deed) -> Result<Self, NoSuchWay> {
        match self {
            Self::Open => Ok(Self::Acknowledged(Acknowledged { acknowledged: deed })),
            other => Err(NoSuchWay(other)),
        }
    }

    /// Open or acknowledged → responding; one more responder where there are some. Accepting is a human answer too.
    ///
    /// # Errors
    /// [`NoSuchWay`] when it is over.
    pub fn respond(self, responder: Responder) -> Result<Self, NoSuchWay> {
        Ok(match self {
            Self::Open => {
                let acknowledged = responder.accepted.clone();
                Self::Responding(Responding { acknowledged, responders: vec![responder] })
            }
            Self::Acknowledged(Acknowledged { acknowledged }) => {
                Self::Responding(Responding { acknowledged, responders: vec![responder] })
            }
            Self::Responding(mut s) => {
                s.responders.push(responder);
                Self::Responding(s)
            }
            Self::OnScene(mut s) => {
                s.responders.push(responder);
                Self::OnScene(s)
            }
            closed @ Self::Closed(_) => return Err(NoSuchWay(closed)),
        })
    }

    /// Responding → on scene, when a responder arrives.
    ///
    /// # Errors
    /// [`NoSuchWay`] for somebody who did not accept, who arrived before, or when it is over.
    pub fn arrive(self, caregiver: &CaregiverId, deed: Deed) -> Result<Self, NoSuchWay> {
        let (Self::Responding(mut s) | Self::OnScene(mut s)) = self else { return Err(NoSuchWay(self)) };
        let Some(responder) =
            s.responders.iter_mut().find(|r| r.caregiver == *caregiver && r.arrived.is_none())
        else {
            let there = s.responders.iter().any(|r| r.arrived.is_some());
            return Err(NoSuchWay(if there { Self::OnScene(s) } else { Self::Responding(s) }));
        };
        responder.arrived = Some(deed);
        Ok(Self::OnScene(s))
    }

    /// Any → closed. Whoever ends it unanswered has answered it.
    ///
    /// # Errors
    /// [`NoSuchWay`] when it is over already.
    pub fn close(self, outcome: Outcome, deed: Deed) -> Result<Self, NoSuchWay> {
        let (acknowledged, responders) = match self {
            Self::Open => (deed.clone(), Vec::new()),
            Self::Acknowledged(s) => (s.acknowledged, Vec::new()),
            Self::Responding(s) | Self::OnScene(s) => (s.acknowledged, s.responders),
            closed @ Self::Closed(_) => return Err(NoSuchWay(closed)),
        };
        Ok(Self::Closed(Closed { acknowledged, responders, outcome, closed: deed }))
    }
}

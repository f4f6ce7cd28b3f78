//! emergency-call in miniature: incidents go through the domain's own rules and are written to the real stream.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex},
};

use bus::{Bus, Endpoint};
use domain::{
    alarm::{AlarmCause, Signal},
    escalation::Progress,
    id::IncidentId,
    incident::{Call, Callee, Happening, Incident, Press, Stage, Subject, apply::Utterer},
    reach::Medium,
};
use runtime::{Clock, SystemClock};
use schemas::{
    emergency::{
        Card, CardQuery, EmergencyCommand, EmergencyDone, EmergencyRequest, IncidentEvent, Supervision,
        SupervisionQuery,
    },
    envelope::CloudEvent,
    problem::Problem,
    reach::{Channels, ChannelsQuery},
    subject::{self, Service},
};
use tokio_util::sync::CancellationToken;

use super::district;

#[derive(Clone)]
pub struct Emergencies {
    bus: Bus,
    known: Arc<Mutex<HashMap<IncidentId, Incident>>>,
}

impl Emergencies {
    pub async fn start(bus: &Bus) -> Self {
        let this = Self { bus: bus.clone(), known: Arc::default() };
        let service = Service::EmergencyCall;
        let commands = bus.serve(Endpoint::new(subject::command(&district(), service))).await.unwrap();
        let own = this.clone();
        tokio::spawn(commands.run(CancellationToken::new(), move |call: bus::Call<EmergencyRequest>| {
            let own = own.clone();
            async move { own.handle(call.body).await }
        }));
        let ask = |question| Endpoint::new(subject::ask(&district(), service, question));
        let shares = bus.serve(ask("supervision")).await.unwrap();
        tokio::spawn(shares.run(CancellationToken::new(), |_: bus::Call<SupervisionQuery>| async {
            let streets = serde_json::json!([
                { "street": "s1", "devices": 4, "proved": 3, "silent": 1, "faulty": 0, "overdue": 0, "tested": 2, "outage": false },
                { "street": "s2", "devices": 1, "proved": 1, "silent": 0, "faulty": 0, "overdue": 0, "tested": 0, "outage": false },
            ]);
            Ok::<_, Problem>(Supervision { streets: serde_json::from_value(streets).unwrap() })
        }));
        let channels = bus.serve(ask("channels")).await.unwrap();
        tokio::spawn(channels.run(CancellationToken::new(), |_: bus::Call<ChannelsQuery>| async {
            Ok::<_, Problem>(Channels { configured: vec![Medium::Call], ..Channels::default() })
        }));
        let cards = bus.serve(ask("card")).await.unwrap();
        tokio::spawn(cards.run(CancellationToken::new(), |call: bus::Call<CardQuery>| async move {
            let door_code = call.body.caregiver.map(|_| "2580".to_owned());
            Ok::<_, Problem>(Card { name: "name of e1".to_owned(), door_code, ..Card::default() })
        }));
        this
    }

    async fn handle(&self, request: EmergencyRequest) -> Result<EmergencyDone, Problem> {
        let done =
            |incident| EmergencyDone { incident: Some(Box::new(incident)), device: None, repeated: false };
        match request.request {
            EmergencyCommand::Raise { signal, about, street } => {
                let id = IncidentId::derived("raised", u64::from(signal.key.is_some()));
                let about = about.unwrap_or(Subject::Device(signal.device.clone()));
                Ok(done(self.write(Incident { street, ..opened(id, about, &signal) }).await))
            }
            EmergencyCommand::Incident { command } => {
                let known = self.known.lock().unwrap().get(&command.incident).cloned();
                let before = known.ok_or_else(|| Problem::new(404, "unknown_incident", "there is none"))?;
                let by = Utterer { actor: &request.actor, caregiver: request.caregiver.as_ref() };
                let next = before
                    .apply(&command, by, SystemClock.now())
                    .map_err(|refusal| Problem::new(refusal.status(), refusal.code(), refusal.to_string()))?;
                Ok(done(self.write(next).await))
            }
            _ => Err(Problem::new(404, "unknown_device", "there are no devices here")),
        }
    }

    /// Durable, with its next revision.
    pub async fn write(&self, mut incident: Incident) -> Incident {
        incident.revision += 1;
        let id = format!("{}-{}", incident.id, incident.revision);
        let event = IncidentEvent { incident: incident.clone() };
        let event =
            CloudEvent::new(id, Service::EmergencyCall.source(), district(), SystemClock.now(), event);
        self.bus.publish(subject::incident(&district(), &incident.id), &event).await.unwrap();
        self.bus.round_trip(super::PATIENCE).await.unwrap();
        self.known.lock().unwrap().insert(incident.id.clone(), incident.clone());
        incident
    }

    /// An elder's button on a street, with one caregiver called.
    pub async fn press(&self, id: &str, elder: &str, street: &str, caregiver: &str) -> Incident {
        let says = domain::alarm::Says::Alarm { cause: AlarmCause::Sos };
        let signal = Signal::new(format!("b-{elder}").parse().unwrap(), domain::alarm::Channel::Mqtt, says);
        let about = Subject::Elder(elder.parse().unwrap());
        let incident = opened(IncidentId::new(id).unwrap(), about, &signal);
        let callee = Callee::Caregiver { caregiver: caregiver.parse().unwrap() };
        let called = Call::new(callee, incident.opened_at, 0, 0);
        self.write(Incident { street: Some(street.parse().unwrap()), calls: vec![called], ..incident }).await
    }
}

fn opened(id: IncidentId, about: Subject, signal: &Signal) -> Incident {
    let at = SystemClock.now();
    let cause = signal.alarm().unwrap();
    let press = Press {
        at,
        occurred_at: None,
        device: signal.device.clone(),
        via: signal.via,
        cause,
        key: signal.key.clone(),
    };
    let mut incident = Incident {
        id,
        revision: 0,
        subject: about,
        device: signal.device.clone(),
        class: domain::device::DeviceClass::Pendant,
        registered: true,
        cause,
        drill: signal.test,
        opened_at: at,
        street: None,
        place: signal.place,
        presses: vec![press],
        more_presses: 0,
        claim: None,
        stage: Stage::Open,
        escalation: Progress {
            plan: "home".to_owned(),
            taken: 1,
            round: 0,
            due: None,
            searching: None,
            exhausted: false,
            extended: false,
        },
        calls: Vec::new(),
        timeline: Vec::new(),
    };
    incident.note(at, Happening::Opened { cause, via: signal.via });
    incident
}

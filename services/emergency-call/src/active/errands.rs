//! What the process has done elsewhere: the nearest searched, people reached, repairs ordered, test calls asked for.
//! Nothing here waits; what comes of it arrives as an input of its own.

use std::time::Duration;

use bus::RequestError;
use domain::{
    command::PlaceOrder,
    escalation::Search,
    geo::Wgs84,
    id::{CommandId, DeviceId, ElderId, IncidentId, OrderId},
    incident::Callee,
    order::{Actor, PayWith},
    priority::Urgency,
    reach::Reach,
    service::ServiceKind,
    time::{Timestamp, Window},
    unit::{Fen, Seconds},
};
use schemas::{
    order::{Accepted, DispatchCommand, DispatchRequest},
    subject::{self, Service},
};
use tokio_util::task::AbortOnDropHandle;

use super::{Active, Other};
use crate::core::{CallKey, Input, Ordered};

/// How long dispatch may take over an order for a repair.
const ORDER_WITHIN: Duration = Duration::from_secs(5);

impl Active {
    pub(super) fn search(&self, incident: IncidentId, search: Search, place: Option<Wgs84>) {
        let (responders, others) = (self.means.responders.clone(), self.others.clone());
        let (now, metrics) = (self.means.clock.now(), self.means.metrics.clone());
        // Bounded by the wait for an answer; its result is nothing to a process that no longer acts.
        tokio::spawn(async move {
            let began = std::time::Instant::now();
            let (caregivers, found) = responders.nearest(&search, place, now).await;
            metrics.search.record(began.elapsed().as_secs_f64() * 1000.0, &[]);
            let (step, round) = (search.step, search.round);
            let _ = others.send(Other::Back(Input::Found { incident, step, round, caregivers, found })).await;
        });
    }

    /// Somebody who is called is reached away from the screens, too.
    pub(super) fn reach(&mut self, (call, callee, kept): (CallKey, Callee, Option<Reach>)) {
        let Some(incident) = self.core.incident(&call.0) else { return };
        let sealed = self.core.sealed_card(incident);
        let card = sealed.and_then(|(device, sealed)| self.means.cards.open_card(&device, &sealed));
        let job = self.means.outbound.job(incident, (call.clone(), &callee), card.as_ref(), kept);
        let running = tokio::spawn(job.run(self.others.clone()));
        self.jobs.insert(call, AbortOnDropHandle::new(running));
    }

    /// The elder is told by whatever channel there is, outside quiet hours; without one the desk's list tells who is due.
    pub(super) fn ask_for_test(&self, device: &DeviceId, elder: ElderId, at: Timestamp) {
        let outbound = self.means.outbound.clone();
        if !outbound.any() {
            return;
        }
        let request = outbound.test_call(device, elder, at);
        // Bounded by the wait for an address.
        tokio::spawn(async move {
            if let Err(problem) = outbound.notice(request).await {
                tracing::warn!(%problem, "an elder was not asked for a test call");
            }
        });
    }

    /// Asks dispatch for a repair.
    pub(super) fn order_repair(&self, device: DeviceId, elder: ElderId, order: OrderId, until: Timestamp) {
        let (bus, others) = (self.means.bus.clone(), self.others.clone());
        let to = subject::command(&self.means.district, Service::Dispatch);
        let now = self.means.clock.now();
        // A repair that is late already is wanted at once.
        let window = Window::new(now, until.max(now + Seconds::hours(1))).ok();
        let place = PlaceOrder {
            elder,
            service: ServiceKind::Repair,
            window,
            minutes: None,
            urgency: Urgency::Normal,
            family_present: false,
            pay_with: PayWith::default(),
            self_pay_up_to: Fen::ZERO,
        };
        let id = CommandId::derived(order.as_str(), 1);
        let command = DispatchCommand::Place { id, order: order.clone(), place };
        let request = DispatchRequest { actor: Actor::SYSTEM, caregiver: None, request: command };
        // Bounded by the wait for an answer.
        tokio::spawn(async move {
            let outcome = match bus.request::<_, Accepted>(to, &request, ORDER_WITHIN).await {
                Ok(_) => Ordered::Taken,
                Err(RequestError::Refused(problem)) if problem.status < 500 => {
                    tracing::warn!(%device, %problem, "the repair of a device was refused");
                    Ordered::Refused
                }
                Err(error) => {
                    tracing::debug!(%device, %error, "the repair of a device could not be ordered yet");
                    Ordered::Away
                }
            };
            let _ = others.send(Other::Back(Input::Ordered { device, order, outcome })).await;
        });
    }
}

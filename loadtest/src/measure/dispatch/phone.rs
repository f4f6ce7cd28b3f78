//! The phones: each accepts what it is offered and taps its way through the visit, in seconds instead of an hour, so
//! that the district does not run out of staff.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use anyhow::Result;
use domain::{
    command::{OrderAction, Verification, VerificationMethod},
    id::{CaregiverId, OfferId},
    order::{Order, Stage},
};
use serde::de::IgnoredAny;

use crate::measure::edge::Caller;

/// All phones of the district.
#[derive(Clone)]
pub struct Phones {
    callers: Arc<HashMap<CaregiverId, Caller>>,
    between: Duration,
    taps: Arc<Mutex<Taps>>,
}

/// What phones have done.
#[derive(Debug, Default, Clone)]
pub struct Taps {
    /// Commands taken.
    pub done: usize,
    /// Commands refused, with the reasons.
    pub refused: Vec<String>,
}

impl Phones {
    /// So much time passes between two taps.
    pub fn new(callers: HashMap<CaregiverId, Caller>, between: Duration) -> Self {
        Self { callers: Arc::new(callers), between, taps: Arc::default() }
    }

    /// What they have done so far.
    pub fn taps(&self) -> Taps {
        self.taps.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// An order as it now is: whoever is asked begins the visit. Each offer is seen once.
    pub fn see(&self, order: &Order) {
        let Stage::Offered(offered) = &order.stage else { return };
        for seat in offered.seats.iter().filter(|seat| seat.accepted_at.is_none()) {
            let Some(caller) = self.callers.get(&seat.caregiver).cloned() else { continue };
            let (phones, order, offer) = (self.clone(), order.clone(), seat.offer.clone());
            tokio::spawn(async move {
                if let Err(error) = phones.visit(&caller, &order, offer).await {
                    phones.note(|taps| taps.refused.push(format!("{error:#}")));
                }
            });
        }
    }

    async fn visit(&self, caller: &Caller, order: &Order, offer: OfferId) -> Result<()> {
        let verification = Verification { method: VerificationMethod::Face, receipt: Some("r-1".to_owned()) };
        let visit = [
            OrderAction::Accept { offer },
            OrderAction::Depart,
            OrderAction::Arrive { place: Some(order.place), exception: None },
            OrderAction::Start { verification },
            OrderAction::Finish,
        ];
        let path = format!("/api/v1/orders/{}/commands", order.id);
        for action in visit {
            tokio::time::sleep(self.between).await;
            let key = format!("{}-{}-{}", order.id, order.revision, action.name());
            let _: IgnoredAny = caller.post(&path, &key, &action).await?;
            self.note(|taps| taps.done += 1);
        }
        Ok(())
    }

    fn note(&self, note: impl FnOnce(&mut Taps)) {
        note(&mut self.taps.lock().unwrap_or_else(PoisonError::into_inner));
    }
}

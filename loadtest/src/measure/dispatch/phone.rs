//! The phones: of every few offers one is accepted and tapped through to the end of the visit, in seconds instead of
//! an hour, so that the district does not run out of staff. The others stay open: each tap is a durable write of its
//! own, and a run is to measure offers, not how many taps a disk can take.

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
    habits: Habits,
    taps: Arc<Mutex<Taps>>,
}

/// How phones behave.
#[derive(Debug, Clone, Copy)]
pub struct Habits {
    /// Of so many offers one is accepted and served.
    pub serve_every: usize,
    /// So much time passes between two taps.
    pub between: Duration,
}

/// What phones have done.
#[derive(Debug, Default, Clone)]
pub struct Taps {
    /// Offers seen.
    pub offers: usize,
    /// Visits begun.
    pub visits: usize,
    /// Commands taken.
    pub done: usize,
    /// Commands refused, with the reasons.
    pub refused: Vec<String>,
}

impl Phones {
    /// Nothing tapped yet.
    pub fn new(callers: HashMap<CaregiverId, Caller>, habits: Habits) -> Self {
        Self { callers: Arc::new(callers), habits, taps: Arc::default() }
    }

    /// What they have done so far.
    pub fn taps(&self) -> Taps {
        self.taps.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// An order as it now is: whoever is asked may begin the visit. Each offer is seen once.
    pub fn see(&self, order: &Order) {
        let Stage::Offered(offered) = &order.stage else { return };
        let mut serve = false;
        self.note(|taps| {
            serve = taps.offers.is_multiple_of(self.habits.serve_every);
            taps.offers += 1;
            taps.visits += usize::from(serve);
        });
        if !serve {
            return;
        }
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
            OrderAction::Arrive { place: Some(order.place), exception: None },
            OrderAction::Start { verification },
            OrderAction::Finish,
        ];
        let path = format!("/api/v1/orders/{}/commands", order.id);
        for action in visit {
            tokio::time::sleep(self.habits.between).await;
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

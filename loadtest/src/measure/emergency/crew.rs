//! Caregivers on shift around the place of the alarms, and elders who order; announced as the registry does.

use std::time::Duration;

use anyhow::{Result, bail, ensure};
use bus::{Bus, StreamSpec};
use domain::{
    caregiver::{CaregiverProfile, Certificate, Duty},
    command::PlaceOrder,
    elder::{Ability, DEFAULT_ARRIVAL_RADIUS, ElderProfile},
    geo::{Datum, Wgs84},
    id::{
        CaregiverId, CommandId, CommunityId, DistrictId, ElderId, OrderId, OrganisationId, StreetId, UserId,
    },
    order::{Actor, PayWith, Role},
    priority::Urgency,
    service::{Qualification, ServiceKind},
    time::{Timestamp, Window},
    unit::{Fen, Metres},
};
use runtime::{Clock, SystemClock};
use schemas::{
    envelope::CloudEvent,
    order::{Accepted, DispatchCommand, DispatchRequest},
    position::{DutyCommand, Fix, Nearest, NearestQuery, PositionReport, Presence},
    profile::{CaregiverProfiled, ElderProfiled},
    subject::{self, Service},
};
use tokio::{sync::mpsc, task::JoinSet};

use crate::measure::pace::Tick;

const ELDERS: usize = 500;
const PATIENCE: Duration = Duration::from_secs(10);

/// The people.
pub struct Crew {
    bus: Bus,
    district: DistrictId,
    caregivers: usize,
}

fn centre() -> Result<Wgs84> {
    Ok(Wgs84::new(98.29, 39.77)?)
}

/// Evenly around the centre, within two kilometres.
fn around(number: usize) -> Result<Wgs84> {
    let turn = number as f64 * 2.399_963;
    let reach = 2000.0 * ((number % 97) as f64 / 97.0).sqrt();
    Ok(centre()?.offset_m(reach * turn.cos(), reach * turn.sin()))
}

impl Crew {
    /// So many caregivers.
    pub fn new(bus: &Bus, district: &DistrictId, caregivers: usize) -> Self {
        Self { bus: bus.clone(), district: district.clone(), caregivers }
    }

    /// Everybody is announced, goes on shift and says where they are.
    ///
    /// # Errors
    /// If the bus or caregiver-location refuses.
    pub async fn come_to_work(&self) -> Result<()> {
        let d = &self.district;
        self.bus.reconcile(&StreamSpec::all(d, 1)).await?;
        let now = SystemClock.now();
        let always = Window::new(Timestamp::from_millis(0), now.plus_millis(1 << 40))?;
        for number in 0..ELDERS {
            let elder = ElderProfile {
                id: ElderId::new(format!("e{number}"))?,
                place: around(number * 7)?,
                street: StreetId::new("s")?,
                community: CommunityId::new("c")?,
                ability: Ability::Intact,
                priority_classes: [].into(),
                blocked: [].into(),
                preferred: [].into(),
                arrival_radius: DEFAULT_ARRIVAL_RADIUS,
                closed: false,
            };
            let to = subject::elder_profile(d, &elder.id);
            let id = format!("profile-{}", elder.id);
            let event = CloudEvent::new(id, "/registry", d.clone(), now, ElderProfiled { elder });
            self.bus.publish(to, &event).await?;
        }
        for number in 0..self.caregivers {
            let caregiver = CaregiverProfile {
                id: CaregiverId::new(format!("c{number}"))?,
                organisation: OrganisationId::new("o")?,
                street: StreetId::new("s")?,
                mode: domain::caregiver::TravelMode::EBike,
                certificates: vec![Certificate { qualification: Qualification::ElderCare, valid: always }],
                health_certificate: Some(always),
                trained: true,
                shifts: vec![always],
                breaks: Vec::new(),
                off: Vec::new(),
                max_radius: Metres(8000),
                rating: None,
                suspended: false,
            };
            let to = subject::caregiver_profile(d, &caregiver.id);
            let id = format!("profile-{}", caregiver.id);
            let event = CloudEvent::new(id, "/registry", d.clone(), now, CaregiverProfiled { caregiver });
            self.bus.publish(to, &event).await?;
        }
        self.bus.round_trip(PATIENCE).await?;
        for number in 0..self.caregivers {
            self.on_shift(&CaregiverId::new(format!("c{number}"))?, around(number)?).await?;
        }
        Ok(())
    }

    /// Asked again until caregiver-location knows the caregiver.
    async fn on_shift(&self, who: &CaregiverId, place: Wgs84) -> Result<()> {
        let to = subject::command(&self.district, Service::CaregiverLocation);
        let command = DutyCommand {
            id: CommandId::derived(who.as_str(), 1),
            actor: Actor::SYSTEM,
            caregiver: who.clone(),
            duty: Duty::On,
            occurred_at: None,
        };
        let deadline = tokio::time::Instant::now() + PATIENCE;
        while let Err(error) = self.bus.request::<_, Presence>(to.clone(), &command, PATIENCE).await {
            if tokio::time::Instant::now() > deadline {
                bail!("{who} cannot go on shift: {error}");
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        let fix = Fix {
            at: SystemClock.now(),
            lon: place.lon(),
            lat: place.lat(),
            datum: Some(Datum::Wgs84),
            accuracy: Some(10.0),
            battery: None,
        };
        let report = PositionReport { fixes: vec![fix] };
        Ok(self.bus.publish(subject::position_report(&self.district, who), &report).await?)
    }

    /// Waits until the nearest are found.
    ///
    /// # Errors
    /// If they are not.
    pub async fn until_found(&self) -> Result<()> {
        let to = subject::ask(&self.district, Service::CaregiverLocation, "nearest");
        let query = NearestQuery {
            place: centre()?,
            k: 3,
            within: Metres(3000),
            by_road: true,
            qualifications: vec![Qualification::ElderCare],
            available: true,
            spare: None,
        };
        let deadline = tokio::time::Instant::now() + PATIENCE;
        loop {
            let asked = self.bus.request::<_, Nearest>(to.clone(), &query, PATIENCE).await;
            if asked.is_ok_and(|nearest| nearest.found.len() == 3) {
                return Ok(());
            }
            ensure!(tokio::time::Instant::now() < deadline, "nobody is found near the alarms");
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    }

    /// Places an order at each tick; answers how many were taken.
    ///
    /// # Errors
    /// If most are refused.
    pub async fn place(&self, mut due: mpsc::UnboundedReceiver<Tick>) -> Result<u64> {
        let mut work: JoinSet<bool> = JoinSet::new();
        let to = subject::command(&self.district, Service::Dispatch);
        let run = SystemClock.now().as_millis();
        while let Some(tick) = due.recv().await {
            let name = format!("o-{run}-{}", tick.number);
            let place = PlaceOrder {
                elder: ElderId::new(format!("e{}", tick.number as usize % ELDERS))?,
                service: ServiceKind::PersonalCare,
                window: None,
                minutes: None,
                urgency: Urgency::Normal,
                family_present: false,
                pay_with: PayWith::default(),
                self_pay_up_to: Fen::ZERO,
            };
            let request = DispatchRequest {
                actor: Actor { role: Role::Operator, user: Some(UserId::new("desk")?) },
                caregiver: None,
                request: DispatchCommand::Place {
                    id: CommandId::new(&name)?,
                    order: OrderId::new(&name)?,
                    place,
                },
            };
            let (bus, to) = (self.bus.clone(), to.clone());
            work.spawn(async move { bus.request::<_, Accepted>(to, &request, PATIENCE).await.is_ok() });
        }
        let (mut taken, mut refused) = (0, 0);
        while let Some(done) = work.join_next().await {
            if done? { taken += 1 } else { refused += 1 }
        }
        ensure!(refused <= taken, "{refused} orders of {} were refused", taken + refused);
        Ok(taken)
    }
}

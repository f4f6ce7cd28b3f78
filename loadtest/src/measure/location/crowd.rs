//! The people whose positions are measured: where they stand on the streets, how they fidget, and their reports as
//! bytes, made beforehand so that making them costs the run next to nothing.

use std::{path::Path, time::Duration};

use anyhow::{Context, Result, ensure};
use bus::{Bus, RequestError, StreamSpec, Subject, ToSubject};
use bytes::{Bytes, BytesMut};
use domain::{
    caregiver::{CaregiverProfile, Duty},
    geo::Wgs84,
    id::{CaregiverId, CommandId, DistrictId, OrganisationId, StreetId},
    order::Actor,
    time::{Timestamp, Window},
    unit::Metres,
};
use futures::{StreamExt, TryStreamExt, stream};
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;
use roads::{GenerateParams, Profile, Roads};
use runtime::{Clock, SystemClock};
use schemas::{
    envelope::CloudEvent,
    position::{DutyCommand, Nearest, NearestQuery, Presence},
    profile::CaregiverProfiled,
    subject::{self, Service},
};

use super::Args;
use crate::measure::place::{Rounded, centre_of, somewhere};

/// Everyone stands at one of so many spots, metres apart: they move, and nobody is taken to have jumped.
const SPOTS: usize = 8;
/// How long a question may take.
pub const PATIENCE: Duration = Duration::from_secs(10);

/// The people.
pub struct Crowd {
    /// Their district.
    pub district: DistrictId,
    /// Their streets.
    pub roads: Roads,
    /// Everyone; the last stands far from all others, and tells how far the index has come.
    pub people: Vec<Person>,
    /// Where to ask who is nearest.
    pub ask: Subject,
    /// Counts everyone's reports; which spot they stand at follows from it.
    round: usize,
    last_at: Timestamp,
    rng: ChaCha8Rng,
}

/// One of them.
pub struct Person {
    /// Who.
    pub id: CaregiverId,
    /// Where to their reports go.
    pub subject: Subject,
    spots: Vec<Spot>,
}

struct Spot {
    place: Wgs84,
    /// The report, behind the time.
    tail: Vec<u8>,
}

const HEAD: &[u8] = br#"{"fixes":[{"at":""#;

impl Crowd {
    /// Places everyone on the streets.
    ///
    /// # Errors
    /// If the map cannot be read.
    pub fn new(args: &Args, district: DistrictId) -> Result<Self> {
        let roads = streets(args.map.as_deref(), args.side_km)?;
        let mut rng = ChaCha8Rng::seed_from_u64(args.seed);
        let mut people = Vec::with_capacity(args.caregivers);
        for number in 0..args.caregivers {
            let home = somewhere(&roads, &mut rng)?;
            people.push(Person::new(&district, number, home, &mut rng)?);
        }
        if let Some(outpost) = people.last_mut() {
            let (centre, radius) = centre_of(&roads)?;
            let far = centre.offset_m(radius + 5_000.0, 0.0);
            *outpost = Person::new(&district, args.caregivers - 1, far, &mut rng)?;
        }
        let ask = subject::ask(&district, Service::CaregiverLocation, "nearest").to_subject();
        Ok(Self { district, roads, people, ask, round: 0, last_at: Timestamp::from_millis(0), rng })
    }

    /// Announces everyone's profile, as the registry does.
    ///
    /// # Errors
    /// If the bus does not take them.
    pub async fn register(&self, bus: &Bus) -> Result<()> {
        bus.reconcile(&StreamSpec::all(&self.district, 1)).await?;
        for person in &self.people {
            let caregiver = profile(&person.id)?;
            let (id, at) = (format!("profile-{}", person.id), SystemClock.now());
            let event =
                CloudEvent::new(id, "/registry", self.district.clone(), at, CaregiverProfiled { caregiver });
            bus.publish(subject::caregiver_profile(&self.district, &person.id), &event).await?;
        }
        Ok(bus.round_trip(PATIENCE).await?)
    }

    /// Everyone starts their shift.
    ///
    /// # Errors
    /// If the service refuses somebody.
    pub async fn go_on_shift(&self, bus: &Bus) -> Result<()> {
        let to = subject::command(&self.district, Service::CaregiverLocation).to_subject();
        let commands = self.people.iter().map(|person| {
            let (to, id) = (to.clone(), person.id.clone());
            async move { on_duty(bus, to, id).await }
        });
        stream::iter(commands).buffer_unordered(256).try_collect::<Vec<_>>().await?;
        Ok(())
    }

    /// How long one report is.
    pub fn payload_bytes(&self) -> usize {
        let tail = self.people.first().and_then(|person| person.spots.first()).map_or(0, |s| s.tail.len());
        HEAD.len() + "2026-01-01T00:00:00.000Z".len() + tail
    }

    /// Everyone's next report: where to, and the bytes. Answers also with the time they carry.
    pub fn next_round(&mut self) -> (Timestamp, Vec<Bytes>) {
        self.round += 1;
        // Later than the reports before, whatever the clock says.
        let at = SystemClock.now().max(self.last_at.plus_millis(1));
        self.last_at = at;
        let time = at.to_string();
        let mut block = BytesMut::new();
        let round = self.round;
        let report = |person: &Person| {
            block.extend_from_slice(HEAD);
            block.extend_from_slice(time.as_bytes());
            block.extend_from_slice(person.spot(round).map_or(b"", |spot| &spot.tail));
            block.split().freeze()
        };
        (at, self.people.iter().map(report).collect())
    }

    /// The time of the last reports made.
    pub const fn last_at(&self) -> Timestamp {
        self.last_at
    }

    /// Where a person stands by their last report.
    pub fn place(&self, person: &Person) -> Option<Wgs84> {
        person.spot(self.round).map(|spot| spot.place)
    }

    /// One last quiet round, and waits until it is in the index.
    ///
    /// # Errors
    /// If it does not get there.
    pub async fn settle(&mut self, bus: &Bus) -> Result<()> {
        let (at, reports) = self.next_round();
        for (person, report) in self.people.iter().zip(reports) {
            bus.publish_bytes(person.subject.clone(), report).await?;
        }
        let deadline = std::time::Instant::now() + PATIENCE;
        let outpost = self.outpost()?;
        while outpost.seen(bus).await? != Some(at) {
            ensure!(std::time::Instant::now() < deadline, "the last reports did not reach the index");
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
        Ok(())
    }

    /// How to learn how far the index has come.
    ///
    /// # Errors
    /// If there is nobody.
    pub fn outpost(&self) -> Result<Outpost> {
        let spot = self.people.last().and_then(|last| last.spots.first()).context("nobody")?;
        Ok(Outpost { ask: self.ask.clone(), place: spot.place })
    }

    /// Questions from anywhere on the streets: the 10 nearest within 3 km.
    ///
    /// # Errors
    /// If there are no streets.
    pub fn questions(&mut self, count: usize, by_road: bool) -> Result<Vec<NearestQuery>> {
        let (roads, rng) = (&self.roads, &mut self.rng);
        std::iter::repeat_with(|| Ok(question(somewhere(roads, rng)?, by_road))).take(count).collect()
    }
}

/// Where the last person stands, far from all others. Reports are taken in order, so when their latest is in the
/// index, so are all before it.
#[derive(Clone)]
pub struct Outpost {
    ask: Subject,
    place: Wgs84,
}

impl Outpost {
    /// The time of the last person's latest report in the index.
    ///
    /// # Errors
    /// If the service does not answer.
    pub async fn seen(&self, bus: &Bus) -> Result<Option<Timestamp>> {
        let query = NearestQuery { k: 1, within: Metres(100), ..question(self.place, false) };
        let nearest: Nearest = bus.request(self.ask.clone(), &query, PATIENCE).await?;
        Ok(nearest.found.first().map(|near| near.at))
    }
}

impl Person {
    fn new(district: &DistrictId, number: usize, home: Wgs84, rng: &mut ChaCha8Rng) -> Result<Self> {
        let id = CaregiverId::new(format!("c{number:05}"))?;
        let subject = subject::position_report(district, &id).to_subject();
        let mut spot = || Spot::at(home.offset_m(rng.random_range(-8.0..8.0), rng.random_range(-8.0..8.0)));
        let spots = std::iter::repeat_with(&mut spot).take(SPOTS).collect::<Result<_>>()?;
        Ok(Self { id, subject, spots })
    }

    fn spot(&self, round: usize) -> Option<&Spot> {
        self.spots.get(round % SPOTS)
    }
}

impl Spot {
    fn at(place: Wgs84) -> Result<Self> {
        let Rounded { place, lon, lat } = Rounded::of(place)?;
        let tail = format!(r#"","lon":{lon},"lat":{lat},"datum":"wgs84","accuracy":8.5,"battery":80}}]}}"#);
        Ok(Self { place, tail: tail.into_bytes() })
    }
}

/// The 10 nearest within 3 km.
pub const fn question(place: Wgs84, by_road: bool) -> NearestQuery {
    NearestQuery {
        place,
        k: 10,
        within: Metres(3000),
        by_road,
        qualifications: Vec::new(),
        available: false,
        spare: None,
    }
}

fn streets(map: Option<&Path>, side_km: f64) -> Result<Roads> {
    if let Some(map) = map {
        return Roads::open(map).with_context(|| format!("cannot open {}", map.display()));
    }
    let params = GenerateParams { seed: 1, centre: Wgs84::new(98.29, 39.77)?, side_km };
    Ok(Roads::prepare(&roads::generate(&params)?, &[Profile::EBike])?)
}

fn profile(id: &CaregiverId) -> Result<CaregiverProfile> {
    let now = SystemClock.now();
    let day = 24 * 3600 * 1000;
    let shift = Window::new(now.plus_millis(-day), now.plus_millis(day))?;
    Ok(CaregiverProfile {
        id: id.clone(),
        organisation: OrganisationId::new("o1")?,
        street: StreetId::new("s1")?,
        mode: domain::caregiver::TravelMode::EBike,
        certificates: Vec::new(),
        health_certificate: Some(shift),
        trained: true,
        shifts: vec![shift],
        breaks: Vec::new(),
        off: Vec::new(),
        max_radius: Metres(8000),
        rating: None,
        suspended: false,
    })
}

/// Repeated until the service knows the profile; it follows them as they come.
async fn on_duty(bus: &Bus, to: Subject, caregiver: CaregiverId) -> Result<()> {
    let command = DutyCommand {
        id: CommandId::new(format!("on-{caregiver}"))?,
        actor: Actor::SYSTEM,
        caregiver,
        duty: Duty::On,
        occurred_at: None,
    };
    let deadline = std::time::Instant::now() + PATIENCE * 3;
    loop {
        let answer: Result<Presence, RequestError> = bus.request(to.clone(), &command, PATIENCE).await;
        match answer {
            Ok(_) => return Ok(()),
            Err(error) if std::time::Instant::now() > deadline => {
                return Err(error).context("cannot start a shift");
            }
            Err(_) => tokio::time::sleep(Duration::from_millis(50)).await,
        }
    }
}

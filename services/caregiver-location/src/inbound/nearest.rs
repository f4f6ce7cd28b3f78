//! Answers who is nearest: inline in the loop that takes the questions, from memory that is reused.
//!
//! By road: a longer shortlist by the crow is ranked by travel time. Where somebody stands on the road network is
//! found once for each place they report, when first asked for, and kept.

use std::{sync::Arc, time::Instant};

use bus::{Bus, Message, SubscribeError, Subscription};
use bytes::{BufMut, Bytes, BytesMut};
use domain::{
    caregiver::TravelMode, decision::Leg, geo::Wgs84, id::DistrictId, time::Timestamp, unit::Metres,
};
use futures::StreamExt;
use roads::{Place, Profile, Roads, TravelTime};
use runtime::{BoxError, SharedClock};
use schemas::{
    position::NearestQuery,
    problem::{Problem, Reply},
    subject::{self, Service},
};
use serde::Serialize;
use tokio_util::sync::CancellationToken;

use super::instant::At;
use crate::{
    core::nearest::{Found, Search, check},
    metrics::Metrics,
    shared::Shared,
};

/// A shortlist is never longer: a ranking by road looks at so many people at most.
const LONGEST_SHORTLIST: usize = 300;
/// … and has at least so many more than asked for.
const SPARE: usize = 10;
/// Answers are cut from blocks of this size.
const BLOCK: usize = 64 * 1024;
/// An answer is hardly ever longer.
const ANSWER: usize = 2 * 1024;

/// Takes questions.
pub(crate) struct Questions {
    bus: Bus,
    requests: Subscription,
    answerer: Answerer,
}

/// What it takes to answer.
struct Answerer {
    core: Shared,
    roads: Arc<Roads>,
    clock: SharedClock,
    metrics: Metrics,
    shortlist_factor: usize,
    search: Search,
    /// Where each caregiver stands on the roads, by number.
    places: Vec<Option<Place>>,
    candidates: Vec<Candidate>,
    sources: Vec<Place>,
    times: Vec<TravelTime>,
    out: BytesMut,
}

#[derive(Debug)]
struct Candidate {
    number: u32,
    caregiver: domain::id::CaregiverId,
    place: Wgs84,
    at: Timestamp,
    distance: Metres,
    mode: TravelMode,
    travel: Option<TravelTime>,
}

/// [`schemas::position::Near`] without owning the name.
#[derive(Serialize)]
struct NearRef<'a> {
    caregiver: &'a str,
    place: Wgs84,
    at: At,
    distance: Metres,
    #[serde(skip_serializing_if = "Option::is_none")]
    leg: Option<Leg>,
}

/// What the questions are answered with.
pub(crate) struct Means {
    pub(crate) core: Shared,
    pub(crate) roads: Arc<Roads>,
    pub(crate) clock: SharedClock,
    pub(crate) metrics: Metrics,
    pub(crate) shortlist_factor: u16,
}

impl Questions {
    /// Subscribes, sharing the questions with all replicas; they wait until [`Questions::run`].
    pub(crate) async fn new(bus: &Bus, district: &DistrictId, means: Means) -> Result<Self, SubscribeError> {
        let service = Service::CaregiverLocation;
        let subject = subject::ask(district, service, "nearest");
        let requests = bus.queue_subscribe(&subject, service.as_str()).await?;
        Ok(Self { bus: bus.clone(), requests, answerer: Answerer::new(means) })
    }

    /// Answers until told to stop, and then what has arrived.
    ///
    /// # Errors
    /// If the subscription ends although nobody asked it to, which means that the connection was closed.
    pub(crate) async fn run(mut self, stop: CancellationToken) -> Result<(), BoxError> {
        let mut stopping = false;
        loop {
            tokio::select! {
                biased;
                () = stop.cancelled(), if !stopping => {
                    stopping = true;
                    self.requests.drain().await;
                }
                request = self.requests.next() => match request {
                    Some(request) => self.answer(&request).await,
                    None => break,
                },
            }
        }
        if stopping {
            Ok(())
        } else {
            Err("no more questions who is nearest: the connection was closed".into())
        }
    }

    async fn answer(&mut self, request: &Message) {
        let Some(to) = request.reply() else { return };
        let answer = self.answerer.answer(request.payload());
        if let Err(error) = self.bus.publish_bytes(to.clone(), answer).await {
            tracing::warn!(%error, "the answer who is nearest could not be sent");
        }
    }
}

impl Answerer {
    fn new(means: Means) -> Self {
        Self {
            core: means.core,
            roads: means.roads,
            clock: means.clock,
            metrics: means.metrics,
            shortlist_factor: usize::from(means.shortlist_factor),
            search: Search::default(),
            places: Vec::new(),
            candidates: Vec::new(),
            sources: Vec::new(),
            times: Vec::new(),
            out: BytesMut::new(),
        }
    }

    fn answer(&mut self, question: &[u8]) -> Bytes {
        let began = Instant::now();
        if self.out.capacity() < ANSWER {
            self.out.reserve(BLOCK);
        }
        let query: Result<NearestQuery, Problem> =
            serde_json::from_slice(question).map_err(|error| Problem::malformed(error.to_string()));
        let outcome = query.and_then(|query| {
            check(&query)?;
            if query.by_road { self.by_road(&query) } else { self.by_the_crow(&query) }
                .map_err(|error| unwritable(&error))?;
            Ok(query.by_road)
        });
        match outcome {
            Ok(by_road) => self.metrics.nearest(began.elapsed(), by_road),
            Err(problem) => {
                self.out.clear();
                // A problem is text and numbers; that has a form in JSON.
                let _ = serde_json::to_writer((&mut self.out).writer(), &Reply::<()>::Problem(problem));
            }
        }
        self.out.split().freeze()
    }

    fn by_the_crow(&mut self, query: &NearestQuery) -> serde_json::Result<()> {
        let now = self.clock.now();
        let core = self.core.read();
        let found = core.shortlist(query, usize::from(query.k), now, &mut self.search);
        write_found(&mut self.out, found.map(|found| NearRef::from(&found)))
    }

    fn by_road(&mut self, query: &NearestQuery) -> serde_json::Result<()> {
        let k = usize::from(query.k);
        let longest = (k * self.shortlist_factor).max(k + SPARE).min(LONGEST_SHORTLIST);
        let now = self.clock.now();
        self.candidates.clear();
        {
            let core = self.core.read();
            self.candidates
                .extend(core.shortlist(query, longest, now, &mut self.search).map(Candidate::from));
        }
        for mode in [TravelMode::Walk, TravelMode::EBike, TravelMode::Car] {
            self.travel(mode, query.place);
        }
        self.candidates.sort_by_key(|c| (c.travel.map_or(u64::MAX, |t| t.millis), c.distance));
        write_found(&mut self.out, self.candidates.iter().take(k).map(NearRef::from))
    }

    /// Finds the travel times of those who travel like that.
    fn travel(&mut self, mode: TravelMode, to: Wgs84) {
        let profile = Profile::from(mode);
        self.sources.clear();
        for candidate in self.candidates.iter().filter(|c| c.mode == mode) {
            let number = candidate.number as usize;
            if self.places.len() <= number {
                self.places.resize(number + 1, None);
            }
            let Some(kept) = self.places.get_mut(number) else { continue };
            let place = match *kept {
                Some(place) if place.at() == candidate.place && place.profile() == profile => place,
                _ => *kept.insert(self.roads.snap(profile, candidate.place)),
            };
            self.sources.push(place);
        }
        if self.sources.is_empty() {
            return;
        }
        let target = self.roads.snap(profile, to);
        self.roads.many_to_one_into(profile, &self.sources, &target, &mut self.times);
        let same = self.candidates.iter_mut().filter(|c| c.mode == mode);
        for (candidate, time) in same.zip(&self.times) {
            candidate.travel = Some(*time);
        }
    }
}

fn write_found<'a>(out: &mut BytesMut, found: impl Iterator<Item = NearRef<'a>>) -> serde_json::Result<()> {
    out.put_slice(br#"{"ok":{"found":["#);
    for (near, place) in found.zip(0..) {
        if place > 0 {
            out.put_u8(b',');
        }
        serde_json::to_writer(out.writer(), &near)?;
    }
    out.put_slice(b"]}}");
    Ok(())
}

fn unwritable(error: &serde_json::Error) -> Problem {
    Problem::new(500, "unwritable_answer", error.to_string())
}

impl<'a> From<&Found<'a>> for NearRef<'a> {
    fn from(found: &Found<'a>) -> Self {
        let Found { caregiver, place, at, distance, .. } = *found;
        Self { caregiver: caregiver.as_str(), place, at: At(at), distance, leg: None }
    }
}

impl<'a> From<&'a Candidate> for NearRef<'a> {
    fn from(candidate: &'a Candidate) -> Self {
        Self {
            caregiver: candidate.caregiver.as_str(),
            place: candidate.place,
            at: At(candidate.at),
            distance: candidate.distance,
            leg: candidate.travel.map(Leg::from),
        }
    }
}

impl From<Found<'_>> for Candidate {
    fn from(found: Found<'_>) -> Self {
        Self {
            number: found.number,
            caregiver: found.caregiver.clone(),
            place: found.place,
            at: found.at,
            distance: found.distance,
            mode: found.mode,
            travel: None,
        }
    }
}

//! The core behind a lock, the wake-ups it asks for, and a client's stream as an HTTP body.

use std::{
    collections::{BTreeSet, HashMap, VecDeque},
    convert::Infallible,
    pin::Pin,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    task::{Context, Poll, Waker},
    time::{Duration, Instant},
};

use bytes::Bytes;
use domain::time::Timestamp;
use futures::Stream;
use schemas::problem::Problem;

use super::{
    audience::Audience,
    core::{Core, Settings},
    frame::{Event, Parts, RETRY},
    hub::{ClientId, Place, Pulled, Resumed},
};
use crate::access::{sessions::Sessions, token::Claims};

/// A snapshot may serve others who connect within this time; the log tells them what happened since.
const SNAPSHOT_SERVES: Duration = Duration::from_secs(2);

/// What a snapshot needs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Source {
    /// Orders.
    Orders,
    /// Who lives and works here.
    Profiles,
    /// Who is on shift.
    Presence,
}

#[derive(Debug)]
struct Inner {
    core: Core,
    wakers: HashMap<ClientId, Waker>,
    claims: HashMap<ClientId, Claims>,
    snapshots: HashMap<Audience, Cached>,
    /// Sources whose history is not in yet.
    behind: BTreeSet<Source>,
}

#[derive(Debug, Clone)]
struct Cached {
    frame: Bytes,
    next: Place,
    made: Instant,
}

/// The live stream of the district.
#[derive(Debug)]
pub struct Live {
    inner: Mutex<Inner>,
    /// One snapshot is made at a time, so that a thousand clients who come at once share it.
    making: tokio::sync::Mutex<()>,
    /// Counts the changes, for those who wait for one.
    changes: tokio::sync::watch::Sender<u64>,
    max_streams: usize,
}

impl Live {
    /// Nothing known yet.
    pub fn new(settings: Settings, max_streams: usize, now: Timestamp) -> Arc<Self> {
        let inner = Inner {
            core: Core::new(settings, now),
            wakers: HashMap::new(),
            claims: HashMap::new(),
            snapshots: HashMap::new(),
            behind: BTreeSet::from([Source::Orders, Source::Profiles, Source::Presence]),
        };
        Arc::new(Self {
            inner: Mutex::new(inner),
            making: tokio::sync::Mutex::default(),
            changes: tokio::sync::watch::Sender::default(),
            max_streams,
        })
    }

    fn lock(&self) -> MutexGuard<'_, Inner> {
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Reads the state.
    pub fn read<T>(&self, read: impl FnOnce(&Core) -> T) -> T {
        read(&self.lock().core)
    }

    /// Changes the state and wakes those it concerns.
    pub fn change(&self, change: impl FnOnce(&mut Core) -> Vec<ClientId>) {
        let wakers: Vec<Waker> = {
            let mut inner = self.lock();
            let woken = change(&mut inner.core);
            woken.iter().filter_map(|id| inner.wakers.remove(id)).collect()
        };
        wakers.into_iter().for_each(Waker::wake);
        self.changes.send_modify(|count| *count = count.wrapping_add(1));
    }

    /// Waits until the state holds what was just done elsewhere, so that whoever did it reads their own deed; no longer
    /// than `within`.
    pub async fn until(&self, within: Duration, holds: impl Fn(&Core) -> bool) -> bool {
        let mut changes = self.changes.subscribe();
        let seen = async {
            while !self.read(&holds) {
                if changes.changed().await.is_err() {
                    return false;
                }
            }
            true
        };
        tokio::time::timeout(within, seen).await.unwrap_or(false)
    }

    /// A source's history is in; streams begin when all of them are.
    pub fn caught_up(&self, source: Source) {
        self.lock().behind.remove(&source);
    }

    /// A source begins anew.
    pub fn fell_behind(&self, source: Source) {
        self.lock().behind.insert(source);
    }

    /// How many watch.
    pub fn clients(&self) -> usize {
        self.lock().core.hub.clients()
    }

    /// Pings the quiet ones, and ends the streams of those whose sign-in is over.
    pub fn ping(&self, sessions: &Sessions, wall: Timestamp) {
        self.change_inner(|inner| {
            let over = inner.claims.iter().filter(|(_, claims)| !sessions.stands(claims, wall));
            let over: Vec<ClientId> = over.map(|(id, _)| *id).collect();
            for id in &over {
                inner.core.hub.close(*id, "signed_out");
            }
            inner.snapshots.retain(|_, cached| cached.made.elapsed() < SNAPSHOT_SERVES);
            let mut woken = inner.core.hub.ping();
            woken.extend(over);
            woken
        });
    }

    /// Ends all streams.
    pub fn close_all(&self, reason: &str) {
        self.change(|core| core.hub.close_all(reason));
    }

    fn change_inner(&self, change: impl FnOnce(&mut Inner) -> Vec<ClientId>) {
        let wakers: Vec<Waker> = {
            let mut inner = self.lock();
            let woken = change(&mut inner);
            woken.iter().filter_map(|id| inner.wakers.remove(id)).collect()
        };
        wakers.into_iter().for_each(Waker::wake);
    }

    /// Begins a stream: after the cursor if the log reaches back to it, with a snapshot otherwise.
    ///
    /// # Errors
    /// `starting` while the history is not in, `too_many_streams`.
    pub async fn open(
        self: &Arc<Self>,
        claims: &Claims,
        cursor: Option<u64>,
        now: Timestamp,
    ) -> Result<LiveStream, Problem> {
        let audience = Audience::of(claims);
        {
            let mut inner = self.lock();
            if !inner.behind.is_empty() {
                let detail = "the edge is reading the district's history; try again in a moment";
                return Err(Problem { retry_after: Some(1), ..Problem::new(503, "starting", detail) });
            }
            if inner.core.hub.clients() >= self.max_streams {
                let detail = "no more live streams can be opened just now";
                return Err(Problem {
                    retry_after: Some(5),
                    ..Problem::new(503, "too_many_streams", detail)
                });
            }
            if let Some(cursor) = cursor {
                let resumed = inner.core.hub.resume(cursor);
                // Whose staff an order concerned is not known of the time before a restart.
                let blind = |r: &Resumed| r.refresh && matches!(audience, Audience::Organisation(..));
                return Ok(match resumed.filter(|resumed| !blind(resumed)) {
                    Some(resumed) => {
                        let mut greeting = vec![RETRY];
                        if resumed.refresh {
                            greeting.extend(refreshed(&inner.core.snapshot(&audience, now).0));
                        }
                        self.connect(&mut inner, audience, claims, greeting, resumed.from)
                    }
                    None => self.refuse(&mut inner, audience, claims),
                });
            }
        }
        self.open_with_snapshot(audience, claims, now).await
    }

    async fn open_with_snapshot(
        self: &Arc<Self>,
        audience: Audience,
        claims: &Claims,
        now: Timestamp,
    ) -> Result<LiveStream, Problem> {
        let shared = matches!(audience, Audience::Staff(..) | Audience::Organisation(..));
        let _making = if shared { Some(self.making.lock().await) } else { None };
        loop {
            let (parts, next) = {
                let mut inner = self.lock();
                let fresh = inner.snapshots.get(&audience).cloned().filter(|cached| {
                    cached.made.elapsed() < SNAPSHOT_SERVES && inner.core.hub.reaches(cached.next.entry)
                });
                if let Some(cached) = fresh {
                    let greeting = vec![RETRY, cached.frame];
                    return Ok(self.connect(&mut inner, audience, claims, greeting, cached.next));
                }
                inner.core.snapshot(&audience, now)
            };
            let made = Instant::now();
            let frame = tokio::task::spawn_blocking(move || Event::Snapshot(&parts).frame()).await.map_err(
                |error| Problem::new(500, "internal", format!("no snapshot could be made: {error}")),
            )?;
            let mut inner = self.lock();
            if !inner.core.hub.reaches(next.entry) {
                // So much happened meanwhile that the log has moved on; begin again.
                continue;
            }
            if shared {
                inner.snapshots.insert(audience.clone(), Cached { frame: frame.clone(), next, made });
            }
            return Ok(self.connect(&mut inner, audience, claims, vec![RETRY, frame], next));
        }
    }

    /// A stream that says nothing but that the cursor is of no use.
    fn refuse(self: &Arc<Self>, inner: &mut Inner, audience: Audience, claims: &Claims) -> LiveStream {
        let next = inner.core.hub.now();
        let stream = self.connect(inner, audience, claims, Vec::new(), next);
        inner.core.hub.close(stream.id, "cursor_too_old");
        stream
    }

    fn connect(
        self: &Arc<Self>,
        inner: &mut Inner,
        audience: Audience,
        claims: &Claims,
        greeting: Vec<Bytes>,
        from: Place,
    ) -> LiveStream {
        let id = inner.core.hub.connect(audience, greeting, from);
        inner.claims.insert(id, claims.clone());
        LiveStream { live: Arc::clone(self), id, ready: VecDeque::new() }
    }
}

/// What else may have happened while nobody was there to see: everyone's presence and profile, the figures, how the
/// services are, and where everyone is.
fn refreshed(parts: &Parts) -> Vec<Bytes> {
    let mut frames: Vec<Bytes> = Vec::new();
    frames.extend(parts.caregivers.iter().map(|caregiver| Event::Caregiver { caregiver }.frame()));
    frames.extend(parts.presences.iter().map(|presence| Event::Presence { presence }.frame()));
    frames.extend(parts.services.iter().map(|service| Event::Service { service }.frame()));
    frames.extend(parts.dead_letters.iter().map(|letter| Event::DeadLetter { letter }.frame()));
    frames.extend(parts.incidents.iter().map(|incident| super::core::incident_frame(incident)));
    frames.push(Event::Kpi { kpi: parts.kpi }.frame());
    let positions: Vec<Bytes> = parts.positions.iter().map(|p| super::frame::position(p)).collect();
    frames.extend(super::frame::positions(positions.iter()));
    frames
}

/// One client's stream. Dropping it disconnects the client.
#[derive(Debug)]
pub struct LiveStream {
    live: Arc<Live>,
    id: ClientId,
    /// Pulled, not handed on yet.
    ready: VecDeque<Bytes>,
}

impl Stream for LiveStream {
    type Item = Result<Bytes, Infallible>;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        if let Some(frame) = self.ready.pop_front() {
            return Poll::Ready(Some(Ok(frame)));
        }
        let pulled = {
            let mut inner = self.live.lock();
            let pulled = inner.core.hub.pull(self.id);
            if pulled == Pulled::Nothing {
                inner.wakers.insert(self.id, context.waker().clone());
            }
            pulled
        };
        match pulled {
            Pulled::Frames(frames) => {
                self.ready = frames.into();
                Poll::Ready(self.ready.pop_front().map(Ok))
            }
            Pulled::Nothing => Poll::Pending,
            Pulled::Over => Poll::Ready(None),
        }
    }
}

impl Drop for LiveStream {
    fn drop(&mut self) {
        let mut inner = self.live.lock();
        inner.core.hub.disconnect(self.id);
        inner.wakers.remove(&self.id);
        inner.claims.remove(&self.id);
    }
}

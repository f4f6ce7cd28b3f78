//! Where everyone is, sent in rounds: a client gets the latest position of each who moved since the round it saw last,
//! however many rounds it missed.

use std::collections::HashMap;

use bytes::Bytes;
use domain::id::CaregiverId;
use schemas::position::Position;
use std::sync::Arc;

use super::{
    audience::{Audience, Belongs, Kind},
    frame,
};

#[derive(Debug, Clone)]
struct Known {
    position: Arc<Position>,
    belongs: Belongs,
    json: Bytes,
    /// The round in which it last moved.
    moved: u64,
}

/// The latest position of each.
#[derive(Debug, Default)]
pub struct Positions {
    known: HashMap<CaregiverId, Known>,
    /// The round that was closed last.
    round: u64,
    /// Moved in the round that is open.
    open: Vec<CaregiverId>,
    /// Moved in the round that was closed last.
    last: Vec<CaregiverId>,
    /// The last round's batch, by audience; `None` where nothing in it was for them.
    batches: HashMap<Audience, Option<Bytes>>,
}

impl Positions {
    /// Someone moved. Older than what is known is dropped.
    pub fn put(&mut self, position: Position, belongs: Belongs) {
        let next = self.round + 1;
        let id = position.caregiver.clone();
        let moved_before = match self.known.get(&id) {
            Some(known) if known.position.at >= position.at => return,
            Some(known) => known.moved == next,
            None => false,
        };
        let json = frame::position(&position);
        self.known.insert(id.clone(), Known { position: Arc::new(position), belongs, json, moved: next });
        if !moved_before {
            self.open.push(id);
        }
    }

    /// Off duty: nobody is tracked any more.
    pub fn remove(&mut self, caregiver: &CaregiverId) {
        self.known.remove(caregiver);
    }

    /// The stream was made anew.
    pub fn clear(&mut self) {
        self.known.clear();
    }

    /// One person's.
    pub fn get(&self, caregiver: &CaregiverId) -> Option<&Arc<Position>> {
        self.known.get(caregiver).map(|known| &known.position)
    }

    /// All an audience may see.
    pub fn visible(&self, audience: &Audience) -> Vec<Arc<Position>> {
        let visible = |(id, known): (&CaregiverId, &Known)| {
            audience.of_person(Kind::Positions, id, &known.belongs).then(|| known.position.clone())
        };
        self.known.iter().filter_map(visible).collect()
    }

    /// The round that was closed last.
    pub const fn round(&self) -> u64 {
        self.round
    }

    /// Closes the round; `false` if nobody moved in it.
    pub fn turn(&mut self) -> bool {
        if self.open.is_empty() {
            return false;
        }
        self.round += 1;
        self.last = std::mem::take(&mut self.open);
        self.batches.clear();
        true
    }

    /// Whether anything of the last round is for this audience.
    pub fn concerns(&mut self, audience: &Audience) -> bool {
        match audience {
            Audience::Caregiver(me) => self.last.contains(me),
            Audience::Elder(_) | Audience::Nobody => false,
            Audience::Staff(..) | Audience::Organisation(..) => self.batch(audience).is_some(),
        }
    }

    /// Everything that moved after that round, in one batch.
    pub fn since(&mut self, round: u64, audience: &Audience) -> Option<Bytes> {
        if round + 1 == self.round {
            return match audience {
                Audience::Caregiver(me) if self.last.contains(me) => {
                    frame::positions(self.known.get(me).iter().map(|known| &known.json))
                }
                Audience::Caregiver(_) => None,
                _ => self.batch(audience),
            };
        }
        let missed = self.known.iter().filter(|(id, known)| {
            known.moved > round
                && known.moved <= self.round
                && audience.of_person(Kind::Positions, id, &known.belongs)
        });
        frame::positions(missed.map(|(_, known)| &known.json))
    }

    /// Nobody of this audience is left.
    pub fn forget(&mut self, audience: &Audience) {
        self.batches.remove(audience);
    }

    fn batch(&mut self, audience: &Audience) -> Option<Bytes> {
        if let Some(made) = self.batches.get(audience) {
            return made.clone();
        }
        let seen = self.last.iter().filter_map(|id| {
            let known = self.known.get(id)?;
            audience.of_person(Kind::Positions, id, &known.belongs).then_some(&known.json)
        });
        let made = frame::positions(seen);
        self.batches.insert(audience.clone(), made.clone());
        made
    }
}

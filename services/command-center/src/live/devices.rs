//! Devices as the stream DEVICES tells them. How many are proved alive is emergency-call's to say: it alone hears them.

use std::{collections::BTreeMap, sync::Arc};

use domain::id::DeviceId;
use schemas::emergency::{DeviceEvent, Outage};

/// The devices, and the streets that are out.
#[derive(Debug, Default)]
pub struct Devices {
    known: BTreeMap<DeviceId, Arc<DeviceEvent>>,
    outages: BTreeMap<String, Outage>,
}

impl Devices {
    /// A device as it is now. Its card stays where it is opened: nobody here needs it.
    pub fn put(&mut self, mut device: DeviceEvent) {
        device.card = None;
        self.known.insert(device.device.id.clone(), Arc::new(device));
    }

    /// A street's outage began or ended.
    pub fn put_outage(&mut self, outage: Outage) {
        let street = outage.street.as_ref().map(ToString::to_string).unwrap_or_default();
        match outage.ended {
            Some(_) => drop(self.outages.remove(&street)),
            None => drop(self.outages.insert(street, outage)),
        }
    }

    /// One of them.
    pub fn get(&self, id: &DeviceId) -> Option<&Arc<DeviceEvent>> {
        self.known.get(id)
    }

    /// By id, after that one.
    pub fn after(&self, after: Option<&DeviceId>) -> impl Iterator<Item = &Arc<DeviceEvent>> {
        use std::ops::Bound;
        let from = after.map_or(Bound::Unbounded, Bound::Excluded);
        self.known.range::<DeviceId, _>((from, Bound::Unbounded)).map(|(_, device)| device)
    }

    /// Outages that last.
    pub fn outages(&self) -> impl Iterator<Item = &Outage> {
        self.outages.values()
    }

    /// The stream was made anew.
    pub fn clear(&mut self) {
        *self = Self::default();
    }
}

//! By which numbers people are reached: caregivers' and elders' from the registry's vault, asked with a bounded wait and
//! remembered, so that an alarm waits for no registry; family's and doctor's from the emergency card; the supervisor's
//! from the configuration. Nothing of it is written down here.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use bus::Bus;
use domain::{
    id::{CaregiverId, DistrictId, ElderId},
    order::Actor,
    reach::{Medium, Reason},
};
use outreach::{MailAddress, PhoneNumber, Way, push::Subscription};
use runtime::Secret;
use schemas::{
    emergency::Contact,
    reach::{Contacts, ContactsQuery, EndedPush, PushQuery, PushSubscriptions},
    subject::{self, Service},
};

use super::ways::Ways;

/// Numbers remembered, in number.
const REMEMBERED: usize = 10_000;

/// Whom.
#[derive(Debug, Clone)]
pub enum Whom {
    /// A caregiver.
    Caregiver(CaregiverId),
    /// An elder.
    Elder(ElderId),
    /// Whoever called for help: the number on the emergency card, else the elder's own.
    Home {
        /// On the card.
        number: Option<String>,
        /// Whose home it is.
        elder: Option<ElderId>,
    },
    /// A contact of an emergency card, where it has one.
    Contact(Option<Contact>),
    /// The supervisor on duty.
    Duty,
}

/// One person's addresses, or why there is none.
#[derive(Debug, Clone)]
pub struct Book {
    /// For calls and texts.
    pub phone: Result<PhoneNumber, Reason>,
    /// The browser of the web app.
    pub push: Result<Subscription, Reason>,
    /// For e-mail.
    pub mail: Result<MailAddress, Reason>,
}

impl Default for Book {
    fn default() -> Self {
        Self { phone: Err(Reason::NoAddress), push: Err(Reason::NoAddress), mail: Err(Reason::NoAddress) }
    }
}

impl Book {
    /// The way by this medium.
    ///
    /// # Errors
    /// Why there is none.
    pub fn way(&self, medium: Medium) -> Result<Way, Reason> {
        match medium {
            Medium::Push => self.push.clone().map(Way::Push),
            Medium::SmsSmpp => self.phone.clone().map(Way::SmsSmpp),
            Medium::SmsHttp => self.phone.clone().map(Way::SmsHttp),
            Medium::Call => self.phone.clone().map(Way::Call),
            Medium::Mail => self.mail.clone().map(Way::Mail),
        }
    }

    fn of(contact: &Contact) -> Self {
        let mail = contact
            .email
            .as_ref()
            .map_or(Err(Reason::NoAddress), |mail| mail.parse().map_err(|_| Reason::AddressInvalid));
        Self { phone: number(&contact.phone), push: Err(Reason::NoAddress), mail }
    }
}

fn number(text: &str) -> Result<PhoneNumber, Reason> {
    if text.trim().is_empty() {
        return Err(Reason::NoAddress);
    }
    text.parse().map_err(|_| Reason::AddressInvalid)
}

/// Where addresses come from. Clones share what is remembered.
#[derive(Debug, Clone)]
pub struct Addresses {
    bus: Bus,
    district: DistrictId,
    within: Duration,
    duty: Book,
    phones: Arc<Mutex<HashMap<String, Option<PhoneNumber>>>>,
    browsers: Arc<Mutex<HashMap<CaregiverId, Option<Subscription>>>>,
}

impl Addresses {
    /// Remembers nobody yet.
    ///
    /// # Errors
    /// If the supervisor's number or address is none.
    pub fn new(bus: &Bus, district: &DistrictId, ways: &Ways) -> Result<Self, String> {
        fn read<T: std::str::FromStr>(
            key: &str,
            given: Option<&Secret>,
        ) -> Result<Result<T, Reason>, String> {
            given.map_or(Ok(Err(Reason::NoAddress)), |text| match text.expose().parse() {
                Ok(address) => Ok(Ok(address)),
                Err(_) => Err(format!("emergency.ways.{key} is no such address")),
            })
        }
        let duty = Book {
            phone: read("duty_phone", ways.duty_phone.as_ref())?,
            push: Err(Reason::NoAddress),
            mail: read("duty_mail", ways.duty_mail.as_ref())?,
        };
        let within = Duration::from_millis(ways.address_ms);
        Ok(Self {
            bus: bus.clone(),
            district: district.clone(),
            within,
            duty,
            phones: Arc::default(),
            browsers: Arc::default(),
        })
    }

    /// This person's addresses as far as they are known now.
    pub async fn of(&self, whom: &Whom) -> Book {
        match whom {
            Whom::Contact(contact) => contact.as_ref().map(Book::of).unwrap_or_default(),
            Whom::Duty => self.duty.clone(),
            Whom::Home { number: Some(text), .. } => Book { phone: number(text), ..Book::default() },
            Whom::Home { elder: Some(elder), .. } => {
                Book { phone: self.phone(elder.as_str()).await, ..Book::default() }
            }
            Whom::Home { .. } => Book::default(),
            Whom::Elder(elder) => Book { phone: self.phone(elder.as_str()).await, ..Book::default() },
            Whom::Caregiver(caregiver) => {
                let (phone, push) = tokio::join!(self.phone(caregiver.as_str()), self.push(caregiver));
                Book { phone, push, ..Book::default() }
            }
        }
    }

    /// The edge's word; the one it gave last where it does not answer.
    async fn push(&self, caregiver: &CaregiverId) -> Result<Subscription, Reason> {
        let query = PushQuery { caregivers: vec![caregiver.clone()], ended: Vec::new() };
        let to = subject::ask(&self.district, Service::CommandCenter, "push");
        let asked = self.bus.request::<_, PushSubscriptions>(to, &query, self.within).await;
        let mut browsers = self.browsers.lock().unwrap_or_else(PoisonError::into_inner);
        match asked {
            Ok(found) => {
                let browser = found.subscriptions.get(caregiver).map(|s| {
                    Subscription::new(&s.endpoint, &s.keys.p256dh, &s.keys.auth)
                        .map_err(|_| Reason::AddressInvalid)
                });
                let browser = browser.transpose()?;
                if browsers.len() >= REMEMBERED {
                    browsers.clear();
                }
                browsers.insert(caregiver.clone(), browser.clone());
                browser.ok_or(Reason::NoAddress)
            }
            Err(error) => {
                tracing::warn!(%error, "a browser is taken as it was known last");
                let kept = browsers.get(caregiver).cloned();
                kept.map_or(Err(Reason::AddressAway), |kept| kept.ok_or(Reason::NoAddress))
            }
        }
    }

    /// A subscription has ended: the edge forgets it, in its own time.
    pub fn forget(&self, caregiver: &CaregiverId, subscription: &Subscription) {
        self.browsers.lock().unwrap_or_else(PoisonError::into_inner).remove(caregiver);
        let ended = EndedPush { caregiver: caregiver.clone(), endpoint: subscription.address().to_owned() };
        let query = PushQuery { caregivers: Vec::new(), ended: vec![ended] };
        let (bus, within) = (self.bus.clone(), self.within);
        let to = subject::ask(&self.district, Service::CommandCenter, "push");
        // Bounded by its time; unheard, the same end is met with the next alarm.
        tokio::spawn(async move {
            if let Err(error) = bus.request::<_, PushSubscriptions>(to, &query, within).await {
                tracing::warn!(%error, "the edge did not hear that a subscription has ended");
            }
        });
    }

    /// The registry's word; the one it gave last where it does not answer.
    async fn phone(&self, id: &str) -> Result<PhoneNumber, Reason> {
        let query = ContactsQuery { reader: Actor::SYSTEM, ids: vec![id.to_owned()] };
        let to = subject::ask(&self.district, Service::Registry, "contacts");
        let asked = self.bus.request::<_, Contacts>(to, &query, self.within).await;
        let mut phones = self.phones.lock().unwrap_or_else(PoisonError::into_inner);
        match asked {
            Ok(contacts) => {
                let phone = contacts.phones.get(id).map(|text| number(text)).transpose()?;
                if phones.len() >= REMEMBERED {
                    phones.clear();
                }
                phones.insert(id.to_owned(), phone.clone());
                phone.ok_or(Reason::NoAddress)
            }
            Err(error) => {
                tracing::warn!(%error, "a phone number is taken as it was known last");
                phones.get(id).cloned().map_or(Err(Reason::AddressAway), |kept| kept.ok_or(Reason::NoAddress))
            }
        }
    }
}

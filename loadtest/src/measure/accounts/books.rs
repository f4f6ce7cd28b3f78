//! The books of a run: a city where everything has a price, elders who have money, and what is found at the end.

use std::{
    collections::BTreeMap,
    path::{Path, PathBuf},
};

use accounts::{
    Config,
    ledger::Work,
    rulebook::Rulebook,
    store::{Place, Store},
};
use anyhow::{Context, Result, anyhow};
use database::testing::PostgresServer;
use domain::{
    calendar::Day,
    id::{CommandId, DistrictId, ElderId, OrderId},
    service::ServiceKind,
    unit::Fen,
};
use runtime::{Clock, SystemClock};
use schemas::account::{
    assessment::Kind,
    funding::{AccountsCommand, HoldRequest},
    person::Person,
};

/// What a visit costs: so little that nobody runs out in a run.
pub const PRICE: i64 = 10;

/// Where the books of a run are.
pub struct Books {
    place: Place,
    config: Config,
    folder: PathBuf,
}

/// What the books say.
pub struct Found {
    pub lost: usize,
    pub doubled: usize,
    pub balanced: bool,
}

pub fn district() -> Result<DistrictId> {
    Ok(DistrictId::new("load")?)
}

/// Someone with 300 yuan a month.
pub fn person(number: u64) -> Result<Work> {
    let person: Person = serde_json::from_value(serde_json::json!({
        "birth_date": "1920-01-01", "household_registration": "652301", "residence": "652301",
        "approved_on": "2022-01-01",
    }))?;
    Ok(Work::PutPerson(ElderId::new(format!("e{number}"))?, person))
}

pub fn ask(order: &str, elder: u64, day: Day) -> Result<HoldRequest> {
    Ok(HoldRequest {
        id: CommandId::new(format!("h-{order}"))?,
        order: OrderId::new(order)?,
        elder: ElderId::new(format!("e{elder}"))?,
        service: ServiceKind::Cleaning,
        service_day: day,
        pay_with: Kind::ServiceAllowance,
        from_month: None,
        organisation: None,
        delivery: false,
        price: None,
        self_pay_up_to: Fen::ZERO,
        instead: false,
    })
}

pub fn hold(order: &str, elder: u64, day: Day) -> Result<AccountsCommand> {
    Ok(AccountsCommand::Hold(ask(order, elder, day)?))
}

impl Books {
    /// Empty books, but for the elders.
    pub async fn prepare(folder: &Path, server: Option<&PostgresServer>, elders: u64) -> Result<Self> {
        let place = match server {
            Some(server) => server.try_database().map_err(|reason| anyhow!(reason))?,
            None => Place::Folder(folder.join("books")),
        };
        let (_, catalogue) = accounts::builtin::city("changji").context("changji is built in")?;
        let file = folder.join("catalogue.toml");
        std::fs::write(&file, catalogue.replace("content = ", &format!("price_fen = {PRICE}\ncontent = ")))?;
        let mut config = Config::of(district()?, folder.join("books"), "changji");
        config.catalogue = Some(file);
        if let Place::Postgres(url) = &place {
            config.database = Some(url.clone());
        }
        let books = Self { place, config, folder: folder.to_owned() };
        let (store, rules) = (books.open().await?, books.rules()?);
        let people = (0..elders).map(person).collect::<Result<Vec<_>>>()?;
        for some in people.chunks(1000) {
            store.work(some, &rules, SystemClock.now()).await?;
        }
        store.close().await;
        Ok(books)
    }

    pub async fn open(&self) -> Result<Store> {
        Ok(Store::open(&self.place, &district()?).await?)
    }

    pub fn rules(&self) -> Result<Rulebook> {
        Ok(Rulebook::load(&self.config)?)
    }

    /// The settings of the program that serves them.
    pub fn settings(&self) -> Vec<(&'static str, String)> {
        let quoted = |path: &Path| path.display().to_string();
        let mut settings = vec![
            ("accounts.district", self.config.district.to_string()),
            ("accounts.state", quoted(&self.config.state)),
            ("accounts.policy", self.config.policy.clone()),
        ];
        settings.extend(self.config.catalogue.as_ref().map(|file| ("accounts.catalogue", quoted(file))));
        settings.extend(self.config.database.as_ref().map(|url| ("accounts.database", url.expose().clone())));
        settings
    }

    /// An empty database of the same kind on the same disk.
    pub fn beside(&self, server: Option<&PostgresServer>) -> Result<Place> {
        match server {
            Some(server) => server.try_database().map_err(|reason| anyhow!(reason)),
            None => Ok(Place::Folder(self.folder.join("beside"))),
        }
    }

    /// Reads the books: is everything there that was answered, and once?
    pub async fn audit(&self, acknowledged: &[String]) -> Result<Found> {
        let store = self.open().await?;
        let holds: BTreeMap<String, i64> = store.entries_by_order("hold").await?.into_iter().collect();
        let balance = store.trial_balance().await?;
        let held: i64 =
            balance.iter().filter(|(account, ..)| account.starts_with("held/")).map(|(.., sum)| sum).sum();
        let lost = acknowledged.iter().filter(|order| !holds.contains_key(*order)).count();
        let twice = holds.values().filter(|count| **count != 1).count();
        let too_much = usize::from(held != PRICE * i64::try_from(holds.len())?);
        Ok(Found {
            lost,
            doubled: twice + too_much,
            balanced: balance.iter().map(|(.., sum)| sum).sum::<i64>() == 0,
        })
    }
}

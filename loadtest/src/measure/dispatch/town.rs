//! The district of the run: a generated day's people, all of them on shift, and the whole system up.

use std::{collections::HashMap, time::Duration};

use anyhow::{Context, Result, ensure};
use bus::{Bus, Followed, StartFrom};
use domain::{
    command::PlaceOrder,
    geo::{Datum, Wgs84},
    id::{CaregiverId, DistrictId},
    time::{Timestamp, Window},
};
use futures::{StreamExt, TryStreamExt, stream};
use reqwest::Client;
use runtime::{Clock, SystemClock};
use schemas::{
    day::Day,
    position::{Fix, PositionReport},
    subject::StreamKind,
};
use serde_json::{Value, json};

use super::Args;
use crate::{
    generate, map,
    measure::{
        edge::{self, Account, Caller},
        stage::Stage,
    },
};

/// The district's clock begins so long after the start of the day.
const MORNING_MS: i64 = 10 * 3600 * 1000;
/// Phones that sign in at a time.
const AT_A_TIME: usize = 32;
/// How long the services may take to know everybody.
const KNOWN_WITHIN: Duration = Duration::from_mins(1);

/// The district, up and running.
pub struct Town {
    /// Its id.
    pub district: DistrictId,
    /// The operator who places orders and watches.
    pub desk: Caller,
    /// Each caregiver's phone.
    pub phones: HashMap<CaregiverId, Caller>,
    /// What is ordered, over and over.
    pub wishes: Vec<PlaceOrder>,
}

impl Town {
    /// Generates the people, starts everything, signs everybody in and on.
    ///
    /// # Errors
    /// If anything of that fails.
    pub async fn open(args: &Args, stage: &mut Stage) -> Result<Self> {
        let day = day(args, stage)?;
        let port = bus::testing::free_port()?;
        let wall = SystemClock.now();
        let ahead = day.starts_at.plus_millis(MORNING_MS).millis_since(wall);
        start(&day, stage, port, (wall, ahead), args.accounts).await?;
        let client = Client::builder().pool_max_idle_per_host(usize::MAX).build()?;
        let url = format!("http://127.0.0.1:{port}");
        let desk = Caller::sign_in(&client, &url, "desk").await?;
        let phones = day.caregivers.iter().map(|one| {
            let (client, url, id) = (client.clone(), url.clone(), one.profile.id.clone());
            let place = one.start;
            async move {
                let phone = Caller::sign_in(&client, &url, id.as_str()).await?;
                go_on_shift(&phone, &id).await?;
                report_place(&phone, place, SystemClock.now().plus_millis(ahead)).await?;
                anyhow::Ok((id, phone))
            }
        });
        let phones = stream::iter(phones).buffer_unordered(AT_A_TIME).try_collect().await?;
        // One caregiver each, of a kind there are many of: nobody has to wait for a partner or for one of a few nurses,
        // whose offers that no phone answers would hold them for a minute each.
        let (people, morning) = (&day.caregivers, day.starts_at.plus_millis(MORNING_MS));
        let is_plentiful = |place: &PlaceOrder| {
            let requirement = place.service.standard(place.family_present);
            let able = people
                .iter()
                .filter(|one| one.profile.may_serve(&requirement.qualifications, morning).is_ok());
            requirement.team_size == 1 && able.count() * 4 >= people.len()
        };
        let wishes: Vec<_> = day
            .orders
            .iter()
            .map(|order| PlaceOrder { window: None, ..order.place.clone() })
            .filter(is_plentiful)
            .collect();
        ensure!(!wishes.is_empty(), "the generated day has no orders for one caregiver");
        Ok(Self { district: day.district.id, desk, phones, wishes })
    }

    /// An order's next wish.
    pub fn wish(&self, number: u64) -> Option<&PlaceOrder> {
        self.wishes.get(usize::try_from(number).ok()? % self.wishes.len())
    }
}

/// A generated day on which everybody works from morning to night.
fn day(args: &Args, stage: &Stage) -> Result<Day> {
    let day = generate::generate(&generate::Args {
        seed: args.seed,
        elders: args.elders,
        caregivers: args.caregivers,
        orders: 2000,
        map: None,
        side_km: args.side_km,
        centre: Wgs84::new(98.29, 39.77)?,
        date: jiff::civil::date(2026, 11, 23),
        district: DistrictId::new("bench")?,
        name: "测".to_owned(),
        name_en: "Bench".to_owned(),
        out: Some(stage.folder().join("day.json")),
    })?;
    let shift = Window::new(day.starts_at, day.ends_at)?;
    let mut day = day;
    for caregiver in &mut day.caregivers {
        caregiver.profile.shifts = vec![shift];
        caregiver.profile.breaks = Vec::new();
    }
    Ok(day)
}

/// The whole system in one process. Its clock is so many milliseconds ahead of the wall's.
async fn start(
    day: &Day,
    stage: &mut Stage,
    port: u16,
    (wall, ahead): (Timestamp, i64),
    accounts_too: bool,
) -> Result<()> {
    let folder = stage.folder().to_owned();
    let (file, roads) = (folder.join("day.json"), folder.join("roads.bin"));
    std::fs::write(&file, day.to_json()?)?;
    map::roads_of(day, &file)?.save(&roads)?;
    let phone = |id: &CaregiverId| Account {
        user: id.to_string(),
        role: "caregiver",
        caregiver: Some(id.to_string()),
    };
    let mut accounts: Vec<_> = day.caregivers.iter().map(|one| phone(&one.profile.id)).collect();
    accounts.push(Account { user: "desk".to_owned(), role: "operator", caregiver: None });
    let mut settings = edge::settings(&folder, port, &accounts)?;
    let (district, map) = (day.district.id.to_string(), roads.display().to_string());
    for key in ["registry.district", "location.district", "dispatch.district", "edge.district.id"] {
        settings.push((key, district.clone()));
    }
    for key in ["location.map", "dispatch.map", "edge.district.map"] {
        settings.push((key, map.clone()));
    }
    let clock = [
        ("runtime.clock.wall", wall.to_string()),
        ("runtime.clock.shown", wall.plus_millis(ahead).to_string()),
        ("runtime.clock.speed", "1.0".to_owned()),
        ("registry.state", folder.join("registry").display().to_string()),
        ("registry.day", file.display().to_string()),
    ];
    settings.extend(clock);
    if accounts_too {
        settings.extend(books(day, &folder)?);
    }
    stage.service("district", &settings).await?;
    Ok(())
}

/// Repeated until the profile is known.
async fn go_on_shift(phone: &Caller, id: &CaregiverId) -> Result<()> {
    let deadline = std::time::Instant::now() + KNOWN_WITHIN;
    loop {
        let answer: Result<Value> =
            phone.post("/api/v1/duty", &format!("on-{id}"), &json!({ "duty": "on" })).await;
        match answer {
            Ok(_) => return Ok(()),
            Err(error) if std::time::Instant::now() > deadline => {
                return Err(error).context("cannot start a shift");
            }
            Err(_) => tokio::time::sleep(Duration::from_millis(200)).await,
        }
    }
}

async fn report_place(phone: &Caller, place: Wgs84, at: Timestamp) -> Result<()> {
    let fix = Fix {
        at,
        lon: place.lon(),
        lat: place.lat(),
        datum: Some(Datum::Wgs84),
        accuracy: Some(8.0),
        battery: Some(80),
    };
    let _: Value = phone.post("/api/v1/positions", "", &PositionReport { fixes: vec![fix] }).await?;
    Ok(())
}

/// Everybody has money of a city where everything costs so little that nobody runs out.
fn books(day: &Day, folder: &std::path::Path) -> Result<Vec<(&'static str, String)>> {
    let (_, catalogue) = accounts::builtin::city("changji").context("changji is built in")?;
    let priced = folder.join("catalogue.toml");
    std::fs::write(&priced, catalogue.replace("content = ", "price_fen = 10\ncontent = "))?;
    let person = json!({
        "birth_date": "1920-01-01", "household_registration": "652301", "residence": "652301",
        "approved_on": "2022-01-01",
    });
    let lines =
        day.elders.iter().map(|elder| json!({ "elder": elder.profile.id, "person": person }).to_string());
    let people = folder.join("people.jsonl");
    std::fs::write(&people, lines.collect::<Vec<_>>().join("\n"))?;
    let named = |path: &std::path::Path| path.display().to_string();
    Ok(vec![
        ("accounts.district", day.district.id.to_string()),
        ("accounts.state", named(&folder.join("accounts"))),
        ("accounts.policy", "changji".to_owned()),
        ("accounts.catalogue", named(&priced)),
        ("accounts.people", named(&people)),
    ])
}

/// How many orders' money was set aside or taken.
pub async fn held(bus: &Bus, district: &DistrictId) -> Result<usize> {
    let stream = StreamKind::Funding.name(district);
    let mut follower = bus.follow(&stream, &[], StartFrom::LastPerSubject).await?;
    let mut held = 0;
    loop {
        match follower.next().await {
            Followed::Message(_) => held += 1,
            Followed::CaughtUp { .. } => return Ok(held),
            Followed::Reset => held = 0,
        }
    }
}

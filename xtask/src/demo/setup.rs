//! The demo's folder: day, streets, accounts with random passwords, configuration.

use std::{
    fs::{self, File},
    io::Read,
    net::SocketAddr,
    path::{Path, PathBuf},
    process::Command,
};

use anyhow::{Context, Result};
use serde_json::{Value, json};

use super::{Options, probe};
use crate::shell;

/// The people at the desk.
const STAFF: [(&str, &str, &str); 5] = [
    ("operator", "operator", "调度员 Operator"),
    ("supervisor", "supervisor", "主管 Supervisor"),
    ("auditor", "auditor", "审计 Auditor"),
    ("frontdesk", "front_desk", "前台 Front desk"),
    ("bureau", "bureau", "民政局 Bureau"),
];

/// What the demo runs on.
pub struct Setup {
    folder: PathBuf,
    /// Where the page is served.
    pub page: SocketAddr,
    /// Where readiness is told.
    pub admin: SocketAddr,
    /// Where the bus is.
    pub nats: SocketAddr,
    accounts: Vec<Value>,
}

impl Setup {
    /// Makes a new folder `.demo`; what an earlier demo left there is removed.
    pub fn prepare(root: &Path, options: &Options) -> Result<Self> {
        let folder = root.join(".demo");
        if folder.exists() {
            fs::remove_dir_all(&folder).context("cannot remove the folder of the last demo")?;
        }
        fs::create_dir_all(folder.join("nats"))?;
        let mut setup = Self {
            folder,
            page: options.listen.map_or_else(probe::free_port, Ok)?,
            admin: probe::free_port()?,
            nats: probe::free_port()?,
            accounts: Vec::new(),
        };
        let day = setup.day(root, options)?;
        setup.accounts(&day)?;
        setup.money(root, &day)?;
        setup.write_nats()?;
        setup.write_district(&day, options)?;
        Ok(setup)
    }

    /// A file of the demo.
    pub fn file(&self, name: &str) -> PathBuf {
        self.folder.join(name)
    }

    /// Where to look, and as whom.
    pub fn tell(&self) {
        let field =
            |account: &Value, key: &str| account.get(key).and_then(Value::as_str).unwrap_or("").to_owned();
        eprintln!("\n  Desk and wall      http://{}/", self.page);
        eprintln!("  Caregiver's phone  http://{}/caregiver\n", self.page);
        for account in self.accounts.iter().take(STAFF.len() + 2) {
            eprintln!("  {:12} password {}", field(account, "user"), field(account, "password"));
        }
        eprintln!("  all {} accounts: {}\n", self.accounts.len(), self.file("users.json").display());
    }

    fn day(&self, root: &Path, options: &Options) -> Result<Value> {
        let loadtest = shell::built(root, "release", "loadtest");
        let file = self.file("day.json");
        if let Some(day) = &options.day {
            fs::copy(day, &file).with_context(|| format!("cannot read {}", day.display()))?;
        } else {
            let mut generate = Command::new(&loadtest);
            generate.arg("generate").arg("--out").arg(&file);
            generate.args(["--elders", "2000", "--caregivers", "150", "--orders", "1800", "--side-km", "6"]);
            if let Some(map) = &options.map {
                let map =
                    fs::canonicalize(map).with_context(|| format!("there is no map {}", map.display()))?;
                generate.arg("--map").arg(map);
            }
            shell::run_command(&mut generate, "loadtest generate")?;
        }
        let mut prepare = Command::new(&loadtest);
        prepare.arg("prepare").arg(&file).arg("--out").arg(self.file("roads.bin"));
        shell::run_command(&mut prepare, "loadtest prepare")?;
        Ok(serde_json::from_str(&fs::read_to_string(&file)?)?)
    }

    fn accounts(&mut self, day: &Value) -> Result<()> {
        for (user, role, name) in STAFF {
            let password = password()?;
            self.accounts
                .push(json!({ "user": user, "role": role, "display_name": name, "password": password }));
        }
        let caregivers =
            day.get("caregivers").and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
        for caregiver in caregivers {
            let Some(id) = caregiver.pointer("/profile/id").and_then(Value::as_str) else { continue };
            let name = caregiver.get("name").and_then(Value::as_str).unwrap_or(id);
            let password = password()?;
            self.accounts.push(json!({
                "user": id, "role": "caregiver", "display_name": name, "caregiver": id, "password": password,
            }));
        }
        write_private(&self.file("users.json"), &serde_json::to_string_pretty(&self.accounts)?)
    }

    /// What a simulated city knows of its elders, and prices: Changji's policy, since it is the one with amounts. No
    /// document gives prices, so these are the demo's own, one yuan a minute.
    fn money(&self, root: &Path, day: &Value) -> Result<()> {
        let elders = day.get("elders").and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
        let mut people = String::new();
        for (number, elder) in elders.iter().enumerate() {
            let Some(id) = elder.pointer("/profile/id") else { continue };
            // Of ten elders two have each of three recognitions, and four none; some of those are old enough anyway.
            let categories: &[&str] = match number % 10 {
                0 | 1 => &["minimum_living"],
                2 | 3 => &["low_income"],
                4 | 5 => &["destitute_scattered"],
                _ => &[],
            };
            let born = 1928 + number % 34;
            let person = json!({
                "birth_date": format!("{born}-05-20"), "household_registration": "652301", "residence": "652301",
                "categories": categories, "ability": elder.pointer("/profile/ability"),
                "ability_assessed_on": "2025-06-01", "approved_on": "2025-07-10",
            });
            people.push_str(&json!({ "elder": id, "person": person }).to_string());
            people.push('\n');
        }
        fs::write(self.file("people.jsonl"), people)?;
        let text = fs::read_to_string(root.join("policies/catalogue/changji.toml"))?;
        let mut catalogue: toml::Table = text.parse()?;
        for item in catalogue.get_mut("item").and_then(toml::Value::as_array_mut).into_iter().flatten() {
            let Some(item) = item.as_table_mut() else { continue };
            let minutes = item.get("minutes").and_then(toml::Value::as_integer).unwrap_or(30);
            item.insert("price_fen".to_owned(), (minutes * 100).into());
        }
        Ok(fs::write(self.file("catalogue.toml"), toml::to_string(&catalogue)?)?)
    }

    fn write_nats(&self) -> Result<()> {
        let store = self.file("nats");
        let text = format!(
            "listen: {}\njetstream {{ store_dir: {:?}, sync_interval: always }}\n",
            self.nats,
            store.display().to_string()
        );
        Ok(fs::write(self.file("nats.conf"), text)?)
    }

    /// The district's clock shows the day's busiest hours from the start.
    fn write_district(&self, day: &Value, options: &Options) -> Result<()> {
        let text =
            |pointer: &str| day.pointer(pointer).and_then(Value::as_str).unwrap_or_default().to_owned();
        let starts: jiff::Timestamp = text("/starts_at").parse().context("the day has no beginning")?;
        let shown = match options.day {
            Some(_) => starts,
            None => starts.checked_add(jiff::Span::new().hours(2))?,
        };
        // The page answers some seconds from now; until then nothing of the day is missed.
        #[expect(clippy::disallowed_methods, reason = "the simulated clock is set against the wall clock")]
        let wall = jiff::Timestamp::now();
        let district = text("/district/id");
        let streets: Vec<Value> = day
            .get("streets")
            .and_then(Value::as_array)
            .map(|streets| {
                streets.iter().map(|s| json!({ "id": s.get("id"), "name": s.get("name") })).collect()
            })
            .unwrap_or_default();
        let map = self.file("roads.bin");
        let config = json!({
            "runtime": {
                "admin": { "listen": self.admin },
                "clock": { "wall": wall.to_string(), "shown": shown.to_string(), "speed": options.speed() },
            },
            "nats": { "url": format!("nats://{}", self.nats) },
            "registry": { "district": district, "state": self.file("registry"), "day": self.file("day.json") },
            "location": { "district": district, "map": map },
            "dispatch": { "district": district, "map": map },
            "emergency": { "district": district, "state": self.file("emergency-call") },
            "meals": { "district": district, "map": map, "state": self.file("meal-delivery") },
            "accounts": {
                "district": district, "state": self.file("accounts"), "policy": "changji",
                "catalogue": self.file("catalogue.toml"), "people": self.file("people.jsonl"),
            },
            "edge": {
                "http": { "listen": self.page },
                "state": self.file("command-center"),
                "bootstrap_users": self.file("users.json"),
                "demo": true,
                // A demo makes a hundred accounts at its start; a district keeps the default.
                "password_memory_kib": 8192,
                "password_passes": 1,
                "district": {
                    "id": district, "name": text("/district/name"), "name_en": text("/district/name_en"),
                    "map": map, "streets": streets,
                },
            },
        });
        fs::write(self.file("district.toml"), toml::to_string_pretty(&config)?)?;
        Ok(())
    }
}

/// Twelve letters and digits from the operating system's randomness.
fn password() -> Result<String> {
    const LETTERS: &[u8] = b"abcdefghjkmnpqrstuvwxyz23456789";
    let mut bytes = [0_u8; 12];
    File::open("/dev/urandom")?.read_exact(&mut bytes)?;
    let letter = |byte: &u8| LETTERS.get(usize::from(*byte) % LETTERS.len()).map(|l| char::from(*l));
    Ok(bytes.iter().filter_map(letter).collect())
}

fn write_private(path: &Path, text: &str) -> Result<()> {
    use std::{io::Write, os::unix::fs::OpenOptionsExt};
    let mut file = fs::OpenOptions::new().write(true).create_new(true).mode(0o600).open(path)?;
    Ok(file.write_all(text.as_bytes())?)
}

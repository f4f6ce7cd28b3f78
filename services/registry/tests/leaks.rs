//! The registry as its own program, with a real nats-server: after a run with seeded names, numbers and addresses, none of
//! them lies open in a database file, the stream's folder, the log or a backup.

#![expect(clippy::unwrap_used, clippy::panic, reason = "a test may panic")]

use std::{
    fs,
    path::Path,
    process::{Child, Command, Stdio},
    time::{Duration, Instant},
};

use bus::{Bus, testing::NatsServer};
use domain::{
    elder::ElderProfile,
    id::DistrictId,
    order::{Actor, Role},
};
use schemas::{
    profile::{FindQuery, Kind, Names, NamesQuery, Registered, RegistryCommand},
    registry::person::{Caller, CallerQuery, ExportQuery, PersonFile},
    subject::{self, Service},
};
use serde::{Serialize, de::DeserializeOwned};
use serde_json::json;

const PATIENCE: Duration = Duration::from_secs(30);
const NAME: &str = "欧阳秀英";
const PHONE: &str = "13812345678";
const IDENTITY: &str = "11010519491231002X";
const ADDRESS: &str = "雄关东路十八号";
const SECRETS: [&str; 4] = [NAME, PHONE, IDENTITY, ADDRESS];

struct Program(Child);

impl Drop for Program {
    fn drop(&mut self) {
        drop(self.0.kill());
        drop(self.0.wait());
    }
}

fn arguments(state: &Path, nats: &NatsServer) -> Vec<String> {
    let set = |key: &str, value: &str| ["--set".to_owned(), format!("{key}={value}")];
    [
        set("registry.district", "d1"),
        set("registry.state", &state.display().to_string()),
        set("nats.url", &nats.url()),
        set("runtime.admin.listen", "127.0.0.1:0"),
    ]
    .concat()
}

async fn ask<Q: Serialize + Sync, A: DeserializeOwned>(bus: &Bus, to: String, question: &Q) -> A {
    let deadline = Instant::now() + PATIENCE;
    loop {
        match bus.request(to.clone(), question, Duration::from_secs(2)).await {
            Ok(answer) => return answer,
            Err(error) if Instant::now() > deadline => panic!("{to}: {error}"),
            Err(_) => tokio::time::sleep(Duration::from_millis(50)).await,
        }
    }
}

/// Every file under the folder, with all its bytes.
fn files(folder: &Path, found: &mut Vec<(String, Vec<u8>)>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            files(&path, found);
        } else {
            found.push((path.display().to_string(), fs::read(&path).unwrap()));
        }
    }
}

#[tokio::test]
async fn what_is_personal_lies_open_nowhere() {
    let (mut nats, folder) = (NatsServer::start(), tempfile::tempdir().unwrap());
    let (state, log) = (folder.path().join("state"), folder.path().join("registry.log"));
    let program = Command::new(env!("CARGO_BIN_EXE_registry"))
        .args(arguments(&state, &nats))
        .env("RUST_LOG", "trace")
        .stdout(Stdio::from(fs::File::create(&log).unwrap()))
        .stderr(Stdio::from(fs::File::options().append(true).open(&log).unwrap()))
        .spawn()
        .unwrap();
    let program = Program(program);
    let bus = nats.connect("edge").await;
    let district = DistrictId::new("d1").unwrap();
    let elder: ElderProfile = serde_json::from_value(json!({
        "id": "e1", "place": { "lon": 98.29, "lat": 39.77 }, "street": "s1", "community": "s1-c1",
    }))
    .unwrap();
    let put = RegistryCommand::PutElder {
        elder,
        name: Some(NAME.to_owned()),
        phone: Some(PHONE.to_owned()),
        identity: Some(IDENTITY.to_owned()),
        address: Some(ADDRESS.to_owned()),
    };
    let command = subject::command(&district, Service::Registry);
    let _: Registered = ask(&bus, command, &put).await;
    let question = |question: &str| subject::ask(&district, Service::Registry, question);
    let reader = || Actor { role: Role::Supervisor, user: None };
    let names: Names =
        ask(&bus, question("names"), &NamesQuery { reader: reader(), ids: vec!["e1".to_owned()] }).await;
    assert_eq!(names.names.get("e1").map(String::as_str), Some(NAME));
    let find = FindQuery {
        reader: reader(),
        kind: Kind::Elder,
        words: "秀英".to_owned(),
        street: None,
        community: None,
        after: None,
        limit: 9,
    };
    let found: Names = ask(&bus, question("find"), &find).await;
    assert_eq!(found.names.len(), 1);
    let caller = CallerQuery { reader: reader(), number: PHONE.to_owned() };
    let caller: Caller = ask(&bus, question("caller"), &caller).await;
    assert_eq!(caller.people, ["e1"]);
    let export = ExportQuery { reader: reader(), person: "e1".to_owned() };
    let file: PersonFile = ask(&bus, question("export"), &export).await;
    assert_eq!(file.sealed.get("address").map(String::as_str), Some(ADDRESS));
    assert_eq!(file.readings.len(), 4, "each of these readings is noted");

    let backup = folder.path().join("registry.backup");
    let done = Command::new(env!("CARGO_BIN_EXE_registry"))
        .arg("backup")
        .args(arguments(&state, &nats))
        .arg("--to")
        .arg(&backup)
        .output()
        .unwrap();
    assert!(done.status.success(), "{}", String::from_utf8_lossy(&done.stderr));
    drop(program);
    nats.kill();
    let mut all = Vec::new();
    files(folder.path(), &mut all);
    files(nats.folder(), &mut all);
    let has = |part: &str| all.iter().any(|(name, bytes)| name.contains(part) && !bytes.is_empty());
    for part in ["registry.sqlite", "registry.log", "registry.backup", "jetstream"] {
        assert!(has(part), "{part} was looked into");
    }
    for (name, bytes) in &all {
        for secret in SECRETS {
            let open = bytes.windows(secret.len()).position(|window| window == secret.as_bytes());
            let around = open.map(|at| {
                let part = bytes.get(at.saturating_sub(300)..(at + 100).min(bytes.len())).unwrap_or_default();
                String::from_utf8_lossy(part).into_owned()
            });
            assert_eq!(around, None, "{secret} lies open in {name}");
        }
    }

    // Keys are changed by the program as well, and the names still open.
    let rotated = Command::new(env!("CARGO_BIN_EXE_registry"))
        .arg("rotate-key")
        .args(arguments(&state, &nats))
        .output()
        .unwrap();
    assert!(rotated.status.success(), "{}", String::from_utf8_lossy(&rotated.stderr));
    let config = registry::Config::of(district, state);
    let store = registry::open(&config, &runtime::Context::system()).await.unwrap();
    assert_eq!(store.all_fields("e1").await.unwrap().len(), 4);
}

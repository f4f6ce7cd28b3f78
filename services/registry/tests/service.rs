//! The service against a real nats-server: commands, names, and a stream that always comes to agree with the database.

#![expect(clippy::unwrap_used, clippy::panic, reason = "a test may panic")]

use std::{collections::BTreeMap, path::Path, time::Duration};

use bus::{Bus, Followed, StartFrom, testing::NatsServer};
use domain::{
    elder::ElderProfile,
    id::{DistrictId, UserId},
    order::{Actor, Role},
};
use registry::{Config, start};
use runtime::{Clock, Context, Entropy, NatsConfig, SystemClock};
use schemas::{
    envelope::CloudEvent,
    problem::Problem,
    profile::{ElderProfiled, FindQuery, Kind, Names, NamesQuery, Registered, RegistryCommand},
    reach::{Contacts, ContactsQuery},
    registry::audit::{AuditQuery, AuditTrail, Audited},
    subject::{self, Service, StreamKind},
};

const PATIENCE: Duration = Duration::from_secs(20);

fn district() -> DistrictId {
    DistrictId::new("d1").unwrap()
}

fn elder(id: &str, lon: f64) -> ElderProfile {
    let profile = serde_json::json!({
        "id": id, "place": { "lon": lon, "lat": 39.77 }, "street": "s1", "community": "s1-c1",
    });
    serde_json::from_value(profile).unwrap()
}

fn put(id: &str, lon: f64, name: Option<&str>) -> RegistryCommand {
    RegistryCommand::PutElder {
        elder: elder(id, lon),
        name: name.map(str::to_owned),
        phone: None,
        identity: None,
        address: None,
    }
}

/// A running registry.
struct Running {
    bus: Bus,
    ctx: Context,
    config: Config,
}

async fn running(nats: &NatsServer, state: &Path) -> Running {
    let (ctx, config) = (Context::system(), Config::of(district(), state.to_owned()));
    let bus = nats.connect("registry").await;
    start(&config, &NatsConfig::default(), &bus, &ctx).await.unwrap();
    Running { bus, ctx, config }
}

impl Running {
    async fn command(&self, command: RegistryCommand) -> Result<Registered, Problem> {
        let to = subject::command(&district(), Service::Registry);
        ask(&self.bus, to, &command).await
    }

    async fn names(&self, role: Role, ids: &[&str]) -> Result<BTreeMap<String, String>, Problem> {
        let reader = Actor { role, user: Some(UserId::new("u1").unwrap()) };
        let query = NamesQuery { reader, ids: ids.iter().map(|&id| id.to_owned()).collect() };
        let names: Names =
            ask(&self.bus, subject::ask(&district(), Service::Registry, "names"), &query).await?;
        Ok(names.names)
    }

    async fn stop(self) {
        assert!(self.ctx.tasks.shut_down(PATIENCE).await.is_empty());
    }
}

async fn ask<Q, A>(bus: &Bus, to: String, question: &Q) -> Result<A, Problem>
where
    Q: serde::Serialize + Sync,
    A: serde::de::DeserializeOwned,
{
    match bus.request(to, question, PATIENCE).await {
        Ok(answer) => Ok(answer),
        Err(bus::RequestError::Refused(problem)) => Err(problem),
        Err(other) => panic!("{other}"),
    }
}

/// Waits until the stream's last word on each of these elders is the one given.
async fn published(bus: &Bus, wanted: &[(&str, f64)]) {
    let stream = StreamKind::Profiles.name(&district());
    let mut follower = bus.follow(stream, &[], StartFrom::LastPerSubject).await.unwrap();
    let mut seen: BTreeMap<String, f64> = BTreeMap::new();
    let all = async {
        while !wanted.iter().all(|(id, lon)| seen.get(*id) == Some(lon)) {
            match follower.next().await {
                Followed::Message(message) => {
                    let event: CloudEvent<ElderProfiled> = message.decode().unwrap();
                    assert!(
                        !String::from_utf8_lossy(&message.payload).contains('张'),
                        "a name left the vault"
                    );
                    seen.insert(event.subject, event.data.elder.place.lon());
                }
                Followed::CaughtUp { .. } => {}
                Followed::Reset => seen.clear(),
            }
        }
    };
    tokio::time::timeout(PATIENCE, all).await.unwrap();
}

/// How many changes have been published.
async fn messages(bus: &Bus) -> usize {
    let stream = StreamKind::Profiles.name(&district());
    bus.messages_for_subject(&stream, &StreamKind::Profiles.subjects(&district()), 99).await.unwrap().len()
}

#[tokio::test]
async fn a_phone_number_is_for_the_platform_alone_and_in_no_stream() {
    let (nats, state) = (NatsServer::start(), tempfile::tempdir().unwrap());
    let registry = running(&nats, state.path()).await;
    let with_phone = |number: &str| RegistryCommand::PutElder {
        elder: elder("e1", 98.1),
        name: None,
        phone: Some(number.to_owned()),
        identity: None,
        address: None,
    };
    let refused = registry.command(with_phone("none")).await.unwrap_err();
    assert_eq!(refused.code, "invalid_phone");
    registry.command(with_phone("+8613800138000")).await.unwrap();
    published(&registry.bus, &[("e1", 98.1)]).await;
    let asked = async |role| {
        let reader = Actor { role, user: None };
        let query = ContactsQuery { reader, ids: vec!["e1".to_owned(), "e2".to_owned()] };
        let to = subject::ask(&district(), Service::Registry, "contacts");
        ask::<_, Contacts>(&registry.bus, to, &query).await
    };
    let phones = asked(Role::System).await.unwrap().phones;
    assert_eq!(phones.into_iter().collect::<Vec<_>>(), [("e1".to_owned(), "+8613800138000".to_owned())]);
    assert_eq!(asked(Role::Operator).await.unwrap_err().code, "not_allowed");
    let file = std::fs::read(state.path().join("registry.sqlite")).unwrap();
    assert!(!String::from_utf8_lossy(&file).contains("13800138000"), "the number lies open in the database");
    registry.stop().await;
}

#[tokio::test]
async fn a_command_is_published_and_repeating_it_tells_nobody() {
    let (nats, state) = (NatsServer::start(), tempfile::tempdir().unwrap());
    let registry = running(&nats, state.path()).await;
    let first = registry.command(put("e1", 98.1, Some("张小三"))).await.unwrap();
    assert_eq!((first.revision, first.unchanged), (1, false));
    published(&registry.bus, &[("e1", 98.1)]).await;
    let again = registry.command(put("e1", 98.1, None)).await.unwrap();
    assert_eq!((again.revision, again.unchanged), (1, true));
    registry.command(put("e1", 98.2, None)).await.unwrap();
    published(&registry.bus, &[("e1", 98.2)]).await;
    assert_eq!(messages(&registry.bus).await, 2);
    registry.stop().await;
}

#[tokio::test]
async fn names_are_masked_by_role_and_every_reading_is_noted() {
    let (nats, state) = (NatsServer::start(), tempfile::tempdir().unwrap());
    let registry = running(&nats, state.path()).await;
    registry.command(put("e1", 98.1, Some("张小三"))).await.unwrap();
    registry.command(put("e2", 98.1, None)).await.unwrap();
    let name = |text: &str| BTreeMap::from([("e1".to_owned(), text.to_owned())]);
    assert_eq!(registry.names(Role::Operator, &["e1", "e2", "e9"]).await.unwrap(), name("张小三"));
    assert_eq!(registry.names(Role::Bureau, &["e1"]).await.unwrap(), name("张*三"));
    assert_eq!(registry.names(Role::Device, &["e1"]).await.unwrap_err().code, "not_allowed");
    let many = vec!["e1"; 501];
    assert_eq!(registry.names(Role::Operator, &many).await.unwrap_err().code, "too_many");

    let store = registry::open(&registry.config, &registry.ctx).await.unwrap();
    let readings = store.readings(10).await.unwrap();
    let told: Vec<_> = readings.iter().map(|r| (r.role.as_str(), r.masked, r.people.len())).collect();
    assert_eq!(told, [("bureau", true, 1), ("operator", false, 3)]);
    registry.stop().await;
}

#[tokio::test]
async fn people_are_found_by_name_as_they_are_called_now_and_every_search_is_noted() {
    let (nats, state) = (NatsServer::start(), tempfile::tempdir().unwrap());
    let registry = running(&nats, state.path()).await;
    for (id, name) in [("e1", "张秀英"), ("e2", "王秀兰"), ("e3", "李建国")] {
        registry.command(put(id, 98.1, Some(name))).await.unwrap();
    }
    let query = |role, words: &str| FindQuery {
        reader: Actor { role, user: Some(UserId::new("u1").unwrap()) },
        kind: Kind::Elder,
        words: words.to_owned(),
        street: None,
        community: None,
        after: None,
        limit: 10,
    };
    let find = async |query: FindQuery| -> Result<Vec<String>, Problem> {
        let to = subject::ask(&district(), Service::Registry, "find");
        let names: Names = ask(&registry.bus, to, &query).await?;
        Ok(names.names.into_iter().map(|(id, name)| format!("{id} {name}")).collect())
    };
    assert_eq!(find(query(Role::Operator, "秀")).await.unwrap(), ["e1 张秀英", "e2 王秀兰"]);
    registry.command(put("e3", 98.1, Some("李秀国"))).await.unwrap();
    registry.command(put("e1", 98.1, Some("张桂英"))).await.unwrap();
    assert_eq!(find(query(Role::FrontDesk, "秀")).await.unwrap(), ["e2 王秀兰", "e3 李秀国"], "names change");
    assert_eq!(find(query(Role::Operator, "E1")).await.unwrap(), ["e1 张桂英"], "by number, too");
    assert_eq!(find(FindQuery { limit: 1, ..query(Role::Operator, "秀") }).await.unwrap(), ["e2 王秀兰"]);
    let after = FindQuery { after: Some("e2".to_owned()), ..query(Role::Operator, "秀") };
    assert_eq!(find(after).await.unwrap(), ["e3 李秀国"]);
    let elsewhere = FindQuery { street: Some("s2".parse().unwrap()), ..query(Role::Operator, "秀") };
    assert!(find(elsewhere).await.unwrap().is_empty());
    let staff = FindQuery { kind: Kind::Caregiver, ..query(Role::Operator, "秀") };
    assert!(find(staff).await.unwrap().is_empty());
    for role in [Role::Auditor, Role::Organisation, Role::Caregiver, Role::Device] {
        assert_eq!(find(query(role, "秀")).await.unwrap_err().code, "not_allowed", "{role:?}");
    }
    assert_eq!(find(query(Role::Operator, " ")).await.unwrap_err().code, "malformed_search");

    let store = registry::open(&registry.config, &registry.ctx).await.unwrap();
    let readings = store.readings(20).await.unwrap();
    assert_eq!(readings.len(), 7, "those that found nobody, too");
    assert_eq!(readings.last().unwrap().people, ["e1", "e2"]);
    registry.stop().await;
}

#[tokio::test]
async fn what_is_wrong_is_refused_and_leaves_no_trace() {
    let (nats, state) = (NatsServer::start(), tempfile::tempdir().unwrap());
    let registry = running(&nats, state.path()).await;
    let mut odd = elder("e1", 98.1);
    odd.arrival_radius = domain::unit::Metres(0);
    let refused = registry
        .command(RegistryCommand::PutElder {
            elder: odd,
            name: None,
            phone: None,
            identity: None,
            address: None,
        })
        .await
        .unwrap_err();
    assert_eq!(
        (&*refused.code, refused.pointer.as_deref()),
        ("invalid_profile", Some("/elder/arrival_radius"))
    );
    assert_eq!(registry.command(put("e1", 98.1, Some(" "))).await.unwrap_err().code, "invalid_name");
    registry.command(put("p1", 98.1, None)).await.unwrap();
    let caregiver = serde_json::json!({ "id": "p1", "organisation": "o1", "street": "s1" });
    let caregiver = serde_json::from_value(caregiver).unwrap();
    let taken = registry
        .command(RegistryCommand::PutCaregiver {
            caregiver,
            name: None,
            phone: None,
            identity: None,
            address: None,
        })
        .await
        .unwrap_err();
    assert_eq!(taken.code, "id_taken");
    published(&registry.bus, &[("p1", 98.1)]).await;
    assert_eq!(messages(&registry.bus).await, 1);
    registry.stop().await;
}

#[tokio::test]
async fn what_was_changed_while_the_bus_was_away_is_published_when_it_is_back() {
    let (mut nats, state) = (NatsServer::start(), tempfile::tempdir().unwrap());
    let registry = running(&nats, state.path()).await;
    registry.command(put("e1", 98.1, None)).await.unwrap();
    published(&registry.bus, &[("e1", 98.1)]).await;
    nats.kill();
    // As an import does: straight into the database, from a connection of its own.
    let store = registry::open(&registry.config, &registry.ctx).await.unwrap();
    for id in ["e1", "e2", "e3"] {
        let put = registry::store::Put::of(registry::store::Person::Elder(elder(id, 98.5)));
        store.put(&put, SystemClock.now()).await.unwrap();
    }
    nats.restart();
    published(&nats.connect("reader").await, &[("e1", 98.5), ("e2", 98.5), ("e3", 98.5)]).await;
    registry.stop().await;
}

#[tokio::test]
async fn a_stream_that_lost_its_messages_gets_them_back() {
    let (nats, state) = (NatsServer::start(), tempfile::tempdir().unwrap());
    let first = running(&nats, state.path()).await;
    first.command(put("e1", 98.1, None)).await.unwrap();
    first.command(put("e2", 98.2, None)).await.unwrap();
    published(&first.bus, &[("e1", 98.1), ("e2", 98.2)]).await;
    first.stop().await;

    // Another server: nothing of the stream is left.
    let empty = NatsServer::start();
    let second = running(&empty, state.path()).await;
    published(&second.bus, &[("e1", 98.1), ("e2", 98.2)]).await;
    let store = registry::open(&second.config, &second.ctx).await.unwrap();
    let emptied = async {
        while !store.waiting(1).await.unwrap().is_empty() {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    };
    tokio::time::timeout(PATIENCE, emptied).await.unwrap();
    second.stop().await;
}

#[tokio::test]
async fn two_processes_publish_each_change_once_and_a_restart_publishes_nothing() {
    let (nats, state) = (NatsServer::start(), tempfile::tempdir().unwrap());
    let (one, two) = (running(&nats, state.path()).await, running(&nats, state.path()).await);
    let wanted: Vec<(String, f64)> = (0..40).map(|n| (format!("e{n}"), 98.0 + f64::from(n) / 64.0)).collect();
    for (id, lon) in &wanted {
        one.command(put(id, *lon, None)).await.unwrap();
    }
    let all: Vec<(&str, f64)> = wanted.iter().map(|(id, lon)| (id.as_str(), *lon)).collect();
    published(&one.bus, &all).await;
    one.stop().await;
    // As if the first had ended between publishing and noting it.
    let store = registry::open(&two.config, &two.ctx).await.unwrap();
    two.stop().await;
    assert_eq!(store.agree(&BTreeMap::new()).await.unwrap(), 40);
    let two = running(&nats, state.path()).await;
    two.command(put("late", 98.9, None)).await.unwrap();
    published(&two.bus, &[("late", 98.9)]).await;
    two.stop().await;
    let three = running(&nats, state.path()).await;
    three.command(put("later", 98.8, None)).await.unwrap();
    published(&three.bus, &[("later", 98.8)]).await;
    assert_eq!(messages(&three.bus).await, 42);
    three.stop().await;
}

#[tokio::test]
async fn a_database_of_another_district_is_refused() {
    let state = tempfile::tempdir().unwrap();
    let ctx = Context { entropy: Entropy::system(), ..Context::system() };
    registry::open(&Config::of(district(), state.path().to_owned()), &ctx).await.unwrap();
    let other = Config::of(DistrictId::new("d2").unwrap(), state.path().to_owned());
    let error = registry::open(&other, &ctx).await.unwrap_err();
    assert!(error.to_string().contains("district d1"), "{error}");
}

#[tokio::test]
async fn what_is_refused_is_on_the_audit_with_who_what_and_why() {
    let (nats, state) = (NatsServer::start(), tempfile::tempdir().unwrap());
    let registry = running(&nats, state.path()).await;
    registry.command(put("e1", 98.1, None)).await.unwrap();
    let step = |id: &str, role: &str, about: serde_json::Value| -> RegistryCommand {
        let mut command =
            serde_json::json!({ "request": "step", "id": id, "by": { "role": role, "user": "u1" } });
        command.as_object_mut().unwrap().extend(about.as_object().unwrap().clone());
        serde_json::from_value(command).unwrap()
    };
    let person = |step: &str| serde_json::json!({ "about": "person", "person": "e1", "step": step });
    let organisation =
        |step: &str| serde_json::json!({ "about": "organisation", "organisation": "org1", "step": step });
    let facility = |step: &str| serde_json::json!({ "about": "facility", "facility": "f1", "step": step });
    let refused = [
        (step("k1", "operator", person("ask_erasure")), "not_allowed"),
        (step("k2", "bureau", person("erase")), "wrong_step"),
        (step("k3", "bureau", organisation("sign_contract")), "wrong_step"),
        (step("k4", "front_desk", organisation("designate")), "not_allowed"),
        (step("k5", "bureau", facility("close")), "unknown_entry"),
        (put("e1", 98.1, Some(" ")), "invalid_name"),
    ];
    for (command, code) in refused {
        assert_eq!(registry.command(command).await.unwrap_err().code, code);
    }
    assert_eq!(registry.names(Role::Device, &["e1"]).await.unwrap_err().code, "not_allowed");
    let trail = async |role: Role| -> Result<AuditTrail, Problem> {
        let reader = Actor { role, user: Some(UserId::new("a1").unwrap()) };
        let query = AuditQuery { reader, about: None, before: None, limit: 0 };
        ask(&registry.bus, subject::ask(&district(), Service::Registry, "audit"), &query).await
    };
    assert_eq!(trail(Role::Operator).await.unwrap_err().code, "not_allowed");
    let notes = trail(Role::Auditor).await.unwrap().items;
    let told: Vec<String> = notes
        .iter()
        .rev()
        .map(|note| match &note.what {
            Audited::Refused { what, about, code, why } => {
                assert!(!why.is_empty());
                format!("{} {} {what} {about} {code}", note.role, note.user.as_deref().unwrap_or("-"))
            }
            handed_out @ Audited::HandedOut { .. } => panic!("{handed_out:?}"),
        })
        .collect();
    let expected = [
        "operator u1 ask_erasure erasure/e1 not_allowed",
        "bureau u1 erase erasure/e1 wrong_step",
        "bureau u1 sign_contract organisation/org1 wrong_step",
        "front_desk u1 designate organisation/org1 not_allowed",
        "bureau u1 close facility/f1 unknown_entry",
        "system - put_elder e1 invalid_name",
        "device u1 names e1 not_allowed",
        "operator a1 audit  not_allowed",
    ];
    assert_eq!(told, expected);
    registry.stop().await;
}

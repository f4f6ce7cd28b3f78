//! Profiles, the vault, and one person out.

use std::collections::BTreeMap;

use domain::order::{Actor, Role};
use registry::{
    handing::Handing,
    store::{Put, PutError, Refused, Store},
    vault::Field,
};
use schemas::registry::{
    KeptQuery,
    audit::{AuditQuery, Audited, Ground as Lawful},
};
use serde_json::json;

use crate::support::{BUREAU, Ground, Hand, SUPERVISOR, caregiver, district, elder, noon, terms};

const NAME: &str = "张秀英";
const PHONE: &str = "13800138000";
const IDENTITY: &str = "11010519491231002X";
const ADDRESS: &str = "雄关东路18号3单元502室";

fn known(id: &str) -> Put {
    Put {
        name: Some(NAME.to_owned()),
        phone: Some(PHONE.to_owned()),
        identity: Some(IDENTITY.to_owned()),
        address: Some(ADDRESS.to_owned()),
        ..elder(id)
    }
}

pub async fn a_profile_is_told_once_and_agrees_with_the_stream(ground: Ground) {
    let store = ground.store().await;
    let at = noon("2026-03-10");
    assert_eq!(store.put(&elder("e1"), at).await.unwrap().revision, 1);
    assert!(store.put(&elder("e1"), at).await.unwrap().unchanged);
    store.put(&caregiver("c1", &[]), at).await.unwrap();
    let waiting = store.waiting(9).await.unwrap();
    let subjects: Vec<&str> = waiting.iter().map(|event| event.subject.as_str()).collect();
    assert_eq!(subjects, ["care.v1.d1.profile.elder.e1", "care.v1.d1.profile.caregiver.c1"]);
    store.published(waiting[0].place).await.unwrap();
    // The stream has the first, and the second too although nobody noted it; then it loses everything.
    let there: BTreeMap<String, String> =
        waiting.iter().map(|event| (event.subject.clone(), event.event_id.clone())).collect();
    assert_eq!(store.agree(&there).await.unwrap(), 0);
    assert_eq!(store.waiting_count().await.unwrap(), 0);
    assert_eq!(store.agree(&BTreeMap::new()).await.unwrap(), 2);
    let mut profile = caregiver("e1", &[]);
    profile.name = Some("李敏".to_owned());
    assert!(matches!(store.put(&profile, at).await, Err(PutError::OtherKind { .. })));
    assert!(store.fields(Field::Name, &["e1".to_owned()]).await.unwrap().is_empty());
}

pub async fn a_person_has_one_file(ground: Ground) {
    let store = ground.store().await;
    let at = noon("2026-03-10");
    store.put(&known("e1"), at).await.unwrap();
    store.put(&known("e1"), at).await.unwrap();
    let outcomes = store.put_all(&[elder("e2"), known("e3"), elder("e4")], at).await.unwrap();
    assert!(matches!(&outcomes[1], Err(PutError::SameIdentity { holder }) if holder == "e1"));
    assert!(outcomes[0].is_ok() && outcomes[2].is_ok());
    assert_eq!(store.found(Field::Phone, PHONE).await.unwrap(), ["e1"]);
    assert_eq!(store.found(Field::Phone, "13900139000").await.unwrap(), Vec::<String>::new());
    let names = store.fields(Field::Name, &["e1".to_owned(), "e2".to_owned()]).await.unwrap();
    assert_eq!(names, BTreeMap::from([("e1".to_owned(), NAME.to_owned())]));
}

pub async fn nothing_of_the_vault_lies_open_in_a_backup(ground: Ground) {
    let place = ground.place();
    let store = ground.open(&place).await;
    store.put(&known("e1"), noon("2026-03-10")).await.unwrap();
    let reader = Actor { role: Role::Operator, user: None };
    store
        .note_reading(&reader, (Handing::Names, false), &["e1".to_owned()], noon("2026-03-10"))
        .await
        .unwrap();
    let mut dump = Vec::new();
    let rows = store.back_up(&mut dump).await.unwrap();
    let text = String::from_utf8(dump.clone()).unwrap();
    for secret in [NAME, PHONE, IDENTITY, ADDRESS] {
        assert!(!text.contains(secret), "{secret} lies open");
    }
    let other = ground.place();
    assert_eq!(Store::restore(&other, &district(), &dump[..]).await.unwrap(), rows);
    let restored = ground.open(&other).await;
    assert_eq!(restored.all_fields("e1").await.unwrap(), store.all_fields("e1").await.unwrap());
    assert_eq!(restored.readings(9).await.unwrap(), store.readings(9).await.unwrap());
    let again = Store::restore(&other, &district(), &dump[..]).await;
    assert!(again.is_err(), "a database in use is left alone");
}

pub async fn erasing_takes_two_and_leaves_the_id_only(ground: Ground) {
    let (store, terms) = (ground.store().await, terms("jiayuguan"));
    store.put(&known("e1"), noon("2026-03-10")).await.unwrap();
    let hand = Hand { store: &store, terms: &terms };
    let step = |step: &str| json!({ "about": "person", "person": "e1", "step": step });
    assert_eq!(hand.take(BUREAU, "2026-03-11", step("erase")).await, Err("wrong_step".to_owned()));
    assert_eq!(
        hand.take((Role::Operator, "o1"), "2026-03-11", step("ask_erasure")).await,
        Err("not_allowed".to_owned())
    );
    hand.take(BUREAU, "2026-03-11", step("ask_erasure")).await.unwrap();
    assert_eq!(hand.take(BUREAU, "2026-03-11", step("erase")).await, Err("same_person".to_owned()));
    hand.take((Role::Bureau, "b2"), "2026-03-12", step("erase")).await.unwrap();
    assert!(store.all_fields("e1").await.unwrap().is_empty());
    assert_eq!(store.found(Field::Identity, IDENTITY).await.unwrap(), Vec::<String>::new());
    let left = store.file_of("e1").await.unwrap().unwrap();
    assert_eq!(
        (left.profile["closed"].clone(), left.profile["place"]["lon"].clone()),
        (json!(true), json!(98.3))
    );
    // One event waits, and it is the empty one.
    let waiting = store.waiting(9).await.unwrap();
    assert_eq!(waiting.len(), 1);
    assert!(!waiting[0].event.contains("98.291") && waiting[0].event.contains("\"closed\":true"));
    assert_eq!(store.erased().await.unwrap().into_iter().collect::<Vec<_>>(), [waiting[0].subject.clone()]);
    assert!(matches!(store.put(&elder("e1"), noon("2026-03-13")).await, Err(PutError::Erased(_))));
    // Whoever has the identity number may be registered again, under another id.
    store.put(&known("e9"), noon("2026-03-13")).await.unwrap();
}

pub async fn all_that_is_held_goes_to_the_person(ground: Ground) {
    let (store, terms) = (ground.store().await, terms("jiayuguan"));
    store.put(&known("e1"), noon("2026-03-10")).await.unwrap();
    let hand = Hand { store: &store, terms: &terms };
    let begin = json!({
        "about": "plan", "plan": "p1", "step": "begin", "elder": "e1",
        "visit": { "service": "cleaning", "weekdays": ["monday"], "starts": 540, "within": 60, "from": "2026-03-01" },
    });
    hand.take(SUPERVISOR, "2026-03-11", begin).await.unwrap();
    let reader = Actor { role: Role::Operator, user: None };
    store
        .note_reading(&reader, (Handing::Names, true), &["e1".to_owned()], noon("2026-03-10"))
        .await
        .unwrap();
    let file = store.file_of("e1").await.unwrap().unwrap();
    assert_eq!(file.sealed["address"], ADDRESS);
    assert_eq!((file.kept["plan"].len(), file.readings.len()), (1, 1));
    assert_eq!(store.file_of("e9").await.unwrap(), None);
    let open = KeptQuery { open: true, elder: Some("e1".parse().unwrap()), ..KeptQuery::default() };
    assert_eq!(store.kept(registry::keep::Kind::Plan, &open).await.unwrap().len(), 1);
}

pub async fn what_is_handed_out_and_what_is_refused_stands_in_one_order(ground: Ground) {
    let store = ground.store().await;
    let by = |role: Role, user: &str| Actor { role, user: Some(user.parse().unwrap()) };
    let (caregiver, desk) = (by(Role::Caregiver, "c1"), by(Role::FrontDesk, "f1"));
    let people = ["e1".to_owned(), "e2".to_owned()];
    store.note_reading(&caregiver, (Handing::Names, false), &people, noon("2026-03-10")).await.unwrap();
    for about in ["erasure/e1", "organisation/org1"] {
        let refused =
            Refused { by: &desk, about, what: "erase", code: "not_allowed", why: "the role may not" };
        store.note_refusal(refused, noon("2026-03-11")).await.unwrap();
    }
    let asked = async |about: Option<&str>, before: Option<i64>, limit: u16| {
        let about = about.map(str::to_owned);
        store.audit(&AuditQuery { reader: desk.clone(), about, before, limit }).await.unwrap()
    };
    let all = asked(None, None, 0).await;
    let codes: Vec<_> = all.iter().map(|note| (note.role.as_str(), note.user.as_deref())).collect();
    assert_eq!(codes, [("front_desk", Some("f1")), ("front_desk", Some("f1")), ("caregiver", Some("c1"))]);
    let handed_out = Audited::HandedOut {
        what: "names".to_owned(),
        masked: false,
        ground: Some(Lawful::Service),
        people: people.to_vec(),
    };
    assert_eq!(all[2].what, handed_out);
    // Of one person, of one organisation, and page by page.
    assert_eq!(asked(Some("e1"), None, 0).await, [all[1].clone(), all[2].clone()]);
    assert_eq!(asked(Some("organisation/org1"), None, 0).await, [all[0].clone()]);
    assert_eq!(asked(None, Some(all[0].seq), 1).await, [all[1].clone()]);
    // Forgotten together, once they are old.
    store.forget_readings(30, noon("2026-05-10")).await.unwrap();
    assert!(asked(None, None, 0).await.is_empty());
}

//! Contracts, and what `accounts` decides.

use registry::keep::{Kind, organisation::Word};
use schemas::{
    account::standing::{Rated, Standing},
    envelope::CloudEvent,
    registry::organisation::OrganisationProfiled,
};
use serde_json::json;

use crate::support::{BUREAU, Ground, Hand, OTHER_BUREAU, SUPERVISOR, kept, noon, terms};

pub async fn a_contract_takes_two_and_its_end_is_told(ground: Ground) {
    let (store, terms) = (ground.store().await, terms("jiayuguan"));
    let hand = Hand { store: &store, terms: &terms };
    let about = |step: &str, more: serde_json::Value| {
        let mut all = json!({ "about": "organisation", "organisation": "org1", "step": step });
        all.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        all
    };
    let checks = |clean: bool| {
        json!({ "name": "康乐", "checks": {
            "legal_person": true, "experienced_lead": true, "certified_staff": true, "clean_credit": clean,
            "no_accident": true,
        } })
    };
    let term = |from: &str, until: &str| json!({ "term": { "from": from, "until": until } });
    let none = || json!({});
    let propose = about("propose_contract", term("2026-03-01", "2028-02-29"));
    assert_eq!(hand.take(SUPERVISOR, "2026-03-01", propose.clone()).await, Err("wrong_step".to_owned()));
    assert_eq!(
        hand.take(BUREAU, "2026-03-01", about("register", checks(false))).await,
        Err("checks_open".to_owned())
    );
    hand.take(BUREAU, "2026-03-01", about("register", checks(true))).await.unwrap();
    let long = about("propose_contract", term("2026-03-01", "2028-03-01"));
    assert_eq!(hand.take(BUREAU, "2026-03-01", long).await, Err("out_of_range".to_owned()), "J7: two years");
    hand.take(BUREAU, "2026-03-01", propose).await.unwrap();
    let sign = about("sign_contract", none());
    assert_eq!(hand.take(BUREAU, "2026-03-02", sign.clone()).await, Err("same_person".to_owned()));
    assert_eq!(hand.take(SUPERVISOR, "2026-03-02", sign.clone()).await, Err("not_allowed".to_owned()));
    hand.take(OTHER_BUREAU, "2026-03-02", sign).await.unwrap();
    let signed = kept(&store, Kind::Organisation, "org1").await;
    assert_eq!(
        (signed["contract"]["is"].clone(), signed["due"].clone()),
        (json!("signed"), json!("2027-03-02"))
    );
    hand.take(BUREAU, "2027-03-01", about("check_contract", none())).await.unwrap();
    let checked = kept(&store, Kind::Organisation, "org1").await;
    assert_eq!(checked["due"], "2027-11-29", "three months before the end a successor is looked for");
    hand.take(BUREAU, "2027-03-02", about("designate", none())).await.unwrap();
    hand.take(BUREAU, "2027-05-04", about("end_contract", none())).await.unwrap();
    let waiting = store.waiting(99).await.unwrap();
    assert!(waiting.iter().all(|event| event.subject == "care.v1.d1.profile.organisation.org1"));
    let last: CloudEvent<OrganisationProfiled> =
        serde_json::from_str(&waiting.last().unwrap().event).unwrap();
    let told = serde_json::to_value(&last.data.organisation).unwrap();
    assert_eq!((told["contract"]["is"].clone(), told.get("designated")), (json!("ended"), None));
    assert_eq!(told["record"].as_array().unwrap().len(), 6);
}

pub async fn what_accounts_decides_is_kept_with_the_organisation(ground: Ground) {
    let store = ground.store().await;
    let at = noon("2026-03-10");
    let standing = |stopped| {
        Word::Standing(Standing {
            organisation: "org1".parse().unwrap(),
            stopped,
            matter: "v1".parse().unwrap(),
            at,
        })
    };
    let rated = |year, stars| {
        let organisation = "org1".parse().unwrap();
        Word::Rated(Rated { organisation, year, stars, matter: "r1".parse().unwrap(), at })
    };
    assert!(store.hear(&standing(true), at).await.unwrap());
    assert!(!store.hear(&standing(true), at).await.unwrap(), "the same word twice is no news");
    assert!(store.hear(&rated(2025, 4), at).await.unwrap());
    assert!(!store.hear(&rated(2024, 1), at).await.unwrap(), "an older year is no news");
    let it = kept(&store, Kind::Organisation, "org1").await;
    assert_eq!((it["stars"]["stars"].clone(), it["stopped"]["matter"].clone()), (json!(4), json!("v1")));
    assert_eq!(it["contract"]["is"], "unregistered", "its people are taken as they are");
    assert!(store.hear(&standing(false), at).await.unwrap());
    assert_eq!(store.waiting(9).await.unwrap().len(), 3);
}

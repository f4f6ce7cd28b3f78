//! Keys change, and another key opens nothing.

use registry::store::{Put, Store};

use crate::support::{Ground, district, elder, noon};

pub async fn keys_are_sealed_anew_and_the_old_key_opens_nothing(ground: Ground) {
    let place = ground.place();
    let store = ground.open(&place).await;
    let put =
        Put { name: Some("张秀英".to_owned()), phone: Some("13800138000".to_owned()), ..elder("e1") };
    store.put(&put, noon("2026-03-10")).await.unwrap();
    let next = ground.vault("next.key");
    assert_eq!(store.rotate(&next).await.unwrap(), 1);
    store.close().await;
    assert!(Store::open(&place, &district(), ground.vault("registry.key")).await.is_err());
    let store = Store::open(&place, &district(), next).await.unwrap();
    assert_eq!(store.all_fields("e1").await.unwrap()["name"], "张秀英");
    assert_eq!(store.found(registry::vault::Field::Phone, "13800138000").await.unwrap(), ["e1"]);
}

pub async fn another_key_is_refused(ground: Ground) {
    let place = ground.place();
    ground.open(&place).await.close().await;
    let error = Store::open(&place, &district(), ground.vault("other.key")).await.unwrap_err();
    assert!(error.to_string().contains("another key"), "{error}");
}

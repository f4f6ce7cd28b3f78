//! Out to a file and in again.

use accounts::store::{BackupError, Store};

use crate::support::{Ground, capture, changji, code, district, funding, hold, noon, open, person, work};

pub async fn a_backup_gives_the_same_books(ground: Ground) {
    let (store, rules, now) = (open(&ground.place()).await, changji(), noon("2026-03-10"));
    for number in 0..30 {
        let (elder, order) = (format!("e{number}"), format!("o{number}"));
        work(&store, person(&elder), &rules, now).await.unwrap();
        work(&store, hold(&order, &elder, "2026-03-10"), &rules, now).await.unwrap();
        if number % 2 == 0 {
            work(&store, capture(&order, "org", "2026-03-10"), &rules, now).await.unwrap();
        }
    }
    drop(work(&store, capture("nothing", "org", "2026-03-10"), &rules, now).await);
    let mut file = Vec::new();
    let rows = store.back_up(&mut file).await.unwrap();
    let mut again = Vec::new();
    store.back_up(&mut again).await.unwrap();
    assert!(file == again, "the same books give the same backup");

    // Into the same kind of database, and into the embedded one.
    let elsewhere = Ground::sqlite();
    for place in [ground.place(), elsewhere.place()] {
        assert_eq!(Store::restore(&place, &district(), &file[..]).await.unwrap(), rows);
        let restored = open(&place).await;
        assert_eq!(restored.trial_balance().await.unwrap(), store.trial_balance().await.unwrap());
        assert_eq!(restored.waiting(1_000).await.unwrap(), store.waiting(1_000).await.unwrap());
        let mut copy = Vec::new();
        restored.back_up(&mut copy).await.unwrap();
        assert!(file == copy, "a restored database gives the same backup");
        // It goes on: what was done is known, what comes is new.
        let outcome = work(&restored, hold("o1", "e1", "2026-03-10"), &rules, now).await;
        assert_eq!(funding(outcome).amount, 6_000);
        assert_eq!(code(&work(&restored, capture("o1", "org", "2026-03-10"), &rules, now).await), "ok");
        let refused = Store::restore(&place, &district(), &file[..]).await.unwrap_err();
        assert!(matches!(refused, BackupError::NotEmpty), "{refused}");
    }
    let place = ground.place();
    let cut = &file[..file.len() / 2];
    let damaged = Store::restore(&place, &district(), cut).await.unwrap_err();
    assert!(matches!(damaged, BackupError::Damaged { .. }), "{damaged}");
    let other = domain::id::DistrictId::new("d2").unwrap();
    assert!(Store::restore(&place, &other, &file[..]).await.is_err());
    // What failed left nothing.
    Store::restore(&place, &district(), &file[..]).await.unwrap();
}

//! Statements, four eyes, and what comes late.

use accounts::{
    ledger::Work,
    statement,
    store::{Period, SettlementError},
};
use domain::id::CommandId;
use schemas::account::assessment::Kind::ServiceAllowance;

use crate::support::{
    Ground, capture, changji, hold, noon, open, order, organisation, person, stands, user, work,
};

pub async fn drawn_approved_paid_once(ground: Ground) {
    let (store, rules, now) = (open(&ground.place()).await, changji(), noon("2026-03-10"));
    for (name, by, on) in
        [("1", "org1", "2026-01-31"), ("2", "org1", "2026-03-01"), ("3", "org2", "2026-03-31")]
    {
        let (elder, order) = (format!("e{name}"), format!("o{name}"));
        work(&store, person(&elder), &rules, now).await.unwrap();
        work(&store, hold(&order, &elder, on), &rules, now).await.unwrap();
        work(&store, capture(&order, by, on), &rules, now).await.unwrap();
    }
    // April's, and one that was held only: not this quarter's business.
    work(&store, hold("o4", "e1", "2026-04-01"), &rules, now).await.unwrap();
    work(&store, capture("o4", "org1", "2026-04-01"), &rules, now).await.unwrap();
    work(&store, hold("o5", "e2", "2026-03-02"), &rules, now).await.unwrap();

    let quarter: Period = "2026-Q1".parse().unwrap();
    let after = noon("2026-04-02");
    assert!(matches!(store.draw(quarter, &user("a"), now).await, Err(SettlementError::PeriodOpen(_))));
    assert!(matches!(store.approve(quarter, &user("a"), after).await, Err(SettlementError::NotDrawn(_))));
    let drawn = store.draw(quarter, &user("a"), after).await.unwrap();
    assert!(matches!(store.draw(quarter, &user("b"), after).await, Err(SettlementError::AlreadySettled(_))));
    assert!(matches!(store.approve(quarter, &user("a"), after).await, Err(SettlementError::SamePerson(_))));
    let statements = store.statements(&drawn, None).await.unwrap();
    let owed = |name: &str| statements[&organisation(name)].owed[&ServiceAllowance];
    assert_eq!((statements.len(), owed("org1"), owed("org2")), (2, 12_000, 6_000));

    for _ in 0..2 {
        store.approve(quarter, &user("b"), after).await.unwrap();
        assert_eq!(stands(&store, "paid/org1/service_allowance").await, 12_000);
        assert_eq!(stands(&store, "owed/org1/service_allowance").await, 6_000);
        assert_eq!(stands(&store, "owed/org2/service_allowance").await, 0);
    }
    // Drawn again from the books, the workbooks are the same, byte by byte.
    let settlement = store.settlement(quarter).await.unwrap().unwrap();
    let (one, two) = (ground.folder().join("one"), ground.folder().join("two"));
    let first = statement::write(&store, &settlement, &one).await.unwrap();
    let second = statement::write(&store, &settlement, &two).await.unwrap();
    assert_eq!(first.len(), 2);
    for ((a, ..), (b, ..)) in first.iter().zip(&second) {
        assert!(std::fs::read(a).unwrap() == std::fs::read(b).unwrap(), "{}", a.display());
    }
    assert_eq!(first[0].2, statements[&organisation("org1")]);
}

pub async fn what_comes_late_is_settled_next(ground: Ground) {
    let (store, rules, now) = (open(&ground.place()).await, changji(), noon("2026-03-10"));
    work(&store, person("e1"), &rules, now).await.unwrap();
    for number in 1..=3 {
        work(&store, hold(&format!("o{number}"), "e1", "2026-03-10"), &rules, now).await.unwrap();
    }
    work(&store, capture("o1", "org", "2026-03-10"), &rules, now).await.unwrap();
    let (march, april): (Period, Period) = ("2026-03".parse().unwrap(), "2026-04".parse().unwrap());
    let drawn = store.draw(march, &user("a"), noon("2026-04-01")).await.unwrap();
    store.approve(march, &user("b"), noon("2026-04-01")).await.unwrap();
    // Confirmed late, and a dispute about what is paid already.
    work(&store, capture("o2", "org", "2026-03-10"), &rules, noon("2026-04-03")).await.unwrap();
    let correct = Work::Correct {
        id: CommandId::new("k1").unwrap(),
        order: order("o1"),
        change: -2_500,
        reason: "shorter".to_owned(),
        by: user("u1"),
    };
    work(&store, correct, &rules, noon("2026-04-03")).await.unwrap();
    let next = store.draw(april, &user("a"), noon("2026-05-01")).await.unwrap();
    assert_eq!(
        store.statements(&drawn, None).await.unwrap()[&organisation("org")].owed[&ServiceAllowance],
        6_000
    );
    let statement = &store.statements(&next, None).await.unwrap()[&organisation("org")];
    assert_eq!((statement.lines, statement.owed[&ServiceAllowance]), (2, 3_500));
    let earlier: Period = "2026-02".parse().unwrap();
    assert!(matches!(
        store.draw(earlier, &user("a"), noon("2026-05-01")).await,
        Err(SettlementError::LaterSettled { .. })
    ));
    store.approve(april, &user("b"), noon("2026-05-01")).await.unwrap();
    assert_eq!(stands(&store, "paid/org/service_allowance").await, 9_500);
    assert_eq!(stands(&store, "owed/org/service_allowance").await, 0);
}

//! Matters: clocks in working days, four eyes, and what follows from the last signature, on both databases.

use accounts::{
    ledger::{
        Work,
        work::{Rated, Taken},
    },
    rulebook::Rulebook,
    store::Store,
};
use domain::{
    id::{CommandId, MatterId, UserId},
    order::{Actor, Role},
    service::ServiceKind,
};
use schemas::account::{
    assessment::Kind,
    funding::Noted,
    matter::{
        Applicant, CallOutcome, Case, Evidence, Fault, GrantFacts, GrantStage, Matter, MattersQuery,
        Severity, Step,
    },
};
use serde_json::json;

use crate::support::{
    Ground, capture, changji, city, code, day, elder, hold, noon, open, order, organisation, person, stands,
    work,
};

fn matter(name: &str) -> MatterId {
    MatterId::new(name).unwrap()
}

/// A step by `role/user` on a day; the matter after it, or the code.
async fn step(
    store: &Store,
    rules: &Rulebook,
    name: &str,
    (role, user): (Role, &str),
    on: &str,
    step: Step,
) -> Result<Matter, &'static str> {
    let id = format!("{name}-{on}-{}-{user}", step.name());
    let taken = Work::Step(Box::new(Taken {
        id: CommandId::new(id).unwrap(),
        matter: matter(name),
        by: Actor { role, user: Some(UserId::new(user).unwrap()) },
        on: day(on),
        note: String::new(),
        step,
    }));
    let outcome = work(store, taken, rules, noon(on)).await;
    match outcome {
        Ok(Some(Noted::Matter(matter))) => Ok(*matter),
        other => Err(code(&other)),
    }
}

fn apply() -> Step {
    Step::Apply {
        elder: elder("e1"),
        applicant: Applicant::Relative,
        evidence: [Evidence::HouseholdRegister].into(),
    }
}

fn found(categories: &[&str]) -> Step {
    let found = json!({ "birth_date": "1950-01-01", "household_registration": "652301", "residence": "652301",
        "categories": categories });
    Step::Survey { found: serde_json::from_value(found).unwrap() }
}

const DESK: (Role, &str) = (Role::FrontDesk, "desk");
const STREET: (Role, &str) = (Role::Supervisor, "street");
const BUREAU: (Role, &str) = (Role::Bureau, "bureau");
const OTHER: (Role, &str) = (Role::Bureau, "other");

fn due(matter: &Matter) -> String {
    matter.due.map_or(String::new(), |due| due.to_string())
}

/// Changji § 5, over the holidays of May 2026.
pub async fn an_application_keeps_its_terms(ground: Ground) {
    let (store, rules) = (open(&ground.place()).await, changji());
    let applied = step(&store, &rules, "a1", DESK, "2026-04-24", apply()).await.unwrap();
    // Ten working days from Friday 24 April: 1, 4, 5 May are off, Saturday 9 May is worked.
    assert_eq!(due(&applied), "2026-05-12");
    assert_eq!(step(&store, &rules, "a2", DESK, "2026-04-27", apply()).await, Err("already_open"));
    assert_eq!(step(&store, &rules, "a1", BUREAU, "2026-04-27", found(&[])).await, Err("not_allowed"));
    let surveyed = step(&store, &rules, "a1", DESK, "2026-04-29", found(&[])).await.unwrap();
    // The notice hangs 30 April, 6, 7, 8, 9 May; the street has five more.
    assert_eq!(due(&surveyed), "2026-05-15");
    let review = |in_order| Step::Review { in_order };
    assert_eq!(step(&store, &rules, "a1", STREET, "2026-05-09", review(true)).await, Err("notice_hangs"));
    // Objected to: surveyed again, by somebody with the same hat on another head.
    let objected = step(&store, &rules, "a1", DESK, "2026-05-09", Step::Object).await.unwrap();
    assert_eq!(due(&objected), "2026-05-22");
    step(&store, &rules, "a1", STREET, "2026-05-11", found(&["minimum_living"])).await.unwrap();
    assert_eq!(step(&store, &rules, "a1", STREET, "2026-05-19", review(true)).await, Err("same_person"));
    let second = (Role::Supervisor, "street2");
    let reviewed = step(&store, &rules, "a1", second, "2026-05-19", review(true)).await.unwrap();
    assert_eq!(due(&reviewed), "2026-05-26");
    let decide = |approve| Step::Decide { approve };
    assert_eq!(step(&store, &rules, "a1", STREET, "2026-05-31", decide(true)).await, Err("not_allowed"));
    let approved = step(&store, &rules, "a1", BUREAU, "2026-05-31", decide(true)).await.unwrap();
    assert!(approved.open && due(&approved) == "2027-06-01", "{approved:?}");
    // Served from the next month.
    let now = noon("2026-05-31");
    assert_eq!(code(&work(&store, hold("o1", "e1", "2026-05-31"), &rules, now).await), "not_yet_effective");
    assert_eq!(code(&work(&store, hold("o2", "e1", "2026-06-01"), &rules, now).await), "ok");
    // No longer eligible: stops the next month.
    let no = Step::Check { eligible: false };
    let ending = step(&store, &rules, "a1", BUREAU, "2027-05-31", no).await.unwrap();
    assert_eq!(due(&ending), "2027-06-01");
    assert_eq!(store.ending(day("2027-05-31"), 9).await.unwrap(), []);
    assert_eq!(store.ending(day("2027-06-01"), 9).await.unwrap(), [matter("a1")]);
    let ends = Work::Ends(matter("a1"), day("2027-06-01"));
    for _ in 0..2 {
        work(&store, ends.clone(), &rules, noon("2027-06-01")).await.unwrap();
    }
    assert_eq!(store.person(&elder("e1")).await.unwrap().unwrap().approved_on, None);
    let query = MattersQuery {
        id: None,
        kind: None,
        elder: Some(elder("e1")),
        organisation: None,
        among: None,
        open: true,
        limit: 9,
    };
    assert_eq!(store.matters(&query).await.unwrap(), []);
    let closed = MattersQuery { open: false, ..query };
    assert_eq!(store.matters(&closed).await.unwrap().len(), 1);
    // A scope counts before the limit does.
    let among = |who: &str| MattersQuery {
        elder: None,
        among: Some([elder(who), elder("e9")].into()),
        limit: 1,
        ..closed.clone()
    };
    assert_eq!(store.matters(&among("e1")).await.unwrap().len(), 1);
    assert_eq!(store.matters(&among("e8")).await.unwrap(), []);
}

/// A decision follows the rules, and a refusal is told in writing.
pub async fn the_bureau_approves_what_the_rules_give_only(ground: Ground) {
    let (store, rules) = (open(&ground.place()).await, changji());
    step(&store, &rules, "a1", DESK, "2026-03-02", apply()).await.unwrap();
    step(&store, &rules, "a1", DESK, "2026-03-03", found(&[])).await.unwrap();
    step(&store, &rules, "a1", STREET, "2026-03-12", Step::Review { in_order: true }).await.unwrap();
    let decide = |approve| Step::Decide { approve };
    assert_eq!(step(&store, &rules, "a1", BUREAU, "2026-03-13", decide(true)).await, Err("not_entitled"));
    assert!(store.person(&elder("e1")).await.unwrap().is_none(), "no trace");
    let refused = step(&store, &rules, "a1", BUREAU, "2026-03-16", decide(false)).await.unwrap();
    assert!(refused.open);
    assert!(!step(&store, &rules, "a1", DESK, "2026-03-17", Step::Tell).await.unwrap().open);
    // Where the document knows no applications there are none.
    assert_eq!(
        step(&store, &city("jiayuguan"), "a9", DESK, "2026-03-17", apply()).await,
        Err("no_procedure")
    );
}

/// Jiayuguan Art. 16(4), 17.
pub async fn a_poor_rating_is_called_about(ground: Ground) {
    let (store, rules) = (open(&ground.place()).await, city("jiayuguan"));
    let rated = |of: &str, stars| {
        Work::Rated(Rated {
            order: order(of),
            elder: elder("e1"),
            service: ServiceKind::Cleaning,
            organisation: organisation("org"),
            on: day("2026-03-12"),
            stars,
        })
    };
    for _ in 0..2 {
        work(&store, rated("o1", 5), &rules, noon("2026-03-12")).await.unwrap();
        work(&store, rated("o2", 2), &rules, noon("2026-03-12")).await.unwrap();
    }
    let open = MattersQuery {
        id: None,
        kind: None,
        elder: None,
        organisation: None,
        among: None,
        open: true,
        limit: 9,
    };
    let [call] = <[Matter; 1]>::try_from(store.matters(&open).await.unwrap()).unwrap();
    // Two working days from Thursday.
    assert_eq!((call.case.name(), due(&call)), ("follow_up", "2026-03-16".to_owned()));
    let name = call.id.to_string();
    let call = |outcome| Step::Call { outcome };
    step(&store, &rules, &name, DESK, "2026-03-13", call(CallOutcome::NoAnswer)).await.unwrap();
    let done = step(&store, &rules, &name, DESK, "2026-03-16", call(CallOutcome::Complaint)).await.unwrap();
    assert!(!done.open && done.record.len() == 2);
    let [complaint] = <[Matter; 1]>::try_from(store.matters(&open).await.unwrap()).unwrap();
    assert_eq!((complaint.case.name(), complaint.order), ("complaint", Some(order("o2"))));
    let quality = store.quality(day("2026-01-01"), 2).await.unwrap();
    let of = &quality[&organisation("org")];
    assert_eq!((of.rated, of.stars, of.poor, of.complaints), (2, 7, 1, 0));
    // A grave fault of the organisation's stops its work orders until somebody lifts that.
    let name = complaint.id.to_string();
    let uphold = Step::Uphold { fault: Fault::Organisation, severity: Severity::Grave };
    step(&store, &rules, &name, BUREAU, "2026-03-17", uphold).await.unwrap();
    assert!(store.quality(day("2026-01-01"), 2).await.unwrap()[&organisation("org")].stopped);
    assert_eq!(standings(&store).await, ["stopped"]);
    step(&store, &rules, &name, BUREAU, "2026-03-20", Step::Lift).await.unwrap();
    assert_eq!(standings(&store).await, ["stopped", "restored"]);
}

async fn standings(store: &Store) -> Vec<&'static str> {
    let waiting = store.waiting(100).await.unwrap();
    let told = waiting.iter().filter(|waiting| waiting.subject.contains(".funding.standing."));
    told.map(|told| if told.event.contains("care.standing.stopped.v1") { "stopped" } else { "restored" })
        .collect()
}

/// Changsha Art. 43: the nine, on a day on which the document stands.
pub async fn a_violation_that_is_not_mended_has_its_consequences(ground: Ground) {
    let (store, rules) = (open(&ground.place()).await, city("changsha"));
    let notify = |number, by: &str| Step::Notify { organisation: organisation("org"), number, by: day(by) };
    for number in 1..=9 {
        let name = format!("v{number}");
        let told =
            step(&store, &rules, &name, BUREAU, "2024-03-01", notify(number, "2024-03-15")).await.unwrap();
        assert_eq!(due(&told), "2024-03-15");
    }
    assert_eq!(
        step(&store, &rules, "v10", BUREAU, "2024-03-01", notify(10, "2024-03-15")).await,
        Err("out_of_range")
    );
    assert_eq!(
        step(&store, &rules, "v10", STREET, "2024-03-01", notify(1, "2024-03-15")).await,
        Err("not_allowed")
    );
    let rectify = |done| Step::Rectify { done };
    step(&store, &rules, "v1", BUREAU, "2024-03-10", rectify(true)).await.unwrap();
    assert_eq!(standings(&store).await, [""; 0]);
    assert_eq!(step(&store, &rules, "v2", BUREAU, "2024-03-15", rectify(false)).await, Err("notice_hangs"));
    step(&store, &rules, "v2", BUREAU, "2024-03-16", rectify(false)).await.unwrap();
    step(&store, &rules, "v3", BUREAU, "2024-03-16", rectify(false)).await.unwrap();
    // One of two is lifted: the other still stops them.
    step(&store, &rules, "v2", BUREAU, "2024-03-20", Step::Lift).await.unwrap();
    assert_eq!(standings(&store).await, ["stopped", "stopped"]);
    step(&store, &rules, "v3", BUREAU, "2024-03-20", Step::Lift).await.unwrap();
    assert_eq!(standings(&store).await, ["stopped", "stopped", "restored"]);
    // The running grant stays stopped for half a year all the same.
    let facts = GrantFacts {
        facility: Some("居家养老服务站".to_owned()),
        filed: true,
        grade: Some(3),
        invoice_fen: Some(120_000),
        ..GrantFacts::default()
    };
    let propose = || Step::ProposeGrants {
        organisation: organisation("org"),
        period: "2024年上半年".to_owned(),
        facts: facts.clone(),
    };
    let grants = step(&store, &rules, "g1", STREET, "2024-09-15", propose()).await.unwrap();
    let of = |matter: &Matter, which: &str| {
        let Case::Grant { grants, .. } = &matter.case else { panic!("no grant") };
        let grant = grants.iter().find(|grant| grant.grant == which).unwrap().clone();
        (grant.amount_fen, grant.refused.unwrap_or_default())
    };
    assert_eq!(of(&grants, "operating"), (None, "stopped".to_owned()));
    assert_eq!(of(&grants, "insurance"), (Some(120_000), String::new()));
    let later = step(&store, &rules, "g2", STREET, "2024-09-16", propose()).await.unwrap();
    assert_eq!(of(&later, "operating"), (None, "amount_not_configured".to_owned()));
    // Published five days before it is paid.
    let approved = step(&store, &rules, "g2", BUREAU, "2024-09-20", Step::Approve).await.unwrap();
    let published = Case::Grant {
        period: "2024年上半年".to_owned(),
        grants: match later.case {
            Case::Grant { grants, .. } => grants,
            _ => vec![],
        },
        stage: GrantStage::Published { until: day("2024-09-25") },
    };
    assert_eq!(approved.case, published);
    assert_eq!(step(&store, &rules, "g2", BUREAU, "2024-09-25", Step::Pay).await, Err("notice_hangs"));
    assert!(!step(&store, &rules, "g2", BUREAU, "2024-09-26", Step::Pay).await.unwrap().open);
}

/// A dispute is decided by two, and booked with the second signature or not at all.
pub async fn a_correction_takes_two(ground: Ground) {
    let (store, rules, now) = (open(&ground.place()).await, changji(), noon("2026-03-10"));
    let propose = |change| Step::ProposeCorrection { order: order("o1"), change };
    assert_eq!(step(&store, &rules, "k0", DESK, "2026-03-10", propose(-100)).await, Err("unknown_hold"));
    work(&store, person("e1"), &rules, now).await.unwrap();
    work(&store, hold("o1", "e1", "2026-03-10"), &rules, now).await.unwrap();
    assert_eq!(step(&store, &rules, "k0", DESK, "2026-03-11", propose(-100)).await, Err("not_captured"));
    work(&store, capture("o1", "org", "2026-03-10"), &rules, now).await.unwrap();
    let proposed = step(&store, &rules, "k1", STREET, "2026-03-12", propose(-1_000)).await.unwrap();
    assert_eq!((proposed.elder, proposed.organisation), (Some(elder("e1")), Some(organisation("org"))));
    assert_eq!(step(&store, &rules, "k1", STREET, "2026-03-12", Step::Approve).await, Err("same_person"));
    assert_eq!(stands(&store, "owed/org/service_allowance").await, 6_000);
    step(&store, &rules, "k1", BUREAU, "2026-03-12", Step::Approve).await.unwrap();
    assert_eq!(step(&store, &rules, "k1", OTHER, "2026-03-12", Step::Approve).await, Err("wrong_step"));
    assert_eq!(stands(&store, "owed/org/service_allowance").await, 5_000);
    // What cannot be booked is not approved either.
    step(&store, &rules, "k2", STREET, "2026-03-13", propose(99_000)).await.unwrap();
    assert_eq!(
        step(&store, &rules, "k2", BUREAU, "2026-03-13", Step::Approve).await,
        Err("impossible_correction")
    );
    assert!(step(&store, &rules, "k2", BUREAU, "2026-03-14", Step::Reject).await.is_ok());
    assert_eq!(stands(&store, "owed/org/service_allowance").await, 5_000);
}

/// Jiayuguan Art. 12: once a year, proposed and approved.
pub async fn stars_are_given_by_two(ground: Ground) {
    let (store, rules) = (open(&ground.place()).await, city("jiayuguan"));
    let propose = |year, stars| Step::ProposeRating { organisation: organisation("org"), year, stars };
    assert_eq!(step(&store, &rules, "s0", BUREAU, "2026-03-10", propose(2027, 3)).await, Err("out_of_range"));
    assert_eq!(step(&store, &rules, "s0", BUREAU, "2026-03-11", propose(2025, 6)).await, Err("out_of_range"));
    for (name, year, stars) in [("s1", 2025, 4), ("s2", 2024, 2)] {
        step(&store, &rules, name, STREET, "2026-03-12", propose(year, stars)).await.unwrap();
        step(&store, &rules, name, BUREAU, "2026-03-13", Step::Approve).await.unwrap();
    }
    let quality = store.quality(day("2025-03-13"), 2).await.unwrap();
    assert_eq!(quality[&organisation("org")].yearly, Some(4));
    let told: Vec<String> =
        store.waiting(100).await.unwrap().into_iter().map(|event| event.subject).collect();
    assert_eq!(told, ["care.v1.d1.funding.rating.org.2025", "care.v1.d1.funding.rating.org.2024"]);
}

/// Where no allowance is given, who agreed to pay orders all the same; what was held for an order that has changed is
/// given back; and a question that comes after its order was closed holds nothing.
pub async fn an_order_is_paid_as_it_was_agreed(ground: Ground) {
    let (store, rules, now) = (open(&ground.place()).await, changji(), noon("2026-03-10"));
    let facts =
        json!({ "birth_date": "1962-01-01", "household_registration": "652301", "residence": "652301" });
    let nobody = Work::PutPerson(elder("e2"), serde_json::from_value(facts).unwrap());
    work(&store, nobody, &rules, now).await.unwrap();
    work(&store, person("e1"), &rules, now).await.unwrap();
    let ask = |of: &str, who: &str, change: &dyn Fn(&mut schemas::account::funding::HoldRequest)| {
        let Work::Hold(mut ask) = hold(of, who, "2026-03-10") else { unreachable!("it is a hold") };
        change(&mut ask);
        Work::Hold(ask)
    };
    let agreed = |fen| {
        move |ask: &mut schemas::account::funding::HoldRequest| ask.self_pay_up_to = domain::unit::Fen(fen)
    };
    assert_eq!(code(&work(&store, ask("o1", "e2", &agreed(0)), &rules, now).await), "not_eligible");
    assert_eq!(code(&work(&store, ask("o1", "e2", &agreed(5_999)), &rules, now).await), "not_eligible");
    let held = crate::support::funding(work(&store, ask("o1", "e2", &agreed(6_000)), &rules, now).await);
    assert_eq!((held.amount, held.self_pay.get()), (0, 6_000));
    // A quote holds nothing.
    let quoted = store.quote(&ask("q", "e1", &agreed(9_000)), &rules).await.unwrap().unwrap();
    assert!(matches!(quoted, Some(Noted::Funding(funding)) if funding.amount == 6_000));
    assert_eq!(stands(&store, "held/e1/service_allowance/2026-03").await, 0);
    // Another day: the first hold goes back, once.
    work(&store, ask("o2", "e1", &agreed(0)), &rules, now).await.unwrap();
    let moved = |ask: &mut schemas::account::funding::HoldRequest| {
        ask.id = CommandId::new("again").unwrap();
        ask.service_day = day("2026-04-02");
        ask.instead = true;
    };
    for _ in 0..2 {
        work(&store, ask("o2", "e1", &moved), &rules, now).await.unwrap();
        assert_eq!(stands(&store, "held/e1/service_allowance/2026-03").await, 0);
        assert_eq!(stands(&store, "held/e1/service_allowance/2026-04").await, 6_000);
    }
    // Cancelled before its question came.
    work(&store, Work::Dropped(order("o3")), &rules, now).await.unwrap();
    assert_eq!(code(&work(&store, ask("o3", "e1", &agreed(0)), &rules, now).await), "order_closed");
    let points = |ask: &mut schemas::account::funding::HoldRequest| ask.pay_with = Kind::SilverPoints;
    assert_eq!(code(&work(&store, ask("o4", "e1", &points), &rules, now).await), "not_eligible");
}

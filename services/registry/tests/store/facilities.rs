//! Changsha's facilities: terms in working days, holidays counted, grades by two people.

use domain::order::Role;
use registry::keep::Kind;
use serde_json::{Value, json};

use crate::support::{BUREAU, Ground, Hand, OTHER_BUREAU, STREET, SUPERVISOR, kept, terms};

#[expect(clippy::needless_pass_by_value, reason = "a story reads better without references")]
fn about(step: &str, more: Value) -> Value {
    let mut all = json!({ "about": "facility", "facility": "f1", "step": step });
    all.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    all
}

fn station(square_metres: u32, beds: u16) -> Value {
    json!({ "building": {
        "kind": "居家养老服务站(已建小区)", "name": "天心社区幸福居家养老服务站", "by_community": true,
        "square_metres": square_metres, "beds": beds, "households": 1500,
    } })
}

pub async fn a_facility_from_the_application_to_the_grade(ground: Ground) {
    let (store, terms) = (ground.store().await, terms("changsha"));
    let hand = Hand { store: &store, terms: &terms };
    let none = || json!({});
    let fits = |fits: bool| json!({ "fits": fits });
    let grade = |grade: u8| json!({ "grade": grade });
    let house = (Role::Organisation, "o1");
    let due = async || kept(&store, Kind::Facility, "f1").await["due"].clone();

    hand.take(STREET, "2026-01-05", about("apply", station(310, 2))).await.unwrap();
    assert_eq!(
        hand.take(BUREAU, "2026-01-05", about("consent", fits(true))).await,
        Err("wrong_step".to_owned()),
        "the street looks at a community's application first"
    );
    hand.take(SUPERVISOR, "2026-01-06", about("review", fits(true))).await.unwrap();
    hand.take(BUREAU, "2026-01-07", about("consent", fits(true))).await.unwrap();
    hand.take(STREET, "2026-02-09", about("ask_acceptance", station(310, 2))).await.unwrap();
    // Ten working days from Monday 9 February 2026: Saturday the 14th is worked, the 15th to the 23rd are off, Saturday
    // the 28th is worked.
    assert_eq!(due().await, json!("2026-02-28"));
    hand.take(BUREAU, "2026-02-26", about("accept", fits(false))).await.unwrap();
    hand.take(STREET, "2026-02-27", about("ask_acceptance", station(310, 2))).await.unwrap();
    hand.take(BUREAU, "2026-03-02", about("accept", fits(true))).await.unwrap();
    let open = |on: &str| json!({ "operator": "org1", "on": on });
    assert_eq!(
        hand.take(SUPERVISOR, "2026-03-05", about("open", open("2026-03-06"))).await,
        Err("out_of_range".to_owned())
    );
    hand.take(SUPERVISOR, "2026-03-05", about("open", open("2026-03-03"))).await.unwrap();
    assert_eq!(due().await, json!("2026-04-03"), "filed within a month of opening");
    hand.take(house, "2026-03-31", about("file", none())).await.unwrap();
    // From Tuesday 31 March, with the 4th to the 6th of April off.
    assert_eq!(due().await, json!("2026-04-15"));
    hand.take(BUREAU, "2026-04-14", about("check", fits(true))).await.unwrap();
    assert_eq!(due().await, json!("2026-06-30"), "made public at the quarter's end");
    let early = about("propose_grade", grade(3));
    assert_eq!(hand.take(BUREAU, "2026-06-02", early).await, Err("too_early".to_owned()));
    hand.take(BUREAU, "2026-06-30", about("publish", none())).await.unwrap();
    assert_eq!(due().await, json!("2026-06-03"), "the first grading is overdue");

    hand.take(BUREAU, "2026-07-01", about("propose_grade", grade(3))).await.unwrap();
    let approve = about("approve_grade", none());
    assert_eq!(hand.take(BUREAU, "2026-07-02", approve.clone()).await, Err("same_person".to_owned()));
    hand.take(OTHER_BUREAU, "2026-07-02", approve.clone()).await.unwrap();
    let it = kept(&store, Kind::Facility, "f1").await;
    assert_eq!((it["grade"]["until"].clone(), it["due"].clone()), (json!("2029-07-01"), json!("2027-07-02")));
    // One upgrade within the three years.
    hand.take(BUREAU, "2027-01-11", about("propose_grade", grade(4))).await.unwrap();
    hand.take(OTHER_BUREAU, "2027-01-12", approve.clone()).await.unwrap();
    let again = about("propose_grade", grade(5));
    assert_eq!(hand.take(BUREAU, "2027-06-01", again).await, Err("raised_already".to_owned()));
    // Lowered at the yearly review: a full year before the next.
    hand.take(BUREAU, "2028-01-10", about("review_grade", grade(0))).await.unwrap();
    let it = kept(&store, Kind::Facility, "f1").await;
    assert_eq!((it.get("grade"), it["due"].clone()), (None, json!("2029-01-10")));
    let next = about("propose_grade", grade(2));
    assert_eq!(hand.take(BUREAU, "2029-01-09", next.clone()).await, Err("too_early".to_owned()));
    hand.take(BUREAU, "2029-01-10", next).await.unwrap();
}

pub async fn a_building_is_as_the_document_asks(ground: Ground) {
    let (store, terms) = (ground.store().await, terms("changsha"));
    let hand = Hand { store: &store, terms: &terms };
    let mut odd = station(310, 2);
    odd["building"]["name"] = json!("天心社区服务站");
    assert_eq!(
        hand.take(STREET, "2026-01-05", about("apply", odd)).await,
        Err("building_unfit".to_owned()),
        "Art. 46: its name"
    );
    let mut odd = station(310, 2);
    odd["building"]["kind"] = json!("亭子");
    assert_eq!(hand.take(STREET, "2026-01-05", about("apply", odd)).await, Err("out_of_range".to_owned()));
    hand.take(STREET, "2026-01-05", about("apply", station(310, 2))).await.unwrap();
    hand.take(SUPERVISOR, "2026-01-06", about("review", json!({ "fits": true }))).await.unwrap();
    hand.take(BUREAU, "2026-01-07", about("consent", json!({ "fits": true }))).await.unwrap();
    // 20 m² for each hundred of 1500 households, and two beds.
    for small in [station(299, 2), station(300, 1)] {
        assert_eq!(
            hand.take(STREET, "2026-02-09", about("ask_acceptance", small)).await,
            Err("building_unfit".to_owned())
        );
    }
    let mut inside = station(300, 2);
    inside["building"]["in_institution"] = json!(true);
    assert_eq!(
        hand.take(STREET, "2026-02-09", about("ask_acceptance", inside)).await,
        Err("building_unfit".to_owned()),
        "a station is never inside an institution"
    );
    hand.take(STREET, "2026-02-09", about("ask_acceptance", station(300, 2))).await.unwrap();
}

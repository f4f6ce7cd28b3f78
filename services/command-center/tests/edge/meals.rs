//! Meals through the edge, with the real meal-delivery beside it as a process of its own: menus are published, an elder sees the price and orders,
//! and who watches hears that something changed.

use std::{
    collections::{BTreeMap, BTreeSet},
    path::Path,
    process::{Child, Command, Stdio},
};

use domain::{
    calendar::Day,
    geo::Wgs84,
    id::{DishId, ElderId, KitchenId},
    meal::{ClockTime, Diner, Dish, Hours, Kitchen, Serving, SittingKey, Size, Slot, Texture},
    order::PayWith,
    unit::Fen,
};
use runtime::Clock;
use schemas::{
    live::LiveEvent,
    meal::{MealCommand, PlaceMeal},
};
use serde_json::{Value, json};
use tempfile::TempDir;

use crate::support::{District, answer, district, eventually};

/// A district with its kitchens.
struct Canteen {
    place: District,
    meals: Child,
    _state: TempDir,
    tomorrow: Day,
}

impl Canteen {
    /// One kitchen, a menu for tomorrow's lunch, and `e1` who eats there.
    async fn open() -> Self {
        let place = District::start().await;
        let state = tempfile::tempdir().unwrap();
        let meals = meal_delivery(&place.nats.url(), state.path());
        let tomorrow = Day::of(place.wall.now()).next();
        let canteen = Self { place, meals, _state: state, tomorrow };
        let kitchen = json!(MealCommand::PutKitchen { kitchen: kitchen() });
        eventually("meal-delivery acts", || async { canteen.deed("operator", &kitchen).await.0 == 200 })
            .await;
        let diner = Diner::of(ElderId::new("e1").unwrap(), KitchenId::new("k").unwrap());
        for request in [
            MealCommand::PutDiner { diner },
            MealCommand::PutMenu { sitting: canteen.lunch(), dishes: vec![dish()] },
        ] {
            let (status, done) = canteen.deed("operator", &json!(request)).await;
            assert_eq!(status, 200, "{done}");
        }
        canteen
    }

    fn lunch(&self) -> SittingKey {
        SittingKey { day: self.tomorrow, slot: Slot::Lunch, kitchen: KitchenId::new("k").unwrap() }
    }

    fn order(&self, dish: &str) -> Value {
        json!(PlaceMeal {
            elder: ElderId::new("e1").unwrap(),
            sitting: self.lunch(),
            dish: DishId::new(dish).unwrap(),
            size: None,
            texture: None,
            serving: Serving::PickUp,
            despite: false,
            pay_with: PayWith::Allowance,
            self_pay_up_to: Fen(2000),
        })
    }

    async fn deed(&self, account: &str, request: &Value) -> (u16, Value) {
        self.place.post(account, "/api/v1/meals/commands", request).await
    }

    async fn place_meal(&self, account: &str, key: &str, order: &Value) -> (u16, Value) {
        let request = self.place.request("POST", "/api/v1/meals/orders");
        let request = request.bearer_auth(self.place.token(account)).header("idempotency-key", key);
        answer(request.json(order)).await
    }

    async fn listed(&self, account: &str) -> Vec<Value> {
        let path = format!("/api/v1/meals/orders?day={}&slot=lunch", self.tomorrow);
        let (status, page) = self.place.get(account, &path).await;
        assert_eq!(status, 200, "{page}");
        page["items"].as_array().unwrap().clone()
    }
}

impl Drop for Canteen {
    fn drop(&mut self) {
        // Already gone is as good.
        let _ = self.meals.kill();
        let _ = self.meals.wait();
    }
}

/// The program beside this test.
fn meal_delivery(nats: &str, state: &Path) -> Child {
    let test = std::env::current_exe().unwrap();
    let program = test.ancestors().nth(2).unwrap().join("meal-delivery");
    assert!(program.is_file(), "`cargo build --workspace --bins --examples` makes {}", program.display());
    let settings = [
        format!("nats.url={nats}"),
        "runtime.admin.listen=127.0.0.1:0".to_owned(),
        format!("meals.district={}", district()),
        format!("meals.state={}", state.display()),
    ];
    let mut command = Command::new(program);
    command.args(settings.iter().flat_map(|setting| ["--set", setting]));
    command.env("RUST_LOG", "warn").stdin(Stdio::null()).spawn().unwrap()
}

fn kitchen() -> Kitchen {
    let hours = Hours {
        cut_off: ClockTime::at(9, 0),
        cooked: ClockTime::at(10, 45),
        from: ClockTime::at(11, 0),
        until: ClockTime::at(12, 30),
        capacity: 60,
    };
    Kitchen {
        id: KitchenId::new("k").unwrap(),
        organisation: "org".parse().unwrap(),
        street: "s1".parse().unwrap(),
        place: Wgs84::new(98.29, 39.77).unwrap(),
        hours: BTreeMap::from([(Slot::Lunch, hours)]),
        closed: false,
    }
}

fn dish() -> Dish {
    Dish {
        id: DishId::new("a").unwrap(),
        name: "清炒时蔬套餐".to_owned(),
        prices: BTreeMap::from([(Size::Regular, Fen(1500))]),
        textures: BTreeSet::from([Texture::Regular]),
        contains: BTreeSet::new(),
        suits: BTreeSet::new(),
        ingredients: BTreeSet::new(),
        capacity: 40,
    }
}

#[tokio::test]
async fn an_elder_sees_the_price_orders_once_and_the_desk_hears_of_it() {
    let canteen = Canteen::open().await;
    let mut desk = canteen.place.watch("operator", None).await;
    desk.snapshot().await;
    let (status, quote) = canteen.place.post("elder", "/api/v1/meals/quote", &canteen.order("a")).await;
    assert_eq!((status, quote["price"].as_i64()), (200, Some(1500)), "{quote}");
    let (status, first) = canteen.place_meal("elder", "tap1", &canteen.order("a")).await;
    assert_eq!(status, 201, "{first}");
    let (status, again) = canteen.place_meal("elder", "tap1", &canteen.order("a")).await;
    assert_eq!(status, 201, "{again}");
    let told = desk.until("meals").await.data;
    assert_eq!(told, LiveEvent::Meals { day: canteen.tomorrow, slot: Slot::Lunch });
    eventually("the meal is known", || async { canteen.listed("elder").await.len() == 1 }).await;
    let meals = canteen.listed("kitchen").await;
    assert_eq!(meals.len(), 1, "the same tap twice is one meal: {meals:?}");
    assert_eq!((&meals[0]["elder"], &meals[0]["dish"]), (&json!("e1"), &json!("a")));
    let code = format!("/api/v1/meals/orders/{}/code", meals[0]["id"].as_str().unwrap());
    let (status, proof) = canteen.place.get("elder", &code).await;
    assert_eq!((status, proof["code"].as_str().map(str::len)), (200, Some(4)), "{proof}");
    assert_eq!(canteen.place.get("courier", &code).await.0, 403, "the courier is told it at the door");
}

#[tokio::test]
async fn what_cannot_be_served_is_refused_with_its_reason() {
    let canteen = Canteen::open().await;
    let (status, problem) = canteen.place_meal("elder", "t1", &canteen.order("soup")).await;
    assert!(status == 404 || status == 422 || status == 409, "{status} {problem}");
    assert_eq!(problem["code"], "no_such_dish", "{problem}");
    let mut other = canteen.order("a");
    other["elder"] = json!("e2");
    assert_eq!(canteen.place_meal("elder", "t2", &other).await.1["code"], "out_of_scope");
    let (status, _) = canteen.place_meal("frontdesk", "t3", &canteen.order("a")).await;
    assert_eq!(status, 201);
    let (_, problem) = canteen.place_meal("elder", "t4", &canteen.order("a")).await;
    assert_eq!(problem["code"], "already_ordered", "{problem}");
}

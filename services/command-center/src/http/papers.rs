//! What a kitchen prints: labels of boxes, its own sheet, couriers' sheets. Names come from the registry as far as the role
//! may know them; every reading is noted.

use std::collections::BTreeMap;

use ::paper::{
    PaperError, Typeface,
    labels::Label,
    route::{Door, Route},
};
use axum::{
    extract::State,
    http::header,
    response::{IntoResponse, Response},
};
use domain::{
    id::MealId,
    meal::{At, Meal, Round, Sitting, SittingKey},
    order::Role,
};
use schemars::JsonSchema;
use schemas::{
    meal::{BoxLabel, CountQuery, KitchenCount, Labels, LabelsQuery},
    problem::Problem,
    subject::Service,
};
use serde::Deserialize;

use super::{
    endpoint::{Endpoint, Who},
    extract::{Caller, Path, Query},
    meals::{Counted, own_kitchen},
    people::names,
    problem::{Answer, Failure, not_found},
};
use crate::{access::token::Claims, edge::Edge};

const PRINT: Who = Who::Roles(&[Role::Operator, Role::Supervisor, Role::Kitchen]);
/// The registry names so many people at a time.
const NAMES_AT_ONCE: usize = 500;

/// What is printed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// Labels of boxes, in the order they are loaded.
    Labels,
    /// What goes into the pots.
    Kitchen,
    /// A page for each round.
    Routes,
}

pub(super) fn endpoints() -> Vec<Endpoint> {
    vec![
        Endpoint::get("/api/v1/meals/papers/{paper}", PRINT, print)
            .about("PDF to print: `labels`, `kitchen`, `routes` of a sitting; reading names is audited")
            .query::<Counted>()
            .answers_other("application/pdf"),
    ]
}

/// A sitting as it is printed.
struct Day {
    sitting: Sitting,
    kitchen: String,
    meals: BTreeMap<MealId, Meal>,
    rounds: Vec<Round>,
    names: BTreeMap<String, String>,
}

async fn print(
    State(edge): State<Edge>,
    Caller(claims): Caller,
    Path(kind): Path<Kind>,
    Query(counted): Query<Counted>,
) -> Answer<Response> {
    let Counted { day, slot, kitchen } = counted;
    own_kitchen(&edge, &claims, &kitchen)?;
    let key = SittingKey { day, slot, kitchen };
    if kind == Kind::Kitchen {
        let query = CountQuery { actor: claims.actor(), sitting: key };
        let count: KitchenCount = edge.neighbours.ask(Service::MealDelivery, "count", &query).await?;
        return pdf(move |face| ::paper::kitchen::print(face, count.sitting.kitchen.as_str(), &count)).await;
    }
    let day = gather(&edge, &claims, &key).await?;
    if kind == Kind::Routes {
        return pdf(move |face| ::paper::route::print(face, &day.routes())).await;
    }
    let query = LabelsQuery { actor: claims.actor(), sitting: key };
    let labels: Labels = edge.neighbours.ask(Service::MealDelivery, "labels", &query).await?;
    pdf(move |face| ::paper::labels::print(face, &day.labels(&labels.labels))).await
}

async fn gather(edge: &Edge, claims: &Claims, key: &SittingKey) -> Result<Day, Failure> {
    let day = edge.live.read(|core| {
        let world = &core.world.meals;
        let sitting = world.sittings(key.day).find(|sitting| sitting.key == *key)?;
        let meals = world.meals(key.day, None).filter(|meal| meal.sitting == *key && meal.is_open());
        let meals: BTreeMap<MealId, Meal> = meals.map(|meal| (meal.id.clone(), Meal::clone(meal))).collect();
        let rounds = world.rounds(key.day).filter(|round| {
            round.slot == key.slot && !round.stage.is_over() && round.meals().any(|id| meals.contains_key(id))
        });
        let mut rounds: Vec<Round> = rounds.map(|round| Round::clone(round)).collect();
        rounds.sort_by(|a, b| (&a.courier, a.trip).cmp(&(&b.courier, b.trip)));
        let kitchen = key.kitchen.to_string();
        Some(Day { sitting: Sitting::clone(sitting), kitchen, meals, rounds, names: BTreeMap::new() })
    });
    let mut day = day.ok_or_else(|| not_found("no_menu", "menu for this sitting"))?;
    let mut ids: Vec<String> = day.meals.values().map(|meal| meal.elder.to_string()).collect();
    ids.extend(day.rounds.iter().map(|round| round.courier.to_string()));
    ids.sort_unstable();
    ids.dedup();
    for some in ids.chunks(NAMES_AT_ONCE) {
        let known = std::mem::take(&mut day.names);
        day.names = names(edge, claims, some.iter().cloned(), known).await?;
    }
    Ok(day)
}

/// Makes a PDF, off the async threads.
async fn pdf(
    make: impl FnOnce(&Typeface) -> Result<Vec<u8>, PaperError> + Send + 'static,
) -> Answer<Response> {
    let made = tokio::task::spawn_blocking(move || Typeface::open(None).and_then(|face| make(&face))).await;
    let pdf = made
        .map_err(|error| Problem::new(500, "internal", error.to_string()))?
        .map_err(|error| Problem::new(501, "font_missing", error.to_string()))?;
    Ok(([(header::CONTENT_TYPE, "application/pdf")], pdf).into_response())
}

impl Day {
    fn name(&self, id: &str) -> String {
        self.names.get(id).cloned().unwrap_or_else(|| id.to_owned())
    }

    fn dish(&self, meal: &Meal) -> String {
        self.sitting.dish(&meal.dish).map_or_else(|| meal.dish.to_string(), |dish| dish.name.clone())
    }

    /// In the order of rounds and stops, then whoever comes to the counter.
    fn labels(&self, codes: &BTreeMap<MealId, BoxLabel>) -> Vec<Label> {
        let mut labels = Vec::new();
        let mut carried: Vec<&MealId> = Vec::new();
        for round in &self.rounds {
            let title = format!("{} 第{}趟", self.name(round.courier.as_str()), round.trip);
            for (stop, number) in round.stops.iter().filter(|stop| stop.at.is_door()).zip(1..) {
                for meal in stop.meals.iter().filter_map(|id| self.meals.get(id)) {
                    carried.push(&meal.id);
                    labels.push(self.label(meal, title.clone(), Some(number), codes));
                }
            }
        }
        let counter = self.meals.values().filter(|meal| !carried.contains(&&meal.id));
        labels.extend(counter.map(|meal| self.label(meal, meal.serving.chinese().to_owned(), None, codes)));
        labels
    }

    fn label(
        &self,
        meal: &Meal,
        round: String,
        stop: Option<u16>,
        codes: &BTreeMap<MealId, BoxLabel>,
    ) -> Label {
        let known = codes.get(&meal.id);
        Label {
            round,
            stop,
            name: self.name(meal.elder.as_str()),
            dish: self.dish(meal),
            size: meal.size,
            texture: meal.texture,
            clashes: known.map_or_else(|| meal.clashes.clone(), |label| label.watch.clone()),
            code: known.map(|label| label.code.clone()).unwrap_or_default(),
        }
    }

    fn routes(&self) -> Vec<Route> {
        let kitchen = |id: &str| format!("取餐 {id}");
        let route = |round: &Round| Route {
            title: format!(
                "{} {} · {} 第{}趟 · {}",
                round.day,
                round.slot.chinese(),
                self.name(round.courier.as_str()),
                round.trip,
                self.kitchen
            ),
            doors: round
                .stops
                .iter()
                .map(|stop| Door {
                    at: stop.eta,
                    name: match &stop.at {
                        At::Kitchen { kitchen: id } => kitchen(id.as_str()),
                        At::Courier { courier } => format!("接餐 {}", self.name(courier.as_str())),
                        At::Door { elder } => self.name(elder.as_str()),
                    },
                    place: format!("{:.5}, {:.5}", stop.place.lat(), stop.place.lon()),
                    boxes: stop.meals.len(),
                    what: self.what(stop.meals.iter()),
                })
                .collect(),
        };
        self.rounds.iter().map(route).collect()
    }

    fn what<'a>(&self, meals: impl Iterator<Item = &'a MealId>) -> String {
        let mut dishes: Vec<String> =
            meals.filter_map(|id| self.meals.get(id)).map(|meal| self.dish(meal)).collect();
        dishes.sort_unstable();
        dishes.dedup();
        dishes.join("、")
    }
}

//! A day's meals in figures, and as a file to keep.

use std::collections::BTreeMap;

use axum::{
    Json,
    extract::State,
    http::header,
    response::{IntoResponse, Response},
};
use domain::{
    calendar::Day,
    meal::{Meal, MealStage},
    order::Role,
    unit::Seconds,
};
use schemars::JsonSchema;
use schemas::problem::Problem;
use serde::{Deserialize, Serialize};

use super::{
    endpoint::{Endpoint, Who},
    extract::{Caller, Query},
    meals::{Which, sees_meal},
    problem::Answer,
};
use crate::{access::token::Claims, edge::Edge};

const READ: Who = Who::Roles(&[
    Role::Operator,
    Role::Supervisor,
    Role::FrontDesk,
    Role::Auditor,
    Role::Organisation,
    Role::Kitchen,
]);

/// A day in figures.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Figures {
    /// Which.
    pub day: Day,
    /// Meals by where they stand.
    pub stages: BTreeMap<String, u32>,
    /// Meals that were not handed over, by why.
    pub undelivered: BTreeMap<String, u32>,
    /// Meals handed over at the door after the window.
    pub late: u32,
    /// The oldest meal at a door, in seconds from the pot.
    pub oldest: Option<Seconds>,
    /// How long meals were from the kitchen's door to theirs, on average.
    pub on_the_way: Option<Seconds>,
    /// Welfare checks that were asked for.
    pub welfare: u32,
}

pub(super) fn endpoints() -> Vec<Endpoint> {
    vec![
        Endpoint::get("/api/v1/meals/figures", READ, figures)
            .about("A day's meals in figures")
            .query::<Which>()
            .answers::<Figures>(200),
        Endpoint::get("/api/v1/meals/export", READ, export)
            .about("A day's meals as CSV, ids instead of names")
            .query::<Which>()
            .answers_other("text/csv"),
    ]
}

fn meals(edge: &Edge, claims: &Claims, which: &Which) -> Vec<Meal> {
    let day = which.day(edge);
    edge.live.read(|core| {
        let all = core.world.meals.meals(day, None).filter(|meal| which.includes_meal(meal));
        all.filter(|meal| sees_meal(claims, &core.world, meal)).map(|meal| Meal::clone(meal)).collect()
    })
}

async fn figures(
    State(edge): State<Edge>,
    Caller(claims): Caller,
    Query(which): Query<Which>,
) -> Answer<Json<Figures>> {
    let mut figures = Figures {
        day: which.day(&edge),
        stages: BTreeMap::new(),
        undelivered: BTreeMap::new(),
        late: 0,
        oldest: None,
        on_the_way: None,
        welfare: 0,
    };
    let mut ways = Vec::new();
    for meal in meals(&edge, &claims, &which) {
        *figures.stages.entry(meal.stage.name().to_owned()).or_default() += 1;
        figures.welfare += u32::from(meal.welfare.is_some());
        figures.oldest = figures.oldest.max(meal.age_at_door());
        match &meal.stage {
            MealStage::Undelivered(unserved) => {
                *figures.undelivered.entry(crate::wire_name(&unserved.why)).or_default() += 1;
            }
            MealStage::Delivered(handed) => {
                let late = meal.door.is_some_and(|door| handed.at > door.window.latest);
                figures.late += u32::from(late);
                ways.extend(handed.trip.as_ref().map(|trip| handed.at.since(trip.left_at)));
            }
            _ => {}
        }
    }
    let all: Seconds = ways.iter().copied().sum();
    figures.on_the_way = (!ways.is_empty()).then(|| Seconds(all.get() / ways.len() as i64));
    Ok(Json(figures))
}

async fn export(
    State(edge): State<Edge>,
    Caller(claims): Caller,
    Query(which): Query<Which>,
) -> Answer<Response> {
    let mut writer = csv::Writer::from_writer(Vec::new());
    let unwritable = |error: csv::Error| Problem::new(500, "internal", error.to_string());
    let head = [
        "meal",
        "elder",
        "day",
        "slot",
        "kitchen",
        "dish",
        "size",
        "texture",
        "serving",
        "price_fen",
        "stage",
    ];
    writer.write_record(head).map_err(unwritable)?;
    for meal in meals(&edge, &claims, &which) {
        let (day, price) = (meal.sitting.day.to_string(), meal.price.get().to_string());
        let record = [
            meal.id.as_str(),
            meal.elder.as_str(),
            &day,
            meal.sitting.slot.name(),
            meal.sitting.kitchen.as_str(),
            meal.dish.as_str(),
            meal.size.name(),
            meal.texture.name(),
            meal.serving.name(),
            &price,
            meal.stage.name(),
        ];
        writer.write_record(record).map_err(unwritable)?;
    }
    let file = writer.into_inner().map_err(|error| Problem::new(500, "internal", error.to_string()))?;
    Ok(([(header::CONTENT_TYPE, "text/csv; charset=utf-8")], file).into_response())
}

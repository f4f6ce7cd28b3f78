//! Meals: menus, ordering, the kitchen's count, rounds, and what kitchens and couriers do.

use axum::{Json, extract::State, http::StatusCode};
use domain::{
    calendar::Day,
    id::{CaregiverId, CommandId, ElderId, KitchenId, MealId},
    meal::{Courier, Diner, Kitchen, Meal, MealAction, Round, Sitting, SittingKey, Slot, Standing},
    order::Role,
    time::Timestamp,
};
use runtime::Clock;
use schemars::JsonSchema;
use schemas::{
    meal::{
        CodeQuery, CountQuery, KitchenCount, MealCode, MealCommand, MealDone, MealEvent, MealQuote,
        MealQuoteQuery, MealRequest, PlaceMeal,
    },
    problem::Problem,
    subject::Service,
};
use serde::{Deserialize, Serialize};
use serde_json::json;

use super::{
    endpoint::{Endpoint, Who},
    extract::{Body, Caller, Idempotency, Path, Query},
    orders::name_of,
    page::{self, Page, Paging},
    problem::{Answer, Failure, not_found},
};
use crate::{
    access::token::Claims,
    edge::{Edge, EdgeState},
    live::{meals::Meals, world::World},
    store::audit::Action,
};

const READ: Who = Who::Roles(&[
    Role::Operator,
    Role::Supervisor,
    Role::FrontDesk,
    Role::Auditor,
    Role::Organisation,
    Role::Kitchen,
    Role::Courier,
    Role::Elder,
]);
const ORDER: Who = Who::Roles(&[Role::Operator, Role::Supervisor, Role::FrontDesk, Role::Elder]);
const ACT: Who = Who::Roles(&[
    Role::Operator,
    Role::Supervisor,
    Role::FrontDesk,
    Role::Kitchen,
    Role::Courier,
    Role::Elder,
]);
const COUNT: Who =
    Who::Roles(&[Role::Operator, Role::Supervisor, Role::Bureau, Role::Organisation, Role::Kitchen]);
const CODE: Who =
    Who::Roles(&[Role::Operator, Role::Supervisor, Role::FrontDesk, Role::Kitchen, Role::Elder]);

/// Which day, and what of it.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct Which {
    /// Today where nothing is said.
    #[serde(default)]
    pub day: Option<Day>,
    /// Only this meal of the day.
    #[serde(default)]
    pub slot: Option<Slot>,
    /// Only this kitchen.
    #[serde(default)]
    pub kitchen: Option<KitchenId>,
    /// Only in these stages, separated by commas.
    #[serde(default)]
    pub stage: Option<String>,
    /// Only this elder.
    #[serde(default)]
    pub elder: Option<ElderId>,
    /// Page by page.
    #[serde(flatten)]
    pub paging: Paging,
}

/// Which sitting is counted.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct Counted {
    /// On which day.
    pub day: Day,
    /// Which meal.
    pub slot: Slot,
    /// In which kitchen.
    pub kitchen: KitchenId,
}

/// A command to one meal.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
pub struct Command {
    /// Repeating the same id is a no-op that answers as the first time.
    #[serde(default)]
    pub id: Option<CommandId>,
    /// When it happened, by the utterer's clock; `None` is now.
    #[serde(default)]
    pub occurred_at: Option<Timestamp>,
    /// What.
    #[serde(flatten)]
    pub action: MealAction,
}

/// Everything else that is done about meals: menus, needs, pots, rounds, couriers.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
pub struct Deed {
    /// Repeating the same id is a no-op.
    #[serde(default)]
    pub id: Option<CommandId>,
    /// What.
    #[serde(flatten)]
    pub request: MealCommand,
}

/// Kitchens and couriers.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
pub struct Staff {
    /// Who cooks.
    pub kitchens: Vec<Kitchen>,
    /// Who carries.
    pub couriers: Vec<Courier>,
}

/// Somebody's needs and standing orders.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
pub struct Table {
    /// What they may eat; `null` while nobody has said.
    pub needs: Option<Diner>,
    /// What comes without asking each time.
    pub standing: Vec<Standing>,
}

/// A list.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
pub struct Items<T> {
    /// The items.
    pub items: Vec<T>,
}

pub(super) fn endpoints() -> Vec<Endpoint> {
    vec![
        Endpoint::get("/api/v1/meals/staff", READ, staff).about("Kitchens and couriers").answers::<Staff>(200),
        Endpoint::get("/api/v1/meals/menus", READ, menus)
            .about("The menus of a day, with pots and what is replaced")
            .query::<Which>()
            .answers::<Items<Sitting>>(200),
        Endpoint::get("/api/v1/meals/orders", READ, list)
            .about("The meals of a day, as far as one may see")
            .query::<Which>()
            .answers::<Page<Meal>>(200),
        Endpoint::post("/api/v1/meals/orders", ORDER, place)
            .about("Orders a meal; durable when answered")
            .body::<PlaceMeal>()
            .answers::<MealDone>(201)
            .idempotent(),
        Endpoint::post("/api/v1/meals/quote", ORDER, quote)
            .about("What a meal would cost, who would pay, and what is not right about it; asked before ordering")
            .body::<PlaceMeal>()
            .answers::<MealQuote>(200),
        Endpoint::get("/api/v1/meals/orders/{id}", READ, read).about("One meal").answers::<Meal>(200),
        Endpoint::post("/api/v1/meals/orders/{id}/commands", ACT, command)
            .about("A command to a meal: change, call off, deliver, nobody answers …")
            .body::<Command>()
            .answers::<MealDone>(200)
            .idempotent(),
        Endpoint::get("/api/v1/meals/orders/{id}/code", CODE, code)
            .about("What proves that a meal is the elder's; audited")
            .answers::<MealCode>(200),
        Endpoint::get("/api/v1/meals/count", COUNT, count)
            .about("What is to be cooked: by dish, size, texture and clash")
            .query::<Counted>()
            .answers::<KitchenCount>(200),
        Endpoint::get("/api/v1/meals/rounds", READ, rounds)
            .about("The rounds of a day, with the time at each door")
            .query::<Which>()
            .answers::<Items<Round>>(200),
        Endpoint::get("/api/v1/meals/tables/{elder}", ORDER, table)
            .about("What an elder may eat, and their standing orders")
            .answers::<Table>(200),
        Endpoint::post("/api/v1/meals/commands", ACT, deed)
            .about("Menus, needs, standing orders, pots, rounds, couriers")
            .body::<Deed>()
            .answers::<MealDone>(200)
            .idempotent(),
    ]
}

/// Whether what concerns this elder, kitchen and courier may be seen.
fn may_see(claims: &Claims, world: &World, elder: &ElderId, kitchen: &KitchenId, carries: bool) -> bool {
    match claims.role {
        Role::Operator | Role::Supervisor | Role::FrontDesk | Role::Auditor => in_scope(claims, world, elder),
        Role::Elder => claims.elder.as_ref() == Some(elder),
        Role::Organisation | Role::Kitchen => runs(claims, &world.meals, kitchen),
        Role::Courier => carries,
        _ => false,
    }
}

fn in_scope(claims: &Claims, world: &World, elder: &ElderId) -> bool {
    claims.scope.is_whole()
        || world.elder(elder).is_some_and(|elder| claims.scope.covers(&elder.street, &elder.community))
}

fn runs(claims: &Claims, meals: &Meals, kitchen: &KitchenId) -> bool {
    claims.organisation.as_ref().is_some_and(|organisation| meals.is_run_by(kitchen, organisation))
}

/// Whether a round of that courier's brings it.
fn carries(claims: &Claims, world: &World, meal: &Meal) -> bool {
    let Some(me) = claims.caregiver.as_ref().filter(|_| claims.role == Role::Courier) else { return false };
    meal.stage.trip().is_some_and(|trip| trip.courier == *me)
        || world.meals.rounds(meal.sitting.day).any(|round| {
            round.courier == *me && !round.stage.is_over() && round.meals().any(|on| *on == meal.id)
        })
}

pub(super) fn sees_meal(claims: &Claims, world: &World, meal: &Meal) -> bool {
    may_see(claims, world, &meal.elder, &meal.sitting.kitchen, carries(claims, world, meal))
}

impl Which {
    pub(super) fn day(&self, edge: &EdgeState) -> Day {
        self.day.unwrap_or_else(|| Day::of(edge.clock.now()))
    }

    fn includes(&self, key: &SittingKey) -> bool {
        self.slot.is_none_or(|slot| slot == key.slot)
            && self.kitchen.as_ref().is_none_or(|kitchen| *kitchen == key.kitchen)
    }

    pub(super) fn includes_meal(&self, meal: &Meal) -> bool {
        let named = |stages: &str| stages.split(',').any(|stage| stage.trim() == meal.stage.name());
        self.includes(&meal.sitting)
            && self.stage.as_deref().is_none_or(named)
            && self.elder.as_ref().is_none_or(|elder| *elder == meal.elder)
    }
}

async fn staff(State(edge): State<Edge>, Caller(claims): Caller) -> Answer<Json<Staff>> {
    let own = |meals: &Meals, kitchen: &KitchenId| {
        !matches!(claims.role, Role::Kitchen | Role::Organisation) || runs(&claims, meals, kitchen)
    };
    let sees_couriers = !matches!(claims.role, Role::Elder);
    let staff = edge.live.read(|core| {
        let meals = &core.world.meals;
        let kitchens = meals.kitchens().filter(|kitchen| own(meals, &kitchen.id));
        let couriers = meals.couriers().filter(|courier| {
            let mine = claims.role != Role::Courier || claims.caregiver.as_ref() == Some(&courier.id);
            sees_couriers && mine && own(meals, &courier.kitchen)
        });
        Staff {
            kitchens: kitchens.map(|kitchen| Kitchen::clone(kitchen)).collect(),
            couriers: couriers.map(|courier| Courier::clone(courier)).collect(),
        }
    });
    Ok(Json(staff))
}

async fn menus(
    State(edge): State<Edge>,
    Caller(claims): Caller,
    Query(which): Query<Which>,
) -> Answer<Json<Items<Sitting>>> {
    let day = which.day(&edge);
    // Who has given a meal up is no guest's business.
    let guest = matches!(claims.role, Role::Elder | Role::Courier);
    let items = edge.live.read(|core| {
        let sittings = core.world.meals.sittings(day).filter(|sitting| which.includes(&sitting.key));
        let shown = sittings.map(|sitting| {
            let mut sitting = Sitting::clone(sitting);
            if guest {
                sitting.unmet.clear();
                if let Some(cut_off) = &mut sitting.cut_off {
                    cut_off.given_up.clear();
                }
            }
            sitting
        });
        shown.collect()
    });
    Ok(Json(Items { items }))
}

async fn list(
    State(edge): State<Edge>,
    Caller(claims): Caller,
    Query(which): Query<Which>,
) -> Answer<Json<Page<Meal>>> {
    let limit = which.paging.limit()?;
    let after = which.paging.place(|text| MealId::new(text).ok())?;
    let day = which.day(&edge);
    let page = edge.live.read(|core| {
        let world = &core.world;
        let meals = world.meals.meals(day, after.as_ref()).filter(|meal| which.includes_meal(meal));
        let seen = meals.filter(|meal| sees_meal(&claims, world, meal)).map(|meal| Meal::clone(meal));
        page::take(seen, limit, |meal| meal.id.to_string())
    });
    Ok(Json(page))
}

fn find(edge: &EdgeState, claims: &Claims, id: &MealId) -> Result<Meal, Failure> {
    let seen = |core: &crate::live::core::Core| {
        let meal = core.world.meals.meal(id)?;
        sees_meal(claims, &core.world, meal).then(|| Meal::clone(meal))
    };
    edge.live.read(seen).ok_or_else(|| not_found("unknown_meal", "meal"))
}

async fn read(
    State(edge): State<Edge>,
    Caller(claims): Caller,
    Path(id): Path<MealId>,
) -> Answer<Json<Meal>> {
    Ok(Json(find(&edge, &claims, &id)?))
}

/// Whom somebody may order for: elders for themselves, a desk for the elders of its scope.
fn may_order(edge: &EdgeState, claims: &Claims, elder: &ElderId) -> Result<(), Failure> {
    let may = match claims.role {
        Role::Elder => claims.elder.as_ref() == Some(elder),
        _ => edge.live.read(|core| in_scope(claims, &core.world, elder)),
    };
    let outside = || Problem::new(403, "out_of_scope", "this elder is not within your scope").at("/elder");
    if may { Ok(()) } else { Err(outside().into()) }
}

async fn place(
    State(edge): State<Edge>,
    Caller(claims): Caller,
    idempotency: Idempotency,
    Body(order): Body<PlaceMeal>,
) -> Answer<(StatusCode, Json<MealDone>)> {
    may_order(&edge, &claims, &order.elder)?;
    let id = idempotency.or(None, &edge);
    let meal = name_of(&edge, &claims.user, &id);
    let done = send(&edge, &claims, id, MealCommand::Order { meal, order }).await?;
    Ok((StatusCode::CREATED, Json(done)))
}

async fn quote(
    State(edge): State<Edge>,
    Caller(claims): Caller,
    Body(order): Body<PlaceMeal>,
) -> Answer<Json<MealQuote>> {
    may_order(&edge, &claims, &order.elder)?;
    let query = MealQuoteQuery { actor: claims.actor(), order };
    Ok(Json(edge.neighbours.ask(Service::MealDelivery, "quote", &query).await?))
}

async fn command(
    State(edge): State<Edge>,
    Caller(claims): Caller,
    Path(id): Path<MealId>,
    idempotency: Idempotency,
    Body(command): Body<Command>,
) -> Answer<Json<MealDone>> {
    let Command { id: named, occurred_at, action } = command;
    let command = idempotency.or(named, &edge);
    find(&edge, &claims, &id)?;
    let request = MealCommand::Meal { meal: id, action, occurred_at };
    Ok(Json(send(&edge, &claims, command, request).await?))
}

async fn code(
    State(edge): State<Edge>,
    Caller(claims): Caller,
    Path(id): Path<MealId>,
) -> Answer<Json<MealCode>> {
    find(&edge, &claims, &id)?;
    let query = CodeQuery { actor: claims.actor(), meal: id.clone() };
    let code = edge.neighbours.ask(Service::MealDelivery, "code", &query).await?;
    edge.audit(&claims, Action::MealCodeRead, Some(id.as_str()), json!({})).await?;
    Ok(Json(code))
}

async fn count(
    State(edge): State<Edge>,
    Caller(claims): Caller,
    Query(counted): Query<Counted>,
) -> Answer<Json<KitchenCount>> {
    let Counted { day, slot, kitchen } = counted;
    own_kitchen(&edge, &claims, &kitchen)?;
    let query = CountQuery { actor: claims.actor(), sitting: SittingKey { day, slot, kitchen } };
    Ok(Json(edge.neighbours.ask(Service::MealDelivery, "count", &query).await?))
}

async fn rounds(
    State(edge): State<Edge>,
    Caller(claims): Caller,
    Query(which): Query<Which>,
) -> Answer<Json<Items<Round>>> {
    let day = which.day(&edge);
    let items = edge.live.read(|core| {
        let world = &core.world;
        let sees = |round: &Round| match claims.role {
            Role::Courier => claims.caregiver.as_ref() == Some(&round.courier),
            Role::Elder => false,
            Role::Kitchen | Role::Organisation => {
                let meals = round.meals().filter_map(|id| world.meals.meal(id));
                meals.into_iter().any(|meal| runs(&claims, &world.meals, &meal.sitting.kitchen))
            }
            _ => {
                claims.scope.is_whole() || {
                    let mut meals = round.meals().filter_map(|id| world.meals.meal(id));
                    meals.any(|meal| in_scope(&claims, world, &meal.elder))
                }
            }
        };
        let wanted = world.meals.rounds(day).filter(|round| which.slot.is_none_or(|slot| slot == round.slot));
        wanted.filter(|round| sees(round)).map(|round| Round::clone(round)).collect()
    });
    Ok(Json(Items { items }))
}

async fn table(
    State(edge): State<Edge>,
    Caller(claims): Caller,
    Path(elder): Path<ElderId>,
) -> Answer<Json<Table>> {
    may_order(&edge, &claims, &elder)?;
    let table = edge.live.read(|core| Table {
        needs: core.world.meals.diner(&elder).map(|diner| Diner::clone(diner)),
        standing: core.world.meals.standings_of(&elder).map(|standing| Standing::clone(standing)).collect(),
    });
    Ok(Json(table))
}

async fn deed(
    State(edge): State<Edge>,
    Caller(claims): Caller,
    idempotency: Idempotency,
    Body(deed): Body<Deed>,
) -> Answer<Json<MealDone>> {
    let command = idempotency.or(deed.id, &edge);
    may_do(&edge, &claims, &deed.request)?;
    Ok(Json(send(&edge, &claims, command, deed.request).await?))
}

/// What the role alone does not tell: kitchens speak of themselves, desks of the elders of their scope. Meals have ways of
/// their own, with checks of their own.
pub(super) fn may_do(edge: &EdgeState, claims: &Claims, request: &MealCommand) -> Result<(), Failure> {
    match request {
        MealCommand::Order { .. } | MealCommand::Meal { .. } => {
            let detail = "meals are ordered at /api/v1/meals/orders and commanded at …/{id}/commands";
            Err(Problem::new(422, "wrong_endpoint", detail).at("/request").into())
        }
        MealCommand::PutDiner { diner } => may_order(edge, claims, &diner.elder),
        MealCommand::PutStanding { standing } => {
            let before = edge.live.read(|core| core.world.meals.standing(&standing.id).cloned());
            if let Some(before) = before {
                may_order(edge, claims, &before.elder)?;
            }
            may_order(edge, claims, &standing.elder)
        }
        MealCommand::PutKitchen { kitchen } => own_kitchen(edge, claims, &kitchen.id),
        MealCommand::PutCourier { courier } => own_kitchen(edge, claims, &courier.kitchen),
        MealCommand::PutMenu { sitting, .. }
        | MealCommand::Cook { sitting, .. }
        | MealCommand::Delay { sitting, .. }
        | MealCommand::Substitute { sitting, .. } => own_kitchen(edge, claims, &sitting.kitchen),
        MealCommand::Trouble { courier, .. } => own_courier(edge, claims, courier),
        MealCommand::Plan { .. }
        | MealCommand::Depart { .. }
        | MealCommand::Move { .. }
        | MealCommand::Pin { .. } => Ok(()),
    }
}

pub(super) fn own_kitchen(edge: &EdgeState, claims: &Claims, kitchen: &KitchenId) -> Result<(), Failure> {
    let bound = matches!(claims.role, Role::Kitchen | Role::Organisation);
    if !bound || edge.live.read(|core| runs(claims, &core.world.meals, kitchen)) {
        return Ok(());
    }
    Err(Problem::new(403, "out_of_scope", "this kitchen is not your organisation's").into())
}

fn own_courier(edge: &EdgeState, claims: &Claims, courier: &CaregiverId) -> Result<(), Failure> {
    let kitchen = edge.live.read(|core| {
        let mut couriers = core.world.meals.couriers();
        couriers.find(|known| known.id == *courier).map(|known| known.kitchen.clone())
    });
    kitchen.map_or(Ok(()), |kitchen| own_kitchen(edge, claims, &kitchen))
}

pub(super) async fn send(
    edge: &EdgeState,
    claims: &Claims,
    id: CommandId,
    request: MealCommand,
) -> Result<MealDone, Failure> {
    let request = MealRequest { id, actor: claims.actor(), caregiver: claims.caregiver.clone(), request };
    let mut done: MealDone = edge.neighbours.command(Service::MealDelivery, &request).await?;
    // A courier need not know what a meal costs.
    if let (Role::Courier, Some(MealEvent::Meal(meal))) = (claims.role, done.event.as_deref_mut()) {
        meal.funding = None;
    }
    Ok(done)
}

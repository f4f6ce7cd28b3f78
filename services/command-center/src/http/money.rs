//! Money at the desks: the public list, what an elder may get and has left, price splits, the ledger, settlements.

use axum::{
    Json,
    body::Body as Bytes,
    extract::State,
    http::{HeaderValue, StatusCode, header},
    response::Response,
};
use base64::{Engine, engine::general_purpose::STANDARD};
use domain::{
    calendar::Day,
    id::{ElderId, OrderId, OrganisationId},
    order::Role,
    service::ServiceKind,
};
use runtime::Clock;
use schemars::JsonSchema;
use schemas::{
    account::{
        assessment::{Assessment, Kind},
        books::{
            AsOf as OnDay, Entries, EntriesQuery, PublicList, Quality, Quote, QuoteQuery, Settlements,
            SettlementsQuery, StatementFile, StatementFormat, StatementQuery,
        },
        funding::{AccountsCommand, Balances, ElderQuery, Noted},
    },
    problem::Problem,
    subject::Service,
};
use serde::{Deserialize, Serialize};
use serde_json::json;

use super::{
    endpoint::{Endpoint, Who},
    extract::{Body, Caller, Path, Query},
    problem::{Answer, Failure, out_of_scope},
};
use crate::{
    access::token::Claims,
    edge::{Edge, EdgeState},
    store::audit::Action,
};

/// Those who may look into one elder's money: desks of its scope, those who audit, and the elder.
const OF_AN_ELDER: Who = Who::Roles(&[
    Role::Operator,
    Role::Supervisor,
    Role::FrontDesk,
    Role::Bureau,
    Role::Auditor,
    Role::Elder,
]);
const QUOTE: Who = Who::Roles(&[Role::Operator, Role::Supervisor, Role::FrontDesk, Role::Elder]);
const BOOKS: Who = Who::Roles(&[Role::Supervisor, Role::Bureau, Role::Auditor, Role::Organisation]);
const DRAW: Who = Who::Roles(&[Role::Supervisor]);
const APPROVE: Who = Who::Roles(&[Role::Bureau]);

/// So many entries come where nothing is said.
const USUAL: u16 = 100;
/// So many settlements are shown.
const SETTLEMENTS: u16 = 24;

/// What an elder may get and has left, at a glance.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
pub struct Eligibility {
    /// What the policy gives and refuses.
    pub assessment: Assessment,
    /// What is left of the month.
    pub balances: Balances,
}

/// As of which day.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct AsOf {
    /// Today where nothing is said.
    #[serde(default)]
    pub on: Option<Day>,
}

/// What is to be priced.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct What {
    /// Which service.
    pub service: ServiceKind,
    /// The day of service; today where nothing is said.
    #[serde(default)]
    pub day: Option<Day>,
    /// What pays; the allowance where nothing is said.
    #[serde(default)]
    pub pay_with: Option<Kind>,
}

/// Which entries.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct Which {
    /// Only of this order.
    #[serde(default)]
    pub order: Option<OrderId>,
    /// Only of this organisation; an organisation sees its own.
    #[serde(default)]
    pub organisation: Option<OrganisationId>,
    /// Before this entry.
    #[serde(default)]
    pub before: Option<i64>,
    /// 1 to 500.
    #[serde(default)]
    pub limit: Option<u16>,
}

/// A period to be settled.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
pub struct Drawing {
    /// `2026-03` or `2026-Q1`.
    pub period: String,
}

/// As what a statement is wanted.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct As {
    /// A workbook or paper.
    pub format: StatementFormat,
}

pub(super) fn endpoints() -> Vec<Endpoint> {
    vec![
        Endpoint::get("/api/v1/catalogue", Who::Anyone, catalogue)
            .about("The public list: item, content, price, standard, subsidy, self-pay")
            .answers::<PublicList>(200),
        Endpoint::get("/api/v1/quality", Who::Anyone, quality)
            .about("How organisations do: ratings, complaints, yearly stars")
            .answers::<Quality>(200),
        Endpoint::get("/api/v1/elders/{elder}/eligibility", OF_AN_ELDER, eligibility)
            .about("What an elder may get, by rule and article, and has left of the month")
            .query::<AsOf>()
            .answers::<Eligibility>(200),
        Endpoint::get("/api/v1/elders/{elder}/quote", QUOTE, quote)
            .about("How the price of a service would be shared now; nothing is set aside")
            .query::<What>()
            .answers::<Quote>(200),
        Endpoint::get("/api/v1/elders/{elder}/entries", OF_AN_ELDER, entries_of_an_elder)
            .about("The ledger of one elder, newest first")
            .answers::<Entries>(200),
        Endpoint::get("/api/v1/entries", BOOKS, entries)
            .about("The ledger, newest first; an organisation's is its own")
            .query::<Which>()
            .answers::<Entries>(200),
        Endpoint::get("/api/v1/settlements", BOOKS, settlements)
            .about("Settlements with what each organisation is owed; an organisation's is its own")
            .answers::<Settlements>(200),
        Endpoint::post("/api/v1/settlements", DRAW, draw)
            .about("Draws the settlement of a period that is over")
            .body::<Drawing>()
            .answers::<Noted>(200),
        Endpoint::post("/api/v1/settlements/{period}/approval", APPROVE, approve)
            .about("Approves a settlement that somebody else drew")
            .answers::<Noted>(200),
        Endpoint::get("/api/v1/settlements/{period}/statements/{organisation}", BOOKS, statement)
            .about("A statement as a workbook or on paper")
            .query::<As>()
            .answers_other("application/octet-stream"),
    ]
}

/// Whether someone may look into this elder's matters and money. An elder for themselves, everyone else within their
/// scope.
pub(super) fn may_see(edge: &EdgeState, claims: &Claims, elder: &ElderId) -> Result<(), Failure> {
    if claims.role == Role::Elder {
        return if claims.elder.as_ref() == Some(elder) {
            Ok(())
        } else {
            Err(out_of_scope("you see your own only"))
        };
    }
    let unknown = || Problem::new(404, "unknown_elder", "there is no such elder within your scope").into();
    if claims.scope.is_whole() || within(edge, claims, elder) { Ok(()) } else { Err(unknown()) }
}

/// Whether the elder lives within the scope.
pub(super) fn within(edge: &EdgeState, claims: &Claims, elder: &ElderId) -> bool {
    let elder = edge.live.read(|core| core.world.elder(elder).cloned());
    elder.is_some_and(|elder| claims.scope.covers(&elder.street, &elder.community))
}

/// Whose books: an organisation's are its own, and those of the whole district are for those whose scope it is.
pub(super) fn whose(
    claims: &Claims,
    asked: Option<OrganisationId>,
) -> Result<Option<OrganisationId>, Failure> {
    if claims.role == Role::Organisation {
        let own = claims.organisation.clone();
        let own = own.ok_or_else(|| out_of_scope("this account belongs to no organisation"))?;
        return match asked {
            Some(other) if other != own => Err(out_of_scope("an organisation sees its own only")),
            _ => Ok(Some(own)),
        };
    }
    if claims.scope.is_whole() { Ok(asked) } else { Err(out_of_scope("the books are of the whole district")) }
}

fn today(edge: &EdgeState) -> Day {
    Day::of(edge.clock.now())
}

async fn catalogue(State(edge): State<Edge>) -> Answer<Json<PublicList>> {
    Ok(Json(edge.neighbours.ask(Service::Accounts, "catalogue", &OnDay { on: today(&edge) }).await?))
}

async fn quality(State(edge): State<Edge>) -> Answer<Json<Quality>> {
    Ok(Json(edge.neighbours.ask(Service::Accounts, "quality", &OnDay { on: today(&edge) }).await?))
}

async fn eligibility(
    State(edge): State<Edge>,
    Caller(claims): Caller,
    Path(elder): Path<ElderId>,
    Query(as_of): Query<AsOf>,
) -> Answer<Json<Eligibility>> {
    may_see(&edge, &claims, &elder)?;
    let query = ElderQuery { elder, on: as_of.on.unwrap_or_else(|| today(&edge)) };
    edge.audit(&claims, Action::EligibilityRead, Some(query.elder.as_str()), json!({ "on": query.on }))
        .await?;
    let (assessment, balances) = tokio::join!(
        edge.neighbours.ask(Service::Accounts, "eligibility", &query),
        edge.neighbours.ask(Service::Accounts, "balance", &query),
    );
    Ok(Json(Eligibility { assessment: assessment?, balances: balances? }))
}

async fn quote(
    State(edge): State<Edge>,
    Caller(claims): Caller,
    Path(elder): Path<ElderId>,
    Query(what): Query<What>,
) -> Answer<Json<Quote>> {
    may_see(&edge, &claims, &elder)?;
    let query = QuoteQuery {
        elder,
        service: what.service,
        service_day: what.day.unwrap_or_else(|| today(&edge)),
        pay_with: what.pay_with.unwrap_or(Kind::ServiceAllowance),
        delivery: false,
        price: None,
    };
    Ok(Json(edge.neighbours.ask(Service::Accounts, "quote", &query).await?))
}

async fn entries_of_an_elder(
    State(edge): State<Edge>,
    Caller(claims): Caller,
    Path(elder): Path<ElderId>,
) -> Answer<Json<Entries>> {
    may_see(&edge, &claims, &elder)?;
    edge.audit(&claims, Action::EntriesRead, Some(elder.as_str()), json!({})).await?;
    let query =
        EntriesQuery { elder: Some(elder), order: None, organisation: None, before: None, limit: USUAL };
    Ok(Json(edge.neighbours.ask(Service::Accounts, "entries", &query).await?))
}

async fn entries(
    State(edge): State<Edge>,
    Caller(claims): Caller,
    Query(which): Query<Which>,
) -> Answer<Json<Entries>> {
    let Which { order, organisation, before, limit } = which;
    let organisation = whose(&claims, organisation)?;
    let limit = limit.unwrap_or(USUAL);
    let query = EntriesQuery { elder: None, order, organisation, before, limit };
    Ok(Json(edge.neighbours.ask(Service::Accounts, "entries", &query).await?))
}

async fn settlements(State(edge): State<Edge>, Caller(claims): Caller) -> Answer<Json<Settlements>> {
    let query = SettlementsQuery { organisation: whose(&claims, None)?, limit: SETTLEMENTS };
    Ok(Json(edge.neighbours.ask(Service::Accounts, "settlements", &query).await?))
}

async fn draw(
    State(edge): State<Edge>,
    Caller(claims): Caller,
    Body(drawing): Body<Drawing>,
) -> Answer<Json<Noted>> {
    whose(&claims, None)?;
    let Drawing { period } = drawing;
    edge.audit(&claims, Action::SettlementDrawn, None, json!({ "period": period })).await?;
    let command = AccountsCommand::Settle { period, by: claims.user };
    Ok(Json(edge.neighbours.command(Service::Accounts, &command).await?))
}

async fn approve(
    State(edge): State<Edge>,
    Caller(claims): Caller,
    Path(period): Path<String>,
) -> Answer<Json<Noted>> {
    whose(&claims, None)?;
    edge.audit(&claims, Action::SettlementApproved, None, json!({ "period": period })).await?;
    let command = AccountsCommand::ApproveSettlement { period, by: claims.user };
    Ok(Json(edge.neighbours.command(Service::Accounts, &command).await?))
}

async fn statement(
    State(edge): State<Edge>,
    Caller(claims): Caller,
    Path((period, organisation)): Path<(String, OrganisationId)>,
    Query(format): Query<As>,
) -> Answer<Response> {
    whose(&claims, Some(organisation.clone()))?;
    let query = StatementQuery { period, organisation, format: format.format };
    let file: StatementFile = edge.neighbours.ask(Service::Accounts, "statement", &query).await?;
    let broken = |what: &str| Problem::new(502, "statement_unreadable", what.to_owned());
    let content = STANDARD.decode(&file.content).map_err(|_| broken("the file cannot be decoded"))?;
    let kind = match query.format {
        StatementFormat::Xlsx => "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
        StatementFormat::Pdf => "application/pdf",
    };
    // Ids and periods have no quotes; whatever else would come is not handed on.
    let name = HeaderValue::from_str(&format!("attachment; filename=\"{}\"", file.name.replace('"', "")));
    Response::builder()
        .status(StatusCode::OK)
        .header(header::CONTENT_TYPE, kind)
        .header(header::CONTENT_DISPOSITION, name.map_err(|_| broken("the file has no proper name"))?)
        .body(Bytes::from(content))
        .map_err(|_| broken("the file cannot be handed over").into())
}

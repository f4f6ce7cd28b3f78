//! Menus, needs and standing orders from a spreadsheet: CSV or XLSX, columns in any order with Chinese or English heads.
//! What is wrong is told row by row, and the rest goes through. Repeating an import changes nothing.

use std::{collections::BTreeMap, str::FromStr};

use axum::{
    Json,
    extract::{DefaultBodyLimit, Request, State},
};
use domain::{
    calendar::Weekday,
    id::{CommandId, StandingId},
    meal::{Diner, Dish, SittingKey, Size, Standing, Texture},
    order::{PayWith, Role},
    unit::Fen,
};
use futures::{StreamExt, stream};
use schemars::JsonSchema;
use schemas::{digest::digest, meal::MealCommand, problem::Problem};
use serde::{Deserialize, Serialize};
use table::Row;

use super::{
    endpoint::{Endpoint, Who},
    extract::{Caller, Path, bytes},
    meals::{may_do, send},
    problem::Answer,
};
use crate::edge::Edge;

const IMPORT: Who = Who::Roles(&[Role::Operator, Role::Supervisor, Role::FrontDesk, Role::Kitchen]);
/// The largest file in bytes.
const LARGEST: usize = 2 << 20;
/// So many rows are handed in at once.
const AT_ONCE: usize = 32;

/// What the file holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// A dish a row.
    Menus,
    /// An elder a row.
    Needs,
    /// A standing order a row.
    Standing,
}

/// What came of a file.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Imported {
    /// Rows that were taken.
    pub accepted: usize,
    /// Rows that were not, by number.
    pub rejected: Vec<Rejected>,
}

/// A row that was not taken.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Rejected {
    /// As the spreadsheet numbers it.
    pub row: usize,
    /// A stable code.
    pub code: String,
    /// What is wrong, and what to do.
    pub detail: String,
}

pub(super) fn endpoints() -> Vec<Endpoint> {
    let mut import = Endpoint::post("/api/v1/meals/import/{what}", IMPORT, import)
        .about("`menus`, `needs` or `standing` from a CSV or XLSX file as the body; errors row by row")
        .answers::<Imported>(200);
    import.handler = import.handler.layer(DefaultBodyLimit::max(LARGEST));
    vec![import]
}

async fn import(
    State(edge): State<Edge>,
    Caller(claims): Caller,
    Path(kind): Path<Kind>,
    request: Request,
) -> Answer<Json<Imported>> {
    let file = bytes(request, &edge).await?;
    let unreadable = |error: table::TableError| Problem::new(422, "unreadable_file", error.to_string());
    let table = table::read(&file).map_err(unreadable)?;
    let mut imported = Imported::default();
    for (row, fault) in table.faults {
        imported.rejected.push(Rejected {
            row,
            code: "unreadable_row".to_owned(),
            detail: fault.to_string(),
        });
    }
    let work = match kind {
        Kind::Menus => menus(&table.rows, &mut imported.rejected),
        Kind::Needs => single(&table.rows, &mut imported.rejected, needs),
        Kind::Standing => single(&table.rows, &mut imported.rejected, standing),
    };
    let (edge, claims) = (&edge, &claims);
    let sent = stream::iter(work.into_iter().map(|(rows, command)| async move {
        let done = async {
            may_do(edge, claims, &command)?;
            send(edge, claims, edge.entropy.id::<CommandId>(), command).await
        };
        (rows, done.await)
    }));
    let sent: Vec<_> = sent.buffered(AT_ONCE).collect().await;
    for (rows, done) in sent {
        match done {
            Ok(_) => imported.accepted += rows.len(),
            Err(failure) => {
                let problem = failure.problem();
                let (code, detail) = (problem.code.to_string(), problem.detail.clone());
                let rejected = |row| Rejected { row, code: code.clone(), detail: detail.clone() };
                imported.rejected.extend(rows.into_iter().map(rejected));
            }
        }
    }
    imported.rejected.sort_by_key(|rejected| rejected.row);
    Ok(Json(imported))
}

/// Rows and the command they make.
type Work = Vec<(Vec<usize>, MealCommand)>;

/// What is wrong with a cell: its head, and why.
struct CellFault(&'static str, String);

fn single(
    rows: &[Row],
    rejected: &mut Vec<Rejected>,
    read: impl Fn(&Row) -> Result<MealCommand, CellFault>,
) -> Work {
    let mut work = Work::new();
    for row in rows {
        match read(row) {
            Ok(command) => work.push((vec![row.number], command)),
            Err(fault) => rejected.push(fault.at(row.number)),
        }
    }
    work
}

impl CellFault {
    fn at(self, row: usize) -> Rejected {
        Rejected { row, code: "cell".to_owned(), detail: format!("{}: {}", self.0, self.1) }
    }
}

fn menus(rows: &[Row], rejected: &mut Vec<Rejected>) -> Work {
    let mut menus: BTreeMap<SittingKey, (Vec<usize>, Vec<Dish>)> = BTreeMap::new();
    for row in rows {
        match sitting(row).and_then(|key| Ok((key, dish(row)?))) {
            Ok((_, dish)) if dish.fault().is_some() => {
                let detail = dish.fault().map(|fault| fault.to_string()).unwrap_or_default();
                rejected.push(Rejected { row: row.number, code: "menu_fault".to_owned(), detail });
            }
            Ok((key, dish)) => {
                let (rows, dishes) = menus.entry(key).or_default();
                rows.push(row.number);
                dishes.push(dish);
            }
            Err(fault) => rejected.push(fault.at(row.number)),
        }
    }
    let command = |(sitting, (rows, dishes))| (rows, MealCommand::PutMenu { sitting, dishes });
    menus.into_iter().map(command).collect()
}

/// The heads a column may have, and its name in messages.
type Head = (&'static str, &'static [&'static str]);

const DAY: Head = ("日期", &["日期", "day"]);
const SLOT: Head = ("餐次", &["餐次", "slot"]);
const KITCHEN: Head = ("餐点", &["餐点", "kitchen"]);
const DISH: Head = ("菜品编号", &["菜品编号", "dish"]);
const NAME: Head = ("菜名", &["菜名", "name"]);
const SMALL: Head = ("小份价", &["小份价", "small"]);
const REGULAR: Head = ("标准份价", &["标准份价", "regular", "price"]);
const LARGE: Head = ("大份价", &["大份价", "large"]);
const TEXTURES: Head = ("质地", &["质地", "textures", "texture"]);
const CONTAINS: Head = ("过敏原", &["过敏原", "contains", "allergies"]);
const SUITS: Head = ("膳食", &["膳食", "suits", "diets"]);
const INGREDIENTS: Head = ("食材", &["食材", "ingredients"]);
const CAPACITY: Head = ("份数", &["份数", "capacity"]);
const ELDER: Head = ("老人", &["老人", "elder"]);
const DISLIKES: Head = ("忌口", &["忌口", "dislikes"]);
const SIZE: Head = ("份量", &["份量", "size"]);
const WEEKDAYS: Head = ("星期", &["星期", "weekdays"]);
const FROM: Head = ("开始", &["开始", "from"]);
const UNTIL: Head = ("截止", &["截止", "until"]);
const PREFERRED: Head = ("首选", &["首选", "preferred"]);
const SERVING: Head = ("方式", &["方式", "serving"]);
const SELF_PAY: Head = ("自费上限", &["自费上限", "self_pay"]);

fn needed<T: FromStr<Err: std::fmt::Display>>(row: &Row, head: Head) -> Result<T, CellFault> {
    given(row, head)?.ok_or_else(|| CellFault(head.0, "is needed".to_owned()))
}

fn given<T: FromStr<Err: std::fmt::Display>>(row: &Row, head: Head) -> Result<Option<T>, CellFault> {
    let parse = |cell: &str| cell.parse().map_err(|error: T::Err| CellFault(head.0, error.to_string()));
    row.get(head.1).map(parse).transpose()
}

fn several<T, C>(row: &Row, head: Head) -> Result<C, CellFault>
where
    T: FromStr<Err: std::fmt::Display>,
    C: FromIterator<T>,
{
    let cell = row.get(head.1).unwrap_or_default();
    let words = cell.split(['、', ',', '，', ';', '；', ' ']).map(str::trim).filter(|word| !word.is_empty());
    words.map(|word| word.parse().map_err(|error: T::Err| CellFault(head.0, error.to_string()))).collect()
}

/// Yuan with at most two digits behind the point, as fen; never through a float.
fn fen(row: &Row, head: Head) -> Result<Option<Fen>, CellFault> {
    let Some(cell) = row.get(head.1) else { return Ok(None) };
    let amount = cell.trim_start_matches(['¥', '￥']).trim_end_matches('元');
    let (yuan, rest) = amount.split_once('.').unwrap_or((amount, ""));
    let digits = |text: &str| text.chars().all(|c| c.is_ascii_digit());
    let cents = format!("{rest:0<2}");
    let parsed = yuan.parse::<i64>().ok().zip(cents.parse::<i64>().ok());
    let sound = digits(yuan) && digits(rest) && rest.len() <= 2 && yuan.len() <= 6;
    let fen = parsed.filter(|_| sound).map(|(yuan, cents)| Fen(yuan * 100 + cents));
    let fault = || CellFault(head.0, format!("{cell:?} is no amount in yuan, such as 12.50"));
    fen.map(Some).ok_or_else(fault)
}

fn sitting(row: &Row) -> Result<SittingKey, CellFault> {
    Ok(SittingKey { day: needed(row, DAY)?, slot: needed(row, SLOT)?, kitchen: needed(row, KITCHEN)? })
}

fn dish(row: &Row) -> Result<Dish, CellFault> {
    let mut prices = BTreeMap::new();
    for (size, head) in [(Size::Small, SMALL), (Size::Regular, REGULAR), (Size::Large, LARGE)] {
        if let Some(price) = fen(row, head)? {
            prices.insert(size, price);
        }
    }
    let textures: std::collections::BTreeSet<Texture> = several(row, TEXTURES)?;
    let textures = if textures.is_empty() { [Texture::Regular].into() } else { textures };
    Ok(Dish {
        id: needed(row, DISH)?,
        name: needed(row, NAME)?,
        prices,
        textures,
        contains: several(row, CONTAINS)?,
        suits: several(row, SUITS)?,
        ingredients: several(row, INGREDIENTS)?,
        capacity: needed(row, CAPACITY)?,
    })
}

fn needs(row: &Row) -> Result<MealCommand, CellFault> {
    let usual = Diner::of(needed(row, ELDER)?, needed(row, KITCHEN)?);
    let diner = Diner {
        allergies: several(row, CONTAINS)?,
        diets: several(row, SUITS)?,
        dislikes: several(row, DISLIKES)?,
        texture: given(row, TEXTURES)?.unwrap_or(usual.texture),
        size: given(row, SIZE)?.unwrap_or(usual.size),
        ..usual
    };
    Ok(MealCommand::PutDiner { diner })
}

fn standing(row: &Row) -> Result<MealCommand, CellFault> {
    let elder: domain::id::ElderId = needed(row, ELDER)?;
    let slot = needed(row, SLOT)?;
    // The same elder and meal are the same standing order: importing again changes it.
    let id = StandingId::derived(&format!("i-{}", digest(&(&elder, slot))), 0);
    let standing = Standing {
        id,
        elder,
        kitchen: needed(row, KITCHEN)?,
        slot,
        weekdays: weekdays(row)?,
        from: needed(row, FROM)?,
        until: given(row, UNTIL)?,
        pauses: Vec::new(),
        preferred: several(row, PREFERRED)?,
        serving: needed(row, SERVING)?,
        pay_with: PayWith::default(),
        self_pay_up_to: fen(row, SELF_PAY)?.unwrap_or(Fen::ZERO),
        ended: false,
    };
    Ok(MealCommand::PutStanding { standing })
}

/// `一三五`, `1,3,5`, `monday, friday` or `每天`.
fn weekdays(row: &Row) -> Result<std::collections::BTreeSet<Weekday>, CellFault> {
    let cell = row.get(WEEKDAYS.1).unwrap_or_default();
    if matches!(cell, "每天" | "daily") {
        return Ok(Weekday::ALL.iter().copied().collect());
    }
    let short = |c: char| {
        let at = "一二三四五六日".chars().position(|day| day == c).or_else(|| "1234567".find(c))?;
        Weekday::ALL.get(at).copied()
    };
    let short: Option<std::collections::BTreeSet<Weekday>> =
        cell.chars().filter(|c| !matches!(c, ',' | '，' | '、' | ' ')).map(short).collect();
    match short {
        Some(days) if !days.is_empty() => Ok(days),
        _ => several(row, WEEKDAYS),
    }
}

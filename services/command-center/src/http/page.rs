//! Lists come in pages: `{"items":[…],"next":"cursor"|null}`.

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use schemars::JsonSchema;
use schemas::problem::Problem;
use serde::{Deserialize, Deserializer, Serialize, de::Error};

/// A page of a list.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Page<T> {
    /// The items.
    pub items: Vec<T>,
    /// To be given as `cursor` for the next page; `null` at the end.
    pub next: Option<String>,
}

/// What every list's query has: flattened into it.
#[derive(Debug, Default, Deserialize, JsonSchema)]
pub struct Paging {
    /// 1 to 500.
    #[serde(default, deserialize_with = "number")]
    pub limit: Option<u16>,
    /// From the page before.
    #[serde(default)]
    pub cursor: Option<String>,
}

/// Flattened, a query's values are texts.
fn number<'de, D: Deserializer<'de>>(from: D) -> Result<Option<u16>, D::Error> {
    let text = Option::<String>::deserialize(from)?;
    text.map(|text| text.parse().map_err(|_| D::Error::custom(format_args!("{text:?} is no number"))))
        .transpose()
}

impl Paging {
    /// How many items are wanted: 1 to 500, 50 where nothing is said.
    ///
    /// # Errors
    /// `malformed_query`.
    pub fn limit(&self) -> Result<usize, Problem> {
        limit(self.limit)
    }

    /// The place the cursor names.
    ///
    /// # Errors
    /// `malformed_cursor`.
    pub fn place<T>(&self, read: impl FnOnce(&str) -> Option<T>) -> Result<Option<T>, Problem> {
        place(self.cursor.as_deref(), read)
    }
}

const USUAL: usize = 50;
const MOST: usize = 500;

fn limit(asked: Option<u16>) -> Result<usize, Problem> {
    match asked.map(usize::from) {
        None => Ok(USUAL),
        Some(limit) if (1..=MOST).contains(&limit) => Ok(limit),
        Some(limit) => {
            Err(Problem::new(400, "malformed_query", format!("limit is 1 to {MOST}, not {limit}"))
                .at("/limit"))
        }
    }
}

/// A cursor; opaque to clients.
fn cursor(place: &str) -> String {
    URL_SAFE_NO_PAD.encode(place)
}

fn place<T>(cursor: Option<&str>, read: impl FnOnce(&str) -> Option<T>) -> Result<Option<T>, Problem> {
    let Some(cursor) = cursor else { return Ok(None) };
    let text = URL_SAFE_NO_PAD.decode(cursor).ok().and_then(|bytes| String::from_utf8(bytes).ok());
    let place = text.as_deref().and_then(read);
    place.map(Some).ok_or_else(|| {
        Problem::new(400, "malformed_cursor", "the cursor is not one this list gave out; begin without one")
            .at("/cursor")
    })
}

/// Takes one page, and the cursor of the next if there is more.
pub fn take<T>(items: impl Iterator<Item = T>, limit: usize, place: impl Fn(&T) -> String) -> Page<T> {
    let mut items: Vec<T> = items.take(limit + 1).collect();
    let more = items.len() > limit;
    items.truncate(limit);
    let next = if more { items.last().map(|last| cursor(&place(last))) } else { None };
    Page { items, next }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pages_follow_one_another_to_the_end() {
        let all: Vec<u32> = (0..7).collect();
        let mut seen = Vec::new();
        let mut at = None;
        loop {
            let from = place(at.as_deref(), |text| text.parse::<u32>().ok()).unwrap();
            let rest = all.iter().copied().filter(|n| from.is_none_or(|from| *n > from));
            let page = take(rest, 3, ToString::to_string);
            seen.extend(page.items);
            at = page.next;
            if at.is_none() {
                break;
            }
        }
        assert_eq!(seen, all);
        assert!(place(Some("???"), |text| text.parse::<u32>().ok()).is_err());
        assert!(limit(Some(0)).is_err() && limit(Some(501)).is_err());
    }
}

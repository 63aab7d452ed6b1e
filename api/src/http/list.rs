//! Lists: pages by cursor that stay right while data changes, as JSON, CSV or one JSON object a line.
//!
//! A cursor names the last entry that was seen in an order that never changes for an entry, so nothing is skipped or seen
//! twice however much is added meanwhile. It is opaque to callers, and worth nothing but its place in the order.

use std::cmp::Ordering;

use axum::Json;
use axum::http::header::{ACCEPT, CACHE_CONTROL, CONTENT_TYPE, ETAG, LINK};
use axum::http::{HeaderMap, HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use rust_xlsxwriter::{Workbook, XlsxError};
use schemars::JsonSchema;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::problem::Problem;
use crate::processes::ProcessError;

/// The most entries of a page.
pub const LIMIT_MAX: u32 = 500;
/// The media type of a workbook.
pub const WORKBOOK: &str = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet";
/// The entries of a page where nothing else was asked for.
const LIMIT: u32 = 50;

/// What is asked of a short list: one that an office holds whole.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ShortAsked {
    /// How many, at most 500.
    pub limit: Option<u32>,
    /// From the page before.
    pub cursor: Option<String>,
    /// By which member, one of those that the endpoint names; with - before it the other way round.
    pub sort: Option<String>,
}

/// How a short list can be ordered.
#[derive(Clone, Copy, Debug)]
pub struct Order {
    /// The member that tells entries apart.
    pub id: &'static str,
    /// The members by which it may be sorted; without any it stays in the order in which it came about.
    pub by: &'static [&'static str],
}

/// A page of a list.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct Page<T> {
    /// The entries.
    pub items: Vec<T>,
    /// Asks for the next page; none after the last.
    pub next_cursor: Option<String>,
    /// The log position at which the page was read.
    pub position: u64,
}

/// How many entries a page has.
///
/// # Errors
/// 400 outside of 1 to [`LIMIT_MAX`].
pub fn limit(asked: Option<u32>) -> Result<u32, Problem> {
    let limit = asked.unwrap_or(LIMIT);
    if (1..=LIMIT_MAX).contains(&limit) {
        return Ok(limit);
    }
    let (zh, en) = ("limit 应为 1 至 500。", "limit is 1 to 500");
    Err(Problem::new(StatusCode::BAD_REQUEST, "parameter_invalid", zh, en).at("limit"))
}

/// Writes a cursor.
pub fn cursor(place: &impl Serialize) -> Option<String> {
    serde_json::to_vec(place).ok().map(|bytes| URL_SAFE_NO_PAD.encode(bytes))
}

/// Reads a cursor.
///
/// # Errors
/// 400 for what is none.
pub fn place<T: DeserializeOwned>(cursor: Option<&str>) -> Result<Option<T>, Problem> {
    let Some(cursor) = cursor else { return Ok(None) };
    let bytes = URL_SAFE_NO_PAD.decode(cursor).ok();
    let place = bytes.and_then(|bytes| serde_json::from_slice(&bytes).ok());
    place.map(Some).ok_or_else(|| {
        let (zh, en) =
            ("cursor 无效，请使用上一页返回的值。", "the cursor is none; take that of the page before");
        Problem::new(StatusCode::BAD_REQUEST, "cursor_invalid", zh, en).at("cursor")
    })
}

impl<T: Serialize> Page<T> {
    /// A page of at most `limit` of the rows that were read; one more than that says that there is a next page.
    pub fn of<P: Serialize>(mut rows: Vec<T>, limit: u32, position: u64, place: impl Fn(&T) -> P) -> Page<T> {
        let limit = limit as usize;
        let more = rows.len() > limit;
        rows.truncate(limit);
        let next_cursor = rows.last().filter(|_| more).and_then(|last| cursor(&place(last)));
        Page { items: rows, next_cursor, position }
    }

    /// A page of a short list, sorted as asked. A cursor names the last entry that was seen by what it was sorted by and its
    /// identifier, so that entries which come meanwhile shift nothing.
    ///
    /// # Errors
    /// 400 for an unknown order, a limit out of bounds, or a cursor of another order.
    pub fn of_short(
        rows: Vec<T>,
        asked: &ShortAsked,
        order: Order,
        position: u64,
    ) -> Result<Page<T>, Problem> {
        let limit = limit(asked.limit)?;
        let after = place::<(Value, String)>(asked.cursor.as_deref())?;
        let mut keyed: Vec<((Value, String), T)> = Vec::with_capacity(rows.len());
        let (column, descending) = column(asked.sort.as_deref(), order)?;
        for row in rows {
            let value = serde_json::to_value(&row).unwrap_or_default();
            let id = value[order.id].as_str().map_or_else(|| value[order.id].to_string(), str::to_owned);
            let by = column.map_or(Value::Null, |column| value[column].clone());
            keyed.push(((by, id), row));
        }
        if column.is_some() {
            keyed.sort_by(|(one, _), (other, _)| compare(one, other));
        }
        if descending {
            keyed.reverse();
        }
        if let Some(after) = after {
            let seen = keyed.iter().position(|(key, _)| match column {
                None => key.1 == after.1,
                Some(_) if descending => compare(key, &after).is_lt(),
                Some(_) => compare(key, &after).is_gt(),
            });
            let from = seen.map_or(keyed.len(), |place| place + usize::from(column.is_none()));
            keyed.drain(..from);
        }
        let more = keyed.len() > limit as usize;
        keyed.truncate(limit as usize);
        let next_cursor = keyed.last().filter(|_| more).and_then(|(key, _)| cursor(key));
        Ok(Page { items: keyed.into_iter().map(|(_, row)| row).collect(), next_cursor, position })
    }

    /// Entries that were read up to a place, which the next page begins behind; none after the last.
    pub fn up_to(items: Vec<T>, next: Option<impl Serialize>, position: u64) -> Page<T> {
        Page { items, next_cursor: next.and_then(|next| cursor(&next)), position }
    }

    /// The page in the form that is accepted.
    ///
    /// # Errors
    /// 406 for another form.
    pub fn answer(self, headers: &HeaderMap) -> Result<Response, Problem> {
        let form = Form::accepted(headers)?;
        let (position, next) = (self.position, self.next_cursor.clone());
        let mut response = match form {
            Form::Json => Json(&self).into_response(),
            Form::Lines => typed("application/x-ndjson", lines(&self.items)),
            Form::Csv => typed("text/csv; charset=utf-8", csv(&self.items)),
            Form::Workbook => typed(WORKBOOK, workbook(&self.items)?),
        };
        let headers = response.headers_mut();
        headers.insert(CACHE_CONTROL, HeaderValue::from_static("private, no-cache"));
        headers.insert("x-log-position", HeaderValue::from(position));
        if let Some(value) =
            next.and_then(|next| HeaderValue::from_str(&format!("<?cursor={next}>; rel=\"next\"")).ok())
        {
            headers.insert(LINK, value);
        }
        Ok(response)
    }
}

/// The member to sort by, and whether the other way round.
fn column(sort: Option<&str>, order: Order) -> Result<(Option<&'static str>, bool), Problem> {
    let Some(sort) = sort else { return Ok((None, false)) };
    let (name, descending) = sort.strip_prefix('-').map_or((sort, false), |name| (name, true));
    let found = order.by.iter().find(|column| **column == name);
    found.map(|column| (Some(*column), descending)).ok_or_else(sort_unknown)
}

/// No list of this kind is sorted so.
pub fn sort_unknown() -> Problem {
    let (zh, en) = ("不支持按此排序。", "the list cannot be sorted so");
    Problem::new(StatusCode::BAD_REQUEST, "parameter_invalid", zh, en).at("sort")
}

/// Nothing before numbers before texts, then by identifier.
fn compare(one: &(Value, String), other: &(Value, String)) -> Ordering {
    let rank = |value: &Value| match value {
        Value::Null => 0,
        Value::Number(_) => 1,
        _ => 2,
    };
    let by = match (&one.0, &other.0) {
        (Value::String(one), Value::String(other)) => one.cmp(other),
        (Value::Number(one), Value::Number(other)) => one.as_i64().cmp(&other.as_i64()),
        (one, other) => rank(one).cmp(&rank(other)),
    };
    by.then_with(|| one.1.cmp(&other.1))
}

/// One thing, with its version as its tag.
pub fn tagged(thing: &impl Serialize, version: u64) -> Response {
    let mut response = Json(thing).into_response();
    let headers = response.headers_mut();
    headers.insert(CACHE_CONTROL, HeaderValue::from_static("private, no-cache"));
    if let Ok(tag) = HeaderValue::from_str(&format!("\"{version}\"")) {
        headers.insert(ETAG, tag);
    }
    response
}

/// The form of a list.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
enum Form {
    Json,
    Csv,
    Lines,
    Workbook,
}

impl Form {
    fn accepted(headers: &HeaderMap) -> Result<Form, Problem> {
        let accept = headers.get(ACCEPT).and_then(|value| value.to_str().ok()).unwrap_or("*/*");
        let kinds = accept.split(',').map(|kind| kind.split(';').next().unwrap_or_default().trim());
        for kind in kinds {
            match kind {
                "*/*" | "application/*" | "application/json" | "" => return Ok(Form::Json),
                "text/csv" | "text/*" => return Ok(Form::Csv),
                WORKBOOK => return Ok(Form::Workbook),
                "application/x-ndjson" | "application/ndjson" => return Ok(Form::Lines),
                _ => {}
            }
        }
        let (zh, en) = (
            "可用格式：application/json、text/csv、application/x-ndjson、xlsx。",
            "the forms are application/json, text/csv, application/x-ndjson and xlsx",
        );
        Err(Problem::new(StatusCode::NOT_ACCEPTABLE, "form_unknown", zh, en).at("Accept"))
    }
}

fn typed(kind: &'static str, content: impl IntoResponse) -> Response {
    ([(CONTENT_TYPE, HeaderValue::from_static(kind))], content).into_response()
}

fn lines(items: &[impl Serialize]) -> String {
    items.iter().filter_map(|item| serde_json::to_string(item).ok()).map(|line| line + "\n").collect()
}

/// Entries as rows under the names of their members, those of every entry, in the order in which they come.
fn table(items: &[impl Serialize]) -> (Vec<String>, Vec<Value>) {
    let rows: Vec<Value> = items.iter().filter_map(|item| serde_json::to_value(item).ok()).collect();
    let mut heads: Vec<String> = Vec::new();
    for name in rows.iter().filter_map(Value::as_object).flat_map(|object| object.keys()) {
        if !heads.contains(name) {
            heads.push(name.clone());
        }
    }
    (heads, rows)
}

/// A workbook of one sheet. Texts are written as texts, so that no spreadsheet takes one for a formula or a number.
fn workbook(items: &[impl Serialize]) -> Result<Vec<u8>, Problem> {
    let (heads, rows) = table(items);
    let damaged = |error: XlsxError| Problem::from(ProcessError::File(error.to_string()));
    let mut book = Workbook::new();
    let sheet = book.add_worksheet();
    for (column, head) in (0_u16..).zip(&heads) {
        sheet.write_string(0, column, head).map_err(damaged)?;
    }
    for (place, row) in (1_u32..).zip(&rows) {
        for (column, head) in (0_u16..).zip(&heads) {
            match &row[head] {
                Value::Null => {}
                // beyond 15 digits a spreadsheet rounds
                Value::Number(number)
                    if number.as_i64().is_some_and(|it| it.abs() < 1_000_000_000_000_000) =>
                {
                    sheet
                        .write_number(place, column, number.as_f64().unwrap_or_default())
                        .map_err(damaged)?;
                }
                Value::String(text) => {
                    sheet.write_string(place, column, text).map_err(damaged)?;
                }
                other => {
                    sheet.write_string(place, column, other.to_string()).map_err(damaged)?;
                }
            }
        }
    }
    book.save_to_buffer().map_err(damaged)
}

/// Columns are the members of the entries; what is no plain value is written as JSON. A text that a spreadsheet would take
/// for a formula gets an apostrophe before it.
fn csv(items: &[impl Serialize]) -> String {
    let (heads, rows) = table(items);
    let mut writer = csv::Writer::from_writer(vec![]);
    let _ = writer.write_record(&heads);
    for row in &rows {
        let _ = writer.write_record(heads.iter().map(|head| cell(&row[head])));
    }
    String::from_utf8(writer.into_inner().unwrap_or_default()).unwrap_or_default()
}

fn cell(value: &Value) -> String {
    match value {
        Value::Null => String::new(),
        Value::String(text) if text.starts_with(['=', '+', '-', '@', '\t', '\r']) => format!("'{text}"),
        Value::String(text) => text.clone(),
        other => other.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_page_says_where_the_next_one_begins_and_the_last_one_does_not() {
        let page = Page::of(vec![1_u64, 2, 3], 2, 9, |last| *last);
        assert_eq!(page.items, [1, 2]);
        assert_eq!(place::<u64>(page.next_cursor.as_deref()).unwrap(), Some(2));
        assert_eq!(Page::of(vec![1_u64, 2], 2, 9, |last| *last).next_cursor, None);
        for wrong in ["", "!!", "MTIz4", "bnVsbGw"] {
            assert_eq!(place::<u64>(Some(wrong)).unwrap_err().status, 400, "{wrong}");
        }
    }

    #[test]
    fn a_short_list_is_paged_in_every_order_and_what_comes_meanwhile_shifts_nothing() {
        let row = |id: &str, day: &str| json!({ "id": id, "day": day });
        let order = Order { id: "id", by: &["day"] };
        let whole = |sort: Option<&str>, late: bool| {
            let (mut seen, mut cursor) = (Vec::new(), None);
            loop {
                let mut rows = vec![row("c", "02"), row("a", "01"), row("b", "02")];
                if late && !seen.is_empty() {
                    rows.push(row("z", "00"));
                }
                let sort = sort.map(str::to_owned);
                let asked = ShortAsked { limit: Some(1), cursor, sort };
                let page = Page::of_short(rows, &asked, order, 9).unwrap();
                seen.extend(page.items.iter().map(|item| item["id"].as_str().unwrap().to_owned()));
                match page.next_cursor {
                    Some(next) => cursor = Some(next),
                    None => return seen.concat(),
                }
            }
        };
        assert_eq!(whole(None, true), "cabz");
        assert_eq!(whole(Some("day"), true), "abc", "what sorts before the place was passed");
        assert_eq!(whole(Some("-day"), true), "cbaz");
        let unknown = ShortAsked { sort: Some("name".to_owned()), ..ShortAsked::default() };
        assert_eq!(Page::of_short(vec![row("a", "1")], &unknown, order, 9).unwrap_err().status, 400);
    }

    #[test]
    fn a_workbook_holds_texts_as_texts() {
        let bytes = workbook(&[json!({ "name": "=1+1", "fen": 5 })]).unwrap();
        assert_eq!(&bytes[..2], b"PK");
    }

    #[test]
    fn a_formula_is_disarmed_in_a_table_for_spreadsheets() {
        let rows = [
            json!({ "fen": -5, "name": "=1+1", "of": [1, 2] }),
            json!({ "fen": 0, "name": "a,\"b\"", "of": null }),
        ];
        let text = csv(&rows);
        assert_eq!(text, "fen,name,of\n-5,'=1+1,\"[1,2]\"\n0,\"a,\"\"b\"\"\",\n");
    }

    #[test]
    fn the_form_is_what_is_accepted_first() {
        let accepted = |value: &str| {
            let mut headers = HeaderMap::new();
            headers.insert(ACCEPT, value.parse().unwrap());
            Form::accepted(&headers).map_err(|problem| problem.status)
        };
        assert_eq!(accepted("text/html, text/csv;q=0.9"), Ok(Form::Csv));
        assert_eq!(accepted("application/x-ndjson"), Ok(Form::Lines));
        assert_eq!(accepted(WORKBOOK), Ok(Form::Workbook));
        assert_eq!(accepted("image/png"), Err(406));
        assert_eq!(Form::accepted(&HeaderMap::new()), Ok(Form::Json));
    }
}

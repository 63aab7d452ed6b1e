//! Lists: pages by cursor that stay right while data changes, as JSON, CSV or one JSON object a line.
//!
//! A cursor names the last entry that was seen in an order that never changes for an entry, so nothing is skipped or seen
//! twice however much is added meanwhile. It is opaque to callers, and worth nothing but its place in the order.

use axum::Json;
use axum::http::header::{ACCEPT, CACHE_CONTROL, CONTENT_TYPE, ETAG, LINK};
use axum::http::{HeaderMap, HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use schemars::JsonSchema;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::problem::Problem;

/// The most entries of a page.
pub const LIMIT_MAX: u32 = 500;
/// The entries of a page where nothing else was asked for.
const LIMIT: u32 = 50;

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
}

impl Form {
    fn accepted(headers: &HeaderMap) -> Result<Form, Problem> {
        let accept = headers.get(ACCEPT).and_then(|value| value.to_str().ok()).unwrap_or("*/*");
        let kinds = accept.split(',').map(|kind| kind.split(';').next().unwrap_or_default().trim());
        for kind in kinds {
            match kind {
                "*/*" | "application/*" | "application/json" | "" => return Ok(Form::Json),
                "text/csv" | "text/*" => return Ok(Form::Csv),
                "application/x-ndjson" | "application/ndjson" => return Ok(Form::Lines),
                _ => {}
            }
        }
        let (zh, en) = (
            "可用格式：application/json、text/csv、application/x-ndjson。",
            "the forms are application/json, text/csv and application/x-ndjson",
        );
        Err(Problem::new(StatusCode::NOT_ACCEPTABLE, "form_unknown", zh, en).at("Accept"))
    }
}

fn typed(kind: &'static str, text: String) -> Response {
    ([(CONTENT_TYPE, HeaderValue::from_static(kind))], text).into_response()
}

fn lines(items: &[impl Serialize]) -> String {
    items.iter().filter_map(|item| serde_json::to_string(item).ok()).map(|line| line + "\n").collect()
}

/// Columns are the members of the first entry; what is no plain value is written as JSON. A text that a spreadsheet would
/// take for a formula gets an apostrophe before it.
fn csv(items: &[impl Serialize]) -> String {
    let rows: Vec<Value> = items.iter().filter_map(|item| serde_json::to_value(item).ok()).collect();
    let heads: Vec<String> = rows
        .first()
        .and_then(Value::as_object)
        .map(|object| object.keys().cloned().collect())
        .unwrap_or_default();
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
    fn a_formula_is_disarmed_in_a_table_for_spreadsheets() {
        let rows = [
            json!({ "name": "=1+1", "fen": -5, "of": [1, 2] }),
            json!({ "name": "a,\"b\"", "fen": 0, "of": null }),
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
        assert_eq!(accepted("image/png"), Err(406));
        assert_eq!(Form::accepted(&HeaderMap::new()), Ok(Form::Json));
    }
}

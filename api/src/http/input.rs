//! Reading what was sent: parameters and bodies, with the place of what is wrong and never its value.

use axum::extract::{FromRequest, FromRequestParts, Path, Request};
use axum::http::request::Parts;
use axum::http::{HeaderMap, StatusCode};
use chrono::{NaiveDate, Utc};
use serde::de::{DeserializeOwned, IgnoredAny};
use uuid::Uuid;

use super::guard::JSON_BYTES_MAX;
use super::problem::Problem;
use crate::access::Caller;
use crate::processes::Desk;

/// The parameters of the query.
#[derive(Debug)]
pub struct Asked<Q>(pub Q);

impl<Q: DeserializeOwned, S: Send + Sync> FromRequestParts<S> for Asked<Q> {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Asked<Q>, Problem> {
        if parts.uri.query().is_some_and(holds_control) {
            return Err(control_characters());
        }
        let pairs = axum::extract::Query::<Q>::try_from_uri(&parts.uri);
        pairs.map(|query| Asked(query.0)).map_err(|rejection| {
            let said = rejection.body_text();
            Problem::new(
                StatusCode::BAD_REQUEST,
                "parameter_invalid",
                "查询参数有误：名称未知、重复或无法读取。",
                "a parameter is unknown, doubled or cannot be read",
            )
            .at(field_of(&said))
        })
    }
}

/// Whether a query holds an encoded control character: no parameter has one, and PostgreSQL stores no NUL.
fn holds_control(query: &str) -> bool {
    let bytes = query.as_bytes();
    bytes
        .windows(3)
        .any(|three| three[0] == b'%' && matches!(three[1], b'0' | b'1') && three[2].is_ascii_hexdigit())
}

fn control_characters() -> Problem {
    let (zh, en) = ("参数含有控制字符。", "a parameter holds a control character");
    Problem::new(StatusCode::BAD_REQUEST, "parameter_invalid", zh, en)
}

/// A name that a reader's message gives between backticks or before a colon.
fn field_of(said: &str) -> String {
    let quoted = said.split('`').nth(1).unwrap_or_default();
    let named = said.rsplit_once("query string: ").map_or("", |(_, rest)| rest);
    let named = named.split(':').next().unwrap_or_default();
    let name = if quoted.is_empty() { named } else { quoted };
    let plain = name.chars().all(|letter| letter.is_ascii_lowercase() || letter == '_') && name.len() <= 40;
    if plain { name.to_owned() } else { String::new() }
}

/// A JSON body.
#[derive(Debug)]
pub struct Sent<B>(pub B);

impl<B: DeserializeOwned, S: Send + Sync> FromRequest<S> for Sent<B> {
    type Rejection = Problem;

    async fn from_request(request: Request, _: &S) -> Result<Sent<B>, Problem> {
        let body = axum::body::to_bytes(request.into_body(), JSON_BYTES_MAX).await;
        let bytes = body.map_err(|_| malformed(0, 0))?;
        if bytes.windows(6).any(|six| six.eq_ignore_ascii_case(b"\\u0000")) {
            // the log keeps no NUL, in whatever field
            return Err(invalid(""));
        }
        let mut reader = serde_json::Deserializer::from_slice(&bytes);
        let read: Result<B, _> = serde_path_to_error::deserialize(&mut reader);
        let sent = read.map_err(|error| {
            let path = error.path().to_string();
            let inner = error.into_inner();
            // a reader that stops early, such as at a second field where one is taken, calls that a mistake of writing
            let is_json = serde_json::from_slice::<IgnoredAny>(&bytes).is_ok();
            if is_json { invalid(&path) } else { malformed(inner.line(), inner.column()) }
        })?;
        reader.end().map_err(|error| malformed(error.line(), error.column()))?;
        Ok(Sent(sent))
    }
}

fn malformed(line: usize, column: usize) -> Problem {
    Problem::new(
        StatusCode::BAD_REQUEST,
        "body_malformed",
        &format!("内容不是合法的 JSON（第 {line} 行第 {column} 列）。"),
        &format!("the body is no JSON (line {line}, column {column})"),
    )
}

/// The path holds names of fields and places in lists; a name that was sent and is unknown is not repeated.
fn invalid(path: &str) -> Problem {
    let known = |letter: char| letter.is_ascii_alphanumeric() || "_.[]?".contains(letter);
    let path = if path.len() <= 100 && path.chars().all(known) { path.trim_matches('.') } else { "" };
    Problem::new(
        StatusCode::UNPROCESSABLE_ENTITY,
        "body_invalid",
        "字段缺失、未知、类型不符或取值不在范围内。",
        "a field is missing, unknown, of another type or out of range",
    )
    .at(path)
}

/// A day that can be asked about: not further than a year from today.
///
/// # Errors
/// 400 for a later one.
pub fn askable(day: Option<NaiveDate>, today: NaiveDate, field: &str) -> Result<NaiveDate, Problem> {
    const DAYS_AHEAD: i64 = 366;
    let day = day.unwrap_or(today);
    if day.signed_duration_since(today).num_days() <= DAYS_AHEAD {
        return Ok(day);
    }
    let (zh, en) = ("日期最晚为一年之后。", "the day lies more than a year ahead");
    Err(Problem::new(StatusCode::BAD_REQUEST, "parameter_invalid", zh, en).at(field))
}

/// An identifier in the path.
#[derive(Debug)]
pub struct Named<T>(pub T);

impl<T: DeserializeOwned + Send, S: Send + Sync> FromRequestParts<S> for Named<T> {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Named<T>, Problem> {
        let path = Path::<T>::from_request_parts(parts, state).await;
        // a name that cannot be one names nothing
        path.map(|path| Named(path.0)).map_err(|_| Problem::not_found())
    }
}

/// The caller's idempotency key, which is nobody else's: what is done for the request is done once, also where its answer was
/// lost before it was kept.
#[derive(Clone, Copy, Debug)]
pub struct RequestKey(pub Uuid);

/// The caller at work, now.
#[derive(Clone, Debug)]
pub struct AtDesk {
    /// Who came in.
    pub caller: Caller,
    /// The same as the processes know them.
    pub desk: Desk,
}

impl<S: Send + Sync> FromRequestParts<S> for AtDesk {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<AtDesk, Problem> {
        let caller = parts.extensions.get::<Caller>().cloned().ok_or_else(Problem::not_found)?;
        let mut desk = Desk::new(caller.actor.clone(), Utc::now());
        if let Some(RequestKey(key)) = parts.extensions.get() {
            desk = desk.under(*key);
        }
        Ok(AtDesk { caller, desk })
    }
}

/// The version that the caller has seen, from `If-Match`; none where they do not care.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SeenVersion(pub Option<u64>);

impl<S: Send + Sync> FromRequestParts<S> for SeenVersion {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<SeenVersion, Problem> {
        seen_version(&parts.headers).map(SeenVersion)
    }
}

fn seen_version(headers: &HeaderMap) -> Result<Option<u64>, Problem> {
    let Some(header) = headers.get("if-match") else { return Ok(None) };
    let text = header.to_str().unwrap_or_default().trim();
    if text == "*" {
        return Ok(None);
    }
    let quoted = text.strip_prefix('"').and_then(|rest| rest.strip_suffix('"'));
    quoted.and_then(|version| version.parse().ok()).map(Some).ok_or_else(|| {
        let (zh, en) =
            ("If-Match 应为查阅时得到的 ETag。", "If-Match takes the ETag that came with the thing");
        Problem::new(StatusCode::BAD_REQUEST, "if_match_invalid", zh, en).at("If-Match")
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn seen(value: &str) -> Result<Option<u64>, String> {
        let mut headers = HeaderMap::new();
        headers.insert("if-match", value.parse().unwrap());
        seen_version(&headers).map_err(|problem| problem.code.to_string())
    }

    #[test]
    fn if_match_takes_one_strong_tag_or_any() {
        assert_eq!(seen("\"12\""), Ok(Some(12)));
        assert_eq!(seen("*"), Ok(None));
        for wrong in ["12", "W/\"12\"", "\"a\"", "\"1\", \"2\"", "\"-1\"", ""] {
            assert_eq!(seen(wrong), Err("if_match_invalid".to_owned()), "{wrong}");
        }
    }

    #[test]
    fn the_place_of_a_wrong_field_is_named_and_its_value_is_not() {
        assert_eq!(&*invalid("members[0].relation").field, "members[0].relation");
        assert_eq!(&*invalid("张三<script>").field, "");
        assert_eq!(
            field_of("Failed to deserialize query string: unknown field `limits`, expected `limit`"),
            "limits"
        );
        assert_eq!(
            field_of("Failed to deserialize query string: limit: invalid digit found in string"),
            "limit"
        );
        assert_eq!(field_of("unknown field `王芳`"), "");
    }
}

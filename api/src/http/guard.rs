//! What every request passes, in this order: a place, the token, its allowance, the permission, the idempotency key. What
//! has to be asked for that is asked at once, and answered in this order.

use std::sync::Arc;
use std::time::Instant;

use axum::body::{Body, Bytes, to_bytes};
use axum::extract::{Request, State};
use axum::http::header::{AUTHORIZATION, CONTENT_TYPE};
use axum::http::{HeaderMap, HeaderValue, Method, StatusCode};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use chrono::Utc;
use domain::user::Scope;
use futures::future::OptionFuture;
use sha2::{Digest, Sha256};
use uuid::Uuid;

use super::Api;
use super::answers::{Begun, KeptAnswer, Keyed, Turn};
use super::endpoint::{AnswerKind, BodyKind, Endpoint, Kept};
use super::finishing::Finishing;
use super::input::RequestKey;
use super::limits::Allowance;
use super::patience::took_too_long;
use super::problem::Problem;
use crate::access::{Caller, Denied};
use crate::processes::users::{KnownToken, holder_of, token_named};

/// The most bytes of a JSON body.
pub const JSON_BYTES_MAX: usize = 1 << 20;

/// The most bytes of a file.
pub const FILE_BYTES_MAX: usize = 64 << 20;

/// The most bytes of an answer that is kept under its key.
const ANSWER_BYTES_MAX: usize = 1 << 20;

/// What stands before one endpoint.
#[derive(Clone)]
pub struct Gate {
    /// The ledger behind it.
    pub api: Api,
    /// Which endpoint: shared, as each request takes a gate of its own.
    pub endpoint: Arc<Endpoint>,
}

/// Lets a request through, or says why not; counts and logs what came of it.
pub async fn guard(State(gate): State<Gate>, request: Request, next: Next) -> Response {
    let (began, id) = (Instant::now(), Uuid::new_v4());
    let mut response = match pass(&gate, request, next).await {
        Ok(response) => response,
        Err(problem) => problem.into_response(),
    };
    if let Ok(value) = HeaderValue::from_str(id.hyphenated().encode_lower(&mut Uuid::encode_buffer())) {
        response.headers_mut().insert("x-request-id", value);
    }
    let (verb, path, status) = (gate.endpoint.verb(), gate.endpoint.path, response.status().as_u16());
    gate.api.metrics().answered(verb, path, status, began.elapsed());
    // the path is the endpoint's pattern: what a caller put into it is not logged
    tracing::info!(request = %id, method = verb, path, status, took = ?began.elapsed(), "answered");
    response
}

async fn pass(gate: &Gate, request: Request, next: Next) -> Result<Response, Problem> {
    let Gate { api, endpoint } = gate;
    // a feed waits more than it works, so it takes no place
    let waits = matches!(endpoint.answer, AnswerKind::Stream(_));
    let place = if waits { None } else { Some(api.limits().place().ok_or_else(busy)?) };
    let token = token_of(api, request.headers()).await?.ok_or_else(token_required)?;
    let (caller, arrived) = found_out(gate, &token, request).await?;
    let allowance = api.limits().take(caller.token_id, Instant::now());
    if !allowance.granted {
        return Ok(allowed(allowance, too_many().into_response()));
    }
    let capability = endpoint.capability;
    caller.may(capability).map_err(|denied| Problem::denied_at(capability, denied))?;
    if endpoint.method == Method::POST && !caller.scopes.contains(&Scope::Write) {
        return Err(Problem::denied(Denied::Scope(Scope::Write)));
    }
    let response = match arrived {
        Arrived::Reading(request) => within(api, next.run(by(caller, request))).await?,
        Arrived::Keyed(keyed) => perform(gate, caller, keyed?, next).await?,
        Arrived::File(request) => {
            let keyed = keyed(gate, token.account(), request).await?;
            perform(gate, caller, keyed, next).await?
        }
    };
    drop(place);
    Ok(allowed(allowance, response))
}

/// A request, as far as it was read while it was found out who asks.
enum Arrived {
    /// It changes nothing.
    Reading(Request),
    /// It changes something; what is wrong with it is told after who may not.
    Keyed(Result<KeyedRequest, Problem>),
    /// It carries a file, which is taken only from those who may.
    File(Request),
}

/// A request that changes something, read to its end, and whether it was answered before.
struct KeyedRequest {
    request: Request,
    begun: Begun,
}

/// Who holds the token. Meanwhile it is looked up whether the request was answered before and what its case is, so that
/// all of it waits for the database once.
async fn found_out(gate: &Gate, token: &KnownToken, request: Request) -> Result<(Caller, Arrived), Problem> {
    let Gate { api, endpoint } = gate;
    let came_at = Instant::now();
    let case = endpoint.case_named(request.uri().path());
    let holder = holder_of(api.office(), token, Utc::now(), came_at);
    let foreseen = OptionFuture::from(case.map(|case| api.foresee_case(case, came_at)));
    let arrived = async {
        match (&endpoint.method, endpoint.body) {
            (&Method::POST, BodyKind::File) => Arrived::File(request),
            (&Method::POST, _) => Arrived::Keyed(keyed(gate, token.account(), request).await),
            _ => Arrived::Reading(request),
        }
    };
    let (holder, _, arrived) = tokio::join!(holder, foreseen, arrived);
    Ok((holder?.ok_or_else(token_required)?, arrived))
}

async fn token_of(api: &Api, headers: &HeaderMap) -> Result<Option<KnownToken>, Problem> {
    let header = headers.get(AUTHORIZATION).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let token = header.split_once(' ').filter(|(kind, _)| kind.eq_ignore_ascii_case("bearer"));
    match token {
        Some((_, token)) => Ok(token_named(api.office(), token.trim()).await?),
        None => Ok(None),
    }
}

fn token_required() -> Problem {
    Problem::new(
        StatusCode::UNAUTHORIZED,
        "token_required",
        "请携带有效令牌（Authorization: Bearer …）；令牌可能已到期或被吊销。",
        "send a valid token (Authorization: Bearer …); it may have ended or been revoked",
    )
}

fn by(caller: Caller, mut request: Request) -> Request {
    request.extensions_mut().insert(caller);
    request
}

/// Reads a request that changes something, and whether its key was used before.
async fn keyed(gate: &Gate, account: &str, request: Request) -> Result<KeyedRequest, Problem> {
    let Gate { api, endpoint } = gate;
    let key = idempotency_key(request.headers())?;
    let most = if matches!(endpoint.body, BodyKind::File) { endpoint.file_bytes_max } else { JSON_BYTES_MAX };
    let (parts, body) = request.into_parts();
    if matches!(endpoint.body, BodyKind::Json(_)) && !is_json(&parts.headers) {
        return Err(not_json());
    }
    let bytes = to_bytes(body, most).await.map_err(|error| unread(&error, most))?;
    let key = api.office().derived("http_request", &format!("{account}|{key}"));
    let keyed = Keyed { key, sha256: digest(&parts.method, &parts.uri.to_string(), &bytes) };
    let begun = api.answers().begin(keyed).await?;
    let mut request = Request::from_parts(parts, Body::from(bytes));
    request.extensions_mut().insert(RequestKey(key));
    Ok(KeyedRequest { request, begun })
}

/// Does a request that changes something, once. It is finished also when the caller goes away.
async fn perform(gate: &Gate, caller: Caller, keyed: KeyedRequest, next: Next) -> Result<Response, Problem> {
    let KeyedRequest { request, begun } = keyed;
    let turn = match begun {
        Begun::Turn(turn) => turn,
        Begun::Answered(answer) => return Ok(repeated(answer)),
    };
    let request = by(caller, request);
    let (api, kept) = (gate.api.clone(), gate.endpoint.kept);
    let work = Finishing::new(async move {
        let response = next.run(request).await;
        keep(&api, turn, kept, response).await
    });
    match within(&gate.api, work).await? {
        Ok(response) => response,
        Err(_) => {
            // the panic's own message went to standard error
            tracing::error!("a request ended early");
            let (zh, en) = ("服务内部出错，已记录。", "something failed inside; it was recorded");
            Err(Problem::new(StatusCode::INTERNAL_SERVER_ERROR, "failed", zh, en))
        }
    }
}

async fn keep(api: &Api, turn: Turn, kept: Kept, response: Response) -> Result<Response, Problem> {
    let status = response.status();
    // what failed inside or may be otherwise in a moment is done again
    if status.is_server_error() || kept == Kept::Not {
        return Ok(response);
    }
    let (parts, body) = response.into_parts();
    let bytes = to_bytes(body, ANSWER_BYTES_MAX).await.map_err(|_| too_large(ANSWER_BYTES_MAX))?;
    let text = String::from_utf8_lossy(&bytes).into_owned();
    let body = if kept == Kept::WithoutToken { without_token(&text) } else { text };
    api.answers().keep(turn, KeptAnswer { status, body }).await;
    Ok(Response::from_parts(parts, Body::from(bytes)))
}

fn without_token(text: &str) -> String {
    let mut value: serde_json::Value = serde_json::from_str(text).unwrap_or_default();
    if let Some(object) = value.as_object_mut() {
        object.remove("token");
        object.remove("secret");
    }
    value.to_string()
}

fn repeated(answer: KeptAnswer) -> Response {
    let KeptAnswer { status, body } = answer;
    let kind = if status.is_success() { "application/json" } else { "application/problem+json" };
    let headers = [(CONTENT_TYPE, HeaderValue::from_static(kind))];
    let mut response = (status, headers, body).into_response();
    response.headers_mut().insert("idempotent-replayed", HeaderValue::from_static("true"));
    response
}

async fn within<T>(api: &Api, work: impl Future<Output = T>) -> Result<T, Problem> {
    let time = api.limits().bounds().request_time;
    tokio::time::timeout(time, work).await.map_err(|_| {
        Problem::new(
            StatusCode::SERVICE_UNAVAILABLE,
            "took_too_long",
            "处理时间过长；写入请求会继续办完，请用同一幂等键再查。",
            "it took too long; what changes something is finished: ask again with the same key",
        )
    })
}

fn idempotency_key(headers: &HeaderMap) -> Result<String, Problem> {
    const LENGTH_MAX: usize = 200;
    let key = headers.get("idempotency-key").and_then(|value| value.to_str().ok()).map(str::trim);
    let key = key.filter(|key| (1..=LENGTH_MAX).contains(&key.len()));
    key.map(str::to_owned).ok_or_else(|| {
        Problem::new(
            StatusCode::BAD_REQUEST,
            "idempotency_key_required",
            "写入请求须带 Idempotency-Key（1 至 200 个字符），重试时用同一个键。",
            "what changes something carries an Idempotency-Key of 1 to 200 characters; retries use it again",
        )
        .at("Idempotency-Key")
    })
}

fn is_json(headers: &HeaderMap) -> bool {
    let kind = headers.get(CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    kind.split(';').next().is_some_and(|kind| kind.trim().eq_ignore_ascii_case("application/json"))
}

fn digest(method: &Method, uri: &str, body: &Bytes) -> [u8; 32] {
    let mut hasher = Sha256::new();
    hasher.update(format!("{method}\n{uri}\n"));
    hasher.update(body);
    hasher.finalize().into()
}

/// The draft standard's headers, under the names that are in use.
fn allowed(allowance: Allowance, mut response: Response) -> Response {
    let Allowance { limit, remaining, reset, granted } = allowance;
    let headers = response.headers_mut();
    headers.insert("ratelimit-limit", HeaderValue::from(limit));
    headers.insert("ratelimit-remaining", HeaderValue::from(remaining));
    headers.insert("ratelimit-reset", HeaderValue::from(reset));
    if !granted {
        headers.insert("retry-after", HeaderValue::from(reset.max(1)));
    }
    response
}

fn too_many() -> Problem {
    let (zh, en) = ("请求过于频繁，请稍候再试。", "too many requests; wait a little");
    Problem::new(StatusCode::TOO_MANY_REQUESTS, "too_many_requests", zh, en)
}

fn busy() -> Problem {
    let (zh, en) = ("服务繁忙，请稍候再试。", "there is too much to do; come again");
    Problem::new(StatusCode::SERVICE_UNAVAILABLE, "busy", zh, en)
}

fn not_json() -> Problem {
    let (zh, en) = ("请以 application/json 提交。", "send application/json");
    Problem::new(StatusCode::UNSUPPORTED_MEDIA_TYPE, "not_json", zh, en).at("Content-Type")
}

fn unread(error: &axum::Error, most: usize) -> Problem {
    if took_too_long(error) {
        let (zh, en) = ("内容传输过慢，已中断。", "the body came too slowly");
        return Problem::new(StatusCode::REQUEST_TIMEOUT, "body_too_slow", zh, en);
    }
    too_large(most)
}

fn too_large(most: usize) -> Problem {
    Problem::new(
        StatusCode::PAYLOAD_TOO_LARGE,
        "body_too_large",
        &format!("内容超过 {most} 字节，或未能完整读取。"),
        &format!("the body has more than {most} bytes, or could not be read to its end"),
    )
}

//! Refusals as problem details (RFC 9457): the domain's stable code, the field, and what to do, in Chinese and English.
//!
//! | Status | When |
//! |---|---|
//! | 400 | the request cannot be read: malformed JSON, an unknown or unreadable parameter, no idempotency key |
//! | 401 | no token, or one that is worth nothing |
//! | 403 | the role, the token's scopes or four eyes forbid it |
//! | 404 | there is no such thing, or none that the caller sees |
//! | 408 | the body came too slowly |
//! | 409 | the thing is in a situation in which this cannot be done |
//! | 410 | the person was erased |
//! | 412 | the thing changed since it was seen |
//! | 413, 415 | the body is too large, or of another kind |
//! | 422 | a field is wrong, or an idempotency key was used for another request |
//! | 429 | too many requests |
//! | 503 | the ledger cannot be reached, or has too much to do; ask again |

use axum::Json;
use axum::http::header::{CACHE_CONTROL, CONTENT_TYPE, RETRY_AFTER, WWW_AUTHENTICATE};
use axum::http::{HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use domain::actor::{roles_en, roles_zh};
use domain::personal::OpenError;
use projections::error::ProjectionError;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::access::{Capability, Denied, who_may};
use crate::lang::Lang;
use crate::processes::ProcessError;
use crate::registers::Problem as RowProblem;

/// Why a request was refused.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Problem {
    /// Names the kind of problem: the code behind a fixed prefix.
    #[serde(rename = "type")]
    pub kind: Box<str>,
    /// The status of the answer.
    pub status: u16,
    /// The stable code.
    pub code: Box<str>,
    /// The field at fault as a dotted path; empty when it is the whole.
    pub field: Box<str>,
    /// What is wrong and what to do, in Chinese.
    pub zh: Box<str>,
    /// The same in English.
    pub en: Box<str>,
    /// Each field that is wrong, where there are several.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub errors: Vec<FieldError>,
}

/// One field that is wrong. Never holds the value.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct FieldError {
    /// The row of the list, from 1.
    pub row: u32,
    /// The field.
    pub field: String,
    /// The stable code.
    pub code: String,
    /// What is wrong and what to do, in Chinese.
    pub zh: String,
    /// The same in English.
    pub en: String,
}

impl FieldError {
    /// A problem of a register's row.
    pub fn of(problem: &RowProblem) -> FieldError {
        FieldError {
            row: problem.row,
            field: problem.field.to_owned(),
            code: problem.code.code(),
            zh: problem.zh.to_owned(),
            en: problem.en.to_owned(),
        }
    }
}

impl Problem {
    /// A problem of the whole request.
    pub fn new(status: StatusCode, code: &str, zh: &str, en: &str) -> Problem {
        Problem {
            kind: format!("urn:ledger:problem:{code}").into(),
            status: status.as_u16(),
            code: code.into(),
            field: Box::default(),
            zh: zh.into(),
            en: en.into(),
            errors: Vec::new(),
        }
    }

    /// At a field.
    #[must_use]
    pub fn at(self, field: impl Into<Box<str>>) -> Problem {
        Problem { field: field.into(), ..self }
    }

    /// There is no such thing, or none that the caller sees: both are answered alike.
    pub fn not_found() -> Problem {
        Problem::new(
            StatusCode::NOT_FOUND,
            "not_found",
            "没有这个对象，或不在您的数据范围内。",
            "there is no such thing, or it is outside of what you may see",
        )
    }

    /// The caller may not.
    pub fn denied(denied: Denied) -> Problem {
        match denied {
            Denied::Role => Problem::new(
                StatusCode::FORBIDDEN,
                "role_not_allowed",
                "您的角色无权办理此事。",
                "your role may not do this",
            ),
            Denied::Scope(scope) => Problem::new(
                StatusCode::FORBIDDEN,
                "scope_missing",
                &format!("令牌没有“{}”权限。", scope.zh()),
                &format!("the token lacks the scope {}", scope.code()),
            )
            .at(scope.code()),
        }
    }

    /// The caller may not do what an endpoint is for; where it is the role, those that may are named.
    pub fn denied_at(capability: Capability, denied: Denied) -> Problem {
        let problem = Problem::denied(denied);
        if denied != Denied::Role {
            return problem;
        }
        let roles = who_may(capability);
        Problem {
            zh: format!("您的角色无权办理此事，请由{}岗位的人员办理。", roles_zh(&roles)).into(),
            en: format!("your role may not do this: it is for {}", roles_en(&roles)).into(),
            ..problem
        }
    }

    /// Rows of a register that cannot be taken.
    pub fn of_rows(problems: &[RowProblem]) -> Problem {
        let first = problems.first().map(|problem| problem.field).unwrap_or_default();
        let whole = Problem::new(
            StatusCode::UNPROCESSABLE_ENTITY,
            "fields_invalid",
            "有字段填写有误，请逐项改正。",
            "some fields are wrong; each is named",
        );
        Problem { errors: problems.iter().map(FieldError::of).collect(), ..whole.at(first) }
    }

    fn status(&self) -> StatusCode {
        StatusCode::from_u16(self.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR)
    }
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let status = self.status();
        let mut response = (status, Json(self)).into_response();
        let headers = response.headers_mut();
        headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/problem+json"));
        headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
        if status == StatusCode::UNAUTHORIZED {
            headers.insert(WWW_AUTHENTICATE, HeaderValue::from_static("Bearer realm=\"ledger\""));
        }
        if status == StatusCode::SERVICE_UNAVAILABLE {
            headers.insert(RETRY_AFTER, HeaderValue::from_static("2"));
        }
        response
    }
}

impl From<ProcessError> for Problem {
    fn from(error: ProcessError) -> Problem {
        let status = status_of(&error);
        if status.is_server_error() {
            // said once, here; what the outside is told holds no inner matter
            tracing::error!(code = error.code(), error = %error, "a request failed");
            return failed(status, error.code());
        }
        let (zh, en) = (error.text(Lang::Zh), error.text(Lang::En));
        let field = match &error {
            ProcessError::Refused { field, .. } => *field,
            ProcessError::UnknownPerson => "id_number",
            _ => "",
        };
        Problem::new(status, error.code(), &zh, &en).at(field)
    }
}

impl From<ProjectionError> for Problem {
    fn from(error: ProjectionError) -> Problem {
        Problem::from(ProcessError::from(error))
    }
}

impl From<OpenError> for Problem {
    fn from(error: OpenError) -> Problem {
        Problem::from(ProcessError::from(error))
    }
}

fn failed(status: StatusCode, code: &str) -> Problem {
    if status == StatusCode::SERVICE_UNAVAILABLE {
        let (zh, en) = (
            "台账暂时无法连接，请稍后用同一幂等键重试。",
            "the ledger cannot be reached; try again with the same idempotency key",
        );
        return Problem::new(status, code, zh, en);
    }
    Problem::new(status, code, "服务内部出错，已记录。", "something failed inside; it was recorded")
}

/// A refusal of the whole is about the situation; one of a field is about what was sent.
fn status_of(error: &ProcessError) -> StatusCode {
    if error.is_connection_lost() {
        return StatusCode::SERVICE_UNAVAILABLE;
    }
    match error {
        ProcessError::Refused { code, field, .. } => match *code {
            "role_not_allowed" | "four_eyes" | "lifted_by_holder" | "own_account" => StatusCode::FORBIDDEN,
            "sign_in_refused" => StatusCode::UNAUTHORIZED,
            "person_erased" => StatusCode::GONE,
            "version_changed" => StatusCode::PRECONDITION_FAILED,
            "user_unknown" | "token_unknown" | "webhook_unknown" | "run_unknown" | "plan_unknown"
            | "fund_unknown" | "campaign_unknown" | "donation_unknown" | "receipt_unknown"
            | "remittance_unknown" | "donor_unknown" | "proposal_unknown" | "payment_unknown"
            | "file_unknown" | "line_unknown" => StatusCode::NOT_FOUND,
            _ if field.is_empty() => StatusCode::CONFLICT,
            _ => StatusCode::UNPROCESSABLE_ENTITY,
        },
        ProcessError::Unknown { .. } => StatusCode::NOT_FOUND,
        ProcessError::Sealed(OpenError::Erased { .. }) => StatusCode::GONE,
        ProcessError::UnknownPerson | ProcessError::BankFile(_) | ProcessError::Money(_) => {
            StatusCode::UNPROCESSABLE_ENTITY
        }
        ProcessError::Append(eventlog::append::AppendError::CommandReused) => {
            StatusCode::UNPROCESSABLE_ENTITY
        }
        ProcessError::Append(eventlog::append::AppendError::Conflict { .. }) => StatusCode::CONFLICT,
        ProcessError::NotReleased
        | ProcessError::NothingOrdered
        | ProcessError::OrderedElsewhere { .. }
        | ProcessError::ApprovedElsewhere { .. }
        | ProcessError::PaidMeanwhile { .. }
        | ProcessError::CasesChanged { .. }
        | ProcessError::LinesStopped { .. }
        | ProcessError::RulesChanged
        | ProcessError::LinesLost
        | ProcessError::WithheldChanged { .. }
        | ProcessError::PlanOpen { .. }
        | ProcessError::RunChanged
        | ProcessError::PartlyOrdered => StatusCode::CONFLICT,
        _ => StatusCode::INTERNAL_SERVER_ERROR,
    }
}

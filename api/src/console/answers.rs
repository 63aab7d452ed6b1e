//! Answers that are no page of their own: not signed in, not allowed, not there, refused.

use askama::Template;
use axum::http::StatusCode;
use axum::response::{Html, IntoResponse, Redirect, Response};
use domain::actor::{roles_en, roles_zh};

use crate::access::{Capability, who_may};
use crate::lang::Lang;
use crate::processes::ProcessError;

/// Why a request ends without its page.
#[derive(Debug)]
pub(super) enum Stop {
    /// Nobody is signed in.
    SignIn,
    /// The role may not.
    Forbidden(Lang),
    /// The role may not; those that may are named.
    ForOthers(Capability, Lang),
    /// There is no such thing, or it is nothing that the visitor sees.
    Missing(Lang),
    /// A process refused or failed.
    Failed(Refusal),
}

/// What a process refused, in words.
#[derive(Clone, Debug)]
pub(super) struct Refusal {
    pub status: StatusCode,
    pub code: &'static str,
    pub words: String,
    /// The field at fault; empty for the whole.
    pub field: &'static str,
    pub lang: Lang,
}

#[derive(Template)]
#[template(path = "stop.html")]
struct StopPage {
    lang: Lang,
    title: &'static str,
    words: String,
    code: &'static str,
}

impl Stop {
    pub(super) fn failed(error: ProcessError, lang: Lang) -> Stop {
        match error {
            ProcessError::Unknown { .. } | ProcessError::UnknownPerson => Stop::Missing(lang),
            error => Stop::Failed(Refusal::of(&error, lang)),
        }
    }
}

impl Refusal {
    /// What a process said. What went wrong inside is told to the log alone.
    pub fn of(error: &ProcessError, lang: Lang) -> Refusal {
        let code = error.code();
        let status = status(error);
        if status == StatusCode::INTERNAL_SERVER_ERROR {
            tracing::error!(code, error = %error, "a page failed");
            let words = lang.pick(
                "系统内部出错，未作任何更改；请联系管理员。",
                "Something inside failed; nothing was changed.",
            );
            return Refusal { status, code, words: words.to_owned(), field: "", lang };
        }
        let field = match error {
            ProcessError::Refused { field, .. } => field,
            _ => "",
        };
        Refusal { status, code, words: error.text(lang), field, lang }
    }

    /// Something that was typed wrong.
    pub fn typed(code: &'static str, lang: Lang, zh: &str, en: &str) -> Refusal {
        let words = lang.pick(zh, en).to_owned();
        Refusal { status: StatusCode::UNPROCESSABLE_ENTITY, code, words, field: "", lang }
    }

    /// The refusal of what stands in a field.
    pub fn at(self, field: &'static str) -> Refusal {
        Refusal { field, ..self }
    }
}

fn status(error: &ProcessError) -> StatusCode {
    if error.is_connection_lost() {
        return StatusCode::SERVICE_UNAVAILABLE;
    }
    match error {
        ProcessError::Refused { code, .. } if matches!(*code, "role_not_allowed" | "four_eyes") => {
            StatusCode::FORBIDDEN
        }
        ProcessError::Unknown { .. } | ProcessError::UnknownPerson => StatusCode::NOT_FOUND,
        ProcessError::Refused { .. } | ProcessError::BankFile(_) => StatusCode::UNPROCESSABLE_ENTITY,
        ProcessError::Projection(_)
        | ProcessError::Keyring(_)
        | ProcessError::Database(_)
        | ProcessError::Damaged(_)
        | ProcessError::Read(_)
        | ProcessError::Sealed(_)
        | ProcessError::File(_) => StatusCode::INTERNAL_SERVER_ERROR,
        _ => StatusCode::CONFLICT,
    }
}

impl IntoResponse for Stop {
    fn into_response(self) -> Response {
        let forbidden = |lang: Lang, words: String| {
            (StatusCode::FORBIDDEN, lang, ("无权办理", "Not allowed"), words, "role_not_allowed")
        };
        let (status, lang, title, words, code) = match self {
            Stop::SignIn => return Redirect::to("/sign-in").into_response(),
            Stop::Forbidden(lang) => {
                let words =
                    lang.pick("您当前的岗位无权查看或办理此项。", "Your role may neither see nor do this.");
                forbidden(lang, words.to_owned())
            }
            Stop::ForOthers(capability, lang) => forbidden(lang, for_others(capability, lang)),
            Stop::Missing(lang) => {
                let words = lang.pick(
                    "没有这个对象，或者不在您的数据范围内。",
                    "There is none, or it is not yours to see.",
                );
                (StatusCode::NOT_FOUND, lang, ("没有找到", "Not found"), words.to_owned(), "unknown_object")
            }
            Stop::Failed(refusal) => {
                (refusal.status, refusal.lang, ("未能办理", "Refused"), refusal.words, refusal.code)
            }
        };
        let page = StopPage { lang, title: lang.pick(title.0, title.1), words, code };
        (status, shown(&page)).into_response()
    }
}

fn for_others(capability: Capability, lang: Lang) -> String {
    let roles = who_may(capability);
    lang.pick(
        format!("您当前的岗位无权查看或办理此项，请由{}岗位的人员办理。", roles_zh(&roles)),
        format!("Your role may neither see nor do this: it is for {}.", roles_en(&roles)),
    )
}

/// A page as an answer.
pub(super) fn shown(page: &impl Template) -> Response {
    match page.render() {
        Ok(text) => Html(text).into_response(),
        Err(error) => {
            tracing::error!(%error, "a page cannot be written");
            StatusCode::INTERNAL_SERVER_ERROR.into_response()
        }
    }
}

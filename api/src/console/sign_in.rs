//! 登录: in by account and password, out, into another role, and the language.

use askama::Template;
use axum::Form;
use axum::extract::{Path, State};
use axum::http::header::SET_COOKIE;
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Redirect, Response};
use chrono::Utc;
use domain::actor::Role;
use serde::Deserialize;

use super::answers::{Refusal, Stop, shown};
use super::visitor::{LANGUAGE, Visitor, language};
use super::{Console, session};
use crate::lang::Lang;
use crate::processes::users::sign_in;

#[derive(Template)]
#[template(path = "sign_in.html")]
struct SignInPage {
    lang: Lang,
    account: String,
    refused: Option<String>,
}

/// What was typed.
#[derive(Deserialize)]
pub(super) struct Typed {
    account: String,
    password: String,
}

/// The role that was chosen.
#[derive(Deserialize)]
pub(super) struct Chosen {
    role: Role,
}

/// Asks who comes.
pub(super) async fn ask(headers: HeaderMap) -> Response {
    shown(&SignInPage { lang: language(&headers), account: String::new(), refused: None })
}

/// Lets somebody in; the account that was typed is kept when they are refused.
pub(super) async fn enter(
    State(console): State<Console>,
    headers: HeaderMap,
    Form(typed): Form<Typed>,
) -> Result<Response, Stop> {
    let lang = language(&headers);
    let office = &console.office;
    let account = match sign_in(office, typed.account.trim(), &typed.password, Utc::now()).await {
        Ok(account) => account,
        Err(error) => {
            let Refusal { status, words, .. } = Refusal::of(&error, lang);
            let page = SignInPage { lang, account: typed.account, refused: Some(words) };
            return Ok((status, shown(&page)).into_response());
        }
    };
    let Some(role) = account.roles.first() else {
        let words = lang
            .pick("该账号还没有岗位，请联系管理员。", "The account has no role yet: ask an administrator.");
        let page = SignInPage { lang, account: typed.account, refused: Some(words.to_owned()) };
        return Ok((StatusCode::FORBIDDEN, shown(&page)).into_response());
    };
    let began = session::begin(office, &account.account, *role).await;
    let secret = began.map_err(|error| Stop::failed(error, lang))?;
    Ok(([(SET_COOKIE, cookie(session::COOKIE_NAME, &secret))], Redirect::to("/")).into_response())
}

/// Ends the session.
pub(super) async fn leave(State(console): State<Console>, headers: HeaderMap) -> Result<Response, Stop> {
    let ended = session::end(&console.office, &headers).await;
    ended.map_err(|error| Stop::failed(error, language(&headers)))?;
    let gone = format!("{}; Max-Age=0", cookie(session::COOKIE_NAME, ""));
    Ok(([(SET_COOKIE, gone)], Redirect::to("/sign-in")).into_response())
}

/// From now on the visitor acts in another of their roles.
pub(super) async fn act_as(
    State(console): State<Console>,
    visitor: Visitor,
    headers: HeaderMap,
    Form(chosen): Form<Chosen>,
) -> Result<Response, Stop> {
    if !visitor.account.roles.contains(&chosen.role) {
        return Err(Stop::Forbidden(visitor.lang));
    }
    let changed = session::change_role(&console.office, &headers, chosen.role).await;
    changed.map_err(|error| Stop::failed(error, visitor.lang))?;
    Ok(Redirect::to("/").into_response())
}

/// From now on the pages are in this language.
pub(super) async fn speak(Path(lang): Path<String>) -> Response {
    let lang = if lang == "en" { "en" } else { "zh" };
    ([(SET_COOKIE, cookie(LANGUAGE, lang))], Redirect::to("/")).into_response()
}

/// Scripts do not see it, and other sites do not make the browser send it.
fn cookie(name: &str, value: &str) -> String {
    format!("{name}={value}; Path=/; HttpOnly; SameSite=Strict")
}

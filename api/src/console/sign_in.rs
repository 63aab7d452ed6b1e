//! 登录: in by account and password, out, into another role, and the language.

use askama::Template;
use axum::Form;
use axum::extract::State;
use axum::http::header::SET_COOKIE;
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Redirect, Response};
use chrono::Utc;
use domain::actor::Role;
use domain::user::Account;
use serde::Deserialize;

use super::answers::{Refusal, Stop, shown};
use super::session::RestsOn;
use super::visitor::{LANGUAGE, Visitor, language};
use super::{Console, second_factor, session};
use crate::console::address::Path;
use crate::lang::Lang;
use crate::processes::ProcessError;
use crate::processes::users::{admit_by_password, check_password, overtaken};

#[derive(Template)]
#[template(path = "sign_in.html")]
pub(super) struct SignInPage {
    pub lang: Lang,
    pub account: String,
    pub refused: Option<String>,
    /// The code of the refusal; empty where people need none.
    pub code: &'static str,
    /// What the provider of identities calls somebody whom it named and nobody knows here.
    pub subject: Option<String>,
    /// Whether there is a provider of identities.
    pub has_provider: bool,
}

impl SignInPage {
    /// The page as it is at first.
    pub fn empty(console: &Console, lang: Lang) -> SignInPage {
        let has_provider = console.entrance.provider.is_some();
        SignInPage { lang, account: String::new(), refused: None, code: "", subject: None, has_provider }
    }
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
pub(super) async fn ask(State(console): State<Console>, headers: HeaderMap) -> Response {
    shown(&SignInPage::empty(&console, language(&headers)))
}

/// Lets somebody in; the account that was typed is kept when they are refused.
pub(super) async fn enter(
    State(console): State<Console>,
    headers: HeaderMap,
    Form(typed): Form<Typed>,
) -> Result<Response, Stop> {
    let lang = language(&headers);
    let office = &console.office;
    let again = |status, words: String| {
        let account = typed.account.clone();
        let page = SignInPage { account, refused: Some(words), ..SignInPage::empty(&console, lang) };
        (status, shown(&page)).into_response()
    };
    let refused = |error| {
        let Refusal { status, words, .. } = Refusal::of(&error, lang);
        again(status, words)
    };
    let (account, standing) =
        match check_password(office, typed.account.trim(), &typed.password, Utc::now()).await {
            Ok(known) => known,
            Err(error) => return Ok(refused(error)),
        };
    if account.roles.is_empty() {
        let words = lang
            .pick("该账号还没有岗位，请联系管理员。", "The account has no role yet: ask an administrator.");
        return Ok(again(StatusCode::FORBIDDEN, words.to_owned()));
    }
    if console.entrance.asks_second_factor(&account) {
        let led_on = second_factor::lead_on(&console, &account, &standing).await;
        return Ok(led_on.unwrap_or_else(refused));
    }
    if let Err(error) = admit_by_password(office, &account, Utc::now()).await {
        return Ok(refused(error));
    }
    match begin_session(&console, &account, RestsOn::Standing(&standing)).await {
        Ok(cookie) => Ok(([(SET_COOKIE, cookie)], Redirect::to("/")).into_response()),
        Err(error) => Ok(refused(error)),
    }
}

/// Begins a session in the first of the user's roles. Gives its cookie.
///
/// # Errors
/// [`ProcessError::Refused`] where what it rests on is another by now.
pub(super) async fn begin_session(
    console: &Console,
    account: &Account,
    rests_on: RestsOn<'_>,
) -> Result<String, ProcessError> {
    let role = account.roles.first().copied().ok_or_else(overtaken)?;
    let secret = session::begin(&console.office, &account.account, role, rests_on).await?;
    Ok(console.entrance.cookie(console.entrance.session_cookie(), &secret))
}

/// Ends the session.
pub(super) async fn leave(State(console): State<Console>, headers: HeaderMap) -> Result<Response, Stop> {
    let ended = session::end(&console, &headers).await;
    ended.map_err(|error| Stop::failed(error, language(&headers)))?;
    let gone = console.entrance.no_cookie(console.entrance.session_cookie());
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
    let changed = session::change_role(&console, &headers, chosen.role).await;
    changed.map_err(|error| Stop::failed(error, visitor.lang))?;
    Ok(Redirect::to("/").into_response())
}

/// From now on the pages are in this language.
pub(super) async fn speak(State(console): State<Console>, Path(lang): Path<String>) -> Response {
    let lang = if lang == "en" { "en" } else { "zh" };
    ([(SET_COOKIE, console.entrance.cookie(LANGUAGE, lang))], Redirect::to("/")).into_response()
}

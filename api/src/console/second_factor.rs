//! 动态验证码: the second page of signing in, and setting a second factor: by somebody who is in already, or on the way in
//! where the office asks for one.

use askama::Template;
use axum::Form;
use axum::extract::State;
use axum::http::header::SET_COOKIE;
use axum::http::{HeaderMap, HeaderName};
use axum::response::{AppendHeaders, IntoResponse, Redirect, Response};
use chrono::Utc;
use domain::actor::{Actor, ActorId};
use domain::user::{Account, SignInDoor};
use serde::Deserialize;

use super::answers::{Refusal, Stop, shown};
use super::session::RestsOn;
use super::visitor::{Visitor, language};
use super::{Console, session, sign_in};
use crate::lang::Lang;
use crate::processes::users::{
    NewFactor, Standing, begin_second_factor, begun_second_factor, confirm_second_factor, show_code,
    sign_in_with_code, sign_in_with_first, user,
};
use crate::processes::{Desk, ProcessError};

#[derive(Template)]
#[template(path = "sign_in_code.html")]
struct CodePage {
    lang: Lang,
    refused: Option<String>,
}

#[derive(Template)]
#[template(path = "second_factor.html")]
struct FactorPage {
    lang: Lang,
    /// Where the forms are sent.
    path: &'static str,
    /// Whether the visitor is in already, so that there is a way back.
    inside: bool,
    /// Whether one is in use, whose code is asked for before another is set.
    in_use: bool,
    begun: Option<NewFactor>,
    recovery_codes: Vec<String>,
    refused: Option<String>,
}

/// What was typed.
#[derive(Deserialize)]
pub(super) struct Typed {
    #[serde(default)]
    code: String,
}

/// Sends somebody who gave the right password to the second page.
///
/// # Errors
/// Those of [`begin_half`].
pub(super) async fn lead_on(
    console: &Console,
    account: &Account,
    standing: &Standing,
) -> Result<Response, ProcessError> {
    let (next, cookie) = begin_half(console, account, SignInDoor::Password, standing).await?;
    Ok(([(SET_COOKIE, cookie)], Redirect::to(next)).into_response())
}

/// Remembers whom a door let through. Gives the page that comes next, and the cookie.
///
/// # Errors
/// [`ProcessError::Refused`] where what the door looked at is another by now.
pub(super) async fn begin_half(
    console: &Console,
    account: &Account,
    door: SignInDoor,
    standing: &Standing,
) -> Result<(&'static str, String), ProcessError> {
    let office = &console.office;
    let secret = session::begin_half(office, &account.account, door, standing).await?;
    let next = if account.second_factor_set_on.is_some() {
        "/sign-in/code"
    } else {
        begin_second_factor(office, &account.account).await?;
        "/sign-in/second-factor"
    };
    Ok((next, console.entrance.cookie(console.entrance.half_cookie(), &secret)))
}

/// Asks for the code.
pub(super) async fn ask(State(console): State<Console>, headers: HeaderMap) -> Result<Response, Stop> {
    let lang = language(&headers);
    half(&console, &headers, lang).await?;
    Ok(shown(&CodePage { lang, refused: None }))
}

/// Lets somebody in by the code.
pub(super) async fn enter(
    State(console): State<Console>,
    headers: HeaderMap,
    Form(typed): Form<Typed>,
) -> Result<Response, Stop> {
    let lang = language(&headers);
    let (account, door) = half(&console, &headers, lang).await?;
    let admitted = sign_in_with_code(&console.office, &account, door, &typed.code, Utc::now()).await;
    let begun = match admitted {
        Ok(account) => begin(&console, &headers, &account).await,
        Err(error) => Err(error),
    };
    match begun {
        Ok(cookies) => Ok((cookies, Redirect::to("/")).into_response()),
        Err(error) => {
            let Refusal { status, words, .. } = Refusal::of(&error, lang);
            Ok((status, shown(&CodePage { lang, refused: Some(words) })).into_response())
        }
    }
}

/// Shows the secret that must be set on the way in.
pub(super) async fn ask_first(State(console): State<Console>, headers: HeaderMap) -> Result<Response, Stop> {
    let lang = language(&headers);
    let (account, _) = half(&console, &headers, lang).await?;
    first_page(&console, &account, lang, None).await
}

/// Lets somebody in who set their first second factor.
pub(super) async fn enter_first(
    State(console): State<Console>,
    headers: HeaderMap,
    Form(typed): Form<Typed>,
) -> Result<Response, Stop> {
    let lang = language(&headers);
    let failed = |error| Stop::failed(error, lang);
    let (half, door) = half(&console, &headers, lang).await?;
    let office = &console.office;
    let account = user(office, &half).await.map_err(failed)?;
    let Some(role) = account.roles.first().filter(|_| account.second_factor_set_on.is_none()) else {
        // another browser set one meanwhile: its code is asked for
        return Ok(Redirect::to("/sign-in/code").into_response());
    };
    // a factor that is set ends what is half done, but not this
    let desk = Desk::new(Actor { id: half.clone(), role: *role }, Utc::now());
    let desk = desk.at_session(session::digest(half_secret(&console, &headers)));
    let entered = sign_in_with_first(office, &desk, door, &typed.code, Utc::now()).await;
    let (account, recovery_codes) = match entered {
        Ok(entered) => entered,
        Err(error) => return first_page(&console, &half, lang, Some(&error)).await,
    };
    let cookies = match begin(&console, &headers, &account).await {
        Ok(cookies) => cookies,
        Err(error) => return first_page(&console, &half, lang, Some(&error)).await,
    };
    let page = FactorPage { recovery_codes, ..empty(lang, true, FIRST_PATH) };
    Ok((cookies, shown(&page)).into_response())
}

const FIRST_PATH: &str = "/sign-in/second-factor";
const OWN_PATH: &str = "/second-factor";

async fn first_page(
    console: &Console,
    account: &ActorId,
    lang: Lang,
    refused: Option<&ProcessError>,
) -> Result<Response, Stop> {
    let begun = begun_second_factor(&console.office, account).await;
    let begun = begun.map_err(|error| Stop::failed(error, lang))?;
    if begun.is_none() {
        return Err(Stop::SignIn);
    }
    answer(FactorPage { begun, ..empty(lang, false, FIRST_PATH) }, refused)
}

/// The second factor of somebody who is in.
pub(super) async fn show(State(console): State<Console>, visitor: Visitor) -> Result<Response, Stop> {
    own_page(&console, &visitor, None).await
}

/// Makes a secret for them. Whoever has one shows a code of it, so that an open desk is not enough to replace it.
pub(super) async fn start(
    State(console): State<Console>,
    visitor: Visitor,
    Form(typed): Form<Typed>,
) -> Result<Response, Stop> {
    let office = &console.office;
    let account = &visitor.account.account;
    if visitor.account.second_factor_set_on.is_some() {
        let shown = show_code(office, account, &typed.code, Utc::now()).await;
        if let Err(error) = shown {
            return own_page(&console, &visitor, Some(&error)).await;
        }
    }
    let begun = begin_second_factor(office, account).await;
    begun.map_err(|error| Stop::failed(error, visitor.lang))?;
    Ok(Redirect::to(OWN_PATH).into_response())
}

/// From now on it is asked for.
pub(super) async fn confirm(
    State(console): State<Console>,
    visitor: Visitor,
    Form(typed): Form<Typed>,
) -> Result<Response, Stop> {
    match confirm_second_factor(&console.office, &visitor.desk(), &typed.code, Utc::now()).await {
        Ok(recovery_codes) => {
            answer(FactorPage { recovery_codes, ..empty(visitor.lang, true, OWN_PATH) }, None)
        }
        Err(error) => own_page(&console, &visitor, Some(&error)).await,
    }
}

async fn own_page(
    console: &Console,
    visitor: &Visitor,
    refused: Option<&ProcessError>,
) -> Result<Response, Stop> {
    let begun = begun_second_factor(&console.office, &visitor.account.account).await;
    let begun = begun.map_err(|error| Stop::failed(error, visitor.lang))?;
    let in_use = visitor.account.second_factor_set_on.is_some();
    answer(FactorPage { begun, in_use, ..empty(visitor.lang, true, OWN_PATH) }, refused)
}

fn empty(lang: Lang, inside: bool, path: &'static str) -> FactorPage {
    let (begun, recovery_codes, refused) = (None, Vec::new(), None);
    FactorPage { lang, path, inside, in_use: false, begun, recovery_codes, refused }
}

fn answer(page: FactorPage, refused: Option<&ProcessError>) -> Result<Response, Stop> {
    let Some(error) = refused else { return Ok(shown(&page)) };
    let Refusal { status, words, .. } = Refusal::of(error, page.lang);
    Ok((status, shown(&FactorPage { refused: Some(words), ..page })).into_response())
}

/// Whom a door let through with this browser, and which.
async fn half(console: &Console, headers: &HeaderMap, lang: Lang) -> Result<(ActorId, SignInDoor), Stop> {
    let found = session::half_of(console, headers).await.map_err(|error| Stop::failed(error, lang))?;
    found.ok_or(Stop::SignIn)
}

type Cookies = AppendHeaders<[(HeaderName, String); 2]>;

fn half_secret<'h>(console: &Console, headers: &'h HeaderMap) -> &'h str {
    session::cookie(headers, console.entrance.half_cookie()).unwrap_or_default()
}

/// The session in place of the half one.
async fn begin(console: &Console, headers: &HeaderMap, account: &Account) -> Result<Cookies, ProcessError> {
    let rests_on = RestsOn::Half(half_secret(console, headers));
    let cookie = sign_in::begin_session(console, account, rests_on).await?;
    let gone = console.entrance.no_cookie(console.entrance.half_cookie());
    Ok(AppendHeaders([(SET_COOKIE, cookie), (SET_COOKIE, gone)]))
}

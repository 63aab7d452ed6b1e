//! 统一身份认证登录: to the office's provider of identities and back. It says who somebody is; the ledger says who that is here,
//! and asks for the second factor as it does after a password.
//!
//! Browsers send cookies of this site back from the provider only where they are `Lax`, so a sign-in that is underway has a
//! cookie of its own; and they keep the session's cookie for a page that this site leads to, so the answer is a page that
//! leads on, not a redirect.

use askama::Template;
use axum::extract::rejection::QueryRejection;
use axum::extract::{Query, State};
use axum::http::header::SET_COOKIE;
use axum::http::{HeaderMap, HeaderName, StatusCode};
use axum::response::{AppendHeaders, IntoResponse, Redirect, Response};
use chrono::{DateTime, Utc};
use domain::actor::ActorId;
use domain::explain::Explain;
use domain::identity_provider::ProviderRefusal;
use domain::user::{Account, SignInDoor, SignInProof};
use serde::Deserialize;

use super::answers::{Refusal, Stop, shown};
use super::session::RestsOn;
use super::sign_in::SignInPage;
use super::visitor::language;
use super::{Console, second_factor, session, sign_in};
use crate::identity_provider::{Attempt, IdentityProvider, ProviderWord, Shown};
use crate::lang::Lang;
use crate::processes::ProcessError;
use crate::processes::users::{Standing, admit_by_provider, count_provider_refusal, user_of_subject};

#[derive(Template)]
#[template(path = "sign_in_onward.html")]
struct OnwardPage {
    lang: Lang,
    to: &'static str,
}

/// What the provider sends back with the visitor (RFC 6749, 4.1.2; RFC 9207).
#[derive(Deserialize)]
pub(super) struct Returned {
    #[serde(default)]
    state: String,
    code: Option<String>,
    error: Option<String>,
    iss: Option<String>,
}

/// Why a visitor is refused: who it would have been, and what they need to be told of themself.
struct Refused {
    why: ProviderRefusal,
    account: Option<ActorId>,
    subject: Option<String>,
}

impl From<ProviderRefusal> for Refused {
    fn from(why: ProviderRefusal) -> Refused {
        Refused { why, account: None, subject: None }
    }
}

/// Sends the visitor to the provider.
pub(super) async fn begin(State(console): State<Console>, headers: HeaderMap) -> Result<Response, Stop> {
    let lang = language(&headers);
    let provider = provider(&console, lang)?;
    let failed = |error| Stop::failed(error, lang);
    let secret = session::begin_at_provider(&console.office, lang).await.map_err(failed)?;
    match provider.begin(&Attempt::of(&secret)).await {
        Ok(address) => {
            let cookie = console.entrance.cookie_for_return(console.entrance.provider_cookie(), &secret);
            Ok(([(SET_COOKIE, cookie)], Redirect::to(&address)).into_response())
        }
        Err(why) => refused(&console, provider, lang, why.into()).await,
    }
}

/// Takes the visitor back.
pub(super) async fn end(
    State(console): State<Console>,
    headers: HeaderMap,
    returned: Result<Query<Returned>, QueryRejection>,
) -> Result<Response, Stop> {
    // the cookie of the language does not come along from another site
    let secret = session::cookie(&headers, console.entrance.provider_cookie()).unwrap_or_default();
    let lang = session::language_underway(secret).unwrap_or_else(|| language(&headers));
    let provider = provider(&console, lang)?;
    let now = Utc::now();
    let stopped = |error| Stop::failed(error, lang);
    let returned = returned.map(|Query(returned)| returned).ok();
    let who = match shown_by(&console, provider, secret, returned, now).await.map_err(stopped)? {
        Ok(who) => who,
        Err(why) => return refused(&console, provider, lang, why.into()).await,
    };
    let found = user_of_subject(&console.office, provider.issuer(), &who.subject).await.map_err(stopped)?;
    let (account, standing) = match found {
        Ok(known) => known,
        Err((why, account)) => {
            // people learn what they are called there, so that they can tell an administrator
            let subject = (why == ProviderRefusal::SubjectUnknown).then_some(who.subject);
            return refused(&console, provider, lang, Refused { why, account, subject }).await;
        }
    };
    let entered = enter(&console, provider, (&account, &standing), (who.second_factor, lang), now).await;
    Ok(entered.unwrap_or_else(|error| {
        let Refusal { status, words, .. } = Refusal::of(&error, lang);
        (status, shown(&SignInPage { refused: Some(words), ..SignInPage::empty(&console, lang) }))
            .into_response()
    }))
}

/// Lets in whom the provider named, or leads them to the second factor.
async fn enter(
    console: &Console,
    provider: &IdentityProvider,
    (account, standing): (&Account, &Standing),
    (second_factor, lang): (bool, Lang),
    now: DateTime<Utc>,
) -> Result<Response, ProcessError> {
    let taken = second_factor && provider.word() == ProviderWord::Taken;
    let word = taken.then_some(SignInProof::Provider);
    if word.is_none() && console.entrance.asks_second_factor(account) {
        let (to, cookie) =
            second_factor::begin_half(console, account, SignInDoor::Provider, standing).await?;
        return Ok(onward(console, lang, to, cookie));
    }
    admit_by_provider(&console.office, account, word, now).await?;
    let cookie = sign_in::begin_session(console, account, RestsOn::Standing(standing)).await?;
    Ok(onward(console, lang, "/", cookie))
}

/// Whom the provider shows, for an answer that belongs to a sign-in of this browser.
async fn shown_by(
    console: &Console,
    provider: &IdentityProvider,
    secret: &str,
    returned: Option<Returned>,
    now: DateTime<Utc>,
) -> Result<Result<Shown, ProviderRefusal>, ProcessError> {
    let attempt = Attempt::of(secret);
    // asked before anything is used up: another site can make the browser come here, with another state
    let own = returned.filter(|returned| !secret.is_empty() && attempt.is_answered_by(&returned.state));
    let Some(returned) = own else { return Ok(Err(ProviderRefusal::SignInNotBegun)) };
    if !session::end_at_provider(&console.office, secret).await? {
        return Ok(Err(ProviderRefusal::SignInNotBegun));
    }
    if returned.iss.is_some_and(|issuer| issuer != provider.issuer()) {
        return Ok(Err(ProviderRefusal::IdTokenIssuerWrong));
    }
    match returned.code {
        Some(code) if returned.error.is_none() => Ok(provider.finish(&attempt, code, now).await),
        _ => Ok(Err(ProviderRefusal::ProviderDenied)),
    }
}

/// Counts a refusal and shows why, beside the form for a password.
async fn refused(
    console: &Console,
    provider: &IdentityProvider,
    lang: Lang,
    refused: Refused,
) -> Result<Response, Stop> {
    let Refused { why, account, subject } = refused;
    let counted = count_provider_refusal(&console.office, provider.issuer(), why, account, Utc::now()).await;
    counted.map_err(|error| Stop::failed(error, lang))?;
    let status = match why {
        ProviderRefusal::ProviderUnreachable => StatusCode::SERVICE_UNAVAILABLE,
        _ => StatusCode::FORBIDDEN,
    };
    let words = lang.pick(why.zh(), why.to_string());
    let page =
        SignInPage { refused: Some(words), code: why.code(), subject, ..SignInPage::empty(console, lang) };
    let gone = console.entrance.no_cookie(console.entrance.provider_cookie());
    Ok((status, [(SET_COOKIE, gone)], shown(&page)).into_response())
}

/// A page that leads on within this site, so that the browser sends the cookie that it is given here.
fn onward(console: &Console, lang: Lang, to: &'static str, cookie: String) -> Response {
    let gone = console.entrance.no_cookie(console.entrance.provider_cookie());
    let cookies: AppendHeaders<[(HeaderName, String); 2]> =
        AppendHeaders([(SET_COOKIE, cookie), (SET_COOKIE, gone)]);
    (cookies, shown(&OnwardPage { lang, to })).into_response()
}

fn provider(console: &Console, lang: Lang) -> Result<&IdentityProvider, Stop> {
    console.entrance.provider.as_ref().ok_or(Stop::Missing(lang))
}

//! Who comes in through the provider, and what is refused.

use api::identity_provider::ProviderWord;
use axum::http::StatusCode;
use serde_json::json;
use tests::authenticator::code_of;

use super::pretended::{SECRET, Wrong};
use super::visitor::{Office, Visitor, pages};
use crate::visitors::{ADMIN, PASSWORD};

/// A subject as some providers have them.
const SUBJECT: &str = "王芳-990114";

#[tokio::test(flavor = "multi_thread")]
async fn who_is_linked_comes_in_and_works_and_nobody_s_name_is_kept() {
    let office = Office::open(ProviderWord::NotTaken).await;
    let (_, before) = (office.links("wang.fang", SUBJECT), office.events("SignedIn").await.len());
    office.provider.shows(SUBJECT, &["pwd"]);
    let mut visitor = Visitor::new(&office.router);
    assert!(visitor.opens("/sign-in").await.text.contains("统一身份认证登录"));
    let back = visitor.goes_to_the_provider().await;
    let led_on = visitor.is_led_to(&back).await;
    assert_eq!(led_on.status, StatusCode::OK, "{}", led_on.text);
    assert!(led_on.text.contains("content=\"0;url=/\""), "cookies that are strict need a page to lead on");
    let run = "month=2023-11&program=advanced_age_allowance&fund=&number=1";
    assert!(visitor.is_in().await);
    let prepared = visitor.sends("/runs", run).await;
    assert!(prepared.status.is_redirection() || prepared.status == StatusCode::UNPROCESSABLE_ENTITY);
    assert_eq!(visitor.opens("/users").await.status, StatusCode::FORBIDDEN, "the roles are the ledger's");

    let again = visitor.is_led_to(&back).await;
    assert_eq!(again.status, StatusCode::FORBIDDEN, "what came back once does not come back again");
    assert!(again.text.contains("sign_in_not_begun"));

    let signed_in = office.events("SignedIn").await;
    assert_eq!(signed_in.len(), before + 1);
    assert_eq!(signed_in[before]["door"], json!("provider"));
    let linked = office.events("SubjectLinked").await;
    assert_eq!(linked[0]["account"], json!("wang.fang"));
    let everything: Vec<String> =
        sqlx::query_scalar("select payload::text || metadata::text from log_events")
            .fetch_all(&office.app.office().pool)
            .await
            .unwrap();
    let told = everything.iter().any(|text| text.contains(SUBJECT) || text.contains(SECRET));
    assert!(!told, "the provider's name of somebody stands in the log");
    office.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn whatever_the_provider_does_wrong_is_refused_with_its_code_and_told() {
    let office = Office::open(ProviderWord::NotTaken).await;
    office.links("wang.fang", SUBJECT);
    office.provider.shows(SUBJECT, &["pwd"]);
    for (wrong, code) in [
        (Wrong::Nonce, "id_token_nonce_wrong"),
        (Wrong::NoNonce, "id_token_nonce_wrong"),
        (Wrong::Expired, "id_token_expired"),
        (Wrong::MadeTomorrow, "id_token_expired"),
        (Wrong::OtherAudience, "id_token_audience_wrong"),
        (Wrong::OneMoreAudience, "id_token_audience_wrong"),
        (Wrong::OtherParty, "id_token_audience_wrong"),
        (Wrong::OtherIssuer, "id_token_issuer_wrong"),
        (Wrong::OtherIssuerInAnswer, "id_token_issuer_wrong"),
        (Wrong::OtherKey, "id_token_signature_wrong"),
        (Wrong::OtherKeySameName, "id_token_signature_wrong"),
        (Wrong::NoSignature, "id_token_signature_wrong"),
        (Wrong::SharedSecret, "id_token_signature_wrong"),
        (Wrong::ClaimsChanged, "id_token_signature_wrong"),
        (Wrong::NoToken, "id_token_unreadable"),
        (Wrong::NotJson, "id_token_unreadable"),
        (Wrong::Denies, "provider_denied"),
        (Wrong::Failing, "provider_unreachable"),
        (Wrong::TooLarge, "provider_unreachable"),
    ] {
        office.provider.does(wrong);
        let mut visitor = Visitor::new(&office.router);
        let refused = visitor.signs_in().await;
        let status = if code == "provider_unreachable" {
            StatusCode::SERVICE_UNAVAILABLE
        } else {
            StatusCode::FORBIDDEN
        };
        assert_eq!(refused.status, status, "{wrong:?}: {}", refused.text);
        assert!(refused.text.contains(code), "{wrong:?}: {}", refused.text);
        assert!(!visitor.is_in().await, "{wrong:?}");
        let told = office.events("ProviderSignInsRefused").await;
        assert!(told.iter().any(|event| event["refusal"] == json!(code)), "{wrong:?}");
    }
    // five signatures that are wrong are told at the first, the second and the fourth
    let told = office.events("ProviderSignInsRefused").await;
    let signatures = told.iter().filter(|event| event["refusal"] == json!("id_token_signature_wrong"));
    let counts: Vec<u64> = signatures.map(|event| event["count"].as_u64().unwrap()).collect();
    assert_eq!(counts, [1, 2, 4]);
    office.provider.does(Wrong::Nothing);
    let mut visitor = Visitor::new(&office.router);
    visitor.signs_in().await;
    assert!(visitor.is_in().await, "what was refused before keeps nobody out");
    office.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_somebody_else_began_or_changed_on_the_way_is_refused() {
    let office = Office::open(ProviderWord::NotTaken).await;
    office.links("wang.fang", SUBJECT);
    office.provider.shows(SUBJECT, &["pwd"]);
    let (mut one, mut other) = (Visitor::new(&office.router), Visitor::new(&office.router));
    let (of_one, of_other) = (one.goes_to_the_provider().await, other.goes_to_the_provider().await);
    let strange = one.is_led_to(&of_other).await;
    assert_eq!(strange.status, StatusCode::FORBIDDEN);
    assert!(strange.text.contains("sign_in_not_begun"), "{}", strange.text);
    for changed in [
        "/sign-in/provider/return".to_owned(),
        "/sign-in/provider/return?state=&code=a".to_owned(),
        "/sign-in/provider/return?state=a&state=b&code=c&code=d".to_owned(),
        "/sign-in/provider/return?state=%FF%00&code=%00".to_owned(),
        format!("/sign-in/provider/return?code={}&state=x", "y".repeat(4_000)),
        of_one.replace("state=", "state=A"),
    ] {
        let refused = other.clone().is_led_to(&changed).await;
        assert_eq!(refused.status, StatusCode::FORBIDDEN, "{changed}: {}", refused.text);
        assert!(refused.text.contains("sign_in_not_begun"), "{changed}");
    }
    // the code of one at the other's state: the proof of the key that was sent along is another (PKCE)
    let part = |back: &str, name: &str| {
        let query = back.split_once('?').unwrap().1.to_owned();
        let mut pairs = query
            .split('&')
            .filter_map(|pair| pair.split_once('='))
            .map(|(n, v)| (n.to_owned(), v.to_owned()));
        pairs.find(|(known, _)| known == name).unwrap().1
    };
    let mixed = of_other.replace(&part(&of_other, "code"), &part(&of_one, "code"));
    let refused = other.is_led_to(&mixed).await;
    assert!(refused.text.contains("provider_code_refused"), "{}", refused.text);
    assert!(!one.is_in().await && !other.is_in().await);
    office.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn who_is_not_linked_or_locked_is_told_so_and_who_it_was_stands_in_the_log() {
    let office = Office::open(ProviderWord::NotTaken).await;
    office.provider.shows("u-4711<b>", &["pwd"]);
    let unknown = Visitor::new(&office.router).signs_in().await;
    assert_eq!(unknown.status, StatusCode::FORBIDDEN);
    assert!(
        unknown.text.contains("subject_unknown") && unknown.text.contains("u-4711&#60;b&#62;"),
        "{}",
        unknown.text
    );
    office.links("wang.fang", SUBJECT);
    office.counter.do_well(&["user", "lock", "wang.fang", "--reason", "离岗", "--as", ADMIN]);
    office.provider.shows(SUBJECT, &["pwd"]);
    let locked = Visitor::new(&office.router).signs_in().await;
    assert_eq!(locked.status, StatusCode::FORBIDDEN);
    assert!(locked.text.contains("user_locked") && !locked.text.contains(SUBJECT), "{}", locked.text);
    office.counter.do_well(&["user", "unlock", "wang.fang", "--as", ADMIN]);
    office.counter.do_well(&["user", "revoke", "wang.fang", "clerk", "--as", ADMIN]);
    let without = Visitor::new(&office.router).signs_in().await;
    assert!(without.text.contains("roles_missing"), "{}", without.text);
    let told = office.events("ProviderSignInsRefused").await;
    let told: Vec<_> =
        told.iter().map(|event| (event["refusal"].as_str().unwrap(), event["account"].as_str())).collect();
    let expected =
        [("subject_unknown", None), ("user_locked", Some("wang.fang")), ("roles_missing", Some("wang.fang"))];
    assert_eq!(told, expected);
    office.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_second_factor_is_asked_for_after_the_provider_too() {
    let office = Office::open(ProviderWord::NotTaken).await;
    office.links("wang.fang", SUBJECT);
    office.provider.shows(SUBJECT, &["pwd", "otp"]);
    let clerk = "clerk:wang.fang";
    let begun = office.counter.do_well(&["user", "factor", "begin", "--as", clerk]);
    let secret = begun["secret"].as_str().unwrap();
    let confirmed =
        office.counter.ask_with(&["user", "factor", "confirm", "--as", clerk], &code_of(secret, -1));
    assert_eq!(confirmed.status, 0, "{confirmed:?}");
    let mut visitor = Visitor::new(&office.router);
    let led_on = visitor.signs_in().await;
    assert!(led_on.text.contains("content=\"0;url=/sign-in/code\""), "{}", led_on.text);
    assert!(!visitor.is_in().await, "half in is not in");
    let wrong = visitor.sends("/sign-in/code", "code=000000").await;
    assert_eq!(wrong.status, StatusCode::UNPROCESSABLE_ENTITY);
    let code = format!("code={}", code_of(secret, 0));
    assert_eq!(visitor.sends("/sign-in/code", &code).await.location, "/");
    assert!(visitor.is_in().await);
    let signed_in = office.events("SignedIn").await;
    let last = signed_in.last().unwrap();
    assert_eq!((&last["door"], &last["proof"]), (&json!("provider"), &json!("code")));

    // an office that takes the provider's word does not ask again, but only where it gives its word
    let router = pages(&office.counter, &office.app, office.provider.issuer(), ProviderWord::Taken);
    let mut trusted = Visitor::new(&router);
    trusted.signs_in().await;
    assert!(trusted.is_in().await);
    assert_eq!(office.events("SignedIn").await.last().unwrap()["proof"], json!("provider"));
    office.provider.shows(SUBJECT, &["pwd"]);
    let mut plain = Visitor::new(&router);
    plain.signs_in().await;
    assert!(!plain.is_in().await, "it asked for a password alone");
    office.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_provider_that_is_down_keeps_nobody_out_who_has_a_password() {
    let office = Office::open(ProviderWord::NotTaken).await;
    let nobody_there = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let issuer = format!("http://{}", nobody_there.local_addr().unwrap());
    drop(nobody_there);
    let router = pages(&office.counter, &office.app, &issuer, ProviderWord::NotTaken);
    let mut visitor = Visitor::new(&router);
    for _ in 0..2 {
        let down = visitor.opens("/sign-in/provider").await;
        assert_eq!(down.status, StatusCode::SERVICE_UNAVAILABLE, "{}", down.text);
        assert!(down.text.contains("provider_unreachable") && down.text.contains("name=\"password\""));
    }
    let told = office.events("ProviderSignInsRefused").await;
    assert_eq!(told.len(), 2);
    assert_eq!(told[1]["count"], json!(2));
    let typed = format!("account=wang.fang&password={}", PASSWORD.replace(' ', "+"));
    assert_eq!(visitor.sends("/sign-in", &typed).await.location, "/");
    assert!(visitor.is_in().await);
    office.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_office_without_a_provider_shows_no_button_and_has_no_door() {
    let (_counter, _, app, router) = crate::visitors::office_with_a_console().await;
    let mut visitor = crate::visitors::Browser::new(&router);
    assert!(!visitor.get("/sign-in").await.text().contains("/sign-in/provider"));
    for path in ["/sign-in/provider", "/sign-in/provider/return?code=a&state=b"] {
        assert_eq!(visitor.get(path).await.status, StatusCode::NOT_FOUND, "{path}");
    }
    app.close().await.unwrap();
}

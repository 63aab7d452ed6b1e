//! Given, when, then.

use rstest::rstest;
use uuid::Uuid;

use super::{Webhook, WebhookCommand as Command, WebhookError as Error, WebhookFilter, WebhookTerms};
use crate::actor::{Actor, ActorId, Role};
use crate::aggregate::{Context, Decider};

fn by(role: Role) -> Context {
    let id = ActorId::parse("sun.lei").unwrap();
    Context { actor: Actor { id, role }, today: "2026-11-28".parse().unwrap() }
}

fn terms(url: &str) -> WebhookTerms {
    WebhookTerms {
        webhook_id: Uuid::from_u128(1),
        consumer: ActorId::parse("medical.insurance").unwrap(),
        url: url.to_owned(),
        filter: WebhookFilter { program: None, stream: Some("BenefitCase".to_owned()) },
    }
}

const URL: &str = "https://hooks.example/ledger";

/// Does it, and how many events there were.
fn does(webhook: &mut Webhook, command: Command) -> Result<usize, Error> {
    let events = webhook.decide(command, &by(Role::Administrator))?;
    for event in &events {
        webhook.try_evolve(event).unwrap();
    }
    Ok(events.len())
}

fn why() -> String {
    "系统升级".to_owned()
}

#[test]
fn a_subscription_is_paused_resumed_and_ended() {
    let mut webhook = Webhook::default();
    assert_eq!(does(&mut webhook, Command::Resume), Err(Error::WebhookUnknown));
    assert_eq!(does(&mut webhook, Command::Subscribe(terms(URL))), Ok(1));
    assert_eq!(does(&mut webhook, Command::Subscribe(terms(URL))), Ok(0), "a repeat is success");
    let other = Command::Subscribe(terms("https://other.example/"));
    assert_eq!(does(&mut webhook, other), Err(Error::WebhookTaken));
    assert_eq!(does(&mut webhook, Command::Resume), Ok(0));
    assert_eq!(does(&mut webhook, Command::Pause { reason: " ".to_owned() }), Err(Error::WordsMissing));
    assert_eq!(does(&mut webhook, Command::Pause { reason: why() }), Ok(1));
    assert_eq!(does(&mut webhook, Command::Pause { reason: why() }), Ok(0));
    assert_eq!(webhook.code(), "paused");
    assert_eq!(does(&mut webhook, Command::Resume), Ok(1));
    assert_eq!(does(&mut webhook, Command::End { reason: why() }), Ok(1));
    assert_eq!(does(&mut webhook, Command::End { reason: why() }), Ok(0));
    assert_eq!(does(&mut webhook, Command::Resume), Err(Error::WebhookEnded));
    assert_eq!(does(&mut webhook, Command::Subscribe(terms(URL))), Err(Error::WebhookEnded));
}

#[rstest]
#[case(Role::Clerk)]
#[case(Role::Approver)]
#[case(Role::Auditor)]
#[case(Role::Consumer)]
#[case(Role::System)]
fn only_administrators_subscribe(#[case] role: Role) {
    let refused = Webhook::default().decide(Command::Subscribe(terms(URL)), &by(role));
    assert_eq!(refused, Err(Error::RoleNotAllowed));
}

#[rstest]
#[case::no_scheme("hooks.example/ledger")]
#[case::another_scheme("file:///etc/passwd")]
#[case::gopher("gopher://hooks.example/")]
#[case::no_host("https:///ledger")]
#[case::no_host_with_port("https://:443/")]
#[case::an_account("https://user:secret@hooks.example/")]
#[case::a_query("https://hooks.example/?token=secret")]
#[case::a_fragment("https://hooks.example/#a")]
#[case::a_backslash("https://hooks.example\\@10.0.0.1/")]
#[case::a_line("https://hooks.example/\r\nx-evil: 1")]
#[case::a_space("https://hooks.example/a b")]
#[case::letters_that_look_alike("https://hооks.example/")]
fn an_address_that_cannot_be_told_is_refused(#[case] url: &str) {
    assert_eq!(does(&mut Webhook::default(), Command::Subscribe(terms(url))), Err(Error::UrlUnusable));
}

#[test]
fn a_type_of_stream_that_does_not_exist_is_refused() {
    let filter = WebhookFilter { program: None, stream: Some("Nothing".to_owned()) };
    let command = Command::Subscribe(WebhookTerms { filter, ..terms(URL) });
    assert_eq!(does(&mut Webhook::default(), command), Err(Error::StreamMalformed));
    let long = format!("https://hooks.example/{}", "a".repeat(500));
    assert_eq!(does(&mut Webhook::default(), Command::Subscribe(terms(&long))), Err(Error::UrlUnusable));
}

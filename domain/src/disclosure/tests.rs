//! Given, when, then.

use chrono::NaiveDate;
use cqrs_es::test::TestFramework;
use rstest::rstest;
use uuid::Uuid;

use crate::actor::{Actor, ActorId, Role};
use crate::aggregate::{Context, Instruction};
use crate::ids::PersonId;

use super::{
    Disclosure, DisclosureCommand as Command, DisclosureError as Error, DisclosureEvent as Event,
    OpenedFields, PERSONS_MAX, WORDS_MAX,
};

fn day(text: &str) -> NaiveDate {
    text.parse().unwrap()
}

fn fields(count: usize) -> Vec<OpenedFields> {
    let of = |number: usize| PersonId::new(Uuid::from_u128(number as u128));
    (0..count).map(|number| OpenedFields { person_id: of(number), labels: vec!["name".to_owned()] }).collect()
}

fn record(recipient: &str, purpose: &str, opened: Vec<OpenedFields>, on: &str) -> Command {
    let (recipient, purpose) = (recipient.to_owned(), purpose.to_owned());
    Command::RecordDisclosure { recipient, purpose, opened, disclosed_on: day(on) }
}

fn disclosed(purpose: &str) -> Event {
    let (recipient, purpose) = ("昌平区审计局".to_owned(), purpose.to_owned());
    Event::PersonalDataDisclosed { recipient, purpose, opened: fields(1), disclosed_on: day("2023-07-01") }
}

fn does(role: Role, command: Command) -> Instruction<Command> {
    let actor = Actor { id: ActorId::parse("li").unwrap(), role };
    Instruction { context: Context { actor, today: day("2023-07-02") }, command }
}

fn audit() -> Command {
    record("昌平区审计局", "年度审计", fields(1), "2023-07-01")
}

#[test]
fn a_disclosure_is_recorded_once() {
    let given = |events| TestFramework::<Disclosure>::with(()).given(events);
    given(vec![]).when(does(Role::Auditor, audit())).then_expect_events(vec![disclosed("年度审计")]);
    given(vec![disclosed("年度审计")]).when(does(Role::Auditor, audit())).then_expect_events(vec![]);
    given(vec![disclosed("其他")])
        .when(does(Role::Auditor, audit()))
        .then_expect_error(Error::DisclosureDiffers);
}

#[rstest]
#[case::clerk(Role::Clerk, audit(), Error::RoleNotAllowed { role: Role::Clerk })]
#[case::administrator(Role::Administrator, audit(), Error::RoleNotAllowed { role: Role::Administrator })]
#[case::recipient(Role::Auditor, record(" ", "审计", fields(1), "2023-07-01"), Error::DisclosureIncomplete)]
#[case::purpose(Role::Auditor, record("审计局", "", fields(1), "2023-07-01"), Error::DisclosureIncomplete)]
#[case::long(Role::Auditor, record("审计局", &"长".repeat(WORDS_MAX + 1), fields(1), "2023-07-01"), Error::DisclosureIncomplete)]
#[case::nobody(Role::Auditor, record("审计局", "审计", fields(0), "2023-07-01"), Error::DisclosureIncomplete)]
#[case::too_many(Role::Auditor, record("审计局", "审计", fields(PERSONS_MAX + 1), "2023-07-01"), Error::DisclosureIncomplete)]
#[case::tomorrow(Role::Auditor, record("审计局", "审计", fields(1), "2023-07-03"), Error::DateInFuture)]
fn what_is_incomplete_is_refused(#[case] role: Role, #[case] command: Command, #[case] refusal: Error) {
    TestFramework::<Disclosure>::with(())
        .given_no_previous_events()
        .when(does(role, command))
        .then_expect_error(refusal);
}

#[test]
fn the_largest_disclosure_fits_an_entry() {
    let labels = vec!["disabilities".to_owned(); 11];
    let opened =
        fields(PERSONS_MAX).into_iter().map(|one| OpenedFields { labels: labels.clone(), ..one }).collect();
    let words = "长".repeat(WORDS_MAX);
    let event = Event::PersonalDataDisclosed {
        recipient: words.clone(),
        purpose: words,
        opened,
        disclosed_on: day("2023-07-01"),
    };
    assert!(serde_json::to_string(&event).unwrap().len() < 59_000);
}

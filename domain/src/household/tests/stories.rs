//! Given, when, then.

use rstest::rstest;

use crate::aggregate::Decider;
use crate::explain::Explain;
use crate::policy::{MemberStatus, Property};

use super::*;

fn refuses(history: &[Event], command: Command, error: Error) {
    given(history).when(does(command)).then_expect_error(error);
}

fn folded(history: &[Event]) -> Household {
    let mut household = Household::default();
    history.iter().for_each(|event| household.try_evolve(event).unwrap());
    household
}

#[test]
fn a_household_is_registered_with_its_head() {
    let command = || register(member(HEAD, Relation::Oneself, None));
    given(&[]).when(does(command())).then_expect_events(alone());
    given(&alone()).when(does(command())).then_expect_events(vec![]);
    refuses(&[], register(member(HEAD, Relation::Spouse, None)), Error::HeadRelationInvalid);
    refuses(&alone(), register(member(CHILD, Relation::Oneself, None)), Error::HouseholdAlreadyRegistered);
}

#[rstest]
#[case(Role::Auditor)]
#[case(Role::Administrator)]
#[case(Role::Approver)]
#[case(Role::Finance)]
#[case(Role::System)]
fn only_clerks_and_reviewers_record_facts(#[case] role: Role) {
    let command = register(member(HEAD, Relation::Oneself, None));
    given(&[])
        .when(Instruction { context: li(role), command })
        .then_expect_error(Error::RoleNotAllowed { role });
}

#[test]
fn nothing_is_recorded_of_a_household_that_is_not_registered() {
    refuses(&[], moves(HEAD, "2023-05-01"), Error::HouseholdNotRegistered);
}

#[test]
fn a_member_joins_leaves_and_returns() {
    let add = |joined_on| Command::AddMember { member: member(SPOUSE, Relation::Spouse, joined_on) };
    let remove = |left_on| Command::RemoveMember { person_id: person(SPOUSE), left_on: day(left_on) };
    let spouse = || person(SPOUSE);
    given(&alone()).when(does(add(Some("2023-03-01")))).then_expect_events(vec![joined(
        SPOUSE,
        Relation::Spouse,
        Some("2023-03-01"),
    )]);
    given(&couple()).when(does(add(Some("2023-03-01")))).then_expect_events(vec![]);
    refuses(&couple(), add(Some("2023-04-01")), Error::AlreadyAMember { person: spouse() });
    refuses(&couple(), remove("2023-02-01"), Error::BeforeJoining);
    given(&couple()).when(does(remove("2023-06-30"))).then_expect_events(vec![left(SPOUSE, "2023-06-30")]);
    let gone = with(couple(), [left(SPOUSE, "2023-06-30")]);
    given(&gone).when(does(remove("2023-06-30"))).then_expect_events(vec![]);
    refuses(&gone, remove("2023-07-30"), Error::MemberHasLeft { person: spouse() });
    refuses(&gone, add(Some("2023-06-30")), Error::BeforeJoining);
    given(&gone).when(does(add(Some("2023-09-01")))).then_expect_events(vec![joined(
        SPOUSE,
        Relation::Spouse,
        Some("2023-09-01"),
    )]);
}

#[test]
fn the_head_leaves_last() {
    let remove = || Command::RemoveMember { person_id: person(HEAD), left_on: day("2023-08-01") };
    refuses(&couple(), remove(), Error::HeadMustStay);
    given(&alone()).when(does(remove())).then_expect_events(vec![left(HEAD, "2023-08-01")]);
}

#[test]
fn a_household_holds_twenty() {
    let others = (2..=20).map(|number| joined(number, Relation::Other, None));
    let full = with(alone(), others);
    let command = Command::AddMember { member: member(21, Relation::Other, None) };
    refuses(&full, command, Error::HouseholdFull);
}

#[test]
fn nobody_joins_before_birth() {
    let command = Command::AddMember { member: member(SPOUSE, Relation::Spouse, Some("1960-04-30")) };
    refuses(&alone(), command, Error::BeforeBirth);
}

#[rstest]
#[case("2023-06-10", "2023-06-09", Error::ReportedBeforeDeath)]
#[case("2024-01-01", "2024-01-01", Error::DateInFuture)]
#[case("2023-06-10", "2024-01-01", Error::DateInFuture)]
#[case("1960-04-30", "2023-06-10", Error::BeforeBirth)]
#[case("1899-12-31", "2023-06-10", Error::DateTooEarly)]
fn a_death_that_contradicts_itself_is_refused(
    #[case] died_on: &str,
    #[case] reported_on: &str,
    #[case] error: Error,
) {
    refuses(&alone(), dies(HEAD, died_on, reported_on), error);
}

#[test]
fn a_death_is_recorded_once() {
    let dead = with(couple(), [died(SPOUSE, "2023-06-10", "2023-08-01")]);
    given(&couple()).when(does(dies(SPOUSE, "2023-06-10", "2023-08-01"))).then_expect_events(vec![died(
        SPOUSE,
        "2023-06-10",
        "2023-08-01",
    )]);
    given(&dead).when(does(dies(SPOUSE, "2023-06-10", "2023-09-01"))).then_expect_events(vec![]);
    let person = person(SPOUSE);
    refuses(&dead, dies(SPOUSE, "2023-06-11", "2023-09-01"), Error::MemberDeceased { person });
}

#[test]
fn the_dead_do_not_move_but_a_late_report_of_an_earlier_move_is_taken() {
    let dead = with(couple(), [died(SPOUSE, "2023-06-10", "2023-06-12")]);
    refuses(&dead, moves(SPOUSE, "2023-06-11"), Error::AfterDeath);
    given(&dead)
        .when(does(moves(SPOUSE, "2023-05-01")))
        .then_expect_events(vec![moved(SPOUSE, "2023-05-01")]);
    let gone = with(dead.clone(), [left(SPOUSE, "2023-06-01")]);
    let again = Command::AddMember { member: member(SPOUSE, Relation::Spouse, Some("2023-07-01")) };
    refuses(&gone, again, Error::MemberDeceased { person: person(SPOUSE) });
}

#[test]
fn an_account_belongs_to_a_present_member() {
    refuses(&alone(), changes_account(HEAD, SPOUSE), Error::HolderNotAMember);
    let gone = with(couple(), [left(SPOUSE, "2023-06-30")]);
    refuses(&gone, changes_account(HEAD, SPOUSE), Error::HolderNotAMember);
    let Command::ChangeAccount { person_id, account, account_index, holder, since } =
        changes_account(HEAD, SPOUSE)
    else {
        panic!("an account")
    };
    let changed = Event::AccountChanged { person_id, account, account_index, holder, since, by: clerk() };
    given(&couple()).when(does(changes_account(HEAD, SPOUSE))).then_expect_events(vec![changed.clone()]);
    given(&with(couple(), [changed.clone()]))
        .when(does(changes_account(HEAD, SPOUSE)))
        .then_expect_events(vec![]);
    let household = folded(&with(couple(), [changed]));
    assert_eq!(household.account_on(person(HEAD), day("2023-03-31")), None);
    assert!(household.account_on(person(HEAD), day("2023-04-01")).is_some());
}

#[test]
fn a_declaration_does_not_replace_what_was_verified_for_the_day() {
    let since = day("2023-06-01");
    let verified =
        Event::IncomeVerified { income: wages(10_000), since, report: "H-1".to_owned(), by: clerk() };
    let history = with(alone(), [verified]);
    let declare = |since| Command::DeclareIncome { income: wages(5_000), since };
    refuses(&history, declare(since), Error::IncomeAlreadyVerified);
    let later = day("2023-07-01");
    given(&history).when(does(declare(later))).then_expect_events(vec![Event::IncomeDeclared {
        income: wages(5_000),
        since: later,
        by: clerk(),
    }]);
}

#[test]
fn amounts_below_nothing_are_refused() {
    let since = day("2023-06-01");
    refuses(&alone(), Command::DeclareIncome { income: wages(-1), since }, Error::IncomeInvalid);
    let property = Property { cash_assets: Some(Money::from_fen(-1)), ..Property::default() };
    refuses(&alone(), Command::DeclareProperty { property, since }, Error::PropertyInvalid);
}

#[test]
fn a_fact_is_announced_at_most_a_year_ahead() {
    let change = |since| {
        let (person_id, status) = (person(HEAD), MemberStatus::Prison);
        Command::ChangeMemberStatus { person_id, status, since: day(since) }
    };
    refuses(&alone(), change("2025-01-01"), Error::DateTooFarAhead);
    given(&alone()).when(does(change("2024-12-31"))).then_expect_events(vec![Event::MemberStatusChanged {
        person_id: person(HEAD),
        status: MemberStatus::Prison,
        since: day("2024-12-31"),
        by: clerk(),
    }]);
}

#[test]
fn a_stranger_has_no_facts() {
    refuses(&alone(), moves(CHILD, "2023-05-01"), Error::NotAMember { person: person(CHILD) });
}

#[test]
fn whoever_recorded_a_fact_is_a_contributor() {
    assert!(folded(&couple()).contributors().include(&clerk()));
    assert_eq!(Household::default().contributors(), crate::actor::Contributors::default());
}

#[test]
fn a_hukou_that_came_back_has_not_left() {
    let mut history = with(couple(), [moved(HEAD, "2023-04-01"), moved(HEAD, "2023-05-01")]);
    assert_eq!(folded(&history).member(person(HEAD)).unwrap().left_region_on(), Some(day("2023-04-01")));
    history.push(Event::ResidenceChanged {
        person_id: person(HEAD),
        destination: Destination::WithinRegion,
        moved_on: day("2023-06-01"),
        by: clerk(),
    });
    assert_eq!(folded(&history).member(person(HEAD)).unwrap().left_region_on(), None);
}

#[test]
fn every_refusal_has_a_code_that_is_its_name() {
    let person = person(HEAD);
    for error in [Error::NotAMember { person }, Error::HeadMustStay, Error::IncomeAlreadyVerified] {
        let name = format!("{error:?}");
        let name = name.split_whitespace().next().unwrap();
        assert_eq!(error.code().replace('_', ""), name.to_lowercase());
        assert!(!error.zh().is_empty());
    }
}

#[test]
fn a_damaged_history_is_named() {
    let mut household = folded(&alone());
    let before = household.clone();
    assert!(household.try_evolve(&registered()).is_err());
    let impossible = household.try_evolve(&left(CHILD, "2023-05-01")).unwrap_err();
    assert_eq!(impossible.event, "MemberLeft");
    assert_eq!(household, before);
}

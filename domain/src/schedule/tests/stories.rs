//! One case after the other.

use rstest::rstest;

use crate::benefit_case::ClosureReason;
use crate::household::Destination;
use crate::policy::{AssessError, AssistanceMode, MemberStatus, SuspensionReason, assess, contract};

use super::*;

const LATE: &str = "2024-06-30";

#[test]
fn an_elder_is_paid_from_the_birthday_month() {
    let keys = OpenKeyring::default();
    let elder = case(Program::AdvancedAgeAllowance, "2023-09-01", "2023-09-20");
    let found = scheduled(&elder, &household(&keys, "1943-10-15"), &keys, LATE, "2023-11");
    assert_eq!(lines(&found), ["2023-09 0.00", "2023-10 100.00", "2023-11 100.00"]);
    assert_eq!(found.months[0].reason_codes(), ["under_age"]);
    assert_eq!(found.due(month("2023-08")), Money::ZERO);
    assert_eq!(found.due(month("2023-10")), yuan("100.00"));
}

#[test]
fn subsistence_starts_the_month_after_the_decision() {
    let keys = OpenKeyring::default();
    let found = scheduled(
        &case(Program::SubsistenceAllowance, "2023-09-01", "2023-10-09"),
        &family(&keys, "2400.00"),
        &keys,
        LATE,
        "2023-12",
    );
    assert_eq!(lines(&found), ["2023-11 1785.00", "2023-12 1785.00"]);
}

#[test]
fn a_member_counts_through_the_month_of_death() {
    let keys = OpenKeyring::default();
    let mut facts = family(&keys, "2400.00");
    facts.push(died(SPOUSE, "2023-10-12", "2023-10-14"));
    let found = scheduled(
        &case(Program::SubsistenceAllowance, "2023-08-01", "2023-09-09"),
        &facts,
        &keys,
        LATE,
        "2023-11",
    );
    assert_eq!(lines(&found), ["2023-10 1785.00", "2023-11 390.00"]);
}

#[test]
fn a_child_counts_from_the_month_after_birth() {
    let keys = OpenKeyring::default();
    let mut facts = household(&keys, "1990-04-01");
    facts.extend([
        joined(&keys, SPOUSE, Relation::Spouse, "1991-02-01", None),
        income("2000.00", "2023-01-01"),
        joined(&keys, CHILD, Relation::Child, "2023-10-05", Some("2023-10-05")),
    ]);
    let found = scheduled(
        &case(Program::SubsistenceAllowance, "2023-08-01", "2023-09-09"),
        &facts,
        &keys,
        LATE,
        "2023-11",
    );
    assert_eq!(lines(&found), ["2023-10 790.00", "2023-11 2185.00"]);
}

#[rstest]
#[case("2023-10-01", ["2023-09 1785.00", "2023-10 390.00", "2023-11 390.00"])]
#[case("2023-10-02", ["2023-09 1785.00", "2023-10 1785.00", "2023-11 390.00"])]
fn a_prisoner_counts_in_the_month_in_which_freedom_ends(#[case] since: &str, #[case] expected: [&str; 3]) {
    let keys = OpenKeyring::default();
    let mut facts = family(&keys, "2400.00");
    let (person_id, status, since) = (person(SPOUSE), MemberStatus::Prison, day(since));
    facts.push(Event::MemberStatusChanged { person_id, status, since, by: by() });
    let found = scheduled(
        &case(Program::SubsistenceAllowance, "2023-07-01", "2023-08-09"),
        &facts,
        &keys,
        LATE,
        "2023-11",
    );
    assert_eq!(lines(&found), expected);
}

#[test]
fn a_status_that_counts_as_before_is_no_gap() {
    let keys = OpenKeyring::default();
    let mut facts = family(&keys, "2400.00");
    let (person_id, status) = (person(SPOUSE), MemberStatus::ReleasedOutside);
    facts.push(Event::MemberStatusChanged { person_id, status, since: day("2023-10-01"), by: by() });
    let found = scheduled(
        &case(Program::SubsistenceAllowance, "2023-07-01", "2023-09-09"),
        &facts,
        &keys,
        LATE,
        "2023-11",
    );
    assert_eq!(lines(&found), ["2023-10 1785.00", "2023-11 1785.00"]);
}

#[test]
fn a_new_income_counts_for_the_whole_month_in_which_it_begins() {
    let keys = OpenKeyring::default();
    let mut facts = family(&keys, "2400.00");
    facts.push(income("3000.00", "2023-11-20"));
    let found = scheduled(
        &case(Program::SubsistenceAllowance, "2023-08-01", "2023-09-09"),
        &facts,
        &keys,
        LATE,
        "2023-12",
    );
    assert_eq!(lines(&found), ["2023-10 1785.00", "2023-11 1185.00", "2023-12 1185.00"]);
}

#[test]
fn other_circumstances_are_another_question() {
    let keys = OpenKeyring::default();
    let mut facts = household(&keys, "1950-01-01");
    facts.push(circumstances(&keys, Hardship::Subsistence, "2023-01-01"));
    facts.push(circumstances(&keys, Hardship::LowIncome, "2023-11-10"));
    let found = scheduled(
        &case(Program::ElderlyServiceSubsidy, "2023-10-08", "2023-10-25"),
        &facts,
        &keys,
        LATE,
        "2023-12",
    );
    assert_eq!(lines(&found), ["2023-10 300.00", "2023-11 200.00", "2023-12 200.00"]);
}

#[test]
fn silence_is_not_an_income_of_nothing() {
    let keys = OpenKeyring::default();
    let mut facts = household(&keys, "1970-04-01");
    facts.pop();
    let poor = case(Program::SubsistenceAllowance, "2023-08-01", "2023-09-09");
    let found = schedule(&poor, &fold(&facts), &keys, RuleBook::published(), day(LATE), month("2023-12"));
    assert_eq!(found.unwrap_err(), FactsError::IncomeUnknown { month: month("2023-10") });
}

#[test]
fn what_is_asked_for_once_is_due_once() {
    let keys = OpenKeyring::default();
    let request = AssistanceRequest {
        mode: AssistanceMode::Tier,
        on: day("2023-10-12"),
        persons: Some(3),
        tier: Some(2),
        amount: None,
    };
    let once = [applied(Program::TemporaryAssistance, "2023-10-12", Some(request)), approved("2023-10-20")];
    let found = scheduled(&fold(&once), &household(&keys, "1970-04-01"), &keys, LATE, "2024-05");
    assert_eq!(lines(&found), ["2023-10 8370.00"]);
}

#[test]
fn the_unreachable_lose_the_years_before_they_are_found() {
    let keys = OpenKeyring::default();
    let (reason, since) = (SuspensionReason::Unreachable, day("2023-10-01"));
    let elder: BenefitCase = fold(&[
        applied(Program::AdvancedAgeAllowance, "2023-09-01", None),
        approved("2023-09-20"),
        CaseEvent::CaseSuspended { reason, since, by: by() },
        CaseEvent::CaseResumed { confirmed_on: day("2024-02-10"), by: by() },
    ]);
    let found = scheduled(&elder, &household(&keys, "1941-10-15"), &keys, LATE, "2024-02");
    let due: Vec<_> = found.months.iter().map(|month| month.due.fen() / 100).collect();
    assert_eq!(due, [100, 0, 0, 0, 100, 100]);
}

#[test]
fn nothing_is_due_after_the_month_of_the_end() {
    let keys = OpenKeyring::default();
    let reason = ClosureReason::NoLongerEligible;
    let elder: BenefitCase = fold(&[
        applied(Program::AdvancedAgeAllowance, "2023-09-01", None),
        approved("2023-09-20"),
        CaseEvent::CaseClosed { reason, closed_on: day("2023-10-15"), by: by() },
    ]);
    let found = scheduled(&elder, &household(&keys, "1941-10-15"), &keys, LATE, "2023-11");
    assert_eq!(lines(&found), ["2023-09 100.00", "2023-10 100.00", "2023-11 0.00"]);
    assert_eq!(found.months[2].reason_codes(), ["case_closed"]);
    let steps = found.determination(month("2023-11"), RuleBook::published()).unwrap().unwrap().steps;
    assert!(steps.last().unwrap().zh.contains("终止"));
}

#[test]
fn a_determination_can_be_asked_again() {
    let keys = OpenKeyring::default();
    let mut facts = family(&keys, "2400.00");
    facts.push(died(SPOUSE, "2023-10-12", "2023-10-14"));
    let found = scheduled(
        &case(Program::SubsistenceAllowance, "2023-08-01", "2023-09-09"),
        &facts,
        &keys,
        LATE,
        "2023-12",
    );
    for due in &found.months {
        let stored = found.determination(due.month, RuleBook::published()).unwrap().unwrap();
        let question = contract::parse(stored.facts.as_bytes()).unwrap();
        assert_eq!(question.months, [due.month]);
        let again = assess(&question, RuleBook::published()).unwrap();
        assert_eq!(again.results[0].months[0].amount, due.due);
        assert_eq!(stored.steps.last().unwrap().amount, Some(due.due));
    }
    let last = found.determination(month("2023-12"), RuleBook::published()).unwrap().unwrap();
    let members = contract::parse(last.facts.as_bytes()).unwrap().household.unwrap().members;
    assert_eq!(members.len(), 2, "who died before the month is left out");
    assert_eq!(found.determination(month("2024-01"), RuleBook::published()), Ok(None));
}

#[test]
fn the_relation_is_told_from_the_applicants_side() {
    let keys = OpenKeyring::default();
    let mut facts = family(&keys, "2400.00");
    facts.push(Event::ResidenceChanged {
        person_id: person(SPOUSE),
        destination: Destination::OutOfRegion,
        moved_on: day("2023-10-12"),
        by: by(),
    });
    let mut applied = applied(Program::SubsistenceAllowance, "2023-08-01", None);
    if let CaseEvent::ApplicationReceived { subject, .. } = &mut applied {
        subject.applicant = person(SPOUSE);
    }
    let found = scheduled(&fold(&[applied, approved("2023-09-09")]), &facts, &keys, LATE, "2023-11");
    assert_eq!(lines(&found), ["2023-10 1785.00", "2023-11 390.00"]);
}

#[test]
fn the_erased_have_no_schedule() {
    let mut keys = OpenKeyring::default();
    let facts = household(&keys, "1941-10-15");
    keys.erase(person(APPLICANT), day("2024-01-01"));
    let elder = case(Program::AdvancedAgeAllowance, "2023-09-01", "2023-09-20");
    let ask = |facts: &[Event]| {
        schedule(&elder, &fold(facts), &keys, RuleBook::published(), day(LATE), month("2023-12"))
    };
    let erased = FactsError::Erased { person: person(APPLICANT), on: day("2024-01-01") };
    assert_eq!(ask(&facts).unwrap_err(), erased);
}

#[test]
fn a_case_that_was_never_on_the_roll_has_no_schedule() {
    let keys = OpenKeyring::default();
    let review: BenefitCase = fold(&[applied(Program::AdvancedAgeAllowance, "2023-09-01", None)]);
    let facts = fold(&household(&keys, "1941-10-15"));
    let found = schedule(&review, &facts, &keys, RuleBook::published(), day(LATE), month("2023-12"));
    assert_eq!(found.unwrap_err(), FactsError::NotEnrolled);
}

#[test]
fn a_rule_book_without_rates_is_named() {
    let keys = OpenKeyring::default();
    let poor = case(Program::SubsistenceAllowance, "2012-01-01", "2012-02-01");
    let mut facts = family(&keys, "2400.00");
    facts.push(income("0.00", "2000-01-01"));
    let found = schedule(&poor, &fold(&facts), &keys, RuleBook::published(), day(LATE), month("2012-04"));
    match found {
        Err(FactsError::Unanswered(AssessError::RateUnknown { .. })) => {}
        Ok(found) => assert!(found.months.iter().all(|month| month.due.is_zero())),
        Err(error) => panic!("{error}"),
    }
}

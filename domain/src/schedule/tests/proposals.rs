//! What an approver is shown.

use crate::policy::{Decision, Property, contract};

use super::*;

fn proposed(program: Program, facts: &[Event], keys: &OpenKeyring) -> Result<Proposal, FactsError> {
    let review: BenefitCase = fold(&[applied(program, "2023-09-28", None)]);
    let rules = RuleBook::published();
    propose(&review, &fold(facts), keys, rules, day("2023-10-25"), day("2023-10-25"))
}

#[test]
fn a_proposal_says_what_is_due_from_when() {
    let keys = OpenKeyring::default();
    let found = proposed(Program::SubsistenceAllowance, &family(&keys, "2400.00"), &keys).unwrap();
    assert_eq!(
        (found.decision, found.from, found.amount),
        (Decision::Eligible, month("2023-11"), yuan("1785.00"),)
    );
    assert!(contract::parse(found.determination.facts.as_bytes()).is_ok());
    assert_eq!(found.rule_version, RuleBook::published().version());
}

#[test]
fn an_elder_who_turns_eighty_after_applying_is_proposed_from_then() {
    let keys = OpenKeyring::default();
    let found = proposed(Program::AdvancedAgeAllowance, &household(&keys, "1943-10-31"), &keys).unwrap();
    assert_eq!((found.decision, found.from), (Decision::Eligible, month("2023-10")));
}

#[test]
fn a_car_is_named_as_the_reason_against() {
    let keys = OpenKeyring::default();
    let mut facts = family(&keys, "0.00");
    let property = Property { motor_vehicles: 1, ..Property::default() };
    facts.push(Event::PropertyDeclared { property, since: day("2023-01-01"), by: by() });
    let found = proposed(Program::SubsistenceAllowance, &facts, &keys).unwrap();
    assert_eq!(found.decision, Decision::Ineligible);
    let codes: Vec<_> = found.reasons.iter().map(|reason| reason.code()).collect();
    assert_eq!(codes, ["motor_vehicle"]);
}

#[test]
fn a_decided_case_is_not_proposed_again() {
    let keys = OpenKeyring::default();
    let elder = case(Program::AdvancedAgeAllowance, "2023-09-01", "2023-09-20");
    let facts = fold(&household(&keys, "1941-10-15"));
    let rules = RuleBook::published();
    let found = propose(&elder, &facts, &keys, rules, day("2023-10-25"), day("2023-10-25"));
    assert_eq!(found, Err(FactsError::NotUnderReview));
}

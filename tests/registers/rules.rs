//! The synthetic year under the law: whoever was approved is paid in the year, whoever was refused is not.

use std::collections::{BTreeMap, BTreeSet};

use api::demo::generator::{DEFAULT_SEED, Registers, generate};
use api::registers::changes::Change;
use api::registers::{applications, persons};
use chrono::{Days, NaiveDate};
use domain::benefit_case::{Need, Notice, Outcome, procedure};
use domain::calendar::{BenefitMonth, WorkingDays};
use domain::household::Destination;
use domain::identifiers::CitizenId;
use domain::policy::{
    Applicant, Assessment, CareLevelSince, Dated, Enrollment, HouseholdFacts, Income, MemberFacts, Options,
    Relation, Request, RuleBook, Suspension, SuspensionReason, assess,
};
use domain::program::Program;
use rstest::rstest;

/// The months of 2023 with money, for one application, by the rates that were known on a day.
fn paid_months(year: &Registers, row: &applications::Row, known_at: NaiveDate) -> Vec<BenefitMonth> {
    let first = BenefitMonth::try_new(2023, 1).unwrap();
    let question = Assessment {
        id: "year".to_owned(),
        programs: vec![row.program],
        months: first.through(first.plus(11)).collect(),
        known_at: Some(known_at),
        options: Options::default(),
        applicant: applicant(year, &row.applicant),
        household: Some(household(year, row)),
        enrollment: enrollment(year, row),
        request: Request { temporary_assistance: row.request, ..Request::default() },
        paid: None,
    };
    let outcome = assess(&question, RuleBook::published()).unwrap();
    let months = outcome.results[0].months.iter();
    months.filter(|month| month.amount.is_positive()).map(|month| month.month).collect()
}

fn person<'a>(year: &'a Registers, id: &CitizenId) -> &'a persons::Row {
    year.persons.iter().find(|row| row.id_number == *id).unwrap()
}

fn applicant(year: &Registers, id: &CitizenId) -> Applicant {
    let row = person(year, id);
    let facts = &row.circumstances;
    let assessed = year.care_assessments.iter().filter(|assessment| assessment.id_number == *id);
    Applicant {
        birth_date: Some(row.birth_date),
        died_on: day_of(year, id, |change| *change == Change::Death),
        left_region_on: day_of(year, id, |change| *change == Change::Moved(Destination::OutOfRegion)),
        hukou: row.hukou,
        disabilities: row.disabilities.clone(),
        care_level: assessed
            .map(|row| CareLevelSince { level: row.level, since: Some(row.assessed_on) })
            .collect(),
        self_care: facts.self_care,
        severe_illness: facts.severe_illness,
        hardship: facts.hardship.clone(),
        other_benefits: facts.other_benefits.clone(),
        student: facts.student.clone(),
        employed: facts.employed,
        stable_income: facts.stable_income,
        own_income: facts.own_income,
        child_category: facts.child_category,
        special_family: facts.special_family,
        basic_eldercare_target: facts.basic_eldercare_target,
        residence: facts.residence,
    }
}

fn day_of(year: &Registers, id: &CitizenId, is: impl Fn(&Change) -> bool) -> Option<NaiveDate> {
    year.changes.iter().find(|row| row.id_number == *id && is(&row.change)).map(|row| row.effective_on)
}

fn household(year: &Registers, application: &applications::Row) -> HouseholdFacts {
    let of_it = |row: &&persons::Row| row.household_number == application.household_number;
    let head = year.persons.iter().filter(of_it).find(|row| row.relation == Relation::Oneself).unwrap();
    let part = head.household.as_ref().unwrap();
    let mut members: Vec<_> = year.persons.iter().filter(of_it).map(|row| member(year, row)).collect();
    members.extend(year.changes.iter().filter_map(|row| match &row.change {
        Change::MemberJoined(new) if new.household_number == application.household_number => Some(Dated {
            since: Some(row.effective_on),
            until: None,
            fact: newborn(row.id_number.birth_date()),
        }),
        _ => None,
    }));
    HouseholdFacts {
        members,
        monthly_income: incomes(year, head, &part.income),
        property: part.property,
        single_parent: head.circumstances.single_parent,
        supporter_age: head.circumstances.supporter_age,
        able_supporter: head.circumstances.able_supporter,
    }
}

fn member(year: &Registers, row: &persons::Row) -> Dated<MemberFacts> {
    let fact = MemberFacts {
        relation: row.relation,
        birth_date: Some(row.birth_date),
        full_time_student: !row.circumstances.student.is_empty(),
        severe_illness: row.circumstances.severe_illness,
        severe_disability: row.circumstances.severe_disability,
        status: row.member_status,
    };
    Dated {
        since: row.joined_on,
        until: day_of(year, &row.id_number, |change| *change == Change::Death),
        fact,
    }
}

fn newborn(born: NaiveDate) -> MemberFacts {
    MemberFacts {
        relation: Relation::Child,
        birth_date: Some(born),
        full_time_student: false,
        severe_illness: false,
        severe_disability: false,
        status: domain::policy::MemberStatus::Normal,
    }
}

fn incomes(year: &Registers, head: &persons::Row, first: &[Income]) -> Vec<Dated<Income>> {
    let change = year.changes.iter().find_map(|row| match &row.change {
        Change::IncomeChanged(income) if row.id_number == head.id_number => Some((row.effective_on, income)),
        _ => None,
    });
    let until = change.map(|(from, _)| from - Days::new(1));
    let before = first.iter().map(|income| Dated { since: None, until, fact: *income });
    let after = change.into_iter().flat_map(|(from, income)| {
        income.iter().map(move |income| Dated { since: Some(from), until: None, fact: *income })
    });
    before.chain(after).collect()
}

fn enrollment(year: &Registers, row: &applications::Row) -> Enrollment {
    let since = day_of(year, &row.applicant, |change| *change == Change::Suspended);
    let until = day_of(year, &row.applicant, |change| *change == Change::ConfirmedAlive);
    let suspended = since.map(|since| Suspension { since, until, reason: SuspensionReason::Unreachable });
    Enrollment {
        applied_on: Some(row.steps.applied_on),
        decided_on: row.steps.decision.map(|decision| decision.decided_on),
        suspended: suspended.into_iter().collect(),
        chosen_set: row.chosen_set,
        exit: None,
    }
}

#[rstest]
fn the_law_pays_whom_the_office_approved(#[values(DEFAULT_SEED, 11)] seed: u64) {
    let year = generate(seed);
    let mut paid: BTreeMap<Program, BTreeSet<&str>> = BTreeMap::new();
    let mut months: BTreeSet<BenefitMonth> = BTreeSet::new();
    for row in &year.applications {
        let decision = row.steps.decision.unwrap();
        let approved = decision.outcome == Outcome::Approved;
        let found = paid_months(&year, row, NaiveDate::from_ymd_opt(2023, 12, 31).unwrap());
        let then = paid_months(&year, row, decision.decided_on);
        let agree = found.is_empty() != approved && then.is_empty() != approved;
        assert!(agree, "{row:?} of {}: paid in {found:?}, as known then {then:?}", row.household_number);
        months.extend(&found);
        if approved {
            paid.entry(row.program).or_default().insert(row.applicant.as_str());
        }
    }
    let persons = |programs: &[Program]| {
        programs.iter().flat_map(|program| &paid[program]).collect::<BTreeSet<_>>().len()
    };
    assert_eq!(persons(&[Program::ChildrenInDifficulty]), 2);
    assert_eq!(persons(&[Program::ExtremelyPoorSupport, Program::TemporaryAssistance]), 6);
    assert_eq!(persons(&[Program::SubsistenceAllowance]), 29);
    let elderly =
        [Program::ElderlyServiceSubsidy, Program::ElderlyCareSubsidy, Program::AdvancedAgeAllowance];
    assert_eq!(persons(&elderly), 1203);
    assert_eq!(months.len(), 12, "every month has lines");
}

#[rstest]
fn no_decision_comes_before_its_notice_has_ended(#[values(DEFAULT_SEED, 11, 12)] seed: u64) {
    for row in generate(seed).applications {
        let (Some(posted), Some(decision)) = (row.steps.notice_posted_on, row.steps.decision) else {
            continue;
        };
        let earliest = WorkingDays::published().earliest_decision_on(posted, 7).unwrap();
        assert!(decision.decided_on >= earliest, "{row:?} decided before {earliest}");
        assert_eq!(WorkingDays::published().is_working_day(decision.decided_on), Ok(true), "{row:?}");
    }
}

#[rstest]
fn whoever_is_approved_is_approved_before_the_last_run_of_the_year(
    #[values(DEFAULT_SEED, 11, 12)] seed: u64,
) {
    let last_run = NaiveDate::from_ymd_opt(2023, 11, 25).unwrap();
    for row in generate(seed).applications {
        assert!(row.steps.decision.unwrap().decided_on < last_run, "{row:?}");
    }
}

#[rstest]
fn every_step_that_a_procedure_asks_for_was_taken(#[values(DEFAULT_SEED, 11)] seed: u64) {
    for row in generate(seed).applications {
        let asked = procedure(row.program, row.request.as_ref());
        let steps = row.steps;
        assert!(asked.means_check == Need::NotNeeded || steps.means_checked_on.is_some(), "{row:?}");
        assert!(asked.home_visit == Need::NotNeeded || steps.visited_on.is_some(), "{row:?}");
        let posted = steps.notice_posted_on.is_some();
        let approved = steps.decision.is_some_and(|decision| decision.outcome == Outcome::Approved);
        assert_eq!(posted, approved && asked.notice != Notice::NotPosted, "{row:?}");
        assert!(steps.reviewed_on.is_some(), "{row:?}");
        assert!(row.chosen_set.is_none() || asked.set_choice == Need::Needed, "{row:?}");
    }
}

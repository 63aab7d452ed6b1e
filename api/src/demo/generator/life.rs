//! What happens to people during the year.

use chrono::{Datelike, Days, NaiveDate};
use domain::benefit_case::Outcome;
use domain::household::Destination;
use domain::identifiers::{CitizenId, Sex};
use domain::money::Money;
use domain::policy::{CareLevel, Hukou, Relation};
use domain::program::Program;

use super::assistance::AllowanceHousehold;
use super::elderly::{CareGround, Enrolled, Plan};
use super::names;
use super::office::{Office, day, office_day, office_days_after, ordinary};
use crate::registers::applications::{Decision, Row as Application, Steps};
use crate::registers::care_assessments::Row as CareAssessment;
use crate::registers::changes::{Change, Joining, Row};

/// Deaths of recipients that are reported within days.
const DEATHS: usize = 38;

/// The recipients to whom nothing has happened yet.
struct Pool<'a> {
    waiting: Vec<&'a Enrolled>,
}

impl<'a> Pool<'a> {
    /// Takes one who fits.
    fn take(&mut self, fits: impl Fn(&Enrolled) -> bool) -> Option<&'a Enrolled> {
        let place = self.waiting.iter().position(|enrolled| fits(enrolled))?;
        Some(self.waiting.swap_remove(place))
    }
}

/// Adds the year's changes.
pub(crate) fn add(office: &mut Office, enrolled: &[Enrolled], on_allowance: &[AllowanceHousehold]) {
    let on_roll = |enrolled: &&Enrolled| enrolled.plan.applied_on < day(2023, 1, 1);
    let mut pool = Pool { waiting: enrolled.iter().filter(on_roll).collect() };
    office.prng.shuffle(&mut pool.waiting);
    accounts(office, &mut pool);
    unreachable(office, &mut pool);
    late_death(office, &mut pool);
    deaths(office, &mut pool);
    moves(office, &mut pool);
    care_levels(office, &mut pool);
    allowance_households(office, on_allowance);
}

fn change(
    office: &mut Office,
    id_number: &CitizenId,
    change: Change,
    effective_on: NaiveDate,
    reported_on: NaiveDate,
) {
    office.registers.changes.push(Row { id_number: id_number.clone(), change, effective_on, reported_on });
}

/// One account that the bank returns and that is mended after the first payment, one that is missing until February,
/// six others.
fn accounts(office: &mut Office, pool: &mut Pool<'_>) {
    // early enough to be paid for January, on 25 December
    let early = |person: &Enrolled| person.plan.age && person.plan.applied_on <= day(2022, 12, 8);
    if let (Some(person), Some(wrong)) = (pool.take(early), office.returned_account()) {
        set_account(office, &person.id_number, Some(wrong));
        new_account(office, &person.id_number, day(2023, 1, 10));
    }
    if let Some(person) = pool.take(|person| person.plan.age) {
        set_account(office, &person.id_number, None);
        new_account(office, &person.id_number, day(2023, 2, 15));
    }
    for _ in 0..6 {
        if let Some(person) = pool.take(|_| true) {
            let from = office_day(office.prng.day(day(2023, 3, 1), day(2023, 11, 20)));
            new_account(office, &person.id_number, from);
        }
    }
}

fn set_account(office: &mut Office, id: &CitizenId, account: Option<crate::registers::persons::Account>) {
    if let Some(row) = office.registers.persons.iter_mut().find(|row| row.id_number == *id) {
        row.account = account;
    }
}

fn new_account(office: &mut Office, id: &CitizenId, from: NaiveDate) {
    let account = office.account();
    change(office, id, Change::AccountChanged(account), from, from);
}

/// Nobody has seen this person for half a year; four weeks after payment stopped, someone does.
fn unreachable(office: &mut Office, pool: &mut Pool<'_>) {
    if let Some(person) = pool.take(|person| is_for_age_alone(person.plan)) {
        change(office, &person.id_number, Change::Suspended, day(2023, 6, 1), day(2023, 6, 1));
        change(office, &person.id_number, Change::ConfirmedAlive, day(2023, 6, 28), day(2023, 6, 28));
    }
}

/// A death in May that the family reports in July, after two more months were paid.
fn late_death(office: &mut Office, pool: &mut Pool<'_>) {
    let ninety = |person: &Enrolled| person.plan.age && person.plan.born < day(1932, 1, 1) && !person.is_head;
    let person = pool.take(ninety).or_else(|| pool.take(|person| person.plan.age));
    if let Some(person) = person {
        change(office, &person.id_number, Change::Death, day(2023, 5, 11), day(2023, 7, 17));
    }
}

/// Deaths in the first half of a month, reported within days.
fn deaths(office: &mut Office, pool: &mut Pool<'_>) {
    for index in 0..DEATHS {
        let Some(person) = pool.take(|person| person.plan.age && person.plan.born.year() > 1923) else {
            return;
        };
        let month = 2 + (index % 11) as u32;
        let died_on = day(2023, month, office.prng.between(1, 13) as u32);
        let reported_on = office_days_after(died_on, office.prng.between(1, 3));
        change(office, &person.id_number, Change::Death, died_on, reported_on);
    }
}

fn moves(office: &mut Office, pool: &mut Pool<'_>) {
    let destinations =
        [(Destination::OutOfRegion, 3), (Destination::WithinRegion, 2), (Destination::WithinStreet, 4)];
    for (destination, count) in destinations {
        for _ in 0..count {
            let Some(person) = pool.take(|person| person.plan.age) else { return };
            let month = office.prng.between(3, 11) as u32;
            let moved_on = day(2023, month, office.prng.between(2, 13) as u32);
            let told_on = office_days_after(moved_on, office.prng.between(1, 3));
            change(office, &person.id_number, Change::Moved(destination), moved_on, told_on);
        }
    }
}

/// Some are assessed again as before, some with the allowance for age alone become frail and ask for care.
///
/// Nobody loses the care subsidy: as it is paid a month ahead, every loss would leave an overpayment.
fn care_levels(office: &mut Office, pool: &mut Pool<'_>) {
    for month in [4, 7, 10] {
        if let Some(person) = pool.take(|person| person.plan.care == Some(CareGround::Assessed)) {
            assess(office, &person.id_number, CareLevel::Severe, day(2023, month, 11));
        }
    }
    for month in [3, 5, 6, 8, 9, 11] {
        let Some(person) = pool.take(|person| is_for_age_alone(person.plan)) else { return };
        let assessed_on = office_day(day(2023, month, 7));
        assess(office, &person.id_number, CareLevel::Severe, assessed_on);
        let applied_on = office_days_after(assessed_on, 3);
        let decision = Decision { decided_on: office_days_after(applied_on, 5), outcome: Outcome::Approved };
        office.registers.applications.push(Application {
            applicant: person.id_number.clone(),
            household_number: person.household_number.clone(),
            program: Program::ElderlyCareSubsidy,
            steps: Steps {
                consulted_on: None,
                applied_on,
                means_checked_on: None,
                visited_on: None,
                reviewed_on: Some(office_days_after(applied_on, 2)),
                notice_posted_on: None,
                decision: Some(decision),
            },
            request: None,
            chosen_set: None,
        });
    }
}

const fn is_for_age_alone(plan: Plan) -> bool {
    plan.age && plan.care.is_none() && plan.service.is_none()
}

fn assess(office: &mut Office, id_number: &CitizenId, level: CareLevel, assessed_on: NaiveDate) {
    let id_number = id_number.clone();
    office.registers.care_assessments.push(CareAssessment { id_number, level, assessed_on });
}

/// Incomes change, a child is born, a member dies; one household earns more than the standard at last.
fn allowance_households(office: &mut Office, households: &[AllowanceHousehold]) {
    let january: Vec<&AllowanceHousehold> =
        households.iter().filter(|household| household.decided_on < day(2023, 2, 1)).collect();
    let with_other: Vec<&AllowanceHousehold> =
        january.iter().copied().filter(|household| household.members >= 3).collect();
    for (household, month) in january.iter().filter(|household| household.members == 1).zip([3, 6, 8, 9]) {
        let raised = household.income.plus(Money::from_fen(25_000)).unwrap_or(household.income);
        let from = day(2023, month, 1);
        change(office, &household.head, Change::IncomeChanged(ordinary(raised)), from, from);
    }
    if let Some(household) = with_other.first() {
        let from = day(2023, 11, 1);
        let wage = ordinary(Money::from_fen(980_000));
        change(office, &household.head, Change::IncomeChanged(wage), from, from);
    }
    if let Some(household) = with_other.get(2) {
        birth(office, household, day(2023, 8, 9));
    }
    if let Some(member) = with_other.get(4).and_then(|household| household.other_member.as_ref()) {
        change(office, member, Change::Death, day(2023, 10, 12), day(2023, 10, 16));
    }
}

fn birth(office: &mut Office, household: &AllowanceHousehold, born: NaiveDate) {
    let surname = names::surname(&mut office.prng);
    let name = names::full_name(&mut office.prng, surname, Sex::Female, born.year());
    let id_number = office.citizen_id(born, Sex::Female);
    let joining = Joining {
        household_number: household.number.clone(),
        relation: Relation::Child,
        name: domain::personal::PersonName(name),
        hukou: Hukou::Local,
    };
    change(office, &id_number, Change::MemberJoined(joining), born, office_day(born + Days::new(15)));
}

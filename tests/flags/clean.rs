//! Cases with which nothing is wrong, of every kind that a rule could take for something else.

use chrono::{Days, NaiveDate};
use domain::benefit_case::{BenefitCaseEvent, CaseSubject, ClosureReason};
use domain::calendar::BenefitMonth;
use domain::household::{Destination, HouseholdEvent};
use domain::identity::IdentityEvent;
use domain::ids::HouseholdId;
use domain::payment::{PaymentKind, RecoveryReason};
use domain::policy::CareLevel;
use domain::program::Program;
use tests::personas;

use crate::paying::{Fate, PaidTo, Payable};
use crate::street::{Person, StaffRow, Steps, Street, day, month};

/// Every kind of clean case.
pub const CLEAN: &[fn(&mut Street<'_>)] = &[
    plain,
    plain,
    allowance_of_one,
    allowance_of_three,
    plain,
    couple,
    guardian,
    turning_ninety,
    care,
    two_benefits,
    died_in_time,
    died_after_prepayment,
    moved_in_time,
    moved_within_region,
    new_account,
    returned_and_sent_again,
    young_neighbour,
    asked_only,
    filed_relative,
    missing_materials,
    recertified,
    member_died,
    erased,
];

/// An elder with an account and the case that gets the allowance, not yet paid.
pub struct Elder {
    pub person: Person,
    pub subject: CaseSubject,
    pub to: PaidTo,
}

pub const REGISTERED: &str = "2023-08-28";

pub fn elder(street: &mut Street<'_>) -> Elder {
    let household = street.new_household();
    let person = street.elder(household);
    elder_of(street, person, &Steps::elderly(10_000))
}

/// Registers someone in a household of their own and works their case.
pub fn elder_of(street: &mut Street<'_>, person: Person, steps: &Steps) -> Elder {
    let registered = day(REGISTERED).min(steps.applied);
    street.register(registered, &[&person]);
    let to = street.own_account(registered, &person);
    let subject = street.subject(&person, Program::AdvancedAgeAllowance);
    street.work(subject, steps);
    Elder { person, subject, to }
}

/// 100 yuan for every month.
pub fn hundred(_: BenefitMonth, _: usize) -> i64 {
    10_000
}

/// 100 yuan until a month, nothing after it as far as the second run knows.
pub fn until(last: &str) -> impl Fn(BenefitMonth, usize) -> i64 {
    let last = month(last);
    move |month, run| if run == 1 && month > last { 0 } else { 10_000 }
}

impl Elder {
    pub fn payable(&self, fen: impl Fn(BenefitMonth, usize) -> i64) -> Payable {
        Payable::monthly(self.subject, &self.to, month("2023-09"), fen)
    }

    /// Tells the office of a death.
    pub fn dies(&self, street: &mut Street<'_>, died_on: &str, reported_on: &str) {
        dies(street, self.person.household, &self.person, day(died_on), day(reported_on));
    }

    pub fn moves(&self, street: &mut Street<'_>, destination: Destination, moved_on: &str, told_on: &str) {
        let (person_id, moved_on, by) = (self.person.id, day(moved_on), personas::clerk().id);
        let moved = HouseholdEvent::ResidenceChanged { person_id, destination, moved_on, by };
        street.write_household((day(told_on), 0), self.person.household, moved);
    }
}

pub fn dies(
    street: &mut Street<'_>,
    household: HouseholdId,
    person: &Person,
    died_on: NaiveDate,
    reported_on: NaiveDate,
) {
    let (person_id, by) = (person.id, personas::clerk().id);
    let died = HouseholdEvent::DeathRecorded { person_id, died_on, reported_on, by };
    street.write_household((reported_on, 0), household, died);
}

fn plain(street: &mut Street<'_>) {
    let elder = elder(street);
    let payable = elder.payable(hundred);
    street.payables.push(payable);
}

fn allowance_of_one(street: &mut Street<'_>) {
    let allowance = Allowance::of(street, 1, 30_000);
    let payable = allowance.payable();
    street.payables.push(payable);
}

fn allowance_of_three(street: &mut Street<'_>) {
    let allowance = Allowance::of(street, 3, 210_000);
    let payable = allowance.payable();
    street.payables.push(payable);
}

/// A household on the subsistence allowance.
pub struct Allowance {
    pub people: Vec<Person>,
    pub subject: CaseSubject,
    pub to: PaidTo,
    income: i64,
}

/// 1,320 yuan a month, and 1,395 from July 2023, which was announced between the two runs.
pub fn standard(month: BenefitMonth, run: usize) -> i64 {
    if run == 1 && month >= crate::street::month("2023-07") { 139_500 } else { 132_000 }
}

impl Allowance {
    pub fn of(street: &mut Street<'_>, count: i64, income: i64) -> Allowance {
        let steps = Steps::allowance(count * 132_000 - income);
        Allowance::worked(street, count, income, &steps)
    }

    pub fn worked(street: &mut Street<'_>, count: i64, income: i64, steps: &Steps) -> Allowance {
        let household = street.new_household();
        let people: Vec<Person> = (0..count).map(|_| street.adult(household)).collect();
        Allowance::with(street, people, income, steps)
    }

    pub fn with(street: &mut Street<'_>, people: Vec<Person>, income: i64, steps: &Steps) -> Allowance {
        let registered = day(REGISTERED).min(steps.applied);
        street.register(registered, &people.iter().collect::<Vec<_>>());
        street.declare_income(registered, people[0].household, income);
        let to = street.own_account(registered, &people[0]);
        let subject = street.subject(&people[0], Program::SubsistenceAllowance);
        street.work(subject, steps);
        Allowance { people, subject, to, income }
    }

    pub fn due(&self, month: BenefitMonth, run: usize) -> i64 {
        self.people.len() as i64 * standard(month, run) - self.income
    }

    pub fn payable(&self) -> Payable {
        Payable::monthly(self.subject, &self.to, month("2023-10"), |month, run| self.due(month, run))
    }
}

/// Both have the allowance; hers goes to his account.
fn couple(street: &mut Street<'_>) {
    let household = street.new_household();
    let (he, she) = (street.elder(household), street.elder(household));
    street.register(day(REGISTERED), &[&he, &she]);
    let to = street.own_account(day(REGISTERED), &he);
    street.give_sealed(day(REGISTERED), &she, &he.account.clone(), to.account.clone(), he.id);
    for person in [&he, &she] {
        let subject = street.subject(person, Program::AdvancedAgeAllowance);
        street.work(subject, &Steps::elderly(10_000));
        street.payables.push(Payable::monthly(subject, &to, month("2023-09"), hundred));
    }
}

/// The elder's money goes to the account of a child in the household.
fn guardian(street: &mut Street<'_>) {
    let household = street.new_household();
    let (child, parent) = (street.adult(household), street.elder(household));
    street.register(day(REGISTERED), &[&child, &parent]);
    let account = street.seal(child.id, child.account.clone());
    street.give_sealed(day(REGISTERED), &parent, &child.account.clone(), account.clone(), child.id);
    let subject = street.subject(&parent, Program::AdvancedAgeAllowance);
    street.work(subject, &Steps::elderly(10_000));
    let to = PaidTo { payee: child.id, account, index: street.account_index(&child.account) };
    street.payables.push(Payable::monthly(subject, &to, month("2023-09"), hundred));
}

fn turning_ninety(street: &mut Street<'_>) {
    let household = street.new_household();
    let born = day("1933-10-02") + Days::new(street.next() % 27);
    let person = street.person(household, born);
    let elder = elder_of(street, person, &Steps::elderly(10_000));
    let band = |of: BenefitMonth, _: usize| if of < month("2023-10") { 10_000 } else { 50_000 };
    let payable = elder.payable(band);
    street.payables.push(payable);
}

/// Someone of about seventy who was assessed as severely disabled.
pub fn assessed(street: &mut Street<'_>, level: CareLevel, steps: &Steps) -> (Person, CaseSubject, PaidTo) {
    let household = street.new_household();
    let born = day("1950-01-01") + Days::new(street.next() % 3000);
    let person = street.person(household, born);
    street.register(day(REGISTERED), &[&person]);
    let to = street.own_account(day(REGISTERED), &person);
    assess(street, &person, level);
    let subject = street.subject(&person, Program::ElderlyCareSubsidy);
    street.work(subject, steps);
    (person, subject, to)
}

fn assess(street: &mut Street<'_>, person: &Person, level: CareLevel) {
    let (since, by, level) = (day("2023-08-01"), personas::clerk().id, street.seal(person.id, level));
    let assessed = HouseholdEvent::CareLevelAssessed { person_id: person.id, level, since, by };
    street.write_household((day(REGISTERED), 1), person.household, assessed);
}

fn care(street: &mut Street<'_>) {
    let (_, subject, to) = assessed(street, CareLevel::Severe, &Steps::elderly(60_000));
    street.payables.push(Payable::monthly(subject, &to, month("2023-09"), |_, _| 60_000));
}

/// For age and for care, which may be had together.
fn two_benefits(street: &mut Street<'_>) {
    let elder = elder(street);
    assess(street, &elder.person, CareLevel::Severe);
    let care = street.subject(&elder.person, Program::ElderlyCareSubsidy);
    street.work(care, &Steps::elderly(60_000));
    let payable = elder.payable(hundred);
    street.payables.push(payable);
    street.payables.push(Payable::monthly(care, &elder.to, month("2023-09"), |_, _| 60_000));
}

fn died_in_time(street: &mut Street<'_>) {
    let elder = elder(street);
    elder.dies(street, "2023-10-09", "2023-10-11");
    let payable = elder.payable(until("2023-10"));
    street.payables.push(payable);
}

/// November was paid on 25 October; the recovery follows the report.
fn died_after_prepayment(street: &mut Street<'_>) {
    let elder = elder(street);
    elder.dies(street, "2023-10-28", "2023-11-01");
    let payable = elder.payable(hundred);
    let payment = payable.payment(month("2023-11"), 1);
    street.recover(day("2023-11-08"), payment, 10_000, RecoveryReason::Deceased);
    street.payables.push(payable);
}

fn moved_in_time(street: &mut Street<'_>) {
    let elder = elder(street);
    elder.moves(street, Destination::OutOfRegion, "2023-10-09", "2023-10-12");
    let payable = elder.payable(until("2023-10"));
    street.payables.push(payable);
}

fn moved_within_region(street: &mut Street<'_>) {
    let elder = elder(street);
    elder.moves(street, Destination::WithinRegion, "2023-10-09", "2023-10-12");
    let payable = elder.payable(hundred);
    street.payables.push(payable);
}

/// From the second run on the money goes to another account of the same person.
fn new_account(street: &mut Street<'_>) {
    let elder = elder(street);
    let mut payable = elder.payable(hundred);
    let to = another_account(street, &elder.person);
    payable.lines.iter_mut().filter(|line| line.run == 1).for_each(|line| line.to = to.clone());
    street.payables.push(payable);
}

fn another_account(street: &mut Street<'_>, person: &Person) -> PaidTo {
    let other = street.adult(person.household).account;
    let renewed = Person { account: other, ..person.clone() };
    street.own_account(day("2023-10-10"), &renewed)
}

/// The bank returned the first payments; they were sent again with the second run.
fn returned_and_sent_again(street: &mut Street<'_>) {
    let elder = elder(street);
    let mut payable = elder.payable(hundred);
    let to = another_account(street, &elder.person);
    let mut again = Vec::new();
    for line in &mut payable.lines {
        if line.run == 0 {
            line.fate = Fate::Returned;
            let (kind, to, fate) = (PaymentKind::Reissue, to.clone(), Fate::Settled);
            again.push(crate::paying::Line { run: 1, attempt: 2, kind, to, fate, ..line.clone() });
        } else {
            line.to = to.clone();
        }
    }
    payable.lines.extend(again);
    street.payables.push(payable);
}

/// A neighbour of 79 years in the household, for whom it is too early.
fn young_neighbour(street: &mut Street<'_>) {
    let household = street.new_household();
    let head = street.elder(household);
    let born = day("1944-03-01") + Days::new(street.next() % 300);
    let young = street.person(household, born);
    street.register(day(REGISTERED), &[&head, &young]);
    let to = street.own_account(day(REGISTERED), &head);
    let subject = street.subject(&head, Program::AdvancedAgeAllowance);
    street.work(subject, &Steps::elderly(10_000));
    street.payables.push(Payable::monthly(subject, &to, month("2023-09"), hundred));
}

/// Over eighty, asked about the allowance and wanted none.
fn asked_only(street: &mut Street<'_>) {
    let household = street.new_household();
    let person = street.elder(household);
    street.register(day(REGISTERED), &[&person]);
    let subject = street.subject(&person, Program::AdvancedAgeAllowance);
    let (clerk, held_on) = (personas::clerk(), day("2023-09-04"));
    let held = BenefitCaseEvent::ConsultationHeld { subject, held_on, by: clerk.id.clone() };
    street.book.write((held_on, 2), clerk, subject.case_id, held);
}

/// A relative of the clerk, filed before the decision.
fn filed_relative(street: &mut Street<'_>) {
    let elder = elder(street);
    let (number, filed_on) = (elder.person.number.as_str().to_owned(), Some(day("2023-09-01")));
    street.staff.push(StaffRow { account: "wang.fang", number, relation: "母亲", filed_on });
    let payable = elder.payable(hundred);
    street.payables.push(payable);
}

/// Ten weeks passed, but for most of them materials were missing.
fn missing_materials(street: &mut Street<'_>) {
    let mut steps = Steps::allowance(132_000);
    (steps.applied, steps.recorded) = (day("2023-07-03"), day("2023-07-03"));
    let allowance = Allowance::worked(street, 1, 0, &steps);
    let (clerk, id) = (personas::clerk(), allowance.subject.case_id);
    let (materials, due_on, by) = (vec!["收入证明".to_owned()], day("2023-07-31"), clerk.id.clone());
    let asked = BenefitCaseEvent::MaterialsRequested { materials, due_on, by: by.clone() };
    street.book.write((day("2023-07-10"), 3), clerk.clone(), id, asked);
    let supplied = BenefitCaseEvent::MaterialsSupplied { supplied_on: day("2023-08-31"), by };
    street.book.write((day("2023-08-31"), 3), clerk, id, supplied);
    let payable = allowance.payable();
    street.payables.push(payable);
}

/// On the roll for a year; every month of it was due and is paid with the first run.
pub fn old_allowance(street: &mut Street<'_>) -> Allowance {
    let steps = Steps {
        applied: day("2022-11-14"),
        recorded: day("2022-11-14"),
        means: Some(day("2022-11-15")),
        visit: Some(day("2022-11-16")),
        review: day("2022-11-17"),
        notice: Some((day("2022-11-18"), 7, day("2022-11-26"))),
        decided: Some(day("2022-12-05")),
        entitlement: Some((month("2023-01"), 132_000)),
        ..Steps::allowance(132_000)
    };
    Allowance::worked(street, 1, 0, &steps)
}

pub fn old_payable(allowance: &Allowance) -> Payable {
    Payable::monthly(allowance.subject, &allowance.to, month("2023-01"), |month, run| {
        allowance.due(month, run)
    })
}

pub fn recertify(street: &mut Street<'_>, allowance: &Allowance, on: &str, next: &str) {
    let (clerk, id) = (personas::clerk(), allowance.subject.case_id);
    let (recertified_on, next_due_on, by) = (day(on), day(next), clerk.id.clone());
    let recertified = BenefitCaseEvent::Recertified { recertified_on, next_due_on, by };
    street.book.write((recertified_on, 2), clerk, id, recertified);
}

fn recertified(street: &mut Street<'_>) {
    let allowance = old_allowance(street);
    recertify(street, &allowance, "2023-11-20", "2024-11-20");
    street.payables.push(old_payable(&allowance));
}

/// One of three dies in October: from November on two count.
fn member_died(street: &mut Street<'_>) {
    let allowance = Allowance::of(street, 3, 210_000);
    let (household, member) = (allowance.people[0].household, allowance.people[2].clone());
    dies(street, household, &member, day("2023-10-12"), day("2023-10-16"));
    let due = |of: BenefitMonth, run: usize| match of > month("2023-10") {
        true => 2 * standard(of, run) - 210_000,
        false => allowance.due(of, run),
    };
    street.payables.push(Payable::monthly(allowance.subject, &allowance.to, month("2023-10"), due));
}

/// Left the roll and was erased; what was paid stays, what was known is gone.
fn erased(street: &mut Street<'_>) {
    let elder = elder(street);
    let payable = elder.payable(hundred);
    street.payables.push(payable);
    let (clerk, person_id) = (personas::clerk(), elder.person.id);
    let (reason, closed_on, by) = (ClosureReason::Withdrawn, day("2023-11-30"), clerk.id.clone());
    let closed = BenefitCaseEvent::CaseClosed { reason, closed_on, by: by.clone() };
    street.book.write((closed_on, 2), clerk.clone(), elder.subject.case_id, closed);
    let (basis, erased_on) = ("个人信息保护法第四十七条".to_owned(), day("2023-12-04"));
    let gone = HouseholdEvent::PersonErased { person_id, basis, erased_on, by };
    street.write_household((erased_on, 0), elder.person.household, gone);
    let index = street.indexer.index("id_number", elder.person.number.as_str());
    let released = IdentityEvent::IdentityReleased { person_id, released_on: erased_on };
    street.book.write((erased_on, 0), clerk, index.as_str(), released);
    street.erased.push(person_id);
}

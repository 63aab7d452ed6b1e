//! Faults of every kind, each with the rules that must name it, and no other may.

use chrono::NaiveDate;
use domain::benefit_case::{BenefitCaseEvent, CaseSubject, Outcome};
use domain::calendar::BenefitMonth;
use domain::household::{Destination, HouseholdEvent};
use domain::payment::RecoveryReason;
use domain::personal::Note;
use domain::policy::{CareLevel, Dated, Disability, DisabilityCertificate, DisabilityKind, Relation};
use domain::program::Program;
use tests::personas;
use uuid::Uuid;

use crate::clean::{
    Allowance, Elder, REGISTERED, assessed, dies, elder, elder_of, hundred, old_allowance, old_payable,
    recertify, standard, until,
};
use crate::gifts;
use crate::paying::{Fate, PaidTo, Payable, RunFault};
use crate::street::{Person, StaffRow, Steps, Street, day, month};

/// A kind of fault.
pub struct Fault {
    pub name: &'static str,
    /// The rules that name it.
    pub codes: &'static [&'static str],
    /// Plants one and says whom or what it concerns.
    pub plant: fn(&mut Street<'_>) -> Vec<Uuid>,
}

macro_rules! faults {
    ($($plant:path => [$($code:literal),+];)+) => {
        pub const FAULTS: &[Fault] =
            &[$(Fault { name: stringify!($plant), codes: &[$($code),+], plant: $plant }),+];
    };
}

faults! {
    paid_after_known_death => ["paid_after_death", "wrong_amount"];
    death_not_recovered => ["paid_after_death"];
    member_death_not_recovered => ["paid_after_death"];
    death_reported_late => ["death_reported_late"];
    paid_after_known_move => ["paid_after_move", "wrong_amount"];
    move_not_recovered => ["paid_after_move"];
    elderly_and_disability_set => ["exclusive_benefits"];
    two_cases_of_one_program => ["exclusive_benefits"];
    band_too_high => ["wrong_amount"];
    band_not_raised => ["wrong_amount", "unpaid_arrears"];
    grade_too_high => ["wrong_amount"];
    old_standard => ["wrong_amount", "unpaid_arrears"];
    paid_without_approval => ["wrong_amount"];
    account_of_strangers => ["shared_account"];
    another_payee => ["payee_not_holder"];
    another_account => ["payee_not_holder"];
    fifteen_digits => ["duplicate_person"];
    identity_held_twice => ["duplicate_person"];
    no_notice => ["notice"];
    short_notice => ["notice"];
    decided_in_notice => ["notice"];
    late_decision => ["late_step"];
    no_decision => ["late_step"];
    late_appeal => ["late_step"];
    gifts::results_late => ["late_step"];
    review_missing => ["recertification_overdue"];
    review_late => ["recertification_overdue"];
    decided_by_clerk => ["same_person"];
    run_approved_by_preparer => ["same_person"];
    no_visit => ["overridden"];
    rules_not_asked => ["overridden"];
    manual_amount => ["overridden"];
    application_back_dated => ["back_dated"];
    relative_never_filed => ["undeclared_relative"];
    relative_filed_later => ["undeclared_relative"];
    one_line_more => ["run_disagrees"];
    other_lines => ["run_disagrees"];
    reconciled_otherwise => ["run_disagrees"];
    committed_otherwise => ["run_disagrees"];
    results_missing => ["run_disagrees"];
    rise_not_paid => ["unpaid_arrears"];
    return_not_sent_again => ["unpaid_arrears"];
    eighty_without_case => ["not_enrolled"];
    parent_on_allowance_without_service => ["not_enrolled"];
    gifts::progress_missing => ["late_publication"];
    gifts::receipt_missing => ["receipt_gap"];
    gifts::receipt_twice => ["receipt_gap"];
    gifts::published_otherwise => ["statement_disagrees"];
    gifts::bank_booked_less => ["statement_disagrees"];
}

/// The ids of a case and its beneficiary.
fn ids(subject: &CaseSubject) -> Vec<Uuid> {
    vec![subject.case_id.uuid(), subject.applicant.uuid()]
}

fn paid(street: &mut Street<'_>, elder: &Elder, fen: impl Fn(BenefitMonth, usize) -> i64) -> Vec<Uuid> {
    let payable = elder.payable(fen);
    street.payables.push(payable);
    ids(&elder.subject)
}

fn paid_after_known_death(street: &mut Street<'_>) -> Vec<Uuid> {
    let elder = elder(street);
    elder.dies(street, "2023-10-05", "2023-10-09");
    paid(street, &elder, hundred)
}

/// October was paid on 25 September; nobody asks it back.
fn death_not_recovered(street: &mut Street<'_>) -> Vec<Uuid> {
    let elder = elder(street);
    elder.dies(street, "2023-09-28", "2023-10-09");
    paid(street, &elder, |month, run| if run == 0 { 10_000 } else { until("2023-09")(month, run) })
}

/// One of three died in September and was reported in November; the household still got its share.
fn member_death_not_recovered(street: &mut Street<'_>) -> Vec<Uuid> {
    let allowance = Allowance::of(street, 3, 210_000);
    let (household, member) = (allowance.people[0].household, allowance.people[2].clone());
    dies(street, household, &member, day("2023-10-20"), day("2023-11-06"));
    let payable = allowance.payable();
    street.payables.push(payable);
    [ids(&allowance.subject), vec![member.id.uuid()]].concat()
}

fn death_reported_late(street: &mut Street<'_>) -> Vec<Uuid> {
    let elder = elder(street);
    elder.dies(street, "2023-09-27", "2023-11-06");
    let payable = elder.payable(hundred);
    for month in [month("2023-10"), month("2023-11")] {
        let payment = payable.payment(month, 1);
        street.recover(day("2023-11-08"), payment, 10_000, RecoveryReason::Deceased);
    }
    street.payables.push(payable);
    ids(&elder.subject)
}

fn paid_after_known_move(street: &mut Street<'_>) -> Vec<Uuid> {
    let elder = elder(street);
    elder.moves(street, Destination::OutOfRegion, "2023-10-09", "2023-10-12");
    paid(street, &elder, hundred)
}

fn move_not_recovered(street: &mut Street<'_>) -> Vec<Uuid> {
    let elder = elder(street);
    elder.moves(street, Destination::OutOfRegion, "2023-10-27", "2023-11-06");
    paid(street, &elder, hundred)
}

fn elderly_and_disability_set(street: &mut Street<'_>) -> Vec<Uuid> {
    let (person, subject, to) = assessed(street, CareLevel::Severe, &Steps::elderly(60_000));
    let limb = Disability { kind: DisabilityKind::Limb, grade: 1 };
    let entries = vec![Dated { since: None, until: None, fact: limb }];
    let certificate = street.seal(person.id, DisabilityCertificate(entries));
    let (person_id, since, by) = (person.id, day("2023-08-01"), personas::clerk().id);
    let certified = HouseholdEvent::DisabilityCertified { person_id, certificate, since, by };
    street.write_household((day(REGISTERED), 1), person.household, certified);
    let other = street.subject(&person, Program::DisabilityCareSubsidy);
    street.work(other, &Steps::elderly(30_000));
    street.payables.push(Payable::monthly(subject, &to, month("2023-09"), |_, _| 60_000));
    street.payables.push(Payable::monthly(other, &to, month("2023-09"), |_, _| 30_000));
    [ids(&subject), ids(&other)].concat()
}

fn two_cases_of_one_program(street: &mut Street<'_>) -> Vec<Uuid> {
    let elder = elder(street);
    let again = street.subject(&elder.person, Program::AdvancedAgeAllowance);
    street.work(again, &Steps::elderly(10_000));
    street.payables.push(Payable::monthly(again, &elder.to, month("2023-09"), hundred));
    [paid(street, &elder, hundred), ids(&again)].concat()
}

/// 500 yuan at 85.
fn band_too_high(street: &mut Street<'_>) -> Vec<Uuid> {
    let elder = elder(street);
    paid(street, &elder, |_, run| if run == 0 { 10_000 } else { 50_000 })
}

/// Ninety in October, and still 100 yuan in November.
fn band_not_raised(street: &mut Street<'_>) -> Vec<Uuid> {
    let household = street.new_household();
    let person = street.person(household, day("1933-10-15"));
    let elder = elder_of(street, person, &Steps::elderly(10_000));
    let band = |of: BenefitMonth, _: usize| if of == month("2023-10") { 50_000 } else { 10_000 };
    paid(street, &elder, band)
}

/// The highest band for a disability of the second grade.
fn grade_too_high(street: &mut Street<'_>) -> Vec<Uuid> {
    let (person, subject, to) = assessed(street, CareLevel::Moderate, &Steps::elderly(40_000));
    let limb = Disability { kind: DisabilityKind::Limb, grade: 2 };
    let entries = vec![Dated { since: None, until: None, fact: limb }];
    let certificate = street.seal(person.id, DisabilityCertificate(entries));
    let (person_id, since, by) = (person.id, day("2023-08-01"), personas::clerk().id);
    let certified = HouseholdEvent::DisabilityCertified { person_id, certificate, since, by };
    street.write_household((day(REGISTERED), 1), person.household, certified);
    let grade = |_: BenefitMonth, run: usize| if run == 0 { 40_000 } else { 60_000 };
    street.payables.push(Payable::monthly(subject, &to, month("2023-09"), grade));
    ids(&subject)
}

/// November at the standard of last year.
fn old_standard(street: &mut Street<'_>) -> Vec<Uuid> {
    let allowance = Allowance::of(street, 2, 0);
    let old = |of: BenefitMonth, run: usize| match of == month("2023-11") {
        true => 2 * 132_000,
        false => 2 * standard(of, run),
    };
    street.payables.push(Payable::monthly(allowance.subject, &allowance.to, month("2023-10"), old));
    ids(&allowance.subject)
}

fn paid_without_approval(street: &mut Street<'_>) -> Vec<Uuid> {
    let household = street.new_household();
    let person = street.elder(household);
    let elder = elder_of(street, person, &Steps { decided: None, ..Steps::elderly(10_000) });
    paid(street, &elder, hundred)
}

/// Two people of two households, one account; his is sealed for him, hers for her.
fn account_of_strangers(street: &mut Street<'_>) -> Vec<Uuid> {
    let (one, other) = (elder(street), elder(street));
    let account = one.person.account.clone();
    let theirs = Person { account, ..other.person.clone() };
    let to = street.own_account(day("2023-10-09"), &theirs);
    let mut payable = other.payable(hundred);
    payable.lines.iter_mut().filter(|line| line.run == 1).for_each(|line| line.to = to.clone());
    street.payables.push(payable);
    [paid(street, &one, hundred), ids(&other.subject)].concat()
}

fn another_payee(street: &mut Street<'_>) -> Vec<Uuid> {
    let (one, other) = (elder(street), elder(street));
    let mut payable = one.payable(hundred);
    payable.lines.iter_mut().filter(|line| line.run == 1).for_each(|line| line.to = other.to.clone());
    street.payables.push(payable);
    paid(street, &other, hundred);
    ids(&one.subject)
}

/// To the right payee, by an account that nobody registered.
fn another_account(street: &mut Street<'_>) -> Vec<Uuid> {
    let elder = elder(street);
    let stray = street.adult(elder.person.household).account;
    let account = street.seal(elder.person.id, stray.clone());
    let to = PaidTo { payee: elder.person.id, account, index: street.account_index(&stray) };
    let mut payable = elder.payable(hundred);
    payable.lines.iter_mut().filter(|line| line.run == 1).for_each(|line| line.to = to.clone());
    street.payables.push(payable);
    ids(&elder.subject)
}

/// The same person once with 18 digits and once with the 15 of the old card.
fn fifteen_digits(street: &mut Street<'_>) -> Vec<Uuid> {
    let first = elder(street);
    let digits = first.person.number.as_str();
    let old = format!("{}{}", &digits[..6], &digits[8..17]);
    let twin = Person { id: street.person_id(), household: street.new_household(), ..first.person.clone() };
    registered_again(street, &first, &twin, &old)
}

/// Two persons under one keyed hash, as no command can register them.
fn identity_held_twice(street: &mut Street<'_>) -> Vec<Uuid> {
    let first = elder(street);
    let twin = Person { id: street.person_id(), household: street.new_household(), ..first.person.clone() };
    let number = first.person.number.as_str().to_owned();
    registered_again(street, &first, &twin, &number)
}

fn registered_again(street: &mut Street<'_>, first: &Elder, twin: &Person, number: &str) -> Vec<Uuid> {
    let (on, by) = (day(REGISTERED), personas::clerk().id);
    let account = street.adult(twin.household).account;
    let twin = Person { account, ..twin.clone() };
    let registered = HouseholdEvent::HouseholdRegistered {
        household_id: twin.household,
        community: "龙泽苑东社区".to_owned(),
        head: twin.id,
        address: street.seal(twin.id, domain::personal::Address("龙华园2号楼".to_owned())),
        registered_on: on,
        by,
    };
    street.write_household((on, 0), twin.household, registered);
    let index = street.indexer.index("id_number", number);
    street.claim(on, &twin, index.as_str());
    let id_number = street.seal_text(twin.id, &format!("\"{number}\""));
    street.join((on, 0), &twin, Relation::Oneself, id_number);
    let to = street.own_account(on, &twin);
    let subject = street.subject(&twin, Program::AdvancedAgeAllowance);
    street.work(subject, &Steps::elderly(10_000));
    street.payables.push(Payable::monthly(subject, &to, month("2023-09"), hundred));
    [paid(street, first, hundred), ids(&subject)].concat()
}

/// An allowance that is paid as it should be, by other steps.
fn stepped(street: &mut Street<'_>, steps: &Steps) -> Vec<Uuid> {
    let allowance = Allowance::worked(street, 1, 0, steps);
    let payable = allowance.payable();
    street.payables.push(payable);
    ids(&allowance.subject)
}

fn no_notice(street: &mut Street<'_>) -> Vec<Uuid> {
    stepped(street, &Steps { notice: None, ..Steps::allowance(132_000) })
}

fn short_notice(street: &mut Street<'_>) -> Vec<Uuid> {
    let notice = Some((day("2023-09-07"), 3, day("2023-09-11")));
    stepped(street, &Steps { notice, ..Steps::allowance(132_000) })
}

fn decided_in_notice(street: &mut Street<'_>) -> Vec<Uuid> {
    stepped(street, &Steps { decided: Some(day("2023-09-13")), ..Steps::allowance(132_000) })
}

fn late_decision(street: &mut Street<'_>) -> Vec<Uuid> {
    let applied = day("2023-07-31");
    stepped(street, &Steps { applied, recorded: applied, ..Steps::allowance(132_000) })
}

fn no_decision(street: &mut Street<'_>) -> Vec<Uuid> {
    let steps = Steps { decided: None, ..Steps::allowance(132_000) };
    ids(&Allowance::worked(street, 1, 0, &steps).subject)
}

/// Refused, appealed on 4 September, dismissed in December.
fn late_appeal(street: &mut Street<'_>) -> Vec<Uuid> {
    let allowance = Allowance::worked(street, 1, 0, &Steps { decided: None, ..Steps::allowance(132_000) });
    let (subject, id) = (allowance.subject, allowance.subject.case_id);
    let (clerk, approver, second) = (personas::clerk(), personas::approver(), personas::administrator());
    let refused = BenefitCaseEvent::EligibilityDecided {
        outcome: Outcome::Refused,
        decided_on: day("2023-09-18"),
        reasons: vec!["income_too_high".to_owned()],
        rule_version: "1".to_owned(),
        determination: None,
        by: approver.id.clone(),
    };
    street.book.write((day("2023-09-18"), 5), approver, id, refused);
    let (note, filed_on) = (street.seal(subject.applicant, Note("请求复议".to_owned())), day("2023-09-20"));
    let filed = BenefitCaseEvent::AppealFiled { note, filed_on, by: clerk.id.clone() };
    street.book.write((filed_on, 2), clerk, id, filed);
    let (outcome, decided_on) = (Outcome::Refused, day("2023-12-04"));
    let decided = BenefitCaseEvent::AppealDecided { outcome, decided_on, by: second.id.clone() };
    street.book.write((decided_on, 5), second, id, decided);
    ids(&subject)
}

fn review_missing(street: &mut Street<'_>) -> Vec<Uuid> {
    let allowance = old_allowance(street);
    street.payables.push(old_payable(&allowance));
    ids(&allowance.subject)
}

fn review_late(street: &mut Street<'_>) -> Vec<Uuid> {
    let allowance = old_allowance(street);
    recertify(street, &allowance, "2023-12-18", "2024-12-18");
    street.payables.push(old_payable(&allowance));
    ids(&allowance.subject)
}

fn decided_by_clerk(street: &mut Street<'_>) -> Vec<Uuid> {
    stepped(street, &Steps { decided_by: personas::clerk(), ..Steps::allowance(132_000) })
}

fn faulty_run(street: &mut Street<'_>, fault: RunFault) -> Vec<Uuid> {
    let payables: Vec<Payable> = (0..4).map(|_| elder(street).payable(hundred)).collect();
    vec![street.pay(&payables, fault).uuid()]
}

fn run_approved_by_preparer(street: &mut Street<'_>) -> Vec<Uuid> {
    faulty_run(street, RunFault::ApprovedByPreparer)
}

fn one_line_more(street: &mut Street<'_>) -> Vec<Uuid> {
    faulty_run(street, RunFault::OneLineMore)
}

fn other_lines(street: &mut Street<'_>) -> Vec<Uuid> {
    faulty_run(street, RunFault::OtherLines)
}

fn reconciled_otherwise(street: &mut Street<'_>) -> Vec<Uuid> {
    faulty_run(street, RunFault::ReconciledOtherwise)
}

fn committed_otherwise(street: &mut Street<'_>) -> Vec<Uuid> {
    faulty_run(street, RunFault::CommittedOtherwise)
}

fn results_missing(street: &mut Street<'_>) -> Vec<Uuid> {
    faulty_run(street, RunFault::Unanswered)
}

fn no_visit(street: &mut Street<'_>) -> Vec<Uuid> {
    stepped(street, &Steps { visit: None, ..Steps::allowance(132_000) })
}

fn rules_not_asked(street: &mut Street<'_>) -> Vec<Uuid> {
    stepped(street, &Steps { rules_answer: false, ..Steps::allowance(132_000) })
}

/// 1,500 yuan were written down; what was paid is right.
fn manual_amount(street: &mut Street<'_>) -> Vec<Uuid> {
    stepped(street, &Steps::allowance(150_000))
}

/// Recorded in September with a day in July, and paid from July on.
fn application_back_dated(street: &mut Street<'_>) -> Vec<Uuid> {
    let (household, from) = (street.new_household(), month("2023-07"));
    let person = street.elder(household);
    let steps =
        Steps { applied: day("2023-07-04"), entitlement: Some((from, 10_000)), ..Steps::elderly(10_000) };
    let elder = elder_of(street, person, &steps);
    street.payables.push(Payable::monthly(elder.subject, &elder.to, from, hundred));
    ids(&elder.subject)
}

fn relative(street: &mut Street<'_>, filed_on: Option<NaiveDate>) -> Vec<Uuid> {
    let elder = elder(street);
    let number = elder.person.number.as_str().to_owned();
    street.staff.push(StaffRow { account: "wang.fang", number, relation: "父亲", filed_on });
    paid(street, &elder, hundred)
}

fn relative_never_filed(street: &mut Street<'_>) -> Vec<Uuid> {
    relative(street, None)
}

fn relative_filed_later(street: &mut Street<'_>) -> Vec<Uuid> {
    relative(street, Some(day("2023-11-01")))
}

/// November at the new standard, but nothing more for October.
fn rise_not_paid(street: &mut Street<'_>) -> Vec<Uuid> {
    let allowance = Allowance::of(street, 2, 0);
    let mut payable = allowance.payable();
    payable.lines.retain(|line| line.run == 0 || line.month == month("2023-11"));
    street.payables.push(payable);
    ids(&allowance.subject)
}

fn return_not_sent_again(street: &mut Street<'_>) -> Vec<Uuid> {
    let elder = elder(street);
    let mut payable = elder.payable(hundred);
    payable.lines.iter_mut().filter(|line| line.run == 0).for_each(|line| line.fate = Fate::Returned);
    street.payables.push(payable);
    ids(&elder.subject)
}

fn eighty_without_case(street: &mut Street<'_>) -> Vec<Uuid> {
    let household = street.new_household();
    let person = street.elder(household);
    street.register(day(REGISTERED), &[&person]);
    vec![person.id.uuid()]
}

/// Sixty-five and on the allowance with the household, without the service subsidy.
fn parent_on_allowance_without_service(street: &mut Street<'_>) -> Vec<Uuid> {
    let household = street.new_household();
    let (head, parent) = (street.adult(household), street.person(household, day("1958-04-03")));
    let people = vec![head, parent.clone()];
    let allowance = Allowance::with(street, people, 0, &Steps::allowance(2 * 132_000));
    let payable = allowance.payable();
    street.payables.push(payable);
    vec![parent.id.uuid()]
}

//! Given, when, then: one asks, another decides.

use rstest::rstest;

use crate::explain::Explain;
use crate::ids::CaseId;
use crate::policy::CareLevel;
use crate::retention::Withheld;

use super::super::PersonalRecord;
use super::*;

fn asked(through: RetentionClass) -> Event {
    let (person_id, basis) = (person(SPOUSE), BASIS.to_owned());
    Event::ErasureRequested { person_id, through, basis, requested_on: day("2023-12-30"), by: clerk() }
}

fn erased(through: RetentionClass) -> Event {
    let (person_id, basis) = (person(SPOUSE), BASIS.to_owned());
    let (erased_on, by) = (day("2023-12-31"), zhao(Role::Approver).actor.id);
    match through {
        RetentionClass::CaseWork => Event::CaseWorkErased { person_id, basis, erased_on, by },
        RetentionClass::Vouchers => Event::PersonErased { person_id, basis, erased_on, by },
    }
}

fn approves(command: Command) -> Instruction<Command> {
    Instruction { context: zhao(Role::Approver), command }
}

fn record(history: &[Event]) -> PersonalRecord {
    let mut household = Household::default();
    history.iter().for_each(|event| crate::aggregate::Decider::try_evolve(&mut household, event).unwrap());
    household.member(person(SPOUSE)).unwrap().record
}

#[rstest]
#[case(RetentionClass::CaseWork)]
#[case(RetentionClass::Vouchers)]
fn one_asks_and_another_erases(#[case] through: RetentionClass) {
    let ask = || asks_to_erase(SPOUSE, through);
    given(&couple()).when(does(ask())).then_expect_events(vec![asked(through)]);
    let requested = with(couple(), [asked(through)]);
    given(&requested).when(does(ask())).then_expect_events(vec![]);
    given(&requested).when(approves(erases(SPOUSE))).then_expect_events(vec![erased(through)]);
    let done = with(requested, [erased(through)]);
    given(&done).when(approves(erases(SPOUSE))).then_expect_events(vec![]);
    given(&done).when(does(ask())).then_expect_events(vec![]);
}

#[test]
fn who_asked_does_not_decide_whatever_the_role() {
    let requested = with(couple(), [asked(RetentionClass::Vouchers)]);
    let own = |role| Instruction { context: li(role), command: erases(SPOUSE) };
    given(&requested).when(own(Role::Reviewer)).then_expect_error(Error::FourEyes);
    given(&requested).when(own(Role::Clerk)).then_expect_error(Error::RoleNotAllowed { role: Role::Clerk });
    assert_eq!(Error::FourEyes.code(), "four_eyes");
}

#[test]
fn nobody_is_erased_without_a_request() {
    let none = || Error::ErasureNotRequested { person: person(SPOUSE) };
    given(&couple()).when(approves(erases(SPOUSE))).then_expect_error(none());
    let reject = |reason: &str| Command::RejectErasure {
        person_id: person(SPOUSE),
        reason: reason.to_owned(),
        rejected_on: day("2023-12-31"),
    };
    given(&couple()).when(approves(reject("个案未终止"))).then_expect_error(none());
    let requested = with(couple(), [asked(RetentionClass::Vouchers)]);
    given(&requested).when(approves(reject(" "))).then_expect_error(Error::ReasonInvalid);
    let (person_id, by) = (person(SPOUSE), zhao(Role::Approver).actor.id);
    let (reason, rejected_on) = ("个案未终止".to_owned(), day("2023-12-31"));
    let rejected = Event::ErasureRejected { person_id, reason, rejected_on, by };
    given(&requested).when(approves(reject("个案未终止"))).then_expect_events(vec![rejected.clone()]);
    let sent_back = with(requested, [rejected]);
    given(&sent_back).when(approves(reject("个案未终止"))).then_expect_events(vec![]);
    given(&sent_back).when(approves(erases(SPOUSE))).then_expect_error(none());
    let again = does(asks_to_erase(SPOUSE, RetentionClass::CaseWork));
    given(&sent_back).when(again).then_expect_events(vec![asked(RetentionClass::CaseWork)]);
}

#[test]
fn another_request_waits_until_the_first_is_decided() {
    let requested = with(couple(), [asked(RetentionClass::CaseWork)]);
    given(&requested)
        .when(does(asks_to_erase(SPOUSE, RetentionClass::Vouchers)))
        .then_expect_error(Error::ErasureRequested { person: person(SPOUSE) });
}

#[test]
fn vouchers_outlive_case_work_and_can_be_erased_later() {
    let first = with(couple(), [asked(RetentionClass::CaseWork), erased(RetentionClass::CaseWork)]);
    assert_eq!(record(&first), PersonalRecord::VouchersKept { erased_on: day("2023-12-31") });
    given(&first)
        .when(does(asks_to_erase(SPOUSE, RetentionClass::Vouchers)))
        .then_expect_events(vec![asked(RetentionClass::Vouchers)]);
    let both = with(first, [asked(RetentionClass::Vouchers), erased(RetentionClass::Vouchers)]);
    assert_eq!(record(&both), PersonalRecord::Erased { erased_on: day("2023-12-31") });
}

#[test]
fn what_is_at_work_or_kept_by_law_withholds_a_request_and_a_decision() {
    let open = Withheld::CaseOpen { case: CaseId::new(Uuid::from_u128(7)) };
    let at_work = Holdings { at_work: vec![open], ..Holdings::default() };
    let kept = Holdings { file_ended_on: Some(day("2023-10-31")), ..Holdings::default() };
    let runs = Withheld::RetentionRuns { class: RetentionClass::CaseWork, from: day("2026-11-01") };
    for (holdings, withheld) in [(at_work, open), (kept, runs)] {
        let Command::RequestErasure { person_id, through, basis, requested_on, .. } =
            asks_to_erase(SPOUSE, RetentionClass::CaseWork)
        else {
            unreachable!()
        };
        let held = holdings.clone();
        let ask = Command::RequestErasure { person_id, through, basis, holdings: held, requested_on };
        given(&couple()).when(does(ask)).then_expect_error(Error::Withheld(withheld));
        let requested = with(couple(), [asked(RetentionClass::CaseWork)]);
        let erase = Command::ErasePerson { person_id, holdings, erased_on: day("2023-12-31") };
        given(&requested).when(approves(erase)).then_expect_error(Error::Withheld(withheld));
        assert_eq!(Error::Withheld(withheld).code(), withheld.code());
    }
}

fn restricts_with(holdings: Holdings) -> Command {
    let (person_id, basis) = (person(SPOUSE), BASIS.to_owned());
    Command::RestrictPerson { person_id, basis, holdings, restricted_on: day("2023-12-31") }
}

fn lifts(reason: &str) -> Command {
    let (person_id, reason) = (person(SPOUSE), reason.to_owned());
    Command::LiftRestriction { person_id, reason, lifted_on: day("2023-12-31") }
}

#[test]
fn what_the_law_keeps_can_be_restricted_and_the_restriction_lifted() {
    let kept = || Holdings { file_ended_on: Some(day("2023-10-31")), ..Holdings::default() };
    let (person_id, by) = (person(SPOUSE), zhao(Role::Approver).actor.id);
    let (basis, on) = (BASIS.to_owned(), day("2023-12-31"));
    let restricted = Event::ProcessingRestricted { person_id, basis, restricted_on: on, by: by.clone() };
    given(&couple()).when(approves(restricts_with(kept()))).then_expect_events(vec![restricted.clone()]);
    given(&couple())
        .when(does(restricts_with(kept())))
        .then_expect_error(Error::RoleNotAllowed { role: Role::Clerk });
    given(&couple())
        .when(approves(lifts("回来")))
        .then_expect_error(Error::NotRestricted { person: person_id });
    let open = Withheld::CaseOpen { case: CaseId::new(Uuid::from_u128(7)) };
    let at_work = Holdings { at_work: vec![open], ..Holdings::default() };
    given(&couple()).when(approves(restricts_with(at_work))).then_expect_error(Error::Withheld(open));

    let history = with(couple(), [restricted]);
    given(&history).when(approves(restricts_with(kept()))).then_expect_events(vec![]);
    given(&history)
        .when(does(moves(SPOUSE, "2023-05-01")))
        .then_expect_error(Error::PersonRestricted { person: person_id });
    given(&history)
        .when(does(asks_to_erase(SPOUSE, RetentionClass::Vouchers)))
        .then_expect_events(vec![asked(RetentionClass::Vouchers)]);
    let lifted = Event::RestrictionLifted { person_id, reason: "回来".to_owned(), lifted_on: on, by };
    given(&history).when(approves(lifts("回来"))).then_expect_events(vec![lifted.clone()]);
    let again = with(history, [lifted]);
    given(&again).when(approves(lifts("回来"))).then_expect_events(vec![]);
    given(&again)
        .when(does(moves(SPOUSE, "2023-05-01")))
        .then_expect_events(vec![moved(SPOUSE, "2023-05-01")]);
}

#[test]
fn nothing_is_recorded_of_the_erased() {
    for through in [RetentionClass::CaseWork, RetentionClass::Vouchers] {
        let history = with(couple(), [asked(through), erased(through)]);
        let assess = Command::AssessCareLevel {
            person_id: person(SPOUSE),
            level: Sealed::<CareLevel>::from_ciphertext("level"),
            since: day("2023-05-01"),
        };
        let refused = Error::PersonErased { person: person(SPOUSE) };
        given(&history).when(does(assess)).then_expect_error(refused);
    }
}

//! A donor's name is erased by two people, and only when the vouchers' time is over.

use super::*;
use crate::retention::Withheld;

fn donor() -> PersonId {
    PersonId::new(Uuid::from_u128(101))
}

fn ask(basis: &str) -> CampaignCommand {
    let (recorded_on, requested_on) = (day("2023-05-21"), day("2054-01-01"));
    CampaignCommand::RequestDonorErasure { donor: donor(), basis: basis.into(), recorded_on, requested_on }
}

fn erase() -> CampaignCommand {
    let (recorded_on, erased_on) = (day("2023-05-21"), day("2054-01-02"));
    CampaignCommand::EraseDonor { donor: donor(), recorded_on, erased_on }
}

fn on(today: &str, who: &str, role: Role, command: CampaignCommand) -> Instruction<CampaignCommand> {
    let actor = Actor { id: ActorId::parse(who).unwrap(), role };
    Instruction { context: Context { actor, today: day(today) }, command }
}

fn asked_for() -> Vec<CampaignEvent> {
    let mut past = history(vec![open(), receive(1, 100), issue(1)]);
    let instruction = on("2054-01-01", "clerk", Role::Clerk, ask("个人信息保护法第四十七条"));
    past.extend(given(past.clone()).when(instruction).inspect_result().unwrap());
    past
}

#[test]
fn before_the_vouchers_time_is_over_the_day_is_named_on_which_it_is() {
    let past = history(vec![open(), receive(1, 100), issue(1)]);
    let withheld =
        Withheld::RetentionRuns { class: crate::personal::RetentionClass::Vouchers, from: day("2054-01-01") };
    let early = |command| {
        let CampaignCommand::RequestDonorErasure { donor, basis, recorded_on, .. } = command else {
            unreachable!()
        };
        CampaignCommand::RequestDonorErasure { donor, basis, recorded_on, requested_on: day("2053-12-31") }
    };
    given(past.clone())
        .when(on("2053-12-31", "clerk", Role::Clerk, early(ask("依法"))))
        .then_expect_error(CampaignError::Withheld(withheld));
    assert_eq!(outcome(given(past).when(on("2054-01-01", "clerk", Role::Clerk, ask("依法")))), "ok");
}

#[test]
fn a_gift_that_was_dated_back_is_kept_from_the_day_it_was_recorded() {
    let past = history(vec![open(), receive(1, 100)]);
    let late = CampaignCommand::RequestDonorErasure {
        donor: donor(),
        basis: "依法".into(),
        recorded_on: day("2024-02-01"),
        requested_on: day("2054-01-01"),
    };
    let from = day("2055-01-01");
    let class = crate::personal::RetentionClass::Vouchers;
    given(past)
        .when(on("2054-01-01", "clerk", Role::Clerk, late))
        .then_expect_error(CampaignError::Withheld(Withheld::RetentionRuns { class, from }));
}

#[test]
fn one_asks_and_another_erases_once() {
    let past = asked_for();
    let by_the_same = on("2054-01-02", "clerk", Role::Approver, erase());
    given(past.clone()).when(by_the_same).then_expect_error(CampaignError::FourEyes);
    let by_another = || on("2054-01-02", "approver", Role::Approver, erase());
    let erased = given(past.clone()).when(by_another()).inspect_result().unwrap();
    let past = [past, erased].concat();
    assert_eq!(outcome(given(past.clone()).when(by_another())), "repeat");
    let mut campaign = Campaign::default();
    past.iter().for_each(|event| campaign.try_evolve(event).unwrap());
    let book = campaign.book().unwrap();
    assert!(book.is_erased(donor()));
    assert_eq!((book.total(), book.last_receipt), (yuan(100), 1), "totals and receipts stay");
}

#[test]
fn a_request_that_was_sent_back_erases_nobody() {
    let past = asked_for();
    let reject = CampaignCommand::RejectDonorErasure {
        donor: donor(),
        reason: "票据仍需核对".into(),
        rejected_on: day("2054-01-02"),
    };
    let rejected = on("2054-01-02", "approver", Role::Approver, reject);
    let past = [past.clone(), given(past).when(rejected).inspect_result().unwrap()].concat();
    let erase = on("2054-01-02", "approver", Role::Approver, erase());
    given(past).when(erase).then_expect_error(CampaignError::ErasureNotRequested);
}

#[test]
fn nobody_is_erased_who_gave_nothing_here() {
    let mut stranger = ask("依法");
    if let CampaignCommand::RequestDonorErasure { donor, .. } = &mut stranger {
        *donor = PersonId::new(Uuid::from_u128(1));
    }
    given(reaching(CampaignStage::Published))
        .when(on("2054-01-01", "clerk", Role::Clerk, stranger))
        .then_expect_error(CampaignError::DonorUnknown);
}

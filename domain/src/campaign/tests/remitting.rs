//! Donated money goes to another organisation: one proposes, another approves, never more than there is.

use super::*;
use crate::ids::RemittanceId;

fn remittance() -> RemittanceId {
    RemittanceId::new(Uuid::from_u128(9))
}

fn propose(amount: i32) -> CampaignCommand {
    CampaignCommand::ProposeRemittance {
        remittance_id: remittance(),
        recipient: "市慈善基金会".into(),
        amount: yuan(amount),
        proposed_on: day("2023-07-02"),
    }
}

fn remit() -> CampaignCommand {
    CampaignCommand::Remit {
        remittance_id: remittance(),
        reference: "HK-0702".into(),
        remitted_on: day("2023-07-03"),
    }
}

fn send_back(reason: &str) -> CampaignCommand {
    CampaignCommand::RejectRemittance {
        remittance_id: remittance(),
        reason: reason.into(),
        rejected_on: day("2023-07-03"),
    }
}

/// Another remittance, of 30 yuan.
fn other() -> RemittanceId {
    RemittanceId::new(Uuid::from_u128(10))
}

fn propose_other() -> CampaignCommand {
    CampaignCommand::ProposeRemittance {
        remittance_id: other(),
        recipient: "市慈善基金会".into(),
        amount: yuan(30),
        proposed_on: day("2023-07-02"),
    }
}

fn remit_other(reference: &str) -> CampaignCommand {
    CampaignCommand::Remit {
        remittance_id: other(),
        reference: reference.into(),
        remitted_on: day("2023-07-03"),
    }
}

/// By an approver, who did not propose.
fn approved(command: CampaignCommand) -> Instruction<CampaignCommand> {
    let mut instruction = asked_by(Role::Approver, command);
    instruction.context.actor.id = ActorId::parse("somebody.else").unwrap();
    instruction
}

fn after(mut past: Vec<CampaignEvent>, instruction: Instruction<CampaignCommand>) -> Vec<CampaignEvent> {
    past.extend(given(past.clone()).when(instruction).inspect_result().unwrap());
    past
}

#[test]
fn one_proposes_another_approves_and_the_money_is_gone_once() {
    let proposed = history(vec![open(), receive(1, 100), close(), propose(60)]);
    assert_eq!(outcome(given(proposed.clone()).when(asked_by(Role::Approver, remit()))), "four_eyes");
    let remitted = after(proposed, approved(remit()));
    assert_eq!(outcome(given(remitted.clone()).when(approved(remit()))), "repeat");
    assert_eq!(outcome(given(remitted.clone()).when(approved(send_back("不对")))), "remittance_decided");
    // 40 are left: neither a refund nor another remittance takes more
    given(remitted.clone())
        .when(asked(refund(1, 41)))
        .then_expect_error(CampaignError::AlreadyRemitted { amount: yuan(41), left: yuan(40) });
    assert_eq!(outcome(given(remitted).when(asked(refund(1, 40)))), "ok");
}

#[test]
fn no_more_is_remitted_than_was_given_and_not_refunded() {
    let past = history(vec![open(), receive(1, 100), refund(1, 30)]);
    given(past.clone())
        .when(asked(propose(71)))
        .then_expect_error(CampaignError::RemittanceAboveTotal { amount: yuan(71), left: yuan(70) });
    // a refund after the proposal is seen at the approval
    let refunded = history(vec![open(), receive(1, 100), propose(100), refund(1, 30)]);
    given(refunded)
        .when(approved(remit()))
        .then_expect_error(CampaignError::RemittanceAboveTotal { amount: yuan(100), left: yuan(70) });
    assert_eq!(outcome(given(past).when(asked(propose(0)))), "amount_not_positive");
}

#[test]
fn a_proposal_that_was_sent_back_is_not_approved() {
    let proposed = history(vec![open(), receive(1, 100), propose(60)]);
    assert_eq!(outcome(given(proposed.clone()).when(asked(propose(60)))), "repeat");
    assert_eq!(outcome(given(proposed.clone()).when(asked(propose(61)))), "remittance_differs");
    assert_eq!(outcome(given(proposed.clone()).when(approved(send_back(" ")))), "text_missing");
    let rejected = after(proposed, approved(send_back("接收单位有误")));
    assert_eq!(outcome(given(rejected.clone()).when(approved(send_back("接收单位有误")))), "repeat");
    assert_eq!(outcome(given(rejected).when(approved(remit()))), "remittance_decided");
    assert_eq!(outcome(given(reaching(CampaignStage::Open)).when(approved(remit()))), "remittance_unknown");
}

#[test]
fn one_voucher_number_is_one_remittance_of_the_campaign() {
    let proposed = history(vec![open(), receive(1, 100), close(), propose(60), propose_other()]);
    assert_eq!(outcome(given(proposed.clone()).when(approved(remit_other("HK-0702")))), "ok");
    let remitted = after(proposed, approved(remit()));
    given(remitted.clone())
        .when(approved(remit_other("HK-0702")))
        .then_expect_error(CampaignError::ReferenceTaken);
    let taken = CampaignError::ReferenceTaken;
    assert_eq!((taken.code(), taken.field()), ("reference_taken", "reference"));
    assert_eq!(outcome(given(remitted.clone()).when(approved(remit_other(" HK-0702 ")))), "reference_taken");
    // the same remittance with the same number is a repeat, and the other has a number of its own
    assert_eq!(outcome(given(remitted.clone()).when(approved(remit()))), "repeat");
    assert_eq!(outcome(given(remitted).when(approved(remit_other("HK-0703")))), "ok");
}

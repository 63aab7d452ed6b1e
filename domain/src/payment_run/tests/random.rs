//! Random people ask a run for random things; whatever is accepted keeps the invariants.

use chrono::Datelike;
use proptest::prelude::*;
use proptest::strategy::ValueTree;

use super::*;

/// Four people who ask for anything, nearly always in the role that may, on days that go by.
fn instructions() -> impl Strategy<Value = Vec<Instruction<PaymentRunCommand>>> {
    let people = prop::sample::select(vec!["wang", "li", "zhao", "qian"]);
    let wrong_role = prop::bool::weighted(0.1);
    let step = (people, 0..8_usize, wrong_role, prop::bool::weighted(0.1), 0..3_u32);
    prop::collection::vec(step, 1..80).prop_map(|steps| {
        let mut date = 1;
        let instruction = |(name, which, wrong_role, wrong_content, days): (&'static str, _, _, _, _)| {
            date = 30.min(date + days / 2);
            let on = NaiveDate::from_ymd_opt(2023, 7, date).unwrap();
            let (role, command) = request(which, on, wrong_content);
            asked_by((name, if wrong_role { Role::Auditor } else { role }), command)
        };
        steps.into_iter().map(instruction).collect()
    })
}

fn request(which: usize, on: NaiveDate, wrong: bool) -> (Role, PaymentRunCommand) {
    match which {
        0 => (Role::Clerk, open()),
        1 => {
            let line_count = if wrong { 4 } else { 3 };
            let calculation = Calculation { calculated_on: on, line_count, ..calculation() };
            (Role::Clerk, PaymentRunCommand::RecordCalculation { calculation })
        }
        2 => {
            let second_approval_above = Some(if on.day().is_multiple_of(2) { ENOUGH } else { TOO_LITTLE });
            let warnings_seen = if wrong { 1 } else { 2 };
            let submit =
                PaymentRunCommand::SubmitRun { submitted_on: on, warnings_seen, second_approval_above };
            (Role::Clerk, submit)
        }
        7 => (Role::Approver, PaymentRunCommand::EndorseRun { endorsed_on: on }),
        3 => (Role::Approver, PaymentRunCommand::ApproveRun { approved_on: on }),
        4 => {
            let reason = if wrong { "" } else { "重算" }.to_owned();
            (Role::Approver, PaymentRunCommand::RejectRun { reason, rejected_on: on })
        }
        5 => {
            let digest = if wrong { FILE } else { LINES }.to_owned();
            let file_sha256 = FILE.to_owned();
            (
                Role::Finance,
                PaymentRunCommand::ReleaseRun { file_sha256, execution_on: on, digest, delivery: None },
            )
        }
        _ => {
            let results = results((2, 70_000), (u64::from(!wrong), 10_000));
            (Role::Finance, PaymentRunCommand::ReconcileRun { results, reconciled_on: on })
        }
    }
}

/// What the log tells of who did what, independently of the state.
#[derive(Default)]
struct Duties {
    preparers: Vec<ActorId>,
    endorser: Option<ActorId>,
    approver: Option<ActorId>,
    /// Whether the newest submission was above the sum.
    large: bool,
    releases: u32,
}

impl Duties {
    fn note(&mut self, event: &PaymentRunEvent, by: &ActorId) {
        match event {
            PaymentRunEvent::PaymentRunOpened { .. } | PaymentRunEvent::PaymentRunCalculated { .. } => {
                self.preparers.push(by.clone());
            }
            PaymentRunEvent::PaymentRunSubmitted { second_approval_above, .. } => {
                self.preparers.push(by.clone());
                self.large = *second_approval_above == Some(TOO_LITTLE);
                self.endorser = None;
            }
            PaymentRunEvent::PaymentRunEndorsed { .. } => {
                assert!(self.large && !self.preparers.contains(by), "endorsed what they prepared");
                self.endorser = Some(by.clone());
            }
            PaymentRunEvent::PaymentRunApproved { .. } => {
                assert!(!self.preparers.contains(by), "approved what they prepared");
                assert_eq!(self.large, self.endorser.is_some(), "two approvals above the sum");
                assert_ne!(self.endorser.as_ref(), Some(by), "approved what they endorsed");
                self.approver = Some(by.clone());
            }
            PaymentRunEvent::PaymentRunReleased { .. } => {
                assert!(!self.preparers.contains(by), "released what they prepared");
                assert_ne!(self.approver.as_ref(), Some(by), "released what they approved");
                assert_ne!(self.endorser.as_ref(), Some(by), "released what they endorsed");
                self.releases += 1;
            }
            PaymentRunEvent::PaymentRunRejected { .. } | PaymentRunEvent::PaymentRunReconciled { .. } => {}
        }
    }
}

/// Asks everything in turn and proves the invariants after every step that was accepted.
fn play(instructions: Vec<Instruction<PaymentRunCommand>>) -> PaymentRun {
    let mut run = PaymentRun::default();
    let mut duties = Duties::default();
    for Instruction { context, command } in instructions {
        let Ok(events) = run.decide(command.clone(), &context) else { continue };
        for event in &events {
            assert_eq!(run.try_evolve(event), Ok(()));
            duties.note(event, &context.actor.id);
        }
        assert_eq!(run.decide(command, &context), Ok(vec![]), "asked again, nothing happens");
        let kept = serde_json::to_string(&run).unwrap();
        assert_eq!(serde_json::from_str::<PaymentRun>(&kept).unwrap(), run);
        let sent = matches!(run.stage(), RunStage::Released | RunStage::Reconciled);
        assert_eq!(duties.releases, u32::from(sent));
    }
    run
}

proptest! {
    #[test]
    fn whatever_is_accepted_keeps_duties_apart_and_releases_once(instructions in instructions()) {
        play(instructions);
    }
}

#[test]
fn the_random_office_reaches_every_situation() {
    let mut runner = proptest::test_runner::TestRunner::deterministic();
    let seen: Vec<RunStage> =
        (0..300).map(|_| play(instructions().new_tree(&mut runner).unwrap().current()).stage()).collect();
    for stage in
        ["opened", "calculated", "submitted", "endorsed", "approved", "rejected", "released", "reconciled"]
    {
        assert!(seen.iter().any(|seen| seen.en() == stage), "no run ended {stage}");
    }
}

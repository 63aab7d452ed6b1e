//! Random people ask a run for random things; whatever is accepted keeps the invariants.

use proptest::prelude::*;

use super::*;

/// Who asks, and for which of the seven commands, on which day of July.
fn instruction() -> impl Strategy<Value = Instruction<PaymentRunCommand>> {
    let people = prop::sample::select(vec!["wang", "li", "zhao", "qian"]);
    let roles = prop::sample::select(vec![Role::Clerk, Role::Approver, Role::Finance]);
    (people, roles, 0..7_usize, 1..=31_u32, any::<bool>()).prop_map(|(name, role, which, date, odd)| {
        let on = NaiveDate::from_ymd_opt(2023, 7, date).unwrap();
        let command = match which {
            0 => open(),
            1 => PaymentRunCommand::RecordCalculation {
                calculation: Calculation { calculated_on: on, position: u64::from(date), ..calculation() },
            },
            2 => PaymentRunCommand::SubmitRun { submitted_on: on },
            3 => PaymentRunCommand::ApproveRun { approved_on: on },
            4 => PaymentRunCommand::RejectRun { reason: "重算".into(), rejected_on: on },
            5 => PaymentRunCommand::ReleaseRun {
                file_sha256: FILE.into(),
                execution_on: on,
                digest: if odd { FILE.into() } else { LINES.into() },
            },
            _ => PaymentRunCommand::ReconcileRun {
                results: results((2, 70_000), (u64::from(odd), 10_000)),
                reconciled_on: on,
            },
        };
        asked_by((name, role), command)
    })
}

/// What the log tells of who did what, independently of the state.
#[derive(Default)]
struct Duties {
    preparers: Vec<ActorId>,
    approver: Option<ActorId>,
    releases: u32,
}

impl Duties {
    fn note(&mut self, event: &PaymentRunEvent, by: &ActorId) {
        match event {
            PaymentRunEvent::PaymentRunOpened { .. }
            | PaymentRunEvent::PaymentRunCalculated { .. }
            | PaymentRunEvent::PaymentRunSubmitted { .. } => self.preparers.push(by.clone()),
            PaymentRunEvent::PaymentRunApproved { .. } => {
                assert!(!self.preparers.contains(by), "approved what they prepared");
                self.approver = Some(by.clone());
            }
            PaymentRunEvent::PaymentRunReleased { .. } => {
                assert!(!self.preparers.contains(by), "released what they prepared");
                assert_ne!(self.approver.as_ref(), Some(by), "released what they approved");
                self.releases += 1;
            }
            PaymentRunEvent::PaymentRunRejected { .. } | PaymentRunEvent::PaymentRunReconciled { .. } => {}
        }
    }
}

proptest! {
    #[test]
    fn whatever_is_accepted_keeps_duties_apart_and_releases_once(
        instructions in prop::collection::vec(instruction(), 1..80)
    ) {
        let mut run = PaymentRun::default();
        let mut duties = Duties::default();
        for Instruction { context, command } in instructions {
            let Ok(events) = run.decide(command.clone(), &context) else { continue };
            for event in &events {
                prop_assert_eq!(run.try_evolve(event), Ok(()));
                duties.note(event, &context.actor.id);
            }
            prop_assert_eq!(run.decide(command, &context), Ok(vec![]), "asked again, nothing happens");
            let kept = serde_json::to_string(&run).unwrap();
            prop_assert_eq!(&serde_json::from_str::<PaymentRun>(&kept).unwrap(), &run);
            let sent = matches!(run.stage(), RunStage::Released | RunStage::Reconciled);
            prop_assert_eq!(duties.releases, u32::from(sent));
        }
    }
}

//! Nobody approved what they prepared. Computed from the envelopes alone, without the aggregates that forbid it.

use std::collections::HashMap;

use domain::any_event::AnyEvent;
use domain::benefit_case::BenefitCaseEvent;
use domain::payment_run::PaymentRunEvent;

use super::seen::{Seen, Watch};
use super::{Finding, Invariant};

/// Remembers who touched each case and run, with the position.
#[derive(Default)]
pub struct FourEyes {
    touched: HashMap<String, Vec<(String, u64)>>,
    findings: Vec<Finding>,
}

impl Watch for FourEyes {
    fn invariant(&self) -> Invariant {
        Invariant {
            code: "four_eyes",
            zh: "无人审批自己经办的事项",
            en: "nobody approved what they prepared",
        }
    }

    fn see(&mut self, seen: &Seen) {
        let approves = match &seen.event {
            Some(AnyEvent::BenefitCase(event)) => {
                matches!(event, BenefitCaseEvent::EligibilityDecided { .. })
            }
            Some(AnyEvent::PaymentRun(event)) => matches!(event, PaymentRunEvent::PaymentRunApproved { .. }),
            _ => return,
        };
        let touched = self.touched.entry(seen.stream_id.clone()).or_default();
        if approves {
            let own: Vec<u64> =
                touched.iter().filter(|(who, _)| *who == seen.actor).map(|(_, at)| *at).collect();
            if !own.is_empty() {
                let (zh, en) = ("审批人经办过同一事项", "the approver had prepared the same thing");
                self.findings.push(Finding::among(own.into_iter().chain([seen.position]), zh, en));
            }
        } else {
            touched.push((seen.actor.clone(), seen.position));
        }
    }

    fn finish(self: Box<Self>, _: u64) -> Vec<Finding> {
        self.findings
    }
}

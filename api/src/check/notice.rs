//! No decision without its notice period, where the program has one.

use std::collections::HashMap;

use chrono::NaiveDate;
use domain::any_event::AnyEvent;
use domain::benefit_case::{BenefitCaseEvent, CaseSubject, Notice, Outcome, procedure};

use super::seen::{Seen, Watch};
use super::{Finding, Invariant};

/// Remembers each case's program and newest notice.
#[derive(Default)]
pub struct NoticePeriods {
    subjects: HashMap<String, CaseSubject>,
    notices: HashMap<String, NaiveDate>,
    findings: Vec<Finding>,
}

impl Watch for NoticePeriods {
    fn invariant(&self) -> Invariant {
        Invariant {
            code: "notice",
            zh: "须公示的项目，公示期满后方作决定",
            en: "no decision without its notice period, where the program has one",
        }
    }

    fn see(&mut self, seen: &Seen) {
        let Some(AnyEvent::BenefitCase(event)) = &seen.event else { return };
        let case = &seen.stream_id;
        match event {
            BenefitCaseEvent::ConsultationHeld { subject, .. }
            | BenefitCaseEvent::ApplicationReceived { subject, .. } => {
                self.subjects.insert(case.clone(), *subject);
            }
            BenefitCaseEvent::NoticePosted { earliest_decision_on, .. } => {
                self.notices.insert(case.clone(), *earliest_decision_on);
            }
            BenefitCaseEvent::EligibilityDecided { outcome: Outcome::Approved, decided_on, .. } => {
                self.see_approval(seen, *decided_on);
            }
            _ => {}
        }
    }

    fn finish(self: Box<Self>, _: u64) -> Vec<Finding> {
        self.findings
    }
}

impl NoticePeriods {
    fn see_approval(&mut self, seen: &Seen, decided_on: NaiveDate) {
        let program = self.subjects.get(&seen.stream_id).map(|subject| subject.program);
        let posted = |program| matches!(procedure(program, None).notice, Notice::Posted { .. });
        if !program.is_some_and(posted) {
            return;
        }
        let waited = self.notices.get(&seen.stream_id).is_some_and(|earliest| decided_on >= *earliest);
        if !waited {
            let (zh, en) = ("未公示或公示期未满即作决定", "decided without a notice or before it ended");
            self.findings.push(Finding::at(seen.position, zh, en));
        }
    }
}

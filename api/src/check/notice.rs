//! No decision without its notice period, where the program has one.

use std::collections::HashMap;

use chrono::{Days, NaiveDate};
use domain::any_event::AnyEvent;
use domain::benefit_case::{BenefitCaseEvent, CaseSubject, Notice, Outcome, procedure};

use super::seen::{Seen, Watch};
use super::{Finding, Invariant};

/// Remembers each case's program and newest notice.
#[derive(Default)]
pub struct NoticePeriods {
    subjects: HashMap<String, CaseSubject>,
    notices: HashMap<String, Posted>,
    findings: Vec<Finding>,
}

/// A notice, and the first day on which a decision may follow it.
struct Posted {
    notice_days: u32,
    earliest: NaiveDate,
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
            // a review that starts again needs a notice of its own
            BenefitCaseEvent::ReviewRecommended { .. } | BenefitCaseEvent::AppealDecided { .. } => {
                self.notices.remove(case);
            }
            BenefitCaseEvent::NoticePosted { posted_on, notice_days, earliest_decision_on, .. } => {
                // the day of posting does not count, and the last day must have passed
                let ended = posted_on.checked_add_days(Days::new(u64::from(*notice_days) + 1));
                let earliest = ended.map_or(*earliest_decision_on, |after| after.max(*earliest_decision_on));
                self.notices.insert(case.clone(), Posted { notice_days: *notice_days, earliest });
            }
            BenefitCaseEvent::EligibilityDecided { outcome: Outcome::Approved, decided_on, .. } => {
                self.see_approval(seen, *decided_on);
            }
            _ => {}
        }
    }

    fn finish(self: Box<Self>) -> Vec<Finding> {
        self.findings
    }
}

impl NoticePeriods {
    fn see_approval(&mut self, seen: &Seen, decided_on: NaiveDate) {
        let program = self.subjects.get(&seen.stream_id).map(|subject| subject.program);
        let Some(Notice::Posted { days }) = program.map(|program| procedure(program, None).notice) else {
            return;
        };
        let notice = self.notices.get(&seen.stream_id);
        let waited = notice.is_some_and(|it| it.notice_days >= days && decided_on >= it.earliest);
        if !waited {
            let (zh, en) = ("未公示或公示期未满即作决定", "decided without a notice or before it ended");
            self.findings.push(Finding::at(seen.position, zh, en));
        }
    }
}

//! 补正, 核对, 入户 and 审核.

use std::collections::BTreeSet;

use chrono::NaiveDate;

use crate::actor::ActorId;

use super::super::{BenefitCase, HomeVisit, Materials, MeansCheck, Need, Outcome, ReviewedCase, Step};
use super::{Command, Error, Event, Now, Verdict, are_filled, ensure, is_filled};

pub(super) fn decide(case: &ReviewedCase, command: Command, now: Now) -> Verdict {
    match command {
        Command::RequestMaterials { materials, due_on } => case.request_materials(materials, due_on, now),
        Command::SupplyMaterials { supplied_on } => case.supply_materials(supplied_on, now),
        Command::Recommend { outcome, reviewed_on } => case.recommend(outcome, reviewed_on, now),
        Command::WithdrawReview { withdrawn_on } => case.withdraw_review(withdrawn_on, now),
        _ => Ok(vec![]),
    }
}

/// 核对 and 入户 belong to the review, and to the 复核 of a case on the roll.
pub(super) fn investigate(case: &BenefitCase, command: Command, now: Now) -> Verdict {
    let application = match case {
        BenefitCase::Enrolled(case) => &case.application,
        _ => {
            let review = case.under_review()?;
            if review.has_investigated(&command) {
                return Ok(vec![]);
            }
            ensure(review.step == Step::Gathering, Error::StepPassed)?;
            &review.application
        }
    };
    match command {
        Command::CheckMeans { finding, checked_on, report } => {
            ensure(is_filled(&report, 64), Error::ReportInvalid)?;
            now.check_step(checked_on, application.applied_on)?;
            Ok(vec![Event::MeansChecked { finding, checked_on, report, by: now.by() }])
        }
        Command::RecordHomeVisit { visitors, note, visited_on } => {
            let different: BTreeSet<&ActorId> = visitors.iter().collect();
            ensure(different.len() >= 2, Error::TwoVisitorsNeeded)?;
            now.check_step(visited_on, application.applied_on)?;
            Ok(vec![Event::HomeVisited { visitors, note, visited_on, by: now.by() }])
        }
        _ => Ok(vec![]),
    }
}

impl ReviewedCase {
    fn has_investigated(&self, command: &Command) -> bool {
        match command {
            Command::CheckMeans { checked_on, report, .. } => {
                self.means == MeansCheck::Checked { checked_on: *checked_on, report: report.clone() }
            }
            Command::RecordHomeVisit { visited_on, .. } => {
                self.visit == HomeVisit::Visited { visited_on: *visited_on }
            }
            _ => false,
        }
    }

    fn request_materials(&self, materials: Vec<String>, due_on: NaiveDate, now: Now) -> Verdict {
        ensure(self.step == Step::Gathering, Error::StepPassed)?;
        ensure(are_filled(&materials, 200), Error::MaterialsInvalid)?;
        if let Materials::Requested { materials: known, due_on: known_due } = &self.materials
            && (known, known_due) == (&materials, &due_on)
        {
            return Ok(vec![]);
        }
        ensure(due_on >= now.today, Error::DueDatePassed)?;
        Ok(vec![Event::MaterialsRequested { materials, due_on, by: now.by() }])
    }

    fn supply_materials(&self, supplied_on: NaiveDate, now: Now) -> Verdict {
        match &self.materials {
            Materials::Supplied { supplied_on: known } if *known == supplied_on => Ok(vec![]),
            Materials::Complete | Materials::Supplied { .. } => Err(Error::NothingRequested),
            Materials::Requested { .. } => {
                now.check_step(supplied_on, self.application.applied_on)?;
                Ok(vec![Event::MaterialsSupplied { supplied_on, by: now.by() }])
            }
        }
    }

    fn recommend(&self, outcome: Outcome, reviewed_on: NaiveDate, now: Now) -> Verdict {
        match self.step {
            Step::OnNotice { .. } => return Err(Error::StepPassed),
            step if step == (Step::Recommended { outcome, reviewed_on }) => return Ok(vec![]),
            Step::Gathering | Step::Recommended { .. } => {}
        }
        now.check_step(reviewed_on, self.application.applied_on)?;
        ensure(!matches!(self.materials, Materials::Requested { .. }), Error::MaterialsMissing)?;
        if outcome == Outcome::Approved {
            self.check_investigated(reviewed_on)?;
        }
        Ok(vec![Event::ReviewRecommended { outcome, reviewed_on, by: now.by() }])
    }

    /// Who recommended takes it back while nobody acted on it; what came of it since stands.
    fn withdraw_review(&self, withdrawn_on: NaiveDate, now: Now) -> Verdict {
        let reviewed_on = match self.step {
            Step::Gathering if self.withdrawn_on == Some(withdrawn_on) => return Ok(vec![]),
            Step::Gathering => return Err(Error::NotRecommended),
            Step::OnNotice { .. } => return Err(Error::StepPassed),
            Step::Recommended { reviewed_on, .. } => reviewed_on,
        };
        ensure(self.reviewed_by.as_ref() == Some(now.by), Error::ReviewOfAnother)?;
        now.check_step(withdrawn_on, reviewed_on)?;
        Ok(vec![Event::ReviewWithdrawn { withdrawn_on, by: now.by() }])
    }

    /// Who proposes to approve must have seen all that the program asks for; a refusal may come before.
    fn check_investigated(&self, reviewed_on: NaiveDate) -> Result<(), Error> {
        let procedure = self.procedure();
        match self.means {
            MeansCheck::Checked { checked_on, .. } => ensure(reviewed_on >= checked_on, Error::DateTooEarly)?,
            MeansCheck::Pending => {
                ensure(procedure.means_check == Need::NotNeeded, Error::MeansCheckMissing)?;
            }
        }
        match self.visit {
            HomeVisit::Visited { visited_on } => ensure(reviewed_on >= visited_on, Error::DateTooEarly),
            HomeVisit::Pending => ensure(procedure.home_visit == Need::NotNeeded, Error::HomeVisitMissing),
        }
    }
}

//! 审批: by someone who recorded nothing that the decision rests on. There is no override.

use chrono::NaiveDate;

use crate::actor::ActorId;

use super::super::{Appeal, BenefitCase, Notice, Outcome, ReviewedCase, RulesAnswer, Step};
use super::{Command, Error, Event, Now, Verdict, are_filled, ensure, is_filled};

pub(super) fn decide(case: &BenefitCase, command: Command, now: Now) -> Verdict {
    let Command::DecideEligibility { outcome, decided_on, reasons, rule_version, rules, facts_recorded_by } =
        command
    else {
        return Ok(vec![]);
    };
    if case.was_decided(outcome, decided_on) {
        return Ok(vec![]);
    }
    let review = case.under_review()?;
    ensure(!review.file.contributors.include(now.by), Error::FourEyes)?;
    ensure(!facts_recorded_by.include(now.by), Error::FourEyes)?;
    ensure(is_filled(&rule_version, 64), Error::RuleVersionMissing)?;
    ensure(decided_on <= now.today, Error::DateInFuture)?;
    review.check_ready(outcome, decided_on)?;
    match outcome {
        Outcome::Approved => check_rules(&rules)?,
        Outcome::Refused => ensure(are_filled(&reasons, 64), Error::ReasonsInvalid)?,
    }
    let determination = match rules {
        RulesAnswer::NotAsked => None,
        RulesAnswer::Eligible(determination) | RulesAnswer::Ineligible(determination) => Some(determination),
    };
    let by = now.by();
    Ok(vec![Event::EligibilityDecided { outcome, decided_on, reasons, rule_version, determination, by }])
}

fn check_rules(rules: &RulesAnswer) -> Result<(), Error> {
    match rules {
        RulesAnswer::NotAsked => Err(Error::RulesNotAsked),
        RulesAnswer::Ineligible(_) => Err(Error::RulesSayIneligible),
        RulesAnswer::Eligible(_) => Ok(()),
    }
}

impl BenefitCase {
    /// Whether the newest decision is this one, made by this person on this day.
    pub fn was_decided_by(&self, by: &ActorId, outcome: Outcome, decided_on: NaiveDate) -> bool {
        let decision = match (self, outcome) {
            (BenefitCase::Enrolled(case), Outcome::Approved) => &case.latest_decision,
            (BenefitCase::Refused(case), Outcome::Refused) => &case.decision,
            _ => return false,
        };
        decision.decided_on == decided_on && decision.decided_by == *by
    }

    fn was_decided(&self, outcome: Outcome, decided_on: NaiveDate) -> bool {
        match (self, outcome) {
            (BenefitCase::Enrolled(case), Outcome::Approved) => case.latest_decision.decided_on == decided_on,
            (BenefitCase::Refused(case), Outcome::Refused) => case.decision.decided_on == decided_on,
            (BenefitCase::Closed(case), Outcome::Refused) => case.appeal == Appeal::Dismissed { decided_on },
            _ => false,
        }
    }
}

impl ReviewedCase {
    /// Whether the review has come far enough: a recommendation, no open objection, the notice at its end.
    fn check_ready(&self, outcome: Outcome, decided_on: NaiveDate) -> Result<(), Error> {
        ensure(self.step != Step::Gathering, Error::NotRecommended)?;
        ensure(!self.is_objected(), Error::ObjectionOpen)?;
        match (self.step, outcome) {
            (Step::Gathering, _) => Err(Error::NotRecommended),
            (Step::Recommended { outcome: Outcome::Refused, .. }, Outcome::Approved) => {
                Err(Error::RecommendedAgainst)
            }
            (Step::Recommended { reviewed_on, .. }, Outcome::Approved) => {
                ensure(self.procedure().notice == Notice::NotPosted, Error::NoticeMissing)?;
                ensure(decided_on >= reviewed_on, Error::DateTooEarly)
            }
            (Step::Recommended { reviewed_on, .. }, Outcome::Refused) => {
                ensure(decided_on >= reviewed_on, Error::DateTooEarly)
            }
            (Step::OnNotice { earliest_decision_on: until, .. }, _) => {
                ensure(decided_on >= until, Error::NoticeRunning { until })
            }
        }
    }
}

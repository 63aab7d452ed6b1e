//! 申诉: filed within 60 days of knowing the decision (行政复议法 art. 20), decided by another approver.

use chrono::{Days, NaiveDate};

use crate::actor::ActorId;
use crate::personal::{Note, Sealed};

use super::super::{Appeal, BenefitCase, CaseFile, Origin, Outcome, Step};
use super::{Command, Error, Event, Now, Verdict, ensure};

/// The term of an appeal, in days.
const TERM_DAYS: u64 = 60;

pub(super) fn decide(case: &BenefitCase, command: Command, now: Now) -> Verdict {
    match command {
        Command::FileAppeal { note, served_on, filed_on } => file(case, note, served_on, filed_on, now),
        Command::DecideAppeal { outcome, decided_on } => settle(case, outcome, decided_on, now),
        _ => Ok(vec![]),
    }
}

/// What can be appealed: a refusal, or the end of an enrollment.
struct Appealable<'a> {
    file: &'a CaseFile,
    appeal: Appeal,
    decided_on: NaiveDate,
    decided_by: &'a ActorId,
}

impl BenefitCase {
    fn appealable(&self) -> Option<Appealable<'_>> {
        match self {
            BenefitCase::Refused(case) => Some(Appealable {
                file: &case.file,
                appeal: case.appeal,
                decided_on: case.decision.decided_on,
                decided_by: &case.decision.decided_by,
            }),
            BenefitCase::Closed(case) => Some(Appealable {
                file: &case.enrolled.file,
                appeal: case.appeal,
                decided_on: case.closing.closed_on,
                decided_by: &case.enrolled.latest_decision.decided_by,
            }),
            _ => None,
        }
    }

    /// Whether an appeal that was decided on this day sent the case back to the review that it is in.
    fn was_reopened(&self, decided_on: NaiveDate) -> bool {
        let BenefitCase::UnderReview(case) = self else { return false };
        match case.origin {
            Origin::Application => false,
            Origin::Refusal { reopened_on } | Origin::Closing { reopened_on, .. } => {
                reopened_on == decided_on && case.step == Step::Gathering
            }
        }
    }
}

fn file(
    case: &BenefitCase,
    note: Sealed<Note>,
    served_on: NaiveDate,
    filed_on: NaiveDate,
    now: Now,
) -> Verdict {
    ensure(*case != BenefitCase::Unopened, Error::CaseNotOpened)?;
    let against = case.appealable().ok_or(Error::NothingToAppeal)?;
    match against.appeal {
        Appeal::Pending { filed_on: known } if known == filed_on => return Ok(vec![]),
        Appeal::Pending { .. } => return Err(Error::AppealAlreadyFiled),
        Appeal::Dismissed { .. } => return Err(Error::AppealAlreadyDecided),
        Appeal::NotFiled => {}
    }
    now.check_step(served_on, against.decided_on)?;
    now.check_step(filed_on, served_on)?;
    ensure(filed_on <= served_on + Days::new(TERM_DAYS), Error::AppealTooLate)?;
    Ok(vec![Event::AppealFiled { note, filed_on, by: now.by() }])
}

fn settle(case: &BenefitCase, outcome: Outcome, decided_on: NaiveDate, now: Now) -> Verdict {
    ensure(*case != BenefitCase::Unopened, Error::CaseNotOpened)?;
    if outcome == Outcome::Approved && case.was_reopened(decided_on) {
        return Ok(vec![]);
    }
    let against = case.appealable().ok_or(Error::AppealNotFiled)?;
    let filed_on = match against.appeal {
        Appeal::Pending { filed_on } => filed_on,
        Appeal::NotFiled => return Err(Error::AppealNotFiled),
        Appeal::Dismissed { decided_on: known } => {
            let same = (outcome, decided_on) == (Outcome::Refused, known);
            ensure(same, Error::AppealAlreadyDecided)?;
            return Ok(vec![]);
        }
    };
    ensure(!against.file.contributors.include(now.by), Error::FourEyes)?;
    ensure(against.decided_by != now.by, Error::FourEyes)?;
    now.check_step(decided_on, filed_on)?;
    Ok(vec![Event::AppealDecided { outcome, decided_on, by: now.by() }])
}

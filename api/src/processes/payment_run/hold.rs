//! 暂缓发放: a payment is held on its case, so that the hold survives the run.

use domain::benefit_case::{BenefitCase, BenefitCaseCommand, HeldMonths, HoldReason};
use domain::ids::CaseId;
use domain::personal::{Note, Personal, seal};

use crate::processes::{Desk, Office, ProcessError, Step};

/// Holds months of a case: they stay due, and no run pays them. The note is sealed for the applicant.
///
/// # Errors
/// [`ProcessError`]: there is no such case, or the domain refuses.
pub async fn hold(
    office: &Office,
    desk: &Desk,
    case_id: CaseId,
    months: HeldMonths,
    (reason, note): (HoldReason, Option<&str>),
) -> Result<(), ProcessError> {
    let case = office.repository.load_newest::<BenefitCase>(case_id).await?.state;
    let subject = case.subject().ok_or(ProcessError::Unknown { what: "case" })?;
    let note = match note {
        None => None,
        Some(text) => {
            office.load_keys([subject.applicant]).await?;
            Some(seal(&*office.keyring, subject.applicant, &Personal::new(Note(text.to_owned())))?)
        }
    };
    let command = BenefitCaseCommand::HoldPayment { months, reason, note, held_on: desk.today() };
    let what = format!("hold|{months:?}|{}", reason.code());
    step(office, desk, case_id, &what, command).await
}

/// Lifts a hold, by someone who did not place it: the next calculation pays what stayed due.
///
/// # Errors
/// [`ProcessError`]: there is no such case or hold, or the domain refuses.
pub async fn lift_hold(
    office: &Office,
    desk: &Desk,
    case_id: CaseId,
    months: HeldMonths,
) -> Result<(), ProcessError> {
    let command = BenefitCaseCommand::LiftPaymentHold { months, lifted_on: desk.today() };
    step(office, desk, case_id, &format!("lift|{months:?}"), command).await
}

/// The key has the length of the history: months that were held and let go may be held again on the same day.
async fn step(
    office: &Office,
    desk: &Desk,
    case_id: CaseId,
    what: &str,
    command: BenefitCaseCommand,
) -> Result<(), ProcessError> {
    let loaded = office.repository.load_newest::<BenefitCase>(case_id).await?;
    let holds = loaded.state.enrollment().map_or(0, |(enrolled, _)| {
        enrolled.holds.len() + enrolled.holds.iter().filter(|hold| hold.lifted_on.is_some()).count()
    });
    let parts = format!("{case_id}|{what}|{holds}|{}|{}", desk.actor.id, desk.today());
    let key = office.derived("payment_hold", &parts);
    office.together(desk, key, [Step::BenefitCase(case_id.to_string(), command)]).await?;
    Ok(())
}

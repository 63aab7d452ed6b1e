//! 个案办理: a case from consultation to decision, one function a step.

use std::sync::Arc;

use chrono::NaiveDate;
use domain::actor::ActorId;
use domain::benefit_case::{
    BenefitCase, BenefitCaseCommand, CaseSubject, MeansFinding, Notice, Outcome, RulesAnswer, procedure,
};
use domain::calendar::{BenefitMonth, WorkingDays};
use domain::household::{Household, HouseholdError, Member};
use domain::identifiers::CitizenId;
use domain::ids::{CaseId, HouseholdId, PersonId};
use domain::personal::{Note, Personal, Sealed, seal};
use domain::policy::Decision;
use domain::program::Program;
use domain::schedule::{propose, schedule};
use uuid::Uuid;

use super::{Desk, Office, ProcessError, Step};
use crate::registers::applications::Row;

/// A case that was applied for.
#[derive(Clone, Copy, Debug)]
pub struct OpenedCase {
    /// The case and its parties.
    pub subject: CaseSubject,
}

impl Office {
    /// The id of a person's case number `number` (from 1) in a program.
    fn case_id(&self, person: PersonId, program: Program, number: u32) -> CaseId {
        CaseId::new(self.derived("case", &format!("{person}|{program}|{number}")))
    }

    async fn step(
        &self,
        desk: &Desk,
        case_id: CaseId,
        step: &str,
        command: BenefitCaseCommand,
    ) -> Result<(), ProcessError> {
        let key = self.step_key(desk, case_id, step).await?;
        self.together(desk, key, [Step::BenefitCase(case_id.to_string(), command)]).await?;
        Ok(())
    }

    /// A step that is handed in with a register is taken once a day.
    async fn step_key(&self, desk: &Desk, case_id: CaseId, step: &str) -> Result<Uuid, ProcessError> {
        let content = format!("{case_id}|{step}|{}", desk.today());
        self.act_key::<BenefitCase>(desk, case_id, ("case_step", &content)).await
    }
}

/// Every case the person ever had in the program, the newest last.
///
/// # Errors
/// [`ProcessError`] when a stream cannot be read.
pub async fn cases_of(
    office: &Office,
    person: PersonId,
    program: Program,
) -> Result<Vec<(CaseId, BenefitCase)>, ProcessError> {
    let mut cases = Vec::new();
    for number in 1.. {
        let case_id = office.case_id(person, program, number);
        let case = office.repository.load::<BenefitCase>(&case_id.to_string()).await?;
        if matches!(*case.state, BenefitCase::Unopened) {
            break;
        }
        cases.push((case_id, Arc::unwrap_or_clone(case.state)));
    }
    Ok(cases)
}

/// The case that a row speaks of: the one opened for its application, else a new one.
async fn subject_of(office: &Office, row: &Row) -> Result<CaseSubject, ProcessError> {
    let (applicant, household_id) = office.find(&row.applicant).await?;
    let household = office.repository.load_newest::<Household>(household_id).await?.state;
    if household.member(applicant).is_some_and(Member::is_restricted) {
        return Err(ProcessError::refused(&HouseholdError::PersonRestricted { person: applicant }));
    }
    let cases = cases_of(office, applicant, row.program).await?;
    let ended = |case: &BenefitCase| {
        matches!(case, BenefitCase::Refused(_) | BenefitCase::Closed(_) | BenefitCase::Discontinued(_))
    };
    let same =
        |case: &BenefitCase| case.application().map(|asked| asked.applied_on) == Some(row.steps.applied_on);
    let found = cases.iter().find(|(_, case)| same(case)).or(cases.last().filter(|(_, case)| !ended(case)));
    let number = u32::try_from(cases.len()).unwrap_or(u32::MAX).saturating_add(1);
    let case_id =
        found.map_or_else(|| office.case_id(applicant, row.program, number), |(case_id, _)| *case_id);
    Ok(CaseSubject { case_id, household_id, applicant, program: row.program })
}

/// 咨询. Opens the case.
///
/// # Errors
/// [`ProcessError`]: the applicant is unknown, or the domain refuses.
pub async fn hold_consultation(office: &Office, desk: &Desk, row: &Row) -> Result<(), ProcessError> {
    let subject = subject_of(office, row).await?;
    let command = BenefitCaseCommand::HoldConsultation { subject, held_on: desk.today() };
    office.step(desk, subject.case_id, "consultation", command).await
}

/// 受理.
///
/// # Errors
/// [`ProcessError`]: the applicant is unknown, or the domain refuses.
pub async fn receive_application(
    office: &Office,
    desk: &Desk,
    row: &Row,
) -> Result<OpenedCase, ProcessError> {
    let subject = subject_of(office, row).await?;
    let command = BenefitCaseCommand::ReceiveApplication {
        subject,
        applied_on: row.steps.applied_on,
        request: row.request,
        chosen_set: row.chosen_set,
    };
    office.step(desk, subject.case_id, "application", command).await?;
    Ok(OpenedCase { subject })
}

/// The case of a row that was applied for before.
///
/// # Errors
/// [`ProcessError`]: the applicant is unknown.
pub async fn find_case(office: &Office, row: &Row) -> Result<OpenedCase, ProcessError> {
    Ok(OpenedCase { subject: subject_of(office, row).await? })
}

/// 核对: what the household declared was found right.
///
/// # Errors
/// [`ProcessError`] when the domain refuses.
pub async fn check_means(office: &Office, desk: &Desk, case: OpenedCase) -> Result<(), ProcessError> {
    let checked_on = desk.today();
    let report = format!("HD-{}", checked_on.format("%Y%m%d"));
    let command = BenefitCaseCommand::CheckMeans { finding: MeansFinding::Consistent, checked_on, report };
    office.step(desk, case.subject.case_id, "means_check", command).await
}

/// 入户调查 by two people; what they saw is sealed for the applicant.
///
/// # Errors
/// [`ProcessError`] when the domain refuses.
pub async fn visit_home(
    office: &Office,
    desk: &Desk,
    case: OpenedCase,
    visitors: Vec<ActorId>,
    saw: &str,
) -> Result<(), ProcessError> {
    let note = seal(&*office.keyring, case.subject.applicant, &Personal::new(Note(saw.to_owned())))?;
    let command = BenefitCaseCommand::RecordHomeVisit { visitors, note, visited_on: desk.today() };
    office.step(desk, case.subject.case_id, "home_visit", command).await
}

/// 审核.
///
/// # Errors
/// [`ProcessError`] when the domain refuses.
pub async fn recommend(
    office: &Office,
    desk: &Desk,
    case: OpenedCase,
    outcome: Outcome,
) -> Result<(), ProcessError> {
    let command = BenefitCaseCommand::Recommend { outcome, reviewed_on: desk.today() };
    office.step(desk, case.subject.case_id, "review", command).await
}

/// 公示, for as long as the program's procedure asks.
///
/// # Errors
/// [`ProcessError`]: the working days of the year are not published, or the domain refuses.
pub async fn post_notice(office: &Office, desk: &Desk, case: OpenedCase) -> Result<(), ProcessError> {
    match notice_of(case.subject.program, desk.today())? {
        None => Ok(()),
        Some(command) => office.step(desk, case.subject.case_id, "notice", command).await,
    }
}

/// The notice that a program's procedure asks for; none where it asks for none.
///
/// # Errors
/// [`ProcessError`]: the working days of the year are not published.
pub fn notice_of(program: Program, posted_on: NaiveDate) -> Result<Option<BenefitCaseCommand>, ProcessError> {
    let Notice::Posted { days: notice_days } = procedure(program, None).notice else { return Ok(None) };
    let earliest = WorkingDays::published().earliest_decision_on(posted_on, notice_days);
    let earliest_decision_on = earliest.map_err(|error| ProcessError::refused(&error))?;
    Ok(Some(BenefitCaseCommand::PostNotice { posted_on, notice_days, earliest_decision_on }))
}

/// A text about a case, sealed for a person.
///
/// # Errors
/// [`ProcessError`] when the person's key cannot be read.
pub async fn note_for(office: &Office, person: PersonId, text: &str) -> Result<Sealed<Note>, ProcessError> {
    office.load_keys([person]).await?;
    Ok(seal(&*office.keyring, person, &Personal::new(Note(text.to_owned())))?)
}

/// 审批: asks the rules and decides as they say, or refuses what the office refuses. What the same person decided so on the
/// same day changes nothing.
///
/// # Errors
/// [`ProcessError`]: a sealed fact cannot be opened, or the domain refuses.
pub async fn decide(
    office: &Office,
    desk: &Desk,
    case: OpenedCase,
    outcome: Outcome,
) -> Result<(), ProcessError> {
    let (case_id, household_id) = (case.subject.case_id, case.subject.household_id);
    let household = household_of(office, household_id).await?;
    let state = office.repository.load::<BenefitCase>(&case_id.to_string()).await?.state;
    // a decision by somebody else, or another one, is no repeat
    let step = format!("decision|{outcome:?}|{}", desk.actor.id);
    if !matches!(*state, BenefitCase::UnderReview(_)) {
        // the rules have no answer for a case that was decided, so a repeat is told apart before they are asked
        let key = office.step_key(desk, case_id, &step).await?;
        let known = office.repository.log().lookup_command(key).await?.is_some();
        if known || state.was_decided_by(&desk.actor.id, outcome, desk.today()) {
            return Ok(());
        }
    }
    let decided_on = desk.today();
    let rules = office.current_rules().await?;
    let proposal = propose(&state, &household, &*office.keyring, &rules, decided_on, decided_on);
    let proposal = proposal.map_err(|error| ProcessError::refused(&error))?;
    let determination = Personal::new(proposal.determination);
    let determination = seal(&*office.keyring, case.subject.applicant, &determination)?;
    let rules = match proposal.decision {
        Decision::Eligible => RulesAnswer::Eligible(determination),
        Decision::Ineligible => RulesAnswer::Ineligible(determination),
    };
    let command = BenefitCaseCommand::DecideEligibility {
        outcome,
        decided_on,
        reasons: proposal.reasons.iter().map(|reason| reason.code().to_owned()).collect(),
        rule_version: proposal.rule_version,
        rules,
        facts_recorded_by: household.contributors(),
    };
    office.step(desk, case_id, &step, command).await
}

/// 核定: what is due a month from the first month on, by the facts known on the day.
///
/// # Errors
/// [`ProcessError`]: the case is not on the roll, a sealed fact cannot be opened, or the domain refuses.
pub async fn determine_entitlement(
    office: &Office,
    desk: &Desk,
    case: OpenedCase,
) -> Result<(), ProcessError> {
    let (case_id, today) = (case.subject.case_id, desk.today());
    let household = household_of(office, case.subject.household_id).await?;
    let state = office.repository.load::<BenefitCase>(case_id).await?.state;
    let through = BenefitMonth::of(today).next();
    let rules = office.current_rules().await?;
    let due = schedule(&state, &household, &*office.keyring, &rules, today, through);
    let due = due.map_err(|error| ProcessError::refused(&error))?;
    let Some(first) = due.months.iter().find(|month| month.due.is_positive()) else { return Ok(()) };
    let determination = due.determination(first.month, &rules);
    let determination = determination.map_err(|error| ProcessError::refused(&error))?;
    let Some(determination) = determination else { return Ok(()) };
    let command = BenefitCaseCommand::DetermineEntitlement {
        from: first.month,
        amount: first.due,
        rule_version: rules.version().to_owned(),
        determination: seal(&*office.keyring, case.subject.applicant, &Personal::new(determination))?,
    };
    office.step(desk, case_id, "entitlement", command).await
}

/// One command to a case, as it was seen: a suspension, its end, the end of the case. Asking for it again changes nothing as
/// long as nothing else happened to the case ([`super::Repeats`]).
///
/// # Errors
/// [`ProcessError`] when the domain refuses.
pub async fn change_case(
    office: &Office,
    desk: &Desk,
    case_id: CaseId,
    command: BenefitCaseCommand,
) -> Result<(), ProcessError> {
    let content = format!("{case_id}|{command:?}");
    let key = office.act_key::<BenefitCase>(desk, case_id, ("change_of_case", &content)).await?;
    office.together(desk, key, [Step::BenefitCase(case_id.to_string(), command)]).await?;
    Ok(())
}

/// A note on somebody, sealed for them.
///
/// # Errors
/// [`ProcessError`]: the person's keys cannot be had.
pub async fn sealed_note(
    office: &Office,
    person: PersonId,
    text: &str,
) -> Result<Sealed<Note>, ProcessError> {
    office.load_keys([person]).await?;
    Ok(seal(&*office.keyring, person, &Personal::new(Note(text.to_owned())))?)
}

/// Ends the person's cases that stand: those of the person alone, and those of a household nobody is left in.
///
/// # Errors
/// [`ProcessError`]: the person is unknown, or the domain refuses.
pub async fn close_cases(
    office: &Office,
    desk: &Desk,
    id_number: &CitizenId,
    close: BenefitCaseCommand,
) -> Result<(), ProcessError> {
    let (person, household_id) = office.find(id_number).await?;
    let household = household_of(office, household_id).await?;
    let members = household.registered().map(|household| household.members.values());
    let others_live_on = members.is_some_and(|mut members| members.any(|member| member.is_present()));
    for program in Program::ALL {
        let of_household = matches!(program, Program::SubsistenceAllowance | Program::LowIncomeRecognition);
        if of_household && others_live_on {
            continue;
        }
        for (case_id, case) in cases_of(office, person, *program).await? {
            if matches!(case, BenefitCase::Enrolled(_)) {
                office.step(desk, case_id, "close", close.clone()).await?;
            }
        }
    }
    Ok(())
}

/// A household with the keys of its members at hand.
pub(super) async fn household_of(office: &Office, id: HouseholdId) -> Result<Arc<Household>, ProcessError> {
    let state = office.repository.load::<Household>(&id.to_string()).await?.state;
    if let Some(household) = state.registered() {
        office.load_keys(household.members.keys().copied()).await?;
    }
    Ok(state)
}

//! 变更登记 and 能力评估: what happened to people after they were registered.

use chrono::NaiveDate;
use domain::benefit_case::{BenefitCase, BenefitCaseCommand, Suspending, procedure};
use domain::household::{Household, HouseholdCommand};
use domain::identity::IdentityCommand;
use domain::ids::{CaseId, HouseholdId, PersonId};
use domain::personal::{OpenError, Opened, Personal, seal};
use domain::policy::{CareLevel, DisabilityCertificate, Property, SuspensionReason};
use domain::program::Program;

use super::case::cases_of;
use super::household::{Someone, change_account, new_member, person_behind};
use super::{Desk, Office, ProcessError, Step};
use crate::registers::changes::{Change, Joining, Row};
use crate::registers::{RegisterRow, care_assessments};

/// Records a change. Doing it again with the same row changes nothing.
///
/// # Errors
/// [`ProcessError`]: the person is unknown, or the domain refuses.
pub async fn record_change(office: &Office, desk: &Desk, row: &Row) -> Result<(), ProcessError> {
    let key = office.derived("change", &row.write().join("\u{1f}"));
    match &row.change {
        Change::MemberJoined(joining) => join(office, desk, key, row, joining).await,
        Change::Suspended | Change::ConfirmedAlive => change_cases(office, desk, row).await,
        _ => {
            let (person_id, household_id) = office.find(&row.id_number).await?;
            let command = command(office, person_id, household_id, row).await?;
            office.together(desk, key, [Step::Household(household_id.to_string(), command)]).await?;
            Ok(())
        }
    }
}

/// Records an assessed care level. Doing it again with the same row changes nothing.
///
/// # Errors
/// [`ProcessError`]: the person is unknown, or the domain refuses.
pub async fn assess_care(
    office: &Office,
    desk: &Desk,
    row: &care_assessments::Row,
) -> Result<(), ProcessError> {
    let (person_id, household_id) = office.find(&row.id_number).await?;
    let level = seal(&*office.keyring, person_id, &Personal::new(row.level))?;
    let command = HouseholdCommand::AssessCareLevel { person_id, level, since: row.assessed_on };
    let key = office.derived("care_assessment", &row.write().join("\u{1f}"));
    office.together(desk, key, [Step::Household(household_id.to_string(), command)]).await?;
    Ok(())
}

/// 能力评估: records the care level of somebody from the day of the assessment on. What stands for that day already changes
/// nothing; a level is sealed anew each time, so that it is opened to be compared.
///
/// # Errors
/// [`ProcessError`]: the person is no member, the level that stands cannot be opened, or the domain refuses.
pub async fn assess_care_level(
    office: &Office,
    desk: &Desk,
    (person_id, household_id): (PersonId, HouseholdId),
    (level, since): (CareLevel, NaiveDate),
) -> Result<(), ProcessError> {
    office.load_keys([person_id]).await?;
    let loaded = office.repository.load_newest::<Household>(household_id).await?;
    let member = loaded.state.member(person_id).ok_or(ProcessError::UnknownPerson)?;
    if let Some((_, stands)) = member.care_level.iter().find(|(day, _)| *day == since)
        && stands.open(person_id, &*office.keyring)?.clear().is_some_and(|stands| stands == level)
    {
        return Ok(());
    }
    let sealed = seal(&*office.keyring, person_id, &Personal::new(level))?;
    let command = HouseholdCommand::AssessCareLevel { person_id, level: sealed, since };
    let content = format!("{household_id}|{}|{person_id}|{}|{since}", loaded.version, level.code());
    let key = office.derived("care_level_assessed", &content);
    office.together(desk, key, [Step::Household(household_id.to_string(), command)]).await?;
    Ok(())
}

/// 财产申报: records what a household owns from a day on. What stands for that day already changes nothing.
///
/// # Errors
/// [`ProcessError`]: there is no such household, or the domain refuses.
pub async fn declare_property(
    office: &Office,
    desk: &Desk,
    household_id: HouseholdId,
    (property, since): (Property, NaiveDate),
) -> Result<(), ProcessError> {
    let version = office.repository.load_newest::<Household>(household_id).await?.version;
    let command = HouseholdCommand::DeclareProperty { property, since };
    let key = office.derived("property_declared", &format!("{household_id}|{version}|{command:?}"));
    office.together(desk, key, [Step::Household(household_id.to_string(), command)]).await?;
    Ok(())
}

async fn command(
    office: &Office,
    person_id: PersonId,
    household_id: HouseholdId,
    row: &Row,
) -> Result<HouseholdCommand, ProcessError> {
    let since = row.effective_on;
    Ok(match &row.change {
        Change::Death => {
            let born_on = born_on(office, person_id, household_id).await?;
            HouseholdCommand::RecordDeath { person_id, died_on: since, reported_on: row.reported_on, born_on }
        }
        Change::Moved(destination) => {
            HouseholdCommand::ChangeResidence { person_id, destination: *destination, moved_on: since }
        }
        Change::AccountChanged(account) => {
            let holder = match &account.holder {
                Some(holder) => office.find(holder).await?.0,
                None => person_id,
            };
            change_account(office, person_id, holder, account, since)?
        }
        Change::IncomeChanged(income) => HouseholdCommand::DeclareIncome { income: income.clone(), since },
        Change::MemberLeft => HouseholdCommand::RemoveMember { person_id, left_on: since },
        Change::DisabilityCertified(entries) => {
            let certificate = Personal::new(DisabilityCertificate(entries.clone()));
            let certificate = seal(&*office.keyring, person_id, &certificate)?;
            HouseholdCommand::CertifyDisability { person_id, certificate, since }
        }
        Change::StatusChanged(status) => {
            HouseholdCommand::ChangeMemberStatus { person_id, status: *status, since }
        }
        Change::MemberJoined(_) | Change::Suspended | Change::ConfirmedAlive => {
            return Err(ProcessError::Damaged("a change of another kind".to_owned()));
        }
    })
}

/// The birthday, opened for the check of a death alone.
async fn born_on(
    office: &Office,
    person: PersonId,
    household: HouseholdId,
) -> Result<Personal<domain::personal::BirthDate>, ProcessError> {
    let loaded = office.repository.load::<Household>(&household.to_string()).await?;
    let member = loaded.state.member(person).ok_or(ProcessError::UnknownPerson)?;
    match member.birth_date.open(person, &*office.keyring)? {
        Opened::Clear(birth_date) => Ok(birth_date),
        Opened::Erased { on } => Err(OpenError::Erased { person, on }.into()),
    }
}

async fn join(
    office: &Office,
    desk: &Desk,
    key: uuid::Uuid,
    row: &Row,
    joining: &Joining,
) -> Result<(), ProcessError> {
    let household_id = office.household_id(&joining.household_number);
    let index = office.id_index(&row.id_number);
    let person_id = person_behind(office, index.as_str(), household_id).await?;
    office.keyring.ensure_keys(&[person_id]).await?;
    let born_on = row.id_number.birth_date();
    let who = Someone { name: &joining.name, id_number: &row.id_number, born_on, hukou: joining.hukou };
    let member = new_member(office, person_id, &who, joining.relation, Some(row.effective_on))?;
    let claim = IdentityCommand::ClaimIdentity { person_id, household_id, claimed_on: row.reported_on };
    let add = HouseholdCommand::AddMember { member };
    let steps =
        [Step::Identity(index.as_str().to_owned(), claim), Step::Household(household_id.to_string(), add)];
    office.together(desk, key, steps).await?;
    Ok(())
}

/// Suspends or resumes every case of the person whose program knows suspensions.
async fn change_cases(office: &Office, desk: &Desk, row: &Row) -> Result<(), ProcessError> {
    let (person_id, _) = office.find(&row.id_number).await?;
    for case_id in suspendable_cases(office, person_id).await? {
        let command = match row.change {
            Change::Suspended => {
                BenefitCaseCommand::Suspend { reason: SuspensionReason::Unreachable, since: row.effective_on }
            }
            _ => BenefitCaseCommand::Resume { confirmed_on: row.effective_on },
        };
        let key = office.derived("case_change", &format!("{case_id}|{}", row.write().join("\u{1f}")));
        office.together(desk, key, [Step::BenefitCase(case_id.to_string(), command)]).await?;
    }
    Ok(())
}

/// The cases on the roll whose program knows suspensions: the elderly ones (京民养老发〔2019〕160号).
async fn suspendable_cases(office: &Office, person: PersonId) -> Result<Vec<CaseId>, ProcessError> {
    let mut found = Vec::new();
    let suspendable =
        |program: &&Program| procedure(**program, None).suspension == Suspending::WhenUnreachable;
    for program in Program::ALL.iter().filter(suspendable) {
        for (case_id, case) in cases_of(office, person, *program).await? {
            if matches!(case, BenefitCase::Enrolled(_)) {
                found.push(case_id);
            }
        }
    }
    Ok(found)
}

//! 变更登记 and 能力评估: what happened to people after they were registered.

use chrono::NaiveDate;
use domain::benefit_case::{BenefitCase, BenefitCaseCommand, Suspending, procedure};
use domain::household::{Household, HouseholdCommand, Member};
use domain::identity::IdentityCommand;
use domain::ids::{CaseId, HouseholdId, PersonId};
use domain::personal::{OpenError, Opened, Personal, PersonalField, Sealed, seal};
use domain::policy::{CareLevel, DisabilityCertificate, Property, SuspensionReason};
use domain::program::Program;
use domain::timeline::Timeline;

use super::case::cases_of;
use super::household::{Someone, change_account, new_member, person_behind};
use super::{Desk, Office, ProcessError, Step, Taken};
use crate::registers::changes::{Change, Joining, Row};
use crate::registers::{RegisterRow, care_assessments};

/// Records a change. What stands already changes nothing.
///
/// # Errors
/// [`ProcessError`]: the person is unknown, or the domain refuses.
pub async fn record_change(office: &Office, desk: &Desk, row: &Row) -> Result<(), ProcessError> {
    match take_change(office, desk, row).await {
        Err(ProcessError::Unknown { what: NO_CASE }) => Ok(()),
        taken => taken.map(drop),
    }
}

/// Of whom a suspension or its end would be lost without a word.
const NO_CASE: &str = "case on the roll that knows suspensions";

/// The same, and says whether there was anything to record.
///
/// # Errors
/// Those of [`record_change`]; [`ProcessError::Unknown`] for a suspension or its end where the person has no case for it.
pub async fn take_change(office: &Office, desk: &Desk, row: &Row) -> Result<Taken, ProcessError> {
    match &row.change {
        Change::MemberJoined(joining) => join(office, desk, row, joining).await,
        Change::Suspended | Change::ConfirmedAlive => change_cases(office, desk, row).await,
        _ => {
            let (person_id, household_id) = office.find(&row.id_number).await?;
            if stands(office, person_id, household_id, row).await? {
                return Ok(Taken::Repeated);
            }
            let command = command(office, person_id, household_id, row).await?;
            let key = household_key(office, desk, household_id, ("change", &content_of(row))).await?;
            let done =
                office.together(desk, key, [Step::Household(household_id.to_string(), command)]).await?;
            Ok(Taken::of(done.as_ref()))
        }
    }
}

/// What a row says, by which it is known again in every file.
fn content_of(row: &impl RegisterRow) -> String {
    row.write().join("\u{1f}")
}

async fn household_key(
    office: &Office,
    desk: &Desk,
    household_id: HouseholdId,
    what: (&str, &str),
) -> Result<uuid::Uuid, ProcessError> {
    office.act_key::<Household>(desk, household_id, what).await
}

/// Whether what a row says of somebody's certificates stands for its day. They are sealed anew each time, so that the domain
/// cannot tell.
async fn stands(
    office: &Office,
    person_id: PersonId,
    household_id: HouseholdId,
    row: &Row,
) -> Result<bool, ProcessError> {
    let Change::DisabilityCertified(entries) = &row.change else { return Ok(false) };
    let asked = DisabilityCertificate(entries.clone());
    stands_for(office, (person_id, household_id), (&asked, row.effective_on), |member| &member.certificate)
        .await
}

/// Whether a sealed value stands for a day.
async fn stands_for<T: PersonalField + PartialEq>(
    office: &Office,
    (person_id, household_id): (PersonId, HouseholdId),
    (asked, since): (&T, NaiveDate),
    of: impl FnOnce(&Member) -> &Timeline<Sealed<T>>,
) -> Result<bool, ProcessError> {
    let loaded = office.repository.load_newest::<Household>(household_id).await?;
    let member = loaded.state.member(person_id).ok_or(ProcessError::UnknownPerson)?;
    let Some((_, known)) = of(member).iter().find(|(day, _)| *day == since) else { return Ok(false) };
    let opened = known.open(person_id, &*office.keyring)?;
    Ok(opened.clear().is_some_and(|known| known == *asked))
}

/// Records an assessed care level. What stands for that day already changes nothing.
///
/// # Errors
/// [`ProcessError`]: the person is unknown, or the domain refuses.
pub async fn assess_care(
    office: &Office,
    desk: &Desk,
    row: &care_assessments::Row,
) -> Result<Taken, ProcessError> {
    let ids = office.find(&row.id_number).await?;
    let what = ("care_assessment", content_of(row));
    record_care_level(office, desk, ids, (row.level, row.assessed_on), what).await
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
    let content = format!("{household_id}|{person_id}|{}|{since}", level.code());
    let (ids, what) = ((person_id, household_id), ("care_level_assessed", content));
    record_care_level(office, desk, ids, (level, since), what).await.map(drop)
}

async fn record_care_level(
    office: &Office,
    desk: &Desk,
    (person_id, household_id): (PersonId, HouseholdId),
    (level, since): (CareLevel, NaiveDate),
    (label, content): (&str, String),
) -> Result<Taken, ProcessError> {
    if stands_for(office, (person_id, household_id), (&level, since), |member| &member.care_level).await? {
        return Ok(Taken::Repeated);
    }
    let sealed = seal(&*office.keyring, person_id, &Personal::new(level))?;
    let command = HouseholdCommand::AssessCareLevel { person_id, level: sealed, since };
    let key = household_key(office, desk, household_id, (label, &content)).await?;
    let done = office.together(desk, key, [Step::Household(household_id.to_string(), command)]).await?;
    Ok(Taken::of(done.as_ref()))
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
    let command = HouseholdCommand::DeclareProperty { property, since };
    let content = format!("{household_id}|{command:?}");
    let key = household_key(office, desk, household_id, ("property_declared", &content)).await?;
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

async fn join(office: &Office, desk: &Desk, row: &Row, joining: &Joining) -> Result<Taken, ProcessError> {
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
    let key = household_key(office, desk, household_id, ("change", &content_of(row))).await?;
    let done = office.together(desk, key, steps).await?;
    Ok(Taken::of(done.as_ref()))
}

/// Suspends or resumes every case of the person whose program knows suspensions.
async fn change_cases(office: &Office, desk: &Desk, row: &Row) -> Result<Taken, ProcessError> {
    let (person_id, _) = office.find(&row.id_number).await?;
    let cases = suspendable_cases(office, person_id).await?;
    if cases.is_empty() {
        return Err(ProcessError::Unknown { what: NO_CASE });
    }
    let mut taken = Taken::Repeated;
    for case_id in cases {
        let command = match row.change {
            Change::Suspended => {
                BenefitCaseCommand::Suspend { reason: SuspensionReason::Unreachable, since: row.effective_on }
            }
            _ => BenefitCaseCommand::Resume { confirmed_on: row.effective_on },
        };
        let content = format!("{case_id}|{}", content_of(row));
        let key = office.act_key::<BenefitCase>(desk, case_id, ("case_change", &content)).await?;
        let done = office.together(desk, key, [Step::BenefitCase(case_id.to_string(), command)]).await?;
        if Taken::of(done.as_ref()) == Taken::New {
            taken = Taken::New;
        }
    }
    Ok(taken)
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

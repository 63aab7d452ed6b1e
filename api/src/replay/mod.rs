//! 重放: a case told from the log alone, as of two clocks, with every payment determined anew beside what was paid.
//!
//! - [`history`] reads the streams of the case, its household and its payments, up to what was known at the end of a
//!   day. No read table is asked.
//! - [`words`] says each event in the office's words. Names are masked; who was erased is shown as erased, and who is restricted not at all:
//!   their payments are determined anew, which is the auditor's duty, but no fact of theirs is printed.
//! - [`recheck`] folds the facts up to the position from which a run computed, asks the rules as they were known
//!   then, and compares: same, or which field differs.
//!
//! Two clocks: `known` ends what the log had recorded, `effective` is the day that the state is asked for.

mod history;
mod recheck;
mod words;

use chrono::{DateTime, NaiveDate, Utc};
use domain::benefit_case::{BenefitCase, CaseSubject, Stage};
use domain::calendar::BenefitMonth;
use domain::explain::Explain;
use domain::household::{Household, HouseholdError};
use domain::ids::{CaseId, HouseholdId};
use domain::money::Money;
use domain::policy::Step;
use domain::program::Program;
use domain::schedule::{FactsError, schedule};
use serde::Serialize;

pub use recheck::{Difference, PaymentCheck, Verdict};
pub use words::Words;

use crate::processes::{Office, ProcessError};
use history::History;

/// The two clocks.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Clocks {
    /// What held on this day …
    pub effective: NaiveDate,
    /// … as the log knew it at the end of this day in Beijing.
    pub known: NaiveDate,
}

/// A case as of two clocks.
#[derive(Clone, Debug, Serialize)]
pub struct Replay {
    /// The case.
    pub case_id: CaseId,
    /// Its household.
    pub household_id: HouseholdId,
    /// Its program.
    pub program: Program,
    /// The clocks.
    pub clocks: Clocks,
    /// What happened, in the order in which it was recorded.
    pub steps: Vec<ReplayStep>,
    /// What held on the day.
    pub on_the_day: OnTheDay,
    /// The payments, each determined anew.
    pub payments: Vec<PaymentCheck>,
}

/// One event.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct ReplayStep {
    /// Its place in the log.
    pub position: u64,
    /// When it was recorded.
    pub recorded_at: DateTime<Utc>,
    /// The day from which it holds, where it is another.
    pub effective_on: Option<NaiveDate>,
    /// Whose account.
    pub actor: String,
    /// In which role.
    pub role: domain::actor::Role,
    /// The event's type.
    pub event: &'static str,
    /// What happened, in words.
    pub words: Words,
}

/// What held on a day.
#[derive(Clone, Debug, Serialize)]
pub struct OnTheDay {
    /// Where the case stood.
    pub stage: Stage,
    /// Members who lived with the household, masked.
    pub members: Vec<Words>,
    /// The household's income a month, where any is recorded.
    pub income: Option<Money>,
    /// What the day's month was due.
    pub due: DueOnTheDay,
}

/// What a month was due, as known.
#[derive(Clone, Debug, Serialize)]
#[serde(tag = "is", rename_all = "snake_case")]
pub enum DueOnTheDay {
    /// Determined.
    Determined {
        /// The month.
        month: BenefitMonth,
        /// How much.
        amount: Money,
        /// Codes of the reasons where it is nothing.
        reasons: Vec<&'static str>,
        /// The steps of the determination.
        steps: Vec<Step>,
    },
    /// It cannot be determined.
    Unknown {
        /// Why, by code.
        code: &'static str,
        /// Why, in words.
        words: Words,
    },
}

/// Tells a case from the log.
///
/// # Errors
/// [`ProcessError::Unknown`] for a case that was not known then; those of the log and of a damaged history.
pub async fn replay(office: &Office, case_id: CaseId, clocks: Clocks) -> Result<Replay, ProcessError> {
    let history = History::read(office, case_id, clocks.known).await?;
    let (case, mut household) = (history.case_before(u64::MAX)?, history.household_before(u64::MAX)?);
    let subject = *case.subject().ok_or(ProcessError::Unknown { what: "benefit case" })?;
    restrict_as_today(office, &subject, &mut household).await?;
    let mut payments = Vec::with_capacity(history.payments.len());
    for payment in &history.payments {
        payments.extend(recheck::recheck(office, &history, payment).await?);
    }
    Ok(Replay {
        case_id,
        household_id: subject.household_id,
        program: subject.program,
        clocks,
        steps: words::steps(office, &history, &household)?,
        on_the_day: on_the_day(office, &history, &household, clocks)?,
        payments,
    })
}

/// A restriction binds from today on whoever looks, however far back they look.
async fn restrict_as_today(
    office: &Office,
    subject: &CaseSubject,
    household: &mut Household,
) -> Result<(), ProcessError> {
    let today = office.repository.load_newest::<Household>(subject.household_id).await?.state;
    let Household::Registered(known) = household else { return Ok(()) };
    for member in known.members.values_mut() {
        if let Some(member_today) = today.member(member.person_id) {
            member.handling = member_today.handling.clone();
        }
    }
    Ok(())
}

/// What held on the day: of the case, the events that held by then; of the household, its time lines.
fn on_the_day(
    office: &Office,
    history: &History,
    household: &Household,
    clocks: Clocks,
) -> Result<OnTheDay, ProcessError> {
    let case = history.case_on(clocks.effective)?;
    let day = clocks.effective;
    let mut members = Vec::new();
    let mut income = None;
    if let Some(registered) = household.registered() {
        for member in registered.members.values() {
            let lives = member.died_on().is_none_or(|died| day <= died);
            if lives && member.stays.iter().any(|stay| covers(*stay, day)) {
                members.push(words::name(office, household, member.person_id)?);
            }
        }
        income = registered
            .income
            .at(day)
            .map(|record| Money::sum(record.income.iter().map(|income| income.amount)).unwrap_or_default());
    }
    Ok(OnTheDay { stage: case.stage(), members, income, due: due_on(office, &case, household, clocks)? })
}

fn covers(stay: domain::household::Stay, day: NaiveDate) -> bool {
    stay.since.is_none_or(|since| since <= day) && stay.until.is_none_or(|until| day <= until)
}

fn due_on(
    office: &Office,
    case: &BenefitCase,
    household: &Household,
    clocks: Clocks,
) -> Result<DueOnTheDay, ProcessError> {
    let applicant = case.subject().and_then(|subject| household.member(subject.applicant));
    if let Some(member) = applicant.filter(|member| member.is_restricted()) {
        let refusal = HouseholdError::PersonRestricted { person: member.person_id };
        let words = Words { zh: refusal.zh(), en: refusal.to_string() };
        return Ok(DueOnTheDay::Unknown { code: refusal.code(), words });
    }
    let month = BenefitMonth::of(clocks.effective);
    let found = schedule(case, household, &*office.keyring, office.rules, clocks.known, month);
    let schedule = match found {
        Ok(schedule) => schedule,
        Err(FactsError::Unopened(error)) => return Err(error.into()),
        Err(error) => {
            let words = Words { zh: error.zh(), en: error.to_string() };
            return Ok(DueOnTheDay::Unknown { code: error.code(), words });
        }
    };
    let determination = schedule.determination(month, office.rules);
    let determination = determination.map_err(|error| ProcessError::refused(&error))?;
    let reasons = schedule.month(month).map(|month| month.reason_codes()).unwrap_or_default();
    let steps = determination.map(|determination| determination.steps).unwrap_or_default();
    Ok(DueOnTheDay::Determined { month, amount: schedule.due(month), reasons, steps })
}

//! Which cases are no longer as a run's calculation found them. Looked for where the log recorded something since, in
//! the cases, their households and their payments; not by calculating everything again.

use std::collections::{BTreeMap, HashSet};
use std::sync::Arc;

use chrono::NaiveDate;
use domain::calendar::BenefitMonth;
use domain::ids::{CaseId, HouseholdId, PersonId, RunId};
use domain::money::Money;
use domain::payment_run::{Calculation, PaymentRun, Preparation, RunException, RunLine};
use domain::policy::RuleBook;
use domain::program::Program;
use projections::case_files::payable::{PayableCase, PayableCases};
use projections::runner::Until;
use schemars::JsonSchema;
use serde::Serialize;
use sqlx::{PgPool, Row};

use super::calculate::shared_by_strangers;
use super::case_lines::{CaseFindings, Look, RunNote};
use super::page::Page;
use super::staged::{StagedLine, cases_on_accounts, lines_of_cases};
use super::staging::notes_staged;
use crate::processes::{Office, ProcessError};

/// Households that are looked at together.
const PAGE_HOUSEHOLDS: usize = 500;

/// Events of a changed case that are named.
const NAMED_EVENTS: i64 = 20;

/// A case whose lines would be others now.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct ChangedCase {
    /// The case.
    pub case_id: CaseId,
    /// For whom.
    pub beneficiary: PersonId,
    /// The program.
    pub program: Program,
    /// The months that differ, ascending.
    pub months: Vec<ChangedMonth>,
    /// What the log recorded of it since the calculation, the first ones.
    pub events: Vec<EventSince>,
}

/// A month whose line would be another now.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct ChangedMonth {
    /// Which.
    pub month: BenefitMonth,
    /// The amount as it was calculated, in fen; none without a line.
    pub calculated: Option<Money>,
    /// The amount now, in fen; none without a line. The same amount goes to another account or payee.
    pub now: Option<Money>,
    /// Why there is no line now.
    pub exception: Option<RunException>,
    /// Whether the line would be paid not at all now, less, or elsewhere. What is more, the next run pays.
    #[serde(skip)]
    pub is_stopped: bool,
}

/// An event since the calculation.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct EventSince {
    /// Its place in the log.
    pub position: u64,
    /// Of which kind of stream.
    pub stream: String,
    /// What happened.
    pub event: String,
}

/// What may have changed, determined anew.
pub(super) struct Touched {
    /// The log position of what is known now.
    pub position: u64,
    /// The day whose knowledge of rates was used.
    pub known_on: NaiveDate,
    /// The edition of the rules by which the run was calculated.
    pub rules: Arc<RuleBook>,
    /// By program code and case.
    pub found: Vec<(PayableCase, CaseFindings)>,
}

/// The households of which something may be otherwise than a calculation found it, and what they are looked at with.
pub(super) struct Suspected {
    cases: PayableCases,
    /// Where something touched a case since.
    pub households: Vec<HouseholdId>,
    known_on: NaiveDate,
    rules: Arc<RuleBook>,
    shared: HashSet<String>,
}

impl Suspected {
    /// Looks for them.
    ///
    /// # Errors
    /// [`ProcessError::RulesChanged`] where the program no longer has the rules of the calculation; those of reading.
    pub async fn find(
        office: &Office,
        today: NaiveDate,
        preparation: &Preparation,
        calculation: &Calculation,
    ) -> Result<Suspected, ProcessError> {
        office.runner.catch_up(Until::Head).await?;
        let books = office.rule_books().await?;
        let rules = Arc::clone(books.named(&calculation.rule_version).ok_or(ProcessError::RulesChanged)?);
        let known_on = look_day(books.newest(), today, calculation);
        let shared = shared_by_strangers(office).await?;
        let accounts: Vec<&str> = shared.iter().map(String::as_str).collect();
        let mut more = cases_on_accounts(&office.pool, preparation.run_id, &accounts).await?;
        more.extend(notes_staged(&office.pool, preparation.run_id).await?.iter().filter_map(kept_back));
        let mut cases = PayableCases::open(&office.pool, &preparation.programs).await?;
        let households = cases.touched_households(calculation.position, &more).await?;
        Ok(Suspected { cases, households, known_on, rules, shared })
    }

    /// The log position of what is known now.
    pub fn position(&self) -> u64 {
        self.cases.position()
    }

    /// Determines every case of the run's programs in these households anew.
    ///
    /// # Errors
    /// [`ProcessError`]: something cannot be read.
    pub async fn determine(
        mut self,
        office: &Office,
        preparation: &Preparation,
    ) -> Result<Touched, ProcessError> {
        let (opener, month) = (&*office.keyring, preparation.month);
        let (faults, shared) = (&office.bank_layouts.faults(), &self.shared);
        let look = Look { opener, rules: &self.rules, known_on: self.known_on, month, shared, faults };
        let mut found = Vec::new();
        for some in self.households.chunks(PAGE_HOUSEHOLDS) {
            let page = self.cases.of_households(&preparation.programs, some).await?;
            let page = Page::prepare(office, &mut self.cases, page).await?;
            let findings = page.findings(&look, preparation.fund_id)?;
            found.extend(page.cases.into_iter().zip(findings));
        }
        found.sort_by_key(|(payable, _)| (payable.case.program.code(), payable.case.case_id));
        let position = self.position();
        Ok(Touched { position, known_on: self.known_on, rules: self.rules, found })
    }
}

/// Today, so that an account that was corrected since counts; the day of the calculation where a rate was announced in
/// between, as all lines of a run know the same rates.
fn look_day(newest: &RuleBook, today: NaiveDate, calculation: &Calculation) -> NaiveDate {
    let then = calculation.known_on;
    if newest.announced_between(then, today) { then } else { today.max(then) }
}

/// A case that an account of several strangers kept back, or an ID number that is not theirs: either may have become one
/// person's, or yet another's. Or one that a word of the bank kept back, which may have been answered.
fn kept_back(note: &RunNote) -> Option<CaseId> {
    use RunException::{AccountShared, ArrivalClaimed, IdentityDuplicate, IdentityMissing};
    match note {
        RunNote::Exception {
            case_id,
            exception: AccountShared | ArrivalClaimed | IdentityDuplicate | IdentityMissing,
            ..
        } => Some(*case_id),
        _ => None,
    }
}

/// The cases with a line in the run whose lines would be others now. What only got a line since came late: the next
/// calculation or a supplementary run pays it.
///
/// # Errors
/// [`ProcessError`]: there is no calculation, the rules are others now, or something cannot be read.
pub async fn changed_cases(
    office: &Office,
    today: NaiveDate,
    run: &PaymentRun,
) -> Result<Vec<ChangedCase>, ProcessError> {
    let preparation = run.preparation().ok_or(ProcessError::Unknown { what: "payment run" })?;
    let calculation = run.calculation().ok_or(ProcessError::Unknown { what: "calculation" })?;
    let suspected = Suspected::find(office, today, preparation, calculation).await?;
    let touched = suspected.determine(office, preparation).await?;
    let ids: Vec<CaseId> = touched.found.iter().map(|(payable, _)| payable.case.case_id).collect();
    let staged = staged_lines(&office.pool, preparation.run_id, &ids).await?;
    let mut changed = Vec::new();
    for (payable, findings) in &touched.found {
        let Some(before) = staged.get(&payable.case.case_id) else { continue };
        let months = differing(before, findings);
        if !months.is_empty() {
            let events = events_since(&office.pool, calculation.position, payable).await?;
            let case = &payable.case;
            let (case_id, beneficiary, program) = (case.case_id, case.applicant, case.program);
            changed.push(ChangedCase { case_id, beneficiary, program, months, events });
        }
    }
    Ok(changed)
}

/// The cases of [`changed_cases`] that would be paid less now than a line of the run pays, elsewhere, or nothing: with
/// these lines the run is not released.
///
/// # Errors
/// As [`changed_cases`].
pub async fn stopped_cases(
    office: &Office,
    today: NaiveDate,
    run: &PaymentRun,
) -> Result<Vec<ChangedCase>, ProcessError> {
    let mut changed = changed_cases(office, today, run).await?;
    for case in &mut changed {
        case.months.retain(|month| month.is_stopped);
    }
    changed.retain(|case| !case.months.is_empty());
    Ok(changed)
}

/// The staged lines of some cases, by month; no entry for a case without.
async fn staged_lines(
    pool: &PgPool,
    run_id: RunId,
    cases: &[CaseId],
) -> Result<BTreeMap<CaseId, BTreeMap<BenefitMonth, RunLine>>, ProcessError> {
    let mut lines: BTreeMap<CaseId, BTreeMap<BenefitMonth, RunLine>> = BTreeMap::new();
    for StagedLine { line, .. } in lines_of_cases(pool, run_id, cases).await? {
        lines.entry(line.case_id).or_default().insert(line.month, line);
    }
    Ok(lines)
}

fn differing(before: &BTreeMap<BenefitMonth, RunLine>, findings: &CaseFindings) -> Vec<ChangedMonth> {
    let now: BTreeMap<BenefitMonth, &RunLine> =
        findings.lines.iter().map(|found| (found.line.month, &found.line)).collect();
    let mut months: Vec<BenefitMonth> = before.keys().chain(now.keys()).copied().collect();
    months.sort_unstable();
    months.dedup();
    let differs = |month: &BenefitMonth| before.get(month) != now.get(month).copied();
    let told = |month: BenefitMonth| ChangedMonth {
        month,
        calculated: before.get(&month).map(|line| line.amount),
        now: now.get(&month).map(|line| line.amount),
        exception: findings.notes.iter().find_map(|note| exception_of(note, month)),
        is_stopped: before.get(&month).is_some_and(|line| is_stopped(line, now.get(&month).copied())),
    };
    months.into_iter().filter(differs).map(told).collect()
}

fn is_stopped(line: &RunLine, now: Option<&RunLine>) -> bool {
    let goes_on = |now: &RunLine| {
        now.amount >= line.amount && (now.payee, &now.account_index) == (line.payee, &line.account_index)
    };
    !now.is_some_and(goes_on)
}

fn exception_of(note: &RunNote, wanted: BenefitMonth) -> Option<RunException> {
    match note {
        RunNote::Exception { month, exception, .. } if month.is_none_or(|month| month == wanted) => {
            Some(*exception)
        }
        _ => None,
    }
}

async fn events_since(
    pool: &PgPool,
    position: u64,
    payable: &PayableCase,
) -> Result<Vec<EventSince>, ProcessError> {
    let case = &payable.case;
    let query = sqlx::query(include_str!("sql/events_since.sql")).bind(position.cast_signed());
    let query = query.bind(case.household_id.to_string()).bind(case.case_id.uuid()).bind(NAMED_EVENTS);
    let rows = query.fetch_all(pool).await?;
    let event = |row: &sqlx::postgres::PgRow| -> Result<EventSince, sqlx::Error> {
        let position: i64 = row.try_get(0)?;
        Ok(EventSince { position: position.cast_unsigned(), stream: row.try_get(1)?, event: row.try_get(2)? })
    };
    Ok(rows.iter().map(event).collect::<Result<_, _>>()?)
}

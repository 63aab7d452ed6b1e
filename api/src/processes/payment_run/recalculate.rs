//! 重新核算: only the cases that something touched since the calculation are calculated; every other line is taken over
//! as it is staged. The outcome is that of a whole calculation at the same moment.

use std::collections::HashSet;
use std::iter::Peekable;
use std::slice::Iter;

use chrono::NaiveDate;
use domain::ids::{CaseId, PersonId, RunId};
use domain::payment_run::{
    Calculation, CalculationBasis, CalculationBuilder, LineDigest, PaymentRun, PaymentRunCommand,
    Preparation, RunLine,
};
use sqlx::PgConnection;

use super::calculate::{Prepared, note, staged_of};
use super::case_lines::{CaseFindings, Look, RunNote};
use super::changed::{Suspected, Touched};
use super::load;
use super::staged::{StagedLine, StagedLines};
use super::staging::{StagedText, StagingWriter, clear_cases, keep_notes, lock_lines, notes_staged};
use crate::processes::{Desk, Office, ProcessError, Step};

/// Why a run that waits for its approval is taken back.
const TAKEN_BACK: &str = "核算后个案有变化，撤回重新核算";

/// A run whose touched cases were calculated anew.
#[derive(Clone, Debug, serde::Serialize)]
pub struct Recalculated {
    /// The whole, as it is now.
    #[serde(flatten)]
    pub prepared: Prepared,
    /// The cases that were calculated.
    pub recalculated: Vec<CaseId>,
}

/// Calculates the touched cases of a run anew. One that waits for its approval is taken back in the same moment, so that
/// it is submitted again.
///
/// # Errors
/// [`ProcessError`]: the run is at another step, its staged lines are not those of its calculation, the rules are others
/// now, or something cannot be read.
pub async fn recalculate(office: &Office, desk: &Desk, run_id: RunId) -> Result<Recalculated, ProcessError> {
    let run = load(office, run_id).await?;
    let preparation = run.preparation().ok_or(ProcessError::Unknown { what: "payment run" })?;
    let calculation = run.last_calculation().ok_or(ProcessError::Unknown { what: "calculation" })?;
    let mut transaction = office.pool.begin().await?;
    lock_lines(&mut transaction, run_id).await?;
    let suspected = Suspected::find(office, desk.today(), preparation, calculation).await?;
    let touched = suspected.determine(office, preparation).await?;
    // lines of two editions never stand in one run
    if office.rule_books().await?.before(touched.position).version() != calculation.rule_version {
        return Err(ProcessError::RulesChanged);
    }
    let recalculated = touched.found.iter().map(|(payable, _)| payable.case.case_id).collect();
    let (calculation, notes) =
        restage(office, desk.today(), (preparation, calculation), touched, &mut transaction).await?;
    let mut steps = Vec::new();
    if matches!(*run, PaymentRun::Submitted(_) | PaymentRun::Endorsed(_)) {
        let (reason, rejected_on) = (TAKEN_BACK.to_owned(), desk.today());
        let reject = PaymentRunCommand::RejectRun { reason, rejected_on };
        steps.push(Step::PaymentRun(run_id.to_string(), reject));
    }
    let record = PaymentRunCommand::RecordCalculation { calculation: calculation.clone() };
    steps.push(Step::PaymentRun(run_id.to_string(), record));
    let key =
        office.derived("recalculate_run", &format!("{run_id}|{}|{}", calculation.position, desk.actor.id));
    office.together_on_run(desk, key, (run_id, run), steps).await?;
    transaction.commit().await?;
    Ok(Recalculated { prepared: Prepared { run_id, calculation, notes }, recalculated })
}

/// Stages the lines of the touched cases in the places of those that they had; every other line stays as it is staged.
///
/// # Errors
/// [`ProcessError::LinesLost`] where the staged lines and notes are not those of the calculation before; those of reading and writing.
pub(super) async fn restage(
    office: &Office,
    today: NaiveDate,
    (preparation, before): (&Preparation, &Calculation),
    touched: Touched,
    connection: &mut PgConnection,
) -> Result<(Calculation, Vec<RunNote>), ProcessError> {
    let run_id = preparation.run_id;
    let Touched { position, known_on, rules, found } = touched;
    let paid = found.iter().filter(|(_, findings)| !findings.lines.is_empty());
    let beneficiaries: Vec<PersonId> = paid.map(|(payable, _)| payable.case.applicant).collect();
    let keys = office.keyring.unwrap(&office.keyring.wrapped_keys_of(&beneficiaries).await?)?;
    let (shared, faults, month) = (&HashSet::new(), &office.bank_layouts.faults(), preparation.month);
    let look = Look { opener: &keys, rules: &rules, known_on, month, shared, faults };
    let cases: HashSet<CaseId> = found.iter().map(|(payable, _)| payable.case.case_id).collect();
    let mut notes = notes_staged(&office.pool, run_id).await?;
    if counted(&notes) != (before.exception_count, before.warning_count) {
        return Err(ProcessError::LinesLost);
    }
    notes.retain(|note| !cases.contains(&note.case_id()));
    let mut fresh = Vec::new();
    for (_, CaseFindings { lines, notes: found, schedule }) in found {
        notes.extend(found);
        let Some(schedule) = schedule.filter(|_| !lines.is_empty()) else { continue };
        for line in lines {
            fresh.push(staged_of(&keys, run_id, &schedule, line, &look)?);
        }
    }
    // as a whole calculation would list them: by program and case, and within a case as they were found
    notes.sort_by_key(|note| (note.program().code(), note.case_id()));
    let basis = CalculationBasis {
        position,
        known_on,
        rule_version: rules.version().to_owned(),
        calculated_on: today,
    };
    let mut merge = Merge { builder: CalculationBuilder::new(basis), fresh: fresh.iter().peekable() };
    if merge.take_over(StagedLines::of(&office.pool, run_id), &cases).await? != before.digest {
        return Err(ProcessError::LinesLost);
    }
    let mut builder = merge.builder;
    for found in &notes {
        note(&mut builder, found);
    }
    replace(connection, run_id, &cases, &fresh).await?;
    keep_notes(connection, run_id, &notes).await?;
    let calculation = builder.finish().map_err(|error| ProcessError::Damaged(error.to_string()))?;
    Ok((calculation, notes))
}

/// How many months cannot be paid, and how many warnings there are.
fn counted(notes: &[RunNote]) -> (u64, u64) {
    notes.iter().fold((0, 0), |(exceptions, warnings), note| match note {
        RunNote::Exception { .. } => (exceptions + 1, warnings),
        RunNote::Warning { .. } => (exceptions, warnings + 1),
        RunNote::Overpayment(_) => (exceptions, warnings),
    })
}

async fn replace(
    connection: &mut PgConnection,
    run_id: RunId,
    cases: &HashSet<CaseId>,
    fresh: &[StagedLine],
) -> Result<(), ProcessError> {
    let cases: Vec<CaseId> = cases.iter().copied().collect();
    clear_cases(connection, run_id, &cases).await?;
    let mut staging = StagingWriter::new(connection);
    for line in fresh {
        staging.line(&StagedText::of(line)).await?;
    }
    staging.finish().await
}

/// Lines that stay, as they stream by, and new ones between them.
struct Merge<'f> {
    builder: CalculationBuilder,
    fresh: Peekable<Iter<'f, StagedLine>>,
}

impl Merge<'_> {
    /// Counts the lines of all cases but `without`, and the new lines where they belong. The digest of what was staged
    /// before.
    async fn take_over(
        &mut self,
        mut before: StagedLines<RunLine>,
        without: &HashSet<CaseId>,
    ) -> Result<String, ProcessError> {
        let mut digest = LineDigest::default();
        while let Some(page) = before.next_page().await? {
            for line in page {
                digest.line(&line);
                if without.contains(&line.case_id) {
                    continue;
                }
                while let Some(new) = self.fresh.next_if(|new| place(&new.line) < place(&line)) {
                    self.line(&new.line)?;
                }
                self.line(&line)?;
            }
        }
        while let Some(new) = self.fresh.next() {
            self.line(&new.line)?;
        }
        Ok(digest.finish())
    }

    fn line(&mut self, line: &RunLine) -> Result<(), ProcessError> {
        self.builder.line(line).map_err(|error| ProcessError::Damaged(error.to_string()))
    }
}

fn place(line: &RunLine) -> (&'static str, CaseId) {
    (line.program.code(), line.case_id)
}

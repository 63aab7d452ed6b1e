//! 重新核算: only the cases that something touched since the calculation are calculated; every other line is taken over
//! as it is staged. The outcome is that of a whole calculation at the same moment.

use std::collections::HashSet;
use std::iter::Peekable;
use std::vec::IntoIter;

use domain::ids::{CaseId, RunId};
use domain::payment_run::{
    Calculation, CalculationBasis, CalculationBuilder, LineDigest, PaymentRun, PaymentRunCommand, Preparation,
};
use sqlx::PgConnection;

use super::calculate::{Prepared, load_keys, note, order_of};
use super::case_lines::{CaseFindings, Look, RunNote};
use super::changed::{Touched, touched};
use super::load;
use super::staging::{StagedLine, StagedLines, StagingWriter, lock_lines, notes_of};
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
    let touched = touched(office, desk.today(), preparation, calculation).await?;
    // lines of two editions never stand in one run
    if office.rule_books().await?.before(touched.position).version() != calculation.rule_version {
        return Err(ProcessError::RulesChanged);
    }
    let recalculated = touched.found.iter().map(|(payable, _)| payable.case.case_id).collect();
    let (calculation, notes) =
        restage(office, desk, (preparation, calculation), touched, &mut transaction).await?;
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

/// Stages the lines of the touched cases among those that stay.
async fn restage(
    office: &Office,
    desk: &Desk,
    (preparation, before): (&Preparation, &Calculation),
    touched: Touched,
    connection: &mut PgConnection,
) -> Result<(Calculation, Vec<RunNote>), ProcessError> {
    let run_id = preparation.run_id;
    let Touched { position, known_on, rules, found } = touched;
    let (opener, shared) = (&*office.keyring, HashSet::new());
    let look = Look { opener, rules: &rules, known_on, month: preparation.month, shared: &shared };
    let cases: HashSet<CaseId> = found.iter().map(|(payable, _)| payable.case.case_id).collect();
    let mut notes = notes_of(&office.pool, run_id).await?;
    notes.retain(|note| !cases.contains(&note.case_id()));
    let mut fresh = Vec::new();
    for (payable, CaseFindings { lines, notes: found, schedule }) in found {
        notes.extend(found);
        let Some(schedule) = schedule.filter(|_| !lines.is_empty()) else { continue };
        load_keys(office, std::slice::from_ref(&payable)).await?;
        for line in lines {
            fresh.push(order_of(opener, preparation, &schedule, line, &look)?);
        }
    }
    // as a whole calculation would list them: by program and case, and within a case as they were found
    notes.sort_by_key(|note| (note.program().code(), note.case_id()));
    let basis = CalculationBasis {
        position,
        known_on,
        rule_version: rules.version().to_owned(),
        calculated_on: desk.today(),
    };
    let staging = StagingWriter::begin(connection, run_id).await?;
    let builder = CalculationBuilder::new(basis);
    let mut merge = Merge { staging, builder, fresh: fresh.into_iter().peekable() };
    let digest = merge.take_over(StagedLines::new(&office.pool, run_id), &cases).await?;
    if digest != before.digest {
        return Err(ProcessError::LinesLost);
    }
    let Merge { staging, mut builder, .. } = merge;
    for found in &notes {
        note(&mut builder, found);
    }
    staging.finish(&notes).await?;
    let calculation = builder.finish().map_err(|error| ProcessError::Damaged(error.to_string()))?;
    Ok((calculation, notes))
}

/// Staged lines on their way to where they were, and new ones between them.
struct Merge<'c> {
    staging: StagingWriter<'c>,
    builder: CalculationBuilder,
    fresh: Peekable<IntoIter<StagedLine>>,
}

impl Merge<'_> {
    /// Takes over the lines of all cases but `without`, and puts the new lines where they belong. The digest of what was
    /// staged before.
    async fn take_over(
        &mut self,
        mut before: StagedLines,
        without: &HashSet<CaseId>,
    ) -> Result<String, ProcessError> {
        let mut digest = LineDigest::default();
        while let Some(page) = before.next_page().await? {
            for staged in page {
                digest.line(&staged.run_line());
                if without.contains(&staged.order.case_id) {
                    continue;
                }
                while let Some(new) = self.fresh.next_if(|new| place(new) < place(&staged)) {
                    self.line(&new).await?;
                }
                self.line(&staged).await?;
            }
        }
        while let Some(new) = self.fresh.next() {
            self.line(&new).await?;
        }
        Ok(digest.finish())
    }

    async fn line(&mut self, staged: &StagedLine) -> Result<(), ProcessError> {
        let line = staged.run_line();
        self.builder.line(&line).map_err(|error| ProcessError::Damaged(error.to_string()))?;
        self.staging.line(staged).await
    }
}

fn place(staged: &StagedLine) -> (&'static str, CaseId) {
    (staged.order.program.code(), staged.order.case_id)
}

//! 核算: the lines of a run, computed from the log as it stands at one position.

use std::collections::HashSet;
use std::sync::Arc;

use chrono::NaiveDate;
use domain::calendar::BenefitMonth;
use domain::ids::{PersonId, RunId};
use domain::payment_run::{
    Calculation, CalculationBasis, CalculationBuilder, PaymentRunCommand, Preparation, RunLine,
};
use domain::personal::{Personal, Sealer, seal};
use domain::policy::RuleBook;
use domain::schedule::Schedule;
use futures::{Stream, StreamExt, TryStreamExt, stream};
use projections::case_files::payable::{PayableCase, PayableCases};
use projections::case_files::queries;
use projections::runner::Until;
use sqlx::PgConnection;
use tokio::sync::mpsc;

use super::case_lines::{CaseFindings, FoundLine, Look, RunNote};
use super::forecasts::{adopt, forget};
use super::load;
use super::page::{Page, UnopenedPage, persons_of};
use super::staged::StagedLine;
use super::staging::{StagedText, StagingWriter, clear, keep_notes, lock_lines};
use crate::bank::codes::ReasonFaults;
use crate::processes::cores::{alongside, blocking};
use crate::processes::{Desk, Office, ProcessError, Step};

/// Pages that are opened and computed at once, while the next is read and the one before is written.
const PAGES_AT_ONCE: usize = 3;

/// A run with its lines computed.
#[derive(Clone, Debug, serde::Serialize)]
pub struct Prepared {
    /// The run.
    pub run_id: RunId,
    /// The lines, in sum.
    pub calculation: Calculation,
    /// What could not be paid, and what was paid too much.
    pub notes: Vec<RunNote>,
}

/// Computes the lines of a run anew, stages them, and records their sum and digest. The lines replace those of an
/// earlier calculation only when the run takes the new one: a refusal leaves a submitted, approved or released run its
/// lines.
///
/// # Errors
/// [`ProcessError`]: the run is at another step, a read table is behind or damaged, a sealed fact was tampered with.
pub async fn calculate(office: &Office, desk: &Desk, run_id: RunId) -> Result<Prepared, ProcessError> {
    let run = load(office, run_id).await?;
    let preparation = run.preparation().ok_or(ProcessError::Unknown { what: "payment run" })?;
    let mut transaction = office.pool.begin().await?;
    lock_lines(&mut transaction, run_id).await?;
    office.runner.catch_up(Until::Head).await?;
    let (calculation, notes) = match adopt(office, desk.today(), preparation, &mut transaction).await? {
        Some(forecast) => forecast,
        None => stage(office, desk.today(), preparation, &mut transaction).await?,
    };
    forget(&mut transaction, run_id).await?;
    let command = PaymentRunCommand::RecordCalculation { calculation: calculation.clone() };
    let key = office.derived("calculate_run", &format!("{run_id}|{}", calculation.position));
    office.together(desk, key, [Step::PaymentRun(run_id.to_string(), command)]).await?;
    // killed in between, the run keeps older lines, whose digest is not the one recorded: it is then sent back
    transaction.commit().await?;
    Ok(Prepared { run_id, calculation, notes })
}

/// What every page of a calculation is looked at with.
struct Frame {
    office: Office,
    preparation: Preparation,
    rules: Arc<RuleBook>,
    known_on: NaiveDate,
    shared: HashSet<String>,
    faults: ReasonFaults,
}

/// What one case gives to the calculation.
struct Outcome {
    lines: Vec<(RunLine, StagedText)>,
    notes: Vec<RunNote>,
}

/// Pages are read, computed and written at once, each by the next in line; their order is kept, and memory does not
/// grow with their number.
pub(super) async fn stage(
    office: &Office,
    today: NaiveDate,
    preparation: &Preparation,
    connection: &mut PgConnection,
) -> Result<(Calculation, Vec<RunNote>), ProcessError> {
    let shared = shared_by_strangers(office).await?;
    let cases = PayableCases::open(&office.pool, &preparation.programs).await?;
    // the edition of the snapshot, whatever is published meanwhile
    let rules = Arc::clone(office.rule_books().await?.before(cases.position()));
    let mut builder = CalculationBuilder::new(CalculationBasis {
        position: cases.position(),
        known_on: today,
        rule_version: rules.version().to_owned(),
        calculated_on: today,
    });
    let (office, preparation) = (office.clone(), preparation.clone());
    let faults = office.bank_layouts.faults();
    let frame = Arc::new(Frame { office, preparation, rules, known_on: today, shared, faults });
    let mut notes = Vec::new();
    clear(connection, frame.preparation.run_id).await?;
    let mut staging = StagingWriter::new(&mut *connection);
    let (sender, receiver) = mpsc::channel(1);
    let writing = async {
        let mut computed = std::pin::pin!(computed(&frame, receiver));
        while let Some(page) = computed.try_next().await? {
            for Outcome { lines, notes: found } in page {
                for (line, text) in lines {
                    builder.line(&line).map_err(|error| ProcessError::Damaged(error.to_string()))?;
                    staging.line(&text).await?;
                }
                found.iter().for_each(|found| note(&mut builder, found));
                notes.extend(found);
            }
        }
        Ok(())
    };
    let reading = alongside(read_pages(cases, sender));
    tokio::try_join!(async { reading.await? }, writing)?;
    staging.finish().await?;
    keep_notes(connection, frame.preparation.run_id, &notes).await?;
    let calculation = builder.finish().map_err(|error| ProcessError::Damaged(error.to_string()))?;
    Ok((calculation, notes))
}

/// Reads what the snapshot says, page by page.
async fn read_pages(mut cases: PayableCases, sender: mpsc::Sender<UnopenedPage>) -> Result<(), ProcessError> {
    while let Some(page) = cases.next_page().await? {
        let page = UnopenedPage::read(&mut cases, page).await?;
        // the receiver is gone only after an error of its own, which is the one to tell
        if sender.send(page).await.is_err() {
            break;
        }
    }
    Ok(())
}

/// Opens and computes pages beside each other, in their order.
fn computed(
    frame: &Arc<Frame>,
    receiver: mpsc::Receiver<UnopenedPage>,
) -> impl Stream<Item = Result<Vec<Outcome>, ProcessError>> {
    let pages = stream::unfold(receiver, async |mut receiver| Some((receiver.recv().await?, receiver)));
    let compute = |page: UnopenedPage| {
        let frame = Arc::clone(frame);
        async move {
            alongside(async move {
                let page = page.open(&frame.office).await?;
                blocking(move || frame.outcomes(&page)).await?
            })
            .await?
        }
    };
    pages.map(compute).buffered(PAGES_AT_ONCE)
}

impl Frame {
    /// What each case of a page gives, with the texts of its lines.
    fn outcomes(&self, page: &Page) -> Result<Vec<Outcome>, ProcessError> {
        let look = Look {
            opener: &page.keys,
            rules: &self.rules,
            known_on: self.known_on,
            month: self.preparation.month,
            shared: &self.shared,
            faults: &self.faults,
        };
        let outcome = |findings: CaseFindings| {
            let CaseFindings { lines, notes, schedule } = findings;
            let Some(schedule) = schedule.filter(|_| !lines.is_empty()) else {
                return Ok(Outcome { lines: Vec::new(), notes });
            };
            let staged = |found: FoundLine| {
                let staged = staged_of(&page.keys, self.preparation.run_id, &schedule, found, &look)?;
                let text = StagedText::of(&staged);
                Ok((staged.line, text))
            };
            let lines = lines.into_iter().map(staged).collect::<Result<_, ProcessError>>()?;
            Ok(Outcome { lines, notes })
        };
        page.findings(&look, self.preparation.fund_id)?.into_iter().map(outcome).collect()
    }
}

/// Counts a note where the calculation does.
pub(super) const fn note(builder: &mut CalculationBuilder, note: &RunNote) {
    match note {
        RunNote::Exception { .. } => builder.exception(),
        RunNote::Warning { .. } => builder.warning(),
        RunNote::Overpayment(_) => {}
    }
}

/// A line with its account and its sealed determination.
pub(super) fn staged_of(
    sealer: &dyn Sealer,
    run_id: RunId,
    schedule: &Schedule,
    found: FoundLine,
    look: &Look<'_>,
) -> Result<StagedLine, ProcessError> {
    let FoundLine { line, account, replaces } = found;
    let determination = determination(look.rules, schedule, line.month)?;
    let determination = seal(sealer, line.beneficiary, &Personal::new(determination))?;
    let rule_version = look.rules.version().to_owned();
    Ok(StagedLine { run_id, line, account, determination, rule_version, replaces })
}

fn determination(
    rules: &RuleBook,
    schedule: &Schedule,
    month: BenefitMonth,
) -> Result<domain::policy::Determination, ProcessError> {
    let found = schedule.determination(month, rules);
    let found = found.map_err(|error| ProcessError::Damaged(error.to_string()))?;
    found.ok_or_else(|| ProcessError::Damaged(format!("{month} lies outside its schedule")))
}

/// Loads the keys of everyone whose facts a page looks at.
pub(in crate::processes) async fn load_keys(
    office: &Office,
    page: &[PayableCase],
) -> Result<(), ProcessError> {
    let persons: Vec<PersonId> = page.iter().flat_map(persons_of).collect();
    office.keyring.load(&persons).await?;
    Ok(())
}

/// Accounts that people of different households share.
pub(in crate::processes) async fn shared_by_strangers(
    office: &Office,
) -> Result<HashSet<String>, ProcessError> {
    let mut strangers = HashSet::new();
    for account in queries::shared_accounts(&office.pool).await? {
        let members = queries::members(&office.pool, &account.persons).await?;
        let households: HashSet<_> = members.iter().map(|member| member.household_id).collect();
        if households.len() > 1 {
            strangers.insert(account.account_index.as_str().to_owned());
        }
    }
    Ok(strangers)
}

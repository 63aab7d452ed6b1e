//! 回盘: a file from the bank is read twice as a stream. The first reading changes nothing: it finds the file whole, ours
//! and adding up, or refuses it. The second appends what is new, a batch at a time, and keeps what could not be matched.
//! Killed in between, the file is taken in again and the rest follows.

use std::collections::{BTreeSet, HashSet};
use std::path::Path;
use std::sync::Arc;

use chrono::NaiveDate;
use domain::bank_return::{
    BankReturn, BankReturnCommand, BankReturnError, LineOutcome, Matching, ReceivedFile, UNMATCHED_MAX,
    UnmatchedLine, may_receive,
};
use domain::ids::{BankReturnId, PaymentId, RunId};
use domain::money::{Money, MoneyError};
use domain::payment_run::{BankResults, PaymentRun};
use projections::bank_returns::BankReturnRow;
use projections::bank_returns::queries::files;
use projections::runner::Until;
use tokio::sync::mpsc;

use super::arrived_late::correct_results;
use super::file_source::{Source, digest};
use super::lines_read::LinesRead;
use super::load;
use super::news::{Refused, append_news};
use super::other_runs::{close_elsewhere, name_other_runs};
use super::readings::{Surveyed, second_reading, survey};
use super::settle::reconcile;
use super::standing::{Standing, standing_of, withholding_of};
use super::wrong_column::impersonal;
use crate::bank::catalogue::PLAIN;
use crate::bank::fault::Fault;
use crate::bank::layout::{Form, Layout};
use crate::bank::matching::{Survey, Verdict};
use crate::bank::run_book::RunBook;
use crate::processes::{Desk, Office, ProcessError, Step};

/// So many lines of which none is of the run are exceptions; more are another file.
const STRANGE_MAX: u64 = 20;

/// What came of a file from the bank.
#[derive(Clone, Debug, serde::Serialize, schemars::JsonSchema)]
pub struct TakenIn {
    /// The file, for its run.
    pub return_id: BankReturnId,
    /// The run.
    pub run_id: RunId,
    /// SHA-256 of its bytes.
    pub sha256: String,
    /// The layout in which it was read.
    pub layout: String,
    /// Whether it had been taken in before: then nothing was done.
    pub known_before: bool,
    /// Where its lines went.
    pub matching: Matching,
    /// What the bank did so far with the run, by all files.
    pub results: BankResults,
    /// Lines of the run without a result yet.
    pub pending_count: u64,
    /// Their sum.
    pub pending_sum: Money,
    /// Its lines that somebody has to look at.
    pub unmatched: Vec<UnmatchedLine>,
}

/// Takes a file from the bank in for a run. The same file again changes nothing.
///
/// # Errors
/// [`ProcessError`]: the run is not released; the file is damaged, cut, of another run or office, or does not add up
/// (the place is named, and nothing of it is taken).
pub async fn take_in(
    office: &Office,
    desk: &Desk,
    run_id: RunId,
    path: &Path,
    layout: &Layout,
) -> Result<TakenIn, ProcessError> {
    take_in_counting(office, desk, run_id, (path, layout), LinesRead::default()).await
}

/// The same, and says meanwhile how many lines were read.
///
/// # Errors
/// As [`take_in`].
pub async fn take_in_counting(
    office: &Office,
    desk: &Desk,
    run_id: RunId,
    (path, layout): (&Path, &Layout),
    lines_read: LinesRead,
) -> Result<TakenIn, ProcessError> {
    may_receive(desk.actor.role).map_err(|refusal| ProcessError::refused(&refusal))?;
    let run = load(office, run_id).await?;
    let execution_on = run.execution_on().ok_or(ProcessError::NotReleased)?;
    let sha256 = digest(path)?;
    let return_id = BankReturnId::derive(run_id, &sha256);
    let known = office.repository.load_newest::<BankReturn>(return_id).await?.state;
    let kept: BTreeSet<u64> =
        known.received().map(|received| received.lines.keys().copied().collect()).unwrap_or_default();
    let received = known.received().map(|received| received.file.layout != layout.code);
    if received == Some(true) {
        return Err(ProcessError::refused(&BankReturnError::FileDiffers));
    }
    if matches!(*known, BankReturn::Matched(_)) {
        return finish(office, desk, &run, (run_id, return_id), true).await;
    }
    let (path, program, layout) = (path.into(), office.program.clone(), Arc::new(layout.clone()));
    let by_reference_only = may_answer_another(office, &run, (run_id, &sha256), &layout).await?;
    let files = run.delivery().map(|delivery| delivery.files.as_slice().into()).unwrap_or_default();
    let source = Source { path, program, sha256, layout, run_id, files, by_reference_only, lines_read };
    let (book, surveyed) = survey(office, &source, &run, &kept).await?;
    if surveyed.matching.unmatched_count > UNMATCHED_MAX as u64 {
        return Err(ProcessError::refused(&BankReturnError::TooManyUnmatched));
    }
    if desk.today() < execution_on && surveyed.told.settled_count > 0 {
        return Err(before_execution(execution_on).into());
    }
    if known.received().is_none() {
        refuse_strange(&surveyed)?;
        receive(office, desk, &source, &surveyed).await?;
    }
    let matching = apply(office, desk, &source, book, surveyed.survey, kept).await?;
    let command = BankReturnCommand::RecordMatched { matching, matched_on: desk.today() };
    let key = office.derived("bank_file_matched", &format!("{return_id}|{command:?}"));
    office.together(desk, key, [Step::BankReturn(return_id.to_string(), command)]).await?;
    finish(office, desk, &run, (run_id, return_id), false).await
}

/// Whether a file may answer another run, so that account and amount of a line say nothing of this one: it was taken in for
/// another run, or is in a layout in which the bank was not asked. A statement of the account names what it is about.
async fn may_answer_another(
    office: &Office,
    run: &PaymentRun,
    (run_id, sha256): (RunId, &str),
    layout: &Layout,
) -> Result<bool, ProcessError> {
    office.runner.catch_up(Until::Head).await?;
    let elsewhere = |file: &BankReturnRow| file.sha256 == sha256 && file.run_id != run_id;
    let asked_in = run.delivery().map_or(PLAIN, |delivery| delivery.layout.as_str());
    let other_layout = layout.code != asked_in && layout.form != Form::Iso20022;
    Ok(other_layout || files(&office.pool, None).await?.iter().any(elsewhere))
}

/// Refuses a file that has nothing to do with the run, such as the one that went to the bank, that of another month, or one
/// in another layout: thousands of exceptions would hide the others. A few strange lines are exceptions like any, and so are
/// those that contradict what is known of a payment of the run, however many.
fn refuse_strange(surveyed: &Surveyed) -> Result<(), Fault> {
    let count = surveyed.strangers;
    if count <= STRANGE_MAX || surveyed.matching.line_count() != Some(count) {
        return Ok(());
    }
    Err(Fault::new(
        "nothing_of_the_run",
        format!("文件的 {count} 行中没有一行属于本批次，请核对文件、批次和所选格式"),
        format!("none of the {count} lines is of this run: check the file, the run and the layout"),
    ))
}

/// Says what came of a file, and reconciles its run once no line of it waits. A file that was known before does that
/// too: a kill may have come between its last line and this.
async fn finish(
    office: &Office,
    desk: &Desk,
    run: &PaymentRun,
    (run_id, return_id): (RunId, BankReturnId),
    known_before: bool,
) -> Result<TakenIn, ProcessError> {
    close_elsewhere(office, desk, run_id, return_id).await?;
    let known = office.repository.load_newest::<BankReturn>(return_id).await?.state;
    let taken = taken(office, run_id, &known, known_before).await?;
    if taken.pending_count == 0 && matches!(run, PaymentRun::Released(_)) {
        reconcile(office, desk, run, run_id, taken.results).await?;
    }
    if matches!(run, PaymentRun::Reconciled(_)) {
        // an interruption may have come before its results were corrected
        correct_results(office, desk, run_id).await?;
    }
    Ok(taken)
}

/// Takes the file in, or goes on with one whose taking was interrupted.
async fn receive(
    office: &Office,
    desk: &Desk,
    source: &Source,
    surveyed: &Surveyed,
) -> Result<(), ProcessError> {
    let return_id = BankReturnId::derive(source.run_id, &source.sha256);
    let file = ReceivedFile {
        return_id,
        run_id: source.run_id,
        sha256: source.sha256.clone(),
        layout: source.layout.code.clone(),
        line_count: surveyed.matching.line_count().unwrap_or(u64::MAX),
        settled_count: surveyed.told.settled_count,
        settled_sum: surveyed.told.settled_sum,
        returned_count: surveyed.told.returned_count,
        returned_sum: surveyed.told.returned_sum,
    };
    let command = BankReturnCommand::ReceiveFile { file, received_on: desk.today() };
    let key = office.derived("bank_file", &format!("{return_id}|{command:?}"));
    office.together(desk, key, [Step::BankReturn(return_id.to_string(), command)]).await?;
    Ok(())
}

/// Reads the file again and appends what is new, a batch at a time.
async fn apply(
    office: &Office,
    desk: &Desk,
    source: &Source,
    book: Arc<RunBook>,
    survey: Survey,
    kept: BTreeSet<u64>,
) -> Result<Matching, ProcessError> {
    let withholding = withholding_of(office, source.run_id).await?;
    let (sender, mut receiver) = mpsc::channel(2);
    let (reading, keyring) = (source.clone(), Arc::clone(&office.keyring));
    let reader = tokio::task::spawn_blocking(move || {
        second_reading(&book, &reading, (survey, kept), &keyring, &sender)
    });
    let mut moved = Moved::default();
    while let Some(batch) = receiver.recv().await {
        append_batch(office, desk, source, batch, &withholding, &mut moved).await?;
    }
    let matching = reader.await.map_err(|error| ProcessError::Damaged(error.to_string()))??;
    Ok(moved.within(matching)?)
}

/// Lines that went elsewhere than the matching said, as they were appended.
#[derive(Default)]
struct Moved {
    /// News, and repeats, that another file had contradicted in the meantime: exceptions now.
    refused: Matching,
    /// Exceptions that have their place elsewhere, with another run or in another exception of the line: repeats now.
    repeats: u64,
}

impl Moved {
    fn refused(&mut self, refused: &Refused) -> Result<(), MoneyError> {
        let to = &mut self.refused;
        match refused.line.outcome {
            _ if refused.is_repeat => to.repeated_count += 1,
            Some(LineOutcome::Settled) => {
                to.settled_count += 1;
                to.settled_sum = to.settled_sum.plus(refused.amount)?;
            }
            _ => {
                to.returned_count += 1;
                to.returned_sum = to.returned_sum.plus(refused.amount)?;
            }
        }
        to.unmatched_count += 1;
        Ok(())
    }

    fn within(&self, matching: Matching) -> Result<Matching, MoneyError> {
        let Moved { refused, repeats } = self;
        Ok(Matching {
            settled_count: matching.settled_count - refused.settled_count,
            settled_sum: matching.settled_sum.minus(refused.settled_sum)?,
            returned_count: matching.returned_count - refused.returned_count,
            returned_sum: matching.returned_sum.minus(refused.returned_sum)?,
            repeated_count: matching.repeated_count + repeats - refused.repeated_count,
            unmatched_count: matching.unmatched_count + refused.unmatched_count - repeats,
            ..matching
        })
    }
}

/// Appends the news of a batch, then keeps what could not be matched.
async fn append_batch(
    office: &Office,
    desk: &Desk,
    source: &Source,
    batch: Vec<Verdict>,
    withholding: &HashSet<PaymentId>,
    moved: &mut Moved,
) -> Result<(), ProcessError> {
    let (mut news, mut lines) = (Vec::with_capacity(batch.len()), Vec::new());
    for verdict in batch {
        match verdict {
            Verdict::Settle(one) | Verdict::Name(one) => news.push((LineOutcome::Settled, one)),
            Verdict::Return(one) => news.push((LineOutcome::Returned, one)),
            Verdict::Unmatched(line) => lines.push(*line),
            Verdict::Nothing | Verdict::Kept => {}
        }
    }
    for refused in append_news(office, desk, (source.run_id, &source.sha256), news, withholding).await? {
        moved.refused(&refused)?;
        // of a line about a whole file, one exception
        if lines.iter().any(|line: &UnmatchedLine| line.row == refused.line.row) {
            moved.repeats += 1;
        } else {
            lines.push(refused.line);
        }
    }
    moved.repeats += name_other_runs(office, &source.sha256, &mut lines).await?;
    if lines.is_empty() {
        return Ok(());
    }
    for line in &mut lines {
        line.bank_code = impersonal(office, line.bank_code.take()).await?;
    }
    let return_id = BankReturnId::derive(source.run_id, &source.sha256);
    let command = BankReturnCommand::RecordUnmatched { lines };
    let key = office.derived("bank_lines", &format!("{return_id}|{}|{command:?}", desk.today()));
    office.together(desk, key, [Step::BankReturn(return_id.to_string(), command)]).await?;
    Ok(())
}

/// What came of the file, and where the run stands by all of them.
pub(super) async fn taken(
    office: &Office,
    run_id: RunId,
    known: &BankReturn,
    known_before: bool,
) -> Result<TakenIn, ProcessError> {
    let BankReturn::Matched(matched) = known else {
        return Err(ProcessError::Unknown { what: "file from the bank" });
    };
    let file = &matched.received.file;
    let Standing { results, pending_count, pending_sum } = standing_of(office, run_id).await?;
    let unmatched = matched.received.lines.values().filter(|line| !matched.resolved.contains_key(&line.row));
    Ok(TakenIn {
        return_id: file.return_id,
        run_id,
        sha256: file.sha256.clone(),
        layout: file.layout.clone(),
        known_before,
        matching: matched.matching,
        results,
        pending_count,
        pending_sum,
        unmatched: unmatched.cloned().collect(),
    })
}

/// Why nothing can have arrived yet.
pub(super) fn before_execution(execution_on: NaiveDate) -> Fault {
    Fault::new(
        "before_execution",
        format!(
            "要求执行日期是 {execution_on}，还没有到，不应有到账结果；请核对批次，到期后再登记（只有退回结果的文件可以先读入）"
        ),
        format!(
            "the bank is to pay on {execution_on}: nothing can have arrived yet; take it in on that day (a file of refusals alone may come before)"
        ),
    )
}

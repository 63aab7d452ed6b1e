//! 回盘: a file from the bank is read twice as a stream. The first reading changes nothing: it finds the file whole, ours
//! and adding up, or refuses it. The second appends what is new, a batch at a time, and keeps what could not be matched.
//! Killed in between, the file is taken in again and the rest follows.

use std::collections::{BTreeSet, HashSet};
use std::path::Path;
use std::sync::Arc;

use chrono::NaiveDate;
use domain::bank_return::{
    BankReturn, BankReturnCommand, BankReturnError, LineOutcome, Matching, ReceivedFile, UNMATCHED_MAX,
    UnmatchedLine, UnmatchedReason, may_receive,
};
use domain::ids::{BankReturnId, PaymentId, RunId};
use domain::money::{Money, MoneyError};
use domain::payment_run::{BankResults, PaymentRun};
use eventlog::keyring::Keyring;
use projections::bank_returns::BankReturnRow;
use projections::bank_returns::queries::files;
use projections::payment_registers::queries::payments;
use projections::runner::Until;
use tokio::sync::mpsc;

use super::arrived_late::correct_results;
use super::file_source::{Source, digest};
use super::lines_read::LinesRead;
use super::load;
use super::news::append_news;
use super::settle::reconcile;
use super::standing::{Standing, accounts_of, book_of, standing_of, withholding_of};
use super::wrong_column::{impersonal, index_of, reference_as_account, without_account};
use crate::bank::catalogue::PLAIN;
use crate::bank::fault::Fault;
use crate::bank::layout::{Form, Layout};
use crate::bank::matching::{Matcher, RunBook, Survey, Verdict};
use crate::bank::reading::{BankLine, Said, Scope};
use crate::processes::{Desk, Office, ProcessError, Step};

/// So many lines of which none is of the run are exceptions; more are another file.
const STRANGE_MAX: u64 = 20;

/// Lines that are appended together.
const BATCH: usize = 5_000;

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
        return finish(office, desk, &run, (run_id, &known), true).await;
    }
    let (path, program, layout) = (path.into(), office.program.clone(), Arc::new(layout.clone()));
    let by_reference_only = may_answer_another(office, &run, (run_id, &sha256), &layout).await?;
    let source = Source { path, program, sha256, layout, run_id, by_reference_only, lines_read };
    let (book, surveyed) = survey(office, &source, &kept).await?;
    if surveyed.matching.unmatched_count > UNMATCHED_MAX as u64 {
        return Err(ProcessError::refused(&BankReturnError::TooManyUnmatched));
    }
    if desk.today() < execution_on && surveyed.told.settled_count > 0 {
        return Err(before_execution(execution_on).into());
    }
    if known.received().is_none() {
        refuse_strange(&surveyed.matching)?;
        receive(office, desk, &source, &surveyed).await?;
    }
    let matching = apply(office, desk, &source, book, surveyed.survey, kept).await?;
    let command = BankReturnCommand::RecordMatched { matching, matched_on: desk.today() };
    let key = office.derived("bank_file_matched", &format!("{return_id}|{command:?}"));
    office.together(desk, key, [Step::BankReturn(return_id.to_string(), command)]).await?;
    let known = office.repository.load_newest::<BankReturn>(return_id).await?.state;
    finish(office, desk, &run, (run_id, &known), false).await
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
/// in another layout: thousands of exceptions would hide the others. A few strange lines are exceptions like any.
fn refuse_strange(matching: &Matching) -> Result<(), Fault> {
    if matching.unmatched_count <= STRANGE_MAX || matching.line_count() != Some(matching.unmatched_count) {
        return Ok(());
    }
    let count = matching.unmatched_count;
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
    (run_id, known): (RunId, &BankReturn),
    known_before: bool,
) -> Result<TakenIn, ProcessError> {
    let taken = taken(office, run_id, known, known_before).await?;
    if taken.pending_count == 0 && matches!(run, PaymentRun::Released(_)) {
        reconcile(office, desk, run, run_id, taken.results).await?;
    }
    if matches!(run, PaymentRun::Reconciled(_)) {
        // an interruption may have come before its results were corrected
        correct_results(office, desk, run_id).await?;
    }
    Ok(taken)
}

/// What the first reading found.
#[derive(Default)]
struct Surveyed {
    survey: Survey,
    matching: Matching,
    told: Told,
}

/// What the lines say, whether they can be matched or not.
#[derive(Clone, Copy, Debug, Default)]
struct Told {
    settled_count: u64,
    settled_sum: Money,
    returned_count: u64,
    returned_sum: Money,
}

impl Told {
    /// Takes a verdict on a line that speaks of the whole run.
    fn hear(&mut self, verdict: &Verdict) -> Result<(), MoneyError> {
        match verdict {
            Verdict::Settle(news) => {
                self.settled_count += 1;
                self.settled_sum = self.settled_sum.plus(news.amount)?;
            }
            Verdict::Return(news) => {
                self.returned_count += 1;
                self.returned_sum = self.returned_sum.plus(news.amount)?;
            }
            Verdict::Nothing | Verdict::Unmatched(_) | Verdict::Kept => {}
        }
        Ok(())
    }

    fn add(&mut self, line: &BankLine) -> Result<(), MoneyError> {
        let amount = line.amount.unwrap_or(Money::ZERO);
        match line.said {
            Some(Said::Settled) => {
                self.settled_count += 1;
                self.settled_sum = self.settled_sum.plus(amount)?;
            }
            Some(Said::Returned) => {
                self.returned_count += 1;
                self.returned_sum = self.returned_sum.plus(amount)?;
            }
            Some(Said::Waiting) | None => {}
        }
        Ok(())
    }
}

/// Reads the file once and changes nothing. Accounts of the run are brought only where the file names accounts.
async fn survey(
    office: &Office,
    source: &Source,
    kept: &BTreeSet<u64>,
) -> Result<(Arc<RunBook>, Surveyed), ProcessError> {
    office.runner.catch_up(Until::Head).await?;
    let mut book = Arc::new(book_of(office, source.run_id).await?);
    loop {
        let (own, file, kept, keyring) =
            (Arc::clone(&book), source.clone(), kept.clone(), Arc::clone(&office.keyring));
        let reading = tokio::task::spawn_blocking(move || first_reading(&own, &file, kept, &keyring));
        match reading.await.map_err(|error| ProcessError::Damaged(error.to_string()))?? {
            Some(surveyed) => return Ok((book, surveyed)),
            None => {
                let mut with_accounts = book_of(office, source.run_id).await?;
                with_accounts.bring_accounts(accounts_of(office, source.run_id).await?);
                book = Arc::new(with_accounts);
            }
        }
    }
}

/// None where the file names accounts and the book has none yet.
fn first_reading(
    book: &RunBook,
    source: &Source,
    kept: BTreeSet<u64>,
    keyring: &Keyring,
) -> Result<Option<Surveyed>, Fault> {
    let mut matcher = Matcher::new(book, &source.sha256, Survey::default(), kept)
        .by_reference_only(source.by_reference_only);
    let (mut told, mut accounts_missing) = (Told::default(), false);
    // again where the accounts were missing
    source.lines_read.begin();
    let read = source.read(&mut |line| {
        source.lines_read.add();
        if (line.account.is_some() || reference_as_account(&line).is_some()) && !book.has_accounts() {
            accounts_missing = true;
            return Err(Fault::new("accounts_missing", "", ""));
        }
        let line = without_account(line, book, keyring);
        if line.scope == Scope::Run {
            return matcher.whole(&line, &mut |verdict| told.hear(&verdict).map_err(Fault::from));
        }
        told.add(&line)?;
        matcher.line(&line, index_of(keyring, &line).as_ref())?;
        Ok(())
    });
    if accounts_missing {
        return Ok(None);
    }
    read?;
    source.lines_read.finish();
    let matching = matcher.matching;
    Ok(Some(Surveyed { matching, told, survey: matcher.into_survey() }))
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
    let mut corrected = Matching::default();
    while let Some(batch) = receiver.recv().await {
        append_batch(office, desk, source, batch, &withholding, &mut corrected).await?;
    }
    let mut matching = reader.await.map_err(|error| ProcessError::Damaged(error.to_string()))??;
    matching.settled_count -= corrected.settled_count;
    matching.settled_sum = matching.settled_sum.minus(corrected.settled_sum)?;
    matching.returned_count -= corrected.returned_count;
    matching.returned_sum = matching.returned_sum.minus(corrected.returned_sum)?;
    matching.unmatched_count += corrected.unmatched_count;
    Ok(matching)
}

fn second_reading(
    book: &RunBook,
    source: &Source,
    (survey, kept): (Survey, BTreeSet<u64>),
    keyring: &Keyring,
    sender: &mpsc::Sender<Vec<Verdict>>,
) -> Result<Matching, Fault> {
    let mut matcher =
        Matcher::new(book, &source.sha256, survey, kept).by_reference_only(source.by_reference_only);
    let mut batch = Vec::with_capacity(BATCH);
    let send = |batch: &mut Vec<Verdict>| {
        let full = std::mem::replace(batch, Vec::with_capacity(BATCH));
        let gone = Fault::new("interrupted", "读取中断，请再读入一次", "interrupted: take the file in again");
        sender.blocking_send(full).map_err(|_| gone)
    };
    source.read(&mut |line| {
        let line = without_account(line, book, keyring);
        let mut put = |verdict: Verdict| {
            if !matches!(verdict, Verdict::Nothing | Verdict::Kept) {
                batch.push(verdict);
            }
            if batch.len() == BATCH { send(&mut batch) } else { Ok(()) }
        };
        if line.scope == Scope::Run {
            return matcher.whole(&line, &mut put);
        }
        put(matcher.line(&line, index_of(keyring, &line).as_ref())?)
    })?;
    if !batch.is_empty() {
        send(&mut batch)?;
    }
    Ok(matcher.matching)
}

/// Appends the news of a batch, then keeps what could not be matched.
async fn append_batch(
    office: &Office,
    desk: &Desk,
    source: &Source,
    batch: Vec<Verdict>,
    withholding: &HashSet<PaymentId>,
    corrected: &mut Matching,
) -> Result<(), ProcessError> {
    let (mut news, mut lines) = (Vec::with_capacity(batch.len()), Vec::new());
    for verdict in batch {
        match verdict {
            Verdict::Settle(one) => news.push((LineOutcome::Settled, one)),
            Verdict::Return(one) => news.push((LineOutcome::Returned, one)),
            Verdict::Unmatched(line) => lines.push(*line),
            Verdict::Nothing | Verdict::Kept => {}
        }
    }
    for (line, amount) in
        append_news(office, desk, (source.run_id, &source.sha256), news, withholding).await?
    {
        corrected.unmatched_count += 1;
        match line.outcome {
            Some(LineOutcome::Settled) => {
                corrected.settled_count += 1;
                corrected.settled_sum = corrected.settled_sum.plus(amount)?;
            }
            _ => {
                corrected.returned_count += 1;
                corrected.returned_sum = corrected.returned_sum.plus(amount)?;
            }
        }
        lines.push(line);
    }
    if lines.is_empty() {
        return Ok(());
    }
    name_other_runs(office, &mut lines).await?;
    for line in &mut lines {
        line.bank_code = impersonal(office, line.bank_code.take()).await?;
    }
    let return_id = BankReturnId::derive(source.run_id, &source.sha256);
    let command = BankReturnCommand::RecordUnmatched { lines };
    let key = office.derived("bank_lines", &format!("{return_id}|{}|{command:?}", desk.today()));
    office.together(desk, key, [Step::BankReturn(return_id.to_string(), command)]).await?;
    Ok(())
}

/// A reference that is unknown to the run may be that of another: then the file is taken in for that one too.
async fn name_other_runs(office: &Office, lines: &mut [UnmatchedLine]) -> Result<(), ProcessError> {
    let named = |line: &UnmatchedLine| line.end_to_end_id.as_deref()?.parse::<PaymentId>().ok();
    let ids: Vec<PaymentId> = lines
        .iter()
        .filter(|line| line.reason == UnmatchedReason::ReferenceUnknown)
        .filter_map(named)
        .collect();
    if ids.is_empty() {
        return Ok(());
    }
    let known: BTreeSet<PaymentId> =
        payments(&office.pool, &ids).await?.into_iter().map(|row| row.payment_id).collect();
    for line in lines {
        if line.reason == UnmatchedReason::ReferenceUnknown
            && named(line).is_some_and(|id| known.contains(&id))
        {
            line.reason = UnmatchedReason::OtherRun;
        }
    }
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

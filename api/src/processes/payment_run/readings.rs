//! The two readings of a file from the bank, and what the first tells the second. What the lines ask for, the accounts of
//! the run or which of its files each payment went in, is brought once a line asks.

use std::collections::BTreeSet;
use std::sync::Arc;

use domain::bank_return::Matching;
use domain::ids::PaymentId;
use domain::money::{Money, MoneyError};
use domain::payment_run::{BankDelivery, LineDigest, PaymentRun};
use eventlog::keyring::Keyring;
use futures::TryStreamExt;
use projections::runner::Until;
use tokio::sync::mpsc;

use super::file_source::Source;
use super::staged::{LineToDeliver, StagedLines};
use super::standing::{accounts_of, book_of};
use super::wrong_column::{index_of, reference_as_account, without_account};
use crate::bank::fault::Fault;
use crate::bank::matching::{Matcher, Survey, Verdict};
use crate::bank::reading::{BankLine, Said, Scope};
use crate::bank::run_book::RunBook;
use crate::processes::{Office, ProcessError};

/// Lines that are appended together.
const BATCH: usize = 5_000;

/// What the first reading found.
#[derive(Default)]
pub(super) struct Surveyed {
    pub survey: Survey,
    pub matching: Matching,
    /// Lines that could not be matched and say nothing of a payment of the run.
    pub strangers: u64,
    pub told: Told,
}

/// What the lines say, whether they can be matched or not.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Told {
    pub settled_count: u64,
    pub settled_sum: Money,
    pub returned_count: u64,
    pub returned_sum: Money,
}

impl Told {
    /// Takes a verdict on a line that speaks of a whole file.
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
            Verdict::Name(_) | Verdict::Nothing | Verdict::Unmatched(_) | Verdict::Kept => {}
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

/// What the lines of a file ask for, besides the payments.
#[derive(Clone, Copy, Debug, Default)]
struct Wanted {
    /// Accounts: the file names some.
    accounts: bool,
    /// In which of the run's files each payment went: the bank speaks of one as a whole.
    files: bool,
}

/// What came of a first reading.
enum Reading {
    /// It came to the end.
    Done(Surveyed),
    /// Something is to be brought before.
    Wants(Wanted),
}

/// Reads the file once and changes nothing.
///
/// # Errors
/// [`ProcessError`]: the file is refused, or the run cannot be read.
pub(super) async fn survey(
    office: &Office,
    source: &Source,
    run: &PaymentRun,
    kept: &BTreeSet<u64>,
) -> Result<(Arc<RunBook>, Surveyed), ProcessError> {
    office.runner.catch_up(Until::Head).await?;
    let mut wanted = Wanted::default();
    loop {
        let mut book = book_of(office, source.run_id).await?;
        if wanted.accounts {
            book.bring_accounts(accounts_of(office, source.run_id).await?);
        }
        if wanted.files {
            book.bring_files(files_of(office, source, run).await?);
        }
        let book = Arc::new(book);
        let (own, file, kept, keyring) =
            (Arc::clone(&book), source.clone(), kept.clone(), Arc::clone(&office.keyring));
        let reading = tokio::task::spawn_blocking(move || first_reading(&own, &file, kept, &keyring));
        match reading.await.map_err(|error| ProcessError::Damaged(error.to_string()))?? {
            Reading::Done(surveyed) => return Ok((book, surveyed)),
            Reading::Wants(more) => {
                wanted =
                    Wanted { accounts: wanted.accounts || more.accounts, files: wanted.files || more.files };
            }
        }
    }
}

/// In which file of the release, from 1, each payment of a run went to the bank: one file after another, as the lines are
/// staged.
async fn files_of(
    office: &Office,
    source: &Source,
    run: &PaymentRun,
) -> Result<Vec<(PaymentId, u8)>, ProcessError> {
    let (Some(delivery), Some(calculation)) = (run.delivery(), run.calculation()) else {
        return Err(ProcessError::NotReleased);
    };
    if parts_accounts(office, source, delivery)? {
        return Err(which_payments_is_unknown().into());
    }
    let mut digest = LineDigest::default();
    let (mut found, mut counts) = (Vec::new(), delivery.files.iter().map(|file| file.line_count));
    let (mut file, mut left) = (0_u8, 0);
    let mut pages = std::pin::pin!(StagedLines::<LineToDeliver>::of(&office.pool, source.run_id).pages());
    while let Some(page) = pages.try_next().await? {
        for staged in &page {
            digest.line(&staged.line);
            if left == 0 {
                (file, left) = (file.saturating_add(1), counts.next().unwrap_or(u64::MAX));
            }
            left -= 1;
            found.push((staged.line.payment_id, file));
        }
    }
    if digest.finish() == calculation.digest { Ok(found) } else { Err(ProcessError::LinesLost) }
}

/// Whether the layout of a release parts the bank's own accounts from others: then only opened accounts tell which file a
/// payment is in.
fn parts_accounts(office: &Office, source: &Source, delivery: &BankDelivery) -> Result<bool, Fault> {
    if source.layout.code == delivery.layout {
        return Ok(source.layout.own_bank.is_some());
    }
    Ok(office.bank_layouts.layout(&delivery.layout)?.own_bank.is_some())
}

fn which_payments_is_unknown() -> Fault {
    Fault::new(
        "file_without_payments",
        "报告只针对本批次多个文件之一的整体，未列明各笔结果；该格式按账户归属行分文件，请向银行索取逐笔结果",
        "the report is on one of several files as a whole and lists no payment of it, and the files are parted by accounts: \
         ask the bank for the result of each payment",
    )
}

fn first_reading(
    book: &RunBook,
    source: &Source,
    kept: BTreeSet<u64>,
    keyring: &Keyring,
) -> Result<Reading, Fault> {
    let mut matcher = Matcher::new(book, &source.sha256, Survey::default(), kept)
        .by_reference_only(source.by_reference_only);
    let (mut told, mut wanted) = (Told::default(), Wanted::default());
    // again where something was missing
    source.lines_read.begin();
    let read = source.read(&mut |line| {
        source.lines_read.add();
        if (line.account.is_some() || reference_as_account(&line).is_some()) && !book.has_accounts() {
            wanted.accounts = true;
            return Err(to_be_brought());
        }
        let line = without_account(line, book, keyring);
        if let Scope::File(file) = line.scope {
            if source.files.len() > 1 && !book.has_files() {
                wanted.files = true;
                return Err(to_be_brought());
            }
            return matcher.whole((&line, file), &mut |verdict| told.hear(&verdict).map_err(Fault::from));
        }
        told.add(&line)?;
        matcher.line(&line, index_of(keyring, &line).as_ref())?;
        Ok(())
    });
    if wanted.accounts || wanted.files {
        return Ok(Reading::Wants(wanted));
    }
    read?;
    source.lines_read.finish();
    let (matching, strangers) = (matcher.matching, matcher.strangers());
    Ok(Reading::Done(Surveyed { matching, strangers, told, survey: matcher.into_survey() }))
}

/// Stops a reading; never told to anybody.
fn to_be_brought() -> Fault {
    Fault::new("to_be_brought", "", "")
}

/// Reads the file again and hands on what is to be appended, a batch at a time.
///
/// # Errors
/// [`Fault`]: the file is another now, or nobody listens any more.
pub(super) fn second_reading(
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
        if let Scope::File(file) = line.scope {
            return matcher.whole((&line, file), &mut put);
        }
        put(matcher.line(&line, index_of(keyring, &line).as_ref())?)
    })?;
    if !batch.is_empty() {
        send(&mut batch)?;
    }
    Ok(matcher.matching)
}

//! 发放: every line of an approved run is ordered, once, and the bank file is made.

use std::io::Write;

use chrono::NaiveDate;
use domain::aggregate::{Context, Decider, LedgerEvent};
use domain::explain::Explain;
use domain::ids::RunId;
use domain::payment::{Payment, PaymentCommand, PaymentEvent};
use domain::payment_run::{LineDigest, PaymentRun, PaymentRunCommand};
use eventlog::append::{NewEvent, StreamAppend, StreamId};
use eventlog::bulk::{BulkOptions, Existing};
use eventlog::metadata::Metadata;
use projections::payment_registers::queries::payments;
use projections::runner::Until;
use uuid::Uuid;

use super::bank_file::BankFile;
use super::staging::{StagedLine, StagedLines};
use super::{load, reject};
use crate::processes::{Desk, Office, ProcessError, Step};

/// A released run.
#[derive(Clone, Debug, serde::Serialize)]
pub struct Released {
    /// The run.
    pub run_id: RunId,
    /// 笔数.
    pub line_count: u64,
    /// SHA-256 of the bank file.
    pub file_sha256: String,
}

/// Orders every line of an approved run and writes the bank file to `file`. Lines that an earlier, interrupted
/// release ordered are found ordered; the rest follows.
///
/// # Errors
/// [`ProcessError`]: the run is not approved, the staged lines are not the approved ones (the run is then sent back),
/// the file cannot be written, or a month was ordered by another run meanwhile.
pub async fn release(
    office: &Office,
    desk: &Desk,
    run_id: RunId,
    execution_on: NaiveDate,
    file: &mut impl Write,
) -> Result<Released, ProcessError> {
    let run = load(office, run_id).await?;
    let calculation = run.calculation().ok_or(ProcessError::Unknown { what: "calculation" })?.clone();
    if !matches!(*run, PaymentRun::Approved(_) | PaymentRun::Released(_)) {
        return Err(out_of_turn(&run, execution_on, desk));
    }
    let (digest, bank_file) = read_through(office, run_id, execution_on, file).await?;
    let file_sha256 = bank_file.finish()?;
    let command = PaymentRunCommand::ReleaseRun { file_sha256: file_sha256.clone(), execution_on, digest };
    // nothing may be ordered for a run that would then be refused: asked first, appended last
    if let Err(refusal) = run.decide(command.clone(), &desk.context()) {
        if matches!(refusal.code(), "lines_changed") {
            reject(office, desk, run_id, "暂存的发放行与审批时不一致，请重新核算").await?;
        }
        return Err(ProcessError::refused(&refusal));
    }
    if matches!(*run, PaymentRun::Approved(_)) {
        refuse_ordered_elsewhere(office, run_id).await?;
        order_all(office, desk, run_id, execution_on).await?;
    }
    let key = office.derived("release_run", &format!("{run_id}|{}", calculation.position));
    office.together(desk, key, [Step::PaymentRun(run_id.to_string(), command)]).await?;
    Ok(Released { run_id, line_count: calculation.line_count, file_sha256 })
}

/// What the run says to a release at another step, before any account is opened for a file.
fn out_of_turn(run: &PaymentRun, execution_on: NaiveDate, desk: &Desk) -> ProcessError {
    let (file_sha256, digest) = (String::new(), String::new());
    let command = PaymentRunCommand::ReleaseRun { file_sha256, execution_on, digest };
    match run.decide(command, &desk.context()) {
        Err(refusal) => ProcessError::refused(&refusal),
        Ok(_) => ProcessError::Damaged("a run would be released without its lines".to_owned()),
    }
}

/// Refuses before the first order when another run was first with any of the lines: the run must be calculated anew.
async fn refuse_ordered_elsewhere(office: &Office, run_id: RunId) -> Result<(), ProcessError> {
    office.runner.catch_up(Until::Head).await?;
    let mut lines = StagedLines::new(&office.pool, run_id);
    let mut count = 0;
    while let Some(page) = lines.next_page().await? {
        let ids: Vec<_> = page.iter().map(|staged| staged.order.payment_id).collect();
        let known = payments(&office.pool, &ids).await?;
        count += known.iter().filter(|payment| payment.run_id != run_id).count();
    }
    if count > 0 { Err(ProcessError::OrderedElsewhere { count }) } else { Ok(()) }
}

/// The digest of the staged lines, and the bank file made of them.
async fn read_through<'f, W: Write>(
    office: &Office,
    run_id: RunId,
    execution_on: NaiveDate,
    file: &'f mut W,
) -> Result<(String, BankFile<'f, W>), ProcessError> {
    let mut digest = LineDigest::default();
    let mut bank_file = BankFile::begin(file, run_id, execution_on)?;
    let mut lines = StagedLines::new(&office.pool, run_id);
    while let Some(page) = lines.next_page().await? {
        let payees: Vec<_> = page.iter().map(|staged| staged.order.payee).collect();
        office.keyring.load(&payees).await?;
        for staged in &page {
            digest.line(&staged.run_line());
            bank_file.line(&staged.order, &*office.keyring)?;
        }
    }
    Ok((digest.finish(), bank_file))
}

async fn order_all(
    office: &Office,
    desk: &Desk,
    run_id: RunId,
    execution_on: NaiveDate,
) -> Result<(), ProcessError> {
    let mut lines = StagedLines::new(&office.pool, run_id);
    while let Some(page) = lines.next_page().await? {
        order_page(office, desk, execution_on, page).await?;
    }
    Ok(())
}

/// Orders one page through the wide door; what exists already is asked one by one, and answers that it is done or
/// that another run was first.
async fn order_page(
    office: &Office,
    desk: &Desk,
    execution_on: NaiveDate,
    mut page: Vec<StagedLine>,
) -> Result<(), ProcessError> {
    let context = desk.context();
    let mut streams = Vec::with_capacity(page.len());
    for staged in &mut page {
        staged.order.execution_on = execution_on;
        let command = PaymentCommand::OrderPayment { order: staged.order.clone() };
        let id = staged.order.payment_id.to_string();
        streams.push(decided(&Payment::default(), id, 0, command, &context, staged.order.run_id.uuid())?);
    }
    let options = BulkOptions { existing: Existing::Skip, now: Some(desk.now), ..BulkOptions::default() };
    let skipped = office.repository.append_bulk(streams, &options).await?.skipped;
    for staged in &page {
        let id = staged.order.payment_id.to_string();
        if skipped.iter().any(|stream| stream.id == id) && !ordered_before(office, staged).await? {
            let order = PaymentCommand::OrderPayment { order: staged.order.clone() };
            office.together(desk, office.derived("order", &id), [Step::Payment(id.clone(), order)]).await?;
        }
        if let Some(before) = staged.replaces {
            let reissue = PaymentCommand::ReissuePayment {
                reissued_as: staged.order.payment_id,
                reissued_on: desk.today(),
            };
            // the day is part of the body, and a release may be finished on a later one
            let key = office.derived("reissue", &format!("{before}|{id}|{}", desk.today()));
            office.together(desk, key, [Step::Payment(before.to_string(), reissue)]).await?;
        }
    }
    Ok(())
}

/// Whether an earlier, interrupted release of the same run ordered the line, perhaps for an earlier day.
async fn ordered_before(office: &Office, staged: &StagedLine) -> Result<bool, ProcessError> {
    let payment = office.repository.load_newest::<Payment>(staged.order.payment_id).await?.state;
    let (run_id, amount) = (staged.order.run_id, staged.order.amount);
    Ok(payment.order().is_some_and(|order| order.run_id == run_id && order.amount == amount))
}

/// What a payment decides on a command, as an append that expects its stream at `expected`.
pub(super) fn decided(
    payment: &Payment,
    id: String,
    expected: u64,
    command: PaymentCommand,
    context: &Context,
    correlation: Uuid,
) -> Result<StreamAppend, ProcessError> {
    let events: Vec<PaymentEvent> =
        payment.decide(command, context).map_err(|refusal| ProcessError::refused(&refusal))?;
    let mut metadata = Metadata::new(context, correlation);
    let written = events.iter().map(|event| {
        metadata.effective_on = event.effective_on();
        NewEvent::try_new(event, metadata.to_json()?)
    });
    let events = written.collect::<Result<Vec<_>, serde_json::Error>>();
    let events = events.map_err(|error| ProcessError::Damaged(error.to_string()))?;
    Ok(StreamAppend { stream: StreamId::new(Payment::TYPE, id), expected, events })
}

//! 发放: every line of an approved run is ordered, once, and the bank file is made.

use std::collections::HashSet;
use std::io::Write;

use chrono::NaiveDate;
use domain::aggregate::{Context, Decider, LedgerEvent};
use domain::explain::Explain;
use domain::ids::{PaymentId, RunId};
use domain::money::Money;
use domain::payment::{Payment, PaymentCommand, PaymentEvent, PaymentStage};
use domain::payment_run::{BankDelivery, PaymentRun, PaymentRunCommand};
use eventlog::append::{AppendError, NewEvent, StreamAppend, StreamId};
use eventlog::bulk::{Bulk, BulkOptions, Chunk, Existing};
use eventlog::metadata::Metadata;
use futures::TryStreamExt;
use projections::runner::Until;

use super::bank_file::{BankFiles, Delivery, OneFile, Survey};
use super::changed::stopped_cases;
use super::staged::{StagedLine, StagedLines};
use super::withheld::WithholdingLines;
use super::{load, orders_of, reject};
use crate::bank::catalogue::{Catalogue, PLAIN};
use crate::bank::fault::Fault;
use crate::bank::layout::Layout;
use crate::processes::cores::blocking;
use crate::processes::{Desk, Office, ProcessError, Step};

/// Pages that are decided at once, while one is appended.
pub(super) const PAGES_AT_ONCE: usize = 2;

/// A run that is to go to the bank.
#[derive(Clone, Copy, Debug)]
pub struct Release<'r> {
    /// The run.
    pub run_id: RunId,
    /// 要求执行日期; today, or that of an earlier release, when absent.
    pub execution_on: Option<NaiveDate>,
    /// How the files are written.
    pub layout: &'r Layout,
}

/// A released run.
#[derive(Clone, Debug, serde::Serialize)]
pub struct Released {
    /// The run.
    pub run_id: RunId,
    /// 笔数.
    pub line_count: u64,
    /// 合计金额.
    pub control_sum: Money,
    /// SHA-256 of the bank file; of several, over their bytes one after another.
    pub file_sha256: String,
    /// The layout and the files.
    pub delivery: BankDelivery,
}

/// Orders every line of an approved run and writes one file in the layout that no bank prescribes to `file`.
///
/// # Errors
/// As [`release_in`].
pub async fn release(
    office: &Office,
    desk: &Desk,
    run_id: RunId,
    execution_on: NaiveDate,
    file: &mut (impl Write + Send),
) -> Result<Released, ProcessError> {
    let catalogue = Catalogue::own()?;
    let layout = catalogue.layout(PLAIN)?;
    let release = Release { run_id, execution_on: Some(execution_on), layout };
    release_in(office, desk, &release, &mut OneFile(file)).await
}

/// Orders every line of an approved run and writes the files to the bank in a layout. Lines that an earlier,
/// interrupted release ordered are found ordered; the rest follows. A run that is released already has its files
/// written again, with the same bytes.
///
/// # Errors
/// [`ProcessError`]: the run is not approved, the staged lines are not the approved ones (the run is then sent back),
/// a text cannot be written in the layout, a file cannot be written, a month was ordered by another run meanwhile, a line
/// would be paid less, elsewhere or not at all by what was recorded since the approval, or the files would not be those that
/// were released.
pub async fn release_in(
    office: &Office,
    desk: &Desk,
    release: &Release<'_>,
    out: &mut (dyn BankFiles + Send),
) -> Result<Released, ProcessError> {
    let run_id = release.run_id;
    let run = load(office, run_id).await?;
    let (approved_on, before) = match &*run {
        PaymentRun::Approved(approved) => (approved.approval.on, None),
        PaymentRun::Released(released) => (released.approved.approval.on, Some(released)),
        _ => return Err(out_of_turn(&run, release.execution_on.unwrap_or(desk.today()), desk)),
    };
    let calculation = run.calculation().ok_or(ProcessError::Unknown { what: "calculation" })?.clone();
    if let Some(before) = before {
        same_layout(before, release.layout)?;
        same_day(before, release.execution_on)?;
    }
    let recorded = before.map(|before| before.execution_on);
    let execution_on = release.execution_on.or(recorded).unwrap_or(desk.today());
    let delivery = Delivery { office, run_id, layout: release.layout, approved_on, execution_on };
    office.runner.catch_up(Until::Head).await?;
    let Survey { digest, plan, elsewhere, paid_meanwhile, withholding } = delivery.survey().await?;
    let command = |file_sha256: String, delivery| {
        let digest = digest.clone();
        PaymentRunCommand::ReleaseRun { file_sha256, execution_on, digest, delivery }
    };
    // nothing may be opened or ordered for a run that would then be refused: asked first, appended last
    let expected = before.map_or_else(|| "0".repeat(64), |before| before.file_sha256.clone());
    if let Err(refusal) = run.decide(command(expected, None), &desk.context()) {
        if matches!(refusal.code(), "lines_changed") {
            reject(office, desk, run_id, "暂存的发放行与审批时不一致，请重新核算").await?;
        }
        return Err(ProcessError::refused(&refusal));
    }
    if before.is_none() {
        // another run was first with some lines
        if elsewhere > 0 {
            return Err(ProcessError::OrderedElsewhere { count: elsewhere });
        }
        // a release that was interrupted is finished as it was begun: what it pays too much is asked back
        if orders_of(office, run_id).await? == 0 {
            refuse_overtaken(office, desk, (run_id, &run), (paid_meanwhile, withholding)).await?;
        }
    }
    delivery.disclose(desk, calculation.line_count).await?;
    let delivered = delivery.write(plan, out).await?;
    if before.is_some_and(|before| before.file_sha256 != delivered.file_sha256) {
        return Err(other_bytes().into());
    }
    if before.is_none() {
        order_all(office, desk, run_id, execution_on).await?;
    }
    let command = command(delivered.file_sha256.clone(), Some(delivered.delivery.clone()));
    let key = office.derived("release_run", &format!("{run_id}|{}", calculation.position));
    office.together(desk, key, [Step::PaymentRun(run_id.to_string(), command)]).await?;
    Ok(Released {
        run_id,
        line_count: calculation.line_count,
        control_sum: calculation.control_sum,
        file_sha256: delivered.file_sha256,
        delivery: delivered.delivery,
    })
}

/// Refuses lines that what was recorded since the approval has overtaken: the run must be calculated anew.
async fn refuse_overtaken(
    office: &Office,
    desk: &Desk,
    (run_id, run): (RunId, &PaymentRun),
    (paid_meanwhile, withholding): (usize, WithholdingLines),
) -> Result<(), ProcessError> {
    if paid_meanwhile > 0 {
        return Err(ProcessError::PaidMeanwhile { count: paid_meanwhile });
    }
    withholding.refuse_changed(office).await?;
    let changed = stopped_cases(office, desk.today(), run).await?;
    // another release of the run may have begun since, which is finished as it was begun
    if changed.is_empty() || orders_of(office, run_id).await? > 0 {
        return Ok(());
    }
    Err(ProcessError::LinesStopped { changed })
}

/// A run that is released is written again in its own layout only.
fn same_layout(before: &domain::payment_run::Released, layout: &Layout) -> Result<(), Fault> {
    let was = before.delivery.as_ref().map_or(PLAIN, |delivery| delivery.layout.as_str());
    if was == layout.code {
        return Ok(());
    }
    Err(Fault::new(
        "released_in_another_layout",
        format!("本批次已按格式 {was} 发放，只能按该格式重新生成文件"),
        format!("the run was released in the layout {was}: write its files again in that one"),
    ))
}

fn same_day(before: &domain::payment_run::Released, asked: Option<NaiveDate>) -> Result<(), Fault> {
    let was = before.execution_on;
    if asked.is_none_or(|asked| asked == was) {
        return Ok(());
    }
    Err(Fault::new(
        "released_for_another_day",
        format!("本批次已按要求执行日期 {was} 发放，只能按该日期重新生成文件"),
        format!("the run was released for {was}: write its files again for that day"),
    ))
}

fn other_bytes() -> Fault {
    Fault::new(
        "bank_file_differs",
        "重新生成的文件与已发放的文件不一致：格式文件或收款人姓名已变更；请勿再次提交银行",
        "the files would not be those that were released: the layout or a payee's name was changed since",
    )
}

/// What the run says to a release at another step, before any account is opened for a file.
fn out_of_turn(run: &PaymentRun, execution_on: NaiveDate, desk: &Desk) -> ProcessError {
    let (file_sha256, digest) = (String::new(), String::new());
    let command = PaymentRunCommand::ReleaseRun { file_sha256, execution_on, digest, delivery: None };
    match run.decide(command, &desk.context()) {
        Err(refusal) => ProcessError::refused(&refusal),
        Ok(_) => ProcessError::Damaged("a run would be released without its lines".to_owned()),
    }
}

/// Pages are read and decided ahead of the one that is appended.
async fn order_all(
    office: &Office,
    desk: &Desk,
    run_id: RunId,
    execution_on: NaiveDate,
) -> Result<(), ProcessError> {
    let decide = |page| {
        let context = desk.context();
        async move { blocking(move || Orders::decide(page, run_id, execution_on, &context)).await? }
    };
    let pages = StagedLines::of(&office.pool, run_id).pages().map_ok(decide).try_buffered(PAGES_AT_ONCE);
    let mut pages = std::pin::pin!(pages);
    let options = BulkOptions { existing: Existing::Skip, now: Some(desk.now), ..BulkOptions::default() };
    let mut bulk = office.repository.appender().open_bulk(&options).await?;
    while let Some(orders) = pages.try_next().await? {
        order_page(office, desk, &mut bulk, orders).await?;
    }
    bulk.close().await;
    Ok(())
}

/// The lines of a page with the events that order them.
struct Orders {
    lines: Vec<StagedLine>,
    execution_on: NaiveDate,
    chunk: Chunk,
}

impl Orders {
    fn decide(
        lines: Vec<StagedLine>,
        run_id: RunId,
        execution_on: NaiveDate,
        context: &Context,
    ) -> Result<Orders, ProcessError> {
        let mut streams = Vec::with_capacity(lines.len());
        let mut deciding = Deciding::new(context, run_id)?;
        for staged in &lines {
            let command = PaymentCommand::OrderPayment { order: Box::new(staged.order(execution_on)) };
            let id = staged.line.payment_id.to_string();
            streams.push(deciding.append(&Payment::default(), id, 0, command)?);
        }
        Ok(Orders { lines, execution_on, chunk: Chunk::try_new(streams).map_err(AppendError::from)? })
    }
}

/// Orders one page through the wide door; what exists already is asked one by one, and answers that it is done or
/// that another run was first.
async fn order_page(
    office: &Office,
    desk: &Desk,
    bulk: &mut Bulk,
    orders: Orders,
) -> Result<(), ProcessError> {
    let skipped = office.repository.append_chunk(bulk, orders.chunk).await?.skipped;
    let skipped: HashSet<String> = skipped.into_iter().map(|stream| stream.id).collect();
    for staged in &orders.lines {
        if skipped.is_empty() && staged.replaces.is_none() {
            continue;
        }
        let id = staged.line.payment_id.to_string();
        if skipped.contains(&id) && !ordered_before(office, staged).await? {
            let order = Box::new(staged.order(orders.execution_on));
            let order = PaymentCommand::OrderPayment { order };
            office.together(desk, office.derived("order", &id), [Step::Payment(id.clone(), order)]).await?;
        }
        if let Some(before) = staged.replaces
            && can_be_linked(office, before).await?
        {
            let reissue = PaymentCommand::ReissuePayment {
                reissued_as: staged.line.payment_id,
                reissued_on: desk.today(),
            };
            // the day is part of the body, and a release may be finished on a later one
            let key = office.derived("reissue", &format!("{before}|{id}|{}", desk.today()));
            office.together(desk, key, [Step::Payment(before.to_string(), reissue)]).await?;
        }
    }
    Ok(())
}

/// Whether the payment that a line takes the place of is still one that came back: it can have been given up since, or
/// have arrived in the very moment of the release.
async fn can_be_linked(office: &Office, before: PaymentId) -> Result<bool, ProcessError> {
    let payment = office.repository.load_newest::<Payment>(before).await?.state;
    Ok(!matches!(payment.stage(), PaymentStage::Cancelled | PaymentStage::Settled))
}

/// Whether an earlier, interrupted release of the same run ordered the line, perhaps for an earlier day.
async fn ordered_before(office: &Office, staged: &StagedLine) -> Result<bool, ProcessError> {
    let payment = office.repository.load_newest::<Payment>(staged.line.payment_id).await?.state;
    let (run_id, amount) = (staged.run_id, staged.line.amount);
    Ok(payment.order().is_some_and(|order| order.run_id == run_id && order.amount == amount))
}

/// Decides payments of one run one after another. What stands beside their events is the same text for the same day, and
/// is made once.
pub(super) struct Deciding<'c> {
    context: &'c Context,
    metadata: Metadata,
    text: String,
}

impl<'c> Deciding<'c> {
    /// Decides in somebody's name, for a run.
    ///
    /// # Errors
    /// None that names and days can cause.
    pub fn new(context: &'c Context, run_id: RunId) -> Result<Deciding<'c>, ProcessError> {
        let metadata = Metadata::new(context, run_id.uuid());
        let text = metadata.to_json().map_err(unwritten)?;
        Ok(Deciding { context, metadata, text })
    }

    /// What a payment decides on a command, as an append that expects its stream at `expected`.
    pub fn append(
        &mut self,
        payment: &Payment,
        id: String,
        expected: u64,
        command: PaymentCommand,
    ) -> Result<StreamAppend, ProcessError> {
        let decided = payment.decide(command, self.context);
        let decided: Vec<PaymentEvent> = decided.map_err(|refusal| ProcessError::refused(&refusal))?;
        let mut events = Vec::with_capacity(decided.len());
        for event in &decided {
            if self.metadata.effective_on != event.effective_on() {
                self.metadata.effective_on = event.effective_on();
                self.text = self.metadata.to_json().map_err(unwritten)?;
            }
            events.push(NewEvent::try_new(event, self.text.clone()).map_err(unwritten)?);
        }
        Ok(StreamAppend { stream: StreamId::new(Payment::TYPE, id), expected, events })
    }
}

fn unwritten(error: serde_json::Error) -> ProcessError {
    ProcessError::Damaged(error.to_string())
}

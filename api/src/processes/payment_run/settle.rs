//! 回盘: what the bank did with each line; when every line has its result, the run is reconciled and the fund spent.

use std::collections::HashMap;

use chrono::NaiveDate;
use domain::aggregate::Context;
use domain::fund::FundCommand;
use domain::ids::{PaymentId, RunId};
use domain::money::Money;
use domain::payment::{Ordered, Payment, PaymentCommand};
use domain::payment_run::{BankResults, PaymentRun, PaymentRunCommand, RunLine};
use eventlog::append::AppendError;
use eventlog::bulk::{Bulk, BulkOptions, Chunk, Existing};
use futures::{StreamExt, TryStreamExt};
use sqlx::PgPool;

use super::arrived_late::correct_results;
use super::fund_shares;
use super::load;
use super::release::{Deciding, PAGES_AT_ONCE};
use super::staged::StagedLines;
use super::withheld::{complete_plans_of, settle_withholding};
use crate::processes::cores::{alongside, blocking};
use crate::processes::{Desk, Office, ProcessError, Step};

/// What the bank did with one payment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BankResult {
    /// Which.
    pub payment_id: PaymentId,
    /// What.
    pub outcome: BankOutcome,
}

/// What the bank did.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum BankOutcome {
    /// 到账, with the bank's reference.
    Settled(String),
    /// 退汇, with the bank's reason code.
    Returned(String),
}

/// What came of results.
#[derive(Clone, Debug, serde::Serialize)]
pub struct Settlement {
    /// The run.
    pub run_id: RunId,
    /// What the bank did so far.
    pub results: BankResults,
    /// Lines without a result yet.
    pub pending_count: u64,
    /// Results for payments that are not of this run.
    pub unknown: Vec<PaymentId>,
}

/// Takes the bank's results in. Results that were taken before change nothing; a run whose every line has a result
/// is reconciled: the fund is spent by what settled and freed of what came back.
///
/// # Errors
/// [`ProcessError`]: the run is not released, or a result contradicts an earlier one.
pub async fn settle(
    office: &Office,
    desk: &Desk,
    run_id: RunId,
    results: Vec<BankResult>,
) -> Result<Settlement, ProcessError> {
    let run = load(office, run_id).await?;
    let execution_on = run.execution_on().ok_or(ProcessError::NotReleased)?;
    let mut results: HashMap<PaymentId, BankOutcome> =
        results.into_iter().map(|result| (result.payment_id, result.outcome)).collect();
    let mut tally = Tally::default();
    let mut others = Vec::new();
    {
        let pages = StagedLines::of(&office.pool, run_id).pages().map(|page| {
            let page = Answers::match_page(page?, &mut results, &mut tally)?;
            Ok((page, desk.context()))
        });
        // on tasks of their own: they go on while a page before them is appended
        let decide = |(page, context): (Answers, Context)| {
            let pool = office.pool.clone();
            async move {
                let decided = async move {
                    let page = blocking(move || page.decide(run_id, execution_on, &context)).await??;
                    page.looked_up(&pool).await
                };
                alongside(decided).await?
            }
        };
        let mut pages = std::pin::pin!(pages.map_ok(decide).try_buffered(PAGES_AT_ONCE));
        let mut bulk = None;
        while let Some(page) = pages.try_next().await? {
            others.extend(settle_page(office, desk, &mut bulk, page).await?);
        }
        if let Some(bulk) = bulk {
            bulk.close().await;
        }
    }
    // asked for only now: of two files that are taken at once, the one that ends last then sees what both say
    for order in others {
        tally_known(office, order, &mut tally).await?;
    }
    let settlement = Settlement {
        run_id,
        results: tally.results,
        pending_count: tally.pending_count,
        unknown: results.into_keys().collect(),
    };
    if settlement.pending_count == 0 && matches!(*run, PaymentRun::Released(_)) {
        reconcile(office, desk, &run, run_id, tally.results).await?;
    }
    if matches!(*run, PaymentRun::Reconciled(_)) {
        // an interruption may have come before its results were corrected
        correct_results(office, desk, run_id).await?;
    }
    Ok(settlement)
}

#[derive(Default)]
struct Tally {
    results: BankResults,
    pending_count: u64,
}

impl Tally {
    fn settled(&mut self, amount: Money) -> Result<(), ProcessError> {
        self.results.settled_count += 1;
        self.results.settled_sum = self.results.settled_sum.plus(amount)?;
        Ok(())
    }

    fn returned(&mut self, amount: Money) -> Result<(), ProcessError> {
        self.results.returned_count += 1;
        self.results.returned_sum = self.results.returned_sum.plus(amount)?;
        Ok(())
    }
}

/// A line that a file says nothing of.
struct Other {
    payment_id: PaymentId,
    amount: Money,
}

/// What a file says of a page's lines.
#[derive(Default)]
struct Answers {
    answered: Vec<(RunLine, BankOutcome)>,
    /// What repays earlier payments is appended with them, line by line; there are few.
    withholding: Vec<(PaymentId, String)>,
    others: Vec<Other>,
}

impl Answers {
    fn match_page(
        page: Vec<RunLine>,
        results: &mut HashMap<PaymentId, BankOutcome>,
        tally: &mut Tally,
    ) -> Result<Answers, ProcessError> {
        let mut answers = Answers::default();
        for line in page {
            let (payment_id, amount) = (line.payment_id, line.amount);
            let Some(outcome) = results.remove(&payment_id) else {
                answers.others.push(Other { payment_id, amount });
                continue;
            };
            match &outcome {
                BankOutcome::Settled(_) => tally.settled(amount)?,
                BankOutcome::Returned(_) => tally.returned(amount)?,
            }
            match outcome {
                BankOutcome::Settled(bank_reference) if !line.withheld.is_empty() => {
                    answers.withholding.push((payment_id, bank_reference));
                }
                outcome => answers.answered.push((line, outcome)),
            }
        }
        Ok(answers)
    }

    fn decide(
        self,
        run_id: RunId,
        execution_on: NaiveDate,
        context: &Context,
    ) -> Result<DecidedPage, ProcessError> {
        let Answers { answered, withholding, others } = self;
        let mut deciding = Deciding::new(context, run_id)?;
        let (mut streams, mut commands) = (Vec::with_capacity(answered.len()), HashMap::new());
        for (line, outcome) in answered {
            let (id, command) = (line.payment_id.to_string(), command(outcome, context));
            let ordered = ordered(line, run_id, execution_on);
            streams.push(deciding.append(&ordered, id.clone(), 1, command.clone())?);
            commands.insert(id, command);
        }
        let chunk = if streams.is_empty() { None } else { Some(Chunk::try_new(streams)) };
        let chunk = chunk.transpose().map_err(AppendError::from)?;
        Ok(DecidedPage { chunk, commands, withholding, others })
    }
}

/// A page with the events that say what became of its lines.
struct DecidedPage {
    chunk: Option<Chunk>,
    /// By stream, for those that have an answer already.
    commands: HashMap<String, PaymentCommand>,
    withholding: Vec<(PaymentId, String)>,
    others: Vec<Other>,
}

impl DecidedPage {
    /// Looks the payments up that are to be continued.
    async fn looked_up(mut self, pool: &PgPool) -> Result<DecidedPage, ProcessError> {
        if let Some(chunk) = self.chunk {
            self.chunk = Some(chunk.looked_up(&mut *pool.acquire().await?).await?);
        }
        Ok(self)
    }
}

/// Appends what the file says of a page's lines; gives the lines that it says nothing of.
async fn settle_page(
    office: &Office,
    desk: &Desk,
    bulk: &mut Option<Bulk>,
    page: DecidedPage,
) -> Result<Vec<Other>, ProcessError> {
    let DecidedPage { chunk, mut commands, withholding, others } = page;
    for (payment_id, bank_reference) in withholding {
        settle_withholding(office, desk, payment_id, (&bank_reference, desk.today())).await?;
        complete_plans_of(office, desk, payment_id).await?;
    }
    let Some(chunk) = chunk else { return Ok(others) };
    let bulk = match bulk {
        Some(bulk) => bulk,
        None => bulk.insert(open_bulk(office, desk).await?),
    };
    let done = office.repository.append_chunk(bulk, chunk).await?;
    // a payment beyond its order has a result already: it says whether this is the same one
    for stream in done.skipped {
        if let Some(command) = commands.remove(&stream.id) {
            let key = office.derived("bank_result", &format!("{}|{command:?}", stream.id));
            office.together(desk, key, [Step::Payment(stream.id, command)]).await?;
        }
    }
    Ok(others)
}

async fn open_bulk(office: &Office, desk: &Desk) -> Result<Bulk, ProcessError> {
    let options = BulkOptions { existing: Existing::Skip, now: Some(desk.now), ..BulkOptions::default() };
    Ok(office.repository.appender().open_bulk(&options).await?)
}

fn command(outcome: BankOutcome, context: &Context) -> PaymentCommand {
    match outcome {
        BankOutcome::Settled(bank_reference) => {
            let (settled_on, withheld) = (context.today, Vec::new());
            PaymentCommand::SettlePayment { settled_on, bank_reference, withheld }
        }
        BankOutcome::Returned(reason) => PaymentCommand::ReturnPayment { reason, returned_on: context.today },
    }
}

/// The payment right after its order, with the execution day of the release, which the staged line has not.
fn ordered(line: RunLine, run_id: RunId, execution_on: NaiveDate) -> Payment {
    Payment::Ordered(Ordered {
        payment_id: line.payment_id,
        run_id,
        case_id: line.case_id,
        program: line.program,
        month: line.month,
        attempt: line.attempt,
        kind: line.kind,
        amount: line.amount,
        payee: line.payee,
        execution_on,
        withheld: line.withheld,
    })
}

/// Counts a line that this file says nothing of by what the log knows of it, whoever wrote it there.
async fn tally_known(office: &Office, line: Other, tally: &mut Tally) -> Result<(), ProcessError> {
    let mut whereabouts = office.repository.load::<Payment>(line.payment_id).await?.state.whereabouts();
    // a pending line can have its answer since, and one that came back can have arrived after all
    if !whereabouts.settled.is_positive() {
        let newest = office.repository.load_newest::<Payment>(line.payment_id).await?;
        whereabouts = newest.state.whereabouts();
    }
    if whereabouts.returned.is_positive() {
        tally.returned(line.amount)
    } else if whereabouts.settled.is_positive() {
        tally.settled(line.amount)
    } else {
        tally.pending_count += 1;
        Ok(())
    }
}

/// Reconciles a run whose every line has its result: the fund is spent by what settled, and freed of what came back.
///
/// # Errors
/// [`ProcessError`] when the run or the fund refuses.
pub(super) async fn reconcile(
    office: &Office,
    desk: &Desk,
    run: &PaymentRun,
    run_id: RunId,
    results: BankResults,
) -> Result<(), ProcessError> {
    let preparation = run.preparation().ok_or(ProcessError::Unknown { what: "payment run" })?;
    let (fund, day) = (preparation.fund_id.to_string(), desk.today());
    let reconcile = PaymentRunCommand::ReconcileRun { results, reconciled_on: day };
    let mut steps = vec![Step::PaymentRun(run_id.to_string(), reconcile)];
    if results.settled_sum.is_positive() {
        let spend = FundCommand::Spend { run_id, amount: results.settled_sum, spent_on: day };
        steps.push(Step::Fund(fund.clone(), spend));
    }
    if results.returned_sum.is_positive() {
        let (amount, by_program) = (results.returned_sum, fund_shares::of_returns(office, run_id).await?);
        let release = FundCommand::Release { run_id, amount, released_on: day, by_program };
        steps.push(Step::Fund(fund, release));
    }
    office.together(desk, office.derived("reconcile_run", &run_id.to_string()), steps).await?;
    if results.returned_count > 0 { correct_results(office, desk, run_id).await } else { Ok(()) }
}

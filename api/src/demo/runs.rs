//! Pay day: a run from its preparation to the bank's answer, by four people.

use std::fs::{self, File, OpenOptions};
use std::io::{BufWriter, ErrorKind, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;

use chrono::NaiveDate;
use domain::calendar::BenefitMonth;
use domain::ids::{PaymentId, RunId};
use domain::money::Money;
use domain::payment_run::{PaymentRun, RunStage};
use domain::program::Program;
use projections::runner::Until;
use uuid::Uuid;

use super::bank;
use super::plan::RunGroup;
use super::play::Play;
use super::staff::at_work;
use crate::bank::catalogue::{Catalogue, PLAIN};
use crate::processes::payment_run::{self, RunPlan};
use crate::processes::{find_overpayments, open_recovery, receive_recovery};

/// Pays a month of a group: prepared, submitted, approved, released and settled by different people.
///
/// # Errors
/// What was refused.
pub async fn pay(
    play: &Play<'_>,
    day: NaiveDate,
    group: RunGroup,
    month: BenefitMonth,
) -> anyhow::Result<()> {
    let office = play.office;
    let fund_id = office.fund_id(group.fund());
    let plan = RunPlan { month, programs: group.programs().to_vec(), fund_id, number: 1 };
    let prepare = at_work(play.staff.run_clerk(), day, 120);
    let run_id = payment_run::open(office, &prepare, &plan).await?;
    // a demonstration that was killed here goes on with the step that is next
    if matches!(stage(play, run_id).await?, RunStage::Opened | RunStage::Calculated) {
        let prepared = payment_run::calculate(office, &prepare, run_id).await?;
        if prepared.calculation.line_count == 0 {
            return Ok(());
        }
        payment_run::submit(office, &prepare, run_id, prepared.calculation.warning_count).await?;
    }
    if stage(play, run_id).await? == RunStage::Submitted {
        payment_run::approve(office, &at_work(play.staff.run_approver(), day, 180), run_id).await?;
    }
    let folder = play.app.data().join("bank");
    let bank_file = folder.join(format!("{month}-{run_id}.csv"));
    let results = folder.join(format!("{month}-{run_id}-results.csv"));
    let finance = at_work(play.staff.finance(), day, 240);
    if stage(play, run_id).await? == RunStage::Approved {
        fs::create_dir_all(&folder)?;
        let mut file = BufWriter::new(private_file(&bank_file)?);
        payment_run::release(office, &finance, run_id, day, &mut file).await?;
        file.flush()?;
    }
    if stage(play, run_id).await? == RunStage::Released {
        bank::answer(&bank_file, &results)?;
        let (catalogue, finance) = (Catalogue::own()?, at_work(play.staff.finance(), day, 300));
        payment_run::take_in(office, &finance, run_id, &results, catalogue.layout(PLAIN)?).await?;
    }
    // also where a kill came between the settlement and this
    match fs::remove_file(&bank_file) {
        Err(error) if error.kind() != ErrorKind::NotFound => Err(error.into()),
        _ => Ok(()),
    }
}

/// Opens the recovery of everything that was paid too much up to a month, and takes the money in. What to take in is
/// asked of the ledger: an overpayment whose recovery was opened before a kill is not found again.
///
/// # Errors
/// What was refused.
pub async fn recover(play: &Play<'_>, day: NaiveDate, month: BenefitMonth) -> anyhow::Result<()> {
    let office = play.office;
    let finance = at_work(play.staff.finance(), day, 360);
    for overpayment in find_overpayments(office, &finance, Program::ALL, month).await? {
        let Some(payment_id) = overpayment.payment_id else { continue };
        open_recovery(office, &finance, payment_id, overpayment.amount, overpayment.reason).await?;
    }
    office.runner.catch_up(Until::Head).await?;
    let open = sqlx::query_as::<_, (Uuid, String, i64)>(include_str!("sql/unanswered_recoveries.sql"));
    for (payment_id, program, opened_fen) in open.fetch_all(&office.pool).await? {
        let (payment_id, program) = (PaymentId::new(payment_id), program.parse()?);
        let (returned, fund) = (half(Money::try_from_fen(opened_fen)?), office.fund_id(fund_of(program)));
        receive_recovery(office, &finance, payment_id, fund, returned, day).await?;
    }
    Ok(())
}

/// The family pays half at once; the rest stays open.
fn half(amount: Money) -> Money {
    amount.allocate(2).first().copied().unwrap_or(amount)
}

fn fund_of(program: Program) -> &'static str {
    let group =
        if RunGroup::Elderly.programs().contains(&program) { RunGroup::Elderly } else { RunGroup::Monthly };
    group.fund()
}

async fn stage(play: &Play<'_>, run_id: RunId) -> anyhow::Result<RunStage> {
    Ok(play.office.repository.load::<PaymentRun>(run_id).await?.state.stage())
}

/// Accounts stand in a bank file in clear, so nobody else may read it; it is removed once the bank has answered.
fn private_file(path: &Path) -> std::io::Result<File> {
    OpenOptions::new().write(true).create(true).truncate(true).mode(0o600).open(path)
}

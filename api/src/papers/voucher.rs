//! 付款凭证: of a run, without a person; of one payment, with its payee.

use std::collections::BTreeSet;

use domain::identifiers::BankAccount;
use domain::ids::{FundId, PaymentId, RunId};
use domain::payment::PaymentStage;
use domain::personal::{PersonName, Sealed};
use print::{PaymentVoucher, RunVoucher, VoucherEntry};
use projections::payment_registers::queries::{self, LineTotal};
use projections::payment_registers::{PaymentRow, PaymentRunRow};
use projections::{case_files, funds, payment_registers};
use sqlx::PgConnection;

use super::people::{Detail, OpenPeople, People, ToShow};
use super::{Press, Told};
use crate::processes::ProcessError;

/// The voucher of a run that was released.
///
/// # Errors
/// [`ProcessError`]: there is no such run, nothing of it was ordered, or its payments are not what it says.
pub(super) async fn run_voucher(press: &Press<'_>, run_id: RunId) -> Result<Told, ProcessError> {
    let mut snapshot = press.snapshot(&[&payment_registers::ABOUT, &funds::ABOUT]).await?;
    let position = snapshot.position();
    let connection = snapshot.connection();
    let run = run_of(connection, run_id).await?;
    if run.released_on.is_none() {
        return Err(ProcessError::NothingOrdered);
    }
    let entries = queries::totals_of_run(&mut *connection, run_id).await?.into_iter().map(entry).collect();
    let fund = fund_name(connection, run.fund_id).await?;
    drop(snapshot);
    let voucher = RunVoucher {
        office: press.name.to_owned(),
        run: run.run_id.to_string(),
        month: run.month.to_string(),
        fund,
        stage: run.stage.zh().to_owned(),
        execution_on: run.execution_on.map(|day| day.to_string()).unwrap_or_default(),
        approved_by: approvers(&run),
        file_sha256: run.file_sha256.unwrap_or_default(),
        entries,
        count: run.ordered_count,
        sum: run.ordered,
        prepared_by: run.calculated_by.or(Some(run.opened_by)),
        released_by: run.released_by,
    };
    Ok((voucher.sheet().map_err(|error| ProcessError::refused(&error))?, position))
}

fn entry(total: LineTotal) -> VoucherEntry {
    VoucherEntry {
        program: total.program.zh().to_owned(),
        kind: total.kind.zh().to_owned(),
        status: total.status.zh().to_owned(),
        count: total.count,
        sum: total.sum,
    }
}

/// The voucher of one payment; its account is masked.
///
/// # Errors
/// [`ProcessError`]: there is no such payment, or whoever prints may not open names and accounts.
pub(super) async fn payment_voucher(press: &Press<'_>, payment_id: PaymentId) -> Result<Told, ProcessError> {
    let mut snapshot =
        press.snapshot(&[&payment_registers::ABOUT, &case_files::ABOUT, &funds::ABOUT]).await?;
    let position = snapshot.position();
    let connection = snapshot.connection();
    let found = queries::payments(&mut *connection, &[payment_id]).await?.pop();
    let payment = found.ok_or(ProcessError::Unknown { what: "payment" })?;
    let run = run_of(connection, payment.run_id).await?;
    let fund = fund_name(connection, run.fund_id).await?;
    let people = People::find(connection, &BTreeSet::from([payment.beneficiary, payment.payee])).await?;
    drop(snapshot);
    let mut shown = ToShow::default();
    shown.add::<PersonName>(payment.beneficiary);
    shown.add::<PersonName>(payment.payee);
    shown.add::<BankAccount>(payment.payee);
    let open = OpenPeople::disclose(press, &people, &shown, &format!("付款凭证 {payment_id}")).await?;
    Ok((told(press, &payment, run, fund, &open).sheet(), position))
}

fn told(
    press: &Press<'_>,
    payment: &PaymentRow,
    run: PaymentRunRow,
    fund: String,
    open: &OpenPeople<'_>,
) -> PaymentVoucher {
    let account = Sealed::from_ciphertext(payment.account_sealed.as_str());
    PaymentVoucher {
        office: press.name.to_owned(),
        payment: payment.payment_id.to_string(),
        run: run.run_id.to_string(),
        beneficiary: open.name(payment.beneficiary),
        payee: open.name(payment.payee),
        masked_account: open.account(&account, payment.payee, Detail::Masked),
        program: payment.program.zh().to_owned(),
        month: payment.month.to_string(),
        kind: payment.kind.zh().to_owned(),
        fund,
        amount: payment.amount,
        status: status(payment),
        execution_on: payment.execution_on.to_string(),
        rule_version: payment.rule_version.clone(),
        approved_by: approvers(&run),
        prepared_by: run.calculated_by.or(Some(run.opened_by)),
        released_by: run.released_by,
    }
}

/// Where a payment stands, with the day and what the bank said.
fn status(payment: &PaymentRow) -> String {
    let (day, said) = match payment.status {
        PaymentStage::Settled => (payment.settled_on, payment.bank_reference.as_deref()),
        PaymentStage::Returned | PaymentStage::Reissued => {
            (payment.returned_on, payment.returned_reason.as_deref())
        }
        PaymentStage::Cancelled => (payment.cancelled_on, payment.cancelled_reason.as_deref()),
        PaymentStage::Unordered | PaymentStage::Ordered => (None, None),
    };
    let day = day.map(|day| format!("　{day}")).unwrap_or_default();
    let said = said.map(|said| format!("　{said}")).unwrap_or_default();
    format!("{}{day}{said}", payment.status.zh())
}

/// Who approved a run: of a large one, both.
pub(super) fn approvers(run: &PaymentRunRow) -> Option<String> {
    let approvers: Vec<&str> =
        [&run.endorsed_by, &run.approved_by].into_iter().filter_map(Option::as_deref).collect();
    (!approvers.is_empty()).then(|| approvers.join("、"))
}

async fn run_of(connection: &mut PgConnection, run_id: RunId) -> Result<PaymentRunRow, ProcessError> {
    let run = queries::run(connection, run_id).await?;
    run.ok_or(ProcessError::Unknown { what: "payment run" })
}

/// The name of a fund.
pub(super) async fn fund_name(
    connection: &mut PgConnection,
    fund_id: FundId,
) -> Result<String, ProcessError> {
    let funds = funds::funds(connection).await?;
    let fund = funds.into_iter().find(|fund| fund.fund_id == fund_id);
    fund.map(|fund| fund.name).ok_or(ProcessError::Unknown { what: "fund" })
}

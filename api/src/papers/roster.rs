//! 发放花名册: the payments of a released run, or the lines of one that is still to be approved or released.

use std::collections::BTreeSet;

use domain::calendar::BenefitMonth;
use domain::identifiers::{BankAccount, CitizenId};
use domain::ids::{PersonId, RunId};
use domain::money::Money;
use domain::payment::{PaymentKind, PaymentStage};
use domain::payment_run::RunStage;
use domain::personal::{PersonName, Sealed};
use domain::program::Program;
use futures::TryStreamExt;
use print::{Roster, RosterRow};
use projections::payment_registers::queries::{self, lines_of_run};
use projections::payment_registers::{PaymentRow, PaymentRunRow};
use projections::{Until, case_files, funds, payment_registers};

use super::people::{Detail, OpenPeople, People, ToShow};
use super::{AsOf, Press, Told, voucher};
use crate::processes::ProcessError;
use crate::processes::payment_run::{StagedLine, StagedLines};

/// The roster of a run.
///
/// # Errors
/// [`ProcessError`]: there is no such run, it was not calculated, whoever prints may not open names and accounts, or the
/// lines are not what the run says.
pub(super) async fn roster(press: &Press<'_>, run_id: RunId, detail: Detail) -> Result<Told, ProcessError> {
    let mut snapshot =
        press.snapshot(&[&payment_registers::ABOUT, &case_files::ABOUT, &funds::ABOUT]).await?;
    let position = snapshot.position();
    let connection = snapshot.connection();
    let unknown = || ProcessError::Unknown { what: "payment run" };
    let run = queries::run(&mut *connection, run_id).await?.ok_or_else(unknown)?;
    let fund = voucher::fund_name(connection, run.fund_id).await?;
    let lines = if is_ordered(run.stage) {
        lines_of_run(&mut *connection, run_id).map_ok(Line::ordered).try_collect().await?
    } else {
        staged(press, &run).await?
    };
    let persons = lines.iter().flat_map(|line: &Line| [line.beneficiary, line.payee]);
    let persons: BTreeSet<PersonId> = persons.collect();
    let people = People::find(connection, &persons).await?;
    drop(snapshot);
    let open = OpenPeople::disclose(press, &people, &shown(&lines), &format!("发放花名册 {run_id}")).await?;
    let rows = lines.iter().map(|line| line.row(&people, &open, detail)).collect();
    let sheet = told(press, run, fund, rows).sheet().map_err(|error| ProcessError::refused(&error))?;
    Ok((sheet, position))
}

fn is_ordered(stage: RunStage) -> bool {
    matches!(stage, RunStage::Released | RunStage::Reconciled)
}

fn told(press: &Press<'_>, run: PaymentRunRow, fund: String, rows: Vec<RosterRow>) -> Roster {
    let (count, sum) = if is_ordered(run.stage) {
        (run.ordered_count, run.ordered)
    } else {
        (run.line_count, run.control_sum)
    };
    Roster {
        office: press.name.to_owned(),
        run: run.run_id.to_string(),
        month: run.month.to_string(),
        programs: run.programs.iter().map(|program| program.zh().to_owned()).collect(),
        fund,
        stage: run.stage.zh().to_owned(),
        rows,
        count,
        sum,
        approved_by: voucher::approvers(&run),
        prepared_by: run.calculated_by.or(Some(run.opened_by)),
        released_by: run.released_by,
    }
}

/// One line, sealed.
struct Line {
    beneficiary: PersonId,
    payee: PersonId,
    program: Program,
    month: BenefitMonth,
    kind: PaymentKind,
    amount: Money,
    account: Sealed<BankAccount>,
    status: PaymentStage,
}

impl Line {
    fn ordered(row: PaymentRow) -> Line {
        Line {
            beneficiary: row.beneficiary,
            payee: row.payee,
            program: row.program,
            month: row.month,
            kind: row.kind,
            amount: row.amount,
            account: Sealed::from_ciphertext(row.account_sealed),
            status: row.status,
        }
    }

    fn staged(staged: StagedLine) -> Line {
        let StagedLine { line, account, .. } = staged;
        Line {
            beneficiary: line.beneficiary,
            payee: line.payee,
            program: line.program,
            month: line.month,
            kind: line.kind,
            amount: line.amount,
            account,
            status: PaymentStage::Unordered,
        }
    }

    fn row(&self, people: &People, open: &OpenPeople<'_>, detail: Detail) -> RosterRow {
        RosterRow {
            name: open.name(self.beneficiary),
            id_number: open.id_number(self.beneficiary, detail),
            community: people.community(self.beneficiary),
            program: self.program.zh().to_owned(),
            month: self.month.to_string(),
            kind: self.kind.zh().to_owned(),
            amount: self.amount,
            payee: open.name(self.payee),
            account: open.account(&self.account, self.payee, detail),
            status: self.status.zh().to_owned(),
        }
    }
}

/// The lines that wait for their release. They stand beside the log, and only those of the newest calculation.
async fn staged(press: &Press<'_>, run: &PaymentRunRow) -> Result<Vec<Line>, ProcessError> {
    let office = press.office;
    if let AsOf::Then { .. } = press.as_of {
        office.runner.catch_up(Until::Head).await?;
        let now = queries::run(&mut *office.pool.acquire().await?, run.run_id).await?;
        if now.is_none_or(|now| now.calculation != run.calculation) {
            return Err(lines_replaced());
        }
    }
    let mut pages = StagedLines::of(&office.pool, run.run_id);
    let mut lines = Vec::new();
    while let Some(page) = pages.next_page().await? {
        lines.extend(page.into_iter().map(Line::staged));
    }
    Ok(lines)
}

fn lines_replaced() -> ProcessError {
    ProcessError::Refused {
        code: "lines_replaced",
        field: "run",
        zh: "该花名册印自审批前的核算结果，批次其后已退回或重新核算，当时的明细不再保留".to_owned(),
        en:
            "the roster was printed before the approval, and the run was sent back or calculated anew since: \
             those lines are not kept"
                .to_owned(),
    }
}

fn shown(lines: &[Line]) -> ToShow {
    let mut shown = ToShow::default();
    for line in lines {
        shown.add::<PersonName>(line.beneficiary);
        shown.add::<CitizenId>(line.beneficiary);
        shown.add::<PersonName>(line.payee);
        shown.add::<BankAccount>(line.payee);
    }
    shown
}

//! What a late fact changes for one case, month by month.

use chrono::NaiveDate;
use domain::calendar::BenefitMonth;
use domain::ids::CaseId;
use domain::money::Money;
use domain::payment_run::{MonthDue, MonthOrdered, RunException};
use domain::recovery_plan::{MonthPaid, Netting, net};
use domain::schedule::{FactsError, schedule};
use projections::case_files::payable::{CasePayment, PayableCase, PayableCases, months_ordered};
use projections::runner::Until;

use super::cause::{MonthCause, causes};
use crate::processes::payment_run::{Look, Overpayment, Page, RunNote, load_keys, shared_by_strangers};
use crate::processes::{Office, ProcessError};

/// A case with what it is due now beside what was paid, and why it differs.
#[derive(Clone, Debug)]
pub struct NettedCase {
    /// The case with its payments.
    pub payable: PayableCase,
    /// The arithmetic.
    pub netting: Netting,
    /// What is to be asked back of which payment.
    pub overpayments: Vec<Overpayment>,
    /// The months that are due after all and wait, because they are asked back: no other reason keeps them from being paid.
    pub waiting: Vec<BenefitMonth>,
    /// What changed the months that are due something else than was determined when they were paid.
    pub causes: Vec<MonthCause>,
}

/// Nets a case up to its newest paid month, at least to the month of `today`; changes nothing.
///
/// # Errors
/// [`ProcessError::Unknown`] for a case that was never on the roll; the refusal of a case whose facts give no schedule, as
/// those of somebody who was erased; a read table or a sealed fact cannot be read.
pub async fn net_case(
    office: &Office,
    today: NaiveDate,
    case_id: CaseId,
) -> Result<NettedCase, ProcessError> {
    office.runner.catch_up(Until::Head).await?;
    let mut cases = PayableCases::open(&office.pool, &[]).await?;
    let payable = cases.one(case_id).await?.ok_or(ProcessError::Unknown { what: "case on the roll" })?;
    load_keys(office, std::slice::from_ref(&payable)).await?;
    let newest = payable.payments.iter().map(|payment| payment.month).max();
    let through = newest.map_or(BenefitMonth::of(today), |month| month.max(BenefitMonth::of(today)));
    let rules = office.current_rules().await?;
    let (shared, faults) = (&shared_by_strangers(office).await?, &office.bank_layouts.faults());
    let (opener, known_on) = (&*office.keyring, today);
    let look = Look { opener, rules: &rules, known_on, month: through, shared, faults };
    let due = due_of(&look, &payable)?;
    let netting = net(case_id, &due, &months_paid(&payable.payments)?, through)
        .map_err(|error| ProcessError::Damaged(error.to_string()))?;
    let causes = causes(office, &look, &payable, &netting).await?;
    let page = Page::prepare(office, &mut cases, vec![payable.clone()]).await?;
    let (mut overpayments, mut waiting) = (Vec::new(), Vec::new());
    for note in page.before_plans(&look)?.into_iter().flat_map(|findings| findings.notes) {
        match note {
            RunNote::Overpayment(overpayment) => overpayments.push(overpayment),
            RunNote::Exception { exception: RunException::ClaimOpen, month, .. } => waiting.extend(month),
            RunNote::Exception { .. } | RunNote::Warning { .. } => {}
        }
    }
    Ok(NettedCase { payable, netting, overpayments, waiting, causes })
}

fn due_of(look: &Look<'_>, payable: &PayableCase) -> Result<Vec<MonthDue>, ProcessError> {
    let Look { opener, rules, known_on, month, .. } = *look;
    match schedule(&payable.case.state, &payable.household, opener, rules, known_on, month) {
        Ok(schedule) => {
            let months = schedule.months.iter();
            Ok(months.map(|month| MonthDue { month: month.month, due: month.due }).collect())
        }
        Err(FactsError::Unopened(error)) => Err(error.into()),
        Err(error) => Err(ProcessError::refused(&error)),
    }
}

/// Payments, by month and attempt, summed up by month.
fn months_paid(payments: &[CasePayment]) -> Result<Vec<MonthPaid>, ProcessError> {
    let mut months: Vec<MonthPaid> = Vec::new();
    for standing in months_ordered(payments)? {
        let of_month = payments.iter().filter(|payment| payment.month == standing.month);
        months.push(month_paid(of_month, standing)?);
    }
    Ok(months)
}

fn month_paid<'p>(
    payments: impl Iterator<Item = &'p CasePayment>,
    standing: MonthOrdered,
) -> Result<MonthPaid, ProcessError> {
    let mut paid = MonthPaid { standing, ..MonthPaid::none(standing.month) };
    for payment in payments {
        let add = |sum: &mut Money, amount: Money| -> Result<(), ProcessError> {
            *sum = sum.plus(amount)?;
            Ok(())
        };
        paid.due_before = payment.due;
        add(&mut paid.ordered, payment.amount)?;
        if payment.is_settled() {
            add(&mut paid.settled, payment.amount)?;
        }
        if !payment.is_out() {
            add(&mut paid.returned, payment.amount)?;
        } else {
            add(&mut paid.withheld, payment.withheld)?;
        }
        add(&mut paid.recovery_opened, payment.recovery_opened)?;
        add(&mut paid.recovery_received, payment.recovery_received)?;
        add(&mut paid.recovery_waived, payment.recovery_waived)?;
    }
    Ok(paid)
}

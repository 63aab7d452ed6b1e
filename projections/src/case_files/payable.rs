//! What a payment run looks at: every case that is or was on the roll, with its household and its payments so far.
//!
//! Everything comes from one snapshot, so that a calculation can be repeated from its log position. The cases come in
//! pages, by program and case, so that memory does not grow with their number.

use std::collections::HashMap;

use domain::calendar::BenefitMonth;
use domain::household::Household;
use domain::identity::IdentityEvent;
use domain::ids::{CaseId, HouseholdId, PaymentId, PersonId, RunId};
use domain::money::{Money, MoneyError};
use domain::payment::{PaymentKind, PaymentStage};
use domain::payment_run::MonthOrdered;
use domain::policy::EXCLUSIVE_PROGRAMS;
use domain::program::Program;
use serde::de::DeserializeOwned;
use sqlx::postgres::{PgArguments, PgRow};
use sqlx::query::Query;
use sqlx::{Executor, PgPool, Postgres, Row};
use uuid::Uuid;

use super::CaseRow;
use crate::error::ProjectionError;
use crate::payment_registers;
use crate::recovery_plans::{
    self,
    queries::{PlanClaim, claims_on},
};
use crate::snapshot::Snapshot;

/// Cases of one page.
const PAGE_CASES: i64 = 1_000;

/// A case with everything that decides what is owed to it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PayableCase {
    /// The case.
    pub case: CaseRow,
    /// Its household.
    pub household: Household,
    /// Its payments, by month and attempt.
    pub payments: Vec<CasePayment>,
    /// The approved plans that withhold from it.
    pub claims: Vec<PlanClaim>,
}

/// A payment of a case, as far as it matters for what is owed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CasePayment {
    /// The payment.
    pub payment_id: PaymentId,
    /// The run that ordered it.
    pub run_id: RunId,
    /// 所属月份.
    pub month: BenefitMonth,
    /// Counts the payments of the case for the month, from 1.
    pub attempt: u32,
    /// Why it is paid.
    pub kind: PaymentKind,
    /// How much.
    pub amount: Money,
    /// What the month was due in all when it was ordered.
    pub due: Money,
    /// Where it stands.
    pub status: PaymentStage,
    /// How much of it is asked back in all, less what was withdrawn.
    pub recovery_opened: Money,
    /// How much of that came back.
    pub recovery_received: Money,
    /// How much of that was given up.
    pub recovery_waived: Money,
    /// What is due with it and withheld.
    pub withheld: Money,
    /// The sealed account that it came back from, when it was not reissued, also where it had settled first; none of another
    /// one.
    pub returned_from: Option<Box<str>>,
    /// The bank's reason code, when it came back, also where it had settled first.
    pub returned_reason: Option<Box<str>>,
    /// Whether it came back, and the bank says that it arrived after all, which nobody has answered.
    pub arrival_claimed: bool,
}

impl CasePayment {
    /// Whether the money is out: ordered and not come back.
    pub fn is_out(&self) -> bool {
        matches!(self.status, PaymentStage::Ordered | PaymentStage::Settled)
    }

    /// Whether it arrived.
    pub fn is_settled(&self) -> bool {
        self.status == PaymentStage::Settled
    }

    /// What can still be asked back of it once it is settled, in fen.
    ///
    /// # Errors
    /// [`MoneyError::OutOfRange`].
    pub fn recoverable(&self) -> Result<Money, MoneyError> {
        self.amount.plus(self.withheld)?.minus(self.recovery_opened)
    }

    /// What of it is asked back and neither come back nor given up, in fen.
    ///
    /// # Errors
    /// [`MoneyError::OutOfRange`].
    pub fn recovery_open(&self) -> Result<Money, MoneyError> {
        self.recovery_opened.minus(self.recovery_received)?.minus(self.recovery_waived)
    }
}

impl PayableCase {
    /// What was ordered before, month by month, for the subtraction of [`domain::payment_run::differences`].
    ///
    /// # Errors
    /// [`MoneyError::OutOfRange`].
    pub fn months_ordered(&self) -> Result<Vec<MonthOrdered>, MoneyError> {
        months_ordered(&self.payments)
    }
}

/// Payments of one case, by month and attempt, summed up by month.
///
/// # Errors
/// [`MoneyError::OutOfRange`].
pub fn months_ordered(payments: &[CasePayment]) -> Result<Vec<MonthOrdered>, MoneyError> {
    let mut months: Vec<MonthOrdered> = Vec::new();
    for payment in payments {
        if months.last().is_none_or(|last| last.month != payment.month) {
            months.push(MonthOrdered::none(payment.month));
        }
        if let Some(month) = months.last_mut() {
            payment.add_to(month)?;
        }
    }
    Ok(months)
}

impl CasePayment {
    /// Payments come by month and attempt, so the last one of a month says whether it was returned.
    fn add_to(&self, month: &mut MonthOrdered) -> Result<(), MoneyError> {
        month.attempts = self.attempt;
        month.returned_attempt = (self.status == PaymentStage::Returned).then_some(self.payment_id);
        if self.is_out() {
            month.standing = month.standing.plus(self.recoverable()?)?;
            month.waived = month.waived.plus(self.recovery_waived)?;
        }
        Ok(())
    }
}

/// The payable cases of some programs, page by page.
pub struct PayableCases {
    snapshot: Snapshot,
    /// What is still to come, last first.
    programs: Vec<Program>,
    after: Uuid,
}

impl PayableCases {
    /// Begins with the first program, in the order of the programs' codes.
    ///
    /// # Errors
    /// [`ProjectionError::Apart`] when case files and payment registers do not stand at one position; those of the
    /// database.
    pub async fn open(pool: &PgPool, programs: &[Program]) -> Result<PayableCases, ProjectionError> {
        let mut snapshot =
            Snapshot::take(pool, &[&super::ABOUT, &payment_registers::ABOUT, &recovery_plans::ABOUT]).await?;
        snapshot.connection().execute(include_str!("sql/payable_settings.sql")).await?;
        let mut programs = programs.to_vec();
        programs.sort_unstable_by_key(|program| std::cmp::Reverse(program.code()));
        programs.dedup();
        Ok(PayableCases { snapshot, programs, after: Uuid::nil() })
    }

    /// How many events everything comes from: the log's positions 0 up to but not including this.
    pub fn position(&self) -> u64 {
        self.snapshot.position()
    }

    /// Every case on the roll, now or once, of those persons who have one more of the same program, or two of
    /// programs that may exclude each other.
    ///
    /// # Errors
    /// Those of the database.
    pub async fn of_persons_with_several(
        &mut self,
        persons: &[PersonId],
    ) -> Result<Vec<PayableCase>, ProjectionError> {
        if persons.is_empty() {
            return Ok(Vec::new());
        }
        let ids: Vec<Uuid> = persons.iter().map(|person| person.uuid()).collect();
        let exclusive: Vec<&str> = EXCLUSIVE_PROGRAMS.iter().map(|program| program.code()).collect();
        let query = sqlx::query(include_str!("sql/payable_of_persons.sql"));
        self.found(query.bind(ids).bind(exclusive)).await
    }

    /// The cases of these programs in some households, by program and case.
    ///
    /// # Errors
    /// Those of the database.
    pub async fn of_households(
        &mut self,
        programs: &[Program],
        households: &[HouseholdId],
    ) -> Result<Vec<PayableCase>, ProjectionError> {
        let codes: Vec<&str> = programs.iter().map(|program| program.code()).collect();
        let ids: Vec<Uuid> = households.iter().map(|household| household.uuid()).collect();
        let query = sqlx::query(include_str!("sql/payable_of_households.sql"));
        self.found(query.bind(codes).bind(ids)).await
    }

    /// The households that an event of theirs, of their cases or of these cases' payments touched from a position on,
    /// those whose payments withhold for a plan that changed or of which something came back since, those of whom an ID
    /// number was claimed or given up, those of some more cases, and those where somebody of these has another case.
    ///
    /// # Errors
    /// Those of the database.
    pub async fn touched_households(
        &mut self,
        since: u64,
        more: &[CaseId],
    ) -> Result<Vec<HouseholdId>, ProjectionError> {
        let more: Vec<Uuid> = more.iter().map(|case| case.uuid()).collect();
        let position = self.snapshot.position().cast_signed();
        let query = sqlx::query(include_str!("sql/touched_households.sql"));
        let query = query.bind(since.cast_signed()).bind(position).bind(more);
        let rows = query.fetch_all(self.snapshot.connection()).await?;
        Ok(rows.iter().map(|row| row.try_get(0).map(HouseholdId::new)).collect::<Result<_, _>>()?)
    }

    /// The next cases; none when all have come.
    ///
    /// # Errors
    /// Those of the database.
    pub async fn next_page(&mut self) -> Result<Option<Vec<PayableCase>>, ProjectionError> {
        while let Some(program) = self.programs.last().copied() {
            let page = self.page_of(program).await?;
            if let Some(last) = page.last() {
                self.after = last.case.case_id.uuid();
                return Ok(Some(page));
            }
            self.programs.pop();
            self.after = Uuid::nil();
        }
        Ok(None)
    }

    async fn page_of(&mut self, program: Program) -> Result<Vec<PayableCase>, ProjectionError> {
        let query = sqlx::query(include_str!("sql/payable_page.sql"));
        let query = query.bind(program.code()).bind(self.after).bind(PAGE_CASES);
        self.found(query).await
    }

    /// The cases of a question, with their payments and the plans that withhold from them.
    async fn found(
        &mut self,
        query: Query<'_, Postgres, PgArguments>,
    ) -> Result<Vec<PayableCase>, ProjectionError> {
        let rows = query.fetch_all(self.snapshot.connection()).await?;
        if rows.is_empty() {
            return Ok(Vec::new());
        }
        let found: Vec<Found> = rows.iter().map(Found::of).collect::<Result<_, _>>()?;
        let ids: Vec<Uuid> = found.iter().map(|found| found.file.case_id.uuid()).collect();
        let mut payments = self.payments_of(&ids).await?;
        let mut claims: HashMap<CaseId, Vec<PlanClaim>> = HashMap::new();
        for claim in claims_on(self.snapshot.connection(), &ids).await? {
            claims.entry(claim.from_case).or_default().push(claim);
        }
        let payable = found.into_iter().map(|Found { file, household }| {
            let payments = payments.remove(&file.case_id).unwrap_or_default();
            let claims = claims.remove(&file.case_id).unwrap_or_default();
            PayableCase { case: file, household, payments, claims }
        });
        Ok(payable.collect())
    }

    /// One case, if it is or was on the roll.
    ///
    /// # Errors
    /// Those of the database.
    pub async fn one(&mut self, case: CaseId) -> Result<Option<PayableCase>, ProjectionError> {
        let query = sqlx::query(include_str!("sql/payable_case.sql")).bind(case.uuid());
        Ok(self.found(query).await?.pop())
    }

    async fn payments_of(
        &mut self,
        ids: &[Uuid],
    ) -> Result<HashMap<CaseId, Vec<CasePayment>>, ProjectionError> {
        let mut payments: HashMap<CaseId, Vec<CasePayment>> = HashMap::new();
        if ids.is_empty() {
            return Ok(payments);
        }
        let query = sqlx::query(include_str!("sql/payable_payments.sql")).bind(ids);
        for row in query.fetch_all(self.snapshot.connection()).await? {
            let (case, payment) = payment_of(&row)?;
            payments.entry(case).or_default().push(payment);
        }
        Ok(payments)
    }
}

/// The newest event of each identity that has one before a position of the log, by the identity's keyed hash. What
/// stands before a position stays, so no snapshot is needed.
///
/// # Errors
/// Those of the database, and of a payload that cannot be read.
pub async fn identities(
    pool: &PgPool,
    indexes: &[&str],
    before: u64,
) -> Result<Vec<(String, IdentityEvent)>, ProjectionError> {
    if indexes.is_empty() {
        return Ok(Vec::new());
    }
    let query = sqlx::query(include_str!("sql/identities.sql")).bind(indexes).bind(before.cast_signed());
    let read = |row: &PgRow| -> Result<(String, IdentityEvent), ProjectionError> {
        let event = serde_json::from_str(row.try_get_unchecked(1)?);
        Ok((row.try_get(0)?, event.map_err(|_| ProjectionError::Row { table: "log_events" })?))
    };
    query.fetch_all(pool).await?.iter().map(read).collect()
}

/// A case and its household, as they come.
struct Found {
    file: CaseRow,
    household: Household,
}

impl Found {
    fn of(row: &PgRow) -> Result<Found, ProjectionError> {
        let damaged = ProjectionError::Row { table: "read_cases" };
        let file = CaseRow {
            case_id: CaseId::new(row.try_get(0)?),
            household_id: HouseholdId::new(row.try_get(1)?),
            applicant: PersonId::new(row.try_get(2)?),
            program: code("read_cases", row.try_get(3)?)?,
            stage: code("read_cases", row.try_get(4)?)?,
            enrolled: row.try_get(5)?,
            applied_on: row.try_get(6)?,
            decided_on: row.try_get(7)?,
            closed_on: row.try_get(8)?,
            review_due_on: row.try_get(9)?,
            sequence: row.try_get::<i64, _>(10)?.cast_unsigned(),
            opened_position: row.try_get::<i64, _>(11)?.cast_unsigned(),
            // json comes as the text that was stored
            state: serde_json::from_str(row.try_get_unchecked(12)?).map_err(|_| damaged)?,
        };
        let household = serde_json::from_str(row.try_get_unchecked(13)?);
        let household = household.map_err(|_| ProjectionError::Row { table: "read_households" })?;
        Ok(Found { file, household })
    }
}

fn payment_of(row: &PgRow) -> Result<(CaseId, CasePayment), ProjectionError> {
    let money = |column: usize| -> Result<Money, ProjectionError> {
        Money::try_from_fen(row.try_get(column)?).map_err(|_| DAMAGED)
    };
    let payment = CasePayment {
        payment_id: PaymentId::new(row.try_get(1)?),
        run_id: RunId::new(row.try_get(2)?),
        month: row.try_get::<&str, _>(3)?.parse().map_err(|_| DAMAGED)?,
        attempt: row.try_get::<i32, _>(4)?.cast_unsigned(),
        kind: code("read_payments", row.try_get(5)?)?,
        amount: money(6)?,
        due: money(7)?,
        status: code("read_payments", row.try_get(8)?)?,
        recovery_opened: money(9)?,
        recovery_received: money(10)?,
        recovery_waived: money(11)?,
        withheld: money(12)?,
        returned_from: row.try_get(13)?,
        returned_reason: row.try_get(14)?,
        arrival_claimed: row.try_get(15)?,
    };
    Ok((CaseId::new(row.try_get(0)?), payment))
}

/// Reads a value by the name that it has in events.
fn code<T: DeserializeOwned>(table: &'static str, text: &str) -> Result<T, ProjectionError> {
    T::deserialize(serde::de::value::StrDeserializer::<serde::de::value::Error>::new(text))
        .map_err(|_| ProjectionError::Row { table })
}

const DAMAGED: ProjectionError = ProjectionError::Row { table: "read_payments" };

#[cfg(test)]
mod tests {
    use super::*;

    fn payment(month: &str, attempt: u32, status: PaymentStage, fen: i32) -> CasePayment {
        let month = month.parse().unwrap();
        CasePayment {
            payment_id: PaymentId::derive(CaseId::new(Uuid::nil()), month, attempt),
            run_id: RunId::new(Uuid::nil()),
            month,
            attempt,
            kind: PaymentKind::Ordinary,
            amount: Money::from_fen(fen),
            due: Money::from_fen(fen),
            status,
            recovery_opened: Money::ZERO,
            recovery_received: Money::ZERO,
            recovery_waived: Money::ZERO,
            withheld: Money::ZERO,
            returned_from: None,
            returned_reason: None,
            arrival_claimed: false,
        }
    }

    #[test]
    fn what_stands_is_what_is_out_less_what_is_asked_back() {
        let mut recovered = payment("2023-07", 2, PaymentStage::Settled, 900);
        recovered.recovery_opened = Money::from_fen(300);
        recovered.recovery_waived = Money::from_fen(100);
        recovered.withheld = Money::from_fen(40);
        let payments = [
            payment("2023-07", 1, PaymentStage::Reissued, 900),
            recovered,
            payment("2023-07", 3, PaymentStage::Ordered, 50),
            payment("2023-08", 1, PaymentStage::Returned, 900),
            payment("2023-09", 1, PaymentStage::Cancelled, 900),
        ];
        let months = months_ordered(&payments).unwrap();
        let standing: Vec<_> = months.iter().map(|month| (month.attempts, month.standing.fen())).collect();
        assert_eq!(standing, [(3, 690), (1, 0), (1, 0)]);
        assert_eq!(months[0].waived.fen(), 100);
        let returned: Vec<_> = months.iter().map(|month| month.returned_attempt).collect();
        assert_eq!(returned, [None, Some(payments[3].payment_id), None]);
    }

    #[test]
    fn codes_read_back_as_events_write_them() {
        assert_eq!(code::<PaymentKind>("read_payments", "arrears").unwrap(), PaymentKind::Arrears);
        assert_eq!(code::<PaymentStage>("read_payments", "settled").unwrap(), PaymentStage::Settled);
        assert!(code::<PaymentStage>("read_payments", "lost").is_err());
    }
}

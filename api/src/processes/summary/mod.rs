//! 受益人待遇汇总: what a person has, was due, was paid and owes back, month by month, as of two clocks.
//!
//! It is folded from the log: the cases and households as they were known, the schedule by the rules known then, and the
//! payments by what had happened by the effective day. [`gather`] reads the streams of some people together.

mod gathered;
mod together;

use std::collections::hash_map::Entry;
use std::collections::{BTreeMap, BTreeSet, HashMap};

use chrono::{DateTime, NaiveDate, Utc};
use domain::aggregate::{Decider, LedgerEvent};
use domain::benefit_case::BenefitCase;
use domain::calendar::BenefitMonth;
use domain::household::Household;
use domain::ids::{CaseId, HouseholdId};
use domain::money::{Money, MoneyError};
use domain::payment::{PaymentEvent, PaymentOrder};
use domain::program::Program;
use domain::schedule::schedule;
use eventlog::event::StoredEvent;
use schemars::JsonSchema;
use serde::Serialize;

pub use gathered::{Gathered, gather};
pub use together::Summaries;

use super::recovery::end_of;
use super::{AsOf, Office, ProcessError};

/// What a person has and had. Amounts in fen.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Summary {
    /// By program.
    pub programs: Vec<ProgramLine>,
    /// By case and month, ascending.
    pub months: Vec<MonthLine>,
    /// Over everything.
    pub totals: Sums,
}

/// A program of a person.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct ProgramLine {
    /// Which.
    pub program: Program,
    /// The cases in it.
    pub cases: BTreeSet<CaseId>,
    /// What the last month is due by the facts known then; nothing where nothing is.
    pub entitlement_fen: Money,
    /// Over its months.
    pub totals: Sums,
}

/// A month of a case.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct MonthLine {
    /// The case.
    pub case_id: CaseId,
    /// The program.
    pub program: Program,
    /// 所属月份.
    pub month: BenefitMonth,
    /// Its amounts.
    #[serde(flatten)]
    pub sums: Sums,
}

/// Amounts, in fen.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Sums {
    /// 应发: due by the facts and rules known then.
    pub due_fen: Money,
    /// 已下达: ordered, ever.
    pub ordered_fen: Money,
    /// 已到账.
    pub paid_fen: Money,
    /// 退汇, whatever became of it then.
    pub returned_fen: Money,
    /// 待补发: due, and neither paid, on its way nor withheld.
    pub arrears_fen: Money,
    /// 抵扣: due, and withheld to repay earlier payments.
    pub withheld_fen: Money,
    /// 追缴立项.
    pub recovery_opened_fen: Money,
    /// 追回.
    pub recovery_received_fen: Money,
    /// 核销.
    pub recovery_waived_fen: Money,
}

type Months = BTreeMap<(CaseId, BenefitMonth), MonthLine>;

/// The summary of a person as of two clocks. What is due is left out for somebody whose facts were erased; what was paid
/// stays.
///
/// # Errors
/// Those of the rules; a sum out of range; an event or a sealed fact that cannot be read.
pub async fn summary_of(office: &Office, of: &Gathered, as_of: AsOf) -> Result<Summary, ProcessError> {
    let until = end_of(as_of.known);
    let mut months = Months::new();
    for stream in of.payments.values() {
        pay(stream, as_of.effective, until, &mut months)?;
    }
    let rules = office.current_rules().await?;
    let through = BenefitMonth::of(as_of.effective);
    let mut homes: HashMap<HouseholdId, Household> = HashMap::new();
    for entry in &of.cases {
        let case = of.files.get(&entry.case_id.to_string()).map(|stream| folded(stream, Some(until)));
        let Some(case): Option<BenefitCase> = case.transpose()? else { continue };
        if case.enrollment().is_none() {
            continue;
        }
        let home = match homes.entry(entry.household_id) {
            Entry::Occupied(known) => known.into_mut(),
            Entry::Vacant(unknown) => {
                let Some(stream) = of.homes.get(&entry.household_id.to_string()) else { continue };
                unknown.insert(folded(stream, Some(until))?)
            }
        };
        if home.member(of.belonging.person).is_some_and(|member| member.erased_on().is_some()) {
            continue;
        }
        let due = schedule(&case, home, &*office.keyring, &rules, as_of.known, through);
        let due = due.map_err(|error| ProcessError::refused(&error))?;
        for month in due.months.iter().filter(|month| month.due.is_positive()) {
            line(&mut months, (entry.case_id, entry.program, month.month)).sums.due_fen = month.due;
        }
    }
    Ok(summed(months, through)?)
}

fn line(months: &mut Months, (case_id, program, month): (CaseId, Program, BenefitMonth)) -> &mut MonthLine {
    let sums = Sums::default();
    months.entry((case_id, month)).or_insert(MonthLine { case_id, program, month, sums })
}

/// Adds what had happened to a payment.
fn pay(
    stream: &[StoredEvent],
    effective: NaiveDate,
    until: DateTime<Utc>,
    months: &mut Months,
) -> Result<(), ProcessError> {
    let mut ordered: Option<Box<PaymentOrder>> = None;
    for stored in stream.iter().filter(|stored| stored.recorded_at < until) {
        let Some(event) = decoded::<PaymentEvent>(stored)? else { continue };
        if event.effective_on().is_some_and(|day| day > effective) {
            continue;
        }
        if let PaymentEvent::PaymentOrdered { order } = &event {
            ordered = Some(order.clone());
        }
        let Some(order) = &ordered else { continue };
        let sums = &mut line(months, (order.case_id, order.program, order.month)).sums;
        add(sums, order, &event)?;
    }
    Ok(())
}

fn add(sums: &mut Sums, order: &PaymentOrder, event: &PaymentEvent) -> Result<(), MoneyError> {
    let more = |sum: &mut Money, amount: Money| -> Result<(), MoneyError> {
        *sum = sum.plus(amount)?;
        Ok(())
    };
    match event {
        PaymentEvent::PaymentOrdered { .. } => more(&mut sums.ordered_fen, order.amount),
        PaymentEvent::PaymentSettled { withheld, .. } => {
            for part in withheld {
                more(&mut sums.withheld_fen, part.amount)?;
            }
            more(&mut sums.paid_fen, order.amount)
        }
        PaymentEvent::PaymentReturned { .. } => more(&mut sums.returned_fen, order.amount),
        PaymentEvent::ReturnRevoked { .. } => more(&mut sums.returned_fen, order.amount.negated()),
        PaymentEvent::BookingNamed { .. }
        | PaymentEvent::PaymentReissued { .. }
        | PaymentEvent::PaymentCancelled { .. } => Ok(()),
        PaymentEvent::RecoveryOpened { amount, .. } => more(&mut sums.recovery_opened_fen, *amount),
        PaymentEvent::RecoveryReceived { amount, .. } => more(&mut sums.recovery_received_fen, *amount),
        PaymentEvent::RecoveryWaived { amount, .. } => more(&mut sums.recovery_waived_fen, *amount),
        PaymentEvent::RecoveryWithdrawn { amount, .. } => {
            more(&mut sums.recovery_opened_fen, amount.negated())
        }
    }
}

/// A stream as it was known before a moment; as it is now, where none is given.
fn folded<A: Decider>(stream: &[StoredEvent], until: Option<DateTime<Utc>>) -> Result<A, ProcessError> {
    let mut state = A::default();
    let known = |stored: &&StoredEvent| until.is_none_or(|until| stored.recorded_at < until);
    for stored in stream.iter().filter(known) {
        if let Some(event) = decoded::<A::Event>(stored)? {
            state.try_evolve(&event).map_err(|error| ProcessError::Damaged(error.to_string()))?;
        }
    }
    Ok(state)
}

fn decoded<E: LedgerEvent>(stored: &StoredEvent) -> Result<Option<E>, ProcessError> {
    stored.decode::<E>().map_err(|error| ProcessError::Damaged(error.to_string()))
}

fn summed(mut months: Months, last: BenefitMonth) -> Result<Summary, MoneyError> {
    let mut programs: BTreeMap<&'static str, ProgramLine> = BTreeMap::new();
    let mut totals = Sums::default();
    for line in months.values_mut() {
        let sums = &mut line.sums;
        let standing = sums.ordered_fen.minus(sums.returned_fen)?.plus(sums.withheld_fen)?;
        let recovered = sums.recovery_opened_fen;
        let owed = sums.due_fen.minus(standing)?.plus(recovered)?;
        sums.arrears_fen = if owed.is_positive() { owed } else { Money::ZERO };
        totals.add(sums)?;
        let program = programs.entry(line.program.code()).or_insert_with(|| ProgramLine {
            program: line.program,
            cases: BTreeSet::new(),
            entitlement_fen: Money::ZERO,
            totals: Sums::default(),
        });
        program.cases.insert(line.case_id);
        program.totals.add(sums)?;
        if line.month == last {
            program.entitlement_fen = program.entitlement_fen.plus(sums.due_fen)?;
        }
    }
    Ok(Summary { programs: programs.into_values().collect(), months: months.into_values().collect(), totals })
}

impl Sums {
    /// Adds others.
    ///
    /// # Errors
    /// [`MoneyError::OutOfRange`]; then some were added.
    pub(crate) fn add(&mut self, other: &Sums) -> Result<(), MoneyError> {
        self.due_fen = self.due_fen.plus(other.due_fen)?;
        self.ordered_fen = self.ordered_fen.plus(other.ordered_fen)?;
        self.paid_fen = self.paid_fen.plus(other.paid_fen)?;
        self.returned_fen = self.returned_fen.plus(other.returned_fen)?;
        self.arrears_fen = self.arrears_fen.plus(other.arrears_fen)?;
        self.withheld_fen = self.withheld_fen.plus(other.withheld_fen)?;
        self.recovery_opened_fen = self.recovery_opened_fen.plus(other.recovery_opened_fen)?;
        self.recovery_received_fen = self.recovery_received_fen.plus(other.recovery_received_fen)?;
        self.recovery_waived_fen = self.recovery_waived_fen.plus(other.recovery_waived_fen)?;
        Ok(())
    }
}

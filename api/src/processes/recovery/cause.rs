//! Why a month is due something else now than when it was paid: which event changed it, or which rate came later.

use std::collections::{BTreeMap, BTreeSet};

use chrono::NaiveDate;
use domain::aggregate::Decider;
use domain::benefit_case::BenefitCase;
use domain::calendar::BenefitMonth;
use domain::household::Household;
use domain::money::Money;
use domain::payment_run::MonthDue;
use domain::policy::Parameter;
use domain::recovery_plan::Netting;
use domain::schedule::schedule;
use eventlog::append::StreamId;
use eventlog::event::StoredEvent;
use projections::case_files::payable::PayableCase;
use projections::payment_registers::queries::payments;
use serde::Serialize;

use crate::processes::payment_run::Look;
use crate::processes::{Office, ProcessError, office_day};

/// What changed the due of some months.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(tag = "cause", rename_all = "snake_case")]
pub enum MonthCause {
    /// An event that was recorded after the months were ordered.
    Event {
        /// Its type.
        event: String,
        /// Where it stands in the log.
        position: u64,
        /// The day on which it was recorded.
        recorded_on: NaiveDate,
        /// Which months.
        months: Vec<BenefitMonth>,
    },
    /// A rate that was announced after the months were ordered.
    Rate {
        /// Which were announced on that day, in Chinese.
        zh: String,
        /// The same in English.
        en: String,
        /// When it was announced.
        announced_on: NaiveDate,
        /// Which months.
        months: Vec<BenefitMonth>,
    },
}

/// Folds the case and its household again from the oldest order of a changed month, event by event, and names the ones
/// after which a month was due something else. Where no event did, a rate did.
///
/// # Errors
/// Those of the log, and [`ProcessError::Damaged`].
pub async fn causes(
    office: &Office,
    look: &Look<'_>,
    payable: &PayableCase,
    netting: &Netting,
) -> Result<Vec<MonthCause>, ProcessError> {
    let changed = netting
        .months
        .iter()
        .filter(|month| month.paid.standing.attempts > 0 && month.paid.due_before != month.due_now);
    let mut months: Vec<Changed> = Vec::new();
    for month in changed {
        let newest = payable.payments.iter().rfind(|payment| payment.month == month.paid.month);
        let Some(newest) = newest else { continue };
        let rows = payments(&office.pool, &[newest.payment_id]).await?;
        let Some(row) = rows.first() else { continue };
        let (month, due) = (month.paid.month, month.paid.due_before);
        months.push(Changed { month, due, ordered: row.ordered_position, on: row.execution_on });
    }
    let Some(oldest) = months.iter().map(|month| month.ordered).min() else { return Ok(Vec::new()) };
    let mut fold = Fold::until(office, payable, oldest).await?;
    let mut found = rates(look, &fold, &mut months)?;
    while let Some(stored) = fold.step()? {
        let due = fold.due(look, look.known_on)?;
        let moved =
            months.iter_mut().filter_map(|month| month.moves(&due).then_some((month.month, month.ordered)));
        let hit: Vec<BenefitMonth> =
            moved.filter(|(_, ordered)| stored.position > *ordered).map(|(month, _)| month).collect();
        if !hit.is_empty() {
            found.push(MonthCause::Event {
                event: stored.event_type.clone(),
                position: stored.position,
                recorded_on: office_day(stored.recorded_at),
                months: hit,
            });
        }
    }
    Ok(found)
}

/// A month whose due changed since its newest order.
struct Changed {
    month: BenefitMonth,
    due: Money,
    ordered: u64,
    on: NaiveDate,
}

impl Changed {
    /// Whether what it is due is another than before, which is then remembered.
    fn moves(&mut self, due: &[MonthDue]) -> bool {
        let now = due.iter().find(|due| due.month == self.month).map_or(Money::ZERO, |due| due.due);
        std::mem::replace(&mut self.due, now) != now
    }
}

/// The rates announced since the months were ordered that change what they are due with nothing else changed.
fn rates(look: &Look<'_>, fold: &Fold, months: &mut [Changed]) -> Result<Vec<MonthCause>, ProcessError> {
    let Some(oldest_on) = months.iter().map(|month| month.on).min() else { return Ok(Vec::new()) };
    let before = fold.due(look, oldest_on)?;
    months.iter_mut().for_each(|month| {
        month.moves(&before);
    });
    let mut found = Vec::new();
    for (announced_on, names) in announced(look, oldest_on) {
        let due = fold.due(look, announced_on)?;
        let moved =
            months.iter_mut().filter_map(|month| month.moves(&due).then_some((month.month, month.on)));
        let moved: Vec<_> = moved.filter(|(_, on)| *on < announced_on).map(|(month, _)| month).collect();
        if !moved.is_empty() {
            let (zh, en): (Vec<&str>, Vec<&str>) = names.into_iter().unzip();
            let (zh, en) = (zh.join("、"), en.join(", "));
            found.push(MonthCause::Rate { zh, en, announced_on, months: moved });
        }
    }
    Ok(found)
}

/// The days after one day on which rates were announced, each with their names in both languages.
fn announced<'a>(look: &Look<'a>, after: NaiveDate) -> BTreeMap<NaiveDate, Vec<(&'a str, &'a str)>> {
    let mut days: BTreeMap<NaiveDate, Vec<(&str, &str)>> = BTreeMap::new();
    for dated in Parameter::ALL.iter().filter_map(|parameter| look.rules.parameter(*parameter)) {
        let known = dated.rows.iter().filter_map(|row| row.announced);
        for day in known.filter(|day| *day > after && *day <= look.known_on).collect::<BTreeSet<_>>() {
            days.entry(day).or_default().push((&dated.zh, &dated.en));
        }
    }
    days
}

/// The case and its household, at one moment of the log and on.
struct Fold {
    case: BenefitCase,
    household: Household,
    later: std::vec::IntoIter<StoredEvent>,
}

impl Fold {
    async fn until(office: &Office, payable: &PayableCase, position: u64) -> Result<Fold, ProcessError> {
        let log = office.repository.log();
        let case = StreamId::new(BenefitCase::TYPE, payable.case.case_id.to_string());
        let household = StreamId::new(Household::TYPE, payable.case.household_id.to_string());
        let mut events = log.read_stream(&case).await?;
        events.extend(log.read_stream(&household).await?);
        events.sort_unstable_by_key(|event| event.position);
        let later = events.split_off(events.partition_point(|event| event.position < position));
        let mut fold =
            Fold { case: BenefitCase::default(), household: Household::default(), later: later.into_iter() };
        events.iter().try_for_each(|event| fold.evolve(event))?;
        Ok(fold)
    }

    /// Takes the next event in.
    fn step(&mut self) -> Result<Option<StoredEvent>, ProcessError> {
        let Some(stored) = self.later.next() else { return Ok(None) };
        self.evolve(&stored)?;
        Ok(Some(stored))
    }

    fn evolve(&mut self, stored: &StoredEvent) -> Result<(), ProcessError> {
        let damaged = |error: &dyn std::fmt::Display| ProcessError::Damaged(error.to_string());
        if stored.stream.kind == BenefitCase::TYPE {
            let event = stored.decode().map_err(|error| damaged(&error))?;
            event.map_or(Ok(()), |event| self.case.try_evolve(&event)).map_err(|error| damaged(&error))
        } else {
            let event = stored.decode().map_err(|error| damaged(&error))?;
            event.map_or(Ok(()), |event| self.household.try_evolve(&event)).map_err(|error| damaged(&error))
        }
    }

    /// What every month is due on these states; nothing where they have no answer yet.
    fn due(&self, look: &Look<'_>, known_on: NaiveDate) -> Result<Vec<MonthDue>, ProcessError> {
        let Look { opener, rules, month, .. } = *look;
        let found = schedule(&self.case, &self.household, opener, rules, known_on, month);
        let months = found.map(|schedule| schedule.months).unwrap_or_default();
        Ok(months.iter().map(|month| MonthDue { month: month.month, due: month.due }).collect())
    }
}

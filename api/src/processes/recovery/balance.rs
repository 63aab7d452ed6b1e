//! What a person owes back: one number, as of two clocks.

use std::collections::{BTreeMap, HashMap};

use chrono::{DateTime, Days, NaiveDate, NaiveTime, TimeDelta, Utc};
use domain::aggregate::{Decider, LedgerEvent};
use domain::ids::PersonId;
use domain::money::Money;
use domain::payment::{Payment, PaymentEvent};
use domain::program::Program;
use projections::recovery_plans::queries::asked_back_of;
use projections::runner::Until;
use serde::Serialize;

use crate::processes::{Office, ProcessError};

/// The events that change what a person owes back.
const ASKED_BACK: [&str; 4] = ["RecoveryOpened", "RecoveryReceived", "RecoveryWaived", "RecoveryWithdrawn"];

/// The two clocks of a question.
#[derive(Clone, Copy, Debug)]
pub struct AsOf {
    /// What had happened by the end of this day.
    pub effective: NaiveDate,
    /// What was known at the end of this day.
    pub known: NaiveDate,
}

/// What a person owes back; amounts in fen.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, schemars::JsonSchema)]
pub struct PersonBalance {
    /// Who.
    pub person_id: PersonId,
    /// By program.
    pub programs: Vec<ProgramBalance>,
    /// Opened less received less waived, over all programs.
    pub open: Money,
}

/// What a person owes back of one program; amounts in fen.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, schemars::JsonSchema)]
pub struct ProgramBalance {
    /// Which.
    pub program: Program,
    /// 立项, less what was withdrawn (撤回).
    pub opened: Money,
    /// 追回.
    pub received: Money,
    /// Of that, withheld from later payments.
    pub withheld: Money,
    /// 核销.
    pub waived: Money,
    /// Opened less received less waived.
    pub open: Money,
}

/// A person's balance as of two clocks, from the log alone: the events of the payments of which something was ever
/// asked back.
///
/// # Errors
/// Those of the log; a sum out of range.
pub async fn balance_of(
    office: &Office,
    person: PersonId,
    as_of: AsOf,
) -> Result<PersonBalance, ProcessError> {
    office.runner.catch_up(Until::Head).await?;
    let asked_back = asked_back_of(&office.pool, person).await?;
    let programs: HashMap<String, Program> =
        asked_back.into_iter().map(|(payment, program)| (payment.to_string(), program)).collect();
    let ids: Vec<String> = programs.keys().cloned().collect();
    let mut found: BTreeMap<&'static str, ProgramBalance> = BTreeMap::new();
    let known_until = end_of(as_of.known);
    // the orders are passed over: they are most of the bytes
    for stored in office.repository.log().read_streams_of_types(Payment::TYPE, &ids, &ASKED_BACK).await? {
        if stored.recorded_at >= known_until {
            continue;
        }
        let event = stored.decode::<PaymentEvent>();
        let event = event.map_err(|error| ProcessError::Damaged(error.to_string()))?;
        let (Some(event), Some(program)) = (event, programs.get(&stored.stream.id)) else { continue };
        if event.effective_on().is_none_or(|day| day <= as_of.effective) {
            found.entry(program.code()).or_insert(ProgramBalance::none(*program)).add(&event)?;
        }
    }
    let programs: Vec<ProgramBalance> = found.into_values().collect();
    let open = Money::sum(programs.iter().map(|program| program.open))?;
    Ok(PersonBalance { person_id: person, programs, open })
}

impl ProgramBalance {
    const fn none(program: Program) -> ProgramBalance {
        let nothing = Money::ZERO;
        ProgramBalance {
            program,
            opened: nothing,
            received: nothing,
            withheld: nothing,
            waived: nothing,
            open: nothing,
        }
    }

    fn add(&mut self, event: &PaymentEvent) -> Result<(), ProcessError> {
        match event {
            PaymentEvent::RecoveryOpened { amount, .. } => self.opened = self.opened.plus(*amount)?,
            PaymentEvent::RecoveryReceived { amount, withheld_from, .. } => {
                self.received = self.received.plus(*amount)?;
                if withheld_from.is_some() {
                    self.withheld = self.withheld.plus(*amount)?;
                }
            }
            PaymentEvent::RecoveryWaived { amount, .. } => self.waived = self.waived.plus(*amount)?,
            PaymentEvent::RecoveryWithdrawn { amount, .. } => self.opened = self.opened.minus(*amount)?,
            _ => {}
        }
        self.open = self.opened.minus(self.received)?.minus(self.waived)?;
        Ok(())
    }
}

/// Midnight in Beijing after the day: what was recorded before it was known at the day's end.
pub(in crate::processes) fn end_of(day: NaiveDate) -> DateTime<Utc> {
    let next = day.checked_add_days(Days::new(1)).unwrap_or(day);
    next.and_time(NaiveTime::MIN).and_utc() - TimeDelta::hours(8)
}

//! Deciding on the end of a fund's year: closing, reopening, carrying over.

use chrono::{Datelike, NaiveDate};

use super::decide::{Decision, filled, not_future};
use super::error::FundError;
use super::event::FundEvent;
use super::state::FundAccount;
use super::year::{YearFacts, kept_account, result_of};
use crate::aggregate::Context;

/// What is asked when a year is carried over.
pub(super) struct CarryOver {
    pub year: i32,
    pub document: String,
    pub found: YearFacts,
    pub carried_on: NaiveDate,
}

impl FundAccount {
    pub(super) fn close_year(
        &self,
        year: i32,
        facts: YearFacts,
        closed_on: NaiveDate,
        context: &Context,
    ) -> Decision {
        if let Some(closed) = self.years.get(&year) {
            let repeat = closed.facts == facts && closed.closed_by == context.actor.id;
            return if repeat { Ok(vec![]) } else { Err(FundError::YearClosedBefore { year }) };
        }
        if let Some(last) = self.closed_through().filter(|last| year <= *last) {
            return Err(FundError::YearClosedBefore { year: last });
        }
        if let Some((&open, _)) = self.years.iter().find(|(_, closed)| closed.carried.is_none()) {
            return Err(FundError::EarlierYearNotCarried { year: open });
        }
        not_future(closed_on, context)?;
        if year < self.charter.opened_on.year() {
            return Err(FundError::YearBeforeFund { year, first: self.charter.opened_on.year() });
        }
        if closed_on.year() <= year {
            return Err(FundError::YearNotOver { year });
        }
        if let Some(account) = kept_account(&facts.lines) {
            return Err(FundError::AccountNotClosed { account });
        }
        let YearFacts { unspent, committed, in_transit, lines, position } = facts;
        let closed_by = context.actor.id.clone();
        Ok(vec![FundEvent::FundYearClosed {
            year,
            unspent,
            committed,
            in_transit,
            lines,
            position,
            closed_on,
            closed_by,
        }])
    }

    pub(super) fn reopen_year(
        &self,
        year: i32,
        reason: String,
        reopened_on: NaiveDate,
        context: &Context,
    ) -> Decision {
        let closed = self.years.get(&year).ok_or(FundError::YearNotClosed { year })?;
        if closed.carried.is_some() {
            return Err(FundError::YearCarriedOver { year });
        }
        filled(&reason, "reason")?;
        not_future(reopened_on, context)?;
        let lines = closed.facts.lines.clone();
        let closed_through = self.years.range(..year).next_back().map(|(before, _)| *before);
        Ok(vec![FundEvent::FundYearReopened { year, lines, closed_through, reason, reopened_on }])
    }

    pub(super) fn carry_over(&self, asked: CarryOver, context: &Context) -> Decision {
        let CarryOver { year, document, found, carried_on } = asked;
        let closed = self.years.get(&year).ok_or(FundError::YearNotClosed { year })?;
        if let Some(carried) = &closed.carried {
            let repeat = carried.document == document && carried.carried_by == context.actor.id;
            return if repeat { Ok(vec![]) } else { Err(FundError::YearCarriedOver { year }) };
        }
        if closed.closed_by == context.actor.id {
            return Err(FundError::FourEyes);
        }
        filled(&document, "document")?;
        not_future(carried_on, context)?;
        // they were added up at different positions, to the same end
        if found != (YearFacts { position: found.position, ..closed.facts.clone() }) {
            return Err(FundError::ClosingDiffers { year });
        }
        let result = result_of(&closed.facts.lines).map_err(|_| FundError::AmountOutOfRange)?;
        Ok(vec![FundEvent::FundYearCarriedOver {
            year,
            document,
            result,
            carried: closed.facts.unspent,
            committed: closed.facts.committed,
            restriction: self.charter.restriction,
            carried_on,
            carried_by: context.actor.id.clone(),
        }])
    }
}

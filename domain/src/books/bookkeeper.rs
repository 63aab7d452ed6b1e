//! Books the events of a whole log one after the other: which fund and which day each belongs to.

use std::collections::HashMap;

use chrono::{Datelike, NaiveDate};

use super::posting::{BookedEvent, PaidFor, Posting, postings};
use crate::aggregate::LedgerEvent;
use crate::any_event::AnyEvent;
use crate::campaign::CampaignEvent;
use crate::fund::FundEvent;
use crate::ids::{CampaignId, FundId, PaymentId, RunId};
use crate::payment::PaymentEvent;
use crate::payment_run::PaymentRunEvent;

/// Remembers of earlier events what the postings of later ones need.
///
/// A reader of the whole log lets it see every event from the first. One that begins in the middle tells it first what
/// the events ahead rest on (`know_…`).
#[derive(Clone, Debug, Default)]
pub struct Bookkeeper {
    payments: HashMap<PaymentId, PaidFor>,
    runs: HashMap<RunId, FundId>,
    campaigns: HashMap<CampaignId, FundId>,
    closed: HashMap<FundId, i32>,
}

/// What an event posts, and when.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entries {
    /// 记账日: the day the fact holds from; the first day of the open year where the fact is of a closed one.
    pub day: NaiveDate,
    /// None, or pairs that sum to zero.
    pub postings: Vec<Posting>,
}

impl Bookkeeper {
    /// Tells of a payment that was ordered before.
    pub fn know_payment(&mut self, payment: PaymentId, paid_for: PaidFor) {
        self.payments.insert(payment, paid_for);
    }

    /// Tells of a run that was opened before.
    pub fn know_run(&mut self, run: RunId, fund: FundId) {
        self.runs.insert(run, fund);
    }

    /// Tells of a campaign that was opened before.
    pub fn know_campaign(&mut self, campaign: CampaignId, fund: FundId) {
        self.campaigns.insert(campaign, fund);
    }

    /// Tells of the last year that is closed on a fund; none where it was reopened and no earlier one is.
    pub fn know_closed(&mut self, fund: FundId, year: Option<i32>) {
        match year {
            Some(year) => _ = self.closed.insert(fund, year),
            None => _ = self.closed.remove(&fund),
        }
    }

    /// The last year that is closed on each fund that it was told or saw the closing of.
    pub const fn closed(&self) -> &HashMap<FundId, i32> {
        &self.closed
    }

    /// What an event of the stream of this name posts. An event of a payment whose order is unknown posts nothing: it
    /// is damage, which `ledger check` names. `recorded_on` is the day for a fact that has none of its own.
    pub fn book(&mut self, stream: &str, event: &AnyEvent, recorded_on: NaiveDate) -> Entries {
        let none = Entries { day: recorded_on, postings: Vec::new() };
        match event {
            AnyEvent::PaymentRun(PaymentRunEvent::PaymentRunOpened { run_id, fund_id, .. }) => {
                self.runs.insert(*run_id, *fund_id);
                none
            }
            AnyEvent::Payment(event) => {
                let Some(paid_for) = self.paid_for(stream, event) else { return none };
                // what the bank refused before it was to pay is booked with the order, not before it
                let day = event.effective_on().unwrap_or(recorded_on).max(paid_for.execution_on);
                let day = self.open_day(paid_for.fund, day);
                Entries { day, postings: postings(BookedEvent::Payment(event, paid_for)) }
            }
            AnyEvent::Campaign(event) => {
                let fund = self.fund_of_campaign(stream, event);
                let day = self.open_day(fund, event.effective_on().unwrap_or(recorded_on));
                Entries { day, postings: postings(BookedEvent::Campaign(event, fund)) }
            }
            AnyEvent::Fund(event) => {
                let Ok(fund) = stream.parse() else { return none };
                let day = event.effective_on().unwrap_or(recorded_on);
                let day = self.turn_year(fund, event).unwrap_or_else(|| self.open_day(Some(fund), day));
                Entries { day, postings: postings(BookedEvent::Fund(event, fund)) }
            }
            _ => none,
        }
    }

    fn paid_for(&mut self, stream: &str, event: &PaymentEvent) -> Option<PaidFor> {
        let payment: PaymentId = stream.parse().ok()?;
        if let PaymentEvent::PaymentOrdered { order } = event {
            let paid_for = PaidFor::ordered_by(order, self.runs.get(&order.run_id).copied());
            self.payments.insert(payment, paid_for);
        }
        self.payments.get(&payment).copied()
    }

    fn fund_of_campaign(&mut self, stream: &str, event: &CampaignEvent) -> Option<FundId> {
        if let CampaignEvent::CampaignOpened { campaign_id, fund_id, .. } = event {
            self.campaigns.insert(*campaign_id, *fund_id);
        }
        self.campaigns.get(&stream.parse().ok()?).copied()
    }

    /// The day of an event that closes, opens or carries over a year; no other belongs to a year that is closed.
    fn turn_year(&mut self, fund: FundId, event: &FundEvent) -> Option<NaiveDate> {
        match event {
            FundEvent::FundYearClosed { year, .. } => self.know_closed(fund, Some(*year)),
            FundEvent::FundYearReopened { closed_through, .. } => self.know_closed(fund, *closed_through),
            FundEvent::FundYearCarriedOver { .. } => {}
            _ => return None,
        }
        event.effective_on()
    }

    fn open_day(&self, fund: Option<FundId>, day: NaiveDate) -> NaiveDate {
        match fund.and_then(|fund| self.closed.get(&fund)) {
            Some(closed) if day.year() <= *closed => {
                NaiveDate::from_ymd_opt(closed.saturating_add(1), 1, 1).unwrap_or(day)
            }
            _ => day,
        }
    }
}

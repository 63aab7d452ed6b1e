//! The situations of a fund, and how events lead from one to the next.

use std::collections::BTreeMap;

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use super::command::FundCharter;
use super::event::FundEvent;
use crate::aggregate::ImpossibleEvent;
use crate::ids::{DonationId, PaymentId, RemittanceId, RunId};
use crate::money::Money;

/// A fund (资金), by its situation.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum Fund {
    /// Nobody opened it.
    #[default]
    Unopened,
    /// 在用.
    Open(FundAccount),
}

/// The money of a fund.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct FundAccount {
    /// What the fund is.
    pub charter: FundCharter,
    /// 余额: everything that came in less everything spent or refunded, in fen. Never below nothing.
    pub balance: Money,
    /// 占用: what the balance is promised to, in fen. Never above the balance.
    pub committed: Money,
    /// 拨款.
    pub appropriations: Vec<Appropriation>,
    /// Gifts, each with what went back.
    pub donations: BTreeMap<DonationId, CreditedDonation>,
    /// Every run that the fund was committed to.
    pub runs: BTreeMap<RunId, Commitment>,
    /// Remitted money, by the remittance.
    pub remittances: BTreeMap<RemittanceId, Credit>,
    /// Recovered money, by the payment it was paid with.
    pub recoveries: BTreeMap<PaymentId, Vec<Credit>>,
}

/// 拨款.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Appropriation {
    /// 文号.
    pub document: String,
    /// How much and when.
    pub credit: Credit,
}

/// An amount and its day.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Credit {
    /// In fen.
    pub amount: Money,
    /// When.
    pub on: NaiveDate,
}

/// A gift as the fund knows it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CreditedDonation {
    /// What came in.
    pub received: Credit,
    /// What went back; amounts below nothing.
    pub refunds: Vec<CreditedRefund>,
}

/// What went back of a gift.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CreditedRefund {
    /// How much, below nothing, and when.
    pub credit: Credit,
    /// 退款单号, where a statement told it.
    pub number: Option<String>,
}

/// What a fund holds ready for a run, in fen. Spent and released together never exceed committed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Commitment {
    /// Promised.
    pub committed: Money,
    /// Paid by the bank.
    pub spent: Money,
    /// Returned by the bank, or given up with the run's rejection.
    pub released: Money,
}

impl Fund {
    /// The situation's name in English, for refusals.
    pub const fn stage(&self) -> &'static str {
        match self {
            Fund::Unopened => "unopened",
            Fund::Open(_) => "open",
        }
    }

    /// Its money, once it was opened.
    pub const fn account(&self) -> Option<&FundAccount> {
        match self {
            Fund::Unopened => None,
            Fund::Open(account) => Some(account),
        }
    }

    /// Evolves in place, because a fund may know thousands of gifts.
    pub(super) fn evolve(&mut self, event: &FundEvent) -> Result<(), ImpossibleEvent> {
        let impossible = ImpossibleEvent::new(event, self.stage());
        match self {
            Fund::Unopened => {
                let charter = FundCharter::of(event).ok_or(impossible)?;
                *self = Fund::Open(FundAccount::new(charter));
                Ok(())
            }
            Fund::Open(account) => account.evolve(event).ok_or(impossible),
        }
    }
}

impl FundCharter {
    fn of(event: &FundEvent) -> Option<FundCharter> {
        match event {
            FundEvent::FundOpened { fund_id, name, source, restriction, opened_on } => Some(FundCharter {
                fund_id: *fund_id,
                name: name.clone(),
                source: *source,
                restriction: *restriction,
                opened_on: *opened_on,
            }),
            _ => None,
        }
    }
}

impl FundAccount {
    fn new(charter: FundCharter) -> FundAccount {
        FundAccount {
            charter,
            balance: Money::ZERO,
            committed: Money::ZERO,
            appropriations: Vec::new(),
            donations: BTreeMap::new(),
            runs: BTreeMap::new(),
            remittances: BTreeMap::new(),
            recoveries: BTreeMap::new(),
        }
    }

    /// 可用余额: what is promised to nobody, in fen.
    pub fn free(&self) -> Money {
        // both lie between nothing and the largest amount, so the difference exists
        self.balance.minus(self.committed).unwrap_or_default()
    }

    /// What the fund holds ready for a run; nothing for a run it does not know.
    pub fn commitment(&self, run_id: RunId) -> Commitment {
        self.runs.get(&run_id).copied().unwrap_or_default()
    }

    /// `None` where the event cannot follow, or a sum leaves the range of money.
    fn evolve(&mut self, event: &FundEvent) -> Option<()> {
        match event {
            FundEvent::FundOpened { .. } => return None,
            FundEvent::MoneyAppropriated { amount, document, appropriated_on } => {
                self.balance = self.balance.plus(*amount).ok()?;
                let credit = Credit { amount: *amount, on: *appropriated_on };
                self.appropriations.push(Appropriation { document: document.clone(), credit });
            }
            FundEvent::DonationCredited { donation_id, amount, credited_on, refund_number, .. } => {
                self.balance = self.balance.plus(*amount).ok()?;
                let credit = Credit { amount: *amount, on: *credited_on };
                self.donation(*donation_id, credit, refund_number.as_ref())?;
            }
            &FundEvent::FundsCommitted { run_id, amount, .. } => {
                self.committed = self.committed.plus(amount).ok()?;
                let run = self.runs.entry(run_id).or_default();
                run.committed = run.committed.plus(amount).ok()?;
            }
            &FundEvent::FundsReleased { run_id, amount, .. } => {
                self.committed = self.committed.minus(amount).ok()?;
                let run = self.runs.get_mut(&run_id)?;
                run.released = run.released.plus(amount).ok()?;
            }
            &FundEvent::FundsSpent { run_id, amount, .. } => {
                self.committed = self.committed.minus(amount).ok()?;
                self.balance = self.balance.minus(amount).ok()?;
                let run = self.runs.get_mut(&run_id)?;
                run.spent = run.spent.plus(amount).ok()?;
            }
            &FundEvent::DonationsRemitted { remittance_id, amount, remitted_on: on, .. } => {
                self.balance = self.balance.minus(amount).ok()?;
                self.remittances.insert(remittance_id, Credit { amount, on });
            }
            &FundEvent::RecoveryCredited { amount, payment_id, credited_on: on } => {
                self.balance = self.balance.plus(amount).ok()?;
                self.recoveries.entry(payment_id).or_default().push(Credit { amount, on });
            }
        }
        Some(())
    }

    fn donation(&mut self, donation_id: DonationId, credit: Credit, number: Option<&String>) -> Option<()> {
        if credit.amount.is_negative() {
            let refund = CreditedRefund { credit, number: number.cloned() };
            self.donations.get_mut(&donation_id)?.refunds.push(refund);
        } else {
            let gift = CreditedDonation { received: credit, refunds: Vec::new() };
            self.donations.insert(donation_id, gift);
        }
        Some(())
    }
}

impl CreditedDonation {
    /// What was not refunded, in fen.
    pub fn remaining(&self) -> Money {
        let add = |left: Money, refund: &CreditedRefund| left.plus(refund.credit.amount).unwrap_or_default();
        self.refunds.iter().fold(self.received.amount, add)
    }
}

impl Commitment {
    /// What is still held ready, in fen.
    pub fn remainder(&self) -> Money {
        let left = self.committed.minus(self.spent).and_then(|left| left.minus(self.released));
        left.unwrap_or_default()
    }
}

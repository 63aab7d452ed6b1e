//! Which event posts what.

use super::account::Account;
use crate::campaign::CampaignEvent;
use crate::fund::FundEvent;
use crate::money::Money;
use crate::payment::{Ordered, PaymentEvent, PaymentOrder};
use crate::program::Program;

/// One side of an entry.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Posting {
    /// Where.
    pub account: Account,
    /// How much, in fen: debit above nothing, credit below.
    pub amount: Money,
}

/// An event as the books see it.
#[derive(Clone, Copy, Debug)]
pub enum BookedEvent<'a> {
    /// An event of a payment, with what its stream's order said.
    Payment(&'a PaymentEvent, PaidFor),
    /// An event of a fund.
    Fund(&'a FundEvent),
    /// An event of a campaign.
    Campaign(&'a CampaignEvent),
}

/// What the books need to know of a payment besides its event: the first event of its stream says it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PaidFor {
    /// The program.
    pub program: Program,
    /// How much was ordered, in fen.
    pub amount: Money,
}

impl From<&PaymentOrder> for PaidFor {
    fn from(order: &PaymentOrder) -> PaidFor {
        PaidFor { program: order.program, amount: order.amount }
    }
}

impl From<&Ordered> for PaidFor {
    fn from(order: &Ordered) -> PaidFor {
        PaidFor { program: order.program, amount: order.amount }
    }
}

/// The postings of an event: none, or two that sum to zero.
pub fn postings(event: BookedEvent<'_>) -> Vec<Posting> {
    let entry = match event {
        BookedEvent::Payment(event, paid_for) => of_payment(event, paid_for),
        BookedEvent::Fund(event) => of_fund(event),
        BookedEvent::Campaign(event) => of_campaign(event),
    };
    entry.map_or_else(Vec::new, Entry::postings)
}

/// An amount that moves from one account to another.
struct Entry {
    debit: Account,
    credit: Account,
    amount: Money,
}

impl Entry {
    const fn new(debit: Account, credit: Account, amount: Money) -> Option<Entry> {
        Some(Entry { debit, credit, amount })
    }

    fn postings(self) -> Vec<Posting> {
        vec![
            Posting { account: self.debit, amount: self.amount },
            Posting { account: self.credit, amount: self.amount.negated() },
        ]
    }
}

const fn of_payment(event: &PaymentEvent, PaidFor { program, amount }: PaidFor) -> Option<Entry> {
    let expense = Account::ProgramExpense(program);
    match event {
        PaymentEvent::PaymentOrdered { .. } => Entry::new(Account::InTransit, Account::Deposits, amount),
        PaymentEvent::PaymentSettled { .. } => Entry::new(expense, Account::InTransit, amount),
        PaymentEvent::PaymentReturned { .. } => Entry::new(Account::Deposits, Account::InTransit, amount),
        // the money came back with the return; the next attempt posts as a payment of its own
        PaymentEvent::PaymentReissued { .. } | PaymentEvent::PaymentCancelled { .. } => None,
        PaymentEvent::RecoveryOpened { amount, .. } => {
            Entry::new(Account::RecoveriesReceivable, expense, *amount)
        }
        // what is withheld never moves at the bank: the later payment's program bears it, and the claim falls
        PaymentEvent::RecoveryReceived { amount, withheld_from: Some(from), .. } => {
            Entry::new(Account::ProgramExpense(from.program), Account::RecoveriesReceivable, *amount)
        }
        PaymentEvent::RecoveryReceived { amount, withheld_from: None, .. } => {
            Entry::new(Account::Deposits, Account::RecoveriesReceivable, *amount)
        }
        PaymentEvent::RecoveryWaived { amount, .. } => {
            Entry::new(Account::RecoveriesWaived, Account::RecoveriesReceivable, *amount)
        }
    }
}

const fn of_fund(event: &FundEvent) -> Option<Entry> {
    match event {
        FundEvent::MoneyAppropriated { amount, .. } => {
            Entry::new(Account::Deposits, Account::AppropriationIncome, *amount)
        }
        // a fund says which money is free for what; the money itself moves with gifts and payments
        FundEvent::FundOpened { .. }
        | FundEvent::DonationCredited { .. }
        | FundEvent::FundsCommitted { .. }
        | FundEvent::FundsReleased { .. }
        | FundEvent::FundsSpent { .. }
        | FundEvent::DonationsRemitted { .. }
        | FundEvent::RecoveryCredited { .. } => None,
    }
}

const fn of_campaign(event: &CampaignEvent) -> Option<Entry> {
    match event {
        CampaignEvent::DonationReceived { donation } => {
            Entry::new(Account::Deposits, Account::DonationIncome, donation.amount)
        }
        CampaignEvent::DonationRefunded { amount, .. } => {
            Entry::new(Account::DonationIncome, Account::Deposits, *amount)
        }
        CampaignEvent::DonationRemitted { amount, .. } => {
            Entry::new(Account::RemittanceExpense, Account::Deposits, *amount)
        }
        // goods are no money: their value is told apart
        CampaignEvent::InKindReceived { .. }
        | CampaignEvent::CampaignOpened { .. }
        | CampaignEvent::PublicityChanged { .. }
        | CampaignEvent::ReceiptIssued { .. }
        | CampaignEvent::ReceiptVoided { .. }
        | CampaignEvent::ProgressPublished { .. }
        | CampaignEvent::CampaignClosed { .. }
        | CampaignEvent::ResultsPublished { .. }
        | CampaignEvent::RemittanceProposed { .. }
        | CampaignEvent::RemittanceRejected { .. }
        | CampaignEvent::DonorErasureRequested { .. }
        | CampaignEvent::DonorErasureRejected { .. }
        | CampaignEvent::DonorErased { .. } => None,
    }
}

//! Which event posts what.

use chrono::NaiveDate;

use super::account::Account;
use super::subaccount::Subaccount;
use crate::campaign::CampaignEvent;
use crate::fund::{ClosingLine, FundEvent, Restriction};
use crate::ids::FundId;
use crate::money::Money;
use crate::payment::{Ordered, PaymentEvent, PaymentOrder};
use crate::program::Program;

/// One side of an entry.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Posting {
    /// Where.
    pub subaccount: Subaccount,
    /// How much, in fen: debit above nothing, credit below.
    pub amount: Money,
}

/// An event as the books see it.
#[derive(Clone, Copy, Debug)]
pub enum BookedEvent<'a> {
    /// An event of a payment, with what its stream's order and its run said.
    Payment(&'a PaymentEvent, PaidFor),
    /// An event of a fund.
    Fund(&'a FundEvent, FundId),
    /// An event of a campaign, with the fund that its gifts go to.
    Campaign(&'a CampaignEvent, Option<FundId>),
}

/// What the books need to know of a payment besides its event: the first event of its stream says it, and the first
/// of its run's says the fund.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PaidFor {
    /// The program.
    pub program: Program,
    /// How much was ordered, in fen.
    pub amount: Money,
    /// The fund that pays.
    pub fund: Option<FundId>,
    /// 要求执行日期, the day of the order's postings; nothing of the payment is booked before it.
    pub execution_on: NaiveDate,
}

impl PaidFor {
    /// What an order says, with the fund of its run.
    pub const fn ordered_by(order: &PaymentOrder, fund: Option<FundId>) -> PaidFor {
        let PaymentOrder { program, amount, execution_on, .. } = *order;
        PaidFor { program, amount, fund, execution_on }
    }

    /// The same, from what a payment keeps of its order.
    pub const fn kept_of(order: &Ordered, fund: Option<FundId>) -> PaidFor {
        let Ordered { program, amount, execution_on, .. } = *order;
        PaidFor { program, amount, fund, execution_on }
    }
}

/// The postings of an event: none, or pairs that sum to zero, all of one fund.
pub fn postings(event: BookedEvent<'_>) -> Vec<Posting> {
    let entries = match event {
        BookedEvent::Payment(event, paid_for) => of_payment(event, paid_for),
        BookedEvent::Fund(event, fund) => of_fund(event, fund),
        BookedEvent::Campaign(event, fund) => of_campaign(event, fund).into_iter().collect(),
    };
    entries.into_iter().flat_map(Entry::postings).collect()
}

/// An amount that moves from one account to another.
struct Entry {
    debit: Subaccount,
    credit: Subaccount,
    amount: Money,
}

impl Entry {
    const fn new(debit: Subaccount, credit: Subaccount, amount: Money) -> Entry {
        Entry { debit, credit, amount }
    }

    fn postings(self) -> [Posting; 2] {
        [
            Posting { subaccount: self.debit, amount: self.amount },
            Posting { subaccount: self.credit, amount: self.amount.negated() },
        ]
    }
}

fn of_payment(event: &PaymentEvent, PaidFor { program, amount, fund, .. }: PaidFor) -> Vec<Entry> {
    let at = |account| Subaccount::of(account, fund);
    let expense = at(Account::ProgramExpense).for_program(Some(program));
    let (deposits, in_transit) = (at(Account::Deposits), at(Account::InTransit));
    match event {
        PaymentEvent::PaymentOrdered { .. } => vec![Entry::new(in_transit, deposits, amount)],
        PaymentEvent::PaymentSettled { .. } => vec![
            Entry::new(expense, in_transit, amount),
            Entry::new(at(Account::AwaitingReconciliation), at(Account::MemorandumContra), amount),
        ],
        PaymentEvent::PaymentReturned { .. } => vec![Entry::new(deposits, in_transit, amount)],
        PaymentEvent::ReturnRevoked { .. } => vec![Entry::new(in_transit, deposits, amount)],
        // the money came back with the return; the next attempt posts as a payment of its own
        PaymentEvent::BookingNamed { .. }
        | PaymentEvent::PaymentReissued { .. }
        | PaymentEvent::PaymentCancelled { .. } => vec![],
        PaymentEvent::RecoveryOpened { amount, .. } => {
            vec![Entry::new(at(Account::RecoveriesReceivable), expense, *amount)]
        }
        // what is withheld never moves at the bank: the later payment's program bears it, and the claim falls
        PaymentEvent::RecoveryReceived { amount, withheld_from: Some(from), .. } => {
            let bearer = at(Account::ProgramExpense).for_program(Some(from.program));
            vec![Entry::new(bearer, at(Account::RecoveriesReceivable), *amount)]
        }
        PaymentEvent::RecoveryWaived { amount, .. } => {
            vec![Entry::new(at(Account::RecoveriesWaived), at(Account::RecoveriesReceivable), *amount)]
        }
        // the opening the other way round
        PaymentEvent::RecoveryWithdrawn { amount, .. } => {
            vec![Entry::new(expense, at(Account::RecoveriesReceivable), *amount)]
        }
        PaymentEvent::RecoveryReceived { amount, withheld_from: None, .. } => {
            vec![Entry::new(deposits, at(Account::RecoveriesReceivable), *amount)]
        }
    }
}

fn of_fund(event: &FundEvent, fund: FundId) -> Vec<Entry> {
    let at = |account| Subaccount::of(account, Some(fund));
    let (committed, contra) = (at(Account::Commitments), at(Account::MemorandumContra));
    match event {
        &FundEvent::MoneyAppropriated { amount, program, level, budget_year, .. } => {
            let income = Subaccount { program, level, budget_year, ..at(Account::AppropriationIncome) };
            vec![Entry::new(at(Account::Deposits), income, amount)]
        }
        FundEvent::FundsCommitted { amount, .. } | FundEvent::FundsRecommitted { amount, .. } => {
            vec![Entry::new(committed, contra, *amount)]
        }
        FundEvent::FundsReleased { amount, .. } => vec![Entry::new(contra, committed, *amount)],
        FundEvent::FundsSpent { amount, .. } => vec![
            Entry::new(contra, committed, *amount),
            Entry::new(contra, at(Account::AwaitingReconciliation), *amount),
        ],
        FundEvent::FundYearClosed { lines, .. } => lines.iter().map(|line| closing(fund, line)).collect(),
        FundEvent::FundYearReopened { lines, .. } => {
            let undone = |line| {
                let Entry { debit, credit, amount } = closing(fund, line);
                Entry::new(credit, debit, amount)
            };
            lines.iter().map(undone).collect()
        }
        FundEvent::FundYearCarriedOver { result, restriction, .. } => {
            let accumulated = match restriction {
                Restriction::Restricted => Account::AccumulatedRestricted,
                Restriction::Unrestricted => Account::AccumulatedUnrestricted,
            };
            vec![Entry::new(at(Account::YearResult), at(accumulated), *result)]
        }
        // the money itself moves with the gift, the remittance and the recovery
        FundEvent::FundOpened { .. }
        | FundEvent::DonationCredited { .. }
        | FundEvent::DonationsRemitted { .. }
        | FundEvent::RecoveryCredited { .. } => vec![],
    }
}

/// Takes what stands in an account of income or expense to the year's result.
fn closing(fund: FundId, line: &ClosingLine) -> Entry {
    let ClosingLine { account, program, level, budget_year, balance } = *line;
    let closed = Subaccount { account, fund: Some(fund), program, level, budget_year };
    Entry::new(Subaccount::of(Account::YearResult, Some(fund)), closed, balance)
}

fn of_campaign(event: &CampaignEvent, fund: Option<FundId>) -> Option<Entry> {
    let at = |account| Subaccount::of(account, fund);
    let (deposits, income) = (at(Account::Deposits), at(Account::DonationIncome));
    match event {
        CampaignEvent::DonationReceived { donation } => Some(Entry::new(deposits, income, donation.amount)),
        CampaignEvent::DonationRefunded { amount, .. } => Some(Entry::new(income, deposits, *amount)),
        CampaignEvent::DonationRemitted { amount, .. } => {
            Some(Entry::new(at(Account::RemittanceExpense), deposits, *amount))
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

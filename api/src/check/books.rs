//! The books: every event's debit and credit agree, no asset falls below nothing, and the books tie to the funds.

use std::collections::{BTreeMap, HashMap};

use domain::any_event::AnyEvent;
use domain::books::{Account, AccountKind, BookedEvent, PaidFor, Posting, postings};
use domain::fund::FundEvent;
use domain::payment::PaymentEvent;
use domain::payment_run::PaymentRunEvent;

use super::seen::{Seen, Watch};
use super::{Finding, Invariant};

/// Books every event, in fen.
#[derive(Default)]
pub struct Books {
    /// What each payment is for, and its run.
    orders: HashMap<String, (PaidFor, String)>,
    balances: BTreeMap<Account, i64>,
    /// What all funds hold.
    held: i64,
    /// What was settled of runs whose spending the funds have not been told yet.
    unspent: HashMap<String, i64>,
    /// Ordered and without result, counted without the books.
    pending: i64,
    findings: Vec<Finding>,
}

impl Watch for Books {
    fn invariant(&self) -> Invariant {
        Invariant {
            code: "books",
            zh: "借贷处处相等，资产不为负；在途等于未回盘，存款与在途等于各项资金之和",
            en: "debit equals credit at every position, no asset is below nothing, and the books tie to payments and funds",
        }
    }

    fn see(&mut self, seen: &Seen) {
        let postings = self.postings(seen);
        let difference: i64 = postings.iter().map(|posting| posting.amount.fen()).sum();
        if difference != 0 {
            let zh = format!("该事件借贷相差 {difference} 分");
            let en = format!("debit and credit differ by {difference} fen");
            self.findings.push(Finding::at(seen.position, zh, en));
        }
        for Posting { account, amount } in postings {
            self.post(seen, account, amount.fen());
        }
    }

    fn finish(mut self: Box<Self>) -> Vec<Finding> {
        let (deposits, in_transit) = (self.balance(Account::Deposits), self.balance(Account::InTransit));
        if in_transit != self.pending {
            let zh = format!("账簿在途 {in_transit} 分，未回盘 {} 分", self.pending);
            let en = format!("{in_transit} fen in transit, {} pending", self.pending);
            self.findings.push(Finding::among([], zh, en));
        }
        let held = self.held - self.unspent.values().sum::<i64>();
        if deposits + in_transit != held {
            let money = deposits + in_transit;
            let zh = format!("银行存款与在途共 {money} 分，各项资金共 {held} 分");
            let en = format!("{money} fen at the bank and in transit, {held} in the funds");
            self.findings.push(Finding::among([], zh, en));
        }
        self.findings
    }
}

impl Books {
    fn post(&mut self, seen: &Seen, account: Account, fen: i64) {
        let balance = self.balances.entry(account).or_default();
        *balance += fen;
        if account.kind() == AccountKind::Asset && *balance < 0 && fen < 0 {
            let zh = format!("{} 为负：{balance} 分", account.zh());
            let en = format!("{} below nothing: {balance} fen", account.en());
            self.findings.push(Finding::at(seen.position, zh, en));
        }
    }

    fn balance(&self, account: Account) -> i64 {
        self.balances.get(&account).copied().unwrap_or_default()
    }

    fn postings(&mut self, seen: &Seen) -> Vec<Posting> {
        match &seen.event {
            Some(AnyEvent::Payment(event)) => self.of_payment(&seen.stream_id, event),
            Some(AnyEvent::Fund(event)) => {
                self.hold(event);
                postings(BookedEvent::Fund(event))
            }
            Some(AnyEvent::Campaign(event)) => postings(BookedEvent::Campaign(event)),
            Some(AnyEvent::PaymentRun(PaymentRunEvent::PaymentRunReconciled { .. })) => {
                self.unspent.remove(&seen.stream_id);
                Vec::new()
            }
            _ => Vec::new(),
        }
    }

    fn of_payment(&mut self, id: &str, event: &PaymentEvent) -> Vec<Posting> {
        if let PaymentEvent::PaymentOrdered { order } = event {
            self.orders.insert(id.to_owned(), (PaidFor::from(&**order), order.run_id.to_string()));
        }
        // without its order the event is damage, which another check names
        let Some((paid_for, run)) = self.orders.get(id).cloned() else { return Vec::new() };
        let fen = paid_for.amount.fen();
        match event {
            PaymentEvent::PaymentOrdered { .. } => self.pending += fen,
            PaymentEvent::PaymentReturned { .. } => self.pending -= fen,
            PaymentEvent::PaymentSettled { .. } => {
                self.pending -= fen;
                *self.unspent.entry(run).or_default() += fen;
            }
            _ => {}
        }
        postings(BookedEvent::Payment(event, paid_for))
    }

    fn hold(&mut self, event: &FundEvent) {
        match event {
            FundEvent::MoneyAppropriated { amount, .. }
            | FundEvent::DonationCredited { amount, .. }
            | FundEvent::RecoveryCredited { amount, .. } => self.held += amount.fen(),
            FundEvent::FundsSpent { amount, .. } | FundEvent::DonationsRemitted { amount, .. } => {
                self.held -= amount.fen();
            }
            FundEvent::FundOpened { .. }
            | FundEvent::FundsCommitted { .. }
            | FundEvent::FundsReleased { .. } => {}
        }
    }
}

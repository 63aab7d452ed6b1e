//! The books: every event's debit and credit agree, and what is in transit is what is pending.

use std::collections::HashMap;

use domain::any_event::AnyEvent;
use domain::books::{Account, BookedEvent, PaidFor, Posting, postings};
use domain::payment::PaymentEvent;

use super::seen::{Seen, Watch};
use super::{Finding, Invariant};

/// Books every event, in fen.
#[derive(Default)]
pub struct Books {
    orders: HashMap<String, PaidFor>,
    sum: i64,
    in_transit: i64,
    pending: i64,
    findings: Vec<Finding>,
}

impl Watch for Books {
    fn invariant(&self) -> Invariant {
        Invariant {
            code: "books",
            zh: "借贷处处相等，账簿合计为零，在途等于未回盘",
            en: "debit equals credit at every position, and what is in transit is what is pending",
        }
    }

    fn see(&mut self, seen: &Seen) {
        let before = self.sum;
        for Posting { account, amount } in self.postings(seen) {
            self.sum += amount.fen();
            if account == Account::InTransit {
                self.in_transit += amount.fen();
            }
        }
        if self.sum != before {
            let difference = self.sum - before;
            let zh = format!("该事件借贷相差 {difference} 分");
            self.findings.push(Finding::at(
                seen.position,
                zh,
                format!("debit and credit differ by {difference} fen"),
            ));
        }
    }

    fn finish(mut self: Box<Self>, _: u64) -> Vec<Finding> {
        if self.in_transit != self.pending {
            let (books, payments) = (self.in_transit, self.pending);
            let zh = format!("账簿在途 {books} 分，未回盘 {payments} 分");
            self.findings.push(Finding::among([], zh, format!("{books} fen in transit, {payments} pending")));
        }
        self.findings
    }
}

impl Books {
    fn postings(&mut self, seen: &Seen) -> Vec<Posting> {
        match &seen.event {
            Some(AnyEvent::Payment(event)) => self.of_payment(&seen.stream_id, event),
            Some(AnyEvent::Fund(event)) => postings(BookedEvent::Fund(event)),
            Some(AnyEvent::Campaign(event)) => postings(BookedEvent::Campaign(event)),
            _ => Vec::new(),
        }
    }

    fn of_payment(&mut self, id: &str, event: &PaymentEvent) -> Vec<Posting> {
        if let PaymentEvent::PaymentOrdered { order } = event {
            self.orders.insert(id.to_owned(), PaidFor::from(&**order));
        }
        // without its order the event is damage, which another check names
        let Some(paid_for) = self.orders.get(id).copied() else { return Vec::new() };
        self.pending += match event {
            PaymentEvent::PaymentOrdered { .. } => paid_for.amount.fen(),
            PaymentEvent::PaymentSettled { .. } | PaymentEvent::PaymentReturned { .. } => {
                -paid_for.amount.fen()
            }
            _ => 0,
        };
        postings(BookedEvent::Payment(event, paid_for))
    }
}

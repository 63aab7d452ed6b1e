//! What each person owes back is one number: opened less withdrawn, received and waived, as the books have it; and what a
//! payment withheld repaid exactly what it says.

use std::collections::{BTreeMap, HashMap};

use domain::any_event::AnyEvent;
use domain::books::{Account, BookedEvent, PaidFor, postings};
use domain::ids::{PaymentId, PersonId, RecoveryPlanId};
use domain::payment::PaymentEvent;

use super::seen::{Seen, Watch};
use super::{Finding, Invariant};

/// Adds up recoveries, in fen.
#[derive(Default)]
pub struct Recoveries {
    orders: HashMap<String, (PaidFor, PersonId)>,
    persons: BTreeMap<PersonId, i64>,
    receivable: i64,
    /// What settled payments withheld, less what was received of it, by payment, repaid payment and plan.
    withheld: BTreeMap<(PaymentId, PaymentId, RecoveryPlanId), (i64, u64)>,
    findings: Vec<Finding>,
}

impl Watch for Recoveries {
    fn invariant(&self) -> Invariant {
        Invariant {
            code: "recoveries",
            zh: "每人待追回 = 立项 − 撤回 − 追回 − 核销，不为负，合计等于账簿应收追回款；抵扣与追回逐笔相符",
            en: "what each person owes back is opened less withdrawn, received and waived, never below nothing, and adds up to the books; each part withheld repaid its payment",
        }
    }

    fn see(&mut self, seen: &Seen) {
        let Some(AnyEvent::Payment(event)) = &seen.event else { return };
        if let PaymentEvent::PaymentOrdered { order } = event {
            self.orders.insert(seen.stream_id.clone(), (PaidFor::ordered_by(order, None), order.beneficiary));
        }
        // without its order the event is damage, which another check names
        let Some((paid_for, person)) = self.orders.get(&seen.stream_id).copied() else { return };
        let booked = postings(BookedEvent::Payment(event, paid_for));
        let receivable =
            booked.iter().filter(|posting| posting.subaccount.account == Account::RecoveriesReceivable);
        self.receivable += receivable.map(|posting| posting.amount.fen()).sum::<i64>();
        self.owe(seen, person, owed(event));
        self.match_withheld(seen, event);
    }

    fn finish(mut self: Box<Self>) -> Vec<Finding> {
        let owed: i64 = self.persons.values().sum();
        if owed != self.receivable {
            let zh = format!("各人待追回合计 {owed} 分，账簿应收追回款 {} 分", self.receivable);
            let en = format!("persons owe back {owed} fen, the books say {}", self.receivable);
            self.findings.push(Finding::among([], zh, en));
        }
        for ((payment, repaid, _), (fen, position)) in &self.withheld {
            if *fen != 0 {
                let zh = format!("发放明细 {payment} 抵扣 {repaid} 的金额与追回相差 {fen} 分");
                let en =
                    format!("what {payment} withheld and what {repaid} received of it differ by {fen} fen");
                self.findings.push(Finding::at(*position, zh, en));
            }
        }
        self.findings
    }
}

/// What an event adds to what its beneficiary owes back, in fen.
const fn owed(event: &PaymentEvent) -> i64 {
    match event {
        PaymentEvent::RecoveryOpened { amount, .. } => amount.fen(),
        PaymentEvent::RecoveryReceived { amount, .. }
        | PaymentEvent::RecoveryWaived { amount, .. }
        | PaymentEvent::RecoveryWithdrawn { amount, .. } => -amount.fen(),
        PaymentEvent::PaymentOrdered { .. }
        | PaymentEvent::PaymentSettled { .. }
        | PaymentEvent::BookingNamed { .. }
        | PaymentEvent::PaymentReturned { .. }
        | PaymentEvent::ReturnRevoked { .. }
        | PaymentEvent::PaymentReissued { .. }
        | PaymentEvent::PaymentCancelled { .. } => 0,
    }
}

impl Recoveries {
    fn owe(&mut self, seen: &Seen, person: PersonId, fen: i64) {
        let balance = self.persons.entry(person).or_default();
        *balance += fen;
        if *balance < 0 && fen < 0 {
            let zh = format!("人员 {person} 待追回为负：{balance} 分");
            let en = format!("person {person} owes back less than nothing: {balance} fen");
            self.findings.push(Finding::at(seen.position, zh, en));
        }
    }

    fn match_withheld(&mut self, seen: &Seen, event: &PaymentEvent) {
        let Ok(payment) = seen.stream_id.parse::<PaymentId>() else { return };
        match event {
            PaymentEvent::PaymentSettled { withheld, .. } => {
                for part in withheld {
                    let key = (payment, part.payment_id, part.plan_id);
                    let (fen, position) = self.withheld.entry(key).or_default();
                    (*fen, *position) = (*fen + part.amount.fen(), seen.position);
                }
            }
            PaymentEvent::RecoveryReceived { amount, withheld_from: Some(from), .. } => {
                let key = (from.payment_id, payment, from.plan_id);
                let (fen, position) = self.withheld.entry(key).or_default();
                (*fen, *position) = (*fen - amount.fen(), seen.position);
            }
            _ => {}
        }
    }
}

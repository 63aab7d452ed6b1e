//! No case-month is paid more than once at a time: what stands ordered for it never exceeds what it was due.

use std::collections::HashMap;

use domain::any_event::AnyEvent;
use domain::calendar::BenefitMonth;
use domain::ids::{CaseId, PaymentId};
use domain::payment::{PaymentEvent, PaymentOrder};

use super::seen::{Seen, Watch};
use super::{Finding, Invariant};

/// Adds up what stands ordered for each month of each case, in fen.
#[derive(Default)]
pub struct Payments {
    months: HashMap<(CaseId, BenefitMonth), Month>,
    orders: HashMap<String, Standing>,
    findings: Vec<Finding>,
}

#[derive(Default)]
struct Month {
    standing: i64,
    /// Whether something that had come back arrived after all, in the very moment of an order it may be.
    revoked: bool,
    attempts: u32,
    positions: Vec<u64>,
}

struct Standing {
    key: (CaseId, BenefitMonth),
    /// What was ordered of the month: paid by the bank, or withheld.
    ordered: i64,
    /// What stands of the order: nothing after a return, less after a recovery was opened and until it is withdrawn.
    fen: i64,
    /// What of it was ordered to be withheld.
    withheld: i64,
}

impl Watch for Payments {
    fn invariant(&self) -> Invariant {
        Invariant {
            code: "paid_once",
            zh: "同一个案同一月份不重复发放，已发不超应发",
            en: "no case-month is paid more than once at a time, and never more than it is due",
        }
    }

    fn see(&mut self, seen: &Seen) {
        let Some(AnyEvent::Payment(event)) = &seen.event else { return };
        match event {
            PaymentEvent::PaymentOrdered { order } => self.see_order(seen, order),
            PaymentEvent::PaymentReturned { .. } => self.lower(&seen.stream_id, None),
            PaymentEvent::ReturnRevoked { .. } => self.restore(&seen.stream_id),
            PaymentEvent::RecoveryOpened { amount, .. } => self.lower(&seen.stream_id, Some(amount.fen())),
            PaymentEvent::RecoveryWithdrawn { amount, .. } => self.raise(&seen.stream_id, amount.fen()),
            // less may be withheld than was ordered to be: the month is due that much more
            PaymentEvent::PaymentSettled { withheld, .. } => {
                let effective: i64 = withheld.iter().map(|part| part.amount.fen()).sum();
                let ordered = self.orders.get(&seen.stream_id).map(|order| order.withheld);
                self.lower(&seen.stream_id, Some(ordered.unwrap_or_default() - effective));
            }
            _ => {}
        }
    }

    fn finish(self: Box<Self>) -> Vec<Finding> {
        self.findings
    }
}

impl Payments {
    fn see_order(&mut self, seen: &Seen, order: &PaymentOrder) {
        let key = (order.case_id, order.month);
        let month = self.months.entry(key).or_default();
        month.positions.push(seen.position);
        month.attempts += 1;
        let withheld: i64 = order.withheld.iter().map(|part| part.amount.fen()).sum();
        let fen = order.amount.fen() + withheld;
        month.standing += fen;
        let derived = PaymentId::derive(order.case_id, order.month, order.attempt);
        if order.attempt != month.attempts || derived.to_string() != seen.stream_id {
            let zh = format!("{} 第 {} 次支付的编号与个案、月份、次数不符", order.month, order.attempt);
            let en = format!(
                "the id of attempt {} for {} does not follow from its case and month",
                order.attempt, order.month
            );
            self.findings.push(Finding::at(seen.position, zh, en));
        }
        // what the bank paid too much by that is asked back, which another check sees to
        if month.standing > order.due.fen() && !month.revoked {
            let (paid, due) = (month.standing, order.due.fen());
            let zh = format!("{} 已下达 {paid} 分，超过应发 {due} 分", order.month);
            let en = format!("{paid} fen stand ordered for {}, more than the {due} fen due", order.month);
            self.findings.push(Finding::among(month.positions.iter().copied(), zh, en));
        }
        self.orders.insert(seen.stream_id.clone(), Standing { key, ordered: fen, fen, withheld });
    }

    /// What came back arrived after all. Where the month was ordered again meanwhile, it is overpaid by the bank's word, and
    /// nothing more may be ordered of it.
    fn restore(&mut self, payment: &str) {
        let Some(standing) = self.orders.get_mut(payment) else { return };
        let more = standing.ordered - standing.fen;
        standing.fen += more;
        if let Some(month) = self.months.get_mut(&standing.key) {
            month.standing += more;
            month.revoked = true;
        }
    }

    /// Raises what stands of a payment by `fen`: it was asked back and is due after all.
    fn raise(&mut self, payment: &str, fen: i64) {
        let Some(standing) = self.orders.get_mut(payment) else { return };
        standing.fen += fen;
        if let Some(month) = self.months.get_mut(&standing.key) {
            month.standing += fen;
        }
    }

    /// Lowers what stands of a payment by `fen`, or to nothing.
    fn lower(&mut self, payment: &str, fen: Option<i64>) {
        let Some(standing) = self.orders.get_mut(payment) else { return };
        let less = fen.unwrap_or(standing.fen).min(standing.fen);
        standing.fen -= less;
        if let Some(month) = self.months.get_mut(&standing.key) {
            month.standing -= less;
        }
    }
}

//! For each run: the control sum is the sum of its payments, and ordered = settled + returned + pending.

use std::collections::BTreeMap;

use domain::any_event::AnyEvent;
use domain::payment::PaymentEvent;
use domain::payment_run::{Calculation, PaymentRunEvent};

use super::seen::{Seen, Watch};
use super::{Finding, Invariant};

/// Adds up each run's payments, in fen.
#[derive(Default)]
pub struct Runs {
    runs: BTreeMap<String, Run>,
    payments: std::collections::HashMap<String, (String, i64)>,
}

#[derive(Default)]
struct Run {
    calculation: Option<Calculation>,
    /// Where the run was released, and where it was reconciled with which counts and sums.
    released: Option<u64>,
    reconciled: Option<(u64, Tally, Tally)>,
    ordered: Tally,
    settled: Tally,
    returned: Tally,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Tally {
    count: u64,
    fen: i64,
}

impl Tally {
    fn add(&mut self, fen: i64) {
        self.count += 1;
        self.fen += fen;
    }

    fn take(&mut self, fen: i64) {
        // one that was not counted is damage, which another check names
        self.count = self.count.saturating_sub(1);
        self.fen -= fen;
    }
}

impl Watch for Runs {
    fn invariant(&self) -> Invariant {
        Invariant {
            code: "run_sums",
            zh: "批次合计等于其明细之和；已下达 = 到账 + 退汇 + 在途",
            en: "a run's control sum is the sum of its payments; ordered = settled + returned + pending",
        }
    }

    fn see(&mut self, seen: &Seen) {
        match &seen.event {
            Some(AnyEvent::PaymentRun(event)) => self.see_run(seen, event),
            Some(AnyEvent::Payment(event)) => self.see_payment(seen, event),
            _ => {}
        }
    }

    fn finish(self: Box<Self>) -> Vec<Finding> {
        self.runs.iter().flat_map(|(id, run)| run.findings(id)).collect()
    }
}

impl Runs {
    fn see_run(&mut self, seen: &Seen, event: &PaymentRunEvent) {
        let run = self.runs.entry(seen.stream_id.clone()).or_default();
        match event {
            PaymentRunEvent::PaymentRunCalculated { calculation, .. } => {
                run.calculation = Some(calculation.clone())
            }
            PaymentRunEvent::PaymentRunReleased { .. } => run.released = Some(seen.position),
            PaymentRunEvent::PaymentRunReconciled {
                settled_count,
                settled_sum,
                returned_count,
                returned_sum,
                ..
            } => {
                let settled = Tally { count: *settled_count, fen: settled_sum.fen() };
                let returned = Tally { count: *returned_count, fen: returned_sum.fen() };
                run.reconciled = Some((seen.position, settled, returned));
            }
            _ => {}
        }
    }

    fn see_payment(&mut self, seen: &Seen, event: &PaymentEvent) {
        if let PaymentEvent::PaymentOrdered { order } = event {
            let run = order.run_id.to_string();
            self.runs.entry(run.clone()).or_default().ordered.add(order.amount.fen());
            self.payments.insert(seen.stream_id.clone(), (run, order.amount.fen()));
            return;
        }
        let Some((run, fen)) = self.payments.get(&seen.stream_id) else { return };
        let run = self.runs.entry(run.clone()).or_default();
        match event {
            PaymentEvent::PaymentSettled { .. } => run.settled.add(*fen),
            PaymentEvent::PaymentReturned { .. } => run.returned.add(*fen),
            PaymentEvent::ReturnRevoked { .. } => run.returned.take(*fen),
            _ => {}
        }
    }
}

impl Run {
    fn findings(&self, id: &str) -> Vec<Finding> {
        let mut findings = Vec::new();
        let calculated = self
            .calculation
            .as_ref()
            .map(|lines| Tally { count: lines.line_count, fen: lines.control_sum.fen() });
        if let Some(position) = self.released
            && calculated != Some(self.ordered)
        {
            let zh = format!("批次 {id} 核算 {calculated:?}，实际下达 {:?}（笔数与分）", self.ordered);
            let en = format!(
                "run {id} was calculated as {calculated:?} and ordered {:?} (count and fen)",
                self.ordered
            );
            findings.push(Finding::at(position, zh, en));
        }
        if let Some((position, settled, returned)) = self.reconciled
            && (settled, returned) != (self.settled, self.returned)
        {
            let zh = format!("批次 {id} 对账数与明细不符");
            findings.push(Finding::at(
                position,
                zh,
                format!("run {id} was reconciled with other sums than its payments"),
            ));
        }
        let (done, fen) = (self.settled.count + self.returned.count, self.settled.fen + self.returned.fen);
        if done > self.ordered.count || fen > self.ordered.fen {
            let zh = format!("批次 {id} 到账与退汇之和超过已下达");
            findings.push(Finding::among([], zh, format!("run {id} has more results than orders")));
        }
        findings
    }
}

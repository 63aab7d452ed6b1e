//! The list, the approval, the payment file and the bank's return of one run, compared.
//!
//! Source: 陕州 and 赣州 audits (payment file, approval and bank return do not agree); 财会〔2012〕21号.

use domain::fund::FundEvent;
use domain::identifiers::BankAccount;
use domain::ids::RunId;
use domain::payment_run::{LineDigest, LineParties, MonthToPay, PaymentRunEvent as Event, RunLine};
use domain::personal::{BlindIndex, Opened, PersonalField};

use crate::flags::flag::{counted, total, yuan};
use crate::flags::{Basis, Found, KnownPayment, KnownRun, Look, Rule, Subject};

pub const RULE: Rule = Rule {
    code: "run_disagrees",
    zh: "名单、审批、发放文件与回盘不一致",
    en: "List, approval, payment file and bank return disagree",
    finds: "Released runs whose orders are not the approved lines (count, sum, digest of the lines), whose fund committed, \
            spent or freed another amount, whose reconciliation is not the sum of its payments, or for which the bank's \
            results are incomplete 30 days after the execution.",
    evidence: "The calculation, the release, the reconciliation and the fund's events; the orders where they are few.",
    source: "facts of published audits: payment file total ≠ approval total ≠ bank return, results unresolved; 财会〔2012〕21号.",
    blind: "The file that really went to the bank: the log holds its SHA-256, the bank holds the file. Compare the two. \
            A run with a line to an \
            unregistered account of an erased payee is counted as not judged.",
    find,
};

/// Days after the execution in which the bank answers.
const ANSWER_DAYS: i64 = 30;

fn find(look: &Look<'_>, found: &mut Found) {
    for (id, run) in &look.log.runs {
        let released = run.history.events.iter().find_map(|recorded| match &recorded.event {
            Event::PaymentRunReleased { execution_on, .. } => Some((recorded.position, *execution_on)),
            _ => None,
        });
        let payments: Vec<&KnownPayment> =
            run.payments.iter().filter_map(|id| look.log.payments.get(id)).collect();
        let mut run = Compared { look, found, id: *id, run, payments };
        match released {
            Some((position, execution_on)) => {
                run.approved(position);
                run.answered(position, execution_on);
                run.funds(position);
            }
            None => run.unreleased(),
        }
    }
}

/// A run beside its payments.
struct Compared<'a, 'f> {
    look: &'a Look<'a>,
    found: &'f mut Found,
    id: RunId,
    run: &'a KnownRun,
    payments: Vec<&'a KnownPayment>,
}

impl Compared<'_, '_> {
    fn ordered(&self) -> i64 {
        total(self.payments.iter().map(|payment| payment.order.amount.fen()))
    }

    fn flag(&mut self, positions: impl IntoIterator<Item = u64>, zh: String, en: String) {
        self.found.flag(Subject::run(self.id), positions, zh, en);
    }

    /// Orders of a run that nobody released.
    fn unreleased(&mut self) {
        let basis = self.run.basis(u64::MAX).map(|basis| basis.calculation.position);
        // a release that was interrupted has ordered lines of an approved run and is finished later
        let stage = self.run.history.now().stage();
        if self.payments.is_empty() || stage == domain::payment_run::RunStage::Approved {
            return;
        }
        let orders: Vec<u64> = self.payments.iter().map(|payment| payment.ordered.position).collect();
        let (count, sum) = (orders.len(), yuan(self.ordered()));
        self.flag(
            orders.into_iter().chain(basis),
            format!("批次未发放，却已下达 {count} 笔共 {sum} 元"),
            format!("{}, {sum} yuan in all, of a run that was never released", counted(count, "order")),
        );
    }

    /// The orders beside the approved lines.
    fn approved(&mut self, released_at: u64) {
        let Some(Basis { calculation, position, .. }) = self.run.basis(released_at) else { return };
        let (count, sum) = (self.payments.len() as u64, self.ordered());
        let (lines, control) = (calculation.line_count, calculation.control_sum.fen());
        let positions = [position, released_at];
        if (count, sum) != (lines, control) {
            let (lines_en, orders_en) = (counted(lines, "line"), counted(count, "order"));
            let (more, control, sum) = (yuan(sum.saturating_sub(control)), yuan(control), yuan(sum));
            self.flag(
                positions,
                format!("审批 {lines} 笔 {control} 元，实际下达 {count} 笔 {sum} 元，相差 {more} 元"),
                format!("{lines_en}, {control} yuan, approved; {orders_en}, {sum}, went out; {more} apart"),
            );
            return;
        }
        match self.digest() {
            None => self.found.cannot_judge(),
            Some(digest) if digest == calculation.digest => {}
            Some(_) => self.flag(
                positions,
                format!(
                    "笔数与合计一致（{lines} 笔 {} 元），但下达的明细与审批的名单不是同一批",
                    yuan(control)
                ),
                format!(
                    "count and sum agree ({lines}, {} yuan), but the orders are not the approved lines",
                    yuan(control)
                ),
            ),
        }
    }

    /// The digest of the orders as lines; none where an account cannot be opened.
    fn digest(&self) -> Option<String> {
        let mut lines = self.payments.iter().map(|payment| self.line(payment)).collect::<Option<Vec<_>>>()?;
        lines.sort_by_key(|line| (line.program.code(), line.case_id, line.month));
        let mut digest = LineDigest::default();
        lines.iter().for_each(|line| digest.line(line));
        Some(digest.finish())
    }

    fn line(&self, payment: &KnownPayment) -> Option<RunLine> {
        let order = &payment.order;
        let parties = LineParties {
            case_id: order.case_id,
            beneficiary: order.beneficiary,
            program: order.program,
            payee: order.payee,
            account_index: self.account_index(payment)?,
        };
        let (payment_id, month, attempt) = (order.payment_id, order.month, order.attempt);
        let (kind, amount, due) = (order.kind, order.amount, order.due);
        let pay = MonthToPay { month, payment_id, attempt, kind, amount, due, replaces: None };
        Some(RunLine { withheld: order.withheld.clone(), ..RunLine::new(parties, pay) })
    }

    /// The account's keyed hash: the register's, where the order holds the registered account byte for byte, so that a
    /// payee who was erased does not blind the comparison.
    fn account_index(&self, payment: &KnownPayment) -> Option<BlindIndex> {
        let (log, order) = (self.look.log, &payment.order);
        let subject = log.cases.get(&order.case_id).and_then(|case| case.subject());
        if let (Some(subject), Some(basis)) = (subject, self.run.basis(payment.ordered.position)) {
            let household = log.household_before(subject.household_id, basis.calculation.position);
            let registered = household.account_on(order.beneficiary, basis.calculation.known_on);
            if let Some(account) = registered.filter(|account| account.account == order.account) {
                return Some(account.account_index.clone());
            }
        }
        match order.account.open(order.payee, self.look.opener) {
            Ok(Opened::Clear(account)) => {
                Some(self.look.indexer.index(BankAccount::LABEL, account.disclose().as_str()))
            }
            Ok(Opened::Erased { .. }) | Err(_) => None,
        }
    }

    /// What the bank answered beside what was reconciled.
    fn answered(&mut self, released_at: u64, execution_on: chrono::NaiveDate) {
        let by = |came: fn(&KnownPayment) -> bool| {
            let those = self.payments.iter().filter(|payment| came(payment));
            let fen: Vec<i64> = those.map(|payment| payment.order.amount.fen()).collect();
            (fen.len() as u64, total(fen))
        };
        let (settled, returned) = (by(|one| one.settled.is_some()), by(|one| one.came_back().is_some()));
        // the newest holds: what had come back may have arrived after all
        let reconciled = self.run.history.events.iter().rev().find_map(|recorded| match &recorded.event {
            Event::PaymentRunReconciled {
                settled_count, settled_sum, returned_count, returned_sum, ..
            } => {
                let settled = (*settled_count, settled_sum.fen());
                Some((recorded.position, settled, (*returned_count, returned_sum.fen())))
            }
            _ => None,
        });
        match reconciled {
            Some((position, said, back)) if (said, back) != (settled, returned) => {
                let text = |(count, fen): (u64, i64)| (count, yuan(fen));
                let ((a, b), (c, d)) = (text(said), text(back));
                let ((e, f), (g, h)) = (text(settled), text(returned));
                self.flag(
                    [released_at, position],
                    format!("对账记为到账 {a} 笔 {b} 元、退汇 {c} 笔 {d} 元；明细为到账 {e} 笔 {f} 元、退汇 {g} 笔 {h} 元"),
                    format!(
                        "reconciled as {a} settled ({b} yuan) and {c} returned ({d}); the payments say {e} ({f}) and {g} ({h})"
                    ),
                );
            }
            Some(_) => {}
            None => {
                let (days, open) = ((self.look.on - execution_on).num_days(), self.payments.len() as u64);
                let open = open.saturating_sub(settled.0 + returned.0);
                if days > ANSWER_DAYS && open > 0 {
                    let zh = format!("{execution_on}发放，{days} 天后仍有 {open} 笔没有回盘结果");
                    let en = format!(
                        "released for {execution_on}; no result after {days} days for {}",
                        counted(open, "line")
                    );
                    self.flag([released_at], zh, en);
                }
            }
        }
    }

    /// What the fund was told beside what was approved and what the bank did.
    fn funds(&mut self, released_at: u64) {
        let (mut committed, mut freed, mut spent) = (Vec::new(), Vec::new(), Vec::new());
        for recorded in &self.run.fund {
            match &recorded.event {
                FundEvent::FundsCommitted { amount, .. } | FundEvent::FundsRecommitted { amount, .. } => {
                    committed.push((recorded.position, amount.fen()));
                }
                FundEvent::FundsReleased { amount, .. } => freed.push((recorded.position, amount.fen())),
                FundEvent::FundsSpent { amount, .. } => spent.push((recorded.position, amount.fen())),
                _ => {}
            }
        }
        let sum = |parts: &[(u64, i64)]| total(parts.iter().map(|(_, fen)| *fen));
        let reconciled =
            self.run.history.events.iter().any(|one| matches!(one.event, Event::PaymentRunReconciled { .. }));
        let ordered = self.ordered();
        let settled = self.payments.iter().filter(|one| one.settled.is_some());
        let settled = total(settled.map(|one| one.order.amount.fen()));
        // an approval that was taken back is freed in full, so what is held is the difference
        let (held, paid) = (sum(&committed).saturating_sub(sum(&freed)), sum(&spent));
        let expected = if reconciled { (settled, settled) } else { (ordered, 0) };
        if (held, paid) == expected {
            return;
        }
        let positions = committed.into_iter().chain(freed).chain(spent).map(|(position, _)| position);
        let (held, paid, ordered, settled) = (yuan(held), yuan(paid), yuan(ordered), yuan(settled));
        self.flag(
            positions.chain([released_at]).collect::<Vec<_>>(),
            format!("下达 {ordered} 元、到账 {settled} 元，资金占用净额为 {held} 元、支出 {paid} 元"),
            format!(
                "{ordered} yuan ordered and {settled} settled; the fund holds {held} net and spent {paid}"
            ),
        );
    }
}

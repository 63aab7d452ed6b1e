//! The books: every event's debit and credit agree, fund by fund; no asset falls below nothing; and the books of each
//! fund tie to what the fund and its payments say.

use std::collections::{BTreeMap, HashMap};

use domain::any_event::AnyEvent;
use domain::books::{Account, AccountKind, Bookkeeper, Entries};
use domain::fund::FundEvent;
use domain::ids::FundId;
use domain::payment::PaymentEvent;
use domain::payment_run::PaymentRunEvent;

use super::seen::{Seen, Watch};
use super::{Finding, Invariant};
use crate::processes::office_day;

/// Books every event, in fen.
#[derive(Default)]
pub struct Books {
    keeper: Bookkeeper,
    balances: BTreeMap<(Option<FundId>, Account), i64>,
    /// What the funds' own events say.
    funds: BTreeMap<FundId, Told>,
    /// Ordered and without result, counted without the books.
    pending: BTreeMap<Option<FundId>, i64>,
    runs: HashMap<String, FundId>,
    /// What each reconciled run settled, by its newest results.
    reconciled: HashMap<String, i64>,
    /// What reconciled runs settled, by their own events.
    settled: BTreeMap<Option<FundId>, i64>,
    findings: Vec<Finding>,
}

#[derive(Default)]
struct Told {
    held: i64,
    committed: i64,
    spent: i64,
}

impl Watch for Books {
    fn invariant(&self) -> Invariant {
        Invariant {
            code: "books",
            zh: "每项资金借贷处处相等，资产不为负；在途等于未回盘，存款、在途与到账待核销等于资金余额，占用相符",
            en: "debit equals credit at every position in every fund, no asset is below nothing, and each fund's books tie to its payments, balance and commitments",
        }
    }

    fn see(&mut self, seen: &Seen) {
        let Some(event) = &seen.event else { return };
        let Entries { postings, .. } = self.keeper.book(&seen.stream_id, event, office_day(seen.recorded_at));
        let mut by_fund: BTreeMap<Option<FundId>, i64> = BTreeMap::new();
        for posting in &postings {
            *by_fund.entry(posting.subaccount.fund).or_default() += posting.amount.fen();
        }
        for difference in by_fund.values().filter(|difference| **difference != 0) {
            let zh = format!("该事件借贷相差 {difference} 分");
            let en = format!("debit and credit differ by {difference} fen");
            self.findings.push(Finding::at(seen.position, zh, en));
        }
        for posting in &postings {
            self.post(seen, posting.subaccount.fund, posting.subaccount.account, posting.amount.fen());
        }
        match event {
            AnyEvent::Fund(event) => self.hear(seen, event),
            AnyEvent::PaymentRun(PaymentRunEvent::PaymentRunOpened { fund_id, .. }) => {
                self.runs.insert(seen.stream_id.clone(), *fund_id);
            }
            AnyEvent::PaymentRun(PaymentRunEvent::PaymentRunReconciled { settled_sum, .. }) => {
                let fund = self.runs.get(&seen.stream_id).copied();
                let settled = settled_sum.fen();
                let before = self.reconciled.insert(seen.stream_id.clone(), settled).unwrap_or_default();
                *self.settled.entry(fund).or_default() += settled - before;
            }
            AnyEvent::Payment(event) => {
                let fund = postings.first().and_then(|posting| posting.subaccount.fund);
                self.count(event, fund, postings.first().map_or(0, |posting| posting.amount.fen()));
            }
            _ => {}
        }
    }

    fn finish(mut self: Box<Self>) -> Vec<Finding> {
        let mut funds: Vec<Option<FundId>> = self.balances.keys().map(|(fund, _)| *fund).collect();
        funds.extend(self.funds.keys().map(|fund| Some(*fund)));
        funds.sort_unstable();
        funds.dedup();
        for fund in funds {
            self.tie(fund);
        }
        self.findings
    }
}

impl Books {
    fn post(&mut self, seen: &Seen, fund: Option<FundId>, account: Account, fen: i64) {
        let balance = self.balances.entry((fund, account)).or_default();
        *balance += fen;
        if account.kind() == AccountKind::Asset && *balance < 0 && fen < 0 {
            let zh = format!("{} 为负：{balance} 分", account.zh());
            let en = format!("{} below nothing: {balance} fen", account.en());
            self.findings.push(Finding::at(seen.position, zh, en));
        }
    }

    fn balance(&self, fund: Option<FundId>, account: Account) -> i64 {
        self.balances.get(&(fund, account)).copied().unwrap_or_default()
    }

    fn tie(&mut self, fund: Option<FundId>) {
        let at = |account| self.balance(fund, account);
        let told = fund.and_then(|fund| self.funds.get(&fund));
        let (held, committed, spent) = told.map_or((0, 0, 0), |told| (told.held, told.committed, told.spent));
        let settled = self.settled.get(&fund).copied().unwrap_or_default();
        let pending = self.pending.get(&fund).copied().unwrap_or_default();
        let money = at(Account::Deposits) + at(Account::InTransit) + at(Account::AwaitingReconciliation);
        let ties = [
            ("在途", "in transit", at(Account::InTransit), "未回盘", "pending", pending),
            (
                "存款、在途与待核销",
                "at the bank, in transit and awaiting reconciliation",
                money,
                "资金余额",
                "held by the fund",
                held,
            ),
            ("占用", "committed", at(Account::Commitments), "资金占用", "committed by the fund", committed),
            ("已对账批次到账", "settled by reconciled runs", settled, "资金支出", "spent by the fund", spent),
        ];
        let name = fund.map_or_else(|| "–".to_owned(), |fund| fund.to_string());
        for (zh, en, booked, zh_told, en_told, told) in ties {
            if booked != told {
                let zh = format!("资金 {name}：{zh} {booked} 分，{zh_told} {told} 分");
                let en = format!("fund {name}: {booked} fen {en}, {told} {en_told}");
                self.findings.push(Finding::among([], zh, en));
            }
        }
    }

    fn count(&mut self, event: &PaymentEvent, fund: Option<FundId>, fen: i64) {
        let pending = self.pending.entry(fund).or_default();
        match event {
            PaymentEvent::PaymentOrdered { .. } | PaymentEvent::ReturnRevoked { .. } => *pending += fen,
            PaymentEvent::PaymentSettled { .. } | PaymentEvent::PaymentReturned { .. } => *pending -= fen,
            _ => {}
        }
    }

    fn hear(&mut self, seen: &Seen, event: &FundEvent) {
        let Ok(fund) = seen.stream_id.parse() else { return };
        let told: &mut Told = self.funds.entry(fund).or_default();
        match event {
            FundEvent::MoneyAppropriated { amount, .. }
            | FundEvent::DonationCredited { amount, .. }
            | FundEvent::RecoveryCredited { amount, .. } => told.held += amount.fen(),
            FundEvent::DonationsRemitted { amount, .. } => told.held -= amount.fen(),
            FundEvent::FundsSpent { amount, .. } => {
                told.held -= amount.fen();
                told.spent += amount.fen();
                told.committed -= amount.fen();
            }
            FundEvent::FundsCommitted { amount, .. } | FundEvent::FundsRecommitted { amount, .. } => {
                told.committed += amount.fen();
            }
            FundEvent::FundsReleased { amount, .. } => told.committed -= amount.fen(),
            FundEvent::FundOpened { .. }
            | FundEvent::FundYearClosed { .. }
            | FundEvent::FundYearReopened { .. }
            | FundEvent::FundYearCarriedOver { .. } => {}
        }
    }
}

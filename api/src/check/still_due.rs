//! Nobody got more than they are due on the facts known now, unless a recovery is open.

use std::collections::HashSet;

use chrono::Utc;
use domain::calendar::BenefitMonth;
use domain::payment::PaymentStage;
use domain::program::Program;
use projections::case_files::payable::{CasePayment, PayableCase, PayableCases};
use projections::runner::Until;

use super::{Finding, Invariant, Verdict};
use crate::bank::codes::ReasonFaults;
use crate::processes::payment_run::{Look, Overpayment, RunNote, findings_of};
use crate::processes::{Office, office_day};

const INVARIANT: Invariant = Invariant {
    code: "paid_is_due",
    zh: "按现有事实，已发不超过应发，多发部分已立项追缴",
    en: "on the facts known now nobody was paid more than due, unless a recovery is open",
};

/// Determines every case anew, with today's knowledge of facts and rates. Where read tables or keys are damaged, the
/// question cannot be answered, and that is the finding.
///
/// # Errors
/// When the database cannot be reached.
pub async fn check(office: &Office) -> anyhow::Result<Verdict> {
    let findings = match overpayments(office).await {
        Ok(findings) => findings,
        Err(error) => {
            let zh = format!("应发与已发无法核对：{error}");
            vec![Finding::among([], zh, format!("due and paid cannot be compared: {error}"))]
        }
    };
    Ok(Verdict { invariant: INVARIANT, findings })
}

async fn overpayments(office: &Office) -> anyhow::Result<Vec<Finding>> {
    office.runner.catch_up(Until::Head).await?;
    office.keyring.load_all().await?;
    let today = office_day(Utc::now());
    let (shared, faults) = (HashSet::new(), ReasonFaults::default());
    let rules = office.current_rules().await?;
    let look = Look {
        opener: &*office.keyring,
        rules: &rules,
        known_on: today,
        month: BenefitMonth::of(today).next(),
        shared: &shared,
        faults: &faults,
    };
    let mut cases = PayableCases::open(&office.pool, Program::ALL).await?;
    let mut findings = Vec::new();
    while let Some(page) = cases.next_page().await? {
        for payable in page {
            match findings_of(&look, &payable) {
                Ok(found) => findings.extend(found.notes.iter().filter_map(|note| overpaid(&payable, note))),
                Err(error) => {
                    let case = payable.case.case_id;
                    let (zh, en) = (format!("个案 {case} 无法重新核定：{error}"), "cannot be determined");
                    findings.push(Finding::among([], zh, format!("case {case} {en}: {error}")));
                }
            }
        }
    }
    Ok(findings)
}

fn overpaid(payable: &PayableCase, note: &RunNote) -> Option<Finding> {
    let RunNote::Overpayment(Overpayment { case_id, program, month, amount, payment_id, .. }) = note else {
        return None;
    };
    // nothing can be asked back before it has arrived
    let on_its_way =
        |payment: &CasePayment| payment.month == *month && payment.status == PaymentStage::Ordered;
    if payment_id.is_none() && payable.payments.iter().any(on_its_way) {
        return None;
    }
    let zh = format!("个案 {case_id} {} {month} 多发 {amount} 元，未立项追缴", program.zh());
    let en = format!(
        "case {case_id} was paid {amount} yuan too much for {month} ({program}), and no recovery is open"
    );
    Some(Finding::among([], zh, en))
}

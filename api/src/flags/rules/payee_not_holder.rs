//! A payment whose payee or account is not the one of the register.
//!
//! Source: audits find payee and account holder that differ, and accounts that officials collected. The register's account
//! counts, as it was known when the run was calculated.

use domain::household::PayeeAccount;
use domain::identifiers::BankAccount;
use domain::personal::{Opened, PersonalField};

use crate::flags::{Basis, Found, KnownPayment, Look, Rule, Subject};

pub const RULE: Rule = Rule {
    code: "payee_not_holder",
    zh: "收款人与账户持有人不符",
    en: "The payee is not the account's holder",
    finds: "Orders whose payee is not the registered holder of the beneficiary's account, orders to another account than \
            the registered one, and registered holders who are outside the beneficiary's household.",
    evidence: "The order and the registration of the account.",
    source: "facts of published audits: payee and account holder differ; 财会〔2012〕21号 on the release of money.",
    blind: "What the bank knows of the account's real holder. The bank's own comparison of name and account is asked for \
            in its results, not here.",
    find,
};

fn find(look: &Look<'_>, found: &mut Found) {
    for payment in look.log.payments.values() {
        let order = &payment.order;
        let subject = look.log.cases.get(&order.case_id).and_then(|case| case.subject());
        let basis = look.log.runs.get(&order.run_id).and_then(|run| run.basis(payment.ordered.position));
        let (Some(subject), Some(Basis { calculation, .. })) = (subject, basis) else {
            found.cannot_judge();
            continue;
        };
        let household = look.log.household_before(subject.household_id, calculation.position);
        let registered = household.account_on(order.beneficiary, calculation.known_on);
        let words = match registered {
            None => Some(("下达时没有登记账户", "no account was registered then")),
            Some(account) if account.holder != order.payee => {
                Some(("收款人不是登记的账户持有人", "the payee is not the registered holder"))
            }
            Some(account) if household.member(account.holder).is_none() => {
                Some(("账户持有人不是该家庭成员", "the holder is outside the household"))
            }
            Some(account) => match is_registered(look, payment, account) {
                Some(true) => None,
                Some(false) => {
                    Some(("下达账户不是登记的账户", "it went to another account than the registered one"))
                }
                None => {
                    found.cannot_judge();
                    None
                }
            },
        };
        if let Some(words) = words {
            flag(look, found, payment, words);
        }
    }
}

/// Whether the order's account is the registered one; none where the payee was erased.
fn is_registered(look: &Look<'_>, payment: &KnownPayment, registered: &PayeeAccount) -> Option<bool> {
    let order = &payment.order;
    if order.account == registered.account {
        return Some(true);
    }
    match order.account.open(order.payee, look.opener) {
        Ok(Opened::Clear(account)) => {
            let index = look.indexer.index(BankAccount::LABEL, account.disclose().as_str());
            Some(index == registered.account_index)
        }
        Ok(Opened::Erased { .. }) => None,
        // sealed for somebody else, or changed: it is not the registered one
        Err(_) => Some(false),
    }
}

fn flag(look: &Look<'_>, found: &mut Found, payment: &KnownPayment, (zh, en): (&str, &str)) {
    use domain::household::HouseholdEvent::AccountChanged;
    let order = &payment.order;
    let homes = look.log.homes.get(&order.beneficiary).into_iter().flatten();
    let events = homes.filter_map(|id| look.log.households.get(id)).flat_map(|history| &history.events);
    let registered = events
        .filter(|recorded| recorded.position < payment.ordered.position)
        .filter(|recorded| {
            matches!(&recorded.event, AccountChanged { person_id, .. } if *person_id == order.beneficiary)
        })
        .map(|recorded| recorded.position)
        .max();
    let (month, amount) = (order.month, order.amount);
    found.flag(
        Subject { case_id: Some(order.case_id), ..Subject::person(order.beneficiary) },
        registered.into_iter().chain([payment.ordered.position]),
        format!("{} {month} {amount} 元：{zh}", order.program.zh()),
        format!("{} {month}, {amount} yuan: {en}", order.program.en()),
    );
}

//! One account to which the benefits of unrelated people go.
//!
//! Source: audits of the 一卡通 find one account behind many names (赣州, 陕州). A guardian's account for the own household is
//! no finding.

use std::collections::{BTreeMap, BTreeSet};

use chrono::NaiveDate;
use domain::household::Household;
use domain::ids::PersonId;

use crate::flags::flag::{counted, total, yuan};
use crate::flags::{Found, Look, Rule, Subject};
use domain::household::HouseholdEvent;

pub const RULE: Rule = Rule {
    code: "shared_account",
    zh: "无关人员共用收款账户",
    en: "One account for unrelated payees",
    finds: "An account that is registered at the same time for people who never belonged to one household.",
    evidence: "The registrations of the account, and the orders to those people while it was theirs.",
    source: "facts of published audits of benefit cards (赣州, 陕州): one bank account, several unrelated payees.",
    blind: "Accounts that are different but held by one person, and relatives who never shared a household here: ask them.",
    find,
};

/// An account's time with one person.
#[derive(Clone, Copy)]
struct Use {
    person: PersonId,
    position: u64,
    since: NaiveDate,
    until: NaiveDate,
}

fn find(look: &Look<'_>, found: &mut Found) {
    let mut uses: BTreeMap<String, Vec<Use>> = BTreeMap::new();
    for history in look.log.households.values() {
        let state = history.now();
        for recorded in &history.events {
            let HouseholdEvent::AccountChanged { person_id, account_index, since, .. } = &recorded.event
            else {
                continue;
            };
            let until = last_day(&state, *person_id, *since);
            if until >= *since {
                let (person, position, since) = (*person_id, recorded.position, *since);
                let one = Use { person, position, since, until };
                uses.entry(account_index.as_str().to_owned()).or_default().push(one);
            }
        }
    }
    for uses in uses.into_values().filter(|uses| uses.len() > 1) {
        account(look, found, &uses);
    }
}

/// The last day on which an account registered on `since` is the person's: until the next one, or their death.
fn last_day(state: &Household, person: PersonId, since: NaiveDate) -> NaiveDate {
    let Some(member) = state.member(person) else { return NaiveDate::MAX };
    let next = member.account.iter().map(|(day, _)| day).find(|day| *day > since);
    let before_next = next.and_then(|next| next.pred_opt());
    [before_next, member.died_on()].into_iter().flatten().min().unwrap_or(NaiveDate::MAX)
}

fn account(look: &Look<'_>, found: &mut Found, uses: &[Use]) {
    let mut strangers: BTreeSet<usize> = BTreeSet::new();
    for (at, one) in uses.iter().enumerate() {
        for (behind, other) in uses.iter().enumerate().skip(at + 1) {
            let together = one.since.max(other.since) <= one.until.min(other.until);
            if together && !look.log.are_related(one.person, other.person) {
                strangers.extend([at, behind]);
            }
        }
    }
    let strangers: Vec<&Use> = strangers.into_iter().filter_map(|at| uses.get(at)).collect();
    let Some(newest) = strangers.last() else { return };
    let persons: BTreeSet<PersonId> = strangers.iter().map(|one| one.person).collect();
    let (mut orders, mut sums) = (Vec::new(), Vec::new());
    for payment in persons.iter().flat_map(|person| look.log.payments_to(*person)) {
        let order = &payment.order;
        let theirs = |one: &&Use| one.person == order.beneficiary && one.since <= order.execution_on;
        if strangers.iter().any(|one| theirs(one) && order.execution_on <= one.until) {
            orders.push(payment.ordered.position);
            sums.push(order.amount.fen());
        }
    }
    let (people, paid, sum) = (persons.len(), orders.len(), yuan(total(sums)));
    let (since, orders_en) = (newest.since, counted(paid, "order"));
    let registered = strangers.iter().map(|one| one.position);
    found.flag(
        Subject::person(newest.person),
        registered.chain(orders),
        format!("同一账户登记给 {people} 名无家庭关系的人员（最近 {since}），其间下达 {paid} 笔共 {sum} 元"),
        format!(
            "one account is registered for {people} people of no common household (last on {since}); {orders_en}, {sum} \
             yuan in all, to them meanwhile"
        ),
    );
}

//! A death that the family reported later than a month, while payments went on.
//!
//! Source: the family reports within one month, and wrongly drawn sums are recovered (the 2016 rule for the predecessor of
//! the elderly subsidies). A recovery that was opened in time settles the money, not the question why nobody noticed.

use chrono::Months;
use domain::household::HouseholdEvent;

use crate::flags::after_end::{End, PaidAfter, months};
use crate::flags::flag::{counted, yuan};
use crate::flags::{Found, Look, Rule};

pub const RULE: Rule = Rule {
    code: "death_reported_late",
    zh: "死亡迟报期间继续发放",
    en: "Death reported late, paid meanwhile",
    finds: "A death reported more than one month after it happened, with payments for later months made before the \
            report, whether or not they are being recovered.",
    evidence: "The recorded death, the orders and their settlements, the recoveries.",
    source: "the 2016 rule for the predecessor of the elderly subsidies: the family reports within one month, wrongly \
             drawn sums are recovered.",
    blind: "Whether anybody could have known earlier.",
    find,
};

fn find(look: &Look<'_>, found: &mut Found) {
    for recorded in look.log.households.values().flat_map(|household| &household.events) {
        let HouseholdEvent::DeathRecorded { person_id, died_on, reported_on, .. } = recorded.event else {
            continue;
        };
        let in_time = died_on.checked_add_months(Months::new(1)).is_none_or(|last| reported_on <= last);
        if in_time {
            continue;
        }
        let (on, told_on, position) = (died_on, reported_on, recorded.position);
        let end = End { person: person_id, on, told_on, position, words: ("", "") };
        for paid in look.paid_after(&end, found, |payment| payment.ordered.position < position) {
            one(found, &end, &paid);
        }
    }
}

fn one(found: &mut Found, end: &End, paid: &PaidAfter<'_>) {
    let payments = &paid.payments;
    let (months_zh, months_en) = months(payments);
    let (sum_zh, sum_en) = paid.given_words();
    let settled = yuan(paid.given().saturating_sub(paid.open()));
    let (days, on, told) = ((end.told_on - end.on).num_days(), end.on, end.told_on);
    let days_en = counted(days, "day");
    let recoveries =
        payments.iter().flat_map(|payment| payment.recoveries.iter().map(|(mark, _)| mark.position));
    let positions = payments.iter().flat_map(|payment| payment.positions()).chain(recoveries);
    found.flag(
        paid.subject,
        positions.chain([end.position]),
        format!("{on}死亡，{told}才报告（{days} 天），其间已发{months_zh}共 {sum_zh}，其中 {settled} 元已立项追缴或按现有事实仍应发"),
        format!(
            "died on {on}, reported on {told} ({days_en} later); {months_en}, {sum_en}, paid meanwhile, of which \
             {settled} are asked back or were due after all"
        ),
    );
}

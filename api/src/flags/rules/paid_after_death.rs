//! Paid for months after a death: knowingly, or found out and not asked back.
//!
//! Source: audits of social assistance find payments to the dead more than anything else (南京特派办, 赣州); 养老服务补贴
//! stops with the month after the death and is recovered (京民养老发〔2019〕160号; the 2016 rule for its predecessor).

use domain::household::HouseholdEvent;

use crate::flags::after_end::{self, End};
use crate::flags::{Found, Look, Rule};

pub const RULE: Rule = Rule {
    code: "paid_after_death",
    zh: "死亡后继续发放",
    en: "Paid after death",
    finds: "Payments for months after the month of a death that were ordered although the death was in the log; and \
            payments made before it was reported for which, 30 days after the report, no recovery is open.",
    evidence: "The recorded death, the orders and their settlements.",
    source: "facts of published audits (赣州, 南京特派办: payments to the dead); 京民养老发〔2019〕160号 with the 2016 rule for its \
             predecessor: stops in the month after the death, verified within 30 days of the report, recovered.",
    blind: "A death that nobody reported. Compare the roll with the registers of deaths and funerals.",
    find,
};

fn find(look: &Look<'_>, found: &mut Found) {
    for recorded in look.log.households.values().flat_map(|household| &household.events) {
        if let HouseholdEvent::DeathRecorded { person_id, died_on, reported_on, .. } = recorded.event {
            let words = ("死亡", "died");
            let (on, told_on, position) = (died_on, reported_on, recorded.position);
            after_end::flag(look, found, &End { person: person_id, on, told_on, position, words });
        }
    }
}

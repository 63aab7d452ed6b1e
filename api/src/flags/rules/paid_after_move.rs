//! Paid for months after the hukou left Beijing: knowingly, or found out and not asked back.
//!
//! Source: 京民养老发〔2019〕160号 and 国务院令第649号: benefits of a place end when the hukou leaves it, with the month after
//! the move (the 2016 rule for the predecessor of the elderly subsidies).

use domain::household::{Destination, HouseholdEvent};

use crate::flags::after_end::{self, End};
use crate::flags::{Found, Look, Rule};

pub const RULE: Rule = Rule {
    code: "paid_after_move",
    zh: "户籍迁出后继续发放",
    en: "Paid after moving away",
    finds: "Payments for months after the month in which the hukou left Beijing that were ordered although the move was \
            in the log; and payments made before it was recorded for which, 30 days later, no recovery is open.",
    evidence: "The recorded move, the orders and their settlements.",
    source: "京民养老发〔2019〕160号, 国务院令第649号: Beijing hukou; the 2016 rule for the predecessor of the elderly \
             subsidies: stops in the month after the move.",
    blind: "A move that nobody reported, and what another district pays. A move to another street of Beijing changes the \
            payer, not the benefit, and is not looked at.",
    find,
};

fn find(look: &Look<'_>, found: &mut Found) {
    for household in look.log.households.values() {
        let state = household.now();
        for recorded in &household.events {
            let HouseholdEvent::ResidenceChanged {
                person_id,
                destination: Destination::OutOfRegion,
                moved_on,
                ..
            } = recorded.event
            else {
                continue;
            };
            // a move that was corrected, or a return, ends nothing
            let left_on = state.member(person_id).and_then(|member| member.left_region_on());
            if left_on == Some(moved_on) {
                let (told_on, position, words) =
                    (recorded.day, recorded.position, ("户籍迁出", "the hukou left"));
                after_end::flag(
                    look,
                    found,
                    &End { person: person_id, on: moved_on, told_on, position, words },
                );
            }
        }
    }
}

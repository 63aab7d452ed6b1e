//! Gaps and doubles in a campaign's receipt numbers.
//!
//! Source: 慈善法 (a receipt printed by the treasury for every gift that asks for one), 公益事业捐赠票据使用管理办法: receipts are
//! numbered without gaps, so a missing number is a gift or a form that is missing.

use std::collections::BTreeMap;

use domain::campaign::CampaignEvent;

use crate::flags::flag::counted;
use crate::flags::{Found, Look, Rule, Subject};

pub const RULE: Rule = Rule {
    code: "receipt_gap",
    zh: "捐赠票据断号、重号",
    en: "Gaps in receipt numbers",
    finds: "Receipt numbers of a campaign that are missing between 1 and the highest one, or were issued twice.",
    evidence: "The receipts beside the gap, or with the same number.",
    source: "慈善法 (receipts printed by the treasury); facts of published audits of charity: receipt numbers gapless.",
    blind: "Receipts that were never entered after the highest number, and books of forms that were not used.",
    find,
};

fn find(look: &Look<'_>, found: &mut Found) {
    for (id, campaign) in &look.log.campaigns {
        let mut numbers: BTreeMap<u32, Vec<u64>> = BTreeMap::new();
        for recorded in &campaign.events {
            if let CampaignEvent::ReceiptIssued { receipt_number, .. } = recorded.event {
                numbers.entry(receipt_number).or_default().push(recorded.position);
            }
        }
        let (mut before, mut before_at) = (0_u32, None);
        for (number, positions) in &numbers {
            if positions.len() > 1 {
                let count = positions.len();
                found.flag(
                    Subject::campaign(*id),
                    positions.iter().copied(),
                    format!("票据 {number} 号开具了 {count} 次"),
                    format!("receipt {number} was issued {count} times"),
                );
            }
            let missing = number.saturating_sub(before).saturating_sub(1);
            if missing > 0 {
                let (first, last) = (before.saturating_add(1), number.saturating_sub(1));
                found.flag(
                    Subject::campaign(*id),
                    before_at.into_iter().chain(positions.first().copied()),
                    format!("票据缺 {missing} 个号：{first} 至 {last}"),
                    format!("{} missing: {first} to {last}", counted(missing, "receipt number")),
                );
            }
            (before, before_at) = (*number, positions.first().copied());
        }
    }
}

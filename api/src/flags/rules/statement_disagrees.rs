//! A campaign's gifts that are not what the fund, the published results or the bank's statement say.
//!
//! Source: 慈善法 on the publication of results; the checks of a ledger of gifts: the sum by campaign is the slip of the bank,
//! day by day, without deduction.

use std::collections::BTreeMap;

use chrono::NaiveDate;
use domain::campaign::CampaignEvent;
use domain::ids::CampaignId;

use crate::flags::flag::{total, yuan};
use crate::flags::{Found, History, Look, Rule, StatementLine, Subject};
use domain::campaign::Campaign;

pub const RULE: Rule = Rule {
    code: "statement_disagrees",
    zh: "募捐总额与银行对账单不符",
    en: "Donation totals disagree with bank statements",
    finds: "Published results that are not received less refunded; and, with `--statements FILE.csv` (campaign, date, \
            amount), campaigns whose gifts and refunds are not what the bank booked, with the days that differ.",
    evidence: "The gifts and refunds of the days that differ, the publication.",
    source: "慈善法 (results are published); facts of published audits of charity: sum by campaign = remittance slip, no \
             deduction.",
    blind: "Without the file, everything the bank knows, and campaigns that the file does not name: a line of 0.00 names \
            one for which nothing was booked. Cash that was never paid in shows as a difference only.",
    find,
};

fn find(look: &Look<'_>, found: &mut Found) {
    for (id, campaign) in &look.log.campaigns {
        published(found, *id, campaign);
    }
    let Some(lines) = &look.brought.statements else { return };
    let mut stated: BTreeMap<CampaignId, Vec<&StatementLine>> = BTreeMap::new();
    let mut strange: BTreeMap<&str, i64> = BTreeMap::new();
    for line in lines {
        match meant(look, line) {
            Some(id) => stated.entry(id).or_default().push(line),
            None => {
                let sum = strange.entry(&line.campaign).or_default();
                *sum = sum.saturating_add(line.amount.fen());
            }
        }
    }
    for (id, lines) in stated {
        if let Some(campaign) = look.log.campaigns.get(&id) {
            compared(found, id, campaign, &lines);
        }
    }
    for (name, sum) in strange {
        let sum = yuan(sum);
        let zh = format!("银行有「{name}」{sum} 元，台账没有这项活动");
        let en = format!("the bank booked {sum} yuan for “{name}”, which is no campaign of this ledger");
        found.flag(Subject::default(), [], zh, en);
    }
}

/// The campaign that a line means: by its id, or by its name; of several with one name the newest that had begun.
fn meant(look: &Look<'_>, line: &StatementLine) -> Option<CampaignId> {
    let opened = look.log.campaigns.iter().filter_map(|(id, campaign)| {
        campaign.events.iter().find_map(|recorded| match &recorded.event {
            CampaignEvent::CampaignOpened { name, opens_on, .. } => Some((*id, name, *opens_on)),
            _ => None,
        })
    });
    let named = opened.filter(|(id, name, _)| line.campaign == **name || line.campaign == id.to_string());
    named.max_by_key(|(_, _, opens_on)| (*opens_on <= line.on, *opens_on)).map(|(id, ..)| id)
}

/// What came in, or went back when negative: where, when and how much.
fn bookings(campaign: &History<Campaign>) -> impl Iterator<Item = (u64, NaiveDate, i64)> {
    campaign.events.iter().filter_map(|recorded| match &recorded.event {
        CampaignEvent::DonationReceived { donation } => {
            Some((recorded.position, donation.received_on, donation.amount.fen()))
        }
        CampaignEvent::DonationRefunded { amount, refunded_on, .. } => {
            Some((recorded.position, *refunded_on, amount.fen().saturating_neg()))
        }
        _ => None,
    })
}

fn published(found: &mut Found, id: CampaignId, campaign: &History<Campaign>) {
    for recorded in &campaign.events {
        let CampaignEvent::ResultsPublished { total: said, published_on, .. } = recorded.event else {
            continue;
        };
        let before: Vec<(u64, i64)> = bookings(campaign)
            .filter(|(position, ..)| *position < recorded.position)
            .map(|(position, _, fen)| (position, fen))
            .collect();
        let booked = total(before.iter().map(|(_, fen)| *fen));
        if booked != said.fen() {
            let last = before.last().map(|(position, _)| *position);
            let (more, booked) = (yuan(said.fen().saturating_sub(booked)), yuan(booked));
            found.flag(
                Subject::campaign(id),
                last.into_iter().chain([recorded.position]),
                format!("{published_on}公开总额 {said} 元，账上收入减退还为 {booked} 元，相差 {more} 元"),
                format!("{said} yuan were published on {published_on}; received less refunded is {booked}, {more} apart"),
            );
        }
    }
}

fn compared(found: &mut Found, id: CampaignId, campaign: &History<Campaign>, lines: &[&StatementLine]) {
    let mut days: BTreeMap<NaiveDate, (i64, i64, Vec<u64>)> = BTreeMap::new();
    for (position, on, fen) in bookings(campaign) {
        let day = days.entry(on).or_default();
        day.0 = day.0.saturating_add(fen);
        day.2.push(position);
    }
    for line in lines {
        let day = days.entry(line.on).or_default();
        day.1 = day.1.saturating_add(line.amount.fen());
    }
    let (booked, stated) = (total(days.values().map(|day| day.0)), total(days.values().map(|day| day.1)));
    days.retain(|_, (booked, stated, _)| booked != stated);
    if days.is_empty() {
        return;
    }
    let opened = campaign.events.first().map(|recorded| recorded.position);
    let (booked_text, stated_text, more) = (yuan(booked), yuan(stated), yuan(stated.saturating_sub(booked)));
    let texts = days.iter().take(5).map(|(on, (booked, stated, _))| {
        let (booked, stated) = (yuan(*booked), yuan(*stated));
        (format!("{on} 账上 {booked}、银行 {stated}"), format!("{on} ledger {booked}, bank {stated}"))
    });
    let (zh, en): (Vec<String>, Vec<String>) = texts.unzip();
    let count = days.len();
    found.flag(
        Subject::campaign(id),
        days.values().flat_map(|day| &day.2).copied().chain(opened),
        format!(
            "账上 {booked_text} 元，银行 {stated_text} 元，相差 {more} 元；{count} 天不符：{}",
            zh.join("；")
        ),
        format!(
            "{booked_text} yuan in the ledger, {stated_text} at the bank, {more} apart; {count} days differ: {}",
            en.join("; ")
        ),
    );
}

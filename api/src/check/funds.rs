//! No fund is ever negative, and each campaign's total is what it received less what it refunded: in its gifts, in its
//! fund and in what it published. Goods have a value of their own, and no more is remitted than was given.

use std::collections::BTreeMap;

use domain::any_event::AnyEvent;
use domain::campaign::{CampaignEvent, PublishedList};
use domain::fund::FundEvent;
use domain::money::Money;

use super::seen::{Seen, Watch};
use super::{Finding, Invariant};

/// Adds up funds and campaigns, in fen.
#[derive(Default)]
pub struct Funds {
    funds: BTreeMap<String, Balance>,
    campaigns: BTreeMap<String, Campaign>,
    findings: Vec<Finding>,
}

#[derive(Default)]
struct Balance {
    held: i64,
    committed: i64,
}

#[derive(Default)]
struct Campaign {
    /// Received less refunded, by the campaign's own events and by the fund's.
    received: i64,
    credited: i64,
    /// Remitted, by the campaign's own events and by the fund's.
    remitted: i64,
    debited: i64,
    /// Fair value of the goods, and how many gifts of each kind.
    goods: i64,
    goods_count: u64,
    gift_count: u64,
    last_position: u64,
}

impl Watch for Funds {
    fn invariant(&self) -> Invariant {
        Invariant {
            code: "funds",
            zh: "资金不为负；捐赠合计 = 收到 − 退还，与资金入账、公开内容一致；转交不超过捐赠合计",
            en: "no fund is negative; a campaign's total is received less refunded, as credited to its fund and as published; no more is remitted",
        }
    }

    fn see(&mut self, seen: &Seen) {
        match &seen.event {
            Some(AnyEvent::Fund(event)) => self.see_fund(seen, event),
            Some(AnyEvent::Campaign(event)) => self.see_campaign(seen, event),
            _ => {}
        }
    }

    fn finish(mut self: Box<Self>) -> Vec<Finding> {
        for (id, campaign) in &self.campaigns {
            if campaign.received != campaign.credited {
                let zh =
                    format!("募捐活动 {id} 收到 {} 分，资金入账 {} 分", campaign.received, campaign.credited);
                let en = format!(
                    "campaign {id} received {} fen, its fund was credited {}",
                    campaign.received, campaign.credited
                );
                self.findings.push(Finding::at(campaign.last_position, zh, en));
            }
            if campaign.remitted != campaign.debited {
                let (remitted, debited) = (campaign.remitted, campaign.debited);
                let zh = format!("募捐活动 {id} 转交 {remitted} 分，资金支出 {debited} 分");
                let en = format!("campaign {id} remitted {remitted} fen, its fund was debited {debited}");
                self.findings.push(Finding::at(campaign.last_position, zh, en));
            }
        }
        self.findings
    }
}

impl Funds {
    fn see_fund(&mut self, seen: &Seen, event: &FundEvent) {
        if let FundEvent::DonationCredited { campaign_id, amount, .. } = event {
            self.campaigns.entry(campaign_id.to_string()).or_default().credited += amount.fen();
        }
        if let FundEvent::DonationsRemitted { campaign_id, amount, .. } = event {
            self.campaigns.entry(campaign_id.to_string()).or_default().debited += amount.fen();
        }
        let fund = self.funds.entry(seen.stream_id.clone()).or_default();
        fund.apply(event);
        if fund.held < 0 || fund.committed < 0 || fund.committed > fund.held {
            let zh = format!("资金 {} 余额 {} 分，已占用 {} 分", seen.stream_id, fund.held, fund.committed);
            let en = format!("fund {} holds {} fen, {} committed", seen.stream_id, fund.held, fund.committed);
            self.findings.push(Finding::at(seen.position, zh, en));
        }
    }

    fn see_campaign(&mut self, seen: &Seen, event: &CampaignEvent) {
        let campaign = self.campaigns.entry(seen.stream_id.clone()).or_default();
        campaign.last_position = seen.position;
        let (position, mut findings) = (seen.position, Vec::new());
        match event {
            CampaignEvent::DonationReceived { donation } => {
                campaign.received += donation.amount.fen();
                campaign.gift_count += 1;
            }
            CampaignEvent::InKindReceived { gift } => {
                campaign.goods += gift.goods.fair_value.fen();
                campaign.goods_count += 1;
            }
            CampaignEvent::DonationRefunded { amount, .. } => campaign.received -= amount.fen(),
            CampaignEvent::DonationRemitted { amount, .. } => campaign.remitted += amount.fen(),
            CampaignEvent::ProgressPublished { total, donation_count, list, .. } => {
                findings.extend(campaign.published(*total, *donation_count, Some(list), position));
            }
            CampaignEvent::ResultsPublished { total, donation_count, list, .. } => {
                findings.extend(campaign.published(*total, *donation_count, list.as_ref(), position));
            }
            _ => {}
        }
        if campaign.remitted > campaign.received {
            let (remitted, received) = (campaign.remitted, campaign.received);
            let zh = format!("转交 {remitted} 分，超过捐赠合计 {received} 分");
            let en = format!("{remitted} fen were remitted of {received}");
            findings.push(Finding::at(position, zh, en));
        }
        self.findings.extend(findings);
    }
}

impl Campaign {
    /// What a publication says otherwise than the gifts before it.
    fn published(
        &self,
        total: Money,
        donation_count: u64,
        list: Option<&PublishedList>,
        position: u64,
    ) -> Vec<Finding> {
        let mut findings = Vec::new();
        if total.fen() != self.received {
            let zh = format!("公开合计 {} 分，实收 {} 分", total.fen(), self.received);
            let en = format!("published {} fen, received {}", total.fen(), self.received);
            findings.push(Finding::at(position, zh, en));
        }
        if donation_count != self.gift_count {
            let zh = format!("公开 {donation_count} 笔，实收 {} 笔", self.gift_count);
            let en = format!("published {donation_count} gifts, received {}", self.gift_count);
            findings.push(Finding::at(position, zh, en));
        }
        let goods = list.is_none_or(|list| {
            (list.in_kind_value.fen(), list.in_kind_count, list.remitted.fen())
                == (self.goods, self.goods_count, self.remitted)
        });
        if !goods {
            let zh = "公开的实物捐赠或转交与台账不符";
            let en = "the goods or remittances that were published are not those of the log";
            findings.push(Finding::at(position, zh, en));
        }
        findings
    }
}

impl Balance {
    fn apply(&mut self, event: &FundEvent) {
        match event {
            FundEvent::FundOpened { .. }
            | FundEvent::FundYearClosed { .. }
            | FundEvent::FundYearReopened { .. }
            | FundEvent::FundYearCarriedOver { .. } => {}
            FundEvent::MoneyAppropriated { amount, .. }
            | FundEvent::DonationCredited { amount, .. }
            | FundEvent::RecoveryCredited { amount, .. } => self.held += amount.fen(),
            FundEvent::FundsCommitted { amount, .. } | FundEvent::FundsRecommitted { amount, .. } => {
                self.committed += amount.fen();
            }
            FundEvent::FundsReleased { amount, .. } => self.committed -= amount.fen(),
            FundEvent::FundsSpent { amount, .. } => {
                self.held -= amount.fen();
                self.committed -= amount.fen();
            }
            FundEvent::DonationsRemitted { amount, .. } => self.held -= amount.fen(),
        }
    }
}

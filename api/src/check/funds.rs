//! No fund is ever negative, and each campaign's total is what it received less what it refunded.

use std::collections::BTreeMap;

use domain::any_event::AnyEvent;
use domain::campaign::CampaignEvent;
use domain::fund::FundEvent;

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
    last_position: u64,
}

impl Watch for Funds {
    fn invariant(&self) -> Invariant {
        Invariant {
            code: "funds",
            zh: "资金不为负；捐赠合计 = 收到 − 退还，且与资金入账一致",
            en: "no fund is negative; a campaign's total is received less refunded, as credited to its fund",
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
        }
        self.findings
    }
}

impl Funds {
    fn see_fund(&mut self, seen: &Seen, event: &FundEvent) {
        if let FundEvent::DonationCredited { campaign_id, amount, .. } = event {
            self.campaigns.entry(campaign_id.to_string()).or_default().credited += amount.fen();
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
        match event {
            CampaignEvent::DonationReceived { donation } => campaign.received += donation.amount.fen(),
            CampaignEvent::DonationRefunded { amount, .. } => campaign.received -= amount.fen(),
            CampaignEvent::ResultsPublished { total, .. } if total.fen() != campaign.received => {
                let zh = format!("公开合计 {} 分，实收 {} 分", total.fen(), campaign.received);
                let en = format!("published {} fen, received {}", total.fen(), campaign.received);
                self.findings.push(Finding::at(seen.position, zh, en));
            }
            _ => {}
        }
    }
}

impl Balance {
    fn apply(&mut self, event: &FundEvent) {
        match event {
            FundEvent::FundOpened { .. } => {}
            FundEvent::MoneyAppropriated { amount, .. }
            | FundEvent::DonationCredited { amount, .. }
            | FundEvent::RecoveryCredited { amount, .. } => self.held += amount.fen(),
            FundEvent::FundsCommitted { amount, .. } => self.committed += amount.fen(),
            FundEvent::FundsReleased { amount, .. } => self.committed -= amount.fen(),
            FundEvent::FundsSpent { amount, .. } => {
                self.held -= amount.fen();
                self.committed -= amount.fen();
            }
        }
    }
}

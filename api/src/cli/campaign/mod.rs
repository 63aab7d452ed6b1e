//! `ledger campaign`: a campaign from its first day to the last yuan.

mod open;
mod publish;
mod remit;
mod show;
mod trace;
mod waiting;

use std::path::PathBuf;

use chrono::NaiveDate;
use clap::Subcommand;
use domain::ids::{CampaignId, RemittanceId};
use domain::money::Money;

use super::failure::{Done, Failure};
use super::session::Session;
use crate::processes::Office;

pub(super) use trace::show_uses;

/// Campaigns.
#[derive(Debug, Subcommand)]
pub enum CampaignCommand {
    /// 开始活动 · open a campaign whose gifts go to a fund of donations
    Open(open::OpenArgs),
    /// 活动一览 · list the campaigns
    List,
    /// 活动详情 · show one campaign: sums, receipts, remittances, publications
    Show {
        /// 募捐活动 · the campaign, by name or identifier
        campaign: String,
    },
    /// 结束活动 · end a campaign; its results are due within three months
    Close {
        /// 募捐活动 · the campaign, by name or identifier
        campaign: String,
        /// 结束日期 · the day; today when absent
        #[arg(long)]
        closed_on: Option<NaiveDate>,
    },
    /// 公开 · publish the progress of a campaign that lasts, or the results of one that ended
    Publish {
        /// 募捐活动 · the campaign, by name or identifier
        campaign: String,
        /// 公示清单 · the list of gifts to write (.csv), as the donors want to be named
        #[arg(long)]
        out: PathBuf,
        /// 只写清单 · write the list, publishing nothing
        #[arg(long)]
        draft: bool,
    },
    /// 公开期限 · which publication is due when; exit code 1 when one is late
    Deadlines {
        /// 募捐活动 · only this campaign, by name or identifier
        campaign: Option<String>,
    },
    /// 拟转交 · propose to remit money to the organisation that carries the purpose out
    Remit {
        /// 募捐活动 · the campaign, by name or identifier
        campaign: String,
        /// 接收单位 · the organisation
        #[arg(long)]
        recipient: String,
        /// 金额 · yuan with two places, such as 70313.00
        #[arg(long, value_parser = parse_yuan)]
        amount: Money,
    },
    /// 批准转交 · approve a remittance that somebody else proposed
    ApproveRemittance {
        /// 募捐活动 · the campaign, by name or identifier
        campaign: String,
        /// 转交 · the remittance
        remittance: RemittanceId,
        /// 汇款凭证号 · number of the bank's voucher
        #[arg(long)]
        reference: String,
    },
    /// 退回转交 · send a proposal back with a reason
    RejectRemittance {
        /// 募捐活动 · the campaign, by name or identifier
        campaign: String,
        /// 转交 · the remittance
        remittance: RemittanceId,
        /// 原因 · why
        #[arg(long)]
        reason: String,
    },
    /// 善款流向 · where each yuan of the campaign went, without the people who were helped
    Trace {
        /// 募捐活动 · the campaign, by name or identifier
        campaign: String,
    },
}

/// Does one step of a campaign, or shows campaigns.
///
/// # Errors
/// [`Failure`]: who acts is not said, or the step is refused.
pub(super) async fn run(session: &Session, command: CampaignCommand) -> Result<Done, Failure> {
    match command {
        CampaignCommand::Open(arguments) => open::open(session, arguments).await,
        CampaignCommand::List => show::list(session).await,
        CampaignCommand::Show { campaign } => show::one(session, &campaign).await,
        CampaignCommand::Close { campaign, closed_on } => open::close(session, &campaign, closed_on).await,
        CampaignCommand::Publish { campaign, out, draft: true } => {
            publish::draft(session, &campaign, &out).await
        }
        CampaignCommand::Publish { campaign, out, draft: false } => {
            publish::publish(session, &campaign, &out).await
        }
        CampaignCommand::Deadlines { campaign } => publish::deadlines(session, campaign.as_deref()).await,
        CampaignCommand::Remit { campaign, recipient, amount } => {
            remit::propose(session, &campaign, &recipient, amount).await
        }
        CampaignCommand::ApproveRemittance { campaign, remittance, reference } => {
            remit::approve(session, &campaign, remittance, &reference).await
        }
        CampaignCommand::RejectRemittance { campaign, remittance, reason } => {
            remit::reject(session, &campaign, remittance, &reason).await
        }
        CampaignCommand::Trace { campaign } => trace::run(session, &campaign).await,
    }
}

/// The campaign of a name or identifier.
pub(super) fn named(office: &Office, campaign: &str) -> CampaignId {
    campaign.parse().unwrap_or_else(|_| office.campaign_id(campaign))
}

/// Reads yuan with two places.
pub(super) fn parse_yuan(text: &str) -> Result<Money, String> {
    Money::parse_yuan(text).map_err(|error| format!("金额应写作 50.00 · {error}"))
}

//! What can be asked of a fund.

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use super::event::{FundSource, Restriction};
use crate::ids::{CampaignId, DonationId, FundId, PaymentId, RemittanceId, RunId};
use crate::money::Money;

/// Commands to a fund (资金). Days are days of the office; none may lie after the context's today.
///
/// All but the first two are appended together with what causes them: the gift, the approval of a run, the
/// results from the bank, the recovered money.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum FundCommand {
    /// 设立, by finance.
    OpenFund {
        /// What the fund is.
        charter: FundCharter,
    },
    /// 拨款到账, by finance.
    Appropriate {
        /// How much, in fen.
        amount: Money,
        /// 文号; 1 to 100 characters.
        document: String,
        /// The day.
        appropriated_on: NaiveDate,
    },
    /// 捐赠入账, with the campaign's event; a refund has an amount below nothing.
    CreditDonation {
        /// From which campaign.
        campaign_id: CampaignId,
        /// Which gift.
        donation_id: DonationId,
        /// How much, in fen.
        amount: Money,
        /// The day.
        credited_on: NaiveDate,
        /// 退款单号, where a statement told the refund.
        refund_number: Option<String>,
    },
    /// 资金占用, with the run's approval.
    Commit {
        /// For which run.
        run_id: RunId,
        /// The run's control sum, in fen.
        amount: Money,
        /// The day.
        committed_on: NaiveDate,
    },
    /// 支出, with the bank's results.
    Spend {
        /// Of which run.
        run_id: RunId,
        /// How much, in fen: at most what is still committed for the run.
        amount: Money,
        /// The day.
        spent_on: NaiveDate,
    },
    /// 占用解除, with the bank's returns, or whole when an approved run is sent back.
    Release {
        /// Of which run.
        run_id: RunId,
        /// How much, in fen: at most what is still committed for the run.
        amount: Money,
        /// The day.
        released_on: NaiveDate,
    },
    /// 善款转交, by an approver, with the campaign's event.
    Remit {
        /// Of which campaign.
        campaign_id: CampaignId,
        /// Which remittance.
        remittance_id: RemittanceId,
        /// How much, in fen: at most what is free.
        amount: Money,
        /// The day.
        remitted_on: NaiveDate,
    },
    /// 追回入账, with the payment's event.
    CreditRecovery {
        /// The payment it was paid with.
        payment_id: PaymentId,
        /// How much, in fen.
        amount: Money,
        /// The day.
        credited_on: NaiveDate,
    },
}

/// What a fund is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct FundCharter {
    /// The fund.
    pub fund_id: FundId,
    /// 名称; 1 to 100 characters.
    pub name: String,
    /// Where its money comes from.
    pub source: FundSource,
    /// What it may be spent on.
    pub restriction: Restriction,
    /// The day it was opened.
    pub opened_on: NaiveDate,
}

impl FundCommand {
    /// The command's name, for refusals and the trail.
    pub const fn name(&self) -> &'static str {
        match self {
            FundCommand::OpenFund { .. } => "OpenFund",
            FundCommand::Appropriate { .. } => "Appropriate",
            FundCommand::CreditDonation { .. } => "CreditDonation",
            FundCommand::Commit { .. } => "Commit",
            FundCommand::Spend { .. } => "Spend",
            FundCommand::Release { .. } => "Release",
            FundCommand::Remit { .. } => "Remit",
            FundCommand::CreditRecovery { .. } => "CreditRecovery",
        }
    }
}

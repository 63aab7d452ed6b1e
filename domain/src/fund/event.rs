//! What can happen to a fund.

use chrono::NaiveDate;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::ids::{CampaignId, DonationId, FundId, RemittanceId, RunId};
use crate::ledger_events;
use crate::money::Money;

/// Events of the stream `Fund` (资金): money by source and restriction. What is free never falls below nothing.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub enum FundEvent {
    /// 设立.
    FundOpened {
        /// The fund.
        fund_id: FundId,
        /// 名称.
        name: String,
        /// Where its money comes from.
        source: FundSource,
        /// What it may be spent on.
        restriction: Restriction,
        /// The day.
        opened_on: NaiveDate,
    },
    /// 拨款到账.
    MoneyAppropriated {
        /// How much, in fen.
        amount: Money,
        /// 文号.
        document: String,
        /// The day.
        appropriated_on: NaiveDate,
    },
    /// 捐赠入账, in the same moment as the gift.
    DonationCredited {
        /// From which campaign.
        campaign_id: CampaignId,
        /// Which gift.
        donation_id: DonationId,
        /// How much, in fen; less than nothing for a refund.
        amount: Money,
        /// The day.
        credited_on: NaiveDate,
        /// 退款单号 of a refund that a statement told; tells two refunds of one day apart. Since 1.1.0.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        refund_number: Option<String>,
    },
    /// 资金占用: a run was approved.
    FundsCommitted {
        /// For which run.
        run_id: RunId,
        /// How much, in fen.
        amount: Money,
        /// The day.
        committed_on: NaiveDate,
    },
    /// 占用解除: what the bank returned of a run.
    FundsReleased {
        /// Of which run.
        run_id: RunId,
        /// How much, in fen.
        amount: Money,
        /// The day.
        released_on: NaiveDate,
    },
    /// 支出: what the bank paid of a run.
    FundsSpent {
        /// Of which run.
        run_id: RunId,
        /// How much, in fen.
        amount: Money,
        /// The day.
        spent_on: NaiveDate,
    },
    /// 善款转交支出: donated money went to another organisation, in the same moment as the campaign's event.
    DonationsRemitted {
        /// Of which campaign.
        campaign_id: CampaignId,
        /// Which remittance.
        remittance_id: RemittanceId,
        /// How much, in fen.
        amount: Money,
        /// The day.
        remitted_on: NaiveDate,
    },
    /// 追回入账: a recovery came in.
    RecoveryCredited {
        /// How much, in fen.
        amount: Money,
        /// The payment it was paid with.
        payment_id: crate::ids::PaymentId,
        /// The day.
        credited_on: NaiveDate,
    },
}

/// Where a fund's money comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum FundSource {
    /// 财政拨款.
    Budget,
    /// 社会捐赠.
    Donations,
}

/// What a fund may be spent on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Restriction {
    /// 限定性.
    Restricted,
    /// 非限定性.
    Unrestricted,
}

impl FundEvent {
    pub(crate) fn effective_day(&self) -> Option<NaiveDate> {
        use FundEvent as Event;
        match self {
            Event::FundOpened { opened_on: day, .. }
            | Event::MoneyAppropriated { appropriated_on: day, .. }
            | Event::DonationCredited { credited_on: day, .. }
            | Event::FundsCommitted { committed_on: day, .. }
            | Event::FundsReleased { released_on: day, .. }
            | Event::FundsSpent { spent_on: day, .. }
            | Event::DonationsRemitted { remitted_on: day, .. }
            | Event::RecoveryCredited { credited_on: day, .. } => Some(*day),
        }
    }
}

ledger_events!(FundEvent {
    FundOpened = "1.0.0",
    MoneyAppropriated = "1.0.0",
    DonationCredited = "1.1.0",
    FundsCommitted = "1.0.0",
    FundsReleased = "1.0.0",
    FundsSpent = "1.0.0",
    DonationsRemitted = "1.0.0",
    RecoveryCredited = "1.0.0",
});

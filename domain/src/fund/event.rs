//! What can happen to a fund.

use chrono::NaiveDate;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::earmark::ProgramShare;
use super::level::GovernmentLevel;
use super::year::ClosingLine;
use crate::actor::ActorId;
use crate::ids::{CampaignId, DonationId, FundId, RemittanceId, RunId};
use crate::ledger_events;
use crate::money::Money;
use crate::program::Program;

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
        /// 用途: the programs it may pay; every program where none is named. Since 1.1.0.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        programs: Vec<Program>,
    },
    /// 拨款到账.
    MoneyAppropriated {
        /// How much, in fen.
        amount: Money,
        /// 文号.
        document: String,
        /// The day.
        appropriated_on: NaiveDate,
        /// 救助项目: the one program it is for; any of the fund's where none is named. Since 1.1.0.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        program: Option<Program>,
        /// 资金层级: who gave it. Since 1.1.0.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        level: Option<GovernmentLevel>,
        /// 预算年度: the year it is for; the year of the day where none is named. Before it begins, nothing of it is free.
        /// Since 1.1.0.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        budget_year: Option<i32>,
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
        /// The run's sums by program; they add up to the amount. None where it was not said. Since 1.1.0.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        by_program: Vec<ProgramShare>,
    },
    /// 占用解除: what the bank returned of a run.
    FundsReleased {
        /// Of which run.
        run_id: RunId,
        /// How much, in fen.
        amount: Money,
        /// The day.
        released_on: NaiveDate,
        /// The sums by program; they add up to the amount. None where it was not said. Since 1.1.0.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        by_program: Vec<ProgramShare>,
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
    /// 恢复占用: what was released because it had come back arrived after all, and is held ready again. It is spent in the
    /// same append.
    FundsRecommitted {
        /// For which run.
        run_id: RunId,
        /// How much, in fen.
        amount: Money,
        /// The day.
        recommitted_on: NaiveDate,
        /// The sums by program; they add up to the amount.
        by_program: Vec<ProgramShare>,
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
        /// 流水号 of the repayment; none where nobody stated it. Since 1.1.0.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        reference: Option<String>,
    },
    /// 年终结账: nothing more is booked into the year on this fund; its income and expense go to 本期盈余.
    FundYearClosed {
        /// The year; every earlier one ends with it.
        year: i32,
        /// 年末余额: what the fund held, in fen.
        unspent: Money,
        /// 占用: of that, promised to runs that are not reconciled, in fen.
        committed: Money,
        /// 代发在途 at the end of the year, in fen; it stays the fund's until the bank answers.
        in_transit: Money,
        /// What stood in each account of income and expense; what is closed.
        lines: Vec<ClosingLine>,
        /// The log position up to which they were added up.
        position: u64,
        /// The day on which it was done.
        closed_on: NaiveDate,
        /// Who did it, and so may not carry it over.
        closed_by: ActorId,
    },
    /// 撤销结账: the closing was sent back, before it was carried over; the year is open again.
    FundYearReopened {
        /// The year.
        year: i32,
        /// What had been closed, and stands again.
        lines: Vec<ClosingLine>,
        /// The last year that stays closed; none where none does.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        closed_through: Option<i32>,
        /// Why.
        reason: String,
        /// The day.
        reopened_on: NaiveDate,
    },
    /// 年终结转: another person confirmed the closing, and what is left goes on into the next year under a document.
    FundYearCarriedOver {
        /// The year that was closed.
        year: i32,
        /// 结转文号.
        document: String,
        /// 本年收支差额: income less expense of the closing, in fen; less than nothing where earlier years' money was spent.
        result: Money,
        /// 结转资金: what is carried, in fen: all that the fund held at the closing.
        carried: Money,
        /// Of that, promised to runs, in fen; the promises go on with it.
        committed: Money,
        /// What it may be spent on, as before.
        restriction: Restriction,
        /// The day on which it was done.
        carried_on: NaiveDate,
        /// Who did it.
        carried_by: ActorId,
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

impl FundSource {
    /// The name in Chinese.
    pub const fn zh(self) -> &'static str {
        match self {
            FundSource::Budget => "财政拨款",
            FundSource::Donations => "社会捐赠",
        }
    }

    /// The name in English.
    pub const fn en(self) -> &'static str {
        match self {
            FundSource::Budget => "appropriations",
            FundSource::Donations => "donations",
        }
    }
}

impl Restriction {
    /// The name in Chinese.
    pub const fn zh(self) -> &'static str {
        match self {
            Restriction::Restricted => "限定性",
            Restriction::Unrestricted => "非限定性",
        }
    }

    /// The name in English.
    pub const fn en(self) -> &'static str {
        match self {
            Restriction::Restricted => "restricted",
            Restriction::Unrestricted => "unrestricted",
        }
    }
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
            | Event::FundsRecommitted { recommitted_on: day, .. }
            | Event::FundsSpent { spent_on: day, .. }
            | Event::DonationsRemitted { remitted_on: day, .. }
            | Event::RecoveryCredited { credited_on: day, .. } => Some(*day),
            Event::FundYearClosed { year, .. } | Event::FundYearReopened { year, .. } => {
                NaiveDate::from_ymd_opt(*year, 12, 31)
            }
            Event::FundYearCarriedOver { year, .. } => {
                NaiveDate::from_ymd_opt(*year, 12, 31).and_then(|day| day.succ_opt())
            }
        }
    }
}

ledger_events!(FundEvent {
    FundOpened = "1.1.0",
    MoneyAppropriated = "1.1.0",
    DonationCredited = "1.1.0",
    FundsCommitted = "1.1.0",
    FundsReleased = "1.1.0",
    FundsSpent = "1.0.0",
    FundsRecommitted = "1.0.0",
    DonationsRemitted = "1.0.0",
    RecoveryCredited = "1.1.0",
    FundYearClosed = "1.0.0",
    FundYearReopened = "1.0.0",
    FundYearCarriedOver = "1.0.0",
});

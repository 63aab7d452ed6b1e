//! What can be asked of a fund.

use chrono::NaiveDate;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::earmark::ProgramShare;
use super::event::{FundSource, Restriction};
use super::level::GovernmentLevel;
use super::year::YearFacts;
use crate::ids::{CampaignId, DonationId, FundId, PaymentId, RemittanceId, RunId};
use crate::money::Money;
use crate::program::Program;

/// Commands to a fund (资金). Days are days of the office; none may lie after the context's today.
///
/// All but the first two and those of the year's end are appended together with what causes them: the gift, the
/// approval of a run, the results from the bank, the recovered money.
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
        /// What it is for, as far as the document says.
        purpose: Purpose,
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
        /// Its sums by program, which add up to the amount; each program once.
        by_program: Vec<ProgramShare>,
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
        /// The sums by program, which add up to the amount; empty where the commitment did not say them either, or
        /// where the whole of it is released.
        by_program: Vec<ProgramShare>,
    },
    /// 恢复占用, with the run's corrected results, before what arrived after all is spent.
    Recommit {
        /// For which run.
        run_id: RunId,
        /// How much, in fen: at most what was released of the run, and what is free.
        amount: Money,
        /// The day.
        recommitted_on: NaiveDate,
        /// The sums by program, which add up to the amount; each program once.
        by_program: Vec<ProgramShare>,
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
        /// 流水号, as the payment's event has it.
        reference: Option<String>,
    },
    /// 年终结账, by finance, once the year is over.
    CloseYear {
        /// Which.
        year: i32,
        /// What the books say of it.
        facts: YearFacts,
        /// The day on which it is done.
        closed_on: NaiveDate,
    },
    /// 撤销结账, by an approver or finance, before the carry-over.
    ReopenYear {
        /// Which.
        year: i32,
        /// Why; 1 to 100 characters.
        reason: String,
        /// The day.
        reopened_on: NaiveDate,
    },
    /// 年终结转, by an approver who did not close the year.
    CarryOver {
        /// The year that was closed.
        year: i32,
        /// 结转文号; 1 to 100 characters.
        document: String,
        /// What the books say of the year, added up anew, as if it were not closed.
        found: YearFacts,
        /// The day.
        carried_on: NaiveDate,
    },
}

/// What an appropriation is for, as far as its document says.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Purpose {
    /// 救助项目: the one program it is for.
    pub program: Option<Program>,
    /// 资金层级: who gave it.
    pub level: Option<GovernmentLevel>,
    /// 预算年度: the year it is for.
    pub budget_year: Option<i32>,
}

/// What a fund is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
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
    /// 用途: the programs it may pay, each once; every program where none is named.
    pub programs: Vec<Program>,
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
            FundCommand::Recommit { .. } => "Recommit",
            FundCommand::Remit { .. } => "Remit",
            FundCommand::CreditRecovery { .. } => "CreditRecovery",
            FundCommand::CloseYear { .. } => "CloseYear",
            FundCommand::ReopenYear { .. } => "ReopenYear",
            FundCommand::CarryOver { .. } => "CarryOver",
        }
    }
}

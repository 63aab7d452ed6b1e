//! What can be done with payment runs, as it is typed.

use std::path::PathBuf;

use chrono::NaiveDate;
use clap::Subcommand;
use domain::calendar::BenefitMonth;
use domain::program::Program;

use crate::cli::LayoutArgs;

/// Payment runs.
#[derive(Debug, Subcommand)]
pub enum RunCommand {
    /// 建批并核算 · open a run (or take the open one) and calculate its lines
    Prepare {
        /// 所属月份 · benefit month
        #[arg(long)]
        month: BenefitMonth,
        /// 救助项目 · programs, by code
        #[arg(long, value_delimiter = ',', required = true)]
        programs: Vec<Program>,
        /// 资金 · name of the fund that pays
        #[arg(long)]
        fund: String,
        /// 批次序号 · 1 is the month's regular run, from 2 on a supplementary one
        #[arg(long, default_value_t = 1, value_parser = clap::value_parser!(u32).range(1..=99))]
        number: u32,
    },
    /// 提交审批 · submit for approval
    Submit {
        /// 批次 · the run
        run: domain::ids::RunId,
        /// 已查看的提示事项条数 · how many warnings of the calculation were seen: all of them
        #[arg(long, default_value_t = 0, value_name = "COUNT")]
        warnings_seen: u64,
    },
    /// 初审 · endorse a run above the sum that asks for two approvals
    Endorse {
        /// 批次 · the run
        run: domain::ids::RunId,
    },
    /// 暂缓发放 · hold payments of a case; the months stay due
    Hold {
        /// 个案 · the case
        case: domain::ids::CaseId,
        /// 所属月份，未填为全部 · the month; every month when absent
        #[arg(long)]
        month: Option<BenefitMonth>,
        /// 原因 · why: account_in_doubt, identity_in_doubt, facts_in_doubt, reported_by_others, asked_by_beneficiary or other
        #[arg(long)]
        reason: domain::benefit_case::HoldReason,
        /// 说明，加密保存 · what else there is to say; kept sealed
        #[arg(long)]
        note: Option<String>,
    },
    /// 解除暂缓 · let held payments go, by somebody else; the next calculation pays them
    Unhold {
        /// 个案 · the case
        case: domain::ids::CaseId,
        /// 所属月份，未填为全部 · the month; the hold of every month when absent
        #[arg(long)]
        month: Option<BenefitMonth>,
    },
    /// 审批 · approve, by someone who prepared nothing of it
    Approve {
        /// 批次 · the run
        run: domain::ids::RunId,
    },
    /// 退回 · send back with a reason
    Reject {
        /// 批次 · the run
        run: domain::ids::RunId,
        /// 原因 · why
        #[arg(long)]
        reason: String,
    },
    /// 发放 · order every line and write the bank file
    Release {
        /// 批次 · the run
        run: domain::ids::RunId,
        /// 要求执行日期 · day on which the bank is to pay; today when absent
        #[arg(long)]
        execution_on: Option<NaiveDate>,
        /// Which layout
        #[command(flatten)]
        layout: LayoutArgs,
        /// 银行文件 · bank file to write; several get -01, -02 … before the dot
        #[arg(long)]
        out: PathBuf,
    },
    /// 回盘 · take the bank's results from a file
    Settle {
        /// 批次 · the run
        run: domain::ids::RunId,
        /// 回盘文件 · the file from the bank
        #[arg(long)]
        results: PathBuf,
        /// Which layout
        #[command(flatten)]
        layout: LayoutArgs,
    },
    /// 退汇待办 · what came back and waits: correct the account, or give it up
    Returns {
        /// 批次 · of this run only
        #[arg(long)]
        run: Option<domain::ids::RunId>,
        /// 本单位格式目录 · folder of the office's own layouts (*.toml)
        #[arg(long, value_name = "DIR", env = "LEDGER_LAYOUTS")]
        layouts: Option<PathBuf>,
    },
    /// 批次一览 · list the runs
    List,
    /// 预核 · show the next runs that were calculated before anybody opened them, as a served ledger does each night
    Forecast {
        /// 批次 · what stands in the way of this one
        run: Option<domain::ids::RunId>,
        /// 现在预核 · calculate those of today that are missing first
        #[arg(long, conflicts_with = "run")]
        now: bool,
    },
    /// 重新核算有变化的个案 · calculate anew only the cases that changed since the calculation
    Recalculate {
        /// 批次 · the run
        run: domain::ids::RunId,
    },
    /// 批次明细 · show one run with its exceptions, warnings, changes, and its lines
    Show {
        /// 批次 · the run
        run: domain::ids::RunId,
        /// 逐行列出 · list the lines: due, standing, difference
        #[arg(long)]
        lines: bool,
        /// 只看一个个案 · of one case only
        #[arg(long)]
        case: Option<domain::ids::CaseId>,
        /// 只看异常和提示 · exceptions, warnings and overpayments only
        #[arg(long, conflicts_with = "lines")]
        exceptions: bool,
        /// 核定步骤（须指明个案） · the steps of each amount with their source; needs --case
        #[arg(long, requires = "lines", requires = "case")]
        steps: bool,
        /// 页 · which page of the lines, from 1
        #[arg(long, default_value_t = 1, value_parser = clap::value_parser!(u32).range(1..))]
        page: u32,
    },
}

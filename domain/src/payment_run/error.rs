//! Why a command to a payment run is refused.

use chrono::NaiveDate;

use super::state::RunStage;
use crate::actor::{Role, roles_en, roles_zh};
use crate::explain::{Explain, in_words};
use crate::money::Money;

/// Refusals of a payment run, in the order in which they are looked for.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PaymentRunError {
    /// The actor's role does not do this.
    #[error("this role may not {}: it is for {}", in_words(command), roles_en(allowed))]
    RoleNotAllowed {
        /// The command.
        command: &'static str,
        /// The roles that do.
        allowed: &'static [Role],
    },
    /// There is no such run.
    #[error("there is no such payment run")]
    RunUnknown,
    /// A run of this id was opened with other content.
    #[error("a payment run with this id was already opened, with other content")]
    RunExists,
    /// The run's situation does not allow the command.
    #[error("it is not possible to {}: the payment run is {stage}", in_words(command))]
    WrongStage {
        /// The command.
        command: &'static str,
        /// The situation.
        stage: RunStage,
    },
    /// The sum asks for 初审 by another approver first.
    #[error("the payment run is above {above} yuan: another approver endorses it first")]
    EndorsementMissing {
        /// The sum above which two people approve.
        above: Money,
    },
    /// The sum asks for one approval only.
    #[error("the sum of the payment run asks for one approval only")]
    EndorsementNotNeeded,
    /// 双人复核: the actor prepared the run, or approved what they now want to release.
    #[error("nobody may have both {conflict} and {duty} a payment run")]
    FourEyes {
        /// What the actor wants to do.
        duty: Duty,
        /// What the actor did before.
        conflict: Duty,
    },
    /// The day lies after today.
    #[error("{day} is in the future")]
    DayInFuture {
        /// The day given.
        day: NaiveDate,
    },
    /// The day lies before the step it follows.
    #[error("{day} is before {earliest}, the day of the step before")]
    DayTooEarly {
        /// The day given.
        day: NaiveDate,
        /// The first day possible.
        earliest: NaiveDate,
    },
    /// The bank would pay later than it keeps a file.
    #[error("{day} is too late for the bank to pay: {latest} at the latest")]
    ExecutionTooLate {
        /// The day.
        day: NaiveDate,
        /// The latest day.
        latest: NaiveDate,
    },
    /// The month lies too far ahead.
    #[error("a run may be opened at the earliest in the month before the one it pays")]
    MonthTooEarly,
    /// No program was named.
    #[error("a payment run pays at least one program")]
    NoPrograms,
    /// A program was named twice.
    #[error("a program is named twice")]
    ProgramTwice,
    /// The calculation contradicts itself or the run.
    #[error("the calculation contradicts itself: {contradiction}")]
    CalculationContradictory {
        /// What does not fit.
        contradiction: Contradiction,
    },
    /// There is nothing to pay.
    #[error("the payment run has no lines")]
    RunEmpty,
    /// The calculation found other warnings than the submitter has seen.
    #[error("the calculation has {found} warnings to be seen before the submission, not {seen}")]
    WarningsUnseen {
        /// How many the submitter says to have seen.
        seen: u64,
        /// How many there are.
        found: u64,
    },
    /// A rejection needs a reason of 1 to 500 characters.
    #[error("a rejection needs a reason of 1 to 500 characters")]
    ReasonMissing,
    /// The digest of the bank file is not 64 lower-case hexadecimal digits.
    #[error("the digest of the bank file is not 64 lower-case hexadecimal digits")]
    FileDigestMalformed,
    /// The lines are not those that were approved.
    #[error("the lines to be ordered are not the lines that were approved")]
    LinesChanged,
    /// The files to the bank do not hold the lines of the run.
    #[error("the files to the bank do not add up to the lines of the run")]
    DeliveryDiffers,
    /// Settled and returned do not add up to what was ordered.
    #[error(
        "{reported_count} results over {reported_sum} yuan do not match {ordered_count} lines over {ordered_sum} yuan"
    )]
    SumsDisagree {
        /// Settled and returned lines.
        reported_count: u64,
        /// Their sum.
        reported_sum: Money,
        /// Lines of the run.
        ordered_count: u64,
        /// Their sum.
        ordered_sum: Money,
    },
    /// Counts or sums beyond what the ledger can hold.
    #[error("a count or an amount is out of range")]
    AmountOutOfRange,
}

/// A duty that one person may not hold together with another.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Duty {
    /// 经办: opened, calculated or submitted.
    Prepared,
    /// 初审.
    Endorsed,
    /// 审批.
    Approved,
    /// 发放.
    Released,
}

impl std::fmt::Display for Duty {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.pad(match self {
            Duty::Prepared => "prepared",
            Duty::Endorsed => "endorsed",
            Duty::Approved => "approved",
            Duty::Released => "released",
        })
    }
}

/// How a calculation contradicts itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Contradiction {
    /// The programs' counts or sums do not add up to the run's.
    #[error("the programs do not add up to the whole")]
    ProgramTotals,
    /// A program that the run does not pay, or one twice.
    #[error("a program is not one of the run's or stands twice")]
    Programs,
    /// Lines without money, or money without lines, or less than nothing.
    #[error("lines and control sum do not go together")]
    ControlSum,
    /// The digest is not 64 lower-case hexadecimal digits.
    #[error("the digest is malformed")]
    Digest,
}

impl Explain for PaymentRunError {
    fn code(&self) -> &'static str {
        use PaymentRunError as E;
        match self {
            E::RoleNotAllowed { .. } => "role_not_allowed",
            E::RunUnknown => "run_unknown",
            E::RunExists => "run_exists",
            E::WrongStage { .. } => "wrong_stage",
            E::EndorsementMissing { .. } => "endorsement_missing",
            E::EndorsementNotNeeded => "endorsement_not_needed",
            E::FourEyes { .. } => "four_eyes",
            E::DayInFuture { .. } => "day_in_future",
            E::DayTooEarly { .. } => "day_too_early",
            E::ExecutionTooLate { .. } => "execution_too_late",
            E::MonthTooEarly => "month_too_early",
            E::NoPrograms => "no_programs",
            E::ProgramTwice => "program_twice",
            E::CalculationContradictory { .. } => "calculation_contradictory",
            E::RunEmpty => "run_empty",
            E::WarningsUnseen { .. } => "warnings_unseen",
            E::ReasonMissing => "reason_missing",
            E::FileDigestMalformed => "file_digest_malformed",
            E::LinesChanged => "lines_changed",
            E::DeliveryDiffers => "delivery_differs",
            E::SumsDisagree { .. } => "sums_disagree",
            E::AmountOutOfRange => "amount_out_of_range",
        }
    }

    fn zh(&self) -> String {
        use PaymentRunError as E;
        match self {
            E::RoleNotAllowed { allowed, .. } => {
                format!("当前岗位无权办理此步骤，请由{}岗位的人员办理。", roles_zh(allowed))
            }
            E::RunUnknown => "没有这个发放批次，请核对批次编号或先建批。".into(),
            E::RunExists => "该编号的发放批次已经存在且内容不同，请换用新的批次编号。".into(),
            E::WrongStage { stage, .. } => stage_advice(*stage),
            E::EndorsementMissing { above } => {
                format!("批次合计超过 {above} 元，须先由一名审批人初审，再由另一名审批人终审。")
            }
            E::EndorsementNotNeeded => "批次合计未超过须两人审批的金额，无须初审，请直接审批。".into(),
            E::FourEyes { duty, .. } => four_eyes_advice(*duty).into(),
            E::DayInFuture { day } => format!("日期 {day} 晚于今天，请填写实际办理日期。"),
            E::DayTooEarly { day, earliest } => {
                format!("日期 {day} 早于上一步骤的日期 {earliest}，请核对后重填。")
            }
            E::ExecutionTooLate { day, latest } => {
                format!("要求执行日期 {day} 过晚，最迟 {latest}，请核对。")
            }
            E::MonthTooEarly => "所属月份过早：最早可在所属月份的上一个月建批。".into(),
            E::NoPrograms => "请至少选择一个救助项目。".into(),
            E::ProgramTwice => "同一救助项目被重复选择，请去掉重复的项目。".into(),
            E::CalculationContradictory { .. } => {
                "核算结果前后矛盾，未予保存，请重新核算；如仍出现，请联系管理员。".into()
            }
            E::RunEmpty => "批次中没有发放明细，无须提交；请核对所属月份和异常清单后重新核算。".into(),
            E::WarningsUnseen { found, .. } => {
                format!("本次核算有 {found} 条提示事项，请逐条查看后，以该条数确认再提交审批。")
            }
            E::ReasonMissing => "请填写退回原因（500 字以内）。".into(),
            E::FileDigestMalformed => "银行文件的校验值格式不对，请重新生成银行文件。".into(),
            E::LinesChanged => "发放明细与审批时不一致，不能发放；请退回批次，重新核算后再提交审批。".into(),
            E::DeliveryDiffers => "银行文件的笔数或金额与批次不一致，请重新生成银行文件。".into(),
            E::SumsDisagree { reported_count, reported_sum, ordered_count, ordered_sum } => format!(
                "到账与退汇合计 {reported_count} 笔、{reported_sum} 元，与发放的 {ordered_count} 笔、{ordered_sum} 元不符，请核对银行回盘文件。"
            ),
            E::AmountOutOfRange => "笔数或金额超出允许范围，请核对数据。".into(),
        }
    }

    fn field(&self) -> &'static str {
        use PaymentRunError as E;
        match self {
            E::RunExists => "run_id",
            E::ExecutionTooLate { .. } => "execution_on",
            E::MonthTooEarly => "month",
            E::NoPrograms | E::ProgramTwice => "programs",
            E::CalculationContradictory { contradiction } => contradiction.field(),
            E::RunEmpty => "calculation.line_count",
            E::WarningsUnseen { .. } => "warnings_seen",
            E::ReasonMissing => "reason",
            E::FileDigestMalformed => "file_sha256",
            E::LinesChanged => "digest",
            E::DeliveryDiffers => "delivery",
            E::SumsDisagree { .. } => "results",
            _ => "",
        }
    }
}

impl Contradiction {
    const fn field(self) -> &'static str {
        match self {
            Contradiction::ProgramTotals | Contradiction::Programs => "calculation.by_program",
            Contradiction::ControlSum => "calculation.control_sum",
            Contradiction::Digest => "calculation.digest",
        }
    }
}

fn stage_advice(stage: RunStage) -> String {
    let next = match stage {
        RunStage::Unopened => "请先建批",
        RunStage::Opened => "请先核算",
        RunStage::Calculated => "请先提交审批，或重新核算",
        RunStage::Submitted => "请等待审批，或先撤回",
        RunStage::Endorsed => "请等待另一名审批人终审，或先退回",
        RunStage::Approved => "请由财务发放；需要改动的，请先退回",
        RunStage::Rejected => "请按退回原因更正后重新核算",
        RunStage::Released => "银行文件已生成，不能再改动；差错请通过退汇重发、补发或追回处理",
        RunStage::Reconciled => "批次已办结；差错请在以后的批次中补发或追回",
    };
    format!("批次当前状态为“{}”，不能办理此步骤。{next}。", stage.zh())
}

const fn four_eyes_advice(duty: Duty) -> &'static str {
    match duty {
        Duty::Endorsed => "初审人不得是本批次的经办人，请由其他审批人初审。",
        Duty::Released => "发放人不得是本批次的经办人或审批人，请由其他财务人员发放。",
        Duty::Approved | Duty::Prepared => "审批人不得是本批次的经办人，也不得是初审人，请由其他审批人审批。",
    }
}

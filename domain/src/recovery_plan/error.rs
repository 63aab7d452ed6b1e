//! Why a command to a recovery plan is refused.

use chrono::NaiveDate;

use super::state::PlanStage;
use crate::actor::{Role, roles_en, roles_zh};
use crate::explain::{Explain, in_words};
use crate::money::Money;

/// Refusals of a recovery plan, in the order in which they are looked for.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum RecoveryPlanError {
    /// The actor's role does not do this.
    #[error("this role may not {}: it is for {}", in_words(command), roles_en(allowed))]
    RoleNotAllowed {
        /// The command.
        command: &'static str,
        /// The roles that do.
        allowed: &'static [Role],
    },
    /// The plan was proposed with other content, or by somebody else.
    #[error("this plan was already proposed, with other content or by somebody else")]
    PlanExists,
    /// There is no such plan.
    #[error("there is no such recovery plan")]
    PlanUnknown,
    /// The plan's situation does not allow the command.
    #[error("it is not possible to {}: the plan is {stage}", in_words(command))]
    WrongStage {
        /// The command.
        command: &'static str,
        /// The situation.
        stage: PlanStage,
    },
    /// Whoever proposed it may not decide on it.
    #[error("whoever proposed the plan may not decide on it")]
    FourEyes,
    /// The id does not follow from case and number.
    #[error("the plan's id does not follow from its case and number")]
    PlanIdMismatch,
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
    /// A text of 1 to 200 characters is needed.
    #[error("a text of 1 to 200 characters is needed")]
    TextMissing {
        /// Which.
        field: &'static str,
    },
    /// The plan has no items.
    #[error("nothing of the case is open to recover")]
    NothingToRecover,
    /// An item asks back nothing or less.
    #[error("the amount must be more than nothing")]
    AmountNotPositive,
    /// Items do not ascend by month, or a payment stands twice.
    #[error("the plan's payments do not ascend by month, each once")]
    ItemsOutOfOrder,
    /// An amount beyond what the ledger can hold.
    #[error("an amount is out of range")]
    AmountOutOfRange,
    /// A dead beneficiary can neither repay nor have later payments.
    #[error("the beneficiary died: the heirs repay, up to what they inherited")]
    BeneficiaryDeceased,
    /// Heirs and estates are for the deceased.
    #[error("the beneficiary lives: there are no heirs to ask")]
    BeneficiaryLives,
    /// The estate's value is not said.
    #[error("the value of the estate is needed: heirs owe no more than they inherited")]
    EstateUnknown,
    /// More would be asked of the heirs than they inherited.
    #[error("{total} yuan is more than the {left} yuan left of the estate")]
    AboveEstate {
        /// What would be asked.
        total: Money,
        /// The estate's value less what came back before.
        left: Money,
    },
    /// The heirs can still be asked.
    #[error("{received} of an estate of {estate} yuan came back: ask the heirs for the rest first")]
    EstateLeft {
        /// The estate's value.
        estate: Money,
        /// What came back.
        received: Money,
    },
    /// An instalment of nothing.
    #[error("the instalment must be more than nothing")]
    InstalmentNotPositive,
    /// From another person's payments only with that person's agreement.
    #[error("another person's payments may be lowered only with that person's written agreement")]
    AgreementMissing,
    /// More than a small sum.
    #[error("{total} yuan is more than the {limit} yuan that may be given up")]
    AboveWaiverLimit {
        /// What would be given up.
        total: Money,
        /// The policy's limit.
        limit: Money,
    },
}

impl Explain for RecoveryPlanError {
    fn code(&self) -> &'static str {
        use RecoveryPlanError as E;
        match self {
            E::RoleNotAllowed { .. } => "role_not_allowed",
            E::PlanExists => "plan_exists",
            E::PlanUnknown => "plan_unknown",
            E::WrongStage { .. } => "wrong_stage",
            E::FourEyes => "four_eyes",
            E::PlanIdMismatch => "plan_id_mismatch",
            E::DayInFuture { .. } => "day_in_future",
            E::DayTooEarly { .. } => "day_too_early",
            E::TextMissing { .. } => "text_missing",
            E::NothingToRecover => "nothing_to_recover",
            E::AmountNotPositive => "amount_not_positive",
            E::ItemsOutOfOrder => "items_out_of_order",
            E::AmountOutOfRange => "amount_out_of_range",
            E::BeneficiaryDeceased => "beneficiary_deceased",
            E::BeneficiaryLives => "beneficiary_lives",
            E::EstateUnknown => "estate_unknown",
            E::AboveEstate { .. } => "above_estate",
            E::EstateLeft { .. } => "estate_left",
            E::InstalmentNotPositive => "instalment_not_positive",
            E::AgreementMissing => "agreement_missing",
            E::AboveWaiverLimit { .. } => "above_waiver_limit",
        }
    }

    fn zh(&self) -> String {
        use RecoveryPlanError as E;
        match self {
            E::RoleNotAllowed { allowed, .. } => {
                format!("当前岗位无权办理此步骤，请由{}岗位的人员办理。", roles_zh(allowed))
            }
            E::PlanExists => "该追回方案已经提出且内容不同，请查看后再办理。".into(),
            E::PlanUnknown => "没有这个追回方案，请核对编号。".into(),
            E::WrongStage { stage, .. } => {
                format!("该方案当前状态为“{}”，不能办理此步骤。", stage.zh())
            }
            E::FourEyes => "提出方案的人不得审批或退回本方案，请由他人办理。".into(),
            E::PlanIdMismatch => "方案编号与个案、次数不符，请重新提出。".into(),
            E::DayInFuture { day } => format!("日期 {day} 晚于今天，请填写实际日期。"),
            E::DayTooEarly { day, earliest } => {
                format!("日期 {day} 早于上一步骤的日期 {earliest}，请核对后重填。")
            }
            E::TextMissing { field } => format!("请填写{}（200 字以内）。", field_zh(field)),
            E::NothingToRecover => "该个案没有待追回的款项，无需方案。".into(),
            E::AmountNotPositive => "金额必须大于零，请核对。".into(),
            E::ItemsOutOfOrder => "方案中的明细应按月份排列且不重复，请重新提出。".into(),
            E::AmountOutOfRange => "金额超出允许范围，请核对。".into(),
            E::BeneficiaryDeceased => "本人已去世，不能由本人退款或抵扣；请由继承人在遗产价值内退款。".into(),
            E::BeneficiaryLives => "本人在世，没有继承人退款一说，请由本人退款或抵扣。".into(),
            E::EstateUnknown => "请填写遗产实际价值：继承人以所得遗产实际价值为限清偿。".into(),
            E::AboveEstate { total, left } => {
                format!("方案金额 {total} 元超过遗产尚可清偿的 {left} 元，请调低。")
            }
            E::EstateLeft { estate, received } => {
                format!("遗产价值 {estate} 元，已清偿 {received} 元，请先由继承人清偿余额。")
            }
            E::InstalmentNotPositive => "每月抵扣额必须大于零，请核对。".into(),
            E::AgreementMissing => "从他人待遇中抵扣须有其书面同意，请填写同意书编号。".into(),
            E::AboveWaiverLimit { total, limit } => {
                format!("方案金额 {total} 元超过小额核销上限 {limit} 元，不能核销。")
            }
        }
    }

    fn field(&self) -> &'static str {
        use RecoveryPlanError as E;
        match self {
            E::PlanIdMismatch => "terms.plan_id",
            E::NothingToRecover | E::AmountNotPositive | E::ItemsOutOfOrder | E::AmountOutOfRange => {
                "terms.items"
            }
            E::EstateUnknown | E::AboveEstate { .. } | E::EstateLeft { .. } => "estate",
            E::BeneficiaryDeceased | E::BeneficiaryLives | E::AboveWaiverLimit { .. } => "terms.way",
            E::InstalmentNotPositive => "terms.way.per_month",
            E::AgreementMissing => "terms.way.agreement",
            E::TextMissing { field } => field,
            _ => "",
        }
    }
}

fn field_zh(field: &str) -> &'static str {
    match field {
        "agreement" => "同意书编号",
        _ => "原因",
    }
}

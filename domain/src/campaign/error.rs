//! Why a command to a campaign is refused.

use chrono::NaiveDate;

use super::state::CampaignStage;
use crate::actor::{Role, roles_en, roles_zh};
use crate::explain::{Explain, in_words};
use crate::money::Money;
use crate::retention::Withheld;

/// Refusals of a campaign, in the order in which they are looked for.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum CampaignError {
    /// The actor's role does not do this.
    #[error("this role may not {}: it is for {}", in_words(command), roles_en(allowed))]
    RoleNotAllowed {
        /// The command.
        command: &'static str,
        /// The roles that do.
        allowed: &'static [Role],
    },
    /// There is no such campaign.
    #[error("there is no such campaign")]
    CampaignUnknown,
    /// A campaign of this id was opened with other content.
    #[error("a campaign of this name was opened before, with other content: choose another name")]
    CampaignExists,
    /// The campaign's situation does not allow the command.
    #[error("it is not possible to {}: the campaign is {stage}", in_words(command))]
    WrongStage {
        /// The command.
        command: &'static str,
        /// The situation.
        stage: CampaignStage,
    },
    /// A text is missing or too long.
    #[error("a text is missing or too long")]
    TextMissing {
        /// Which.
        field: &'static str,
    },
    /// The period ends before it begins.
    #[error("the campaign would end before it begins")]
    PeriodReversed,
    /// There is no such gift in this campaign.
    #[error("there is no such donation in this campaign")]
    DonationUnknown,
    /// A gift of this id was received with other content.
    #[error("a donation with this id was already received, with other content")]
    DonationDiffers,
    /// Another campaign took this transaction.
    #[error("this transaction was already taken into another campaign")]
    DonationElsewhere,
    /// Who left no name cannot be named.
    #[error("nobody left a name with this donation: it stays anonymous")]
    DonorNameMissing,
    /// The amount is nothing or less.
    #[error("the amount must be more than nothing")]
    AmountNotPositive,
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
    /// The gift's day lies outside the campaign's period.
    #[error("{day} is not within the campaign, {opens_on} to {closes_on}")]
    OutsidePeriod {
        /// The day given.
        day: NaiveDate,
        /// The campaign's first day.
        opens_on: NaiveDate,
        /// The campaign's last day.
        closes_on: NaiveDate,
    },
    /// More would go back than is left.
    #[error("{amount} yuan is more than the {remaining} yuan that was not refunded")]
    RefundAboveRemaining {
        /// What would go back.
        amount: Money,
        /// What is left.
        remaining: Money,
    },
    /// The whole gift went back, so it gets no receipt.
    #[error("the donation was refunded whole and gets no receipt")]
    DonationRefunded,
    /// The publication does not say what the log says.
    #[error("the log has {donation_count} donations over {total} yuan")]
    ResultsDisagree {
        /// Received less refunded.
        total: Money,
        /// Number of gifts.
        donation_count: u64,
    },
    /// A publication while the campaign lasts comes with its list.
    #[error("the publication needs the SHA-256 of its list, 64 hexadecimal digits")]
    ListMissing,
    /// The refund number was used for another amount or day.
    #[error("this refund number was already recorded, with another amount or day")]
    RefundDiffers,
    /// The platform's fee is below nothing or above the gift.
    #[error("the fee of {fee} yuan is below nothing or above the gift")]
    FeeOutOfRange {
        /// The fee.
        fee: Money,
    },
    /// There are no goods.
    #[error("the quantity must be more than nothing")]
    QuantityNotPositive,
    /// What would go back was handed on.
    #[error("{amount} yuan cannot go back: {left} yuan of the campaign were not remitted")]
    AlreadyRemitted {
        /// What would go back.
        amount: Money,
        /// What was not remitted.
        left: Money,
    },
    /// There is no receipt of this number.
    #[error("the campaign has no receipt of this number")]
    ReceiptUnknown,
    /// The receipt was voided otherwise.
    #[error("the receipt was already voided, with another reason or day")]
    ReceiptVoided,
    /// There is no such remittance.
    #[error("there is no such remittance in this campaign")]
    RemittanceUnknown,
    /// A remittance of this id was proposed with other content.
    #[error("a remittance with this id was already proposed, with other content")]
    RemittanceDiffers,
    /// The remittance was approved or sent back.
    #[error("the remittance was already approved or sent back")]
    RemittanceDecided,
    /// Another remittance of the campaign went out under this voucher number.
    #[error("another remittance of this campaign was recorded with this voucher number")]
    ReferenceTaken,
    /// More would be remitted than is left.
    #[error("{amount} yuan is more than the {left} yuan that were neither refunded nor remitted")]
    RemittanceAboveTotal {
        /// What would be remitted.
        amount: Money,
        /// What is left.
        left: Money,
    },
    /// Whoever asked does not decide.
    #[error("whoever proposed or asked for it may not decide it")]
    FourEyes,
    /// Nobody of this id gave anything here.
    #[error("there is no such donor in this campaign")]
    DonorUnknown,
    /// Somebody else, or with another basis, asked for it already.
    #[error("the erasure of this donor was already asked for: decide that request first")]
    ErasureRequested,
    /// Nobody asked for it.
    #[error("nobody asked for the erasure of this donor")]
    ErasureNotRequested,
    /// The law keeps the name.
    #[error(transparent)]
    Withheld(#[from] Withheld),
    /// An amount or number beyond what the ledger can hold.
    #[error("an amount or a number is out of range")]
    AmountOutOfRange,
}

impl Explain for CampaignError {
    fn code(&self) -> &'static str {
        use CampaignError as E;
        match self {
            E::RoleNotAllowed { .. } => "role_not_allowed",
            E::CampaignUnknown => "campaign_unknown",
            E::CampaignExists => "campaign_exists",
            E::WrongStage { .. } => "wrong_stage",
            E::TextMissing { .. } => "text_missing",
            E::PeriodReversed => "period_reversed",
            E::DonationUnknown => "donation_unknown",
            E::DonationDiffers => "donation_differs",
            E::DonationElsewhere => "donation_elsewhere",
            E::DonorNameMissing => "donor_name_missing",
            E::AmountNotPositive => "amount_not_positive",
            E::DayInFuture { .. } => "day_in_future",
            E::DayTooEarly { .. } => "day_too_early",
            E::OutsidePeriod { .. } => "outside_period",
            E::RefundAboveRemaining { .. } => "refund_above_remaining",
            E::DonationRefunded => "donation_refunded",
            E::ResultsDisagree { .. } => "results_disagree",
            E::ListMissing => "list_missing",
            E::RefundDiffers => "refund_differs",
            E::FeeOutOfRange { .. } => "fee_out_of_range",
            E::QuantityNotPositive => "quantity_not_positive",
            E::AlreadyRemitted { .. } => "already_remitted",
            E::ReceiptUnknown => "receipt_unknown",
            E::ReceiptVoided => "receipt_voided",
            E::RemittanceUnknown => "remittance_unknown",
            E::RemittanceDiffers => "remittance_differs",
            E::RemittanceDecided => "remittance_decided",
            E::ReferenceTaken => "reference_taken",
            E::RemittanceAboveTotal { .. } => "remittance_above_total",
            E::FourEyes => "four_eyes",
            E::DonorUnknown => "donor_unknown",
            E::ErasureRequested => "erasure_requested",
            E::ErasureNotRequested => "erasure_not_requested",
            E::Withheld(withheld) => withheld.code(),
            E::AmountOutOfRange => "amount_out_of_range",
        }
    }

    fn zh(&self) -> String {
        use CampaignError as E;
        match self {
            E::RoleNotAllowed { allowed, .. } => {
                format!("当前岗位无权办理此步骤，请由{}岗位的人员办理。", roles_zh(allowed))
            }
            E::CampaignUnknown => "没有这个募捐活动，请核对活动编号或先登记活动。".into(),
            E::CampaignExists => "同名募捐活动已经登记且内容不同，请换用其他名称。".into(),
            E::WrongStage { stage, .. } => stage_advice(*stage),
            E::TextMissing { field } => format!("请填写{}，且不要超过规定字数。", field_zh(field)),
            E::PeriodReversed => "活动的结束日期早于开始日期，请核对后重填。".into(),
            E::DonationUnknown => "本活动中没有这笔捐赠，请核对捐赠编号和活动。".into(),
            E::DonationDiffers => {
                "该编号的捐赠已经登记且内容不同，请核对；确为另一笔捐赠的，请换用新的编号。".into()
            }
            E::DonationElsewhere => "该交易已登记到其他募捐活动，请核对账单和活动。".into(),
            E::DonorNameMissing => "该笔捐赠未留捐赠人名称，只能匿名，不能改为公开或部分公开。".into(),
            E::AmountNotPositive => "金额必须大于零，请核对。".into(),
            E::DayInFuture { day } => format!("日期 {day} 晚于今天，请填写实际日期。"),
            E::DayTooEarly { day, earliest } => {
                format!("日期 {day} 早于 {earliest}，请核对后重填。")
            }
            E::OutsidePeriod { day, opens_on, closes_on } => {
                format!("捐赠日期 {day} 不在活动期间（{opens_on} 至 {closes_on}）内，请核对日期或所属活动。")
            }
            E::RefundAboveRemaining { amount, remaining } => {
                format!("退还金额 {amount} 元超过尚可退还的 {remaining} 元，请核对。")
            }
            E::DonationRefunded => "该笔捐赠已全部退还，不再开具票据。".into(),
            E::ResultsDisagree { total, donation_count } => {
                format!("公开内容与台账不符：台账为 {donation_count} 笔、{total} 元，请按台账更正后再公开。")
            }
            E::ListMissing => {
                "公开内容须附公示清单的 SHA-256 校验值（64 位十六进制），请重新生成清单。".into()
            }
            E::RefundDiffers => "该退款单号已经登记且金额或日期不同，请核对平台账单。".into(),
            E::FeeOutOfRange { fee } => format!("手续费 {fee} 元为负或超过捐赠金额，请核对。"),
            E::QuantityNotPositive => "实物数量必须大于零，请核对。".into(),
            E::AlreadyRemitted { amount, left } => {
                format!("退还金额 {amount} 元超过本活动尚未转交的 {left} 元，请先与接收单位核对。")
            }
            E::ReceiptUnknown => "本活动没有该号票据，请核对票据号。".into(),
            E::ReceiptVoided => "该号票据已经作废，原因或日期不同，请核对。".into(),
            E::RemittanceUnknown => "本活动没有这笔转交，请核对编号。".into(),
            E::RemittanceDiffers => "该编号的转交已经登记且内容不同，请换用新的编号。".into(),
            E::RemittanceDecided => "该笔转交已经批准或退回，不能再次办理。".into(),
            E::ReferenceTaken => "该汇款凭证号已用于本活动的另一笔转交，请核对凭证。".into(),
            E::RemittanceAboveTotal { amount, left } => {
                format!("转交金额 {amount} 元超过本活动未退还、未转交的 {left} 元，请核对。")
            }
            E::FourEyes => "提出人不得决定自己提出的事项，请由他人办理。".into(),
            E::DonorUnknown => "本活动没有该捐赠人，请核对编号。".into(),
            E::ErasureRequested => "该捐赠人已有待决定的删除申请，请先决定或退回该申请。".into(),
            E::ErasureNotRequested => "该捐赠人没有待决定的删除申请，请先提出申请。".into(),
            E::Withheld(withheld) => withheld.zh(),
            E::AmountOutOfRange => "金额或编号超出允许范围，请核对。".into(),
        }
    }

    fn field(&self) -> &'static str {
        use CampaignError as E;
        match self {
            E::CampaignExists => "terms.campaign_id",
            E::TextMissing { field } => field,
            E::PeriodReversed => "terms.closes_on",
            E::DonationUnknown | E::DonationRefunded => "donation_id",
            E::DonationDiffers | E::DonationElsewhere => "donation.donation_id",
            E::DonorNameMissing => "publicity",
            E::AmountNotPositive | E::RefundAboveRemaining { .. } | E::AmountOutOfRange => "amount",
            E::OutsidePeriod { .. } => "donation.received_on",
            E::ResultsDisagree { .. } => "total",
            E::ListMissing => "list",
            E::RefundDiffers => "refund_number",
            E::FeeOutOfRange { .. } => "donation.statement.fee",
            E::QuantityNotPositive => "gift.goods.quantity",
            E::AlreadyRemitted { .. } | E::RemittanceAboveTotal { .. } => "amount",
            E::ReceiptUnknown | E::ReceiptVoided => "receipt_number",
            E::RemittanceUnknown | E::RemittanceDiffers | E::RemittanceDecided => "remittance_id",
            E::ReferenceTaken => "reference",
            E::DonorUnknown | E::ErasureRequested | E::ErasureNotRequested => "donor",
            E::Withheld(_) => "donor",
            _ => "",
        }
    }
}

fn stage_advice(stage: CampaignStage) -> String {
    let next = match stage {
        CampaignStage::Unopened => "请先登记活动",
        CampaignStage::Open => "请先结束活动",
        CampaignStage::Closed => "活动结束后不再接收捐赠，请登记到其他活动",
        CampaignStage::Published => "结果公开后不能再改动",
    };
    format!("募捐活动当前状态为“{}”，不能办理此步骤。{next}。", stage.zh())
}

fn field_zh(field: &str) -> &'static str {
    match field {
        "terms.name" => "活动名称",
        "terms.organiser" => "主办方",
        "terms.filing_number" => "备案编号",
        "donation.statement.transaction_number" => "交易单号",
        "refund_number" => "退款单号",
        "gift.goods.description" => "物品名称",
        "gift.goods.unit" => "计量单位",
        "reason" => "原因",
        "recipient" => "接收单位",
        "reference" => "汇款凭证号",
        "basis" => "法律依据",
        _ => "募捐用途",
    }
}

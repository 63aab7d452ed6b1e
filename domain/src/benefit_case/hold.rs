//! The names of the reasons for holding a payment, for those who show and choose them.

use super::HoldReason;

impl HoldReason {
    /// Every reason, in the order of the list.
    pub const ALL: &'static [HoldReason] = &[
        HoldReason::AccountInDoubt,
        HoldReason::IdentityInDoubt,
        HoldReason::FactsInDoubt,
        HoldReason::ReportedByOthers,
        HoldReason::AskedByBeneficiary,
        HoldReason::Other,
    ];

    /// The stable code, as events have it.
    pub const fn code(self) -> &'static str {
        match self {
            HoldReason::AccountInDoubt => "account_in_doubt",
            HoldReason::IdentityInDoubt => "identity_in_doubt",
            HoldReason::FactsInDoubt => "facts_in_doubt",
            HoldReason::ReportedByOthers => "reported_by_others",
            HoldReason::AskedByBeneficiary => "asked_by_beneficiary",
            HoldReason::Other => "other",
        }
    }

    /// The name in Chinese.
    pub const fn zh(self) -> &'static str {
        match self {
            HoldReason::AccountInDoubt => "收款账户存疑",
            HoldReason::IdentityInDoubt => "身份信息存疑",
            HoldReason::FactsInDoubt => "家庭情况待核实",
            HoldReason::ReportedByOthers => "举报核查中",
            HoldReason::AskedByBeneficiary => "本人申请暂缓",
            HoldReason::Other => "其他",
        }
    }

    /// The name in English.
    pub const fn en(self) -> &'static str {
        match self {
            HoldReason::AccountInDoubt => "the account is in doubt",
            HoldReason::IdentityInDoubt => "the identity is in doubt",
            HoldReason::FactsInDoubt => "the facts are being verified",
            HoldReason::ReportedByOthers => "a report by others is looked into",
            HoldReason::AskedByBeneficiary => "the beneficiary asked for it",
            HoldReason::Other => "another reason",
        }
    }
}

/// The text is no reason's code.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "暂缓原因应为 {} 之一 · must be one of these codes",
    "account_in_doubt, identity_in_doubt, facts_in_doubt, reported_by_others, asked_by_beneficiary, other"
)]
pub struct UnknownHoldReason;

impl std::str::FromStr for HoldReason {
    type Err = UnknownHoldReason;

    fn from_str(code: &str) -> Result<HoldReason, UnknownHoldReason> {
        HoldReason::ALL.iter().copied().find(|reason| reason.code() == code).ok_or(UnknownHoldReason)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_read_back_and_are_those_of_events() {
        for reason in HoldReason::ALL {
            assert_eq!(reason.code().parse(), Ok(*reason));
            assert_eq!(serde_json::to_value(reason).unwrap(), reason.code());
            assert!(UnknownHoldReason.to_string().contains(reason.code()));
        }
    }
}

//! What must be seen of a run before it is submitted, although nothing is left out for it.

use std::str::FromStr;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

macro_rules! warnings {
    ($($(#[$doc:meta])* $name:ident = $code:literal, $command:literal, $zh:literal, $en:literal;)+) => {
        /// 提示事项: something of a case that a run pays, or no longer pays, and that somebody must have seen before the
        /// submission. The line stays.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
        pub enum RunWarning {
            $($(#[$doc])* #[serde(rename = $code)] $name),+
        }

        impl RunWarning {
            /// Every warning, in the order of the list.
            pub const ALL: &'static [RunWarning] = &[$(RunWarning::$name),+];

            /// The stable code.
            pub const fn code(self) -> &'static str {
                match self { $(RunWarning::$name => $code),+ }
            }

            /// The command that is the way out; capitals stand for what is to be filled in.
            pub const fn command(self) -> &'static str {
                match self { $(RunWarning::$name => $command),+ }
            }

            /// What is to be seen and what can be done, in Chinese.
            pub const fn zh(self) -> &'static str {
                match self { $(RunWarning::$name => $zh),+ }
            }

            /// What is to be seen and what can be done, in English.
            pub const fn en(self) -> &'static str {
                match self { $(RunWarning::$name => $en),+ }
            }
        }
    };
}

warnings! {
    /// Somebody who no longer lives with the household holds the account.
    PayeeNotBeneficiary = "payee_not_beneficiary", "ledger run hold CASE --reason account_in_doubt",
        "收款人不是受益人本人，也不是现在的家庭成员；请核实代领关系，有疑问的先暂缓发放。",
        "The payee is neither the beneficiary nor a member of the household now: verify why, and hold the payment in doubt.";
    /// The bank gave an earlier month back as the account takes nothing, and the account is still the same.
    AccountCameBack = "account_came_back", "ledger import apply changes FILE",
        "此前汇往该账户的款项因账户原因退回，账户尚未更正；请先更正账户，核实前暂缓发放。",
        "Money to this account came back because of the account, which is unchanged: correct it, and hold the payment until then.";
    /// The month's amount differs from last month's by more than the office's share and floor.
    AmountUnusual = "amount_unusual", "ledger run show RUN --lines --case CASE --steps",
        "应发金额较上月变动较大；请查看核定步骤，有疑问的先暂缓发放。",
        "The amount differs much from last month's: look at its steps, and hold the payment in doubt.";
    /// The case is suspended: the month is due nothing.
    CaseSuspended = "case_suspended", "ledger import apply changes FILE",
        "个案已停发；确认健在后办理恢复，停发期间的待遇随后补发。",
        "The case is suspended: once the person is confirmed alive, resume it, and what was stopped is paid.";
    /// The case ended, and the month is the first without pay.
    CaseEnded = "case_ended", "ledger replay --case CASE",
        "个案已终止，本月起不再发放；请核对终止原因和日期。",
        "The case ended and is paid no more from this month on: verify reason and day.";
    /// The applicant died or the case ended, and months up to then are still paid.
    EndedArrears = "ended_arrears", "ledger run show RUN --lines --case CASE --steps",
        "受益人已死亡或个案已终止，本批次仍支付截至当月的月份；请核对收款人。",
        "The person died or the case ended, and the run still pays months up to then: verify the payee.";
    /// On the roll, paid last month, and the rules give nothing now.
    NoLongerDue = "no_longer_due", "ledger replay --case CASE",
        "上月有发放，本月核定为不发；请查看核定步骤，不再符合条件的办理终止。",
        "Paid last month, and the rules give nothing now: look at the steps, and close what is no longer eligible.";
}

/// The text is no warning's code.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("there is no such warning")]
pub struct UnknownWarning;

impl FromStr for RunWarning {
    type Err = UnknownWarning;

    fn from_str(code: &str) -> Result<RunWarning, UnknownWarning> {
        RunWarning::ALL.iter().copied().find(|warning| warning.code() == code).ok_or(UnknownWarning)
    }
}

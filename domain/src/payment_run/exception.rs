//! Why a due month cannot be paid now.

use std::str::FromStr;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

macro_rules! exceptions {
    ($($(#[$doc:meta])* $name:ident = $code:literal, $command:literal, $zh:literal, $en:literal;)+) => {
        /// Why a due month gets no line in a run (异常). The month stays due, so the next run tries again.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
        pub enum RunException {
            $($(#[$doc])* #[serde(rename = $code)] $name),+
        }

        impl RunException {
            /// Every exception, in the order of the list.
            pub const ALL: &'static [RunException] = &[$(RunException::$name),+];

            /// The stable code.
            pub const fn code(self) -> &'static str {
                match self { $(RunException::$name => $code),+ }
            }

            /// The command that is the way out; capitals stand for what is to be filled in.
            pub const fn command(self) -> &'static str {
                match self { $(RunException::$name => $command),+ }
            }

            /// What is wrong and what to do, in Chinese.
            pub const fn zh(self) -> &'static str {
                match self { $(RunException::$name => $zh),+ }
            }

            /// What is wrong and what to do, in English.
            pub const fn en(self) -> &'static str {
                match self { $(RunException::$name => $en),+ }
            }
        }
    };
}

exceptions! {
    /// The office holds the payment (暂缓发放).
    PaymentHeld = "payment_held", "ledger run unhold CASE [--month MONTH]",
        "已登记暂缓发放；请核实后由他人解除暂缓，下一次核算即予补发。",
        "The payment is held: once it is cleared, somebody else lifts the hold, and the next calculation pays it.";
    /// No account is known.
    NoAccount = "no_account", "ledger import apply changes FILE",
        "没有登记收款账户，请补录账户后重新核算。",
        "No account is registered: register one and calculate again.";
    /// One account for people who are not of one household and none of whom is the other's payee.
    AccountShared = "account_shared", "ledger import apply changes FILE",
        "收款账户与无关人员相同，请核实账户归属后重新核算。",
        "The account is shared by unrelated people: verify whose it is and calculate again.";
    /// Nobody claims the beneficiary's ID number.
    IdentityMissing = "identity_missing", "ledger import apply persons FILE",
        "受益人的身份证号未在登记中占用，请核对人员登记后重新核算。",
        "Nobody is registered under the beneficiary's ID number: verify the register and calculate again.";
    /// Another person claims the beneficiary's ID number.
    IdentityDuplicate = "identity_duplicate", "ledger person find",
        "受益人的身份证号已由另一人员占用，请核实是否重复登记后重新核算。",
        "The beneficiary's ID number belongs to another person of the register: clear the double entry and calculate again.";
    /// The same person has a benefit that excludes this one in the same month, or this one from another case.
    ExclusiveBenefit = "exclusive_benefit", "ledger case close CASE --reason REASON --on DAY",
        "同月已享受互斥的待遇或同一项目的另一个案，请核实后终止其中一项；已发的须先追缴。",
        "The person has an exclusive benefit in the month, or this one from another case: end one of them, and recover what was paid.";
    /// The bank returned the last attempt and the account is still the same.
    AccountUnchanged = "account_unchanged", "ledger import apply changes FILE",
        "上次发放被退汇，账户尚未更正，请更正账户后重新核算；银行未说账户不能收款且核实无误的，先作废退汇的一笔（ledger payment cancel）。",
        "The last payment was returned and the account is unchanged: correct it and calculate again. Where the bank does not say that it takes nothing and it is right, give the returned payment up first (ledger payment cancel).";
    /// The bank says that what had come back of the month arrived after all, and nobody has found out yet.
    ArrivalClaimed = "arrival_claimed", "ledger bank exceptions",
        "银行称该月此前退汇的一笔已到账；请先向银行核实并处理该回盘异常，再重新核算。",
        "The bank says that what had come back of the month arrived after all: resolve that exception, then calculate again.";
    /// What was paid of the month is asked back and has not come, and the month is due after all.
    ClaimOpen = "claim_open", "ledger recovery withdraw --case CASE",
        "该月的款项仍在追缴，而现应发放；请由审批人撤回追缴后重新核算。",
        "What was paid of the month is still asked back, and the month is due: an approver withdraws the claim, then calculate again.";
    /// Who holds the account has died.
    PayeeDeceased = "payee_deceased", "ledger import apply changes FILE",
        "收款人已去世，请变更收款账户后重新核算。",
        "The payee has died: change the account and calculate again.";
    /// The person was erased, and with them the facts.
    FactsErased = "facts_erased", "ledger replay --case CASE",
        "个人信息已删除，无法核定，请人工核对是否仍有应发月份。",
        "The person was erased and nothing can be determined: check by hand whether a month is still due.";
    /// The rules lack a fact.
    FactsMissing = "facts_missing", "ledger import apply changes FILE",
        "缺少核定所需的信息，请补录后重新核算。",
        "A fact that the rules need is missing: record it and calculate again.";
    /// The amount is beyond what the ledger can hold.
    AmountOutOfRange = "amount_out_of_range", "ledger replay --case CASE",
        "核定金额超出允许范围，请核对登记的数据。",
        "The determined amount is out of range: check the recorded data.";
}

/// The text is no exception's code.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("there is no such exception")]
pub struct UnknownException;

impl FromStr for RunException {
    type Err = UnknownException;

    fn from_str(code: &str) -> Result<RunException, UnknownException> {
        RunException::ALL.iter().copied().find(|exception| exception.code() == code).ok_or(UnknownException)
    }
}

//! What can happen to a file from the bank.

use chrono::NaiveDate;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::actor::ActorId;
use crate::ids::{BankReturnId, PaymentId, RunId};
use crate::ledger_events;
use crate::money::Money;
use crate::personal::BlindIndex;

/// Events of the stream `BankReturn` (回盘): one file from the bank, taken in for one payment run.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub enum BankReturnEvent {
    /// 收到回盘文件: it was read whole and adds up; its lines follow.
    BankFileReceived {
        /// The file.
        file: ReceivedFile,
        /// The day on which it was taken in.
        received_on: NaiveDate,
    },
    /// 未匹配行: lines that are no plain result of a payment, some at a time.
    BankLinesUnmatched {
        /// The lines, ascending by row.
        lines: Vec<UnmatchedLine>,
    },
    /// 匹配完成: every line has its place.
    BankFileMatched {
        /// How many lines went where.
        matching: Matching,
        /// The day.
        matched_on: NaiveDate,
    },
    /// 重新处理: a line that was dismissed turned out to be something; its resolution follows in the same append.
    BankLineReopened {
        /// The line's row in the file.
        row: u64,
        /// The day.
        reopened_on: NaiveDate,
        /// Who found it out.
        by: ActorId,
    },
    /// 异常处理: somebody found out what an unmatched line is.
    BankLineResolved {
        /// The line's row in the file.
        row: u64,
        /// What it is.
        resolution: LineResolution,
        /// Why, in words; no personal value.
        note: String,
        /// The day.
        resolved_on: NaiveDate,
        /// Who found it out.
        by: ActorId,
    },
}

/// A file from the bank, as it says of itself.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ReceivedFile {
    /// The file for this run.
    pub return_id: BankReturnId,
    /// The run.
    pub run_id: RunId,
    /// SHA-256 of its bytes, 64 hexadecimal digits.
    pub sha256: String,
    /// Code of the layout in which it was read.
    pub layout: String,
    /// 笔数.
    pub line_count: u64,
    /// Lines that say that money arrived.
    pub settled_count: u64,
    /// Their sum, in fen, as far as their amounts can be read.
    pub settled_sum: Money,
    /// Lines that say that money came back.
    pub returned_count: u64,
    /// Their sum, in fen, as far as their amounts can be read.
    pub returned_sum: Money,
}

/// A line that is no plain result of a payment.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct UnmatchedLine {
    /// Its place in the file: the line of a text, the row of a sheet, the number of the transaction in XML; from 1.
    pub row: u64,
    /// Why it could not be matched.
    pub reason: UnmatchedReason,
    /// What it says, where that can be read.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub outcome: Option<LineOutcome>,
    /// How much, in fen, where that can be read.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub amount: Option<Money>,
    /// 端到端标识号: the reference that it names, where it has the form of one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub end_to_end_id: Option<String>,
    /// The payment that it seems to speak of.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub payment_id: Option<PaymentId>,
    /// Keyed hash of its account.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub account_index: Option<BlindIndex>,
    /// The bank's code or reference.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub bank_code: Option<String>,
}

/// What a line says of a payment.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
#[schemars(rename = "BankLineOutcome")]
pub enum LineOutcome {
    /// 到账.
    Settled,
    /// 退汇.
    Returned,
}

/// Why a line could not be matched.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum UnmatchedReason {
    /// 行格式有误: fields are missing or too many.
    LineMalformed,
    /// 金额有误: negative, with three decimals, or no amount.
    AmountMalformed,
    /// 账号有误.
    AccountMalformed,
    /// 结果代码未知: the layout does not know it.
    ResultUnknown,
    /// 无此明细: neither its reference nor account and amount lead to a payment of the run.
    ReferenceUnknown,
    /// 属于其他批次: its reference is that of a payment of another run.
    OtherRun,
    /// 可能对应多笔: account and amount fit several payments.
    Ambiguous,
    /// 金额不符: it speaks of a payment of another amount.
    AmountDiffers,
    /// 账号不符: it speaks of a payment to another account.
    AccountDiffers,
    /// 重复到账: the bank says that the same payment arrived under another reference, so perhaps twice.
    SettledTwice,
    /// 退汇后又到账.
    SettledAfterReturn,
    /// 到账后又退汇.
    ReturnedAfterSettlement,
    /// 退汇原因前后不一.
    ReturnDiffers,
    /// The day of the result is before the execution day.
    TooEarly,
}

impl UnmatchedReason {
    /// The stable code, as it stands in the log.
    pub const fn code(self) -> &'static str {
        use UnmatchedReason as Reason;
        match self {
            Reason::LineMalformed => "line_malformed",
            Reason::AmountMalformed => "amount_malformed",
            Reason::AccountMalformed => "account_malformed",
            Reason::ResultUnknown => "result_unknown",
            Reason::ReferenceUnknown => "reference_unknown",
            Reason::OtherRun => "other_run",
            Reason::Ambiguous => "ambiguous",
            Reason::AmountDiffers => "amount_differs",
            Reason::AccountDiffers => "account_differs",
            Reason::SettledTwice => "settled_twice",
            Reason::SettledAfterReturn => "settled_after_return",
            Reason::ReturnedAfterSettlement => "returned_after_settlement",
            Reason::ReturnDiffers => "return_differs",
            Reason::TooEarly => "too_early",
        }
    }
}

/// What an unmatched line turned out to be.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum LineResolution {
    /// 确认到账 of a payment.
    Settled {
        /// Which.
        payment_id: PaymentId,
    },
    /// 确认退汇 of a payment.
    Returned {
        /// Which.
        payment_id: PaymentId,
    },
    /// 到账后退汇: the money of a settled payment came back; it is recovered in full.
    Recovered {
        /// Which.
        payment_id: PaymentId,
    },
    /// 无须处理: not ours, a duplicate, or corrected by the bank.
    Dismissed,
}

/// Where the lines of a file went.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Matching {
    /// Lines that settled a payment.
    pub settled_count: u64,
    /// Their sum, in fen.
    pub settled_sum: Money,
    /// Lines that returned a payment.
    pub returned_count: u64,
    /// Their sum, in fen.
    pub returned_sum: Money,
    /// Lines that say what was known already.
    pub repeated_count: u64,
    /// Lines that say that a payment is still on its way.
    pub waiting_count: u64,
    /// Lines that are exceptions.
    pub unmatched_count: u64,
}

impl BankReturnEvent {
    pub(crate) fn effective_day(&self) -> Option<NaiveDate> {
        use BankReturnEvent as Event;
        match self {
            Event::BankFileReceived { received_on: day, .. }
            | Event::BankFileMatched { matched_on: day, .. }
            | Event::BankLineReopened { reopened_on: day, .. }
            | Event::BankLineResolved { resolved_on: day, .. } => Some(*day),
            Event::BankLinesUnmatched { .. } => None,
        }
    }
}

ledger_events!(BankReturnEvent {
    BankFileReceived = "1.0.0",
    BankLinesUnmatched = "1.0.0",
    BankFileMatched = "1.0.0",
    BankLineReopened = "1.0.0",
    BankLineResolved = "1.0.0",
});

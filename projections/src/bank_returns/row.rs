//! Rows of files from the bank and of their unmatched lines.

use chrono::NaiveDate;
use domain::bank_return::{
    BankReturnStage, LineOutcome, LineResolution, Matching, ReceivedFile, UnmatchedLine, UnmatchedReason,
};
use domain::ids::{BankReturnId, PaymentId, RunId};
use domain::money::Money;
use domain::personal::BlindIndex;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::rows::KeyedRow;

/// A file from the bank (回盘): a row of `read_bank_returns`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct BankReturnRow {
    /// The file, for its run.
    pub return_id: BankReturnId,
    /// The run.
    pub run_id: RunId,
    /// SHA-256 of its bytes.
    pub sha256: String,
    /// The layout in which it was read.
    pub layout: String,
    /// Where it stands.
    pub stage: BankReturnStage,
    /// 笔数.
    pub line_count: u64,
    /// Lines that say that money arrived.
    pub settled_count: u64,
    /// Their sum.
    #[serde(rename = "settled_fen")]
    pub settled: Money,
    /// Lines that say that money came back.
    pub returned_count: u64,
    /// Their sum.
    #[serde(rename = "returned_fen")]
    pub returned: Money,
    /// Where the lines went; none before every line has its place.
    pub matching: Option<Matching>,
    /// Lines that are exceptions.
    pub unmatched_count: u64,
    /// Of these, resolved ones.
    pub resolved_count: u64,
    /// When it was taken in.
    pub received_on: NaiveDate,
    /// Who took it in.
    pub received_by: String,
    /// The log position of that.
    pub received_position: u64,
}

impl KeyedRow for BankReturnRow {
    const LOAD: &'static str = include_str!("sql/load_files.sql");
    const STORE: &'static str = include_str!("sql/store_files.sql");

    fn key(&self) -> Uuid {
        self.return_id.uuid()
    }
}

impl BankReturnRow {
    pub(super) fn of(file: ReceivedFile, received_on: NaiveDate, received_by: String, position: u64) -> Self {
        BankReturnRow {
            return_id: file.return_id,
            run_id: file.run_id,
            sha256: file.sha256,
            layout: file.layout,
            stage: BankReturnStage::Received,
            line_count: file.line_count,
            settled_count: file.settled_count,
            settled: file.settled_sum,
            returned_count: file.returned_count,
            returned: file.returned_sum,
            matching: None,
            unmatched_count: 0,
            resolved_count: 0,
            received_on,
            received_by,
            received_position: position,
        }
    }
}

/// A line that could not be matched (回盘异常): a row of `read_bank_lines`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct BankLineRow {
    /// The file.
    pub return_id: BankReturnId,
    /// The row in the file.
    #[serde(rename = "row_number")]
    pub row: u64,
    /// The run that the file was taken in for.
    pub run_id: RunId,
    /// Why it could not be matched.
    pub reason: UnmatchedReason,
    /// What it says.
    pub outcome: Option<LineOutcome>,
    /// How much.
    #[serde(rename = "amount_fen")]
    pub amount: Option<Money>,
    /// The reference that it names.
    pub end_to_end_id: Option<String>,
    /// The payment that it seems to speak of.
    pub payment_id: Option<PaymentId>,
    /// Keyed hash of its account.
    pub account_index: Option<BlindIndex>,
    /// The bank's code or reference.
    pub bank_code: Option<String>,
    /// What it turned out to be.
    pub resolution: Option<LineResolution>,
    /// Why.
    pub note: Option<String>,
    /// When that was found.
    pub resolved_on: Option<NaiveDate>,
    /// Who found it.
    pub resolved_by: Option<String>,
    /// The log position of the event that keeps it.
    pub position: u64,
}

impl BankLineRow {
    pub(super) fn of(file: &BankReturnRow, line: UnmatchedLine, position: u64) -> BankLineRow {
        BankLineRow {
            return_id: file.return_id,
            row: line.row,
            run_id: file.run_id,
            reason: line.reason,
            outcome: line.outcome,
            amount: line.amount,
            end_to_end_id: line.end_to_end_id,
            payment_id: line.payment_id,
            account_index: line.account_index,
            bank_code: line.bank_code,
            resolution: None,
            note: None,
            resolved_on: None,
            resolved_by: None,
            position,
        }
    }
}

/// What an unmatched line turned out to be: the columns that a resolution changes.
#[derive(Clone, Debug, Serialize)]
pub(super) struct ResolvedRow {
    pub return_id: Uuid,
    #[serde(rename = "row_number")]
    pub row: u64,
    pub resolution: LineResolution,
    pub note: String,
    pub resolved_on: NaiveDate,
    pub resolved_by: String,
}

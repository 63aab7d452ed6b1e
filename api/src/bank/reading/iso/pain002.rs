//! pain.002, CustomerPaymentStatusReport: what became of each transaction of a pain.001. It names no booking: the
//! references of bookings come with the statement.

use std::collections::BTreeMap;

use domain::bank_return::UnmatchedReason;
use domain::money::Money;

use super::{Message, take_account, take_amount, take_reference};
use crate::bank::fault::Fault;
use crate::bank::reading::{BankLine, Expected, Said, Scope, code, day, sums_differ};

pub(super) struct Report<'e> {
    expected: Expected<'e>,
    row: u64,
    line: BankLine,
    status: Option<Said>,
    /// The status and the reason of the whole file.
    whole: (Option<Said>, Option<String>),
    /// Transactions in the file, by status.
    listed: BTreeMap<String, u64>,
    listed_status: String,
    /// Transactions by status, as the file says.
    told: BTreeMap<String, u64>,
    told_status: String,
    told_count: String,
    original_seen: bool,
}

impl<'e> Report<'e> {
    pub(super) fn new(expected: Expected<'e>) -> Report<'e> {
        Report {
            expected,
            row: 0,
            line: BankLine::default(),
            status: None,
            whole: (None, None),
            listed: BTreeMap::new(),
            listed_status: String::new(),
            told: BTreeMap::new(),
            told_status: String::new(),
            told_count: String::new(),
            original_seen: false,
        }
    }

    /// The report must speak of a file of this run: its message id begins with the run's identifier.
    fn original(&mut self, text: &str) -> Result<(), Fault> {
        self.original_seen = true;
        let ours = self.expected.run_id.uuid().simple().to_string();
        if text.get(..ours.len()).is_some_and(|begin| begin == ours) {
            return Ok(());
        }
        Err(Fault::new(
            "file_of_another_run",
            "这是另一批次或另一单位的状态报告（原报文标识号不符），请核对批次",
            "reports on another run or another office: the original message id is not of this run",
        )
        .of("OrgnlMsgId"))
    }

    fn transaction(&mut self, path: &str, text: &str, currency: Option<&str>) {
        match path {
            "OrgnlEndToEndId" => take_reference(&mut self.line, text),
            "TxSts" => {
                self.line.said = said(text);
                self.listed_status = text.chars().take(4).collect();
                if self.line.said.is_none() {
                    self.line.problem.get_or_insert(UnmatchedReason::ResultUnknown);
                }
            }
            "StsRsnInf/Rsn/Cd" | "StsRsnInf/Rsn/Prtry" if self.line.reason.is_none() => {
                self.line.reason = code(text);
            }
            "FctvIntrBkSttlmDt/Dt" => self.line.booked_on = day(text),
            "OrgnlTxRef/Amt/InstdAmt" => take_amount(&mut self.line, text, currency),
            "OrgnlTxRef/CdtrAcct/Id/Othr/Id" => take_account(&mut self.line, text),
            _ => {}
        }
    }

    fn told(&mut self) -> Result<(), Fault> {
        let count: u64 =
            self.told_count.parse().map_err(|_| sums_differ(self.row, "NbOfTxsPerSts", "?", "?"))?;
        *self.told.entry(std::mem::take(&mut self.told_status)).or_default() += count;
        Ok(())
    }
}

const TRANSACTION: &str = "OrgnlPmtInfAndSts/TxInfAndSts";

impl Message for Report<'_> {
    fn open(&mut self, path: &str) {
        if path == TRANSACTION {
            self.row += 1;
            self.line = BankLine { row: self.row, ..BankLine::default() };
            self.listed_status.clear();
        }
    }

    fn close(
        &mut self,
        path: &str,
        text: &str,
        currency: Option<&str>,
        each: &mut dyn FnMut(BankLine) -> Result<(), Fault>,
    ) -> Result<(), Fault> {
        if path == TRANSACTION {
            // a transaction without a status of its own has that of its group
            if self.line.said.is_none() && self.line.problem.is_none() {
                self.line.said = self.status.or(self.whole.0);
                if self.line.said.is_none() {
                    self.line.problem = Some(UnmatchedReason::ResultUnknown);
                }
            }
            *self.listed.entry(self.listed_status.clone()).or_default() += 1;
            return each(std::mem::take(&mut self.line));
        }
        if let Some(rest) = path.strip_prefix("OrgnlPmtInfAndSts/TxInfAndSts/") {
            self.transaction(rest, text, currency);
            return Ok(());
        }
        match path {
            "OrgnlGrpInfAndSts/OrgnlMsgId" => self.original(text)?,
            "OrgnlGrpInfAndSts/GrpSts" => self.whole.0 = said(text),
            "OrgnlGrpInfAndSts/StsRsnInf/Rsn/Cd" | "OrgnlPmtInfAndSts/StsRsnInf/Rsn/Cd" => {
                self.whole.1 = code(text);
            }
            "OrgnlPmtInfAndSts/PmtInfSts" => {
                self.status = said(text);
                self.whole.0 = self.whole.0.or(self.status);
            }
            "OrgnlGrpInfAndSts/NbOfTxsPerSts/DtldSts" => self.told_status = text.chars().take(4).collect(),
            "OrgnlGrpInfAndSts/NbOfTxsPerSts/DtldNbOfTxs" => text.clone_into(&mut self.told_count),
            "OrgnlGrpInfAndSts/NbOfTxsPerSts" => self.told()?,
            _ => {}
        }
        Ok(())
    }

    fn end(&mut self, each: &mut dyn FnMut(BankLine) -> Result<(), Fault>) -> Result<(), Fault> {
        if !self.original_seen {
            let fault =
                Fault::new("line_incomplete", "缺少原报文标识号", "does not say which file it reports on");
            return Err(fault.of("OrgnlMsgId"));
        }
        // a report may list only what was refused; what it lists of a status, it lists in full
        for (status, count) in &self.listed {
            if let Some(told) = self.told.get(status).filter(|told| *told != count) {
                return Err(sums_differ(self.row, &format!("NbOfTxsPerSts/{status}"), told, count));
            }
        }
        match (&self.whole, self.row) {
            ((Some(whole), reason), 0) if *whole != Said::Waiting => each(BankLine {
                row: 1,
                scope: Scope::Run,
                said: Some(*whole),
                reason: reason.clone(),
                amount: None::<Money>,
                ..BankLine::default()
            }),
            _ => Ok(()),
        }
    }
}

/// ExternalPaymentTransactionStatus1Code: settled is settled, refused came back, the rest is still on its way.
fn said(status: &str) -> Option<Said> {
    match status {
        "ACSC" | "ACCC" => Some(Said::Settled),
        "RJCT" | "CANC" => Some(Said::Returned),
        "RCVD" | "PDNG" | "ACTC" | "ACCP" | "ACSP" | "ACWC" | "ACFC" | "ACWP" | "PART" | "PATC" => {
            Some(Said::Waiting)
        }
        _ => None,
    }
}

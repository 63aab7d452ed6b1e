//! pain.002, CustomerPaymentStatusReport: what became of each transaction of a pain.001. It names no booking: the
//! references of bookings come with the statement.

use std::collections::BTreeMap;

use domain::bank_return::UnmatchedReason;
use domain::ids::RunId;
use domain::money::Money;
use rust_decimal::Decimal;

use super::{Message, in_yuan, take_account, take_amount, take_reference};
use crate::bank::fault::Fault;
use crate::bank::reading::{BankLine, Expected, Said, Scope, code, day, sums_differ};
use crate::bank::writing::message_id;

pub(super) struct Report<'e> {
    expected: Expected<'e>,
    row: u64,
    line: BankLine,
    status: Option<Said>,
    /// The status and the reason of the whole file.
    whole: (Option<Said>, Option<String>),
    /// Transactions in the file, by status.
    listed: BTreeMap<String, Listed>,
    listed_status: String,
    /// Transactions by status, as the file says.
    told: BTreeMap<String, Told>,
    told_status: String,
    told_now: Told,
    /// Which of the run's files it reports on, from 1; 0 before that is read.
    file: u32,
}

/// Transactions of one status.
#[derive(Default)]
struct Listed {
    count: u64,
    /// Their sum, in fen.
    fen: i128,
    /// Whether one of them has no right amount, so that there is no sum.
    lacks_amounts: bool,
}

/// What the report says of the transactions of one status.
#[derive(Clone, Default)]
struct Told {
    count: String,
    sum: Option<String>,
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
            told_now: Told::default(),
            file: 0,
        }
    }

    /// The report must speak of a file of this run: its message id is the run's identifier and the file's number.
    fn original(&mut self, text: &str) -> Result<(), Fault> {
        let files = self.expected.files;
        let was_sent = |number: &u32| {
            files.is_empty() || usize::try_from(*number).is_ok_and(|number| number <= files.len())
        };
        if let Some(number) = file_number(self.expected.run_id, text).filter(was_sent) {
            self.file = number;
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

    /// A number or sum of the file that it reports on must be that of the file as it was sent.
    fn as_sent(&self, field: &str, text: &str) -> Result<(), Fault> {
        let place = usize::try_from(self.file).unwrap_or_default().checked_sub(1);
        let Some(file) = place.and_then(|place| self.expected.files.get(place)) else { return Ok(()) };
        let (agrees, sent) = match field {
            "OrgnlNbOfTxs" => (text.parse() == Ok(file.line_count), file.line_count.to_string()),
            _ => (text.parse() == Ok(file.control_sum.to_yuan()), file.control_sum.to_string()),
        };
        if agrees {
            return Ok(());
        }
        let told: String = text.chars().take(20).collect();
        Err(Fault::new(
            "sums_differ",
            format!("报告称原报文为 {told}，而发往银行的是 {sent}，两者不符；请向银行索取正确的文件"),
            format!(
                "the report says that the file had {told}, and {sent} was sent: ask the bank for a right one"
            ),
        )
        .of(field))
    }

    /// A transaction is listed under the status that it names.
    fn list(&mut self) {
        let listed = self.listed.entry(self.listed_status.clone()).or_default();
        listed.count += 1;
        match self.line.amount {
            Some(amount) => listed.fen += i128::from(amount.fen()),
            None => listed.lacks_amounts = true,
        }
    }
}

/// Which file of the run a message id is of.
fn file_number(run_id: RunId, text: &str) -> Option<u32> {
    let number = text.strip_prefix(&run_id.uuid().simple().to_string())?.strip_prefix('-')?;
    let number = u32::from_str_radix(number, 16).ok()?;
    (message_id(run_id, number) == text && number > 0).then_some(number)
}

impl Listed {
    /// What it lists of a status, it lists in full.
    fn compare(&self, row: u64, status: &str, told: &Told) -> Result<(), Fault> {
        let shown = |text: &str| text.chars().take(20).collect::<String>();
        if told.count.parse() != Ok(self.count) {
            return Err(sums_differ(row, &format!("NbOfTxsPerSts/{status}"), shown(&told.count), self.count));
        }
        match &told.sum {
            Some(sum) if !self.lacks_amounts => {
                let found = Decimal::try_from_i128_with_scale(self.fen, 2).ok();
                if found.is_some() && sum.parse().ok() == found {
                    return Ok(());
                }
                Err(sums_differ(row, &format!("DtldCtrlSum/{status}"), shown(sum), in_yuan(self.fen)))
            }
            _ => Ok(()),
        }
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
            self.list();
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
            "OrgnlGrpInfAndSts/NbOfTxsPerSts/DtldNbOfTxs" => text.clone_into(&mut self.told_now.count),
            "OrgnlGrpInfAndSts/NbOfTxsPerSts/DtldCtrlSum" => self.told_now.sum = Some(text.to_owned()),
            "OrgnlGrpInfAndSts/NbOfTxsPerSts" => {
                self.told.insert(std::mem::take(&mut self.told_status), std::mem::take(&mut self.told_now));
            }
            "OrgnlGrpInfAndSts/OrgnlNbOfTxs" | "OrgnlPmtInfAndSts/OrgnlNbOfTxs" => {
                self.as_sent("OrgnlNbOfTxs", text)?;
            }
            "OrgnlGrpInfAndSts/OrgnlCtrlSum" | "OrgnlPmtInfAndSts/OrgnlCtrlSum" => {
                self.as_sent("OrgnlCtrlSum", text)?;
            }
            _ => {}
        }
        Ok(())
    }

    fn end(&mut self, each: &mut dyn FnMut(BankLine) -> Result<(), Fault>) -> Result<(), Fault> {
        if self.file == 0 {
            let fault =
                Fault::new("line_incomplete", "缺少原报文标识号", "does not say which file it reports on");
            return Err(fault.of("OrgnlMsgId"));
        }
        // a report may list only what was refused
        for (status, listed) in &self.listed {
            if let Some(told) = self.told.get(status) {
                listed.compare(self.row, status, told)?;
            }
        }
        match (&self.whole, self.row) {
            ((Some(whole), reason), 0) if *whole != Said::Waiting => each(BankLine {
                row: 1,
                scope: Scope::File(self.file),
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

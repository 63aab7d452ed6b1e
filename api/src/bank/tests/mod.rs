//! Layouts, files to the bank and files from it, without a ledger.

mod fuzz;
mod layouts;
mod matching;
mod reading;
mod writing;

use std::fmt::Write as _;

use domain::calendar::BenefitMonth;
use domain::ids::{CaseId, PaymentId, RunId};
use domain::money::Money;
use domain::payment_run::BankFile;
use domain::program::Program;
use uuid::Uuid;

use super::catalogue::Catalogue;
use super::fault::Fault;
use super::layout::Layout;
use super::reading::{BankLine, Expected, read};
use super::writing::{FileHead, LineToPay, Writer, end_to_end_id, message_id};

/// The account of the office in the layouts of this program.
const OFFICE: &str = "99011400000000000001";

fn layout(code: &str) -> Layout {
    Catalogue::own().unwrap().layout(code).unwrap().clone()
}

fn run() -> RunId {
    RunId::new(Uuid::from_u128(0x0b9f_41b1_5a5e_5e53_8f1c_1d8f_5a3f_8a10))
}

fn month() -> BenefitMonth {
    "2023-07".parse().unwrap()
}

fn payment(case: u128) -> PaymentId {
    PaymentId::derive(CaseId::new(Uuid::from_u128(case)), month(), 1)
}

fn account(case: u128) -> String {
    format!("990114{case:013}")
}

fn head(count: u64, fen: i32) -> FileHead {
    FileHead {
        run_id: run(),
        number: 1,
        approved_on: "2023-07-18".parse().unwrap(),
        execution_on: "2023-07-20".parse().unwrap(),
        line_count: count,
        control_sum: Money::from_fen(fen),
    }
}

/// A file of payments of 1,395.00 yuan to persons with these names.
fn written(layout: &Layout, names: &[&str]) -> Result<Vec<u8>, Fault> {
    let mut writer = Writer::new(layout);
    let count = names.len() as u64;
    let head = head(count, 139_500 * i32::try_from(count).unwrap());
    let mut bytes = Vec::new();
    writer.head(&head, &mut bytes)?;
    for (number, name) in (1..).zip(names) {
        let line = LineToPay {
            number,
            payment_id: payment(u128::from(number)),
            name,
            account: &account(u128::from(number)),
            amount: Money::from_fen(139_500),
            month: "2023-07",
            program: Program::SubsistenceAllowance,
        };
        writer.line(&line, &mut bytes)?;
    }
    writer.tail(&head, &mut bytes)?;
    Ok(bytes)
}

fn lines_of(layout: &Layout, bytes: &[u8]) -> Result<Vec<BankLine>, Fault> {
    lines_for(layout, bytes, &[])
}

/// The lines of a file for a run whose files are known.
fn lines_for(layout: &Layout, bytes: &[u8], files: &[BankFile]) -> Result<Vec<BankLine>, Fault> {
    let mut lines = Vec::new();
    read(bytes, Expected { layout, run_id: run(), files, program: None }, &mut |line| {
        lines.push(line);
        Ok(())
    })?;
    Ok(lines)
}

/// A status report: each transaction by case, with its status, its amount, and its reason.
fn pain_002(transactions: &[(u128, &str, &str, &str)]) -> String {
    let mut text = format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\
         <Document xmlns=\"urn:iso:std:iso:20022:tech:xsd:pain.002.001.10\"><CstmrPmtStsRpt>\
         <GrpHdr><MsgId>R1</MsgId><CreDtTm>2023-07-21T08:00:00</CreDtTm></GrpHdr>\
         <OrgnlGrpInfAndSts><OrgnlMsgId>{message}</OrgnlMsgId><OrgnlMsgNmId>pain.001.001.09</OrgnlMsgNmId>\
         </OrgnlGrpInfAndSts><OrgnlPmtInfAndSts><OrgnlPmtInfId>{message}</OrgnlPmtInfId>",
        message = message_id(run(), 1)
    );
    for (case, status, amount, reason) in transactions {
        let reference = end_to_end_id(payment(*case));
        write!(text, "<TxInfAndSts><OrgnlEndToEndId>{reference}</OrgnlEndToEndId><TxSts>{status}</TxSts>")
            .unwrap();
        if !reason.is_empty() {
            write!(text, "<StsRsnInf><Rsn><Cd>{reason}</Cd></Rsn></StsRsnInf>").unwrap();
        }
        write!(
            text,
            "<OrgnlTxRef><Amt><InstdAmt Ccy=\"CNY\">{amount}</InstdAmt></Amt></OrgnlTxRef></TxInfAndSts>"
        )
        .unwrap();
    }
    text.push_str("</OrgnlPmtInfAndSts></CstmrPmtStsRpt></Document>");
    text
}

/// A statement of the office's account with these entries, of which each has one transaction.
fn camt_053(account: &str, entries: &str) -> String {
    format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\
         <Document xmlns=\"urn:iso:std:iso:20022:tech:xsd:camt.053.001.08\"><BkToCstmrStmt>\
         <GrpHdr><MsgId>S1</MsgId><CreDtTm>2023-07-21T08:00:00</CreDtTm></GrpHdr>\
         <Stmt><Id>1</Id><Acct><Id><Othr><Id>{account}</Id></Othr></Id></Acct>{entries}</Stmt></BkToCstmrStmt></Document>"
    )
}

/// An entry: debit or credit, with the amount, the case it speaks of, the bank's reference, and the reason of a return.
fn entry(sign: &str, amount: &str, case: u128, reference: &str, reason: &str) -> String {
    let id = end_to_end_id(payment(case));
    let back = match reason {
        "" => String::new(),
        reason => format!("<RtrInf><Rsn><Cd>{reason}</Cd></Rsn></RtrInf>"),
    };
    format!(
        "<Ntry><Amt Ccy=\"CNY\">{amount}</Amt><CdtDbtInd>{sign}</CdtDbtInd><Sts><Cd>BOOK</Cd></Sts>\
         <BookgDt><Dt>2023-07-20</Dt></BookgDt><AcctSvcrRef>{reference}</AcctSvcrRef><NtryDtls><TxDtls>\
         <Refs><EndToEndId>{id}</EndToEndId></Refs>{back}</TxDtls></NtryDtls></Ntry>"
    )
}

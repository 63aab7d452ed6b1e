//! pain.001.001.09, CustomerCreditTransferInitiation: the version of 2019 that payment systems moved to from 2022 on
//! (CBPR+, HVPS+, SEPA 2023), and the one that pain.002.001.10 and camt.053.001.08 answer. The older .03 has no place of
//! its own for a structured day of execution and is being switched off by banks.

use chrono::NaiveDate;
use quick_xml::escape::escape;

use super::{FileHead, LineToPay, NAME_MAX, end_to_end_id, message_id, unwritable};
use crate::bank::encoding::Unwritable;
use crate::bank::fault::Fault;
use crate::bank::layout::Layout;

/// The namespace of the message.
pub const NAMESPACE: &str = "urn:iso:std:iso:20022:tech:xsd:pain.001.001.09";

/// 开户行行号 is a code of the China National Advanced Payment System.
const CLEARING_SYSTEM: &str = "CNAPS";

/// 社会保障类待遇: ExternalPurpose1Code for benefits that a government pays.
const PURPOSE: &str = "SSBE";

pub(super) fn head(layout: &Layout, head: &FileHead, out: &mut Vec<u8>) -> Result<(), Fault> {
    let payer = &layout.payer;
    let name = text(&payer.name, NAME_MAX).map_err(|why| unwritable(None, "payer.name", why))?;
    let (count, sum) = (head.line_count, head.control_sum);
    let (message, created) = (message_id(head.run_id, head.number), created_at(head.approved_on));
    let opening = format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n\
         <Document xmlns=\"{NAMESPACE}\">\n<CstmrCdtTrfInitn>\n\
         <GrpHdr><MsgId>{message}</MsgId><CreDtTm>{created}</CreDtTm><NbOfTxs>{count}</NbOfTxs><CtrlSum>{sum}</CtrlSum>\
         <InitgPty><Nm>{name}</Nm></InitgPty></GrpHdr>\n\
         <PmtInf><PmtInfId>{message}</PmtInfId><PmtMtd>TRF</PmtMtd><NbOfTxs>{count}</NbOfTxs><CtrlSum>{sum}</CtrlSum>\
         <ReqdExctnDt><Dt>{execution}</Dt></ReqdExctnDt>\
         <Dbtr><Nm>{name}</Nm></Dbtr><DbtrAcct><Id><Othr><Id>{account}</Id></Othr></Id><Ccy>CNY</Ccy></DbtrAcct>\
         <DbtrAgt><FinInstnId><ClrSysMmbId><ClrSysId><Cd>{CLEARING_SYSTEM}</Cd></ClrSysId><MmbId>{bank}</MmbId>\
         </ClrSysMmbId></FinInstnId></DbtrAgt>\n",
        execution = head.execution_on,
        account = payer.account,
        bank = payer.bank_number,
    );
    out.extend_from_slice(opening.as_bytes());
    Ok(())
}

pub(super) fn line(line: &LineToPay<'_>, out: &mut Vec<u8>) -> Result<(), Fault> {
    let id = Some(line.payment_id);
    let name = text(line.name, NAME_MAX).map_err(|why| unwritable(id, "name", why))?;
    let account = text(line.account, 34).map_err(|why| unwritable(id, "account", why))?;
    let reference = end_to_end_id(line.payment_id);
    let transaction = format!(
        "<CdtTrfTxInf><PmtId><EndToEndId>{reference}</EndToEndId></PmtId>\
         <Amt><InstdAmt Ccy=\"CNY\">{amount}</InstdAmt></Amt>\
         <Cdtr><Nm>{name}</Nm></Cdtr><CdtrAcct><Id><Othr><Id>{account}</Id></Othr></Id></CdtrAcct>\
         <Purp><Cd>{PURPOSE}</Cd></Purp><RmtInf><Ustrd>{program} {month}</Ustrd></RmtInf></CdtTrfTxInf>\n",
        amount = line.amount,
        program = line.program.zh(),
        month = line.month,
    );
    out.extend_from_slice(transaction.as_bytes());
    Ok(())
}

pub(super) fn tail(out: &mut Vec<u8>) {
    out.extend_from_slice(b"</PmtInf>\n</CstmrCdtTrfInitn>\n</Document>\n");
}

/// The file's moment: midnight in Beijing of the day of the approval, so that it can be written again the same.
fn created_at(approved_on: NaiveDate) -> String {
    format!("{approved_on}T00:00:00+08:00")
}

/// A text as content of an element: markup is escaped, what XML cannot hold is refused.
fn text(value: &str, length_max: usize) -> Result<std::borrow::Cow<'_, str>, Unwritable> {
    let refused = |char: char| char.is_control() || matches!(char, '\u{fffe}' | '\u{ffff}');
    if let Some(place) = value.chars().position(refused) {
        return Err(Unwritable::Structure(place + 1));
    }
    if value.chars().count() > length_max {
        return Err(Unwritable::TooLong(length_max));
    }
    Ok(escape(value))
}

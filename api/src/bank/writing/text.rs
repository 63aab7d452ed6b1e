//! Delimited and fixed-width files.

use domain::ids::PaymentId;
use domain::money::Money;

use super::{FileHead, LineToPay, end_to_end_id, unwritable};
use crate::bank::encoding::{Unwritable, encode};
use crate::bank::fault::Fault;
use crate::bank::layout::{Align, AmountUnit, Field, Layout, LineEnd, Payer, Sending, Value};

pub(super) fn head(layout: &Layout, send: &Sending, head: &FileHead, out: &mut Vec<u8>) -> Result<(), Fault> {
    row(send, &send.header, None, &|value| of_file(layout, send, head, value), out)
}

pub(super) fn tail(layout: &Layout, send: &Sending, head: &FileHead, out: &mut Vec<u8>) -> Result<(), Fault> {
    row(send, &send.trailer, None, &|value| of_file(layout, send, head, value), out)
}

pub(super) fn line(
    layout: &Layout,
    send: &Sending,
    line: &LineToPay<'_>,
    out: &mut Vec<u8>,
) -> Result<(), Fault> {
    row(send, &send.line, Some(line.payment_id), &|value| of_line(layout, send, line, value), out)
}

/// Writes one row; none where the layout has no fields for it.
fn row(
    send: &Sending,
    fields: &[Field],
    payment_id: Option<PaymentId>,
    value_of: &dyn Fn(Value) -> String,
    out: &mut Vec<u8>,
) -> Result<(), Fault> {
    if fields.is_empty() {
        return Ok(());
    }
    for (place, field) in fields.iter().enumerate() {
        if let (true, Some(delimiter)) = (place > 0, send.delimiter) {
            out.extend_from_slice(delimiter.encode_utf8(&mut [0; 4]).as_bytes());
        }
        let text = match (field.value, &field.text) {
            (Some(value), _) => value_of(value),
            (None, Some(text)) => text.clone(),
            (None, None) => String::new(),
        };
        put(send, field, &text, out).map_err(|why| unwritable(payment_id, name_of(field), why))?;
    }
    out.extend_from_slice(match send.line_end {
        LineEnd::Lf => b"\n",
        LineEnd::Crlf => b"\r\n",
    });
    Ok(())
}

/// Which field a refusal names.
pub(super) const fn name_of(field: &Field) -> &'static str {
    match field.value {
        Some(Value::Name) => "name",
        Some(Value::Account) => "account",
        Some(Value::Amount) => "amount",
        Some(Value::PayerName) => "payer.name",
        _ => "text",
    }
}

/// Writes one field; fixed widths count bytes of the encoding.
fn put(send: &Sending, field: &Field, text: &str, out: &mut Vec<u8>) -> Result<(), Unwritable> {
    let structure = |char: char| char.is_control() || send.delimiter == Some(char);
    if let Some(place) = text.chars().position(structure) {
        return Err(Unwritable::Structure(place + 1));
    }
    let Some(width) = field.width else { return encode(text, send.encoding, out) };
    let mut bytes = Vec::with_capacity(width);
    encode(text, send.encoding, &mut bytes)?;
    let rest = width.checked_sub(bytes.len()).ok_or(Unwritable::TooLong(width))?;
    let mut fill = Vec::new();
    encode(field.fill.unwrap_or(' ').encode_utf8(&mut [0; 4]), send.encoding, &mut fill)?;
    let filled = fill.iter().copied().cycle().take(rest);
    match field.align {
        Align::Left => {
            out.extend_from_slice(&bytes);
            out.extend(filled);
        }
        Align::Right => {
            out.extend(filled);
            out.extend_from_slice(&bytes);
        }
    }
    Ok(())
}

fn money(send: &Sending, amount: Money) -> String {
    match send.amount {
        AmountUnit::Yuan => amount.to_string(),
        AmountUnit::Fen => amount.fen().to_string(),
    }
}

fn of_payer(payer: &Payer, value: Value) -> String {
    match value {
        Value::PayerName => payer.name.clone(),
        Value::PayerAccount => payer.account.clone(),
        Value::PayerBankNumber => payer.bank_number.clone(),
        Value::Agreement => payer.agreement.clone(),
        // the layout was checked: no other value stands where these are asked for
        _ => String::new(),
    }
}

pub(super) fn of_file(layout: &Layout, send: &Sending, head: &FileHead, value: Value) -> String {
    match value {
        Value::Run => head.run_id.to_string(),
        Value::ExecutionOn => head.execution_on.to_string(),
        Value::ExecutionOnCompact => head.execution_on.format("%Y%m%d").to_string(),
        Value::Count => head.line_count.to_string(),
        Value::Sum => money(send, head.control_sum),
        Value::FileNumber => head.number.to_string(),
        other => of_payer(&layout.payer, other),
    }
}

pub(super) fn of_line(layout: &Layout, send: &Sending, line: &LineToPay<'_>, value: Value) -> String {
    match value {
        Value::Number => line.number.to_string(),
        Value::Reference => end_to_end_id(line.payment_id),
        Value::Payment => line.payment_id.to_string(),
        Value::Name => line.name.to_owned(),
        Value::Account => line.account.to_owned(),
        Value::Amount => money(send, line.amount),
        Value::Month => line.month.to_owned(),
        Value::Program => line.program.zh().to_owned(),
        other => of_payer(&layout.payer, other),
    }
}

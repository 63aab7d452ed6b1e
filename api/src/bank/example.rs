//! What a file in a layout looks like: two lines of people who do not exist.

use chrono::NaiveDate;
use domain::ids::{CaseId, PaymentId, RunId};
use domain::money::Money;
use domain::program::Program;
use uuid::Uuid;

use super::fault::Fault;
use super::layout::{Form, Layout, TextCode};
use super::writing::{FileHead, LineToPay, Writer};
use crate::registers::Cell;
use crate::workbook::{Request, SheetRow, rows_of};

/// The example as text, whatever the layout's form and encoding.
///
/// # Errors
/// [`Fault`]: the layout cannot write it.
pub fn example_text(layout: &Layout) -> Result<String, Fault> {
    let bytes = example(layout)?;
    Ok(match (layout.form, layout.send.as_ref().map(|send| send.encoding)) {
        (Form::Spreadsheet, _) => sheet_text(&bytes)?,
        (_, Some(TextCode::Gbk | TextCode::Gb18030)) => encoding_rs::GB18030.decode(&bytes).0.into_owned(),
        (_, Some(TextCode::Utf8) | None) => String::from_utf8_lossy(&bytes).into_owned(),
    })
}

/// The cells of a workbook that this program made, a row a line.
fn sheet_text(bytes: &[u8]) -> Result<String, Fault> {
    let request = Request { rows_max: 100, ..Request::default() };
    let rows = rows_of(bytes, &request)
        .map_err(|error| Fault::new("damaged", error.to_string(), error.to_string()))?;
    let shown = |row: &SheetRow| row.cells.iter().map(Cell::shown).collect::<Vec<_>>().join("\t") + "\n";
    Ok(rows.iter().map(shown).collect())
}

/// A file of two lines of people who do not exist.
fn example(layout: &Layout) -> Result<Vec<u8>, Fault> {
    let month = "2023-07";
    let payment = |case: u128| {
        let month = month.parse().map_err(|_| Fault::new("damaged", "", "the example has no month"))?;
        Ok::<_, Fault>(PaymentId::derive(CaseId::new(Uuid::from_u128(case)), month, 1))
    };
    let day = |day| NaiveDate::from_ymd_opt(2023, 7, day).unwrap_or_default();
    let head = FileHead {
        run_id: RunId::new(Uuid::from_u128(0x2023_0007)),
        number: 1,
        approved_on: day(18),
        execution_on: day(20),
        line_count: 2,
        control_sum: Money::from_fen(164_500),
    };
    let mut writer = Writer::new(layout);
    let mut bytes = Vec::new();
    writer.head(&head, &mut bytes)?;
    let lines =
        [(1, "张示例", "9901140000000000019", 139_500), (2, "欧阳示范", "6222990114000000002", 25_000)];
    for (number, name, account, fen) in lines {
        let line = LineToPay {
            number,
            payment_id: payment(u128::from(number))?,
            name,
            account,
            amount: Money::from_fen(fen),
            month,
            program: Program::SubsistenceAllowance,
        };
        writer.line(&line, &mut bytes)?;
    }
    writer.tail(&head, &mut bytes)?;
    debug_assert!(layout.form != Form::Iso20022 || bytes.starts_with(b"<?xml"));
    Ok(bytes)
}

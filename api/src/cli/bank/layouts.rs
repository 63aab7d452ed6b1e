//! `ledger bank layouts`: which there are, and whether one can be used, with an example of its files.

use std::path::Path;

use chrono::NaiveDate;
use domain::ids::{CaseId, PaymentId, RunId};
use domain::money::Money;
use domain::program::Program;
use serde_json::json;
use uuid::Uuid;

use super::refused;
use crate::bank::catalogue::read;
use crate::bank::fault::Fault;
use crate::bank::layout::{Form, Layout, TextCode};
use crate::bank::writing::{FileHead, LineToPay, Writer};
use crate::cli::failure::{Done, Failure};
use crate::cli::screen::{Align, Screen};
use crate::registers::Cell;
use crate::workbook::{Request, SheetRow, rows_of};

/// Lists the layouts.
///
/// # Errors
/// [`Failure`] for one that is wrong.
pub(super) fn list(screen: &Screen, folder: Option<&Path>) -> Result<Done, Failure> {
    let catalogue = super::catalogue(folder)?;
    let heads = [
        (screen.pick("格式", "Layout"), Align::Left),
        (screen.pick("名称", "Name"), Align::Left),
        (screen.pick("编码", "Encoding"), Align::Left),
        (screen.pick("每文件笔数", "Lines a file"), Align::Right),
        (screen.pick("付款账号", "Office's account"), Align::Left),
    ];
    let rows: Vec<Vec<String>> = catalogue.iter().map(|layout| row(screen, layout)).collect();
    screen.table(&heads, &rows)?;
    let answer: Vec<_> = catalogue
        .iter()
        .map(|layout| json!({ "code": layout.code, "zh": layout.zh, "en": layout.en, "form": layout.form }))
        .collect();
    screen.answer(&answer)?;
    Ok(Done::Well)
}

fn row(screen: &Screen, layout: &Layout) -> Vec<String> {
    vec![
        layout.code.clone(),
        screen.pick(&layout.zh, &layout.en).clone(),
        encoding(layout).to_owned(),
        layout.lines_max.map_or_else(|| "—".to_owned(), |lines| lines.to_string()),
        layout.payer.account.clone(),
    ]
}

fn encoding(layout: &Layout) -> &'static str {
    match layout.send.as_ref().map(|send| send.encoding) {
        Some(_) if layout.form == Form::Spreadsheet => "XLSX",
        Some(TextCode::Gbk) => "GBK",
        Some(TextCode::Gb18030) => "GB18030",
        Some(TextCode::Utf8) | None => "UTF-8",
    }
}

/// Reads a layout file, and shows what a file of two synthetic lines looks like in it.
///
/// # Errors
/// [`Failure`] with the line or the field at fault.
pub(super) fn check(screen: &Screen, file: &Path) -> Result<Done, Failure> {
    let layout = read(file).map_err(refused)?;
    let bytes = example(&layout).map_err(refused)?;
    let text = match (layout.form, encoding(&layout)) {
        (Form::Spreadsheet, _) => sheet_text(&bytes)?,
        (_, "UTF-8") => String::from_utf8_lossy(&bytes).into_owned(),
        _ => encoding_rs::GB18030.decode(&bytes).0.into_owned(),
    };
    screen.say(
        format!("格式 {}（{}）可以使用。示例：\n\n{text}", layout.code, layout.zh),
        format!("The layout {} ({}) can be used. An example:\n\n{text}", layout.code, layout.en),
    )?;
    screen.answer(&json!({ "code": layout.code, "form": layout.form, "example": text }))?;
    Ok(Done::Well)
}

/// The cells of a workbook that this program made, a row a line.
fn sheet_text(bytes: &[u8]) -> Result<String, Failure> {
    let request = Request { rows_max: 100, ..Request::default() };
    let rows = rows_of(bytes, &request).map_err(anyhow::Error::from)?;
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

//! `ledger bank layouts`: which there are, and whether one can be used, with an example of its files.

use std::path::Path;

use serde_json::json;

use super::refused;
use crate::bank::catalogue::read;
use crate::bank::example::example_text;
use crate::bank::layout::{Form, Layout, TextCode};
use crate::cli::failure::{Done, Failure};
use crate::cli::screen::{Align, Screen};

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
    let text = example_text(&layout).map_err(refused)?;
    screen.say(
        format!("格式 {}（{}）可以使用。示例：\n\n{text}", layout.code, layout.zh),
        format!("The layout {} ({}) can be used. An example:\n\n{text}", layout.code, layout.en),
    )?;
    screen.answer(&json!({ "code": layout.code, "form": layout.form, "example": text }))?;
    Ok(Done::Well)
}

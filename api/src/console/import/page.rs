//! The pages of the room.

use axum::response::Response;
use domain::numbers::grouped;
use uuid::Uuid;

use super::checked::Checked;
use super::{kinds, name};
use crate::console::answers::Refusal;
use crate::console::sheet::{Block, Cell, Choice, Field, Figure, Form, Input, Row, Sheet, Table};
use crate::console::visitor::Visitor;
use crate::lang::Lang;
use crate::processes::Imported;
use crate::registers::{BadRow, Format, RegisterKind};

/// Bad rows that are shown; the file to be mended has all.
const SHOWN: usize = 100;

/// The registers, and where to drop a file.
pub(super) fn first(visitor: &Visitor, refused: Option<Refusal>) -> Response {
    let lang = visitor.lang;
    sheet(visitor)
        .lead(lang.pick(
            "下载模板填写，再把文件拖到这里。系统先试导入，不改变任何数据；有错的行标明原因，可下载改正后重来。",
            "Fill in a template and drop it here. It is looked through first and changes nothing; what is wrong stands \
             beside its row, and the wrong rows can be had as a file to be mended.",
        ))
        .with(Block::Form(file_form(visitor)))
        .with(Block::Table(templates(visitor)))
        .answer(refused)
}

fn sheet(visitor: &Visitor) -> Sheet {
    Sheet::new(visitor, "/import", ("导入", "Import"))
}

fn file_form(visitor: &Visitor) -> Form {
    let lang = visitor.lang;
    let choice = |kind: &RegisterKind| Choice::new(kind.code(), name(lang, *kind), false);
    let choices = kinds(visitor).iter().map(choice).collect();
    let file = Field::new("file", lang.pick("文件", "File"), Input::File(".xlsx,.csv"));
    Form::new("/import/files", lang.pick("试导入", "Look through"))
        .title(lang.pick("导入文件", "Import a file"))
        .field(Field::new("register", lang.pick("登记表", "Register"), Input::Choice(choices)).needed())
        .field(
            file.needed()
                .hint(lang.pick("Excel（.xlsx）或 CSV，不超过 64 MB", "Excel (.xlsx) or CSV, at most 64 MB")),
        )
}

fn templates(visitor: &Visitor) -> Table {
    let lang = visitor.lang;
    let row = |kind: &RegisterKind| {
        let columns = kind.template().columns;
        let needed = columns.iter().filter(|column| column.need == crate::registers::Need::Always);
        let heads: Vec<&str> = needed.map(|column| column.head).collect();
        let download = lang.pick("下载空白模板", "Get the empty template");
        Row::of(vec![
            Cell::text(name(lang, *kind)),
            Cell::link(format!("/import/templates/{}.xlsx", kind.code()), download),
            Cell::text(heads.join("、")),
        ])
    };
    Table::new(lang.pick("模板", "Templates"), "")
        .head(lang.pick("登记表", "Register"))
        .head(lang.pick("模板", "Template"))
        .head(lang.pick("必填列", "Columns that must be filled in"))
        .rows(kinds(visitor).iter().map(row))
}

/// What an import would do.
pub(super) fn looked_at(
    visitor: &Visitor,
    file: Uuid,
    checked: &Checked,
    refused: Option<Refusal>,
) -> Response {
    let lang = visitor.lang;
    let count = |count: usize| grouped(i64::try_from(count).unwrap_or(i64::MAX));
    let figures = vec![
        Figure::new(lang.pick("行数", "Rows"), count(checked.good + checked.bad.len())),
        Figure::new(lang.pick("正确", "Good"), count(checked.good)),
        Figure::new(lang.pick("错误", "Bad"), count(checked.bad.len())),
    ];
    let digest = format!("SHA-256 {}", checked.digest);
    let corrections = (!checked.bad.is_empty()).then(|| {
        let words = lang
            .pick("下载错误行及原因，改正后重新上传", "Get the bad rows with their reasons, to be mended");
        let link = (format!("/import/files/{file}/corrections.xlsx"), words.to_owned());
        Block::Links(String::new(), vec![link])
    });
    let bad = (!checked.bad.is_empty()).then(|| Block::Table(bad_rows(lang, checked)));
    sheet(visitor)
        .below("/import", lang.pick("导入", "Import"))
        .lead(format!(
            "{}{}{digest}",
            name(lang, checked.kind),
            lang.pick("：试导入结果，尚未改变任何数据。", ": looked through, nothing was changed yet. ")
        ))
        .with(Block::Figures(figures))
        .and((checked.good > 0).then(|| Block::Form(take_form(lang, file, checked))))
        .and(corrections)
        .and(bad)
        .with(Block::Form(file_form(visitor)))
        .answer(refused)
}

fn take_form(lang: Lang, file: Uuid, checked: &Checked) -> Form {
    let mut form = Form::new(format!("/import/files/{file}/rows"), lang.pick("导入", "Import"))
        .title(lang.pick("正式导入", "Import it"))
        .note(lang.pick(
            "导入同一个文件；此前已导入的行不会重复。",
            "The same file is imported; rows that were imported before change nothing.",
        ));
    if checked.kind == RegisterKind::Applications {
        let field =
            Field::new("visitors", lang.pick("入户人员账号", "Accounts of those who visited"), Input::Text);
        let hint = lang.pick(
            "两人以上，以逗号分隔；无入户日期时留空",
            "two or more with commas; empty where no home was visited",
        );
        form = form.field(field.hint(hint));
    }
    if !checked.bad.is_empty() {
        let label = lang.pick("只导入正确行，错误行改正后再导入", "Import the good rows alone");
        form = form.field(Field::new("keep_good", label, Input::Tick).needed());
    }
    form
}

/// The bad rows as they stand in the file, each with what is wrong at its place.
fn bad_rows(lang: Lang, checked: &Checked) -> Table {
    let columns = checked.kind.template().columns;
    let mut table = Table::new(lang.pick("错误行", "Bad rows"), "").number(lang.pick("行", "Row"));
    table = table.head(lang.pick("整行", "The row"));
    for column in columns {
        table = table.head(lang.pick(column.head.to_owned(), column.code.replace('_', " ")));
    }
    let more = checked.bad.len().saturating_sub(SHOWN);
    if more > 0 {
        table = table.note(format!(
            "{} {more}",
            lang.pick("下载的文件中另有错误行：", "In the file there are more: ")
        ));
    }
    table.rows(checked.bad.iter().take(SHOWN).map(|bad| bad_row(lang, checked.kind, bad)))
}

fn bad_row(lang: Lang, kind: RegisterKind, bad: &BadRow) -> Row {
    let reasons = |field: &str| {
        let of = bad.problems.iter().filter(|problem| problem.field == field);
        of.map(|problem| lang.pick(problem.zh, problem.en)).collect::<Vec<_>>().join("；")
    };
    let cell = |text: String, reason: String| {
        if reason.is_empty() { Cell::Text(text) } else { Cell::Fault(text, reason) }
    };
    let whole = cell(String::new(), reasons(""));
    let mut cells = vec![Cell::number(bad.raw.number.to_string()), whole];
    for (place, column) in kind.template().columns.iter().enumerate() {
        let text = bad.raw.cells.get(place).map(|cell| cell.shown()).unwrap_or_default();
        let text = match column.format {
            Format::IdNumber | Format::Account => masked(&text),
            _ => text,
        };
        cells.push(cell(text, reasons(column.code)));
    }
    Row::of(cells)
}

/// A number as far as a clerk needs it to find the row: its last four characters.
fn masked(text: &str) -> String {
    let length = text.chars().count();
    let shown = if length > 8 { 4 } else { 0 };
    text.chars()
        .enumerate()
        .map(|(place, letter)| if place + shown < length { '*' } else { letter })
        .collect()
}

/// What came of an import.
pub(super) fn taken(visitor: &Visitor, kind: RegisterKind, imported: &Imported) -> Response {
    let lang = visitor.lang;
    let count = |count: usize| grouped(i64::try_from(count).unwrap_or(i64::MAX));
    let row = |refused: &crate::processes::RefusedRow| {
        Row::of(vec![
            Cell::number(refused.row.to_string()),
            Cell::text(lang.pick(&refused.zh, &refused.en).clone()),
            Cell::Code(refused.code.to_owned()),
        ])
    };
    let none = lang.pick("没有被拒绝的行。", "No row was refused.");
    let refused = Table::new(lang.pick("被拒绝的行", "Refused rows"), none)
        .number(lang.pick("行", "Row"))
        .head(lang.pick("原因", "Reason"))
        .head(lang.pick("代码", "Code"))
        .rows(imported.refused.iter().take(SHOWN).map(row));
    let figures = vec![
        Figure::new(lang.pick("已导入", "Imported"), count(imported.new)),
        Figure::new(lang.pick("此前已导入", "Imported before"), count(imported.repeated)),
        Figure::new(lang.pick("拒绝", "Refused"), count(imported.refused.len())),
    ];
    let mut sheet = sheet(visitor).below("/import", lang.pick("导入", "Import"));
    sheet.done = format!("{}{}", name(lang, kind), lang.pick("已导入。", " was imported."));
    sheet
        .with(Block::Figures(figures))
        .with(Block::Table(refused))
        .with(Block::Form(file_form(visitor)))
        .answer(None)
}

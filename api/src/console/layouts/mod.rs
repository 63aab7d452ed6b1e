//! 银行报盘格式: which layouts there are, and trying one out before it goes into the office's folder.

use std::collections::BTreeMap;

use axum::extract::State;
use axum::response::Response;
use axum::routing::get;
use axum::{Form as Sent, Router};

use super::Console;
use super::answers::{Refusal, Stop};
use super::sheet::{Block, Cell, Field, Form, Input, Row, Sheet, Table};
use super::visitor::Visitor;
use crate::access::Capability;
use crate::bank::example::example_text;
use crate::bank::layout::{Form as FileForm, Layout};
use crate::processes::ProcessError;

/// The longest text that is tried as a layout, in bytes.
const TEXT_BYTES_MAX: usize = 256 * 1024;

/// The room.
pub(super) fn routes() -> Router<Console> {
    Router::new().route("/layouts", get(show).post(try_out))
}

async fn show(State(console): State<Console>, visitor: Visitor) -> Result<Response, Stop> {
    visitor.must(Capability::ReadUsers)?;
    Ok(page(&console, &visitor, "", None, None))
}

async fn try_out(
    State(console): State<Console>,
    visitor: Visitor,
    Sent(typed): Sent<BTreeMap<String, String>>,
) -> Result<Response, Stop> {
    visitor.must(Capability::ManageUsers)?;
    let text = typed.get("text").map_or("", String::as_str);
    if text.len() > TEXT_BYTES_MAX {
        let (zh, en) = ("格式文件超过256KB。", "The layout is larger than 256 KB.");
        let refusal = Refusal::typed("layout_too_large", visitor.lang, zh, en);
        return Ok(page(&console, &visitor, "", None, Some(refusal)));
    }
    let tried = Layout::parse(text).and_then(|layout| example_text(&layout).map(|example| (layout, example)));
    Ok(match tried {
        Ok(tried) => page(&console, &visitor, text, Some(&tried), None),
        Err(fault) => {
            let refusal = Refusal::of(&ProcessError::BankFile(fault), visitor.lang);
            page(&console, &visitor, text, None, Some(refusal))
        }
    })
}

fn page(
    console: &Console,
    visitor: &Visitor,
    text: &str,
    tried: Option<&(Layout, String)>,
    refused: Option<Refusal>,
) -> Response {
    let lang = visitor.lang;
    let kind = |layout: &Layout| match layout.form {
        FileForm::Delimited => lang.pick("分隔文本", "delimited text"),
        FileForm::Fixed => lang.pick("定长文本", "text of fixed widths"),
        FileForm::Spreadsheet => lang.pick("Excel工作表", "Excel sheet"),
        FileForm::Iso20022 => "ISO 20022",
    };
    let row = |layout: &Layout| {
        Row::of(vec![
            Cell::Code(layout.code.clone()),
            Cell::text(lang.pick(&layout.zh, &layout.en).clone()),
            Cell::text(kind(layout)),
            Cell::number(layout.lines_max.map_or_else(|| "—".to_owned(), |lines| lines.to_string())),
            Cell::text(layout.payer.account.clone()),
        ])
    };
    let table = Table::new(lang.pick("可用格式", "Layouts that can be chosen"), "")
        .head(lang.pick("代码", "Code"))
        .head(lang.pick("名称", "Name"))
        .head(lang.pick("种类", "Kind"))
        .number(lang.pick("每文件笔数", "Lines a file"))
        .head(lang.pick("付款账号", "Office's account"))
        .rows(console.layouts.iter().map(row));
    let form = Form::new("/layouts", lang.pick("校验并试写", "Check and try"))
        .title(lang.pick("试用一种格式", "Try a layout"))
        .note(lang.pick(
            "粘贴格式文件（TOML）。校验后以两笔虚构的发放试写一份；不保存。通过后把文件放入数据目录的 layouts 文件夹，重启服务即可选用。",
            "Paste a layout (TOML). It is checked, and two invented payments are written in it; nothing is kept. A good one \
             goes into the folder `layouts` of the data directory, and can be chosen when the service starts again.",
        ))
        .field(Field::new("text", lang.pick("格式文件", "Layout"), Input::Area).value(text).needed());
    let example = tried.map(|(layout, example)| {
        let title = lang.pick(
            format!("格式 {}（{}）可以使用，示例：", layout.code, layout.zh),
            format!("The layout {} ({}) can be used, an example:", layout.code, layout.en),
        );
        Block::Words(title, example.lines().map(str::to_owned).collect())
    });
    Sheet::new(visitor, "/layouts", ("银行报盘格式", "Bank layouts"))
        .and(example)
        .with(Block::Table(table))
        .and(crate::access::may(visitor.role, Capability::ManageUsers).then_some(Block::Form(form)))
        .answer(refused)
}

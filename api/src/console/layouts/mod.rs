//! 银行与账单格式: which layouts of bank files and platform statements there are, what a file in each looks like, and trying
//! one out before it goes into the office's folder. Layouts are read when the service starts, so nothing is kept here.

mod trying;

use axum::Router;
use axum::extract::{DefaultBodyLimit, Multipart, State};
use axum::response::Response;
use axum::routing::{get, post};

use self::trying::{BODY_BYTES_MAX, Kind, Tried, file_form, paste_form};
use super::Console;
use super::address::Path;
use super::answers::{Refusal, Stop};
use super::dropped::Dropped;
use super::sheet::{Block, Cell, Row, Sheet, Table};
use super::typed::Typed;
use super::visitor::Visitor;
use crate::access::{Capability, may};
use crate::bank::example::example_text;
use crate::bank::layout::{Form as FileForm, Layout};
use crate::lang::Lang;
use crate::processes::ProcessError;
use crate::registers::statements::Layout as StatementLayout;

/// The room.
pub(super) fn routes() -> Router<Console> {
    Router::new()
        .route("/layouts", get(show).post(pasted))
        .route("/layouts/file", post(dropped).layer(DefaultBodyLimit::max(BODY_BYTES_MAX)))
        .route("/layouts/{code}", get(one))
}

async fn show(State(console): State<Console>, visitor: Visitor) -> Result<Response, Stop> {
    visitor.must(Capability::ReadUsers)?;
    Ok(page(&console, &visitor, &Typed::default(), None, None))
}

async fn pasted(
    State(console): State<Console>,
    visitor: Visitor,
    axum::Form(typed): axum::Form<Typed>,
) -> Result<Response, Stop> {
    visitor.must(Capability::ManageUsers)?;
    Ok(tried(&console, &visitor, &typed))
}

/// A file that was dropped is tried as if its text had been pasted, and stands in the field when it is refused.
async fn dropped(
    State(console): State<Console>,
    visitor: Visitor,
    sent: Multipart,
) -> Result<Response, Stop> {
    visitor.must(Capability::ManageUsers)?;
    let lang = visitor.lang;
    let read = Dropped::read(lang, sent).await.and_then(|dropped| {
        let kind = dropped.typed.text("kind").to_owned();
        Ok((kind, trying::text_of(lang, dropped.file(lang)?)?))
    });
    Ok(match read {
        Ok((kind, text)) => {
            let pairs = [("kind".to_owned(), kind), ("text".to_owned(), text)];
            tried(&console, &visitor, &Typed::of(pairs))
        }
        Err(refusal) => page(&console, &visitor, &Typed::default(), None, Some(refusal)),
    })
}

fn tried(console: &Console, visitor: &Visitor, typed: &Typed) -> Response {
    match Tried::of(visitor.lang, Kind::of(typed.text("kind")), typed.text("text")) {
        Ok(tried) => page(console, visitor, typed, Some(tried), None),
        Err(refusal) => page(console, visitor, typed, None, Some(refusal)),
    }
}

fn page(
    console: &Console,
    visitor: &Visitor,
    typed: &Typed,
    tried: Option<Tried>,
    refused: Option<Refusal>,
) -> Response {
    let lang = visitor.lang;
    let tries = may(visitor.role, Capability::ManageUsers);
    Sheet::new(visitor, "/layouts", ("银行与账单格式", "Bank and statement layouts"))
        .lead(lang.pick(
            "本单位自有的银行格式放入启动服务时 LEDGER_LAYOUTS 所指的文件夹，未指明时为数据目录的 layouts；账单格式放入 LEDGER_STATEMENT_LAYOUTS 所指的文件夹，未指明时为数据目录的 statement-layouts。服务重启后可用，代码（账单为名称）相同的替换程序自带的。",
            "The office's own bank layouts go into the folder that LEDGER_LAYOUTS names when the service starts, else into \
             `layouts` of the data directory; those of statements into the one that LEDGER_STATEMENT_LAYOUTS names, else into \
             `statement-layouts`. After a restart they are used, and replace one of the program with the same code (of statements: name).",
        ))
        .and(tried.map(|tried| tried.shown(lang)))
        .with(Block::Table(bank_table(lang, console)))
        .with(Block::Table(statement_table(lang, console)))
        .and(tries.then(|| Block::Form(file_form(lang, typed))))
        .and(tries.then(|| Block::Form(paste_form(lang, typed))))
        .answer(refused)
}

fn kind(lang: Lang, layout: &Layout) -> &'static str {
    match layout.form {
        FileForm::Delimited => lang.pick("分隔文本", "delimited text"),
        FileForm::Fixed => lang.pick("定长文本", "text of fixed widths"),
        FileForm::Spreadsheet => lang.pick("Excel工作表", "Excel sheet"),
        FileForm::Iso20022 => "ISO 20022",
    }
}

fn bank_table(lang: Lang, console: &Console) -> Table {
    let row = |layout: &Layout| {
        let own = console.office.bank_layouts.is_the_offices(&layout.code);
        let from =
            if own { lang.pick("本单位", "the office") } else { lang.pick("程序自带", "the program") };
        Row::of(vec![
            Cell::link(format!("/layouts/{}", layout.code), lang.pick(&layout.zh, &layout.en).clone()),
            Cell::Code(layout.code.clone()),
            Cell::text(from),
            Cell::text(kind(lang, layout)),
            Cell::number(layout.lines_max.map_or_else(|| "—".to_owned(), |lines| lines.to_string())),
            Cell::text(layout.payer.account.clone()),
        ])
    };
    Table::new(lang.pick("银行报盘与回盘格式", "Layouts of bank files"), "")
        .head(lang.pick("名称", "Name"))
        .head(lang.pick("代码", "Code"))
        .head(lang.pick("来自", "Of"))
        .head(lang.pick("种类", "Kind"))
        .number(lang.pick("每文件笔数", "Lines a file"))
        .head(lang.pick("付款账号", "Office's account"))
        .rows(console.office.bank_layouts.iter().map(row))
}

fn statement_table(lang: Lang, console: &Console) -> Table {
    let (own, brought) = console.office.statement_layouts.apart();
    let own = own.iter().map(|layout| (layout, lang.pick("本单位", "the office")));
    let brought = brought.iter().map(|layout| (layout, lang.pick("程序自带", "the program")));
    let row = |(layout, from): (&StatementLayout, &'static str)| {
        let example = layout.example();
        let (heads, gift) = example.split_once('\n').unwrap_or_default();
        Row::of(vec![
            Cell::text(layout.name.clone()),
            Cell::text(from),
            Cell::text(trying::channel(lang, layout)),
            Cell::text(heads.to_owned()),
            Cell::text(gift.trim_end().to_owned()),
        ])
    };
    Table::new(lang.pick("捐赠平台账单格式", "Layouts of platforms' statements"), "")
        .note(lang.pick(
            "募捐活动页面和接口按表头识别下列格式，本单位的在先。",
            "A campaign's page and the API know these by their heads, the office's own first.",
        ))
        .head(lang.pick("名称", "Name"))
        .head(lang.pick("来自", "Of"))
        .head(lang.pick("平台", "Platform"))
        .head(lang.pick("所读的列", "Columns that are read"))
        .head(lang.pick("示例：一笔虚构的捐赠", "An example: an invented gift"))
        .rows(own.chain(brought).map(row))
}

/// One layout, with what a file in it looks like.
async fn one(
    State(console): State<Console>,
    visitor: Visitor,
    Path(code): Path<String>,
) -> Result<Response, Stop> {
    visitor.must(Capability::ReadUsers)?;
    let lang = visitor.lang;
    let layout = console.office.bank_layouts.layout(&code).map_err(|_| Stop::Missing(lang))?;
    let failed = |fault| Stop::Failed(Refusal::of(&ProcessError::BankFile(fault), lang));
    let example = example_text(layout).map_err(failed)?;
    let reason = |reason: &crate::bank::layout::Reason| {
        Row::of(vec![Cell::Code(reason.code.clone()), Cell::text(lang.pick(&reason.zh, &reason.en).clone())])
    };
    let none = lang.pick("此格式没有退汇原因代码表。", "The layout has no reason codes of its own.");
    let reasons = Table::new(lang.pick("银行退汇原因代码", "The bank's reason codes"), none)
        .head(lang.pick("代码", "Code"))
        .head(lang.pick("含义", "Meaning"))
        .rows(layout.reasons.iter().map(reason));
    Ok(Sheet::new(&visitor, "/layouts", (&layout.zh, &layout.en))
        .below("/layouts", lang.pick("银行与账单格式", "Bank and statement layouts"))
        .lead(format!("{code} · {}", kind(lang, layout)))
        .with(trying::example_block(lang, example))
        .with(Block::Table(reasons))
        .answer(None))
}

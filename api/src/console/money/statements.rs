//! 平台账单: the statement of a payment platform is dropped on the campaign's page, looked through line by line with what each
//! would do, and taken in as the same file. Who paid is on no page.

use std::sync::Arc;

use axum::extract::{DefaultBodyLimit, Multipart, State};
use axum::response::Response;
use axum::routing::post;
use axum::{Extension, Form as Sent, Router};
use domain::ids::CampaignId;
use domain::numbers::{grouped, yuan};
use uuid::Uuid;

use super::campaign as page_of;
use crate::access::Capability;
use crate::console::Console;
use crate::console::address::Path;
use crate::console::answers::{Refusal, Stop};
use crate::console::dropped::{BODY_BYTES_MAX, Dropped};
use crate::console::held::{Held, HeldFile};
use crate::console::sheet::{Block, Cell, Field, Figure, Form, Input, Row, Sheet, Table};
use crate::console::typed::Typed;
use crate::console::visitor::Visitor;
use crate::lang::Lang;
use crate::processes::ProcessError;
use crate::processes::campaign::{
    self, ImportedStatement, LineOutcome, StatementOutcome, import_statement, rehearse_statement,
};
use crate::registers::statements::{LineProblem, Statement, read_statement};

/// Lines that are shown; the others are counted.
const SHOWN: usize = 100;

/// The files that were dropped, each for its campaign.
type Files = Arc<Held<CampaignId>>;

pub(super) fn routes() -> Router<Console> {
    Router::new()
        .route("/campaigns/{campaign}/statements", post(drop_in).layer(DefaultBodyLimit::max(BODY_BYTES_MAX)))
        .route("/campaigns/{campaign}/statements/{file}", post(take))
        .layer(Extension(Files::default()))
}

/// Where a statement is dropped.
pub(super) fn form(lang: Lang, id: CampaignId) -> Form {
    let file = Field::new("file", lang.pick("账单文件", "Statement"), Input::File(".csv"));
    Form::new(format!("/campaigns/{id}/statements"), lang.pick("试导入", "Look through"))
        .title(lang.pick("导入平台账单", "Take in a platform's statement"))
        .note(lang.pick(
            "微信支付、支付宝或本单位所设格式的账单，原样拖到这里。先试导入，不改变任何数据；同一笔交易只登记一次，退款由财务岗登记。",
            "The statement as WeChat Pay, Alipay or a platform of the office's own layouts exports it, dropped here. It is looked through first and changes \
             nothing; a transaction counts once, and refunds are taken by finance.",
        ))
        .field(file.needed().hint(lang.pick("CSV，UTF-8 或 GBK，不超过 64 MB", "CSV in UTF-8 or GBK, at most 64 MB")))
}

/// Takes a file, and says what taking it in would do.
async fn drop_in(
    State(console): State<Console>,
    Extension(files): Extension<Files>,
    visitor: Visitor,
    Path(id): Path<CampaignId>,
    sent: Multipart,
) -> Result<Response, Stop> {
    visitor.must(Capability::TakeGifts)?;
    let dropped = Dropped::read(visitor.lang, sent).await.and_then(|dropped| dropped.file(visitor.lang));
    let looked = match dropped {
        Ok(bytes) => {
            let file = HeldFile::new(visitor.account.account.clone(), id, bytes);
            Looked::through(&console, &visitor, file).await
        }
        Err(refusal) => Err(refusal),
    };
    match looked {
        Ok(looked) => {
            let name = files.keep(looked.file.clone());
            looked.page(&console, &visitor, name, None).await
        }
        Err(refusal) => page_of::page(&console, &visitor, id, &Typed::default(), Some(refusal)).await,
    }
}

/// Takes in the file that was looked through.
async fn take(
    State(console): State<Console>,
    Extension(files): Extension<Files>,
    visitor: Visitor,
    Path((id, name)): Path<(CampaignId, Uuid)>,
    Sent(typed): Sent<Typed>,
) -> Result<Response, Stop> {
    visitor.must(Capability::TakeGifts)?;
    let lang = visitor.lang;
    let Some(file) = files.of(name, &visitor.account.account).filter(|file| file.kind == id) else {
        let (zh, en) = (
            "文件已不在（保留30分钟），请重新上传。",
            "The file is gone (it is kept 30 minutes): drop it again.",
        );
        let gone = Refusal::typed("file_gone", lang, zh, en);
        return page_of::page(&console, &visitor, id, &Typed::default(), Some(gone)).await;
    };
    let looked = match Looked::through(&console, &visitor, file).await {
        Ok(looked) => looked,
        Err(refusal) => {
            return page_of::page(&console, &visitor, id, &Typed::default(), Some(refusal)).await;
        }
    };
    if !looked.statement.problems.is_empty() && !typed.ticked("keep_good") {
        let (zh, en) = (
            "有错误行，未登记任何一行。改正后重新上传，或勾选“只登记其余各行”。",
            "There are bad lines, so nothing was taken. Mend them and drop the file again, or take the others alone.",
        );
        let bad = Refusal::typed("bad_rows", lang, zh, en);
        return looked.page(&console, &visitor, name, Some(bad)).await;
    }
    let bad = looked.statement.problems.len() as u64;
    match looked.take(&console, &visitor).await {
        Ok(imported) => taken(&console, &visitor, (id, bad), &imported).await,
        Err(error) => {
            let refusal = Refusal::of(&error, lang);
            page_of::page(&console, &visitor, id, &Typed::default(), Some(refusal)).await
        }
    }
}

/// A statement that was looked through.
struct Looked {
    file: HeldFile<CampaignId>,
    statement: Statement,
    outlook: ImportedStatement,
}

impl Looked {
    async fn through(
        console: &Console,
        visitor: &Visitor,
        file: HeldFile<CampaignId>,
    ) -> Result<Looked, Refusal> {
        let (bytes, layouts) = (file.bytes(), Arc::clone(&console.office.statement_layouts));
        let read = tokio::task::spawn_blocking(move || {
            let refused =
                |LineProblem { code, zh, en, .. }| ProcessError::Refused { code, field: "file", zh, en };
            read_statement(&bytes, layouts.all()).map_err(refused)
        });
        let read = read.await.unwrap_or_else(|error| Err(ProcessError::File(error.to_string())));
        let refused = |error: ProcessError| Refusal::of(&error, visitor.lang);
        let statement = read.map_err(refused)?;
        let outlook = rehearse_statement(&console.office, &visitor.desk(), file.kind, &statement).await;
        Ok(Looked { file, outlook: outlook.map_err(refused)?, statement })
    }

    /// On a task of its own: a browser that goes away does not stop it half-way.
    async fn take(self, console: &Console, visitor: &Visitor) -> Result<ImportedStatement, ProcessError> {
        let (office, desk) = (console.office.clone(), visitor.desk());
        let work = tokio::spawn(async move {
            import_statement(&office, &desk, self.file.kind, &self.statement, || ()).await
        });
        work.await.unwrap_or_else(|error| Err(ProcessError::File(error.to_string())))
    }

    async fn page(
        &self,
        console: &Console,
        visitor: &Visitor,
        name: Uuid,
        refused: Option<Refusal>,
    ) -> Result<Response, Stop> {
        let lang = visitor.lang;
        let Looked { file, statement, outlook } = self;
        let looked = lang.pick("试导入结果，尚未改变任何数据。", "looked through, nothing was changed yet.");
        let mut figures = figures(lang, outlook);
        figures.push(Figure::new(lang.pick("无关的行", "Other lines"), count(statement.passed_over)));
        figures.push(Figure::new(lang.pick("错误行", "Bad lines"), count(statement.problems.len() as u64)));
        let sheet = below(console, visitor, file.kind).await?;
        let is_new = outlook.gifts + outlook.refunds > 0;
        let nothing = lang.pick(
            "没有可登记的新行：已登记的不会重复。",
            "There is no new line to take: what is there stays as it is.",
        );
        let next = match is_new {
            true => Block::Form(take_form(lang, file.kind, name, statement)),
            false => Block::Words(String::new(), vec![nothing.to_owned()]),
        };
        let bad = (!statement.problems.is_empty()).then(|| Block::Table(bad_lines(lang, statement)));
        Ok(sheet
            .lead(format!("{} · {looked}", statement.layout))
            .with(Block::Figures(figures))
            .with(next)
            .and(bad)
            .and(refused_lines(lang, outlook))
            .with(Block::Form(form(lang, file.kind)))
            .answer(refused))
    }
}

/// The page of what came of a file, of which so many lines were bad.
async fn taken(
    console: &Console,
    visitor: &Visitor,
    (id, bad): (CampaignId, u64),
    imported: &ImportedStatement,
) -> Result<Response, Stop> {
    let lang = visitor.lang;
    let mut sheet = below(console, visitor, id).await?;
    sheet.done = match imported.gifts + imported.refunds {
        0 => {
            lang.pick("没有新的行，未改变任何数据。", "No line was new, and nothing was changed.").to_owned()
        }
        _ => lang.pick("账单已登记。", "The statement was taken in.").to_owned(),
    };
    let mut figures = figures(lang, imported);
    figures.push(Figure::new(lang.pick("错误行", "Bad lines"), count(bad)));
    let gifts = (
        format!("/campaigns/{id}/gifts"),
        lang.pick("查看捐赠与票据", "See the gifts and receipts").to_owned(),
    );
    Ok(sheet
        .with(Block::Figures(figures))
        .with(Block::Links(String::new(), vec![gifts]))
        .and(refused_lines(lang, imported))
        .answer(None))
}

async fn below(console: &Console, visitor: &Visitor, id: CampaignId) -> Result<Sheet, Stop> {
    let lang = visitor.lang;
    let known = campaign::campaign(&console.office, id).await.map_err(|error| Stop::failed(error, lang))?;
    let name = known.book().map(|book| book.terms.name.clone()).unwrap_or_default();
    Ok(Sheet::new(visitor, "/money", ("平台账单", "Platform statement"))
        .below("/money", lang.pick("资金与捐赠", "Funds and gifts"))
        .below(format!("/campaigns/{id}"), name))
}

fn count(number: u64) -> String {
    grouped(number.cast_signed())
}

fn figures(lang: Lang, found: &ImportedStatement) -> Vec<Figure> {
    let sum = |amount| format!("{} {}", yuan(amount), lang.pick("元", "yuan"));
    let fees = format!("{} {}", lang.pick("平台手续费", "fees"), sum(found.fees));
    vec![
        Figure::new(lang.pick("新的捐赠", "New gifts"), count(found.gifts))
            .besides(format!("{} · {fees}", sum(found.received))),
        Figure::new(lang.pick("新的退款", "New refunds"), count(found.refunds)).besides(sum(found.refunded)),
        Figure::new(lang.pick("此前已登记", "There before"), count(found.known)),
        Figure::new(lang.pick("不能登记", "Not taken"), count(found.refused().count() as u64)),
    ]
}

fn take_form(lang: Lang, id: CampaignId, name: Uuid, statement: &Statement) -> Form {
    let form = Form::new(format!("/campaigns/{id}/statements/{name}"), lang.pick("登记", "Take it in"))
        .title(lang.pick("正式登记", "Take it in"))
        .note(lang.pick(
            "登记同一个文件；捐赠人在本人另有表示前按匿名公开，此前已登记的行不会重复。",
            "The same file is taken in; donors are anonymous until they say otherwise, and what was there before \
             changes nothing.",
        ));
    if statement.problems.is_empty() {
        return form;
    }
    let label = lang.pick("只登记其余各行，错误行改正后再导入", "Take the other lines alone");
    form.field(Field::new("keep_good", label, Input::Tick).needed())
}

/// A sentence on what is not shown.
fn more(lang: Lang, lines: usize) -> String {
    match lines.saturating_sub(SHOWN) {
        0 => String::new(),
        more => lang.pick(format!("另有 {more} 行未列出。"), format!("{more} more are not listed.")),
    }
}

/// The lines that cannot be read, as they stand in the file but for who paid, each with what is wrong at its place.
fn bad_lines(lang: Lang, statement: &Statement) -> Table {
    let row = |problem: &LineProblem| {
        let reason = lang.pick(&problem.zh, &problem.en);
        let number = problem.line.to_string();
        let number = match statement.heads.contains(&problem.column) {
            true => Cell::number(number),
            false => Cell::Fault(number, reason.clone()),
        };
        let cells = statement.bad_lines.get(&problem.line).cloned().unwrap_or_default();
        let cells = statement.heads.iter().zip(cells).map(|(head, text)| match *head == problem.column {
            true => Cell::Fault(text, reason.clone()),
            false => Cell::Text(text),
        });
        Row::of(std::iter::once(number).chain(cells).collect())
    };
    let mut table = Table::new(lang.pick("错误行", "Bad lines"), "")
        .note(more(lang, statement.problems.len()))
        .number(lang.pick("行", "Line"));
    for head in &statement.heads {
        table = table.head(head.clone());
    }
    table.rows(statement.problems.iter().take(SHOWN).map(row))
}

/// The lines that can be read and that the campaign does not take, with the reason; none where it takes all.
fn refused_lines(lang: Lang, found: &ImportedStatement) -> Option<Block> {
    let refused: Vec<&LineOutcome> = found.refused().collect();
    if refused.is_empty() {
        return None;
    }
    let row = |line: &&LineOutcome| {
        let (code, words) = match &line.outcome {
            StatementOutcome::Refused { code, zh, en } => (code.clone(), lang.pick(zh, en).clone()),
            StatementOutcome::Taken | StatementOutcome::Known => (String::new(), String::new()),
        };
        Row::of(vec![
            Cell::number(line.line.to_string()),
            Cell::number(yuan(line.amount)),
            Cell::Fault(String::new(), words),
            Cell::Code(code),
        ])
    };
    let table = Table::new(lang.pick("不能登记的行", "Lines that are not taken"), "")
        .note(more(lang, refused.len()))
        .number(lang.pick("行", "Line"))
        .number(lang.pick("金额（元）", "Yuan"))
        .head(lang.pick("原因", "Why"))
        .head(lang.pick("代码", "Code"))
        .rows(refused.iter().take(SHOWN).map(row));
    Some(Block::Table(table))
}

//! 政策参数: the programs and rates that hold, each with its law and its days; a draft tried on the register; and new
//! rates, proposed by one person and published by another.

mod proposals;
mod trial;

use std::collections::BTreeMap;

use axum::Router;
use axum::extract::State;
use axum::response::Response;
use axum::routing::{get, post};
use domain::actor::Role;
use domain::policy::{DatedParameter, Parameter, Row as Rate, RuleBook, Status};
use domain::program::Program;

use super::Console;
use super::answers::{Refusal, Stop};
use super::sheet::{Block, Cell, Field, Form, Input, Row, Sheet, Table};
use super::visitor::Visitor;
use crate::console::address::Query;
use crate::lang::Lang;
use crate::processes::{rate_proposals, rates_rejected_by};

/// What was typed, by field.
type Typed = BTreeMap<String, String>;

/// The room.
pub(super) fn routes() -> Router<Console> {
    Router::new()
        .route("/rates", get(show))
        .route("/rates/trial", post(trial::try_out))
        .route("/rates/proposals", post(proposals::propose))
        .route("/rates/proposals/{number}/{step}", post(proposals::step))
        .route("/rates/values", get(one))
}

/// Whether the visitor may propose: the domain says so again.
const fn may_propose(visitor: &Visitor) -> bool {
    matches!(visitor.role, Role::Administrator | Role::Reviewer)
}

async fn show(State(console): State<Console>, visitor: Visitor) -> Result<Response, Stop> {
    page(&console, &visitor, &Typed::new(), None).await
}

async fn page(
    console: &Console,
    visitor: &Visitor,
    typed: &Typed,
    refused: Option<Refusal>,
) -> Result<Response, Stop> {
    let lang = visitor.lang;
    let failed = |error| Stop::failed(error, lang);
    let rules = console.office.current_rules().await.map_err(failed)?;
    let waiting = rate_proposals(&console.office).await.map_err(failed)?;
    let rejected_by = rates_rejected_by(&console.office).await.map_err(failed)?;
    let version = lang.pick(format!("规则版本 {}", rules.version()), format!("rules {}", rules.version()));
    let newest = |parameter: &Parameter| {
        let dated = rules.parameter(*parameter)?;
        Some(rate_row(lang, dated, dated.rows.last()?, format!("/rates/values?of={}", parameter.key())))
    };
    let rates = rate_table(lang, lang.pick("现行参数", "Rates in force"))
        .rows(Parameter::ALL.iter().filter_map(newest));
    let mut sheet = Sheet::new(visitor, "/rates", ("政策参数", "Rates"))
        .lead(version)
        .with(Block::Table(proposals::table(visitor, &waiting, &rejected_by)));
    if may_propose(visitor) {
        sheet = sheet.with(Block::Form(draft_form(lang, typed)));
    }
    Ok(sheet.with(Block::Table(programs(lang, &rules))).with(Block::Table(rates)).answer(refused))
}

fn draft_form(lang: Lang, typed: &Typed) -> Form {
    let text = typed.get("text").cloned().unwrap_or_default();
    let field =
        Field::new("text", lang.pick("参数草案（TOML）", "Draft (TOML)"), Input::Area).value(text).needed();
    Form::new("/rates/trial", lang.pick("试算", "Try"))
        .title(lang.pick("试算参数草案", "Try a draft of rates"))
        .note(lang.pick(
            "写法与程序自带的参数文件相同，只写有变化的部分。在实际名册上试算费用和增减人数，不保存；满意后再提交另一人发布。",
            "Written as the program's own files, and only what changes. It is tried on the real register and not kept; \
             then it can be proposed, and another person publishes it.",
        ))
        .field(field)
}

fn programs(lang: Lang, rules: &RuleBook) -> Table {
    let row = |program: &Program| {
        let rule = rules.program(*program)?;
        Some(Row::of(vec![
            Cell::text(lang.pick(program.zh(), program.en())),
            Cell::text(rule.from.to_string()),
            Cell::text(rule.basis.clone()),
            Cell::text(lang.pick(&rule.conditions_zh, &rule.conditions_en).clone()),
        ]))
    };
    Table::new(lang.pick("救助项目", "Programs"), "")
        .head(lang.pick("项目", "Program"))
        .head(lang.pick("自", "From"))
        .head(lang.pick("依据", "Law"))
        .head(lang.pick("条件", "Conditions"))
        .rows(Program::ALL.iter().filter_map(row))
}

fn rate_table(lang: Lang, title: &str) -> Table {
    Table::new(title, "")
        .head(lang.pick("参数", "Parameter"))
        .head(lang.pick("自", "From"))
        .number(lang.pick("数值", "Value"))
        .head(lang.pick("公布", "Announced"))
        .head(lang.pick("状态", "Status"))
        .head(lang.pick("来源", "Source"))
}

fn rate_row(lang: Lang, dated: &DatedParameter, rate: &Rate, path: String) -> Row {
    let (mark, status) = match rate.status {
        Status::Sourced => ("settled", lang.pick("有依据", "sourced")),
        Status::Illustrative => ("bad", lang.pick("示意", "illustrative")),
    };
    Row::of(vec![
        Cell::link(path, lang.pick(&dated.zh, &dated.en).clone()),
        Cell::text(rate.from.to_string()),
        Cell::number(dated.unit.show_grouped(rate.value)),
        Cell::text(rate.announced.map(|day| day.to_string()).unwrap_or_default()),
        Cell::Tag(mark, status.to_owned()),
        Cell::text(rate.source.clone()),
    ])
}

/// Every row of one parameter, the newest first.
async fn one(
    State(console): State<Console>,
    visitor: Visitor,
    Query(typed): Query<Typed>,
) -> Result<Response, Stop> {
    let lang = visitor.lang;
    let rules = console.office.current_rules().await.map_err(|error| Stop::failed(error, lang))?;
    let parameter =
        Parameter::from_key(typed.get("of").map_or("", String::as_str)).ok_or(Stop::Missing(lang))?;
    let dated = rules.parameter(parameter).ok_or(Stop::Missing(lang))?;
    let rows = dated.rows.iter().rev().map(|rate| rate_row(lang, dated, rate, String::new()));
    let table = rate_table(lang, lang.pick("历次数值", "Every value")).rows(rows);
    Ok(Sheet::new(&visitor, "/rates", (&dated.zh, &dated.en))
        .below("/rates", lang.pick("政策参数", "Rates"))
        .with(Block::Table(table))
        .answer(None))
}

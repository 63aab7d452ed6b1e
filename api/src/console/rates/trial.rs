//! 试算: what a draft would do to the register.

use axum::Form as Sent;
use axum::extract::State;
use axum::response::Response;
use domain::numbers::{grouped, yuan};
use domain::policy::{Announcement, RateChange};

use super::{Typed, draft_form, page, proposals};
use crate::access::{Capability, may};
use crate::console::Console;
use crate::console::answers::{Refusal, Stop};
use crate::console::sheet::{Block, Cell, Figure, Row, Sheet, Table};
use crate::console::visitor::Visitor;
use crate::lang::Lang;
use crate::outlook::people::Names;
use crate::outlook::what_if::{Change, Effect, WhatIf, try_rates};
use crate::processes::ProcessError;

/// Cases and people that are shown; the command line writes all.
const SHOWN: usize = 50;

/// Tries a draft. Nothing is kept.
pub(super) async fn try_out(
    State(console): State<Console>,
    visitor: Visitor,
    Sent(typed): Sent<Typed>,
) -> Result<Response, Stop> {
    if !super::may_propose(&visitor) {
        return Err(Stop::ForOthers(Capability::ProposeRates, visitor.lang));
    }
    let text = typed.get("text").map_or("", String::as_str);
    match tried(&console, &visitor, text).await {
        Ok(tried) => Ok(shown(&visitor, &typed, text, &tried)),
        Err(error) => page(&console, &visitor, &typed, Some(Refusal::of(&error, visitor.lang))).await,
    }
}

struct Tried {
    changes: Vec<RateChange>,
    found: WhatIf,
    examples: Vec<Change>,
}

async fn tried(console: &Console, visitor: &Visitor, text: &str) -> Result<Tried, ProcessError> {
    let (office, today) = (&console.office, visitor.desk().today());
    let rules = office.current_rules().await?;
    let draft = rules.draft("draft.toml", text, Announcement::Or(today));
    let draft = draft.map_err(|error| ProcessError::refused(&error))?;
    // totals are the office's; who is touched is only for those who see everybody's cases
    let names_shown = may(visitor.role, Capability::ReadCases) && visitor.sees_everyone();
    let mut examples = Vec::new();
    let found = try_rates(office, &draft, today, Names::Masked, |change| {
        if names_shown && examples.len() < SHOWN {
            examples.push(change);
        }
        Ok(())
    });
    let found = found.await?;
    Ok(Tried { changes: draft.changes, found, examples })
}

fn shown(visitor: &Visitor, typed: &Typed, text: &str, tried: &Tried) -> Response {
    let (lang, found) = (visitor.lang, &tried.found);
    let document = typed.get("document").map_or("", String::as_str);
    let figure = |zh: &str, en: &str, value: String| Figure::new(lang.pick(zh, en), value);
    let figures = vec![
        figure("试算月份", "Months", format!("{} — {}", found.first, found.last)),
        figure("已发月份应补（元）", "Arrears (yuan)", yuan(found.arrears)),
        figure("已发月份多发（元）", "Paid too much (yuan)", yuan(found.overpaid)),
        figure("缺少事实", "Without facts", grouped(found.unjudged.cast_signed())),
    ];
    Sheet::new(visitor, "/rates", ("试算结果", "What the draft would do"))
        .below("/rates", lang.pick("政策参数", "Rates"))
        .lead(lang.pick("在实际名册上试算，没有保存。", "Tried on the real register; nothing was kept."))
        .with(Block::Figures(figures))
        .with(Block::Table(changes(lang, &tried.changes)))
        .with(Block::Table(touched(lang, found)))
        .with(Block::Table(cost(lang, found)))
        .and((!tried.examples.is_empty()).then(|| Block::Table(people(lang, &tried.examples))))
        .with(proposals::form(lang, text, document))
        .with(Block::Form(draft_form(lang, typed)))
        .answer(None)
}

fn changes(lang: Lang, changes: &[RateChange]) -> Table {
    let row = |change: &RateChange| {
        let before = change.before.map_or_else(|| "—".to_owned(), |value| change.unit.show_grouped(value));
        Row::of(vec![
            Cell::Code(change.parameter.key().to_owned()),
            Cell::text(change.row.from.to_string()),
            Cell::number(before),
            Cell::number(change.unit.show_grouped(change.row.value)),
        ])
    };
    Table::new(lang.pick("草案的变化", "What the draft changes"), "")
        .head(lang.pick("参数", "Parameter"))
        .head(lang.pick("自", "From"))
        .number(lang.pick("原值", "Before"))
        .number(lang.pick("新值", "New"))
        .rows(changes.iter().map(row))
}

fn touched(lang: Lang, found: &WhatIf) -> Table {
    let month = found.compared_in;
    let row = |effect: &Effect| {
        let touched = found.touched.get(effect)?;
        Some(Row::of(vec![
            Cell::text(lang.pick(effect.zh(), effect.en())),
            Cell::number(grouped(touched.count.cast_signed())),
            Cell::number(yuan(touched.monthly)),
            Cell::number(yuan(touched.total)),
        ]))
    };
    let empty = lang.pick("没有人受影响。", "Nobody is touched.");
    Table::new(lang.pick("谁增谁减", "Who gains and who loses"), empty)
        .note(lang.pick(format!("比较月份 {month}"), format!("compared in {month}")))
        .head(lang.pick("影响", "Effect"))
        .number(lang.pick("人（户）数", "Count"))
        .number(lang.pick("当月差额（元）", "That month (yuan)"))
        .number(lang.pick("各月差额（元）", "All months (yuan)"))
        .rows(Effect::ALL.iter().filter_map(row))
}

fn cost(lang: Lang, found: &WhatIf) -> Table {
    let row = |cost: &crate::outlook::what_if::Cost| {
        Row::of(vec![
            Cell::text(lang.pick(cost.program.zh(), cost.program.en())),
            Cell::text(cost.month.to_string()),
            Cell::number(yuan(cost.now)),
            Cell::number(yuan(cost.draft)),
            Cell::number(yuan(cost.difference)),
        ])
    };
    Table::new(lang.pick("费用（元）", "Cost (yuan)"), lang.pick("没有在册个案。", "No case is on the roll."))
        .head(lang.pick("项目", "Program"))
        .head(lang.pick("月份", "Month"))
        .number(lang.pick("现行", "Now"))
        .number(lang.pick("草案", "Draft"))
        .number(lang.pick("差额", "Difference"))
        .rows(found.cost.iter().map(row))
}

fn people(lang: Lang, changes: &[Change]) -> Table {
    let row = |change: &Change| {
        let name = change.name.clone().unwrap_or_else(|| "—".to_owned());
        let path = change.case_id.map(|case| format!("/cases/{case}")).unwrap_or_default();
        Row::of(vec![
            Cell::text(lang.pick(change.effect.zh(), change.effect.en())),
            Cell::link(path, name),
            Cell::text(lang.pick(change.program.zh(), change.program.en())),
            Cell::number(yuan(change.now)),
            Cell::number(yuan(change.draft)),
        ])
    };
    Table::new(lang.pick("受影响者（前若干）", "Those who are touched (the first)"), "")
        .head(lang.pick("影响", "Effect"))
        .head(lang.pick("姓名", "Name"))
        .head(lang.pick("项目", "Program"))
        .number(lang.pick("现行", "Now"))
        .number(lang.pick("草案", "Draft"))
        .rows(changes.iter().map(row))
}

//! A paid run determined anew from the log alone, beside what was paid.

use axum::extract::State;
use axum::response::Response;
use domain::ids::{CaseId, RunId};
use domain::numbers::{grouped, yuan};
use domain::payment_run::RunStage;
use projections::payment_registers::queries;
use projections::runner::Until;

use crate::access::Capability;
use crate::console::Console;
use crate::console::address::Query;
use crate::console::answers::{Refusal, Stop};
use crate::console::scope::seen_cases;
use crate::console::sheet::{Block, Cell, Choice, Field, Figure, Form, Input, Row, Sheet, Table};
use crate::console::typed::Typed;
use crate::console::visitor::Visitor;
use crate::lang::Lang;
use crate::processes::{Office, ProcessError};
use crate::replay::run_audit::audit_run;
use crate::replay::{Difference, LineReport, RunTotals, Verdict, field_name, nothing_sealed};

/// Lines that are not the same and are shown.
const SHOWN: usize = 200;

pub(super) async fn show(
    State(console): State<Console>,
    visitor: Visitor,
    Query(typed): Query<Typed>,
) -> Result<Response, Stop> {
    visitor.must(Capability::Audit)?;
    let lang = visitor.lang;
    let failed = |error| Stop::failed(error, lang);
    let form = form(&console.office, lang, &typed).await.map_err(failed)?;
    let sheet = Sheet::new(&visitor, "/audit", ("批次重新核定", "A run determined anew"))
        .below("/audit", lang.pick("审计室", "Audit room"))
        .lead(lang.pick(
            "按核算时的日志位置和当时的政策逐笔重算，再与实际下达比较。",
            "Every line is determined anew on what the log held when the run was calculated, and compared with what was ordered.",
        ))
        .with(Block::Form(form));
    let run: Option<RunId> = match typed.read_if(lang, "run") {
        Ok(run) => run,
        Err(refusal) => return Ok(sheet.answer(Some(refusal))),
    };
    let Some(run) = run else { return Ok(sheet.answer(None)) };
    match determined(&console.office, &visitor, run).await {
        Ok((totals, lines)) => Ok(sheet
            .with(Block::Figures(figures(lang, &totals)))
            .with(Block::Table(whole(lang, &totals)))
            .with(Block::Table(table(lang, &lines)))
            .answer(None)),
        Err(error) => Ok(sheet.answer(Some(Refusal::of(&error, lang)))),
    }
}

async fn form(office: &Office, lang: Lang, typed: &Typed) -> Result<Form, ProcessError> {
    office.runner.catch_up(Until::Head).await?;
    let runs = queries::runs(&office.pool).await?;
    let paid = runs.iter().filter(|run| matches!(run.stage, RunStage::Released | RunStage::Reconciled));
    let choice = |run: &projections::payment_registers::PaymentRunRow| {
        let id = run.run_id.to_string();
        let programs: Vec<&str> =
            run.programs.iter().map(|program| lang.pick(program.zh(), program.en())).collect();
        let chosen = typed.text("run") == id;
        let name =
            format!("{} {} {}", run.month, programs.join(lang.pick("、", ", ")), yuan(run.control_sum));
        Choice::new(id, name, chosen)
    };
    let choices: Vec<Choice> = paid.map(choice).collect();
    let hint = if choices.is_empty() {
        lang.pick("还没有已发放的批次", "No run was released yet")
    } else {
        ""
    };
    let field = Field::new("run", lang.pick("已发放批次", "Released run"), Input::Choice(choices)).hint(hint);
    Ok(Form::asking("/audit/runs", lang.pick("重新核定", "Determine anew")).field(field))
}

/// The totals, and the lines that are not the same, of people whom the visitor sees.
async fn determined(
    office: &Office,
    visitor: &Visitor,
    run: RunId,
) -> Result<(RunTotals, Vec<LineReport>), ProcessError> {
    let mut lines = Vec::new();
    let totals = audit_run(office, run, &nothing_sealed, |line| {
        if line.verdict != Verdict::Same {
            lines.push(line);
        }
    })
    .await?;
    if !visitor.sees_everyone() {
        let cases: Vec<CaseId> = lines.iter().filter_map(|line| line.case_id).collect();
        let seen = seen_cases(office, visitor, &cases).await?;
        lines.retain(|line| line.case_id.is_some_and(|case| seen.contains(&case)));
    }
    Ok((totals, lines))
}

fn figures(lang: Lang, totals: &RunTotals) -> Vec<Figure> {
    let figure =
        |zh: &str, en: &str, count: u64| Figure::new(lang.pick(zh, en), grouped(count.cast_signed()));
    vec![
        figure("笔数", "Lines", totals.lines),
        figure("一致", "The same", totals.same),
        figure("信息已删除", "Erased", totals.erased),
        figure("须核实", "To be looked at", totals.faults),
        figure("核算所依日志位置", "Calculated at position", totals.calculated_at),
    ]
}

fn difference(lang: Lang, each: &Difference) -> String {
    let (expected, found) = (lang.pick("应为", "expected"), lang.pick("实为", "found"));
    let name = field_name(each.field);
    let (colon, comma) = (lang.pick("：", ": "), lang.pick("，", ", "));
    let name = lang.pick(name.zh, name.en);
    format!("{name}{colon}{expected} {}{comma}{found} {}", each.expected, each.found)
}

fn whole(lang: Lang, totals: &RunTotals) -> Table {
    let row = |each: &Difference| Row::marked("exception", vec![Cell::text(difference(lang, each))]);
    let empty =
        lang.pick("笔数、合计、摘要与核算一致。", "Count, sum and digest are those that were calculated.");
    Table::new(lang.pick("整批", "The whole"), empty)
        .head(lang.pick("不符", "Differs"))
        .rows(totals.differences.iter().map(row))
}

fn table(lang: Lang, lines: &[LineReport]) -> Table {
    let row = |line: &LineReport| {
        let verdict = match &line.verdict {
            Verdict::Same => String::new(),
            Verdict::Erased { on } => lang.pick(format!("个人信息已于 {on} 删除"), format!("erased on {on}")),
            Verdict::Differs { differences } => {
                differences.iter().map(|each| difference(lang, each)).collect::<Vec<_>>().join("；")
            }
            Verdict::Unanswerable { words, .. } => lang.pick(&words.zh, &words.en).clone(),
        };
        let case = line.case_id.map(|case| case.to_string()).unwrap_or_default();
        let path = if case.is_empty() { String::new() } else { format!("/cases/{case}") };
        Row::of(vec![
            Cell::number(line.position.to_string()),
            Cell::link(path, case),
            Cell::text(line.month.map(|month| month.to_string()).unwrap_or_default()),
            Cell::Number(line.amount.map(yuan).unwrap_or_default()),
            Cell::Text(verdict),
        ])
    };
    let empty = lang.pick("每一笔都一致。", "Every line is the same.");
    Table::new(lang.pick("不一致的", "What is not the same"), empty)
        .number(lang.pick("位置", "Position"))
        .head(lang.pick("个案", "Case"))
        .head(lang.pick("月份", "Month"))
        .number(lang.pick("金额（元）", "Yuan"))
        .head(lang.pick("重新核定", "Determined anew"))
        .rows(lines.iter().take(SHOWN).map(row))
}

//! `ledger policy show`: the parameters in force, the program's own and what the office published.

use domain::policy::{DatedParameter, Parameter, Row, RuleBook, Status};
use serde_json::{Value, json};

use crate::cli::failure::{Done, Failure};
use crate::cli::screen::{Align, Screen};
use crate::cli::session::Session;

/// Shows every row of one parameter, or the newest of all.
///
/// # Errors
/// [`Failure`] when the ledger cannot be read.
pub(super) async fn run(session: &Session, parameter: Option<Parameter>) -> Result<Done, Failure> {
    let screen = session.screen;
    let rules = session.with_ledger(async |app| Ok(app.office().current_rules().await?)).await?;
    let version = rules.version();
    screen.say(format!("规则版本 {version}"), format!("rules {version}"))?;
    let rows: Vec<Shown> = match parameter {
        Some(parameter) => shown(&rules, parameter).collect(),
        None => Parameter::ALL.iter().filter_map(|parameter| shown(&rules, *parameter).last()).collect(),
    };
    show(&screen, &rows)?;
    let rows: Vec<Value> = rows.iter().map(Shown::json).collect();
    screen.answer(&json!({ "rule_version": version, "rows": rows }))?;
    Ok(Done::Well)
}

struct Shown<'a> {
    parameter: Parameter,
    dated: &'a DatedParameter,
    row: &'a Row,
}

fn shown(rules: &RuleBook, parameter: Parameter) -> impl Iterator<Item = Shown<'_>> {
    let dated = rules.parameter(parameter).into_iter();
    dated.flat_map(move |dated| dated.rows.iter().map(move |row| Shown { parameter, dated, row }))
}

impl Shown<'_> {
    fn json(&self) -> Value {
        let Row { from, value, announced, source, status, .. } = self.row;
        json!({
            "parameter": self.parameter.key(),
            "name": self.dated.zh,
            "from": from,
            "value": self.dated.unit.show(*value),
            "announced": announced,
            "source": source,
            "illustrative": *status == Status::Illustrative,
        })
    }
}

fn show(screen: &Screen, rows: &[Shown<'_>]) -> Result<(), Failure> {
    let heads = [
        (screen.pick("参数", "Parameter"), Align::Left),
        (screen.pick("自", "From"), Align::Left),
        (screen.pick("数值", "Value"), Align::Right),
        (screen.pick("公布", "Announced"), Align::Left),
        (screen.pick("状态", "Status"), Align::Left),
        (screen.pick("来源", "Source"), Align::Left),
    ];
    let row = |shown: &Shown<'_>| {
        let Row { from, value, announced, source, status, .. } = shown.row;
        let status = match status {
            Status::Sourced => screen.pick("有依据", "sourced"),
            Status::Illustrative => screen.pick("示意", "illustrative"),
        };
        vec![
            screen.pick(shown.dated.zh.clone(), shown.dated.en.clone()),
            from.to_string(),
            shown.dated.unit.show_grouped(*value),
            announced.map(|day| day.to_string()).unwrap_or_default(),
            status.to_owned(),
            source.clone(),
        ]
    };
    screen.table(&heads, &rows.iter().map(row).collect::<Vec<_>>())?;
    Ok(())
}

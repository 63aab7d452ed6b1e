//! What was known of a subject on two days, fact beside fact, and what the log took in between.

use std::collections::BTreeMap;

use axum::extract::State;
use axum::response::Response;
use chrono::NaiveDate;
use domain::event_catalogue::stream_kinds;

use super::hall::compare_form;
use super::{must_see, subject};
use crate::access::Capability;
use crate::console::Console;
use crate::console::address::Query;
use crate::console::answers::{Refusal, Stop};
use crate::console::sheet::{Block, Cell, Row, Sheet, Table};
use crate::console::typed::Typed;
use crate::console::visitor::Visitor;
use crate::lang::Lang;
use crate::processes::{Office, ProcessError, office_day};
use crate::replay::{Clocks, ReportItem, ReportStep, Subject, Words, nothing_sealed, replay};

/// Facts by stream and label.
type Facts = BTreeMap<(String, String), String>;

pub(super) async fn show(
    State(console): State<Console>,
    visitor: Visitor,
    Query(typed): Query<Typed>,
) -> Result<Response, Stop> {
    visitor.must(Capability::Audit)?;
    let lang = visitor.lang;
    let sheet = Sheet::new(&visitor, "/audit", ("比较两天所知", "What was known on two days"))
        .below("/audit", lang.pick("审计室", "Audit room"))
        .with(Block::Form(compare_form(lang, &typed)));
    let asked = match asked(lang, &typed) {
        Ok(asked) => asked,
        Err(refusal) => return Ok(sheet.answer(Some(refusal))),
    };
    must_see(&console.office, &visitor, asked.subject).await?;
    let failed = |error| Stop::failed(error, lang);
    let (one, _) = known_on(&console.office, lang, asked.subject, asked.one).await.map_err(failed)?;
    let (other, steps) = known_on(&console.office, lang, asked.subject, asked.other).await.map_err(failed)?;
    let between = steps.iter().filter(|step| office_day(step.recorded_at) > asked.one);
    Ok(sheet
        .with(Block::Table(facts(lang, &asked, (&one, &other))))
        .with(Block::Table(taken_between(lang, between)))
        .answer(None))
}

struct Asked {
    subject: Subject,
    one: NaiveDate,
    other: NaiveDate,
}

fn asked(lang: Lang, typed: &Typed) -> Result<Asked, Refusal> {
    let (one, other): (NaiveDate, NaiveDate) = (typed.read(lang, "one")?, typed.read(lang, "other")?);
    Ok(Asked { subject: subject(lang, typed)?, one: one.min(other), other: one.max(other) })
}

/// What held on a day as it was known at its end; nothing where nothing was known then.
async fn known_on(
    office: &Office,
    lang: Lang,
    subject: Subject,
    day: NaiveDate,
) -> Result<(Facts, Vec<ReportStep>), ProcessError> {
    let clocks = Clocks { effective: day, known: day };
    let (mut facts, mut steps) = (Facts::new(), Vec::new());
    let of = |words: &Words| lang.pick(&words.zh, &words.en).clone();
    let replayed = replay(office, subject, clocks, &nothing_sealed, |item| match item {
        ReportItem::Step(step) => steps.push(*step),
        ReportItem::OnTheDay(on) => {
            for fact in &on.facts {
                let whose = fact.of.as_ref().map(|name| format!("{} ", of(name))).unwrap_or_default();
                let label = format!("{whose}{}", of(&fact.label));
                facts.insert((on.stream.clone(), label), of(&fact.value));
            }
        }
        ReportItem::Head(_) | ReportItem::Line(_) | ReportItem::RunTotals(_) => {}
    })
    .await;
    match replayed {
        Ok(()) | Err(ProcessError::Unknown { .. } | ProcessError::UnknownPerson) => Ok((facts, steps)),
        Err(error) => Err(error),
    }
}

fn facts(lang: Lang, asked: &Asked, (one, other): (&Facts, &Facts)) -> Table {
    let mut keys: Vec<_> = one.keys().chain(other.keys()).collect();
    keys.sort();
    keys.dedup();
    let kinds = stream_kinds();
    let row = |key: &&(String, String)| {
        let (stream, label) = key;
        let kind = kinds.iter().find(|kind| kind.stream_type == *stream);
        let name = lang.pick(kind.map_or(stream.as_str(), |kind| kind.zh), stream);
        let value = |facts: &Facts| facts.get(*key).cloned().unwrap_or_else(|| "—".to_owned());
        let (before, after) = (value(one), value(other));
        let same = before == after;
        let mark = if same { "" } else { "warning" };
        let verdict = if same { lang.pick("相同", "same") } else { lang.pick("不同", "differs") };
        let tag = if same { Cell::text(verdict) } else { Cell::Tag("bad", verdict.to_owned()) };
        Row::marked(
            mark,
            vec![Cell::text(name), Cell::text(label.clone()), Cell::Text(before), Cell::Text(after), tag],
        )
    };
    let empty = lang.pick("这两天都还没有记录。", "Nothing was known on either day.");
    Table::new(lang.pick("事实", "Facts"), empty)
        .head(lang.pick("对象", "Of"))
        .head(lang.pick("事项", "What"))
        .head(asked.one.to_string())
        .head(asked.other.to_string())
        .head(lang.pick("比较", "Comparison"))
        .rows(keys.iter().map(row))
}

fn taken_between<'s>(lang: Lang, steps: impl Iterator<Item = &'s ReportStep>) -> Table {
    let row = |step: &ReportStep| {
        Row::of(vec![
            Cell::number(step.position.to_string()),
            Cell::text(office_day(step.recorded_at).to_string()),
            Cell::text(step.actor.clone()),
            Cell::text(lang.pick(&step.words.zh, &step.words.en).clone()),
        ])
    };
    let empty = lang.pick("两天之间日志没有新的记录。", "The log took nothing between the two days.");
    Table::new(lang.pick("两天之间记入日志的", "What the log took in between"), empty)
        .number(lang.pick("位置", "Position"))
        .head(lang.pick("记录日", "Recorded"))
        .head(lang.pick("办理人", "Who"))
        .head(lang.pick("内容", "What"))
        .rows(steps.map(row))
}

//! Where an auditor begins.

use axum::extract::State;
use axum::response::{IntoResponse, Redirect, Response};

use super::{must_see, subject, subject_fields};
use crate::access::Capability;
use crate::console::Console;
use crate::console::address::Query;
use crate::console::answers::{Refusal, Stop};
use crate::console::sheet::{Block, Field, Form, Input, Sheet};
use crate::console::typed::Typed;
use crate::console::visitor::Visitor;
use crate::lang::Lang;
use crate::replay::Subject;

pub(super) async fn show(visitor: Visitor) -> Result<Response, Stop> {
    visitor.must(Capability::Audit)?;
    Ok(page(&visitor, &Typed::default(), None))
}

fn page(visitor: &Visitor, typed: &Typed, refused: Option<Refusal>) -> Response {
    let lang = visitor.lang;
    let link = |path: &str, zh: &str, en: &str| (path.to_owned(), lang.pick(zh, en).to_owned());
    let links = vec![
        link(
            "/audit/flags",
            "疑点：通读日志，列出应核实的事项",
            "Red flags: what should be looked at, found in the whole log",
        ),
        link("/audit/runs", "批次重新核定：与实际发放逐笔比较", "Runs determined anew, beside what was paid"),
        link(
            "/audit/proofs",
            "证明现状：检查点、见证方、最近一次核验、证据包",
            "Proofs: checkpoints, witnesses, the last check, bundles",
        ),
        link("/audit/disclosures", "谁看了谁：个人信息披露记录", "Who looked at whom: disclosures"),
        link("/audit/trail", "审计轨迹", "The trail"),
        link("/users", "用户与令牌", "Users and tokens"),
    ];
    Sheet::new(visitor, "/audit", ("审计室", "Audit room"))
        .lead(lang.pick(
            "只读：这里不改变任何业务数据；打开个人信息的每一步都会留痕。",
            "Read-only: nothing of the office is changed here, and whatever opens personal data is recorded.",
        ))
        .with(Block::Form(replay_form(lang, typed)))
        .with(Block::Form(compare_form(lang, typed)))
        .with(Block::Links(lang.pick("查阅", "Look").to_owned(), links))
        .answer(refused)
}

fn day(lang: Lang, name: &'static str, zh: &str, en: &str) -> Field {
    Field::new(name, lang.pick(zh, en), Input::Date)
}

fn replay_form(lang: Lang, typed: &Typed) -> Form {
    let [of, id] = subject_fields(lang, typed, "replay");
    Form::asking("/audit/replay", lang.pick("重放", "Replay"))
        .title(lang.pick("重放：某日所是，某日所知", "Replay: what held on a day, as known on a day"))
        .field(of)
        .field(id)
        .field(day(lang, "effective", "生效日", "Effective").value(typed.text("effective")))
        .field(day(lang, "known", "截至所知", "As known on").value(typed.text("known")))
}

/// The form that asks for two days.
pub(super) fn compare_form(lang: Lang, typed: &Typed) -> Form {
    let [of, id] = subject_fields(lang, typed, "compare");
    Form::asking("/audit/compare", lang.pick("比较", "Compare"))
        .title(lang.pick("比较两天所知", "Compare what was known on two days"))
        .field(of)
        .field(id)
        .field(day(lang, "one", "第一天", "One day").value(typed.text("one")).needed())
        .field(day(lang, "other", "另一天", "Another day").value(typed.text("other")).needed())
}

/// Leads to the page of a subject, with both clocks.
pub(super) async fn replay(
    State(console): State<Console>,
    visitor: Visitor,
    Query(typed): Query<Typed>,
) -> Result<Response, Stop> {
    visitor.must(Capability::Audit)?;
    let subject = match subject(visitor.lang, &typed) {
        Ok(subject) => subject,
        Err(refusal) => return Ok(page(&visitor, &typed, Some(refusal))),
    };
    must_see(&console.office, &visitor, subject).await?;
    let path = match subject {
        Subject::Case(id) => format!("/cases/{id}"),
        Subject::Person(id) => format!("/people/{id}"),
        Subject::Run(id) => format!("/audit/runs?run={id}"),
        Subject::Fund(id) => format!("/funds/{id}/history"),
        Subject::Campaign(id) => format!("/campaigns/{id}/history"),
    };
    let today = visitor.desk().today();
    let clock = |name: &str| typed.day(visitor.lang, name, today);
    let clocks = clock("effective").and_then(|effective| Ok((effective, clock("known")?)));
    let clocks = match clocks {
        Ok(clocks) => clocks,
        Err(refusal) => return Ok(page(&visitor, &typed, Some(refusal))),
    };
    let join = if path.contains('?') { '&' } else { '?' };
    let (effective, known) = clocks;
    Ok(Redirect::to(&format!("{path}{join}effective={effective}&known={known}")).into_response())
}
